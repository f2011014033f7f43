export * as Encoding from './Encoding.js'
export * as Errors from './Errors.js'
export * as Hash from './Hash.js'
export * as Wad from './Wad.js'
