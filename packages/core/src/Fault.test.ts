import fc from 'fast-check'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import {
  bagOf,
  combinations,
  commit,
  elsewhere,
  faults,
  headOf,
  honest,
  included,
  join,
  makerOf,
  mutants,
} from '../../../test/support/faults.js'
import { protocol } from '../../../test/support/fixtures.js'
import { hex, party } from '../../../test/support/world.js'
import * as Disclosure from './Disclosure.js'
import * as Fault from './Fault.js'
import * as Message from './Message.js'
import { cheapAuthenticator, cheapSigner } from './memory/index.js'
import * as Opening from './Opening.js'
import * as Schema from './Schema.js'
import { secp256k1 } from './viem/index.js'

fc.configureGlobal({ seed: 20_261_123 })

const place: Fault.Place = { protocol, executor: party('e', 1), epoch: 2 }
const operator = party('d', 1)
const maker = makerOf(place, cheapSigner(operator))
const context: Fault.Context = { ...place, operator, authenticator: cheapAuthenticator }
const proofs = await faults(maker)
const kinds = Object.keys(proofs) as Fault.Kind[]
const all = Object.values(proofs)
const ofLeaf: Partial<Record<Fault.Kind, number>> = {
  'receipt-outside-batch': 5,
  'receipt-not-honoured': 2,
  'bad-opening': 3,
}

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof Fault.schema>>().toEqualTypeOf<Fault.Proof>()
})

describe.each(kinds)('%s', (kind) => {
  const proof = proofs[kind]

  it('is proven by what was collected, and convicts', async () => {
    expect(Fault.prove(bagOf([proof]), place)?.kind).toBe(kind)
    expect(Fault.holds(proof, place)).toBe(true)
    expect(await Fault.verify(proof, context)).toBe(true)
    expect(await Fault.verify(Fault.prove(bagOf([proof]), place)!, context)).toBe(true)
  })

  it('comes back from the wire', async () => {
    const received = Fault.from(JSON.parse(JSON.stringify(proof, Schema.toJson)))
    expect(received).toEqual(proof)
    expect(await Fault.verify(received, context)).toBe(true)
  })

  it('is slashed once, like in settlement', () => {
    const index = ofLeaf[kind]
    expect(Fault.slashId(proof)).toBe(index === undefined ? `${place.executor}:2` : `${place.executor}:2:${index}`)
  })

  it('with anything changed in it proves nothing', async () => {
    let tried = 0
    for (const mutant of mutants(proof)) {
      tried++
      const verified = await Fault.verify(mutant as Fault.Proof, context).catch((error) => error)
      if (verified !== false) expect(verified).toBeInstanceOf(Fault.InvalidProofError)
    }
    expect(tried).toBeGreaterThan(30)
  })

  it('proves nothing for another epoch, executor, operator, chain, contract or network', async () => {
    for (const other of [{ epoch: 3 }, { epoch: 0 }, { executor: party('e', 2) }, { executor: operator }])
      expect(await Fault.verify(proof, { ...context, ...other })).toBe(false)
    expect(await Fault.verify(proof, { ...context, operator: place.executor })).toBe(false)
    for (const there of Object.values(elsewhere(protocol)))
      expect(await Fault.verify(proof, { ...context, protocol: there })).toBe(false)
  })

  it('proves nothing if one of its messages was signed for elsewhere, or by somebody else', async () => {
    const foreign = [
      ...Object.values(elsewhere(protocol)).map((there) => ({ ...place, protocol: there })),
      { ...place, epoch: 3 },
      { ...place, executor: party('e', 2) },
    ]
    const makers = [...foreign.map((where) => makerOf(where, cheapSigner(operator))), makerOf(place)]
    for (const other of makers) {
      const theirs = (await faults(other))[kind]
      for (const key of Object.keys(proof) as (keyof Fault.Proof)[])
        for (const value of [proof, theirs]) {
          const mixed = { ...(value === proof ? theirs : proof), [key]: value[key] } as Fault.Proof
          const own = JSON.stringify(mixed, Schema.toJson) === JSON.stringify(proof, Schema.toJson)
          expect(await Fault.verify(mixed, context)).toBe(own)
        }
    }
  })

  it('is not two copies of one message', async () => {
    if (!('first' in proof) && !('older' in proof)) return
    const [a, b] = 'first' in proof ? ['first', 'second'] : ['older', 'newer']
    const messages = proof as unknown as Record<string, unknown>
    for (const one of [messages[a!], messages[b!]])
      expect(await Fault.verify({ kind, [a!]: one, [b!]: one } as unknown as Fault.Proof, context)).toBe(false)
  })
})

describe('what makes a proof', () => {
  it('is another size or another root for one sequence number: either', async () => {
    const { first } = proofs['two-checkpoints']
    for (const [change, proven] of [
      [{ size: first.body.size + 1 }, true],
      [{ root: hex(1) }, true],
      [{ size: first.body.size + 1, sequence: 5 }, false],
      [{}, false],
    ] as const) {
      const second = await maker.head({ ...first.body, ...change })
      expect(await Fault.verify({ kind: 'two-checkpoints', first, second }, context)).toBe(proven)
    }
  })

  it('is not an opening by another executor of the same operator, though it names the batch', async () => {
    const proof = proofs['bad-opening']
    const opening = await maker.opening({ ...proof.opening.body, executor: party('e', 2) })
    expect(await Fault.verify({ ...proof, opening }, context)).toBe(false)
    expect(Fault.prove(bagOf([{ ...proof, opening }]), place)).toBeUndefined()
  })

  it('is an opening of the leaf at fault: not of others beside it, nor of none', async () => {
    const proof = proofs['bad-opening']
    const made = commit(place, 5)
    for (const index of [1, 2]) expect(await Fault.verify({ ...proof, ...included(made, index) }, context)).toBe(false)
  })

  it('is a leaf that was signed as another, not a multiproof that does not verify', async () => {
    const made = commit(place, 5)
    const [body, batch] = [Opening.from(made, [1, 3]), await maker.batch(made.batch)]
    const [first, second] = body.leaves
    const changes: [Partial<Opening.Opening>, boolean][] = [
      [{ leaves: [first!, { ...second!, taskId: hex(1) }] }, true],
      [{ leaves: [first!, { ...second!, weight: 9n }] }, true],
      [{ leaves: [{ ...first!, weight: 9n }, second!] }, false],
      [{ proof: [] }, false],
      [{ proof: body.proof.with(0, hex(1)) }, false],
    ]
    for (const [change, proven] of changes) {
      const opening = await maker.opening({ ...body, ...change })
      const proof = { kind: 'bad-opening', opening, batch, ...included(made, 3) } as const
      expect(await Fault.verify(proof, context)).toBe(proven)
    }
  })

  it('is a receipt for an index at the count or beyond', async () => {
    const { batch } = proofs['receipt-outside-batch']
    const leaf = commit(place, 5).leaves[4]!
    for (const [index, proven] of [
      [4, false],
      [5, true],
      [Number.MAX_SAFE_INTEGER, true],
    ] as const) {
      const receipt = await maker.receipt({ ...leaf, index })
      expect(await Fault.verify({ kind: 'receipt-outside-batch', receipt, batch }, context)).toBe(proven)
    }
  })
})

const epochs = fc.record({
  count: fc.integer({ min: 1, max: 6 }),
  sizes: fc.array(fc.nat(5), { maxLength: 4 }),
  openings: fc.array(fc.array(fc.nat(5), { maxLength: 4 }), { maxLength: 3 }),
})

describe('an honest executor', () => {
  /** Honest in two epochs, for two executors with one operator key, on this network and on three others. */
  const places = [
    place,
    { ...place, epoch: 3 },
    { ...place, executor: party('e', 2) },
    ...Object.values(elsewhere(protocol)).map((there) => ({ ...place, protocol: there })),
  ]

  it('signs nothing that proves a fault, however it is laid together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(epochs, { minLength: 6, maxLength: 6 }), async (histories) => {
        const bags = await Promise.all(
          histories.map(({ count, sizes, openings }, i) =>
            honest(makerOf(places[i]!, cheapSigner(operator)), count, sizes, openings),
          ),
        )
        const bag = join(...bags)
        for (const where of places) {
          const there = { ...context, ...where }
          expect(Fault.proveAll(await Fault.authentic(bag, there), where)).toEqual([])
          for (const proof of Fault.proveAll(bag, where)) expect(await Fault.verify(proof, there)).toBe(false)
        }
        for (const proof of combinations(join(...bags.slice(0, 2))))
          for (const where of places.slice(0, 3)) expect(Fault.holds(proof, where)).toBe(false)
      }),
      { numRuns: 12 },
    )
  })

  it('is not convicted by what a forger adds: leaves, proofs and bodies of its own', async () => {
    const { made: _, ...real } = await honest(maker, 4, [0, 2], [[0, 3]])
    const forger = makerOf(place, cheapSigner(party('d', 9)))
    const lies = await faults(forger)
    const made = commit(place, 4, 9)
    const bag = join(real, bagOf(Object.values(lies)), {
      ...bagOf([]),
      leaves: made.leaves.map((__, index) => included(made, index)),
    })
    let convincing = 0
    for (const proof of combinations(bag)) {
      if (!Fault.holds(proof, place)) continue
      convincing++
      expect(await Fault.verify(proof, context)).toBe(false)
    }
    expect(convincing).toBeGreaterThan(20)
  })

  it('is not convicted by its signatures under other words', async () => {
    const { made: _, ...bag } = await honest(maker, 3, [1], [[1]])
    const signatures = Object.values(bag).flatMap((list) =>
      list.flatMap((one) => ('signature' in one ? [one.signature] : [])),
    )
    for (const proof of all)
      for (const signature of signatures) {
        const stolen = JSON.parse(JSON.stringify(proof, Schema.toJson), (key, value) =>
          key === 'signature' ? signature : value,
        )
        expect(await Fault.verify(stolen, context)).toBe(false)
      }
  })
})

describe('authentic', () => {
  it('keeps what the operator signed for the place, and the leaves', async () => {
    const own = bagOf(all)
    const others = [
      makerOf(place),
      makerOf({ ...place, epoch: 3 }, cheapSigner(operator)),
      ...Object.values(elsewhere(protocol)).map((there) =>
        makerOf({ ...place, protocol: there }, cheapSigner(operator)),
      ),
    ]
    const foreign = await Promise.all(others.map(async (other) => bagOf(Object.values(await faults(other)))))
    const kept = await Fault.authentic(
      join(...foreign, { ...own, leaves: [] }, { ...bagOf([]), leaves: own.leaves }),
      context,
    )
    // An opening says neither epoch nor network; the digest that it names does, where it is held against a batch.
    expect({ ...kept, leaves: [], openings: [] }).toEqual({ ...own, leaves: [], openings: [] })
    expect(kept.openings).toEqual(expect.arrayContaining([...own.openings]))
    expect(kept.openings).toHaveLength(3)
    expect(kept.leaves).toHaveLength(foreign.length * 2 + 2)
    expect(Fault.proveAll(kept, place).map(Fault.slashId).sort()).toEqual([...new Set(all.map(Fault.slashId))].sort())
  })
})

describe('prove', () => {
  const lies = fc.record({
    batches: fc.subarray([0, 1, 2]),
    receipts: fc.array(fc.tuple(fc.nat(4), fc.nat(1)), { maxLength: 5 }),
    heads: fc.array(fc.record({ sequence: fc.nat(4), size: fc.integer({ min: 1, max: 5 }), salt: fc.nat(1) }), {
      maxLength: 5,
    }),
    openings: fc.array(fc.tuple(fc.nat(2), fc.nat(1)), { maxLength: 3 }),
  })
  const variants = [commit(place, 4), commit(place, 4, 7), commit(place, 2)]
  const longer = [commit(place, 6), commit(place, 6, 7)]

  async function bagFrom({
    batches,
    receipts,
    heads,
    openings,
  }: typeof lies extends fc.Arbitrary<infer T> ? T : never) {
    const opened = openings.map(([which, wrong]) => {
      const body = Opening.from(variants[which]!, [0, 1])
      return wrong ? { ...body, leaves: body.leaves.map((leaf) => ({ ...leaf, outputSalt: hex(1) })) } : body
    })
    return {
      batches: await Promise.all(batches.map((which) => maker.batch(variants[which]!.batch))),
      receipts: await Promise.all(receipts.map(([index, salt]) => maker.receipt(longer[salt]!.leaves[index]!))),
      checkpoints: await Promise.all(
        heads.map(({ sequence, size, salt }) =>
          maker.head(headOf(place, longer[salt]!.leaves.slice(0, size), sequence)),
        ),
      ),
      openings: await Promise.all(opened.map((body) => maker.opening(body))),
      leaves: variants.flatMap((made) => made.leaves.map((_, index) => included(made, index))),
    }
  }

  it('finds every fault that some combination of messages proves', async () => {
    const ids = (list: readonly Fault.Proof[]) => [...new Set(list.map(Fault.slashId))].sort()
    await fc.assert(
      fc.asyncProperty(lies, async (lie) => {
        const bag = await bagFrom(lie)
        const slow = [...combinations(bag)].filter((proof) => Fault.holds(proof, place))
        const found = Fault.proveAll(bag, place)
        expect(ids(found)).toEqual(ids(slow))
        expect(found).toHaveLength(ids(slow).length)
        expect(Fault.prove(bag, place) === undefined).toBe(slow.length === 0)
        for (const proof of found) expect(await Fault.verify(proof, context)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('takes envelopes and disclosures as they are', async () => {
    const made = commit(place, 3)
    const other = commit(place, 3, 7)
    const signer = cheapSigner(operator)
    const batch = await Message.sign<'batch'>({ kind: 'batch', body: made.batch }, protocol, signer)
    const receipts = [await maker.receipt(other.leaves[1]!)]
    const leaves = [Disclosure.from(made, 1, 'full')]
    const proof = Fault.prove({ batches: [batch], receipts, leaves }, place)!
    expect(proof.kind).toBe('receipt-not-honoured')
    expect(await Fault.verify(proof, context)).toBe(true)
  })

  it('is a matter of all lists being optional', () => {
    expect(Fault.prove({}, place)).toBeUndefined()
    expect(Fault.proveAll({ receipts: undefined }, place)).toEqual([])
  })

  it('says of a rewritten log that has grown nothing: that is for a challenge', async () => {
    const [made, other] = [commit(place, 5), commit(place, 5, 7)]
    const checkpoints = [
      await maker.head(headOf(place, made.leaves.slice(0, 2), 0)),
      await maker.head(headOf(place, other.leaves.slice(0, 4), 1)),
    ]
    expect(Fault.prove({ checkpoints }, place)).toBeUndefined()
  })
})

describe('with real keys', () => {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const malleated = (signature: string) => {
    const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0')
    return `${signature.slice(0, 66)}${s}${signature.endsWith('1b') ? '1c' : '1b'}`
  }

  it.each([1, 2])('proofs convict, malleated ones do not, and an honest executor is safe (key %i)', async (n) => {
    const account = privateKeyToAccount(hex(n))
    const real = { ...context, operator: account.address.toLowerCase() as `0x${string}`, authenticator: secp256k1 }
    const made = await faults(makerOf(place, account))
    for (const proof of Object.values(made)) {
      expect(await Fault.verify(proof, real)).toBe(true)
      expect(
        await Fault.verify(proof, { ...real, operator: privateKeyToAccount(hex(9)).address.toLowerCase() as never }),
      ).toBe(false)
      const high = JSON.parse(JSON.stringify(proof, Schema.toJson), (key, value) =>
        key === 'signature' ? malleated(value) : value,
      )
      expect(await Fault.verify(high, real)).toBe(false)
    }
    const { made: _, ...bag } = await honest(makerOf(place, account), 3, [0, 1], [[0, 2]])
    const forged = bagOf(Object.values(await faults(makerOf(place, privateKeyToAccount(hex(8))))))
    let convincing = 0
    for (const proof of combinations(join(bag, forged))) {
      if (!Fault.holds(proof, place) || convincing++ > 20) continue
      expect(await Fault.verify(proof, real)).toBe(false)
    }
    expect(convincing).toBeGreaterThan(10)
  })
})
