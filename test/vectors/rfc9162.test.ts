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

// Published with the implementations of Certificate Transparency for the same leaves.
const published: [number, number, string[]][] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
]

it.each(published)('has the published consistency proof of %i in %i', (oldSize, newSize, expected) => {
  const proof = Merkle.consistency(Merkle.from(leaves.slice(0, newSize), { hash: 'sha256' }), oldSize)
  expect(proof.map(Encoding.toHex)).toEqual(expected.map((hex) => `0x${hex}`))
  const [oldRoot, newRoot] = [oldSize, newSize].map((size) => Encoding.fromHex(`0x${vectors.roots[size]}`))
  expect(
    Merkle.verifyConsistency({ oldRoot: oldRoot!, oldSize, newRoot: newRoot!, newSize, proof, hash: 'sha256' }),
  ).toBe(true)
})

it('refuses the empty tree, which RFC 9162 defines and a batch has no use for', () => {
  expect(() => Merkle.from([], { hash: 'sha256' })).toThrow(Merkle.EmptyTreeError)
})
