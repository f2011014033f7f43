/**
 * The part of an audit that looks at disclosures.
 *
 * @module
 */
import * as Disclosure from '@spotcheck/core/Disclosure'
import type * as Encoding from '@spotcheck/core/Encoding'
import type * as Message from '@spotcheck/core/Message'
import * as Task from '@spotcheck/core/Task'
import { secp256k1 } from '@spotcheck/core/viem'
import { type Context, type Finding, type Leaves, signerFindings } from './finding.js'

const WORDS: Readonly<Record<Disclosure.Flaw, string>> = {
  'not-in-batch': 'its inclusion proof does not lead to the root of the batch',
  'task-mismatch': 'its task is not the one that its leaf commits to',
  'task-parameters': 'its task was ordered under other parameters than the batch’s',
  'task-signature': 'its task is not signed by the task key of its client',
  'task-reward': 'its task’s reward is not the one that the client authorised',
  'task-repeated': 'its task stands in the batch more than once',
  weight: 'its leaf’s weight is not its task’s value, or is 0',
  input: 'its input is not the one that its task names',
  output: 'its output and salt are not what its leaf commits to in this mode',
}

/** What is wrong with the disclosures, those that are missing included, and the leaves that are in the batch. */
export async function disclosureFindings(
  disclosures: readonly Message.Envelope<'disclosure'>[],
  context: Context,
): Promise<{ findings: Finding[]; leaves: Leaves }> {
  const leaves = new Map<number, Disclosure.Disclosure>()
  const tasks = new Map<Encoding.Hex, number>()
  const findings: Finding[] = []
  for (const envelope of disclosures) {
    const { leaf } = envelope.body
    const flaw = await flawOf(envelope.body, context)
    if (flaw !== undefined) findings.push(finding(leaf.index, flaw))
    if (flaw !== WORDS['not-in-batch'] && flaw !== ELSEWHERE) leaves.set(leaf.index, envelope.body)
    const first = tasks.get(leaf.taskId) ?? leaf.index
    if (first !== leaf.index) findings.push(finding(leaf.index, `${WORDS['task-repeated']}: also at index ${first}`))
    tasks.set(leaf.taskId, first)
    findings.push(...(await signerFindings(envelope, 'disclosure', leaf.index, context)))
  }
  const seen = new Set(disclosures.map(({ body }) => body.leaf.index))
  const missing = (context.drawn ?? []).filter((index) => !seen.has(index))
  const absent = missing.map((index) => finding(index, 'it was drawn, and its disclosure is missing'))
  return { findings: [...findings, ...absent], leaves }
}

const ELSEWHERE = 'it speaks of another batch'

async function flawOf(body: Disclosure.Disclosure, { file, batchDigest }: Context): Promise<string | undefined> {
  const { protocol, batch, engagement = body.task, taskKeys = [] } = file
  if (body.batchDigest !== batchDigest || body.executor !== batch.body.executor) return ELSEWHERE
  const { client } = body.task
  const key = taskKeys.find((one) => one.client === client)?.key ?? client
  const signer = await secp256k1.recover(Task.definition(body.task, protocol), body.taskSignature)
  const { reward } = engagement
  const against = { protocol, batch: batch.body, reward, client: engagement.client, taskSigned: signer === key }
  const flaw = Disclosure.flaw(body, against)
  return flaw === undefined ? undefined : WORDS[flaw]
}

function finding(index: number, message: string): Finding {
  return { check: 'disclosure', index, message }
}
