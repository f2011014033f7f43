import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import * as reference from '../../../test/support/eip712.js'
import { protocol } from '../../../test/support/fixtures.js'
import { bytes, hex, party } from '../../../test/support/world.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Output from './Output.js'
import * as Protocol from './Protocol.js'

fc.configureGlobal({ seed: 20_261_123 })

const raw = (value: string) => hexToBytes(value.slice(2))

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof Output.schema>>().toEqualTypeOf<Output.Output>()
  expect(Output.from({ bytes: '0x01', evidence: '0x' })).toEqual({ bytes: '0x01', evidence: '0x' })
  const large = `0x${'00'.repeat(Output.maxBytes + 1)}`
  for (const wrong of [{ bytes: '0x' }, { bytes: '0xAB', evidence: '0x' }, { bytes: large, evidence: '0x' }, null])
    expect(() => Output.from(wrong)).toThrow(Output.InvalidOutputError)
})

describe('commitments', () => {
  it('are keccak256(keccak256("spotcheck/v1/" || part) || keccak256(content) || salt)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.constantFrom('bytes', 'evidence'),
        (content, salt, part) => {
          const tag = keccak_256(utf8ToBytes(`spotcheck/v1/${part}`))
          const expected = keccak_256(concatBytes(tag, keccak_256(content), salt))
          const made = Output.commit(part as 'bytes', Encoding.toHex(content), Encoding.toHex(salt))
          expect(made).toBe(Encoding.toHex(expected))
        },
      ),
    )
  })

  it('are made of what they must be', () => {
    for (const [part, content, salt] of [
      ['seed', '0x', hex(1)],
      ['bytes', '0xA', hex(1)],
      ['bytes', '0x', '0x00'],
      [undefined, undefined, undefined],
    ])
      expect(() => Output.commit(part as 'bytes', content as '0x', salt as '0x')).toThrow(Errors.InvalidInputError)
  })
})

describe('salts', () => {
  const secret = bytes(7)
  const context = { protocol, executor: party('e', 1), epoch: 258, index: 65_537, taskId: hex(3) }

  it('are HKDF-SHA256 over the documented layout', () => {
    for (const [part, byte] of [
      ['bytes', 0],
      ['evidence', 1],
      ['canary', 2],
    ] as const) {
      const info = new Uint8Array(32 + 32 + 20 + 8 + 8 + 32 + 1)
      const view = new DataView(info.buffer)
      info.set(reference.domainSeparator(protocol.chainId, protocol.verifyingContract), 0)
      info.set(raw(Protocol.hash(protocol)), 32)
      info.set(raw(context.executor), 64)
      view.setBigUint64(84, 258n)
      view.setBigUint64(92, 65_537n)
      info.set(raw(context.taskId), 100)
      view.setUint8(132, byte)
      const expected = hkdf(sha256, secret, utf8ToBytes('spotcheck/v1/salt'), info, 32)
      expect(Output.salt(secret, context, part)).toBe(Encoding.toHex(expected))
    }
    const { bytes: first, evidence } = Output.salts(secret, context)
    expect([first, evidence]).toEqual([Output.salt(secret, context, 'bytes'), Output.salt(secret, context, 'evidence')])
  })

  it('differ between parts, indices, epochs, executors, tasks, chains, contracts, parameters and secrets', () => {
    const elsewhere = (overrides: object) => ({ ...context, protocol: Protocol.from({ ...protocol, ...overrides }) })
    const made = [
      Output.salt(secret, context, 'bytes'),
      Output.salt(secret, context, 'evidence'),
      Output.salt(secret, context, 'canary'),
      Output.salt(secret, { ...context, index: 65_538 }, 'bytes'),
      Output.salt(secret, { ...context, epoch: 259 }, 'bytes'),
      Output.salt(secret, { ...context, executor: party('e', 2) }, 'bytes'),
      Output.salt(secret, { ...context, taskId: hex(4) }, 'bytes'),
      Output.salt(secret, elsewhere({ chainId: 1 }), 'bytes'),
      Output.salt(secret, elsewhere({ verifyingContract: party('c', 9) }), 'bytes'),
      Output.salt(secret, elsewhere({ epochLength: 101 }), 'bytes'),
      Output.salt(bytes(8), context, 'bytes'),
    ]
    expect(new Set(made).size).toBe(made.length)
  })

  it('are not remembered for parameters that change', () => {
    const shallow = Object.freeze({ ...protocol, slash: { ...protocol.slash } })
    const before = Output.salt(secret, { ...context, protocol: shallow }, 'bytes')
    ;(shallow.slash as { bounty: bigint }).bounty = 1n
    expect(Output.salt(secret, { ...context, protocol: shallow }, 'bytes')).not.toBe(before)
  })

  it('refuse a malformed secret or place', () => {
    for (const wrong of [new Uint8Array(31), new Uint8Array(33), hex(7), undefined])
      expect(() => Output.salt(wrong as never, context, 'bytes')).toThrow(Errors.InvalidInputError)
    for (const wrong of [
      undefined,
      { ...context, index: -1 },
      { ...context, executor: '0x' },
      { ...context, epoch: 0.5 },
    ])
      expect(() => Output.salt(secret, wrong as never, 'bytes')).toThrow(Errors.InvalidInputError)
    for (const part of ['toString', '', undefined])
      expect(() => Output.salt(secret, context, part as never)).toThrow(Errors.InvalidInputError)
    expect(() => Output.salt(secret, { ...context, protocol: {} } as never, 'bytes')).toThrow(
      Protocol.InvalidProtocolError,
    )
  })
})
