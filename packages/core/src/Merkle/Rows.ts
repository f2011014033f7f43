/**
 * The shape of a tree, stored flat. A tree of n leaves splits at the largest power of two below n, which is the same as
 * pairing neighbours level by level and carrying a lone last node up unchanged. Level k is a row of `ceil(n / 2^k)`
 * nodes, one after another in a single buffer; node i of level k covers the leaves `[i·2^k, (i+1)·2^k)` that exist.
 *
 * @module
 */
import type { HashName } from './Hasher.js'
import { joinMany, type LayoutName, layouts, type Scheme } from './Layout.js'

/** A tree of either layout, all of it. */
export type Rows = Readonly<{
  hash: HashName
  layout: LayoutName
  /** Number of leaves, at least 1. */
  size: number
  /** Every level, leaves first; a node is 32 bytes, in a sum tree 48. */
  nodes: Uint8Array
  /** Where each level starts in `nodes`, in nodes; the last is the root. */
  starts: readonly number[]
}>

/** How many nodes a level of a tree of `size` leaves has: `ceil(size / 2^level)`. */
export function rowWidth(size: number, level: number): number {
  return Math.ceil(size / 2 ** level)
}

/** Floor of x / 2, also above 2^32, where `>>` would wrap. */
export function half(x: number): number {
  return Math.floor(x / 2)
}

/** Where each level starts, in nodes. */
function rowStarts(size: number): number[] {
  const starts = [0]
  for (let count = size; count > 1; count = Math.ceil(count / 2)) starts.push(starts.at(-1)! + count)
  return starts
}

/** A copy of node `i` of `level`, both of which exist. */
export function nodeAt({ layout, nodes, starts }: Rows, level: number, i: number): Uint8Array {
  const { width } = layouts[layout]
  const at = (starts[level]! + i) * width
  return nodes.slice(at, at + width)
}

export function top(rows: Rows): Uint8Array {
  return nodeAt(rows, rows.starts.length - 1, 0)
}

/**
 * A tree with `leaves` (nodes of level 0, one after another) after those of `old`. Nodes of `old` that cover nothing but
 * its own leaves are copied, so appending k leaves costs about k + log2 n hashes.
 */
export function grow<layout extends LayoutName>(
  layout: layout,
  by: Scheme,
  leaves: Uint8Array,
  old?: Rows,
): Rows & Readonly<{ layout: layout }> {
  const { width, hasher } = by
  const before = old?.size ?? 0
  const size = before + leaves.length / width
  const starts = rowStarts(size)
  const nodes = new Uint8Array((starts.at(-1)! + 1) * width)
  const rows = { hash: hasher.hash, layout, size, nodes, starts }
  nodes.set(leaves, before * width)
  for (let level = 0; level < starts.length; level++) {
    const kept = Math.floor(before / 2 ** level)
    if (kept > 0) copyRow(old!, rows, level, kept)
    if (level > 0) fillRow(rows, by, level, kept)
  }
  return rows
}

/** Copies the first `count` nodes of a level. */
function copyRow(from: Rows, to: Rows, level: number, count: number): void {
  const { width } = layouts[to.layout]
  const at = from.starts[level]! * width
  to.nodes.set(from.nodes.subarray(at, at + count * width), to.starts[level]! * width)
}

/** Writes `level` from the level below, from node `first` on; a lone last node is carried up unchanged. */
function fillRow({ size, nodes, starts }: Rows, by: Scheme, level: number, first: number): void {
  const { width } = by
  const below = rowWidth(size, level - 1)
  const paired = half(below)
  const [from, to] = [starts[level - 1]!, starts[level]!]
  const pairs = nodes.subarray((from + 2 * first) * width, (from + 2 * paired) * width)
  joinMany(by, pairs, nodes.subarray((to + first) * width, (to + paired) * width))
  if (below % 2 === 1) nodes.copyWithin((to + paired) * width, (from + below - 1) * width, (from + below) * width)
}
