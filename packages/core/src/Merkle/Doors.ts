/**
 * What trees and proofs are checked for at the door, and the errors that say so.
 *
 * @module
 */
import { assertBytes, assertInteger, assertObject, isBytes } from '../Encoding.js'
import { BaseError, InvalidInputError } from '../Errors.js'
import { type LayoutName, layouts } from './Layout.js'
import { type Rows, rowWidth } from './Rows.js'

/** Returns `tree` if it is a tree of that layout. @throws Errors.InvalidInputError */
export function assertTree<rows extends Rows>(tree: rows, layout: LayoutName): rows {
  const { nodes, starts, layout: actual, size } = assertObject(tree, 'tree')
  if (actual === layout && isBytes(nodes) && Array.isArray(starts) && Number.isSafeInteger(size))
    if (Number.isSafeInteger(starts.at(-1)) && nodes.length === (starts.at(-1)! + 1) * layouts[layout].width)
      return tree
  const maker = layout === 'sum' ? 'Merkle.Sum.from' : 'Merkle.from'
  throw new InvalidInputError(`tree is not a ${layout === 'sum' ? 'sum' : 'Merkle'} tree.`, {
    subject: 'tree',
    value: tree,
    rule: `what ${maker} returned`,
    fix: `build it with ${maker}(leaves)`,
  })
}

/** @throws Merkle.InvalidIndexError */
export function assertIndex(index: unknown, size: number): void {
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new InvalidIndexError(index, size)
}

/** Returns `indices` if a tree of `size` has them, each once, in order. @throws Merkle.InvalidIndicesError */
export function assertIndices(indices: readonly number[], size: number): readonly number[] {
  for (const index of assertArray(indices, 'indices', 'an array of integers')) assertIndex(index, size)
  if (!isAscending(indices)) throw new InvalidIndicesError(indices)
  return indices
}

/** Is it at least one number, each larger than the one before? */
export function isAscending(indices: readonly number[]): boolean {
  return indices.length > 0 && indices.every((index, k) => k === 0 || index > indices[k - 1]!)
}

/** @throws Merkle.InvalidSizeError */
export function assertOldSize(oldSize: unknown, size: number): void {
  if (typeof oldSize !== 'number' || !Number.isSafeInteger(oldSize) || oldSize < 1 || oldSize > size)
    throw new InvalidSizeError(oldSize, size)
}

/** @throws Errors.InvalidInputError if the tree has no node `i` of `level`. */
export function assertNode({ size, starts }: Rows, level: unknown, i: unknown): void {
  assertInteger(i, 'i', 0, rowWidth(size, assertInteger(level, 'level', 0, starts.length - 1)) - 1)
}

/** Returns `list` if it is an array of byte arrays. @throws Errors.InvalidInputError */
export function assertBytesList(list: readonly Uint8Array[], subject: string): readonly Uint8Array[] {
  assertArray(list, subject)
  // The name of an element is made only for one that fails.
  for (let i = 0; i < list.length; i++) if (!isBytes(list[i])) assertBytes(list[i], `${subject}[${i}]`)
  return list
}

/** Returns `list` if it is an array of safe integers from 0. @throws Errors.InvalidInputError */
export function assertIntegers(list: readonly number[], subject: string): readonly number[] {
  assertArray(list, subject, 'an array of integers')
  for (let i = 0; i < list.length; i++) assertInteger(list[i], `${subject}[${i}]`)
  return list
}

/** Returns `value` if it is a bigint. @throws Errors.InvalidInputError */
export function assertBigint(value: unknown, subject: string): bigint {
  if (typeof value === 'bigint') return value
  throw new InvalidInputError(`${subject} must be a bigint.`, {
    subject,
    value,
    rule: 'a bigint, 0 or above and below 2^128',
    fix: 'write 5n, not 5',
    see: 'protocol.md, Bytes',
  })
}

/** Returns `list` if it is an array. @throws Errors.InvalidInputError */
export function assertArray<list>(list: list, subject: string, rule = 'an array of Uint8Array'): list {
  if (Array.isArray(list)) return list
  throw new InvalidInputError(`${subject} must be an array.`, {
    subject,
    value: list,
    rule,
    fix: 'pass the list, even if it has one element',
  })
}

/** A tree without leaves: nothing was committed to. */
export class EmptyTreeError extends BaseError {
  override name = 'Merkle.EmptyTreeError'

  constructor() {
    super('a tree needs at least one leaf.', {
      subject: 'leaves',
      value: [],
      rule: 'count >= 1',
      fix: 'commit only epochs in which something was served',
      see: 'protocol.md, Bytes',
    })
  }
}

/** An index that the tree does not have. */
export class InvalidIndexError extends BaseError {
  override name = 'Merkle.InvalidIndexError'

  constructor(index: unknown, size: number) {
    super(`the tree has no leaf at that index.`, {
      subject: 'index',
      value: index,
      rule: `an integer from 0 to ${size - 1}`,
      fix: 'pass the position of a committed leaf',
      see: 'RFC 9162, 2.1.3',
    })
  }
}

/** Indices that have no one proof: none at all, unsorted, or repeating. */
export class InvalidIndicesError extends BaseError {
  override name = 'Merkle.InvalidIndicesError'

  constructor(indices: readonly number[]) {
    const at = indices.findIndex((index, k) => k > 0 && index <= indices[k - 1]!)
    const [previous, index] = [indices[at - 1], indices[at]]
    super(at < 0 ? 'a multiproof needs at least one index.' : `the indices are not in order at ${at}.`, {
      subject: 'indices',
      value: at < 0 ? indices : index,
      rule: at < 0 ? 'at least one' : `ascending, each once: this one comes after ${previous}`,
      fix: at < 0 ? 'ask for no proof where nothing is opened' : 'sort them and drop the repetitions',
      see: 'protocol.md, Opening',
    })
  }
}

/** A size that the tree never had. */
export class InvalidSizeError extends BaseError {
  override name = 'Merkle.InvalidSizeError'

  constructor(oldSize: unknown, size: number) {
    super('the tree never had that size.', {
      subject: 'oldSize',
      value: oldSize,
      rule: `an integer from 1 to ${size}`,
      fix: 'pass the number of leaves of the earlier tree',
      see: 'RFC 9162, 2.1.4',
    })
  }
}

/** Weights that add up to 2^128 or more. */
export class OverflowError extends BaseError {
  override name = 'Merkle.OverflowError'

  constructor(total: bigint) {
    super('the weights add up to more than fits.', {
      subject: 'total',
      value: total,
      rule: 'total < 2^128',
      fix: 'check the unit of the weights, or split the batch',
      see: 'protocol.md, Bytes',
    })
  }
}
