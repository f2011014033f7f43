/**
 * Executor, verifier and client: they turn the effects of `Round.step` into signed messages.
 *
 * @module
 */
export { type Bill, type Client, type ClientParameters, createClient, type Order } from './client.js'
export {
  createExecutor,
  type Dealt,
  type Executor,
  type ExecutorParameters,
  type Served,
  type Terms,
} from './executor.js'
export { createVerifier, type Verifier, type VerifierParameters } from './verifier.js'
