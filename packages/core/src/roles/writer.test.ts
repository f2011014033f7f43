import { expect, it } from 'vitest'
import type { Change } from '../ports/index.js'
import { createWriter } from './writer.js'

/** A medium whose writes end when they are told to. */
function slowMedium() {
  const writes: { keys: string[]; end: (error?: Error) => void }[] = []
  const write = (changes: readonly Change[]) =>
    new Promise<void>((resolve, reject) => {
      const end = (error?: Error) => (error === undefined ? resolve() : reject(error))
      writes.push({ keys: changes.map(({ key }) => key), end })
    })
  return { write, writes }
}

const put = (key: string): Change[] => [{ key, value: new Uint8Array(0) }]
const soon = () => new Promise((resolve) => setTimeout(resolve))

it('writes one after another, in the order of the calls; whoever waits shares a write', async () => {
  const { write, writes } = slowMedium()
  const writer = createWriter({ write })
  const ended: string[] = []
  const first = writer(put('a')).then(() => ended.push('a'))
  await soon()
  const others = ['b', 'c', 'd'].map((key) => writer(put(key)).then(() => ended.push(key)))
  await soon()
  expect(writes.map(({ keys }) => keys)).toEqual([['a']])
  writes[0]!.end()
  await first
  await soon()
  expect(writes.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c', 'd']])
  expect(ended).toEqual(['a'])
  writes[1]!.end()
  await Promise.all(others)
  expect(ended).toEqual(['a', 'b', 'c', 'd'])
})

it('writes nothing after a failure, and tells everybody', async () => {
  const { write, writes } = slowMedium()
  const writer = createWriter({ write })
  const asked = ['a', 'b'].map((key) => writer(put(key)).catch((error: Error) => error.message))
  await soon()
  const late = writer(put('c')).catch((error: Error) => error.message)
  writes[0]!.end(new Error('disk full'))
  expect(await Promise.all([...asked, late])).toEqual(['disk full', 'disk full', 'disk full'])
  await expect(writer(put('d'))).rejects.toThrow('disk full')
  expect(writes).toHaveLength(1)
})
