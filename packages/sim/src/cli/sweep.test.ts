import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import * as Scenario from '../Scenario.js'
import * as Simulation from '../Simulation.js'
import type { Io } from './Command.js'
import { run } from './program.js'

const scenario = {
  parameters: { task: { reward: 1.2 }, sampling: { rate: 0.2 }, slash: { amount: 12 }, batch: { size: 5 } },
  population: [
    { strategy: 'honest', count: 2 },
    { strategy: 'intermittent', count: 2 },
  ],
  epochs: 3,
  replications: 4,
}
const RATE = 'parameters.sampling.rate'
const file = {
  scenario,
  vary: { [RATE]: { values: [0.1, 0.5] }, 'policy.name': { values: ['spotcheck', 'posp', 'zk'] } },
}

const folder = mkdtempSync(join(tmpdir(), 'spotcheck-sweep-'))
afterAll(() => rmSync(folder, { recursive: true }))
const out = join(folder, 'results')
beforeEach(() => rmSync(out, { force: true }))
const text = () => readFileSync(out, 'utf8')

type World = Readonly<{ isTTY?: boolean; load?: NonNullable<Io['load']>; stopAfter?: number }>

/** Runs `spotcheck sweep` on a file, in a world of its own; `stopAfter`: Ctrl-C comes after so many lines of progress. */
async function sweep(value: unknown, args: readonly string[], { isTTY = false, load, stopAfter }: World = {}) {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const stop = new AbortController()
  const io: Io = {
    stdout: (chunk) => void stdout.push(chunk),
    stderr: (chunk) => {
      stderr.push(chunk)
      if (stderr.length === stopAfter) stop.abort()
    },
    readFile: async () => JSON.stringify(value),
    isTTY,
    signal: stop.signal,
    ...(load === undefined ? {} : { load }),
  }
  const code = await run(['sweep', 'sweep.json', ...args], io)
  return { code, out: stdout.join(''), err: stderr.join(''), writes: stderr }
}

describe('JSON Lines', () => {
  test('a line that names the sweep, then each point with its values and its simulation', async () => {
    const done = await sweep(file, ['-o', out])
    expect(done).toMatchObject({ code: 0, out: `${out}: 6 of 6 points\n` })
    expect(done.err).toBe([1, 2, 3, 4, 5, 6].map((point) => `point ${point} of 6\n`).join(''))
    const [header, ...results] = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(header).toMatchObject({ kind: 'sweep', points: 6, vary: [RATE, 'policy.name'], engine: 'statistical' })
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5])
    for (const { values, simulation } of results) {
      const { [RATE]: rate, 'policy.name': policy } = values
      const parameters = { ...scenario.parameters, sampling: { rate } }
      const alone = await Simulation.run(Scenario.from({ ...scenario, parameters, policy }))
      expect(simulation).toEqual(JSON.parse(JSON.stringify(alone)))
    }
  })

  test('without a file, the same on standard output', async () => {
    await sweep(file, ['-o', out])
    expect(await sweep(file, [])).toMatchObject({ code: 0, out: text() })
  })

  test('--json says what was done', async () => {
    const done = JSON.parse((await sweep(file, ['-o', out, '--json'])).out)
    const { digest } = JSON.parse(text().split('\n')[0]!)
    expect(done).toEqual({ kind: 'sweep', digest, output: out, points: 6, found: 0, played: 6, complete: true })
  })
})

test('CSV: a row for each cohort of each point, with the sweep and what was varied', async () => {
  const args = ['-o', out, '--format', 'csv', '--json']
  expect((await sweep(file, args)).code).toBe(0)
  const [header, ...rows] = text().split('\r\n').slice(0, -1)
  const names = header!.split(',')
  expect(names.slice(0, 5)).toEqual(['sweep', 'index', RATE, 'policy.name', 'engine'])
  expect(new Set(names).size).toBe(names.length)
  expect(rows).toHaveLength(12)
  expect(rows[0]).toMatch(/^0x[\da-f]{64},0,0\.1,spotcheck,statistical,spotcheck,1,3,4,true,honest,2,120,0,/)
  expect(rows[11]).toMatch(/^0x[\da-f]{64},5,0\.5,zk,statistical,zk,1,3,4,true,intermittent,2,120,/)
  for (const row of rows) expect(row.split(',')).toHaveLength(names.length)
  expect(JSON.parse((await sweep(file, args)).out)).toMatchObject({ found: 6, played: 0, complete: true })
})

describe.each(['jsonl', 'csv'])('going on, %s', (format) => {
  const args = ['-o', out, '--format', format]
  const whole = async () => {
    await sweep(file, args)
    const bytes = text()
    rmSync(out)
    return bytes
  }

  test.each([1, 2])(
    'an interruption leaves whole points and says how to go on; %d threads end with the same bytes',
    async (threads) => {
      const bytes = await whole()
      const how = [...args, '--threads', `${threads}`]
      const stopped = await sweep(file, how, { stopAfter: 2 })
      expect(stopped.code).toBe(1)
      expect(stopped.out).toBe(`${out}: 2 of 6 points\n`)
      expect(stopped.err).toContain(
        `interrupted; to go on, run it again: spotcheck sweep sweep.json ${how.join(' ')}\n`,
      )
      expect(bytes.startsWith(text())).toBe(true)
      const done = await sweep(file, how)
      expect(done).toMatchObject({ code: 0, out: `${out}: 6 of 6 points, 2 of them from before\n` })
      expect(done.err).toBe([3, 4, 5, 6].map((point) => `point ${point} of 6\n`).join(''))
      expect(text()).toBe(bytes)
    },
  )

  test('nothing is played twice', async () => {
    const bytes = await whole()
    await sweep(file, args)
    expect(await sweep(file, args)).toMatchObject({
      code: 0,
      out: `${out}: 6 of 6 points, 6 of them from before\n`,
      err: '',
    })
    expect(text()).toBe(bytes)
  })

  test('another sweep’s results are refused by name, and left as they are', async () => {
    await sweep(file, args, { stopAfter: 2 })
    const before = text()
    const other = { ...file, scenario: { ...scenario, seed: 7 } }
    const { code, err, out: printed } = await sweep(other, args)
    expect({ code, printed, text: text() }).toEqual({ code: 2, printed: '', text: before })
    expect(err).toMatch(
      /OutputFileError: .* holds the results of another sweep, 0x[\da-f]{64}; this one is 0x[\da-f]{64}\./,
    )
  })

  test('so is a file of anything else, and of the other format', async () => {
    for (const content of ['my notes\n', JSON.stringify(file)]) {
      writeFileSync(out, content)
      expect((await sweep(file, args)).err).toContain('holds no results of a sweep')
      expect(text()).toBe(content)
    }
    rmSync(out)
    await sweep(file, args)
    if (format === 'csv')
      expect((await sweep({ ...file, vary: { [RATE]: { values: [1] } } }, args)).err).toContain(
        'that varies something else',
      )
    const other = format === 'csv' ? 'jsonl' : 'csv'
    expect((await sweep(file, ['-o', out, '--format', other])).err).toContain('holds no results of a sweep')
  })
})

test('results of another version are refused', async () => {
  await sweep(file, ['-o', out])
  writeFileSync(out, text().replace(/"version":"[^"]+"/, '"version":"0.0.1"'))
  expect((await sweep(file, ['-o', out])).err).toMatch(/was written by spotcheck 0\.0\.1, this is \d/)
})

test('on a terminal, progress replaces itself, and the time left is that of what is left', async () => {
  await sweep(file, ['-o', out], { stopAfter: 2 })
  const { writes } = await sweep(file, ['-o', out], { isTTY: true })
  expect(writes[0]).toContain('\r\u001b[2Kpoint 3 of 6  eta 0:0')
  expect(writes.at(-1)).toBe('\r\u001b[2K')
})

describe('bad input: status 2, no file, no stack', () => {
  test.each<[string, unknown, readonly string[], string]>([
    ['nonsense in the sweep', { ...file, vary: { [RATE]: { values: [1.2] } } }, [], 'did you mean 0.012? (point 0;'],
    ['a scenario alone', scenario, [], 'Sweep.InvalidSweepError'],
    ['a format', file, ['--format', 'xml'], 'fix       write --format csv'],
    ['a misspelt format', file, ['--format', 'jsnl'], 'did you mean jsonl?'],
    ['threads', file, ['--threads', 'many'], 'UsageError: --threads can\'t be "many".'],
    ['no thread', file, ['--threads', '0'], 'a whole number from 1 to 256'],
    ['two files', file, ['other.json'], 'UsageError: sweep takes one sweep file.'],
    ['no module', file, ['--use', 'x.mjs'], 'UsageError: --use x.mjs is of no use'],
    ['an unknown option', file, ['--thread', '2'], 'did you mean --threads?'],
  ])('%s', async (_, value, args, message) => {
    const { code, out: printed, err } = await sweep(value, ['-o', out, ...args])
    expect({ code, printed }).toEqual({ code: 2, printed: '' })
    expect(err).toContain(message)
    expect(err).not.toMatch(/^\s+at /m)
    expect(existsSync(out)).toBe(false)
  })

  test.each<[string, readonly string[], string]>([
    ['no value', ['-o'], 'UsageError: --output needs a value.'],
    ['no file', ['--json'], 'add -o results.jsonl'],
    ['a folder', ['-o', folder], 'is a folder'],
  ])('%s', async (_, args, message) => {
    const { code, out: printed, err } = await sweep(file, args)
    expect({ code, printed }).toEqual({ code: 2, printed: '' })
    expect(err).toContain(message)
  })
})

test('the help names every option, and its examples are command lines', async () => {
  const { code, out: help } = await sweep(file, ['--help'])
  expect(code).toBe(0)
  for (const option of ['--output', '-o,', '--format', '--threads', '--use', '--json']) expect(help).toContain(option)
  const examples = Array.from(help.matchAll(/^ {2}spotcheck sweep sweep\.json(.*)$/gm), ([, args]) => args!)
  expect(examples).toHaveLength(3)
  for (const args of examples) {
    const words = args
      .replace(/\|.*/, '')
      .replace(/results\.\w+/, out)
      .split(' ')
      .filter(Boolean)
    expect([args, (await sweep(file, words)).code]).toEqual([args, 0])
    rmSync(out, { force: true })
  }
})
