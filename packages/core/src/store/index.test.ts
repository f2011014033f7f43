import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import * as Errors from '../Errors.js'
import { memoryStore } from '../memory/index.js'
import type { Change, Store } from '../ports/index.js'
import { CorruptStoreError, levelStore, UnopenedError, VersionError, WrongKeyError } from './index.js'
import { type Migration, opened } from './version.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'store-')))
  return folders.at(-1)!
}

const key = new Uint8Array(32).fill(7)
const text = (value: string) => new TextEncoder().encode(value)
const put = (key: string, value: string): Change => ({ key, value: text(value) })

async function all(store: Store, prefix = ''): Promise<[string, string][]> {
  const found: [string, string][] = []
  for await (const [name, value] of store.entries(prefix)) found.push([name, new TextDecoder().decode(value)])
  return found.filter(([name]) => !name.startsWith('version/'))
}

/** Opens the folder, runs, closes. */
async function within<T>(path: string, run: (store: Store) => Promise<T>): Promise<T> {
  const store = await levelStore(path, { key })
  try {
    return await run(store)
  } finally {
    await store.close()
  }
}

const stores = { memoryStore: async () => memoryStore(), levelStore: () => levelStore(folder(), { key }) }

describe.each(Object.entries(stores))('%s', (_, make) => {
  it('keeps what a map keeps, whatever is written, removed and listed', async () => {
    const names = fc.constantFrom('a', 'a/', 'a/1', 'a/10', 'a/2', 'b', '~')
    const change = fc.record({ key: names, value: fc.option(fc.uint8Array({ maxLength: 40 })) })
    const store = await make()
    const model = new Map<string, Uint8Array>()
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 6 }),
        fc.oneof(names, fc.constant('')),
        async (changes, prefix) => {
          await store.write(changes)
          for (const { key, value } of changes) value === null ? model.delete(key) : model.set(key, value)
          const expected = [...model].filter(([name]) => name.startsWith(prefix))
          const listed: [string, Uint8Array][] = []
          for await (const [name, value] of store.entries(prefix)) listed.push([name, Uint8Array.from(value)])
          expect(listed.filter(([name]) => !name.startsWith('version/'))).toEqual(
            expected.sort(([a], [b]) => (a < b ? -1 : 1)),
          )
          expect(await store.get(prefix)).toEqual(model.get(prefix))
        },
      ),
      { seed: 7, numRuns: 100 },
    )
    await store.close()
  })

  it('hands out copies', async () => {
    const store = await make()
    const value = Uint8Array.of(1, 2)
    await store.write([{ key: 'x', value }])
    value.fill(9)
    ;(await store.get('x'))!.fill(9)
    expect(await store.get('x')).toEqual(Uint8Array.of(1, 2))
    await store.close()
  })
})

describe('levelStore', () => {
  it('keeps what was written when it is opened again', async () => {
    const path = folder()
    await within(path, (store) => store.write([put('a', '1'), put('b', '2')]))
    await within(path, (store) => store.write([{ key: 'a', value: null }]))
    expect(await within(path, all)).toEqual([['b', '2']])
  })

  it('leaves nothing in clear but names', async () => {
    const path = folder()
    await within(path, (store) => store.write([put('name', 'the secret answer')]))
    const files = readdirSync(path).map((file) => readFileSync(join(path, file), 'latin1'))
    expect(files.some((file) => file.includes('name'))).toBe(true)
    expect(files.filter((file) => file.includes('secret'))).toEqual([])
  })

  it('is of one process at a time', async () => {
    const path = folder()
    const error = await within(path, async () => levelStore(path, { key }).catch((error) => error))
    expect(error).toBeInstanceOf(UnopenedError)
    expect(error.message.replaceAll(path, '/state')).toMatchInlineSnapshot(`
      "the store can’t be opened: another process has it open.
        path  "/state"
        rule  a folder of this process’s own, and the optional peer classic-level
        fix   stop the other node: two on one key would equivocate"
    `)
  })

  it('says what is wrong with a folder that is none', async () => {
    const file = join(folder(), 'file')
    writeFileSync(file, '')
    await expect(levelStore(file, { key })).rejects.toThrow(UnopenedError)
  })

  it('opens with its own key only, and is left as it was', async () => {
    const path = folder()
    await within(path, (store) => store.write([put('a', '1')]))
    const error = await levelStore(path, { key: key.map((byte) => byte + 1) }).catch((error) => error)
    expect(error).toBeInstanceOf(WrongKeyError)
    expect(error.message).toMatchInlineSnapshot(`
      "this is not the store’s key.
        version  1
        rule     the 32 bytes that the store was made with
        fix      pass that key; only if you are sure that it is the one, take the store for damaged"
    `)
    expect(await within(path, all)).toEqual([['a', '1']])
  })

  it('takes no key of another length, and no path that is none', async () => {
    for (const key of [new Uint8Array(16), undefined, 'x'])
      await expect(levelStore(folder(), { key } as never)).rejects.toThrow(Errors.InvalidInputError)
    await expect(levelStore(7 as never, { key })).rejects.toThrow(Errors.InvalidInputError)
    await expect(levelStore(folder(), undefined as never)).rejects.toThrow(Errors.InvalidInputError)
  })
})

describe('damage', () => {
  const records = Array.from({ length: 200 }, (_, i) =>
    put(`record/${String(i).padStart(3, '0')}`, `value ${i} ${'x'.repeat(i)}`),
  )

  /** A store of many records in its log alone, or in a table too. */
  async function filled(compacted: boolean): Promise<string> {
    const path = folder()
    await within(path, async (store) => {
      for (let at = 0; at < records.length; at += 10) await store.write(records.slice(at, at + 10))
    })
    if (!compacted) return path
    const database = new ClassicLevel(path)
    await database.compactRange('', '\uffff')
    await database.close()
    return path
  }

  it.each([false, true])('of any byte is reported, or harms nothing (in a table: %s)', async (compacted) => {
    const original = await filled(compacted)
    const files = readdirSync(original).filter((file) => /\.(log|ldb)$|^MANIFEST|^CURRENT/.test(file))
    let reported = 0
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.nat(7),
        async (file, where, bit) => {
          const path = folder()
          for (const name of readdirSync(original)) copyFileSync(join(original, name), join(path, name))
          const bytes = readFileSync(join(path, file))
          if (bytes.length === 0) return
          bytes[Math.floor(where * bytes.length)]! ^= 1 << bit
          writeFileSync(join(path, file), bytes)
          const read = await within(path, all).catch((error) => error)
          rmSync(path, { recursive: true })
          if (read instanceof Error) reported++
          if (read instanceof Error)
            expect(
              [CorruptStoreError, WrongKeyError, UnopenedError].some((type) => read instanceof type),
              String(read),
            ).toBe(true)
          else expect(read).toEqual(records.map(({ key, value }) => [key, new TextDecoder().decode(value!)]))
        },
      ),
      { seed: 11, numRuns: 120 },
    )
    expect(reported).toBeGreaterThan(60)
  })

  it('of its log is said every time, not only the first', async () => {
    const path = await filled(false)
    const log = join(path, readdirSync(path).find((file) => file.endsWith('.log'))!)
    const bytes = readFileSync(log)
    bytes[Math.floor(bytes.length / 2)]! ^= 1
    writeFileSync(log, bytes)
    for (let i = 0; i < 4; i++) await expect(levelStore(path, { key })).rejects.toThrow(CorruptStoreError)
  })

  it('of a record is named, wherever it is met', async () => {
    const medium = new Map<string, Uint8Array>()
    const store = await opened(memoryStore(medium), key)
    await store.write([put('a', '1'), put('b', '2')])
    const [a, b] = [medium.get('a')!, medium.get('b')!]
    const spoilt: [string, Uint8Array][] = [
      ['another record', b],
      ['one bit', a.map((byte, i) => byte ^ Number(i === 20))],
      ['cut short', a.subarray(0, -1)],
      ['next to nothing', a.subarray(0, 12)],
      ['nothing', new Uint8Array(0)],
      ['longer', new Uint8Array([...a, 0])],
    ]
    for (const [what, value] of spoilt) {
      medium.set('a', value)
      await expect(store.get('a'), what).rejects.toThrow(CorruptStoreError)
      await expect(all(store), what).rejects.toThrow(CorruptStoreError)
    }
    expect((await store.get('a').catch((error) => error)).message).toMatchInlineSnapshot(`
      "the store is damaged: a record is not what was written.
        record  "a"
        rule    what is read is what was written, byte for byte
        fix     sign nothing more in the epochs it was used in; look for failing disks, and start the next epoch on a new store"
    `)
  })

  it('of the version is no new store', async () => {
    const medium = new Map<string, Uint8Array>()
    await (await opened(memoryStore(medium), key)).write([put('a', '1')])
    medium.delete('version/1')
    await expect(opened(memoryStore(medium), key)).rejects.toThrow(CorruptStoreError)
  })
})

describe('versions', () => {
  const upper: Migration = async (store) => (await all(store)).map(([name, value]) => put(name, value.toUpperCase()))
  const renamed: Migration = async (store) =>
    (await all(store)).flatMap(([name, value]) => [{ key: name, value: null }, put(`new/${name}`, value)])

  it('migrate one after another, and once', async () => {
    const medium = memoryStore()
    await (await opened(medium, key)).write([put('a', 'x'), put('b', 'y')])
    const migrated = [
      ['new/a', 'X'],
      ['new/b', 'Y'],
    ]
    expect(await all(await opened(medium, key, [upper, renamed]))).toEqual(migrated)
    expect(await all(await opened(medium, key, [upper, renamed]))).toEqual(migrated)
  })

  it('a migration that fails leaves the version before', async () => {
    const medium = memoryStore()
    await (await opened(medium, key)).write([put('a', 'x')])
    const fails: Migration = () => Promise.reject(new Error('no'))
    await expect(opened(medium, key, [upper, fails])).rejects.toThrow('no')
    expect(await all(await opened(medium, key, [upper]))).toEqual([['a', 'X']])
    expect(await all(await opened(medium, key, [upper, renamed]))).toEqual([['new/a', 'X']])
  })

  it('that are later are refused, even if sealed in another way', async () => {
    const medium = new Map<string, Uint8Array>()
    await opened(memoryStore(medium), key, [upper])
    const error = await opened(memoryStore(medium), key).catch((error) => error)
    expect(error).toBeInstanceOf(VersionError)
    expect(error.message).toMatchInlineSnapshot(`
      "a later version of Spotcheck wrote this store.
        version  2
        rule     at most 1
        fix      update @spotcheck/core; an old backup of the store is no way back: it has forgotten what was signed"
    `)
    medium.set('version/2', text('who knows'))
    await expect(opened(memoryStore(medium), key)).rejects.toThrow(VersionError)
  })
})
