/**
 * Walks from leaves to the root, for plain and sum trees alike: which nodes a proof holds, and what a proof leads to.
 *
 * @module
 */
import { join, joinMany, type Scheme } from './Layout.js'
import { half, nodeAt, type Rows, rowWidth } from './Rows.js'

/** The nodes of a proof in order: `places[k]` of row `levels[k]`. */
export type Path = Readonly<{ levels: number[]; places: number[] }>

/**
 * The nodes that are missing to compute the root from nodes `known` of row `level` (ascending, distinct): level by
 * level from the leaves up, and from left to right within a level. A node that can be computed is never among them, so
 * no smaller set will do. For one leaf this is the inclusion proof of RFC 9162, section 2.1.3.1.
 */
export function missing(size: number, known: readonly number[], level = 0): Path {
  const path: Path = { levels: [], places: [] }
  let at = known
  for (let row = level, width = rowWidth(size, row); width > 1; row++, width = Math.ceil(width / 2)) {
    const parents: number[] = []
    for (let k = 0; k < at.length; k++) {
      const i = at[k]!
      const sibling = i % 2 === 0 ? i + 1 : i - 1
      if (at[k + 1] === sibling) k++
      else if (sibling < width) {
        path.levels.push(row)
        path.places.push(sibling)
      }
      parents.push(half(i))
    }
    at = parents
  }
  return path
}

/** Copies of the nodes of a path. */
export function collect(rows: Rows, { levels, places }: Path): Uint8Array[] {
  return places.map((place, k) => nodeAt(rows, levels[k]!, place))
}

/** Is the proof one node of the right width for each place of the path? */
export function fits(by: Scheme, { places }: Path, proof: readonly Uint8Array[]): boolean {
  return proof.length === places.length && proof.every((node) => node.length === by.width)
}

/** What one node and the nodes of its path lead to; undefined where a sum overflows. `proof` fits `path`. */
export function fold(by: Scheme, node: Uint8Array, path: Path, proof: readonly Uint8Array[]): Uint8Array | undefined {
  let result: Uint8Array | undefined = node
  for (let k = 0; k < proof.length && result !== undefined; k++)
    result = isLeft(path.places[k]!) ? join(by, proof[k]!, result) : join(by, result, proof[k]!)
  return result
}

/**
 * What leaf nodes (`leaves`, one after another, at `indices` ascending and distinct) and the nodes missing beside them
 * lead to; undefined where a sum overflows. Each row is joined in one go. `proof` fits `missing(size, indices)`.
 */
export function climb(
  by: Scheme,
  { size, indices, leaves, proof }: { size: number; indices: readonly number[]; leaves: Uint8Array; proof: Proof },
): Uint8Array | undefined {
  const supply = proof.values()
  let row: Row = { at: indices, nodes: leaves }
  for (let width = size; width > 1; width = Math.ceil(width / 2)) {
    const { pairs, parents, lone } = pairUp(by, row, width, supply)
    const nodes = new Uint8Array(parents.length * by.width)
    if (!joinMany(by, pairs, nodes.subarray(0, pairs.length / 2))) return undefined
    if (lone !== undefined) nodes.set(lone, pairs.length / 2)
    row = { at: parents, nodes }
  }
  return row.nodes
}

type Proof = readonly Uint8Array[]
type Row = Readonly<{ at: readonly number[]; nodes: Uint8Array }>

/** The pairs of a row that hold a known node, completed from `supply`, and a lone last node, which is its own parent. */
function pairUp({ width: bytes }: Scheme, { at, nodes }: Row, width: number, supply: Iterator<Uint8Array>) {
  const pairs = new Uint8Array(2 * nodes.length)
  const parents: number[] = []
  const known = (k: number) => nodes.subarray(k * bytes, (k + 1) * bytes)
  let lone: Uint8Array | undefined
  let end = 0
  for (let k = 0; k < at.length; k++) {
    const i = at[k]!
    parents.push(half(i))
    if (i % 2 === 0 && i + 1 === width) lone = known(k)
    else {
      pairs.set(i % 2 === 0 ? known(k) : supply.next().value!, end)
      pairs.set(i % 2 === 1 || at[k + 1] === i + 1 ? known(i % 2 === 1 ? k : ++k) : supply.next().value!, end + bytes)
      end += 2 * bytes
    }
  }
  return { pairs: pairs.subarray(0, end), parents, lone }
}

/** Where consistency starts: the largest complete subtree that ends at `oldSize`, node `place` of row `level`. */
function lastSubtree(oldSize: number): { level: number; place: number } {
  let [level, count] = [0, oldSize]
  for (; count % 2 === 0; count = half(count)) level++
  return { level, place: count - 1 }
}

/** Is the first tree one node of the second? Then the plain proof leaves it out: whoever verifies has it. */
export function isSubtree(oldSize: number): boolean {
  return lastSubtree(oldSize).place === 0
}

/** SUBPROOF(oldSize, D_n, false) of RFC 9162, section 2.1.4.1, for 0 < oldSize < n. */
export function proveConsistency(rows: Rows, oldSize: number): Uint8Array[] {
  const { level, place } = lastSubtree(oldSize)
  return [nodeAt(rows, level, place), ...collect(rows, missing(rows.size, [place], level))]
}

/**
 * RFC 9162, section 2.1.4.2, for 0 < oldSize < newSize: the roots that SUBPROOF(oldSize, D_n, false) leads to, old and
 * new, as nodes; undefined where it has not the nodes of such a proof, or a sum overflows. The RFC's counters `fn` and `sn`
 * walk the same path as `missing`: what stands left belongs to both trees, what stands right to the new one only.
 */
export function regrow(
  by: Scheme,
  { oldSize, newSize, proof }: Readonly<{ oldSize: number; newSize: number; proof: Proof }>,
): readonly [Uint8Array, Uint8Array] | undefined {
  const { level, place } = lastSubtree(oldSize)
  const path = missing(newSize, [place], level)
  const [first, ...rest] = proof
  if (first?.length !== by.width || !fits(by, path, rest)) return undefined
  const shared = rest.filter((_, k) => isLeft(path.places[k]!))
  const left = { levels: [], places: path.places.filter(isLeft) }
  const [before, after] = [fold(by, first, left, shared), fold(by, first, path, rest)]
  return before === undefined || after === undefined ? undefined : [before, after]
}

function isLeft(place: number): boolean {
  return place % 2 === 0
}
