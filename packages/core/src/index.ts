/**
 * Spotcheck: sampled verification of AI inference. One namespace for each module.
 *
 * @module
 */

export * as Beacon from './Beacon.js'
export * as Commitment from './Commitment.js'
export * as Comparison from './Comparison.js'
export * as Disclosure from './Disclosure.js'
export * as Encoding from './Encoding.js'
export * as Errors from './Errors.js'
export * as Economics from './economics/index.js'
export * as Hash from './Hash.js'
export * as Ledger from './Ledger.js'
export * as Logits from './Logits.js'
export * as Merkle from './Merkle.js'
export * as Message from './Message.js'
export * as Nearest from './Nearest.js'
export * as Opening from './Opening.js'
export * as Output from './Output.js'
export * as Protocol from './Protocol.js'
export * as Reexecution from './Reexecution.js'
export * as Round from './Round.js'
export * from './roles/index.js'
export * as Sample from './Sample.js'
export * as Schema from './Schema.js'
export * as Settlement from './Settlement.js'
export * as Task from './Task.js'
export * as TypedData from './TypedData.js'
export * as Verdict from './Verdict.js'
export * as Wad from './Wad.js'
