/**
 * A durable store in a folder, for nodes.
 *
 * @module
 */
export { CorruptStoreError, UnopenedError, VersionError, WrongKeyError } from './errors.js'
export { levelStore } from './level.js'
