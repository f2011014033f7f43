/**
 * drand's rounds over HTTP. Whoever serves them is not trusted: each is checked against the chain's pinned key.
 *
 * @module
 */
export { EndpointError, type EndpointFailure } from './endpoint.js'
export { type DrandOptions, drand, endpoints, quicknet, UnavailableError } from './source.js'
