import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as reference from '../../../test/support/eip712.js'
import { errorOf } from '../../../test/support/thrown.js'
import * as Encoding from './Encoding.js'
import { toHex } from './Encoding.js'
import * as Errors from './Errors.js'
import * as TypedData from './TypedData.js'

fc.configureGlobal({ seed: 20_261_123 })

const names = Object.keys(TypedData.types) as TypedData.Name[]
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(toHex)

/** Any value of an EIP-712 type. */
function anyOf(type: string): fc.Arbitrary<unknown> {
  if (type.endsWith('[]')) return fc.array(anyOf(type.slice(0, -2)), { maxLength: 3 })
  if (Object.hasOwn(TypedData.types, type)) return structOf(type)
  if (type === 'string') return fc.string({ unit: 'binary', maxLength: 40 })
  if (type === 'bytes') return fc.uint8Array({ maxLength: 40 }).map(toHex)
  if (type === 'bool') return fc.boolean()
  if (type === 'address') return bytes(20)
  if (type === 'bytes32') return bytes(32)
  return fc.bigInt(0n, 2n ** BigInt(type.slice(4)) - 1n)
}

function structOf(name: string): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(reference.fieldsOf(name).map((field) => [field.name, anyOf(field.type)])))
}

describe('types', () => {
  it('are those of protocol.md', () => {
    const written = names.map((name) => {
      const list = TypedData.types[name].map((field) => `${field.type} ${field.name}`)
      return `${name}(${list.join(',')})`
    })
    expect([...written].sort()).toEqual([...reference.declarations].sort())
  })

  it('can not be changed', () => {
    expect(Object.isFrozen(TypedData.types)).toBe(true)
    expect(names.every((name) => TypedData.types[name].every((field) => Object.isFrozen(field)))).toBe(true)
  })
})

describe('hashes', () => {
  it.each(names)('%s as EIP-712 says', (name) => {
    const domain = fc.record({ chainId: fc.nat(), verifyingContract: bytes(20) })
    fc.assert(
      fc.property(structOf(name), domain as fc.Arbitrary<TypedData.Domain>, (value, where) => {
        expect(TypedData.hashStruct(name, value)).toBe(toHex(reference.hashStruct(name, value)))
        const digest = reference.digest(where.chainId, where.verifyingContract, name, value)
        expect(TypedData.digest(where, name, value)).toBe(toHex(digest))
      }),
      { numRuns: 25 },
    )
  })

  it('separate domains, off chain too', () => {
    for (const chainId of [0, 1, Number.MAX_SAFE_INTEGER])
      expect(TypedData.domainSeparator({ chainId, verifyingContract: Encoding.zeroAddress })).toBe(
        toHex(reference.domainSeparator(chainId, Encoding.zeroAddress)),
      )
    const domain = { chainId: 1, verifyingContract: Encoding.zeroAddress }
    expect(TypedData.definition(domain, 'Batch', {}).domain).toEqual({ name: 'Spotcheck', version: '1', ...domain })
  })
})

describe('refuses', () => {
  const comparator = {
    ...{ kind: 'exact', tolerance: 0n, greedy: false, slack: 0n, peak: 0n, topk: 0 },
    ...{ minExponentMatches: 0, maxMeanMantissaError: 0, maxMedianMantissaError: 0 },
    ...{ absolute: 0n, relative: 0n, ulps: 0, id: Encoding.zero32 },
  }

  it('what has no EIP-712 form', () => {
    const error = errorOf(
      () => TypedData.hashStruct('Comparator', { ...comparator, tolerance: -1n }),
      TypedData.InvalidTypedDataError,
    )
    expect(error.message).toMatchInlineSnapshot(`
      "a value has no EIP-712 form.
        message  object { kind, tolerance, greedy, slack, peak, topk, minExponentMatches, maxMeanMantissa… (98 characters)
        rule     the fields of "Comparator", each of its type and in range
        fix      decode it first, e.g. with Task.from or Commitment.batchFrom
        see      protocol.md, Bytes"
    `)
    expect(error.cause).toBeInstanceOf(Error)
    for (const wrong of [{}, { ...comparator, tolerance: 2n ** 256n }, { ...comparator, greedy: 'yes' }])
      expect(() => TypedData.hashStruct('Comparator', wrong)).toThrow(TypedData.InvalidTypedDataError)
  })

  it('a domain without one of its fields: viem would leave the field out and sign for every chain', () => {
    for (const domain of [{}, { chainId: 1 }, { chainId: 1n, verifyingContract: Encoding.zeroAddress }, null]) {
      expect(() => TypedData.domainSeparator(domain as never)).toThrow(Errors.InvalidInputError)
      expect(() => TypedData.digest(domain as never, 'Comparator', comparator)).toThrow(Errors.InvalidInputError)
    }
  })

  it('an unknown type', () => {
    for (const name of ['Rumour', 'toString', undefined])
      expect(() => TypedData.hashStruct(name as never, comparator)).toThrow(Errors.InvalidInputError)
  })
})
