/// <reference types="node" />
/**
 * Records under authenticated encryption, each bound to its key. Format, version 1:
 *
 *     record   12 bytes nonce || AES-256-GCM(plaintext) || 16 bytes tag
 *     its key  HKDF-SHA-256(key of the store, info = "spotcheck/v1/store" || name of the record)
 *
 * Every record has a key of its own, so that random nonces stay unique however many records there are, and a record
 * under another's name does not decrypt.
 *
 * @see https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf, section 8.3
 */
import { webcrypto } from 'node:crypto'
import { assertBytes, concat } from '../Encoding.js'
import type { Change, Store } from '../ports/index.js'
import { CorruptStoreError } from './errors.js'

const { subtle } = webcrypto
const NONCE = 12
const TAG = 16

/** The same store, to whose medium nothing goes in clear but the names of the records. `key`: 32 bytes, kept elsewhere. */
export async function sealed(store: Store, key: Uint8Array): Promise<Store> {
  const root = await subtle.importKey('raw', assertBytes(key, 'key', 32), 'HKDF', false, ['deriveKey'])

  function keyOf(name: string): Promise<webcrypto.CryptoKey> {
    const info = new TextEncoder().encode(`spotcheck/v1/store${name}`)
    const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
    return subtle.deriveKey(derivation, root, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  }

  async function seal(name: string, value: Uint8Array): Promise<Uint8Array> {
    const iv = webcrypto.getRandomValues(new Uint8Array(NONCE))
    return concat(iv, new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, await keyOf(name), value)))
  }

  async function unseal(name: string, value: Uint8Array): Promise<Uint8Array> {
    const iv = value.subarray(0, NONCE)
    if (value.length < NONCE + TAG) throw new CorruptStoreError('a record is too short', 'record', name)
    const opened = subtle.decrypt({ name: 'AES-GCM', iv }, await keyOf(name), value.subarray(NONCE))
    return new Uint8Array(
      await opened.catch((cause) => {
        throw new CorruptStoreError('a record is not what was written', 'record', name, cause)
      }),
    )
  }

  async function sealChange({ key, value }: Change): Promise<Change> {
    return { key, value: value === null ? null : await seal(key, value) }
  }

  async function* entries(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    for await (const [name, value] of store.entries(prefix)) yield [name, await unseal(name, value)]
  }

  return {
    get: async (name) => {
      const value = await store.get(name)
      return value === undefined ? undefined : unseal(name, value)
    },
    entries,
    write: async (changes) => store.write(await Promise.all(changes.map(sealChange))),
    close: () => store.close(),
  }
}
