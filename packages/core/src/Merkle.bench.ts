// What the tree is to cost, next to the best-known library and to the hashes that it can't do without.
import type { Bench, Fresh, Tools } from '../../../scripts/bench.mjs'

const SIZE = 100_000
const OPENED = 1_000

/** Distinct leaves of 32 bytes, views of one buffer: what is measured are the trees, not what they are given. */
function leavesOf(size: number): Uint8Array[] {
  const bytes = new Uint8Array(size * 32)
  for (let i = 0; i < size; i++) bytes.set([i, i >> 8, i >> 16], i * 32)
  return Array.from({ length: size }, (_, i) => bytes.subarray(i * 32, (i + 1) * 32))
}

export const fresh: Fresh = {
  ours: async () => {
    const Merkle = await import('@spotcheck/core/Merkle')
    const leaves = leavesOf(SIZE)
    return () => Merkle.from(leaves)
  },
  // It is given its leaves hashed.
  openzeppelin: async () => {
    const { SimpleMerkleTree } = await import('@openzeppelin/merkle-tree')
    const leaves = leavesOf(SIZE)
    return () => SimpleMerkleTree.of(leaves)
  },
}

export const bench: Bench = async (tools) => {
  const { Merkle } = await import('@spotcheck/core')
  return [...cold(tools), bare(Merkle, tools), many(Merkle, tools)]
}

type Trees = typeof import('@spotcheck/core').Merkle

function cold({ fresh, median }: Tools) {
  const rounds = Array.from({ length: 3 }, () => ({ ours: fresh('ours'), theirs: fresh('openzeppelin') }))
  const [ms, theirMs] = [median(rounds.map((r) => r.ours.ms)), median(rounds.map((r) => r.theirs.ms))]
  const [mib, theirMib] = [median(rounds.map((r) => r.ours.mib)), median(rounds.map((r) => r.theirs.mib))]
  return [
    {
      name: 'tree of 1e5 leaves in a cold process, times faster than SimpleMerkleTree',
      value: median(rounds.map((r) => r.theirs.ms / r.ours.ms)),
      unit: 'x',
      least: 6,
      detail: `${ms.toFixed()} ms against ${theirMs.toFixed()} ms`,
    },
    {
      name: 'its peak memory next to SimpleMerkleTree’s',
      value: median(rounds.map((r) => r.ours.mib / r.theirs.mib)),
      unit: 'x',
      most: 0.35,
      detail: `${mib.toFixed()} MiB against ${theirMib.toFixed()} MiB`,
    },
  ]
}

/** The hashes alone: every message laid out beforehand, one call for the leaves and one for the nodes. */
function bare(Merkle: Trees, { median, time }: Tools) {
  const leaves = leavesOf(SIZE)
  const hasher = Merkle.hasher('keccak256')
  const [leafMessages, nodeMessages] = [new Uint8Array(SIZE * 33), new Uint8Array((SIZE - 1) * 65).fill(7)]
  for (const [i, leaf] of leaves.entries()) leafMessages.set(leaf, i * 33 + 1)
  const digests = new Uint8Array(SIZE * 32)
  const hashes = () => {
    hasher.hashMany(leafMessages, 33, digests)
    hasher.hashMany(nodeMessages, 65, digests.subarray(32))
  }
  const tree = () => Merkle.from(leaves)
  tree()
  hashes()
  const rounds = Array.from({ length: 15 }, () => ({ tree: time(tree), hashes: time(hashes) }))
  return {
    name: 'tree of 1e5 leaves, warm, next to its hashes alone',
    value: median(rounds.map((r) => r.tree / r.hashes)),
    unit: 'x',
    most: 1.15,
    detail: `${median(rounds.map((r) => r.tree)).toFixed()} ms against ${median(rounds.map((r) => r.hashes)).toFixed()} ms`,
  }
}

function many(Merkle: Trees, { median, time }: Tools) {
  const leaves = leavesOf(SIZE)
  const tree = Merkle.from(leaves)
  const root = Merkle.root(tree)
  // Scattered, as a sample is: no two are neighbours for long.
  const indices = Array.from({ length: OPENED }, (_, i) => (i * 61_803) % SIZE).sort((a, b) => a - b)
  const opened = indices.map((index) => leaves[index]!)
  const proof = Merkle.proveMany(tree, indices)
  const proofs = indices.map((index) => Merkle.prove(tree, index))
  const one = () => Merkle.verifyMany({ root, size: SIZE, indices, leaves: opened, proof })
  const single = (index: number, k: number) =>
    Merkle.verify({ root, size: SIZE, index, leaf: opened[k]!, proof: proofs[k]! })
  const all = () => indices.every(single)
  if (!one() || !all()) throw new Error('a proof does not verify')
  const rounds = Array.from({ length: 15 }, () => ({ all: time(all), one: time(one) }))
  return {
    name: 'verifying a multiproof of 1,000 scattered indices, times faster than 1,000 proofs',
    value: median(rounds.map((r) => r.all / r.one)),
    unit: 'x',
    least: 2,
    detail: `${median(rounds.map((r) => r.one)).toFixed(1)} ms against ${median(rounds.map((r) => r.all)).toFixed(1)} ms`,
  }
}
