import { describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import { commitmentOf, errorOf } from '../../../test/support/fixtures.js'
import { hex, party } from '../../../test/support/world.js'
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
  it('holds for the leaf that was committed to, and for no other', () => {
    for (const [i, opened] of opening.leaves.entries())
      for (const leaf of commitment.leaves) expect(Opening.verify(leaf, opened)).toBe(leaf.index === [0, 2, 4][i])
  })

  it('binds index, both contents and both salts', () => {
    const leaf = commitment.leaves[2]!
    const opened = opening.leaves[1]!
    const { output, outputSalt, evidence, evidenceSalt } = opened
    for (const change of [
      { index: 1 },
      { output: `${output}00` },
      { output: '0x' },
      { evidence: '0x' },
      { outputSalt: hex(1) },
      { evidenceSalt: hex(1) },
      { output: evidence, evidence: output },
      { outputSalt: evidenceSalt, evidenceSalt: outputSalt },
    ])
      expect(Opening.verify(leaf, { ...opened, ...change } as Opening.OpenedLeaf)).toBe(false)
  })

  it('needs a leaf and content', () => {
    const leaf = commitment.leaves[2]!
    const opened = opening.leaves[1]!
    for (const wrong of [undefined, {}, { ...opened, output: '0xA' }, { ...opened, evidenceSalt: '0x' }])
      expect(() => Opening.verify(leaf, wrong as never)).toThrow(Errors.InvalidInputError)
    expect(() => Opening.verify(undefined as never, opened)).toThrow(Errors.InvalidInputError)
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

  it('refuses content beyond its limit', () => {
    const leaves = [{ ...leaf, evidence: `0x${'00'.repeat(Opening.maxBytes + 1)}` }]
    expect(errorOf(() => Opening.decode({ ...opening, leaves }), Opening.InvalidOpeningError).subject).toBe(
      'opening.leaves.0.evidence',
    )
  })
})
