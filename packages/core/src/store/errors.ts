import { BaseError } from '../Errors.js'

/** A record, or a file of the store, is not what was written. Nothing was skipped: nothing was read. */
export class CorruptStoreError extends BaseError {
  override name = 'Store.CorruptStoreError'

  constructor(what: string, subject: string, value: unknown, cause?: unknown) {
    super(`the store is damaged: ${what}.`, {
      subject,
      value,
      rule: 'what is read is what was written, byte for byte',
      fix: 'sign nothing more in the epochs it was used in; look for failing disks, and start the next epoch on a new store',
      cause,
    })
  }
}

/** The store was made with another key. */
export class WrongKeyError extends BaseError {
  override name = 'Store.WrongKeyError'
}

/** The store was written by a later version than this one. */
export class VersionError extends BaseError {
  override name = 'Store.VersionError'
}

/** The store can't be opened: another process has it, its folder can't be written, or classic-level isn't there. */
export class UnopenedError extends BaseError {
  override name = 'Store.UnopenedError'
}
