import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import { commitmentOf, entryWith, evidenceProtocol, input, protocol } from '../../../test/support/fixtures.js'
import { errorOf } from '../../../test/support/thrown.js'
import { bytes, hex, party } from '../../../test/support/world.js'
import * as Commitment from './Commitment.js'
import * as Disclosure from './Disclosure.js'
import { toHex, zero32 } from './Encoding.js'
import * as Errors from './Errors.js'
import * as Merkle from './Merkle.js'
import * as Schema from './Schema.js'

const commitment = commitmentOf(5)
const { batch } = commitment
const disclosure = Disclosure.from(commitment, 3, 'full')
const context: Disclosure.Context = { protocol, batch, reward: 100n, client: party('c', 1), taskSigned: true }

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof Disclosure.schema>>().toEqualTypeOf<Disclosure.Disclosure>()
  expect(Disclosure.decode(JSON.parse(JSON.stringify(disclosure, Schema.toJson)))).toEqual(disclosure)
})

describe('from', () => {
  it('shows the output in evidence mode only, and the evidence never', () => {
    expect(disclosure).toMatchObject({ output: '0x', outputSalt: zero32, input })
    const open = Disclosure.from(commitment, 3, 'evidence')
    expect(open).toMatchObject({ output: '0x00000003', outputSalt: commitment.salts[3]!.bytes })
    const { evidence } = commitment.entries[3]!.output
    expect(JSON.stringify([disclosure, open], Schema.toJson)).not.toContain(evidence.slice(2))
    expect(JSON.stringify([disclosure, open], Schema.toJson)).not.toContain(commitment.salts[3]!.evidence)
  })

  it('exists for indices of the batch', () => {
    for (const index of [-1, 5, 0.5])
      expect(() => Disclosure.from(commitment, index, 'full')).toThrow(Merkle.InvalidIndexError)
    expect(() => Disclosure.from(commitment, 0, 'open' as never)).toThrow(Errors.InvalidInputError)
    expect(() => Disclosure.from(undefined as never, 0, 'full')).toThrow(Errors.InvalidInputError)
  })
})

describe('flaw', () => {
  it('finds none in honest work, in either mode', () => {
    for (const of of [protocol, evidenceProtocol]) {
      const made = commitmentOf(5, { protocol: of })
      for (const index of [0, 1, 2, 3, 4])
        expect(
          Disclosure.flaw(Disclosure.from(made, index, of.mode), { ...context, protocol: of, batch: made.batch }),
        ).toBeUndefined()
    }
  })

  const flawOf = (changed: Partial<Disclosure.Disclosure>, against: Partial<Disclosure.Context> = {}) =>
    Disclosure.flaw({ ...disclosure, ...changed }, { ...context, ...against })

  it('not-in-batch', () => {
    expect(flawOf({ leaf: { ...disclosure.leaf, index: 2 } })).toBe('not-in-batch')
    expect(flawOf({ leaf: { ...disclosure.leaf, bytesCommit: hex(1) } })).toBe('not-in-batch')
    expect(flawOf({ proof: disclosure.proof.slice(1) })).toBe('not-in-batch')
    expect(flawOf({}, { batch: { ...batch, root: hex(1) } })).toBe('not-in-batch')
  })

  it('not-in-batch, where it names another batch or executor than the one it is checked against', () => {
    expect(flawOf({ batchDigest: hex(1) })).toBe('not-in-batch')
    expect(flawOf({ executor: party('e', 2) })).toBe('not-in-batch')
    expect(flawOf({}, { batch: { ...batch, canaryRoot: hex(1) } })).toBe('not-in-batch')
    expect(flawOf({}, { protocol: { ...protocol, chainId: 1 } })).toBe('not-in-batch')
  })

  it('task-mismatch', () => {
    expect(flawOf({ task: entryWith(2).task })).toBe('task-mismatch')
  })

  /** A batch of one leaf that is made from a changed entry, honestly otherwise. */
  const crooked = (
    change: (entry: Commitment.Entry) => Commitment.Entry,
    against: Partial<Disclosure.Context> = {},
  ) => {
    const made = commitmentOf(1, { entries: [change(entryWith(3))] })
    return Disclosure.flaw(Disclosure.from(made, 0, 'full'), { ...context, batch: made.batch, ...against })
  }
  const withTask = (overrides: object) => (entry: Commitment.Entry) => ({
    ...entry,
    task: { ...entry.task, ...overrides },
  })

  it('task-parameters', () => {
    expect(crooked(withTask({ paramsHash: hex(1) }))).toBe('task-parameters')
  })

  it('task-signature', () => {
    expect(flawOf({}, { taskSigned: false })).toBe('task-signature')
    expect(crooked(withTask({ client: party('c', 2) }))).toBe('task-signature')
  })

  it('task-reward', () => {
    expect(flawOf({}, { reward: 101n })).toBe('task-reward')
    expect(crooked(withTask({ reward: 1_000n }))).toBe('task-reward')
  })

  it('weight: none, or not the value that the client signed', () => {
    expect(crooked(withTask({ value: 0n }))).toBe('weight')
    // A leaf whose weight is not its task's value takes a tree made by hand.
    const leaf = { ...commitment.leaves[0]!, index: 0, weight: 999n }
    const tree = Merkle.from([Commitment.encodeLeaf(leaf)])
    const padded = {
      ...batch,
      count: 1,
      totalWeight: 999n,
      root: toHex(Merkle.root(tree)),
    }
    const entry = commitment.entries[0]!
    const shown = { ...disclosure, leaf, proof: [], task: entry.task, batchDigest: Commitment.digest(padded, protocol) }
    expect(Disclosure.flaw(shown, { ...context, batch: padded })).toBe('weight')
  })

  it('input', () => {
    expect(flawOf({ input: '0x2a' })).toBe('input')
  })

  it('output: shown where it must be hidden, or another than was committed to', () => {
    expect(flawOf({ output: '0x00000003' })).toBe('output')
    expect(flawOf({ outputSalt: hex(1) })).toBe('output')
    const made = commitmentOf(5, { protocol: evidenceProtocol })
    const open = Disclosure.from(made, 3, 'evidence')
    const against = { ...context, protocol: evidenceProtocol, batch: made.batch }
    expect(Disclosure.flaw({ ...open, output: '0x00000004' }, against)).toBe('output')
    expect(Disclosure.flaw({ ...open, outputSalt: hex(1) }, against)).toBe('output')
    expect(Disclosure.flaw(Disclosure.from(made, 3, 'full'), against)).toBe('output')
  })

  it('needs a disclosure and something to check it against', () => {
    for (const wrong of [undefined, {}, { ...disclosure, proof: 'x' }])
      expect(() => Disclosure.flaw(wrong as never, context)).toThrow(Disclosure.InvalidDisclosureError)
    for (const wrong of [undefined, {}, { ...context, batch: {} }, { ...context, protocol: 1 }])
      expect(() => Disclosure.flaw(disclosure, wrong as never)).toThrow(Errors.BaseError)
  })
})

it.each([
  ['input', `0x${'00'.repeat(Disclosure.maxBytes + 1)}`],
  ['output', '0xA0'],
  ['taskSignature', '0x'],
  ['proof', new Array(65).fill(hex(1))],
  ['batchDigest', bytes(1)],
  ['executor', party('e', 1).replace('e', 'E')],
])('refuses a malformed %s', (field, value) => {
  expect(
    errorOf(() => Disclosure.decode({ ...disclosure, [field]: value }), Disclosure.InvalidDisclosureError),
  ).toMatchObject({ subject: `disclosure.${field}`, value })
})
