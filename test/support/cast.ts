// Casts of random parties for property tests. A cast is built once; what its parties answer is remembered, so that
// thousands of runs deliver the same signed messages in different ways.
import { type Ledger, Message, type Protocol, type Round, Schema } from '@spotcheck/core'
import { cheapAuthenticator, type Participant } from '@spotcheck/core/memory'
import fc from 'fast-check'
import { altered, badSalts, forged, otherClaim, secondBatch, silent } from './parties.js'
import {
  createWorld,
  eth,
  evidenceMode,
  type Hex,
  hex,
  ledgerFor,
  panel,
  parameters,
  party,
  toyModel,
} from './world.js'

const executorKinds = {
  honest: 'honest',
  wrong: 'commits to wrong outputs',
  absent: 'commits to nothing',
  undisclosed: 'does not disclose',
  unopened: 'does not open',
  badOpening: 'opens with other salts',
  equivocates: 'signs two batches',
} as const
const verifierKinds = {
  honest: 'honest',
  crashed: 'says indeterminate',
  noCommitment: 'never commits',
  noReveal: 'never reveals',
  wrongClaim: 'claims the opposite of its evidence',
  accuser: 'computes something else',
} as const
const memberKinds = {
  honest: 'honest',
  withholdsSample: 'keeps back its secret for the sample',
  withholdsArbiters: 'keeps back its secret for the arbiters',
  abstains: 'commits for the sample only',
} as const

export type ExecutorKind = keyof typeof executorKinds
export type VerifierKind = keyof typeof verifierKinds
export type MemberKind = keyof typeof memberKinds

/** Who takes part and by which rules. */
export type Spec = Readonly<{
  mode: 'full' | 'evidence'
  sampling: Readonly<{ mode: 'bernoulli' | 'fixed'; rate: bigint }>
  beacon: 'test' | 'commit-reveal'
  perLeaf: number
  executors: readonly Readonly<{ kind: ExecutorKind; tasks: number }>[]
  verifiers: readonly VerifierKind[]
  members: readonly MemberKind[]
}>

/** Kinds of parties to draw from, more frequent ones repeated. */
export type Kinds = Readonly<{
  executors: readonly ExecutorKind[]
  verifiers: readonly VerifierKind[]
  members: readonly MemberKind[]
}>

export const everybody: Kinds = {
  executors: ['honest', 'honest', ...(Object.keys(executorKinds) as ExecutorKind[])],
  verifiers: ['honest', 'honest', 'honest', ...(Object.keys(verifierKinds) as VerifierKind[])],
  members: ['honest', 'honest', 'honest', 'honest', 'honest', ...(Object.keys(memberKinds) as MemberKind[])],
}

/** Worlds of the given kinds. At most one verifier computes wrong results: a quorum of three has an honest majority. */
function specs(kinds: Kinds): fc.Arbitrary<Spec> {
  return fc.record({
    mode: fc.constantFrom('full', 'evidence'),
    sampling: fc.record({
      mode: fc.constantFrom('bernoulli', 'fixed'),
      rate: fc.constantFrom(eth, eth, eth / 2n, eth / 5n),
    }),
    beacon: fc.constantFrom('test', 'commit-reveal', 'commit-reveal'),
    perLeaf: fc.constantFrom(1, 1, 2),
    executors: fc.array(
      fc.record({ kind: fc.constantFrom(...kinds.executors), tasks: fc.integer({ min: 1, max: 6 }) }),
      { minLength: 1, maxLength: 3 },
    ),
    verifiers: fc
      .array(fc.constantFrom(...kinds.verifiers), { minLength: 6, maxLength: 8 })
      .map((list) => list.map((kind, i) => (kind === 'accuser' && list.indexOf(kind) !== i ? 'honest' : kind))),
    members: fc.array(fc.constantFrom(...kinds.members), { minLength: 3, maxLength: 3 }),
  })
}

/** A message or beacon value, and whose it is (null: nobody's). */
export type Sent = Readonly<{ from: Hex | null; event: Round.Event }>

export type Cast = Readonly<{
  spec: Spec
  protocol: Protocol.Protocol
  opened: ReturnType<typeof Round.open>
  /** Balances before the epoch opened. */
  before: Ledger.Ledger
  batches: readonly Sent[]
  /** What the parties answer to an effect; remembered. */
  answers(effect: Round.Effect): Promise<readonly Sent[]>
  /** Parties that fail no duty as long as their messages arrive in time. */
  dutiful: ReadonlySet<Hex>
}>

/** Sets up the parties of a spec. */
async function createCast(spec: Spec, epoch = 0): Promise<Cast> {
  const world = await createWorld({
    epoch,
    overrides: overridesOf(spec),
    tasks: spec.executors.map(({ tasks }) => tasks),
    executors: spec.executors.map(({ kind }) => toyModel({ wrong: kind === 'wrong' })),
    verifiers: spec.verifiers.map((kind) =>
      toyModel({ broken: kind === 'crashed', ...(kind === 'accuser' ? { twist: 'ee', drift: 1 } : {}) }),
    ),
  })
  const { protocol, opened } = world
  const participants: Participant[] = [
    ...world.executors.map((executor, i) => hostileExecutor(executor, spec.executors[i]!.kind, protocol)),
    ...world.verifiers.map((verifier, i) => hostileVerifier(verifier, spec, i, protocol)),
  ]
  const send = async (envelope: Message.Envelope): Promise<Sent> => {
    const event = await Message.authenticate(envelope, protocol, cheapAuthenticator)
    return { from: Message.sender(event), event }
  }
  const batches: Sent[] = []
  for (const [i, executor] of world.executors.entries()) {
    const { kind } = spec.executors[i]!
    const batch = await executor.commit()
    if (kind !== 'absent') batches.push(await send(batch))
    if (kind === 'equivocates') batches.push(await send(await secondBatch(protocol, batch)))
    batches.push(await send(world.vouchers[i]!))
  }
  const known = new Map<string, Promise<readonly Sent[]>>()
  async function ask(effect: Round.Effect): Promise<readonly Sent[]> {
    if (effect.type === 'request-beacon' && spec.beacon === 'test') {
      const value = { kind: 'beacon-value', level: effect.level, round: effect.round } as const
      return [{ from: null, event: value }]
    }
    const messages = await Promise.all(participants.map((participant) => participant.handle(effect)))
    return Promise.all(messages.flat().map(send))
  }
  function answers(effect: Round.Effect): Promise<readonly Sent[]> {
    const key = keyOf(effect)
    if (key === undefined) return Promise.resolve([])
    const answer = known.get(key) ?? ask(effect)
    known.set(key, answer)
    return answer
  }
  const before = ledgerFor(
    world.executors.map(({ address }) => address),
    world.verifiers.map(({ address }) => address),
  )
  return { spec, protocol, opened, before, batches, answers, dutiful: dutifulOf(spec) }
}

function overridesOf({ mode, sampling, beacon, perLeaf, verifiers }: Spec): object {
  const { gap, genesis, period } = parameters.beacon
  return {
    ...(mode === 'evidence' ? evidenceMode : {}),
    sampling,
    ...(beacon === 'test' ? { beacon: { source: 'test', gap, genesis, period, secret: hex(7) } } : {}),
    verification: { ...parameters.verification, verifiers: perLeaf, maxReplacements: verifiers.length - 4 - perLeaf },
  }
}

function hostileExecutor(executor: Participant, kind: ExecutorKind, protocol: Protocol.Protocol): Participant {
  if (kind === 'undisclosed')
    return altered(
      executor,
      silent((message) => message.kind === 'disclosure'),
    )
  if (kind === 'unopened')
    return altered(
      executor,
      silent((message) => message.kind === 'opening'),
    )
  return kind === 'badOpening' ? altered(executor, forged(protocol, 'opening', badSalts)) : executor
}

function hostileVerifier(verifier: Participant, spec: Spec, i: number, protocol: Protocol.Protocol): Participant {
  const kind = spec.verifiers[i]!
  const member = panel.includes(verifier.address) ? spec.members[panel.indexOf(verifier.address)]! : 'honest'
  const quiet = altered(
    verifier,
    silent((message) => isKeptBack(message, kind, member)),
  )
  return kind === 'wrongClaim' ? altered(quiet, forged(protocol, 'reveal', otherClaim)) : quiet
}

function isKeptBack(message: Message.Envelope, kind: VerifierKind, member: MemberKind): boolean {
  const level = 'level' in message.body ? message.body.level : 0
  if (message.kind === 'verifier-commitment') return kind === 'noCommitment'
  if (message.kind === 'reveal') return kind === 'noReveal'
  if (message.kind === 'beacon-reveal') return member === (level === 0 ? 'withholdsSample' : 'withholdsArbiters')
  return message.kind === 'beacon-commit' && level === 1 && member === 'abstains'
}

function dutifulOf({ executors, verifiers, members, beacon }: Spec): Set<Hex> {
  const good: Hex[] = []
  for (const [i, { kind }] of executors.entries())
    if (kind === 'honest' || kind === 'absent') good.push(party('e', i + 1))
  for (const [i, kind] of verifiers.entries()) {
    const isMember = beacon === 'commit-reveal' && i < panel.length
    if ((kind === 'honest' || kind === 'crashed') && (!isMember || members[i] === 'honest'))
      good.push(party('a', i + 1))
  }
  return new Set(good)
}

const asking: ReadonlySet<Round.Effect['type']> = new Set([
  'request-beacon-commits',
  'request-beacon',
  'request-disclosure',
  'request-reexecution',
  'request-opening',
  'request-reveal',
  'request-arbitration',
])

/** Names a request; disclosures and openings are determined by their place. */
function keyOf(effect: Round.Effect): string | undefined {
  if (!asking.has(effect.type)) return undefined
  const { disclosure: _, opened, ...rest } = effect as Round.Effect & { disclosure?: unknown; opened?: unknown }
  return JSON.stringify({ ...rest, isOpened: opened !== undefined && opened !== null }, Schema.toJson)
}

export type Pool = Readonly<{ size: number; get(i: number): Promise<Cast> }>

/** A pool of casts, each set up when it is first used. */
export function poolOf(kinds: Kinds, size: number, seed: number, epoch = 0): Pool {
  const drawn = fc.sample(specs(kinds), { seed, numRuns: size })
  const casts = new Map<number, Promise<Cast>>()
  return {
    size,
    get(i) {
      const cast = casts.get(i) ?? createCast(drawn[i]!, epoch)
      casts.set(i, cast)
      return cast
    },
  }
}
