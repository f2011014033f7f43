/** What faults cost, and who is paid for finding them. */
import { assertInteger, assertObject } from '../Encoding.js'
import * as EProcess from '../EProcess.js'
import * as Ledger from '../Ledger.js'
import type { Protocol } from '../Protocol.js'
import type { Claim } from '../Reexecution.js'
import { type Book, forfeit, pay, slash } from './Book.js'
import type { Appeal, Assignment, Batch, Leaf } from './Record.js'

/** Every penalty and every verifier's pay of one batch; `convicts` has the mismatches that are proof. */
export function settlePenalties(book: Book, batch: Batch, convicts: ReadonlySet<number>): void {
  const { executor, equivocated, leaves, broken } = batch
  const { opening, equivocation } = book.protocol.slash
  for (const index of broken) chargeExecutor(book, executor, `:${index}`, 'broken-receipt', opening)
  for (const leaf of leaves) settleLeaf(book, batch, leaf, convicts)
  // On top of the penalties of its leaves: else a convicted executor would equivocate to be let off with one slash.
  if (equivocated) chargeExecutor(book, executor, '', 'equivocation', equivocation)
}

function chargeExecutor(book: Book, party: Batch['executor'], place: string, reason: string, wanted: bigint): bigint {
  return slash(book, { role: 'executors', party, slashId: `${party}:${book.epoch}${place}`, reason, wanted })
}

function settleLeaf(book: Book, { executor }: Batch, leaf: Leaf, convicts: ReadonlySet<number>): void {
  const { bond } = book.protocol.verification
  for (const appeal of leaf.appeals ?? []) settleAppeal(book, leaf, appeal)
  if (leaf.isFalseCanary === true) forfeit(book, 'executors', executor, bond, 'bond of a canary that was none')
  const wanted = executorPenalty(book.protocol, leaf, convicts)
  const pot = wanted === 0n ? 0n : chargeExecutor(book, executor, `:${leaf.index}`, leaf.outcome, wanted)
  payBounty(book, leaf, pot)
  for (const assignment of leaf.assignments) settleAssignment(book, executor, leaf, assignment)
}

function executorPenalty({ slash }: Protocol, { outcome, index }: Leaf, convicts: ReadonlySet<number>): bigint {
  if (outcome === 'valid' || outcome === 'unverified') return 0n
  if (outcome === 'mismatch') return convicts.has(index) ? slash.mismatch : 0n
  return slash.opening
}

/** To the dissenters who were right, or to whoever proved the leak; equal shares, rounded down. */
function payBounty(book: Book, leaf: Leaf, pot: bigint): void {
  const found = leaf.assignments.filter((one) => one.level === 0 && one.work === 'done' && isUpheld(one, leaf))
  const finders = leaf.reporter === undefined ? found.map(({ verifier }) => verifier) : [leaf.reporter]
  const { bounty } = book.protocol.slash
  const share = finders.length === 0 ? 0n : (pot < bounty ? pot : bounty) / BigInt(finders.length)
  for (const finder of finders) pay(book, Ledger.treasury, Ledger.free(finder), share, 'bounty')
}

function isUpheld({ verdict }: Assignment, { outcome }: Leaf): boolean {
  return verdict === 'dissents' && outcome === 'mismatch'
}

function settleAssignment(book: Book, executor: Batch['executor'], leaf: Leaf, assignment: Assignment): void {
  const { verifier, level, work, verdict } = assignment
  const { verification, arbitration, slash: penalties } = book.protocol
  const slashId = `${verifier}:${book.epoch}:${executor}:${leaf.index}:${level}`
  const fault = (reason: string, wanted: bigint) =>
    slash(book, { role: 'verifiers', party: verifier, slashId, reason, wanted })
  const truth = truthOf(leaf)
  if (work === 'missing') fault('missing-reveal', penalties.missingReveal)
  if (work === 'wrong-verdict') fault('wrong-verdict', penalties.wrongVerdict)
  if (isCaught(leaf, assignment)) fault('caught-by-canary', penalties.wrongVerdict)
  if (level === 0 && verdict === 'dissents' && truth === 'agrees')
    forfeit(book, 'verifiers', verifier, verification.bond, 'bond of an overruled dissent')
  if (work !== 'done' || !isPaid(assignment, leaf, truth)) return
  const [amount, memo] = level === 0 ? [verification.reward, 'verifier reward'] : [arbitration.reward, 'arbiter reward']
  pay(book, Ledger.treasury, Ledger.free(verifier), amount, memo)
}

/** What a right verdict says of the leaf; undefined where nothing was decided. A canary is wrong though it is paid. */
function truthOf({ outcome, canary }: Leaf): Claim | undefined {
  if (outcome === 'mismatch') return 'dissents'
  if (outcome !== 'valid') return undefined
  return canary === undefined ? 'agrees' : 'dissents'
}

function isCaught({ canary, outcome }: Leaf, { level, work, verdict }: Assignment): boolean {
  return canary !== undefined && outcome === 'valid' && level === 0 && work === 'done' && verdict === 'agrees'
}

/** Work is paid unless it was overruled; what nobody decided is paid as well, if it was compared or could not be. */
function isPaid({ verdict }: Assignment, { outcome }: Leaf, truth: Claim | undefined): boolean {
  if (outcome === 'mismatch' || outcome === 'valid') return verdict === truth
  return true
}

/**
 * What an appeal to `level` risks, wei: the pay of the quorum that it asks for; the ruling is priced like the last.
 *
 * @throws InvalidInputError if an argument is malformed.
 * @example
 * ```ts
 * import { Protocol, Settlement } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const arbitration = { ...protocol.arbitration, quorums: [3, 7] }
 * Settlement.appealBond({ ...protocol, arbitration }, 2) // 840n
 * ```
 */
export function appealBond(protocol: Protocol, level: number): bigint {
  const { quorums, reward } = assertObject(assertObject(protocol, 'protocol').arbitration, 'protocol.arbitration')
  assertInteger(level, 'level', 1)
  return BigInt(quorums[level - 1] ?? quorums.at(-1) ?? 0) * reward
}

function settleAppeal(book: Book, leaf: Leaf, { party, role, level, claim }: Appeal): void {
  if (truthOf(leaf) === claim) return
  forfeit(book, role, party, appealBond(book.protocol, level), 'bond of a lost appeal')
}

/** The mismatches of a batch that are proof, and the executor's e-process after it. */
export type Conviction = Readonly<{ convicts: ReadonlySet<number>; evidence: EProcess.State | undefined }>

/**
 * Weighs a batch's mismatches. Exact ones, arbitrated, are proof each. Noisy ones feed the e-process, one determinate
 * outcome per sampled leaf in the order of indices, and the one with which it crosses 1/α convicts; then it starts afresh.
 * Canaries and leaves without a verdict are no evidence.
 */
export function weigh(protocol: Protocol, { leaves }: Batch, before: EProcess.State | undefined): Conviction {
  if (protocol.evidence === null) {
    const proven = leaves.filter(({ outcome }) => outcome === 'mismatch').map(({ index }) => index)
    return { convicts: new Set(proven), evidence: undefined }
  }
  const test = EProcess.from(protocol.evidence)
  const convicts = new Set<number>()
  let evidence = before ?? EProcess.start(test)
  for (const { index, outcome, canary } of [...leaves].sort((a, b) => a.index - b.index)) {
    if (canary !== undefined || (outcome !== 'valid' && outcome !== 'mismatch')) continue
    evidence = EProcess.update(test, evidence, outcome === 'valid' ? 'match' : 'mismatch')
    if (!EProcess.isCrossed(test, evidence)) continue
    convicts.add(index)
    evidence = EProcess.start(test)
  }
  return { convicts, evidence }
}
