/** What trees refuse, and in which words. */
import { expect, it } from 'vitest'
import { refusal } from '../../../../test/support/thrown.js'
import * as Merkle from '../Merkle.js'

const leaf = Uint8Array.of(1)
const tree = Merkle.from([leaf, leaf, leaf])
const sum = Merkle.Sum.from([{ data: leaf, weight: 1n }])
const root = Merkle.root(tree)
const wrong = undefined as never

const inclusion = { root, size: 3, index: 0, leaf, proof: Merkle.prove(tree, 0) }
const inclusions = { root, size: 3, indices: [0], leaves: [leaf], proof: Merkle.prove(tree, 0) }
const growth = { oldRoot: root, oldSize: 3, newRoot: root, newSize: 3, proof: [] }
const sumInclusion = { root, total: 1n, size: 1, index: 0, leaf, weight: 1n, proof: [] }
const sumInclusions = { root, total: 1n, size: 1, indices: [0], leaves: [{ data: leaf, weight: 1n }], proof: [] }
const sumGrowth = { ...growth, oldTotal: 1n, newTotal: 1n }

/** One call without anything, and one for every field that is wrong. */
const without = <given extends object>(call: (given: given) => unknown, given: given) => [
  () => call(wrong),
  ...Object.keys(given).map((name) => () => call({ ...given, [name]: name === 'hash' ? 1 : null })),
]
const backend = (overrides: object) => () =>
  Merkle.from([leaf], { hasher: { ...Merkle.hasher('sha256'), ...overrides } as Merkle.Hasher })

it('plain trees', () => {
  const calls = [
    () => Merkle.from(wrong),
    () => Merkle.from([]),
    () => Merkle.from([leaf, wrong]),
    () => Merkle.from([leaf], null as never),
    () => Merkle.from([leaf], { hash: 'md5' as never }),
    () => Merkle.append(wrong, []),
    () => Merkle.append(sum as never, []),
    () => Merkle.append(tree, wrong),
    () => Merkle.append(tree, [wrong]),
    () => Merkle.append(tree, [], null as never),
    () => Merkle.root(wrong),
    () => Merkle.root({ ...tree, nodes: tree.nodes.slice(1) }),
    () => Merkle.root({ ...tree, starts: [] }),
    () => Merkle.root({ ...tree, starts: 3 as never }),
    () => Merkle.root({ ...tree, size: 0.5 }),
    () => Merkle.prove(tree, 3),
    () => Merkle.prove(tree, -1),
    () => Merkle.prove(tree, 0.5),
    () => Merkle.prove(tree, '0' as never),
    () => Merkle.proveMany(tree, wrong),
    () => Merkle.proveMany(tree, []),
    () => Merkle.proveMany(tree, [0, 3]),
    () => Merkle.proveMany(tree, [0, 2, 1]),
    () => Merkle.proveMany(tree, [1, 1]),
    () => Merkle.consistency(tree, 0),
    () => Merkle.consistency(tree, 4),
    () => Merkle.consistency(tree, 1.5),
    () => Merkle.consistency(tree, '1' as never),
    () => Merkle.node(tree, 3, 0),
    () => Merkle.node(tree, 1, 2),
    () => Merkle.width(tree, 3),
    () => Merkle.width(wrong, 0),
    () => Merkle.leafHash(wrong),
    () => Merkle.nodeHash(leaf, root),
    () => Merkle.nodeHash(root, leaf),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: leaves must be an array. | leaves | undefined | an array of Uint8Array | pass the list, even if it has one element
    Merkle.EmptyTreeError: a tree needs at least one leaf. | leaves |  | count >= 1 | commit only epochs in which something was served
    Errors.InvalidInputError: leaves[1] must be bytes. | leaves[1] | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: options must be an object. | options | null | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: hash is not one that the tree knows. | hash | md5 | 'keccak256' or 'sha256' | pass the hash that the parameters name
    Errors.InvalidInputError: tree must be an object. | tree | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: tree is not a Merkle tree. | tree | [object Object] | what Merkle.from returned | build it with Merkle.from(leaves)
    Errors.InvalidInputError: leaves must be an array. | leaves | undefined | an array of Uint8Array | pass the list, even if it has one element
    Errors.InvalidInputError: leaves[0] must be bytes. | leaves[0] | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: options must be an object. | options | null | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: tree must be an object. | tree | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: tree is not a Merkle tree. | tree | [object Object] | what Merkle.from returned | build it with Merkle.from(leaves)
    Errors.InvalidInputError: tree is not a Merkle tree. | tree | [object Object] | what Merkle.from returned | build it with Merkle.from(leaves)
    Errors.InvalidInputError: tree is not a Merkle tree. | tree | [object Object] | what Merkle.from returned | build it with Merkle.from(leaves)
    Errors.InvalidInputError: tree is not a Merkle tree. | tree | [object Object] | what Merkle.from returned | build it with Merkle.from(leaves)
    Merkle.InvalidIndexError: the tree has no leaf at that index. | index | 3 | an integer from 0 to 2 | pass the position of a committed leaf
    Merkle.InvalidIndexError: the tree has no leaf at that index. | index | -1 | an integer from 0 to 2 | pass the position of a committed leaf
    Merkle.InvalidIndexError: the tree has no leaf at that index. | index | 0.5 | an integer from 0 to 2 | pass the position of a committed leaf
    Merkle.InvalidIndexError: the tree has no leaf at that index. | index | 0 | an integer from 0 to 2 | pass the position of a committed leaf
    Errors.InvalidInputError: indices must be an array. | indices | undefined | an array of integers | pass the list, even if it has one element
    Merkle.InvalidIndicesError: a multiproof needs at least one index. | indices |  | at least one | ask for no proof where nothing is opened
    Merkle.InvalidIndexError: the tree has no leaf at that index. | index | 3 | an integer from 0 to 2 | pass the position of a committed leaf
    Merkle.InvalidIndicesError: the indices are not in order at 2. | indices | 1 | ascending, each once: this one comes after 2 | sort them and drop the repetitions
    Merkle.InvalidIndicesError: the indices are not in order at 1. | indices | 1 | ascending, each once: this one comes after 1 | sort them and drop the repetitions
    Merkle.InvalidSizeError: the tree never had that size. | oldSize | 0 | an integer from 1 to 3 | pass the number of leaves of the earlier tree
    Merkle.InvalidSizeError: the tree never had that size. | oldSize | 4 | an integer from 1 to 3 | pass the number of leaves of the earlier tree
    Merkle.InvalidSizeError: the tree never had that size. | oldSize | 1.5 | an integer from 1 to 3 | pass the number of leaves of the earlier tree
    Merkle.InvalidSizeError: the tree never had that size. | oldSize | 1 | an integer from 1 to 3 | pass the number of leaves of the earlier tree
    Errors.InvalidInputError: level must be a whole number in range. | level | 3 | an integer from 0 to 2 | pass a number in that range
    Errors.InvalidInputError: i must be a whole number in range. | i | 2 | an integer from 0 to 1 | pass a number in that range
    Errors.InvalidInputError: level must be a whole number in range. | level | 3 | an integer from 0 to 2 | pass a number in that range
    Errors.InvalidInputError: tree must be an object. | tree | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: data must be bytes. | data | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: left must be 32 bytes. | left | 1 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: right must be 32 bytes. | right | 1 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex"
  `)
})

it('proofs of plain trees', () => {
  const calls = [
    ...without(Merkle.verify, inclusion),
    ...without(Merkle.verifyMany, inclusions),
    () => Merkle.verify({ ...inclusion, proof: [wrong] }),
    () => Merkle.verify({ ...inclusion, hash: null as never }),
    () => Merkle.verifyMany({ ...inclusions, indices: [0.5] }),
    () => Merkle.verifyMany({ ...inclusions, leaves: [wrong] }),
    () => Merkle.verifyMany({ ...inclusions, proof: [wrong] }),
    ...without(Merkle.verifyConsistency, growth),
    () => Merkle.verifyConsistency({ ...growth, proof: [wrong] }),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: inclusion must be an object. | inclusion | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: root must be bytes. | root | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: size must be a whole number in range. | size | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: index must be a whole number in range. | index | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: leaf must be bytes. | leaf | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: proof must be an array. | proof | null | an array of Uint8Array | pass the list, even if it has one element
    Errors.InvalidInputError: inclusions must be an object. | inclusions | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: root must be bytes. | root | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: size must be a whole number in range. | size | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: indices must be an array. | indices | null | an array of integers | pass the list, even if it has one element
    Errors.InvalidInputError: leaves must be an array. | leaves | null | an array of Uint8Array | pass the list, even if it has one element
    Errors.InvalidInputError: proof must be an array. | proof | null | an array of Uint8Array | pass the list, even if it has one element
    Errors.InvalidInputError: proof[0] must be bytes. | proof[0] | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: hash is not one that the tree knows. | hash | null | 'keccak256' or 'sha256' | pass the hash that the parameters name
    Errors.InvalidInputError: indices[0] must be a whole number in range. | indices[0] | 0.5 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: leaves[0] must be bytes. | leaves[0] | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: proof[0] must be bytes. | proof[0] | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: consistency must be an object. | consistency | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: oldRoot must be bytes. | oldRoot | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: oldSize must be a whole number in range. | oldSize | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: newRoot must be bytes. | newRoot | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: newSize must be a whole number in range. | newSize | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: proof must be an array. | proof | null | an array of Uint8Array | pass the list, even if it has one element
    Errors.InvalidInputError: proof[0] must be bytes. | proof[0] | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex"
  `)
})

it('sum trees', () => {
  const most = { data: leaf, weight: 2n ** 128n - 1n }
  const node = Merkle.Sum.node(sum, 0, 0)
  const full = Uint8Array.from(node, (byte, i) => (i < 32 ? byte : 255))
  const calls = [
    () => Merkle.Sum.from(wrong),
    () => Merkle.Sum.from([]),
    () => Merkle.Sum.from([wrong]),
    () => Merkle.Sum.from([{ data: wrong, weight: 1n }]),
    () => Merkle.Sum.from([{ data: leaf, weight: 1 as never }]),
    () => Merkle.Sum.from([{ data: leaf, weight: -1n }]),
    () => Merkle.Sum.from([{ data: leaf, weight: 2n ** 128n }]),
    () => Merkle.Sum.from([most, { data: leaf, weight: 1n }]),
    () => Merkle.Sum.from([most], null as never),
    () => Merkle.Sum.append(wrong, []),
    () => Merkle.Sum.append(tree as never, []),
    () => Merkle.Sum.append(sum, wrong),
    () => Merkle.Sum.append(sum, [most]),
    () => Merkle.Sum.append(sum, [], null as never),
    ...[Merkle.Sum.root, Merkle.Sum.total].map((call) => () => call(tree as never)),
    () => Merkle.Sum.prove(tree as never, 0),
    () => Merkle.Sum.prove(sum, 1),
    () => Merkle.Sum.proveMany(tree as never, [0]),
    () => Merkle.Sum.proveMany(sum, [1]),
    () => Merkle.Sum.consistency(tree as never, 1),
    () => Merkle.Sum.consistency(sum, 2),
    () => Merkle.Sum.node(tree as never, 0, 0),
    () => Merkle.Sum.node(sum, 1, 0),
    () => Merkle.Sum.leafHash(wrong),
    () => Merkle.Sum.parent(leaf, node),
    () => Merkle.Sum.parent(node, leaf),
    () => Merkle.Sum.parent(full, node),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: leaves must be an array. | leaves | undefined | an array of { data, weight } | pass the list, even if it has one element
    Merkle.EmptyTreeError: a tree needs at least one leaf. | leaves |  | count >= 1 | commit only epochs in which something was served
    Errors.InvalidInputError: leaves[0] must be an object. | leaves[0] | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: leaves[0].data must be bytes. | leaves[0].data | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: leaves[0].weight must be a bigint. | leaves[0].weight | 1 | a bigint, 0 or above and below 2^128 | write 5n, not 5
    Errors.InvalidInputError: leaves[0].weight does not fit 128 bits. | leaves[0].weight | -1 | 0 <= leaves[0].weight < 2^128 | pass a smaller, non-negative number
    Errors.InvalidInputError: leaves[0].weight does not fit 128 bits. | leaves[0].weight | 340282366920938463463374607431768211456 | 0 <= leaves[0].weight < 2^128 | pass a smaller, non-negative number
    Merkle.OverflowError: the weights add up to more than fits. | total | 340282366920938463463374607431768211456 | total < 2^128 | check the unit of the weights, or split the batch
    Errors.InvalidInputError: options must be an object. | options | null | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: tree must be an object. | tree | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: tree is not a sum tree. | tree | [object Object] | what Merkle.Sum.from returned | build it with Merkle.Sum.from(leaves)
    Errors.InvalidInputError: leaves must be an array. | leaves | undefined | an array of { data, weight } | pass the list, even if it has one element
    Merkle.OverflowError: the weights add up to more than fits. | total | 340282366920938463463374607431768211456 | total < 2^128 | check the unit of the weights, or split the batch
    Errors.InvalidInputError: options must be an object. | options | null | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: tree is not a sum tree. | tree | [object Object] | what Merkle.Sum.from returned | build it with Merkle.Sum.from(leaves)
    Errors.InvalidInputError: tree is not a sum tree. | tree | [object Object] | what Merkle.Sum.from returned | build it with Merkle.Sum.from(leaves)
    Errors.InvalidInputError: tree is not a sum tree. | tree | [object Object] | what Merkle.Sum.from returned | build it with Merkle.Sum.from(leaves)
    Merkle.InvalidIndexError: the tree has no leaf at that index. | index | 1 | an integer from 0 to 0 | pass the position of a committed leaf
    Errors.InvalidInputError: tree is not a sum tree. | tree | [object Object] | what Merkle.Sum.from returned | build it with Merkle.Sum.from(leaves)
    Merkle.InvalidIndexError: the tree has no leaf at that index. | index | 1 | an integer from 0 to 0 | pass the position of a committed leaf
    Errors.InvalidInputError: tree is not a sum tree. | tree | [object Object] | what Merkle.Sum.from returned | build it with Merkle.Sum.from(leaves)
    Merkle.InvalidSizeError: the tree never had that size. | oldSize | 2 | an integer from 1 to 1 | pass the number of leaves of the earlier tree
    Errors.InvalidInputError: tree is not a sum tree. | tree | [object Object] | what Merkle.Sum.from returned | build it with Merkle.Sum.from(leaves)
    Errors.InvalidInputError: level must be a whole number in range. | level | 1 | an integer from 0 to 0 | pass a number in that range
    Errors.InvalidInputError: data must be bytes. | data | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: left must be 48 bytes. | left | 1 | a Uint8Array of 48 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: right must be 48 bytes. | right | 1 | a Uint8Array of 48 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Merkle.OverflowError: the weights add up to more than fits. | total | 340282366920938463463374607431768211456 | total < 2^128 | check the unit of the weights, or split the batch"
  `)
})

it('proofs of sum trees', () => {
  const calls = [
    ...without(Merkle.Sum.verify, sumInclusion),
    ...without(Merkle.Sum.verifyMany, sumInclusions),
    () => Merkle.Sum.verifyMany({ ...sumInclusions, indices: [0.5] }),
    () => Merkle.Sum.verifyMany({ ...sumInclusions, leaves: [wrong] }),
    () => Merkle.Sum.verifyMany({ ...sumInclusions, leaves: [{ data: wrong, weight: 1n }] }),
    () => Merkle.Sum.verifyMany({ ...sumInclusions, leaves: [{ data: leaf, weight: 1 as never }] }),
    ...without(Merkle.Sum.verifyConsistency, growth),
    () => Merkle.Sum.verifyConsistency({ ...sumGrowth, oldTotal: 1 as never }),
    () => Merkle.Sum.verifyConsistency({ ...sumGrowth, newTotal: 1 as never }),
    () => Merkle.Sum.verifyConsistency({ ...sumGrowth, hash: null as never }),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: inclusion must be an object. | inclusion | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: root must be bytes. | root | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: total must be a bigint. | total | null | a bigint, 0 or above and below 2^128 | write 5n, not 5
    Errors.InvalidInputError: size must be a whole number in range. | size | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: index must be a whole number in range. | index | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: leaf must be bytes. | leaf | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: weight must be a bigint. | weight | null | a bigint, 0 or above and below 2^128 | write 5n, not 5
    Errors.InvalidInputError: proof must be an array. | proof | null | an array of Uint8Array | pass the list, even if it has one element
    Errors.InvalidInputError: inclusions must be an object. | inclusions | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: root must be bytes. | root | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: total must be a bigint. | total | null | a bigint, 0 or above and below 2^128 | write 5n, not 5
    Errors.InvalidInputError: size must be a whole number in range. | size | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: indices must be an array. | indices | null | an array of integers | pass the list, even if it has one element
    Errors.InvalidInputError: leaves must be an array. | leaves | null | an array of Uint8Array | pass the list, even if it has one element
    Errors.InvalidInputError: proof must be an array. | proof | null | an array of Uint8Array | pass the list, even if it has one element
    Errors.InvalidInputError: indices[0] must be a whole number in range. | indices[0] | 0.5 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: leaves[0] must be an object. | leaves[0] | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: leaves[0].data must be bytes. | leaves[0].data | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: leaves[0].weight must be a bigint. | leaves[0].weight | 1 | a bigint, 0 or above and below 2^128 | write 5n, not 5
    Errors.InvalidInputError: consistency must be an object. | consistency | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: oldRoot must be bytes. | oldRoot | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: oldSize must be a whole number in range. | oldSize | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: newRoot must be bytes. | newRoot | null | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: newSize must be a whole number in range. | newSize | null | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: proof must be an array. | proof | null | an array of Uint8Array | pass the list, even if it has one element
    Errors.InvalidInputError: oldTotal must be a bigint. | oldTotal | 1 | a bigint, 0 or above and below 2^128 | write 5n, not 5
    Errors.InvalidInputError: newTotal must be a bigint. | newTotal | 1 | a bigint, 0 or above and below 2^128 | write 5n, not 5
    Errors.InvalidInputError: hash is not one that the tree knows. | hash | null | 'keccak256' or 'sha256' | pass the hash that the parameters name"
  `)
})

it('hashers', () => {
  const mute = () => {}
  const calls = [
    () => Merkle.hasher(wrong),
    () => Merkle.from([leaf], { hasher: null as never }),
    () => Merkle.from([leaf], { hasher: 1 as never }),
    backend({ hashMany: undefined }),
    backend({ hash: 'md5' }),
    backend({ hash: 'keccak256' }),
    backend({ hashMany: mute }),
    () => Merkle.from([leaf], { hash: 'keccak256', hasher: Merkle.hasher('sha256') }),
    backend({
      hashMany: () => {
        throw new Error('no memory')
      },
    }),
    () => Merkle.hasher('keccak256').hashMany(wrong, 1, new Uint8Array(32)),
    () => Merkle.hasher('keccak256').hashMany(leaf, 1, wrong),
    () => Merkle.hasher('keccak256').hashMany(leaf, 0.5, new Uint8Array(32)),
    () => Merkle.hasher('keccak256').hashMany(leaf, 1, new Uint8Array(33)),
    () => Merkle.hasher('sha256').hashMany(leaf, 2, new Uint8Array(32)),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: hash is not one that the tree knows. | hash | undefined | 'keccak256' or 'sha256' | pass the hash that the parameters name
    Merkle.InvalidHasherError: the hasher can't be used: it has no function hashMany. | hasher | null | { hash, hashMany(input, length, output) } that writes the hash of every message, in order | leave hasher out, or compare yours with Merkle.hasher(hash)
    Merkle.InvalidHasherError: the hasher can't be used: it has no function hashMany. | hasher | 1 | { hash, hashMany(input, length, output) } that writes the hash of every message, in order | leave hasher out, or compare yours with Merkle.hasher(hash)
    Merkle.InvalidHasherError: the hasher can't be used: it has no function hashMany. | hasher | [object Object] | { hash, hashMany(input, length, output) } that writes the hash of every message, in order | leave hasher out, or compare yours with Merkle.hasher(hash)
    Errors.InvalidInputError: hash is not one that the tree knows. | hash | md5 | 'keccak256' or 'sha256' | pass the hash that the parameters name
    Merkle.InvalidHasherError: the hasher can't be used: it does not compute keccak256. | hasher | [object Object] | { hash, hashMany(input, length, output) } that writes the hash of every message, in order | leave hasher out, or compare yours with Merkle.hasher(hash)
    Merkle.InvalidHasherError: the hasher can't be used: it does not compute sha256. | hasher | [object Object] | { hash, hashMany(input, length, output) } that writes the hash of every message, in order | leave hasher out, or compare yours with Merkle.hasher(hash)
    Merkle.InvalidHasherError: the hasher can't be used: it computes sha256, not keccak256. | hasher | [object Object] | { hash, hashMany(input, length, output) } that writes the hash of every message, in order | leave hasher out, or compare yours with Merkle.hasher(hash)
    Merkle.InvalidHasherError: the hasher can't be used: it threw. | hasher | [object Object] | { hash, hashMany(input, length, output) } that writes the hash of every message, in order | leave hasher out, or compare yours with Merkle.hasher(hash)
    Errors.InvalidInputError: input must be 1 bytes. | input | undefined | a Uint8Array of 1 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: output must be bytes. | output | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: length must be a whole number in range. | length | 0.5 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: output.length / 32 must be a whole number in range. | output.length / 32 | 1.03125 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: input must be 2 bytes. | input | 1 | a Uint8Array of 2 bytes | pass the raw bytes; hex goes through Encoding.fromHex"
  `)
})
