/// <reference types="node" />
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClassicLevel } from 'classic-level'
import { assertBytes, assertObject, assertText } from '../Encoding.js'
import type { Change, Store } from '../ports/index.js'
import { CorruptStoreError, UnopenedError } from './errors.js'
import { opened } from './version.js'

type Database = ClassicLevel<string, Uint8Array>

/**
 * A durable store in a folder: LevelDB with every write synced, records under authenticated encryption. Of one process
 * at a time.
 *
 * @param options.key 32 random bytes, kept where the folder's backups don't go: a key service, a credential of the service
 * manager, another disk.
 * @throws UnopenedError if another process has it, its folder can't be written or the optional peer classic-level is not
 * installed; CorruptStoreError, WrongKeyError, VersionError for what is there; InvalidInputError for other arguments.
 * @example
 * ```ts
 * import { levelStore } from '@spotcheck/core/store'
 * import { mkdtemp, rm } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 *
 * const folder = await mkdtemp(join(tmpdir(), 'state-'))
 * const store = await levelStore(folder, { key: new Uint8Array(32).fill(7) }) // 32 random bytes, in earnest
 * await store.write([{ key: 'answer', value: Uint8Array.of(42) }])
 * await store.get('answer') // Uint8Array [42]
 * await store.close()
 * await rm(folder, { recursive: true })
 * ```
 */
export async function levelStore(path: string, options: Readonly<{ key: Uint8Array }>): Promise<Store> {
  const key = assertBytes(assertObject(options, 'options').key, 'key', 32)
  const database = await open(assertText(path, 'path'))
  try {
    await assertUndamaged(path)
    return await opened(mediumOf(database), key)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function open(path: string): Promise<Database> {
  const { ClassicLevel } = await import('classic-level').catch((cause) => {
    const fix = 'npm install classic-level'
    throw unopened('classic-level is not installed', 'classic-level', codeOf(cause), fix, cause)
  })
  const database = new ClassicLevel<string, Uint8Array>(path, { keyEncoding: 'utf8', valueEncoding: 'view' })
  try {
    await database.open()
    return database
  } catch (error) {
    const cause = error instanceof Error ? error.cause : error
    if (codeOf(cause) === 'LEVEL_CORRUPTION') throw damaged(cause)
    const isLocked = codeOf(cause) === 'LEVEL_LOCKED'
    throw isLocked
      ? unopened(
          'another process has it open',
          'path',
          path,
          'stop the other node: two on one key would equivocate',
          cause,
        )
      : unopened('LevelDB can’t open it', 'path', path, 'see the cause; pass a folder that can be written to', cause)
  }
}

/**
 * LevelDB goes on after damage to its log, without the writes that were lost, and says so once, in its own log alone. Here
 * it is said every time: LOG.old is of the opening before, if that did not come so far.
 */
async function assertUndamaged(path: string): Promise<void> {
  const notes = await Promise.all(['DAMAGED', 'LOG.old', 'LOG'].map((name) => textOf(join(path, name))))
  const note = notes
    .join('\n')
    .split('\n')
    .find((line) => /dropping \d+ bytes/.test(line))
  if (note === undefined) return
  await writeFile(join(path, 'DAMAGED'), note)
  throw new CorruptStoreError('a part of its log can’t be read', 'LOG', note)
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error) => {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  })
}

function mediumOf(database: Database): Store {
  async function write(changes: readonly Change[]): Promise<void> {
    const operations = changes.map(({ key, value }) =>
      value === null ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const),
    )
    await database.batch(operations, { sync: true })
  }

  async function* entries(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const range = { gte: prefix, lt: `${prefix}\uffff` }
    try {
      for await (const entry of database.iterator(range)) yield entry
    } catch (error) {
      throw named(error)
    }
  }

  return {
    get: (key) => database.get(key).catch((error) => Promise.reject(named(error))),
    entries,
    write: (changes) => write(changes).catch((error) => Promise.reject(named(error))),
    close: () => database.close(),
  }
}

/** Damage by its name, anything else as it is. */
function named(error: unknown): unknown {
  return codeOf(error) === 'LEVEL_CORRUPTION' ? damaged(error) : error
}

function damaged(cause: unknown): CorruptStoreError {
  const what = cause instanceof Error ? cause.message : String(cause)
  return new CorruptStoreError('LevelDB can’t read a file of it', 'cause', what, cause)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function unopened(what: string, subject: string, value: unknown, fix: string, cause: unknown): UnopenedError {
  const rule = 'a folder of this process’s own, and the optional peer classic-level'
  return new UnopenedError(`the store can’t be opened: ${what}.`, { subject, value, rule, fix, cause })
}
