/** RFC 9162 (and RFC 6962): the Certificate Transparency vectors, SHA-256. */
import * as Encoding from '@spotcheck/core/Encoding'
import * as Merkle from '@spotcheck/core/Merkle'
import { expect, it } from 'vitest'
import vectors from './rfc9162-sha256.json' with { type: 'json' }

const leaves = vectors.leaves.map((hex) => Encoding.fromHex(`0x${hex}`))

it.each([1, 2, 3, 4, 5, 6, 7, 8])('has the published root over the first %i leaves', (size) => {
  const tree = Merkle.from(leaves.slice(0, size), { hash: 'sha256' })
  expect(Encoding.toHex(Merkle.root(tree))).toBe(`0x${vectors.roots[size]}`)
})

it.each([1, 2, 3, 4, 5, 6, 7, 8])('proves every leaf of the first %i to the published root', (size) => {
  const tree = Merkle.from(leaves.slice(0, size), { hash: 'sha256' })
  const root = Encoding.fromHex(`0x${vectors.roots[size]}`)
  for (const [index, leaf] of leaves.slice(0, size).entries()) {
    const proof = Merkle.prove(tree, index)
    expect(Merkle.verify({ root, size, index, leaf, proof, hash: 'sha256' })).toBe(true)
  }
})

it('refuses the empty tree, which RFC 9162 defines and a batch has no use for', () => {
  expect(() => Merkle.from([], { hash: 'sha256' })).toThrow(Merkle.EmptyTreeError)
})
