/**
 * The part of an audit that looks at openings.
 *
 * @module
 */
import type * as Commitment from '@spotcheck/core/Commitment'
import type * as Message from '@spotcheck/core/Message'
import * as Opening from '@spotcheck/core/Opening'
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
    if (elsewhere) {
      findings.push(finding(first, 'it speaks of another batch'))
      continue
    }
    for (const { index } of envelope.body.leaves) seen.add(index)
    findings.push(...judge(envelope.body, leaves, context))
  }
  const missing = (context.drawn ?? []).filter((index) => !seen.has(index))
  return [...findings, ...missing.map((index) => finding(index, 'it was drawn, and its opening is missing'))]
}

/** The multiproof judges an opening by itself; which leaf is off, if one is, only a disclosed leaf can tell. */
function judge(opening: Opening.Opening, leaves: Leaves, { file }: Context): Finding[] {
  if (Opening.verify(file.batch.body, opening, file.protocol)) return []
  const found = opening.leaves.flatMap((opened) => difference(leaves.get(opened.index)?.leaf, opened))
  return found.length > 0 ? found : [finding(null, 'its multiproof does not lead to the root of the batch')]
}

function difference(leaf: Commitment.Leaf | undefined, opened: Opening.OpenedLeaf): Finding[] {
  if (leaf === undefined || Opening.matches(leaf, opened)) return []
  const { bytesCommit, evidenceCommit } = Opening.leafOf(opened)
  if (bytesCommit !== leaf.bytesCommit)
    return [finding(leaf.index, 'its output and salt are not what its leaf commits to')]
  if (evidenceCommit !== leaf.evidenceCommit)
    return [finding(leaf.index, 'its evidence and salt are not what its leaf commits to')]
  return [finding(leaf.index, 'its task and weight are not those of its leaf')]
}

function finding(index: number | null, message: string): Finding {
  return { check: 'opening', index, message }
}
