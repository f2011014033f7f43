/**
 * In-memory ports: for tests, examples and the simulator.
 *
 * @module
 */
export { cheapAuthenticator, cheapSigner } from './authenticator.js'
export { type MemoryChain, memoryChain } from './chain.js'
export { createNetwork, type Network, type NetworkParameters, type Participant } from './network.js'
export { testParameters } from './parameters.js'
export { memoryStore } from './store.js'
export { memoryWitnesses } from './witnesses.js'
