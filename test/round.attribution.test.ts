// Who is at fault when something does not arrive: what was asked of whom, and what came, says it without the machine's tables.
import { Ledger, Message, Protocol, Round, Schema } from '@spotcheck/core'
import { cheapAuthenticator, cheapSigner } from '@spotcheck/core/memory'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Company, choices, chooserOf, deliverAll, type Run, type Travel } from './support/delivery.js'
import { env } from './support/env.js'
import { runs, seed } from './support/property.js'
import { createWorld, eth, evidenceMode, type Hex, hex, panel, parameters, party, toyModel } from './support/world.js'

type Sent = Run['sent'][number]

/** Fixed, so that every run of the suite is the same; FC_SEED sets another. */
const fixed = { seed: env.FC_SEED === undefined ? 4_207 : seed }
const TIMEOUT = 600_000
const arbiter = party('d', 9)

/** What a network of these properties is like. */
const specs = fc.record({
  mode: fc.constantFrom({}, evidenceMode),
  sampling: fc.constantFrom(
    { mode: 'bernoulli', rate: eth },
    { mode: 'fixed', rate: eth / 2n },
    { mode: 'byValue', interval: 10n },
  ),
  panelled: fc.boolean(),
  minimum: fc.constantFrom(2, 3),
  quorums: fc.constantFrom([3], [1, 3]),
  final: fc.constantFrom(null, arbiter),
  perLeaf: fc.constantFrom(1, 2),
  executors: fc.array(fc.record({ isWrong: fc.boolean(), tasks: fc.integer({ min: 2, max: 4 }) }), {
    minLength: 1,
    maxLength: 2,
  }),
  isDealt: fc.boolean(),
  broken: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
})
type Spec = typeof specs extends fc.Arbitrary<infer T> ? T : never

function overridesOf({ mode, sampling, panelled, minimum, quorums, final, perLeaf, isDealt }: Spec): object {
  const { gap, genesis, period } = parameters.beacon
  return {
    ...mode,
    sampling,
    beacon: panelled ? { ...parameters.beacon, minimum } : { source: 'test', gap, genesis, period, secret: hex(7) },
    verification: { ...parameters.verification, verifiers: perLeaf, maxReplacements: 2 },
    arbitration: { ...parameters.arbitration, quorums, final },
    canaryRate: isDealt ? eth / 2n : 0n,
  }
}

/** Executors that promise all that they commit to, verifiers of whom some can't run the model, and whoever rules. */
async function partiesOf(spec: Spec): Promise<Company> {
  const world = await createWorld({
    overrides: overridesOf(spec),
    tasks: spec.executors.map(({ tasks }) => tasks),
    executors: spec.executors.map(({ isWrong }) => toyModel({ wrong: isWrong })),
    verifiers: spec.broken.map((broken, i) => toyModel({ broken: broken && i % 3 === 0 })),
    ...(spec.isDealt ? { canaries: { tasks: [1], decoy: toyModel({ wrong: true, drift: 1 }) } } : {}),
  })
  const { protocol, opened, executors, vouchers, receipts, participants } = world
  const send = async (envelope: Message.Envelope): Promise<Sent> => {
    const event = await Message.authenticate(envelope, protocol, cheapAuthenticator)
    return { from: Message.sender(event), event }
  }
  const heads = await Promise.all(executors.map((one) => one.checkpoint()))
  const commits = await Promise.all(executors.map((one) => one.commit()))
  const batches = await Promise.all([...commits, ...vouchers, ...receipts.flat(), ...heads].map(send))

  async function ask(effect: Round.Effect): Promise<readonly Sent[]> {
    if (effect.type === 'request-beacon' && !spec.panelled)
      return [{ from: null, event: { kind: 'beacon-value', level: effect.level, round: effect.round } }]
    if (effect.type === 'request-ruling') {
      const { type: _, disclosure: __, opened: ___, ...place } = effect
      const body = { ...place, claim: 'dissents' } as const
      return [await send(await Message.sign<'ruling'>({ kind: 'ruling', body }, protocol, cheapSigner(arbiter)))]
    }
    const convicted = effect.type === 'decision' && effect.claim === 'dissents' ? effect : undefined
    const appellant = executors.find(({ address }) => address === convicted?.executor)
    if (convicted !== undefined && appellant !== undefined)
      return convicted.level < spec.quorums.length + (spec.final === null ? 0 : 1)
        ? [await send(await appellant.appeal(convicted))]
        : []
    const messages = await Promise.all(participants.map((one) => one.handle(effect)))
    return Promise.all(messages.flat().map(send))
  }

  const known = new Map<string, Promise<readonly Sent[]>>()
  function answers(effect: Round.Effect): Promise<readonly Sent[]> {
    const {
      disclosure: _,
      opened: shown,
      ...rest
    } = effect as Round.Effect & { disclosure?: unknown; opened?: unknown }
    const key = JSON.stringify({ ...rest, isOpened: shown !== undefined && shown !== null }, Schema.toJson)
    const answer = known.get(key) ?? ask(effect)
    known.set(key, answer)
    return answer
  }
  return { opened, batches, answers }
}

/** The parties of each spec with their run in which everything arrives, made when they are first asked for. */
function pool(size: number, salt: number) {
  const drawn = fc.sample(specs, { seed: fixed.seed + salt, numRuns: size })
  const made = new Map<number, Promise<{ parties: Company; whole: Run }>>()
  async function make(i: number) {
    const parties = await partiesOf(drawn[i]!)
    return { parties, whole: await deliverAll(parties, () => 0, { losing: false }) }
  }
  return {
    size,
    get(i: number) {
      const known = made.get(i) ?? make(i)
      made.set(i, known)
      return known
    },
  }
}

/** One party's failure at one place, in words that sort. */
function blame(at: Omit<Round.Fault, 'type' | 'flaw'>): string {
  const { party: who, fault, executor = '', index = '', level = '' } = at
  return [who, fault, executor, index, level].join(' ')
}

function blamed({ effects }: Pick<Run, 'effects'>): string[] {
  return effects.flatMap((effect) => (effect.type === 'fault' ? [blame(effect)] : [])).sort()
}

/** Did this party say something of that kind of which `is` holds, in time? */
type Heard = <K extends Message.Kind>(
  who: Hex,
  kinds: readonly K[],
  is: (body: Message.Bodies[K]) => boolean,
) => boolean

function hearing({ heard }: Run): Heard {
  return (who, kinds, is) =>
    heard.some(({ from, event }) => {
      const isMeant = from === who && kinds.some((kind) => kind === event.kind)
      return isMeant && is((event as unknown as { body: Parameters<typeof is>[0] }).body)
    })
}

/** Everybody of whom something was asked that never came in time: read off the requests, not off the machine's duties. */
function owed(run: Run): string[] {
  const said = hearing(run)
  const faults = [...owedSecrets(run, said), ...owedBatches(run, said)]
  if (!run.state.isVoid) for (const effect of run.effects) faults.push(...owedTo(effect, said, run))
  return [...new Set(faults.map(blame))].sort()
}

type Owed = Parameters<typeof blame>[0]

/** A panel that is asked owes all its secrets, or the commitments that it lacks. */
function owedSecrets({ effects, state: { protocol } }: Run, said: Heard): Owed[] {
  const { beacon } = protocol
  if (beacon.source !== 'commit-reveal') return []
  return effects.flatMap((effect) => {
    if (effect.type !== 'request-beacon') return []
    const { level } = effect
    const has = (kind: 'beacon-commit' | 'beacon-reveal') => (member: Hex) =>
      said(member, [kind], (body) => body.level === level)
    const committed = panel.filter(has('beacon-commit'))
    const owing = committed.length < beacon.minimum ? panel : committed
    return owing
      .filter((member) => !has('beacon-commit')(member) || !has('beacon-reveal')(member))
      .map((member) => ({ party: member, fault: 'withheld-beacon', level }) as const)
  })
}

/** A receipt is owed a batch. */
function owedBatches({ heard }: Run, said: Heard): Owed[] {
  return heard.flatMap(({ event }) => {
    if (event.kind !== 'receipt') return []
    const { executor, index } = event.body
    const isCommitted = said(executor, ['batch'], () => true)
    return isCommitted ? [] : [{ party: executor, fault: 'broken-receipt', executor, index } as const]
  })
}

function owedTo(effect: Round.Effect, said: Heard, run: Run): Owed[] {
  switch (effect.type) {
    case 'request-disclosure':
      return undisclosed(effect, said, run)
    case 'request-inclusion': {
      const { executor } = effect
      const isShown = (index: number) => said(executor, ['inclusion', 'disclosure'], ({ leaf }) => leaf.index === index)
      return effect.indices
        .filter((index) => !isShown(index))
        .map((index) => ({ party: executor, fault: 'broken-receipt', executor, index }))
    }
    case 'request-consistency': {
      const { executor } = effect
      const isExtended = (sequence: number) => said(executor, ['consistency'], (body) => body.sequence === sequence)
      return effect.sequences.every(isExtended) ? [] : [{ party: executor, fault: 'equivocation', executor }]
    }
    case 'request-opening': {
      const { executor } = effect
      const isOpened = (index: number) =>
        said(executor, ['opening'], ({ leaves }) => leaves.some((leaf) => leaf.index === index))
      return effect.indices
        .filter((index) => !isOpened(index))
        .map((index) => ({ party: executor, fault: 'missing-opening', executor, index }))
    }
    case 'request-reexecution':
      return unsaid(effect.assignment, ['verifier-commitment', 'indeterminate'], said)
    case 'request-reveal':
      return unsaid(effect.assignment, ['reveal'], said)
    case 'request-arbitration':
      return unsaid(effect.assignment, ['reveal', 'indeterminate'], said)
    default:
      return []
  }
}

function unsaid(
  { executor, verifier, index, level }: Readonly<{ executor: Hex; verifier: Hex; index: number; level: number }>,
  kinds: readonly ('verifier-commitment' | 'indeterminate' | 'reveal')[],
  said: Heard,
): Owed[] {
  const isHere = (at: { executor: Hex; index: number; level: number }) =>
    at.executor === executor && at.index === index && at.level === level
  return said(verifier, kinds, isHere) ? [] : [{ party: verifier, fault: 'missing-reveal', executor, index, level }]
}

/** Drawn leaves that were not disclosed; by value, the units that no disclosed leaf holds, by the cell of each. */
function undisclosed(
  { executor, indices, units = [] }: Extract<Round.Effect, { type: 'request-disclosure' }>,
  said: Heard,
  { state }: Run,
): Owed[] {
  const { sampling } = state.protocol
  const { count } = state.batches.get(executor)!.batch!
  const isShown = (index: number) => said(executor, ['disclosure'], ({ leaf }) => leaf.index === index)
  // Each task of these worlds is worth 7 wei.
  const lost = units.filter((unit) => !isShown(Number(unit / 7n)))
  const interval = sampling.mode === 'byValue' ? sampling.interval : 1n
  const places = [...indices.filter((index) => !isShown(index)), ...lost.map((unit) => count + Number(unit / interval))]
  return places.map((index) => ({ party: executor, fault: 'missing-opening', executor, index }))
}

const fates = ['arrives', 'withheld', 'late', 'twice'] as const
type Fate = (typeof fates)[number]

/** Lets each message travel as `fateOf` says, in an order of the chooser's. */
async function travelled(parties: Company, values: readonly number[], fateOf: (sent: Sent) => Fate): Promise<Run> {
  const travel: Travel = {
    losing: false,
    isLost: (sent) => fateOf(sent) === 'withheld',
    isLate: (sent) => fateOf(sent) === 'late',
    isTwice: (sent) => fateOf(sent) === 'twice',
    observe: watcher(),
  }
  const run = await deliverAll(parties, chooserOf(values), travel)
  expect(blamed(run)).toEqual([...owed(run), ...belated(run, (sent) => fateOf(sent) === 'late')].sort())
  expectSettled(run)
  return run
}

/** A late opening cures nothing: what was missing is said to be late. */
function belated({ state: { isVoid }, sent }: Run, isLate: (sent: Sent) => boolean): string[] {
  return sent.filter(isLate).flatMap(({ event }) => {
    if (event.kind !== 'opening' || isVoid) return []
    const { executor, leaves } = event.body
    return leaves.map(({ index }) => blame({ party: executor, fault: 'late', executor, index }))
  })
}

/** Holds `Round.duties` against what happens: who is named owed it to the last moment, and who speaks owes less. */
function watcher(): NonNullable<Travel['observe']> {
  const warned = new Set<string>()
  return (before, event, { state, effects, reception }) => {
    const duties = Round.duties(before)
    for (const duty of duties) warned.add(blame(duty))
    if (event.kind === 'tick') {
      const passed = Protocol.times(before.deadlines).filter((time) => before.now <= time && time < state.now)
      const failed = duties.filter(({ until, fault }) => passed.includes(until) && fault !== 'withheld-beacon')
      const named = effects.flatMap((effect) => (effect.type === 'fault' ? [effect] : []))
      const silent = named.filter(({ fault }) => fault !== 'withheld-beacon')
      expect(silent.map(blame).sort()).toEqual(failed.map(blame).sort())
      for (const fault of named) expect(warned).toContain(blame(fault))
    }
    if (reception.status === 'applied' && Message.isAuthenticated(event)) expectDischarged(duties, state, event)
  }
}

/** What discharges which duty. */
const discharges: { readonly [K in Message.Kind]?: readonly Message.Kind[] } = {
  'beacon-reveal': ['beacon-reveal'],
  inclusion: ['inclusion'],
  consistency: ['consistency'],
  disclosure: ['disclosure'],
  'verifier-commitment': ['verifier-commitment'],
  indeterminate: ['verifier-commitment', 'reveal'],
  opening: ['opening'],
  reveal: ['reveal'],
}

function expectDischarged(duties: readonly Round.Duty[], state: Round.State, event: Message.Authenticated): void {
  const kinds = discharges[event.kind]
  if (kinds === undefined) return
  const own = ({ party: who, message }: Round.Duty) => who === Message.sender(event) && kinds.includes(message)
  const [had, has] = [duties.filter(own), Round.duties(state).filter(own)]
  expect([event.kind, had.length > has.length]).toEqual([event.kind, true])
  expect(had).toEqual(expect.arrayContaining(has))
}

/** The price of each failure, by the name of its one slash; a void epoch forgives all but whoever voided it. */
function pricesOf({ effects, state }: Run): Map<string, { party: Hex; wanted: bigint }> {
  const { slash } = state.protocol
  const locks = [...state.batches.values()].flatMap(({ engagements }) => engagements.map(({ lock }) => lock))
  const atStake = locks.reduce((sum, lock) => sum + lock, 0n)
  const prices = new Map<string, { party: Hex; wanted: bigint }>()
  for (const effect of effects) {
    if (effect.type !== 'fault' || (state.isVoid && effect.fault !== 'withheld-beacon')) continue
    const { party: who, fault, executor, index, level } = effect
    const put = (slashId: string, wanted: bigint) => prices.set(slashId, { party: who, wanted })
    if (fault === 'withheld-beacon')
      put(`${who}:0:beacon:${level}`, atStake > slash.withheldBeacon ? atStake : slash.withheldBeacon)
    else if (fault === 'equivocation') put(`${who}:0`, slash.equivocation)
    else if (fault === 'missing-reveal') put(`${who}:0:${executor}:${index}:${level}`, slash.missingReveal)
    else put(`${who}:0:${index}`, slash.opening)
  }
  return prices
}

/** What is taken is what the failures cost, once each, and nothing from anybody else; convictions are for other tests. */
function expectSettled(run: Run): void {
  const settled = run.effects.find((effect) => effect.type === 'settled')!
  const prices = pricesOf(run)
  const slashes = settled.slashes.filter(({ reason }) => reason !== 'mismatch')
  expect(slashes.map(({ slashId }) => slashId).sort()).toEqual([...prices.keys()].sort())
  for (const { slashId, party: who, amount, burnt } of slashes) {
    expect(who).toBe(prices.get(slashId)!.party)
    expect(burnt).toBe((amount + 1n) / 2n)
  }
  const locked = new Map(run.state.verifiers.map(({ address, stake }) => [address, stake]))
  for (const who of new Set(slashes.map((one) => one.party))) {
    const wanted = total([...prices.values()].filter((one) => one.party === who).map((one) => one.wanted))
    const lock = locked.get(who) ?? 40_000n
    const taken = total(slashes.filter((one) => one.party === who).map(({ amount }) => amount))
    expect([who, taken]).toEqual([who, wanted < lock ? wanted : lock])
  }
  const convicted = new Set(settled.slashes.map((one) => one.party))
  for (const [who, stake] of locked)
    if (!convicted.has(who)) expect([who, Ledger.balance(run.state.ledger, Ledger.stake(who))]).toEqual([who, stake])
}

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n)
}

/** Parties that a run names in a fault. */
function named({ effects }: Run): Set<Hex> {
  return new Set(effects.flatMap((effect) => (effect.type === 'fault' ? [effect.party] : [])))
}

describe('a message that is withheld, late or repeated', () => {
  const worlds = pool(30, 0)

  test('names its sender and nobody else, or nobody', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(worlds.size - 1),
        fc.nat(),
        fc.constantFrom('withheld', 'late', 'twice'),
        choices,
        async (world, which, fate, values) => {
          const { parties, whole } = await worlds.get(world)
          expect(blamed(whole)).toEqual([])
          const chosen = whole.sent[which % whole.sent.length]!
          const run = await travelled(parties, values, ({ event }) => (event === chosen.event ? fate : 'arrives'))
          const atFault = [...named(run)]
          if (fate === 'twice') expect(atFault).toEqual([])
          else expect([[], [chosen.from]]).toContainEqual(atFault)
        },
      ),
      { ...runs(50), ...fixed },
    )
  })

  /** What the absence of each kind is; null: nobody's fault. */
  const meaning: { readonly [K in Message.Kind]: Round.Fault['fault'] | null } = {
    'beacon-commit': 'withheld-beacon',
    'beacon-reveal': 'withheld-beacon',
    batch: 'broken-receipt',
    inclusion: 'broken-receipt',
    consistency: 'equivocation',
    disclosure: 'missing-opening',
    opening: 'missing-opening',
    'verifier-commitment': 'missing-reveal',
    indeterminate: 'missing-reveal',
    reveal: 'missing-reveal',
    ...{ receipt: null, checkpoint: null, voucher: null, leak: null, canary: null, appeal: null, ruling: null },
  }

  test('is that fault for each kind of message, when all of the kind are withheld', { timeout: TIMEOUT }, async () => {
    const found = new Map<string, Set<string>>()
    for (let i = 0; i < 5; i++) {
      const { parties, whole } = await worlds.get(i)
      for (const kind of new Set(whole.sent.map(({ event }) => event.kind))) {
        const run = await travelled(parties, [0], ({ event }) => (event.kind === kind ? 'withheld' : 'arrives'))
        const faults = run.effects.flatMap((effect) => (effect.type === 'fault' ? [effect.fault] : []))
        found.set(kind, new Set([...(found.get(kind) ?? []), ...faults]))
      }
    }
    const { leak: _, ...sent } = meaning
    const expected = Object.entries(sent).map(([kind, fault]) => [kind, fault === null ? [] : [fault]])
    const seen = Object.keys(sent).map((kind) => [kind, [...(found.get(kind) ?? ['never sent'])]])
    expect(seen).toEqual(expected)
  })
})

describe('several messages that are withheld, late or repeated', () => {
  const worlds = pool(30, 1)
  const fate = fc.oneof({ weight: 6, arbitrary: fc.constant('arrives' as const) }, fc.constantFrom(...fates))

  test('each failing duty names one party, and whoever delivered in time is never named', {
    timeout: TIMEOUT,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(worlds.size - 1),
        fc.array(fate, { minLength: 1, maxLength: 64 }),
        choices,
        async (world, list, values) => {
          const { parties } = await worlds.get(world)
          const numbers = new Map<Round.Event, number>()
          const run = await travelled(parties, values, ({ event }) => {
            const number = numbers.get(event) ?? numbers.size
            numbers.set(event, number)
            return list[number % list.length]!
          })
          for (const who of named(run)) expect(run.unheard).toContain(who)
        },
      ),
      { ...runs(50), ...fixed },
    )
  })
})
