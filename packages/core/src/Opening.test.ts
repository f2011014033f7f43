import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import { commitmentOf, protocol } from '../../../test/support/fixtures.js'
import { errorOf } from '../../../test/support/thrown.js'
import { hex, party } from '../../../test/support/world.js'
import * as Commitment from './Commitment.js'
import * as Errors from './Errors.js'
import * as Opening from './Opening.js'
import * as Schema from './Schema.js'

const commitment = commitmentOf(5)
const opening = Opening.from(commitment, [0, 2, 4])

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof Opening.schema>>().toEqualTypeOf<Opening.Opening>()
  expect(Opening.decode(JSON.parse(JSON.stringify(opening, Schema.toJson)))).toEqual(opening)
})

describe('verify', () => {
  it('shows every set of leaves in its batch, by one proof, without any disclosure', () => {
    for (let set = 1; set < 2 ** 5; set++) {
      const indices = [0, 1, 2, 3, 4].filter((index) => (set >> index) % 2 === 1)
      const made = Opening.from(commitment, indices)
      expect(Opening.verify(commitment.batch, made, protocol), String(indices)).toBe(true)
      const singles = indices.flatMap((index) => Commitment.prove(commitment, index))
      expect(made.proof.length).toBeLessThanOrEqual(singles.length)
    }
  })

  it('binds every field of every leaf, the order and number of nodes, the executor and the batch', () => {
    const changes = [{ index: 1 }, { taskId: hex(1) }, { weight: 9n }, { output: '0x' }, { evidence: '0x' }]
    for (const [i, leaf] of opening.leaves.entries())
      for (const change of [...changes, { outputSalt: hex(1) }, { evidenceSalt: hex(1) }]) {
        const leaves = opening.leaves.with(i, { ...leaf, ...change } as Opening.OpenedLeaf)
        if (!('index' in change) || i === 1)
          expect(Opening.verify(commitment.batch, { ...opening, leaves }, protocol)).toBe(false)
      }
    const [first, second, ...rest] = opening.proof
    for (const change of [
      { proof: [second!, first!, ...rest] },
      { proof: opening.proof.slice(1) },
      { proof: [...opening.proof, hex(1)] },
      { proof: opening.proof.with(0, hex(1)) },
      { leaves: opening.leaves.slice(1) },
      { executor: party('e', 2) },
      { batchDigest: hex(1) },
    ])
      expect(Opening.verify(commitment.batch, { ...opening, ...change }, protocol)).toBe(false)
    expect(Opening.verify({ ...commitment.batch, root: hex(1) }, opening, protocol)).toBe(false)
    expect(Opening.verify(commitment.batch, opening, { ...protocol, chainId: 1 })).toBe(false)
  })

  it('is false for an index that the batch does not have', () => {
    const leaves = opening.leaves.with(2, { ...opening.leaves[2]!, index: 5 })
    expect(Opening.verify(commitment.batch, { ...opening, leaves }, protocol)).toBe(false)
  })

  it('needs an opening, a batch and parameters', () => {
    expect(() => Opening.verify(commitment.batch, { ...opening, leaves: [] }, protocol)).toThrow(
      Opening.InvalidOpeningError,
    )
    expect(() => Opening.verify({} as never, opening, protocol)).toThrow(Commitment.InvalidBatchError)
    expect(() => Opening.verify(commitment.batch, opening, {} as never)).toThrow(Errors.BaseError)
  })

  it('takes as many nodes as the worst message of the largest batch can need', () => {
    // 4,096 leaves, 256 apart, of 2^20: none shares a sibling in the lowest eight rows.
    expect(Opening.maxProof).toBe(8 * 4096)
  })
})

describe('matches', () => {
  it('holds for the leaf that was committed to, and for no other', () => {
    for (const [i, opened] of opening.leaves.entries())
      for (const leaf of commitment.leaves) expect(Opening.matches(leaf, opened)).toBe(leaf.index === [0, 2, 4][i])
  })

  it('binds index, task, weight, both contents and both salts', () => {
    const leaf = commitment.leaves[2]!
    const opened = opening.leaves[1]!
    const { output, outputSalt, evidence, evidenceSalt } = opened
    for (const change of [
      { index: 1 },
      { taskId: hex(1) },
      { weight: 9n },
      { output: `${output}00` },
      { output: '0x' },
      { evidence: '0x' },
      { outputSalt: hex(1) },
      { evidenceSalt: hex(1) },
      { output: evidence, evidence: output },
      { outputSalt: evidenceSalt, evidenceSalt: outputSalt },
    ])
      expect(Opening.matches(leaf, { ...opened, ...change } as Opening.OpenedLeaf)).toBe(false)
  })

  it('needs a leaf and content', () => {
    const leaf = commitment.leaves[2]!
    const opened = opening.leaves[1]!
    for (const wrong of [undefined, {}, { ...opened, output: '0xA' }, { ...opened, evidenceSalt: '0x' }])
      expect(() => Opening.matches(leaf, wrong as never)).toThrow(Errors.InvalidInputError)
    expect(() => Opening.matches(undefined as never, opened)).toThrow(Errors.InvalidInputError)
  })
})

describe('from', () => {
  it('refuses indices that nobody would read', () => {
    expect(errorOf(() => Opening.from(commitment, [0, 5]), Opening.InvalidOpeningError).message).toMatchInlineSnapshot(`
      "the batch has no such index.
        index  5
        rule   0 <= index < 5
        fix    open the indices that Sample drew for this batch"
    `)
    for (const part of ['leaves', 'entries', 'salts'] as const) {
      const short = { ...commitment, [part]: commitment[part].slice(0, 4) }
      const error = errorOf(() => Opening.from(short, [0, 4]), Opening.InvalidOpeningError)
      expect(error).toMatchObject({ name: 'Opening.InvalidOpeningError', subject: 'index', value: 4 })
    }
    for (const wrong of [[], [1, 0], [1, 1], [-1], [0.5], ['length'], ['__proto__']])
      expect(() => Opening.from(commitment, wrong as number[])).toThrow(Opening.InvalidOpeningError)
    for (const wrong of [undefined, 'x', new Array(Opening.maxLeaves + 1)])
      expect(() => Opening.from(commitment, wrong as number[])).toThrow(Errors.InvalidInputError)
    for (const wrong of [undefined, {}, { entries: 1 }])
      expect(() => Opening.from(wrong as never, [0])).toThrow(Errors.InvalidInputError)
  })
})

describe('decode', () => {
  const leaf = opening.leaves[0]!
  it.each([
    ['leaves', []],
    ['leaves', [leaf, leaf]],
    ['leaves', [...opening.leaves].reverse()],
    ['leaves', new Array(Opening.maxLeaves + 1).fill(leaf)],
    ['batchDigest', '0x'],
    ['proof', new Array(Opening.maxProof + 1).fill(hex(1))],
    ['executor', party('e', 1).replace('e', 'E')],
  ])('refuses malformed %s', (field, value) => {
    expect(errorOf(() => Opening.decode({ ...opening, [field]: value }), Opening.InvalidOpeningError)).toMatchObject({
      subject: `opening.${field}`,
      value,
    })
  })

  it('says what to do about the order', () => {
    const leaves = [...opening.leaves].reverse()
    expect(errorOf(() => Opening.decode({ ...opening, leaves }), Opening.InvalidOpeningError)).toMatchObject({
      rule: 'indices strictly ascending',
      fix: 'sort the leaves by index, each once',
    })
  })

  it('refuses what is no node', () => {
    for (const node of ['0x00', `0x${'00'.repeat(33)}`, 5])
      expect(errorOf(() => Opening.decode({ ...opening, proof: [node] }), Opening.InvalidOpeningError)).toMatchObject({
        subject: 'opening.proof.0',
        value: node,
      })
  })

  it('refuses content beyond its limit', () => {
    const leaves = [{ ...leaf, evidence: `0x${'00'.repeat(Opening.maxBytes + 1)}` }]
    expect(errorOf(() => Opening.decode({ ...opening, leaves }), Opening.InvalidOpeningError).subject).toBe(
      'opening.leaves.0.evidence',
    )
  })
})
