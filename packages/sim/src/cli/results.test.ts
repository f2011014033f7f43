import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { OutputFileError } from './Command.js'
import { type Layout, open } from './results.js'

const folder = mkdtempSync(join(tmpdir(), 'spotcheck-results-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'results')

const lines: Layout = {
  header: '{"it":"is"}\n',
  records: 1,
  begins: (index) => `{"index":${index},`,
  quotes: false,
  points: 5,
  stranger: () => 'is another’s',
}
const quoted: Layout = {
  ...lines,
  header: 'it,index,"a\nb"\r\n',
  records: 3,
  begins: (index) => `x,${index},`,
  quotes: true,
}

/** The records of a point, some longer than others, with what has to be told from ends of records. */
function recordsOf({ quotes }: Layout, index: number): string {
  if (!quotes) return `{"index":${index},"text":"${'é'.repeat(7 * index)}\\"","list":[]}\n`
  return ['a', '"b\n""\r\n,"', ''].map((cell) => `x,${index},${cell}\r\n`).join('')
}

async function finish(layout: Layout): Promise<number> {
  const results = await open(file, layout)
  for (let index = results.points; index < layout.points; index++) await results.append(recordsOf(layout, index))
  await results.close()
  return results.points
}

describe.each([
  ['a line a point', lines],
  ['three records a point, line breaks in them', quoted],
])('%s', (_, layout) => {
  const pieces = [layout.header, ...Array.from({ length: 5 }, (_, i) => recordsOf(layout, i))]
  const whole = Buffer.from(pieces.join(''))

  test('cut off at any byte, it is gone on with after its last whole point, and ends the same', async () => {
    const ends = pieces.slice(1).map((_, i) => Buffer.byteLength(pieces.slice(0, i + 2).join('')))
    for (let size = 0; size <= whole.length; size++) {
      writeFileSync(file, whole.subarray(0, size))
      expect([size, await finish(layout)]).toEqual([size, ends.filter((end) => end <= size).length])
      expect(readFileSync(file).equals(whole)).toBe(true)
    }
  })

  test('where there is none, it is made', async () => {
    rmSync(file, { force: true })
    expect(await finish(layout)).toBe(0)
    expect(readFileSync(file).equals(whole)).toBe(true)
  })

  test.each<[string, string, string]>([
    ['another file', 'my notes\n', 'is another’s. It is left as it is.'],
    ['a part of another file', 'my no', 'is another’s. It is left as it is.'],
    ['another header', `${layout.header.replace('it', 'at')}`, 'is another’s'],
    ['a point that is missing', [pieces[0], pieces[1], pieces[3]].join(''), 'is not of point 1'],
    ['another’s first point', `${pieces[0]}y,0,\r\n`, layout.quotes ? 'is another’s' : 'is not of point 0'],
    ['a point too many', `${whole}${recordsOf(layout, 5)}`, '5 points and no more'],
  ])('%s is refused, and left as it is', async (_, text, message) => {
    writeFileSync(file, text)
    await expect(open(file, layout)).rejects.toThrow(message)
    await expect(open(file, layout)).rejects.toThrow(OutputFileError)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })
})

test('more than is read at a time', async () => {
  const points = 30_000
  const layout = { ...lines, points, begins: (index: number) => `${index},` }
  const text = Array.from({ length: points }, (_, i) => `${i},${'x'.repeat(i % 97)}\n`)
  writeFileSync(file, [layout.header, ...text.slice(0, 20_001), '20001,xx'].join(''))
  const results = await open(file, layout)
  expect(results.points).toBe(20_001)
  await results.append(text.slice(20_001).join(''))
  await results.close()
  expect(readFileSync(file, 'utf8')).toBe(layout.header + text.join(''))
})

test.each([
  ['a folder', folder, 'is a folder'],
  ['no folder', join(folder, 'no', 'results'), 'is in a folder that does not exist'],
])('%s can’t be written', async (_, path, message) => {
  await expect(open(path, lines)).rejects.toThrow(message)
})

test('two runs of one file: the second to write is told, and what the first wrote is whole', async () => {
  rmSync(file, { force: true })
  const [first, second] = [await open(file, lines), await open(file, lines)]
  await first.append(recordsOf(lines, 0))
  await expect(second.append(recordsOf(lines, 0))).rejects.toThrow('was changed by something else')
  await expect(second.append(recordsOf(lines, 0))).rejects.toThrow(OutputFileError)
  await first.append(recordsOf(lines, 1))
  await Promise.all([first.close(), second.close()])
  expect(readFileSync(file, 'utf8')).toBe([lines.header, recordsOf(lines, 0), recordsOf(lines, 1)].join(''))
})
