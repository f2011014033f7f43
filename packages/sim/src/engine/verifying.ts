/**
 * The verifiers of the protocol engine, where a scenario names some: the real role, with a mind of its own behind it. Arbiters
 * are the same parties, and vote as the file says that arbitration ends; they are paid what that costs.
 *
 * @module
 */
import { createVerifier, Encoding, Ledger, type Protocol, type Round } from '@spotcheck/core'
import { cheapSigner, type NetworkParameters, type Participant } from '@spotcheck/core/memory'
import { fromWei, quorum, unsupported } from '../Crossing.js'
import { address, answer, COMMON, type Truth, verifierModel } from '../Population.js'
import * as Random from '../Random.js'
import type { Act } from '../Strategy.js'
import type { Player } from '../Verifier.js'
import { type Plan, sizeOf, type VerifierColumn, type VerifierTally } from './Plan.js'
import { ask, dealOf, priceOf, type Said, savedBy, type Task } from './verify.js'

/** One epoch's verifiers. */
export type Verifying = Readonly<{
  participants: readonly Participant[]
  observe: NonNullable<NetworkParameters['observe']>
  /** What an executor paid them to pass its cheats, in the file's unit. */
  bribesOf: (executor: Encoding.Address) => number
  /** Writes down what the ledger says that they earned. */
  conclude: (before: Ledger.Ledger, after: Ledger.Ledger) => void
}>

/** What an epoch is made of. */
export type Epoch = Readonly<{
  plan: Plan
  verifiers: NonNullable<Plan['verifiers']>
  tally: VerifierTally
  protocol: Protocol.Protocol
  secret: Encoding.Hex
  /** Seed, replication, epoch. */
  key: readonly [number, number, number]
  truth: Truth
  /** What each executor does. */
  acts: ReadonlyMap<Encoding.Address, Act>
}>

/**
 * What of a scenario's verifiers the protocol does not have.
 *
 * @throws Crossing.UnsupportedError
 */
export function assertPlayable({ parameters, verifiers }: Plan): void {
  if (verifiers === null) return
  const { blind, auditRate, exposure, bond } = parameters.verifiers
  if (!blind) throw unsupported('verifiers.blind', blind, 'true: verdicts are committed to unseen')
  if (auditRate > 0) throw unsupported('verifiers.auditRate', auditRate, '0')
  if (exposure > 0) throw unsupported('verifiers.exposure', exposure, '0: only canaries expose who passes blindly')
  const { cost } = parameters.arbitration
  if (bond < cost) throw unsupported('verifiers.bond', bond, `at least arbitration.cost, which is ${cost}`)
  const [size, least] = [sizeOf(verifiers), parameters.sampling.verifiers + quorum]
  if (size < least) throw unsupported('the pool of verifiers', size, `at least ${least}: a panel and its arbiters`)
}

type Reexecution = Extract<Round.Effect, { type: 'request-reexecution' }>

/** The verifiers of an epoch. */
export function create(epoch: Epoch): Verifying {
  const { plan, verifiers, tally, protocol, secret, key, truth } = epoch
  const { parameters } = plan
  const players = verifiers.flatMap(({ strategy, player, count }) =>
    Array.from({ length: count }, () => ({ name: strategy, player })),
  )
  const panels = new Map<string, number[]>()
  const bribes = new Map<Encoding.Address, number>()
  const votes = new Map<string, bigint>()
  const indexOf = new Map(players.map((_, index) => [address('verifier', index), index]))
  const add = (index: number, column: VerifierColumn, amount: number): void => {
    tally[column][index]! += amount
  }

  const participant = ({ name, player }: Readonly<{ name: string; player: Player }>, index: number): Participant => {
    const own = address('verifier', index)
    const said = new Map<string, Said>()
    const arbiter = verifierModel({ parameters, key, index, isColluding: false, truth })
    const model: typeof arbiter = {
      reexecute: async (replay) =>
        replay.level > 0 ? arbiter.reexecute(replay) : answer(replay.input, said.get(replay.input)?.verdict, truth),
    }
    const signer = cheapSigner(own)
    const real = createVerifier({
      ...{ protocol, epoch: key[2], address: own, signer, model },
      secret: Encoding.fromHex(secret),
    })
    return {
      address: own,
      async handle(effect) {
        if (effect.type !== 'request-reexecution' || effect.assignment.verifier !== own) return real.handle(effect)
        const one = play(effect, { name, player }, index)
        said.set(effect.disclosure.input, one)
        return one.verdict === null ? [] : real.handle(effect)
      },
    }
  }

  /** Asks a verifier, and writes down what it did. */
  const play = ({ assignment, disclosure }: Reexecution, mind: (typeof players)[number], index: number): Said => {
    const nonce = Number(disclosure.task.nonce)
    const task = taskOf(epoch, assignment.executor, disclosure.input)
    const premium = premiumOf(task, assignment)
    const bribed = premium !== null && mind.player.isRing !== true
    const shared = Random.stream(...key, COMMON, nonce)()
    const own = Random.stream(...key, index, nonce)
    const error = parameters.comparator.errors === 'common' ? () => shared : own
    const one = ask(parameters, task, { ...mind, seen: [], bribed, random: own, error })
    note(index, task, one)
    if (bribed) pay(index, assignment.executor, priceOf(parameters, mind.player) + premium)
    return one
  }

  const note = (index: number, { result }: Task, { verdict, runs, cheapRuns }: Said): void => {
    const cost = runs * parameters.verifiers.cost + cheapRuns * parameters.verifiers.cheapCost
    const counted: Partial<Record<VerifierColumn, number>> = { tasks: 1, runs, cheapRuns, cost, profit: -cost }
    for (const [column, amount] of Object.entries(counted)) add(index, column as VerifierColumn, amount)
    if (verdict === null) add(index, 'silent', 1)
    if (verdict === 'mismatch') add(index, result === 'right' ? 'falseDissents' : 'dissents', 1)
    if (verdict === 'match' && result !== 'right') add(index, 'missed', 1)
  }

  const pay = (index: number, executor: Encoding.Address, amount: number): void => {
    add(index, 'bribes', amount)
    add(index, 'profit', amount)
    bribes.set(executor, (bribes.get(executor) ?? 0) + amount)
  }

  const premiumOf = (task: Task, { executor, index }: Reexecution['assignment']): number | null => {
    if (task.result !== 'wrong' || epoch.acts.get(executor)?.withholds === true) return null
    const panel = panels.get(`${executor}:${index}`)!.map((one) => players[one]!.player)
    return dealOf(parameters, panel, savedBy(parameters, parameters.task.reward, task.power))
  }

  return {
    participants: players.map(participant),
    observe: (_, { effects }) => {
      for (const effect of effects) {
        if (effect.type === 'request-reexecution') {
          const { executor, index, verifier } = effect.assignment
          const place = `${executor}:${index}`
          panels.set(place, [...(panels.get(place) ?? []), indexOf.get(verifier)!])
        }
        if (effect.type !== 'settled') continue
        for (const { to, amount, memo } of effect.transfers)
          if (memo === 'arbiter reward') votes.set(to, (votes.get(to) ?? 0n) + amount)
      }
    },
    bribesOf: (executor) => bribes.get(executor) ?? 0,
    conclude: (before, after) => {
      for (const [own, index] of indexOf) {
        const change = (account: string) => Ledger.balance(after, account) - Ledger.balance(before, account)
        const [free, stake] = [Ledger.free(own), change(Ledger.stake(own))]
        add(index, 'slashed', fromWei(-stake))
        add(index, 'profit', fromWei(change(free) + stake - (votes.get(free) ?? 0n)))
      }
    },
  }
}

/** What a task is to its panel. */
function taskOf({ plan, truth, acts }: Epoch, executor: Encoding.Address, input: Encoding.Hex): Task {
  const result = truth.cheated.has(input) ? 'wrong' : truth.noisy.has(input) ? 'noisy' : 'right'
  const cheats = [acts.get(executor)?.cheat ?? 0].flat().some((share) => share > 0)
  return { result, power: truth.power.get(input) ?? plan.parameters.comparator.power, cheats }
}
