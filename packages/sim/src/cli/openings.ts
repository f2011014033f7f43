/**
 * The part of an audit that looks at openings.
 *
 * @module
 */
import type * as Commitment from '@spotcheck/core/Commitment'
import type * as Message from '@spotcheck/core/Message'
import * as Opening from '@spotcheck/core/Opening'
import * as Output from '@spotcheck/core/Output'
import { type Context, type Finding, type Leaves, signerFindings } from './finding.js'

/** What is wrong with the openings, those that are missing included. */
export async function openingFindings(
  openings: readonly Message.Envelope<'opening'>[],
  leaves: Leaves,
  context: Context,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const seen = new Set<number>()
  for (const envelope of openings) {
    const first = envelope.body.leaves[0]?.index ?? null
    findings.push(...(await signerFindings(envelope, 'opening', first, context)))
    const { batchDigest, executor } = envelope.body
    const elsewhere = batchDigest !== context.batchDigest || executor !== context.file.batch.body.executor
    if (elsewhere) findings.push({ check: 'opening', index: first, message: 'it speaks of another batch' })
    for (const opened of elsewhere ? [] : envelope.body.leaves) {
      seen.add(opened.index)
      findings.push(...judge(leaves.get(opened.index)?.leaf, opened))
    }
  }
  const missing = (context.drawn ?? []).filter((index) => !seen.has(index))
  return [...findings, ...missing.map((index) => finding(index, 'it was drawn, and its opening is missing'))]
}

function judge(leaf: Commitment.Leaf | undefined, opened: Opening.OpenedLeaf): Finding[] {
  const { index, output, outputSalt } = opened
  if (leaf === undefined) return [finding(index, 'no disclosure shows its leaf in the batch, so nothing can be opened')]
  if (Opening.verify(leaf, opened)) return []
  const part = Output.commit('bytes', output, outputSalt) === leaf.bytesCommit ? 'evidence' : 'output'
  return [finding(index, `its ${part} and salt are not what its leaf commits to`)]
}

function finding(index: number, message: string): Finding {
  return { check: 'opening', index, message }
}
