import type { Change, Store } from '../ports/index.js'
import { CorruptStoreError, VersionError, WrongKeyError } from './errors.js'
import { sealed } from './sealed.js'

/** What turns the records of a version into those of the next one. */
export type Migration = (store: Store) => Promise<readonly Change[]>

/** Of version 1 to 2, 2 to 3, and so on: their number says which version this code writes. */
const migrations: readonly Migration[] = []

const PREFIX = 'version/'

/**
 * The sealed store over a medium: a new one, or one whose version is known and whose key this is. Older records are
 * migrated, a version at a time, each step all or nothing.
 *
 * @throws CorruptStoreError, WrongKeyError or VersionError; nothing has been written then.
 */
export async function opened(medium: Store, key: Uint8Array, steps: readonly Migration[] = migrations): Promise<Store> {
  const store = await sealed(medium, key)
  const latest = steps.length + 1
  const found = await versionOf(medium)
  if (found > latest) throw tooNew(found, latest)
  if (found === 0) await store.write([mark(latest)])
  else await assertKey(store, found)
  for (let version = found; version > 0 && version < latest; version++)
    await store.write([...(await steps[version - 1]!(store)), { ...mark(version), value: null }, mark(version + 1)])
  return store
}

/** The version is in the record's name, which is in clear: a later one may well be sealed in another way. */
function mark(version: number): Change {
  return { key: `${PREFIX}${version}`, value: new Uint8Array(0) }
}

/** 0 for a medium without any records. */
async function versionOf(medium: Store): Promise<number> {
  for await (const [name] of medium.entries(PREFIX)) return Number(name.slice(PREFIX.length))
  for await (const [name] of medium.entries(''))
    throw new CorruptStoreError('the record of its version is gone, others are there', 'record', name)
  return 0
}

async function assertKey(store: Store, version: number): Promise<void> {
  try {
    await store.get(mark(version).key)
  } catch (cause) {
    throw new WrongKeyError('this is not the store’s key.', {
      subject: 'version',
      value: version,
      rule: 'the 32 bytes that the store was made with',
      fix: 'pass that key; only if you are sure that it is the one, take the store for damaged',
      cause,
    })
  }
}

function tooNew(found: number, latest: number): VersionError {
  return new VersionError('a later version of Spotcheck wrote this store.', {
    subject: 'version',
    value: found,
    rule: `at most ${latest}`,
    fix: 'update @spotcheck/core; an old backup of the store is no way back: it has forgotten what was signed',
  })
}
