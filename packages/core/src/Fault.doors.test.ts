import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bagOf, commit, faults, included, makerOf } from '../../../test/support/faults.js'
import { messageOf, protocol } from '../../../test/support/fixtures.js'
import { inputs, outcome } from '../../../test/support/junk.js'
import { errorOf } from '../../../test/support/thrown.js'
import { hex, party } from '../../../test/support/world.js'
import * as Errors from './Errors.js'
import * as Fault from './Fault.js'
import { cheapAuthenticator, cheapSigner } from './memory/index.js'

fc.configureGlobal({ seed: 20_261_123 })

const place: Fault.Place = { protocol, executor: party('e', 1), epoch: 2 }
const operator = party('d', 1)
const context: Fault.Context = { ...place, operator, authenticator: cheapAuthenticator }
const proofs = await faults(makerOf(place, cheapSigner(operator)))
const all = Object.values(proofs)

describe('refuses', () => {
  it('what is no proof', () => {
    expect(errorOf(() => Fault.from({ kind: 'hearsay' }), Fault.InvalidProofError).message).toMatchInlineSnapshot(`
      "proof is malformed.
        proof.kind  "hearsay"
        rule        an object with one of the kinds of Fault.Proof
        fix         pass a value of that form"
    `)
    const { proof: _, ...rest } = proofs['bad-opening']
    const error = errorOf(() => Fault.from({ ...rest, proof: new Array(65).fill(hex(1)) }), Fault.InvalidProofError)
    expect(error.subject).toBe('proof.proof')
  })

  it('evidence that is malformed', () => {
    for (const [key, value] of [
      ['batches', [{}]],
      ['receipts', [{ ...proofs['two-receipts'].first, signature: '0x' }]],
      ['checkpoints', [messageOf('batch')]],
      ['openings', [proofs['two-batches'].first]],
      ['leaves', [{ leaf: {}, proof: [] }]],
    ] as const)
      expect(errorOf(() => Fault.prove({ [key]: value } as never, place), Fault.InvalidProofError).subject).toContain(
        `evidence.${key}`,
      )
    for (const wrong of [
      undefined,
      { batches: {} },
      { openings: new Array(3) },
      { leaves: [null] },
      { leaves: [{ ...included(commit(place, 1), 0), proof: 1 }] },
    ])
      expect(() => Fault.prove(wrong as never, place)).toThrow(Errors.BaseError)
  })

  it('a place or a context that is none', async () => {
    for (const wrong of [
      undefined,
      {},
      { ...place, executor: '0x' },
      { ...place, epoch: -1 },
      { ...place, protocol: {} },
    ]) {
      expect(() => Fault.prove({}, wrong as never)).toThrow(Errors.BaseError)
      expect(() => Fault.holds(all[0]!, wrong as never)).toThrow(Errors.BaseError)
      await expect(Fault.verify(all[0]!, wrong as never)).rejects.toThrow(Errors.BaseError)
    }
    for (const wrong of [{ operator: undefined }, { authenticator: {} }, { authenticator: undefined }])
      await expect(Fault.verify(all[0]!, { ...context, ...wrong } as never)).rejects.toThrow(Errors.InvalidInputError)
  })

  it('10,000 wrong inputs with typed errors', () => {
    fc.assert(
      fc.property(inputs(...all), (value) => {
        for (const judge of [Fault.slashId, (proof: Fault.Proof) => Fault.holds(proof, place)]) {
          const result = outcome<unknown>(() => judge(value as Fault.Proof))
          if ('error' in result) expect(result.error).toBeInstanceOf(Fault.InvalidProofError)
        }
      }),
      { numRuns: 10_000 },
    )
  })

  it('2,000 wrong proofs with false or a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(inputs(...all), async (value) => {
        const verified = await Fault.verify(value as Fault.Proof, context).catch((error: unknown) => error)
        if (verified === true) expect(all).toContainEqual(Fault.from(value))
        else if (verified !== false) expect(verified).toBeInstanceOf(Fault.InvalidProofError)
      }),
      { numRuns: 2_000 },
    )
  })

  it('2,000 wrong bags with typed errors', () => {
    fc.assert(
      fc.property(inputs(bagOf(all)), (value) => {
        outcome(() => Fault.proveAll(value as Fault.Evidence, place))
      }),
      { numRuns: 2_000 },
    )
  })
})
