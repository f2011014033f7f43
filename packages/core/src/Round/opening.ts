/** The executor's side after the draw: disclosures, then openings. Its signature under a bad one convicts it. */
import * as Disclosure from '../Disclosure.js'
import type { Address } from '../Encoding.js'
import type * as Message from '../Message.js'
import * as Opening from '../Opening.js'
import * as Output from '../Output.js'
import { located } from './draw.js'
import type { Effect, Fault, Step } from './Event.js'
import { withShown } from './promise.js'
import {
  applied,
  assignmentOf,
  type Batch,
  duplicate,
  find,
  type Leaf,
  outcomeEffect,
  putLeaf,
  rejected,
  type State,
  withBatch,
  withLeaf,
} from './State.js'

export function onDisclosure(state: State, { body, innerSigner }: Message.Authenticated<'disclosure'>): Step<State> {
  const known = find(state, body.executor, body.batchDigest)
  if (known === undefined) return rejected(state, 'wrong-batch')
  const batch = located(state, known, body)
  const leaf = batch.leaves.get(body.leaf.index)
  if (leaf === undefined) return rejected(state, 'not-sampled')
  if (leaf.disclosure !== undefined)
    return same(leaf.disclosure, body) ? duplicate(state) : rejected(state, 'already-said')
  if (leaf.outcome !== undefined) return rejected(state, 'faulted')
  const flaw = flawOf(state, batch, body, innerSigner)
  if (flaw !== undefined) return badOpening(state, batch, leaf, flaw)
  const tasks = new Map(batch.tasks).set(body.leaf.taskId, leaf.index)
  const effects: Effect[] = leaf.seats.map((seat) => requestReexecution(batch, leaf, seat.verifier, body))
  const shown = withShown({ ...batch, tasks }, body.leaf, effects)
  return applied(putLeaf(state, shown, { ...leaf, disclosure: body }), ...effects)
}

function same(a: Disclosure.Disclosure, b: Disclosure.Disclosure): boolean {
  return a.taskSignature === b.taskSignature && a.leaf.taskId === b.leaf.taskId && a.input === b.input
}

function flawOf(
  { protocol, taskKeys }: State,
  { batch, engagements, tasks }: Batch,
  disclosure: Disclosure.Disclosure,
  taskSigner: Address | null,
): Disclosure.Flaw | undefined {
  const engagement = engagements.find((one) => one.client === disclosure.task.client)
  if (engagement === undefined) return 'task-signature'
  const { reward, client } = engagement
  const taskSigned = taskSigner !== null && taskKeys.get(client) === taskSigner
  const flaw = Disclosure.flaw(disclosure, { protocol, batch: batch!, reward, client, taskSigned })
  if (flaw !== undefined) return flaw
  const first = tasks.get(disclosure.leaf.taskId)
  return first === undefined || first === disclosure.leaf.index ? undefined : 'task-repeated'
}

/** The request for a verifier to re-execute a disclosed leaf. */
export function requestReexecution(
  batch: Batch,
  leaf: Leaf,
  verifier: Address,
  disclosure: Disclosure.Disclosure,
): Effect {
  const assignment = assignmentOf(batch, leaf, { verifier, level: 0, status: 'assigned' })
  return { type: 'request-reexecution', assignment, disclosure }
}

function badOpening(state: State, batch: Batch, leaf: Leaf, flaw?: Fault['flaw']): Step<State> {
  return applied(putLeaf(state, batch, { ...leaf, outcome: 'bad-opening' }), ...faultEffects(batch, leaf, flaw))
}

function faultEffects(batch: Batch, leaf: Leaf, flaw?: Fault['flaw']): Effect[] {
  const { executor } = batch
  const fault: Fault = { type: 'fault', party: executor, fault: 'bad-opening', executor, index: leaf.index }
  return [flaw === undefined ? fault : { ...fault, flaw }, outcomeEffect(batch, leaf, 'bad-opening')]
}

/**
 * Somebody shows what only the executor could know while its verifiers were to work blind: it opened the leaf too early,
 * to whom it liked. Front-running aside, whoever is first earns the bounty.
 */
export function onLeak(state: State, { body }: Message.Authenticated<'leak'>): Step<State> {
  const { executor, reporter, index, content, salt } = body
  const batch = find(state, executor, body.batchDigest)
  if (batch === undefined) return rejected(state, 'wrong-batch')
  if (reporter === executor || !state.verifiers.some(({ address }) => address === reporter))
    return rejected(state, 'unknown-party')
  const leaf = batch.leaves.get(index)
  if (leaf === undefined) return rejected(state, 'not-sampled')
  if (leaf.outcome !== undefined) return leaf.reporter === reporter ? duplicate(state) : rejected(state, 'faulted')
  if (leaf.disclosure === undefined) return rejected(state, 'not-disclosed')
  const { bytesCommit, evidenceCommit } = leaf.disclosure.leaf
  const [part, hidden] =
    state.protocol.mode === 'full' ? (['bytes', bytesCommit] as const) : (['evidence', evidenceCommit] as const)
  if (Output.commit(part, content, salt) !== hidden) return rejected(state, 'does-not-open')
  return badOpening(state, batch, { ...leaf, reporter }, 'leaked')
}

/**
 * Opens leaves whose verifiers have committed; indices that settled already are passed over. Each is held against its
 * disclosed leaf: where they differ, the executor has signed two things about one leaf. If none differs and the multiproof
 * does not verify, the message opens nothing and convicts nobody: it can be sent again.
 */
export function onOpening(state: State, { body }: Message.Authenticated<'opening'>): Step<State> {
  const batch = find(state, body.executor, body.batchDigest)
  if (batch === undefined) return rejected(state, 'wrong-batch')
  if (!body.leaves.every(({ index }) => batch.leaves.has(index))) return rejected(state, 'not-sampled')
  const fresh = compare(batch, body, isOpen)
  if (fresh.length === 0) return duplicate(state)
  if (!isProven(state, batch, body, fresh)) return rejected(state, 'does-not-open')
  let next = batch
  const effects: Effect[] = []
  for (const { leaf, opened, matches } of fresh) {
    next = withLeaf(next, matches ? { ...leaf, opened } : { ...leaf, outcome: 'bad-opening' })
    if (!matches) effects.push(...faultEffects(batch, leaf))
  }
  return applied(withBatch(state, next), ...effects)
}

type Compared = Readonly<{ leaf: Leaf; opened: Opening.OpenedLeaf; matches: boolean }>

/** The opened leaves that are due, each held against what was disclosed of it. */
function compare(batch: Batch, { leaves }: Opening.Opening, isDue: (leaf: Leaf) => boolean): Compared[] {
  return leaves.flatMap((opened) => {
    const leaf = batch.leaves.get(opened.index)
    if (leaf?.disclosure === undefined || !isDue(leaf)) return []
    return [{ leaf, opened, matches: Opening.matches(leaf.disclosure.leaf, opened) }]
  })
}

/** A multiproof over a leaf that differs can't verify, and takes nothing from those beside it: their disclosures had proofs. */
function isProven({ protocol }: State, { batch }: Batch, opening: Opening.Opening, compared: Compared[]): boolean {
  return compared.some(({ matches }) => !matches) || Opening.verify(batch!, opening, protocol)
}

function isOpen({ opened, outcome }: Leaf): boolean {
  return opened === undefined && outcome === undefined
}

/** An opening after its deadline cures nothing; the record says `late` instead of `missing-opening`. */
export function onLateOpening(state: State, { body }: Message.Authenticated<'opening'>): Step<State> {
  const batch = find(state, body.executor, body.batchDigest)
  if (batch === undefined) return rejected(state, 'wrong-batch')
  const compared = compare(batch, body, ({ outcome }) => outcome === 'missing-opening')
  const late = compared.filter(({ matches }) => matches)
  if (late.length === 0 || !isProven(state, batch, body, compared)) return rejected(state, 'late')
  let next = batch
  const effects: Effect[] = []
  for (const { leaf } of late) {
    next = withLeaf(next, { ...leaf, outcome: 'late' })
    const { executor } = batch
    effects.push({ type: 'fault', party: executor, fault: 'late', executor, index: leaf.index })
  }
  return rejected(withBatch(state, next), 'late', ...effects)
}
