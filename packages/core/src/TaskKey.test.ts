import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import * as reference from '../../../test/support/eip712.js'
import { protocol } from '../../../test/support/fixtures.js'
import { inputs, outcome } from '../../../test/support/junk.js'
import { errorOf } from '../../../test/support/thrown.js'
import { hex, party } from '../../../test/support/world.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Protocol from './Protocol.js'
import * as TaskKey from './TaskKey.js'

fc.configureGlobal({ seed: 20_261_123 })

const client = party('c', 1)
const taskKey: TaskKey.TaskKey = { paramsHash: Protocol.hash(protocol), client, key: party('d', 1), epoch: 3 }
const signed: TaskKey.Signed = { taskKey, signature: `0x${'11'.repeat(65)}` }

it('has the schemas of its types', () => {
  expectTypeOf<z.infer<typeof TaskKey.schema>>().toEqualTypeOf<TaskKey.TaskKey>()
  expectTypeOf<z.infer<typeof TaskKey.signedSchema>>().toEqualTypeOf<TaskKey.Signed>()
  expect(TaskKey.signedFrom(JSON.parse(JSON.stringify(signed)))).toEqual(signed)
})

it('is signed over its EIP-712 digest', () => {
  const { chainId, verifyingContract } = protocol
  const digest = Encoding.toHex(reference.digest(chainId, verifyingContract, 'TaskKey', taskKey))
  expect(TaskKey.digest(taskKey, protocol)).toBe(digest)
  expect(TaskKey.definition(taskKey, protocol)).toMatchObject({ primaryType: 'TaskKey', message: taskKey })
})

describe('current', () => {
  const at = (key: number, epoch: number, of = client) => ({ ...taskKey, client: of, key: party('d', key), epoch })

  it('is the client itself until a key has begun', () => {
    expect(TaskKey.current([], client, 3)).toBe(client)
    expect(TaskKey.current([at(1, 3)], client, 2)).toBe(client)
    expect(TaskKey.current([at(1, 3)], client, 3)).toBe(party('d', 1))
    expect(TaskKey.current([at(1, 3, party('c', 2))], client, 3)).toBe(client)
  })

  it('is the latest; an old authorisation sent again, or a second for the same epoch, changes nothing', () => {
    const recorded = [at(1, 3), at(2, 7)]
    expect([3, 6, 7, 2 ** 32].map((epoch) => TaskKey.current(recorded, client, epoch))).toEqual(
      [1, 1, 2, 2].map((key) => party('d', key)),
    )
    const attacked = [...recorded, at(1, 3), at(9, 7), at(9, 3)]
    for (const epoch of [0, 3, 6, 7, 8])
      expect(TaskKey.current(attacked, client, epoch)).toBe(TaskKey.current(recorded, client, epoch))
  })

  it('never changes for an epoch by what is recorded for later ones', () => {
    const one = fc.record({ key: fc.nat(9), epoch: fc.nat(20) }).map(({ key, epoch }) => at(key, epoch))
    fc.assert(
      fc.property(fc.array(one, { maxLength: 9 }), fc.array(one, { maxLength: 9 }), fc.nat(20), (old, fresh, epoch) => {
        const later = fresh.map((authorisation) => ({ ...authorisation, epoch: authorisation.epoch + epoch + 1 }))
        expect(TaskKey.current([...old, ...later], client, epoch)).toBe(TaskKey.current(old, client, epoch))
      }),
      { numRuns: 200 },
    )
  })

  it('needs a list of authorisations, a client and an epoch', () => {
    expect(() => TaskKey.current([{} as never], client, 0)).toThrow(TaskKey.InvalidTaskKeyError)
    for (const wrong of [undefined, taskKey])
      expect(() => TaskKey.current(wrong as never, client, 0)).toThrow(Errors.InvalidInputError)
    expect(() => TaskKey.current(new Array(1), client, 0)).toThrow(TaskKey.InvalidTaskKeyError)
    expect(() => TaskKey.current([], '0x', 0)).toThrow(Errors.InvalidInputError)
    expect(() => TaskKey.current([], client, -1)).toThrow(Errors.InvalidInputError)
  })
})

describe('refuses', () => {
  it.each([
    ['paramsHash', hex(1).slice(2)],
    ['client', client.toUpperCase()],
    ['key', hex(1)],
    ['epoch', 0.5],
  ])('a malformed %s', (field, value) => {
    const wrong = { ...taskKey, [field]: value }
    const error = errorOf(() => TaskKey.from(wrong), TaskKey.InvalidTaskKeyError)
    expect(error).toMatchObject({ subject: `taskKey.${field}`, value })
    expect(() => TaskKey.digest(wrong as never, protocol)).toThrow(TaskKey.InvalidTaskKeyError)
  })

  it('a signature beyond its limit', () => {
    const signature = `0x${'00'.repeat(TaskKey.maxSignature + 1)}`
    expect(
      errorOf(() => TaskKey.signedFrom({ taskKey, signature }), TaskKey.InvalidTaskKeyError).message,
    ).toMatchInlineSnapshot(`
      "signed is malformed.
        signed.signature  "0x0000000000000000000000000000000000000000000000000000000000000000000000000000000000000… (131076 characters)
        rule              at most 65536 bytes as lower-case 0x hex
        fix               pass Encoding.toHex(bytes), within the limit"
    `)
    expect(TaskKey.signedFrom({ taskKey, signature: signature.slice(0, -2) }).taskKey).toEqual(taskKey)
  })

  it('10,000 wrong inputs with typed errors', () => {
    fc.assert(
      fc.property(inputs(signed, taskKey), (value) => {
        for (const decode of [TaskKey.from, TaskKey.signedFrom]) {
          const result = outcome<unknown>(() => decode(value))
          if ('error' in result) expect(result.error).toBeInstanceOf(TaskKey.InvalidTaskKeyError)
        }
      }),
      { numRuns: 10_000 },
    )
  })
})
