/** Prices from measured costs: what a run pays and slashes, and what a network with these costs should choose. */
import { Encoding, Protocol, Wad } from '@spotcheck/core'
import { Deterrence, Parameters, type Recommendation, recommend, Solution } from '@spotcheck/core/economics'

/** Measured costs of one task, CPU microseconds. */
export type TaskCosts = Readonly<{ honest: number; int8: number; canned: number; reexecution: number }>

/** Reward over cost. */
const MARKUP = 1.2
/** Verifiers of each sampled task; arbiters of each disputed one. */
const verifiers = 1
const quorum = 3
/**
 * How the demonstration weighs logits out of tolerance: honest ones are taken to be at most one in a thousand, and an
 * honest executor is ever convicted with probability at most 1 %. A network calibrates these, and asks for more.
 */
const evidence = {
  alpha: Wad.from(0.01),
  power: Wad.from(0.999),
  falsePositive: Wad.from(0.001),
  cheatRates: [0.05, 0.2, 0.5, 1].map(Wad.from),
  restart: true,
}
/** A verifier's pay for one re-execution, over its cost. */
const VERIFIER_MARKUP = 1.2

/** Whole microseconds, rounded up, so that no reward falls below its cost. */
function toMicrosUp(amount: number): bigint {
  return BigInt(Math.ceil(amount))
}

/** The parameter file of a network with these costs. The gain from cheating is that of the cheapest substitute run. */
export function parametersOf(costs: TaskCosts, rate: number, slash: number, batch: number): Parameters.Parameters {
  return Parameters.from({
    task: { reward: MARKUP * costs.honest, honestCost: costs.honest, cheatCost: Math.min(costs.canned, costs.int8) },
    sampling: { rate, verifiers },
    slash: { amount: slash },
    batch: { size: batch },
    verifiers: {
      cost: costs.reexecution,
      reward: VERIFIER_MARKUP * costs.reexecution,
      slash: 10 * costs.reexecution,
    },
  })
}

/** The cheapest rate and slash that deter, from the closed forms. */
export function recommendation(costs: TaskCosts): Recommendation {
  const found = recommend(parametersOf(costs, 1, costs.honest, 1))
  if (!found.feasible) throw new Error(`no rate deters cheating at these costs: ${found.reason}`)
  return found
}

/**
 * The slash of the demonstration at its own rate: the least that deters with the file's margin and certain detection, and
 * on top what friendly verifiers could hand back.
 */
function slashAt(rate: number, costs: TaskCosts): number {
  const { task, accept, verifiers: pay } = parametersOf(costs, rate, 0, 1)
  const gain = (1 + accept.margin) * Deterrence.gain(task)
  const least = Deterrence.minSlash({ gain, reward: task.reward, rate, detection: 1, falseAlarm: 0 })
  return (Solution.orNull(least) ?? 0) + verifiers * pay.reward + 1
}

/** The protocol of the demonstration, for `tasks` in all: withholding the beacon costs as much as all their slashes. */
export function protocolOf(
  costs: TaskCosts,
  rate: number,
  panel: readonly Encoding.Address[],
  tasks: number,
): Protocol.Protocol {
  const pay = toMicrosUp(VERIFIER_MARKUP * costs.reexecution)
  const slash = toMicrosUp(slashAt(rate, costs))
  const sampling = { mode: 'fixed', rate: Wad.from(rate) } as const
  const arbitration = { quorums: [quorum], reward: pay, final: null, colluding: 0n, capture: 0n }
  return Protocol.from({
    version: 1,
    environment: 'production',
    chainId: 31_337,
    verifyingContract: Encoding.zeroAddress,
    genesis: 1_700_000_000,
    epochLength: 600,
    windows: {
      beacon: 120,
      disclosure: 60,
      verifierCommit: 120,
      opening: 60,
      reveal: 60,
      dispute: 60,
      arbitrationBeacon: 120,
      vote: 60,
      ruling: 60,
      settlement: 60,
    },
    censorship: 20,
    finality: 20,
    mode: 'evidence',
    sampling,
    comparator: { kind: 'logits', tolerance: Wad.from(0.001), greedy: true },
    beacon: { source: 'commit-reveal', gap: 20, genesis: 1_600_000_000, period: 60, panel: [...panel], minimum: 2 },
    verification: {
      verifiers,
      maxReplacements: 1,
      reward: pay,
      fee: Protocol.leastFee({ sampling, verification: { verifiers, reward: pay }, arbitration }),
      bond: BigInt(quorum) * pay,
    },
    arbitration,
    evidence,
    canaryRate: 0n,
    unbonding: 600,
    slash: {
      mismatch: slash,
      opening: slash,
      equivocation: slash * 10n,
      missingReveal: 10n * pay,
      wrongVerdict: 10n * pay,
      withheldBeacon: slash * BigInt(tasks),
      burnShare: Wad.one,
      bounty: 0n,
    },
  })
}

/** Wei (here: microseconds) per valid task. */
export function rewardOf(costs: TaskCosts): bigint {
  return toMicrosUp(MARKUP * costs.honest)
}
