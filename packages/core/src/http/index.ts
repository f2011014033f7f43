/**
 * The transport over HTTP/1.1: a client that repeats what was not answered, and a server that strangers may talk to.
 *
 * @module
 */
export { type HttpTransportOptions, httpTransport, RefusedError, UnansweredError } from './client.js'
export { type HttpLimits, type HttpServer, type HttpServerOptions, httpServer } from './server.js'
