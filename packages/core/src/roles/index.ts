/**
 * Executor, verifier and client: they turn the effects of `Round.step` into signed messages.
 *
 * @module
 */
export { type Bill, type Client, type ClientParameters, createClient, type Order } from './client.js'
export { systemClock } from './clock.js'
export { createExecutor, type Executor, type ExecutorParameters, type Terms } from './executor.js'
export { EquivocationError, type Memory, RolledBackError, UnknownHistoryError } from './guard.js'
export { DamagedLogError, type Dealt, type Served } from './log.js'
export { createNode, type Node, type NodeEvent, type NodeParameters } from './node.js'
export { BrokenPromiseError, InvalidOrderError, receiveOrders, type SendParameters, sendOrder } from './orders.js'
export { createVerifier, type Verifier, type VerifierParameters } from './verifier.js'
