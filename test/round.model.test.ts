// Random parties and random commands against a model that knows what kind each party is of, and nothing of the machine:
// from that alone follows every outcome, and who has what in the end.
import { type Ledger, Protocol, Round, type Settlement } from '@spotcheck/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Cast, everybody, type Kinds, poolOf, type Sent, type VerifierKind } from './support/cast.js'
import { checkedMachine, deadlineOf } from './support/delivery.js'
import { runs, seed } from './support/property.js'
import { purses } from './support/purse.js'
import { clientAddress, type Hex, panel, party } from './support/world.js'

const RUNS = 2_000

/** Which of two batches came first is of the essence; whoever signs two has properties of its own. */
const kinds: Kinds = {
  executors: everybody.executors.filter((kind) => kind !== 'equivocates'),
  verifiers: everybody.verifiers,
  members: ['honest', 'honest', 'honest', 'honest', 'withholdsSample', 'withholdsArbiters'],
}

/** The parties of a cast, the machine, and what is on its way. */
class Epoch {
  readonly pending: (Sent & { deadline: number })[] = []
  readonly delivered: Sent[] = []
  readonly machine: ReturnType<typeof checkedMachine>
  readonly cast: Cast
  constructor(cast: Cast) {
    this.cast = cast
    this.machine = checkedMachine(cast)
  }

  async start(): Promise<void> {
    await this.answer(this.machine.effects)
    for (const sent of this.cast.batches) this.post(sent)
  }

  post(sent: Sent): void {
    const { event } = sent
    const state = this.machine.state()
    const isRefusal = event.kind === 'indeterminate' && event.body.level === 0
    const deadline = isRefusal ? state.deadlines.replacement : deadlineOf(state, event)
    this.pending.push({ ...sent, deadline })
  }

  async answer(effects: readonly Round.Effect[]): Promise<void> {
    for (const effect of effects) for (const sent of await this.cast.answers(effect)) this.post(sent)
  }

  async apply(event: Round.Event): Promise<Round.Reception> {
    const { effects, reception } = this.machine.apply(event)
    await this.answer(effects)
    return reception
  }

  /** The panel commits in one order, which is part of its randomness. */
  async deliver(at: number): Promise<void> {
    const chosen = this.pending[at % this.pending.length]!
    const { event } = chosen
    const isCommit = ({ event: one }: Sent) => one.kind === 'beacon-commit' && event.kind === 'beacon-commit'
    const item = this.pending.find(isCommit) ?? chosen
    this.pending.splice(this.pending.indexOf(item), 1)
    await this.apply(item.event)
    this.delivered.push(item)
  }

  /** The next deadline, once everything that was due by then has arrived. */
  async pass(deadline: number): Promise<void> {
    for (;;) {
      const due = this.pending.findIndex((item) => item.deadline <= deadline)
      if (due < 0) break
      await this.deliver(due)
    }
    await this.apply({ kind: 'tick', now: deadline + 1 })
  }

  next(): number | undefined {
    const { now, deadlines, status } = this.machine.state()
    return status === 'settled' ? undefined : Protocol.times(deadlines).find((time) => time >= now)
  }
}

type Command = fc.AsyncCommand<object, Epoch>

/** A command by its name, so that a counterexample reads as a story. */
function command(name: string, run: (epoch: Epoch) => Promise<void>, check = (_: Epoch) => true): Command {
  return { check: () => true, run: async (_, epoch) => void (check(epoch) && (await run(epoch))), toString: () => name }
}

const isWaiting = ({ pending }: Epoch) => pending.length > 0
const commands: fc.Arbitrary<Command>[] = [
  fc.nat(99).map((at) => command(`deliver ${at}`, (epoch) => epoch.deliver(at), isWaiting)),
  fc.nat(99).map((at) =>
    command(`lose ${at}, to be sent again`, async ({ pending }) => {
      pending.push(...pending.splice(at % Math.max(1, pending.length), 1))
    }),
  ),
  fc.nat(99).map((at) =>
    command(
      `repeat ${at}`,
      async (epoch) => {
        const { event } = epoch.delivered[at % epoch.delivered.length]!
        expect((await epoch.apply(event)).status).not.toBe('applied')
      },
      ({ delivered }) => delivered.length > 0,
    ),
  ),
  fc.constant(
    command('pass a deadline', async (epoch) => {
      const deadline = epoch.next()
      if (deadline !== undefined) await epoch.pass(deadline)
    }),
  ),
  fc.nat(9).map((back) =>
    command(`tick ${back} back`, async (epoch) => {
      const { now } = epoch.machine.state()
      await epoch.apply({ kind: 'tick', now: Math.max(0, now - back) })
    }),
  ),
]

/** What a verifier of that kind makes of an output. */
function verdictOf(kind: VerifierKind, isWrong: boolean): 'agrees' | 'dissents' {
  return kind === 'accuser' || isWrong ? 'dissents' : 'agrees'
}

/** The model: the record as the kinds of the parties alone make it. */
function recordOf({ spec, protocol, opened }: Cast, state: Round.State): Settlement.Record {
  const kindOf = (verifier: Hex) => spec.verifiers[Number(BigInt(`0x${verifier.slice(6)}`)) - 1]!
  const isPanel = spec.beacon === 'commit-reveal'
  const members = (kind: string) => (isPanel ? panel.filter((_, i) => spec.members[i] === kind) : [])
  const withheld = members('withholdsSample').map((member) => ({ member, level: 0 }))
  const isVoid = withheld.length > 0
  let isDisputed = false

  function leafOf({ index, seats, arbiters }: Round.Leaf, kind: string): Settlement.Leaf {
    const isWrong = kind === 'wrong'
    const isOpen = kind !== 'undisclosed' && kind !== 'unopened' && kind !== 'badOpening'
    const work = ({ verifier, level }: Round.Seat): Settlement.Assignment => {
      const own = kindOf(verifier)
      if (own === 'crashed' || kind === 'undisclosed') return { verifier, level, work: 'idle' }
      if (own === 'noReveal' || (own === 'noCommitment' && level === 0)) return { verifier, level, work: 'missing' }
      if (!isOpen) return { verifier, level, work: 'done' }
      const verdict = verdictOf(own, isWrong)
      return { verifier, level, work: own === 'wrongClaim' ? 'wrong-verdict' : 'done', verdict }
    }
    const first = seats.map(work)
    const second = arbiters.map(work)
    const client = kind === 'undisclosed' ? undefined : clientAddress
    const leaf = (outcome: Settlement.Leaf['outcome']) => ({
      index,
      outcome,
      assignments: [...first, ...second],
      client,
    })
    if (kind === 'undisclosed' || kind === 'unopened') return leaf('missing-opening')
    if (kind === 'badOpening') return leaf('bad-opening')
    const said = (list: readonly Settlement.Assignment[], claim: string) =>
      list.filter(({ verdict }) => verdict === claim).length
    if (said(first, 'dissents') === 0) return leaf(said(first, 'agrees') > 0 ? 'valid' : 'unverified')
    isDisputed = true
    if (said(second, 'dissents') >= 2) return leaf('mismatch')
    return leaf(said(second, 'agrees') >= 2 ? 'valid' : 'unverified')
  }

  const batches = spec.executors.map(({ kind, tasks }, i): Settlement.Batch => {
    const executor = party('e', i + 1)
    const { engagements, leaves } = state.batches.get(executor)!
    return {
      ...{ executor, engagements, equivocated: false, broken: [], count: kind === 'absent' ? 0 : tasks },
      vouchers: new Map([[clientAddress, BigInt(tasks) * 100n]]),
      leaves: isVoid ? [] : [...leaves.values()].map((leaf) => leafOf(leaf, kind)),
    }
  })
  // Only a draw that is due can be withheld.
  const later = isDisputed && !isVoid ? members('withholdsArbiters').map((member) => ({ member, level: 1 })) : []
  const verifiers = opened.state.verifiers.map(({ address, stake }) => ({ address, stake }))
  return { protocol, epoch: 0, isVoid, batches, verifiers, withheld: [...withheld, ...later], evidence: new Map() }
}

/** What each purse has: what it had, less what the epoch locked of it, and what the plain settlement gives it. */
function expected(cast: Cast, state: Round.State): [string, bigint][] {
  const purse = new Map<string, bigint>()
  for (const [account, amount] of cast.opened.state.ledger)
    if (!/^(lock|escrow|reserve):/.test(account)) purse.set(account, amount)
  for (const [account, amount] of purses(recordOf(cast, state))) purse.set(account, (purse.get(account) ?? 0n) + amount)
  return sorted(purse)
}

function sorted(ledger: Ledger.Ledger): [string, bigint][] {
  return [...ledger].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1))
}

test('whatever is delivered, repeated, lost and sent again: everybody has what its kind deserves', {
  timeout: 600_000,
}, async () => {
  const pool = poolOf(kinds, 200, seed + 7)
  await fc.assert(
    fc.asyncProperty(
      fc.nat(pool.size - 1),
      fc.commands(commands, { maxCommands: 60, size: 'max' }),
      async (world, plan) => {
        const cast = await pool.get(world)
        const epoch = new Epoch(cast)
        await epoch.start()
        await fc.asyncModelRun(() => ({ model: {}, real: epoch }), plan)
        for (let deadline = epoch.next(); deadline !== undefined; deadline = epoch.next()) await epoch.pass(deadline)
        const state = epoch.machine.state()
        expect(state.status).toBe('settled')
        expect(sorted(state.ledger)).toEqual(expected(cast, state))
        for (const { event } of epoch.delivered) expect(Round.step(state, event).reception.status).toBe('rejected')
      },
    ),
    runs(RUNS),
  )
})

test('time alone carries every state to its settlement', { timeout: 600_000 }, async () => {
  const pool = poolOf(kinds, 60, seed + 8)
  await fc.assert(
    fc.asyncProperty(
      fc.nat(pool.size - 1),
      fc.commands(commands, { maxCommands: 60, size: 'max' }),
      async (world, plan) => {
        const epoch = new Epoch(await pool.get(world))
        await epoch.start()
        await fc.asyncModelRun(() => ({ model: {}, real: epoch }), plan)
        epoch.machine.apply({ kind: 'tick', now: epoch.machine.state().deadlines.settlement + 1 })
        expect(epoch.machine.state().status).toBe('settled')
        expect(epoch.machine.effects.filter(({ type }) => type === 'settled')).toHaveLength(1)
      },
    ),
    runs(RUNS / 4),
  )
})
