/**
 * Spotcheck on chain: what the core computes, computed by contracts. Each namespace holds a contract's `abi`, typed, and
 * its `bytecode`; viem takes both as they are.
 *
 * @module
 */
export * as BlockBeacon from './generated/BlockBeacon.js'
export * as DrandBeacon from './generated/DrandBeacon.js'
export * as Sampler from './generated/Sampler.js'
export * as Stakes from './generated/Stakes.js'
