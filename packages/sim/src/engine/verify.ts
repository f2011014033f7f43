/**
 * What one verifier does with one task, and what a cheat pays a panel to pass it: the same for both engines.
 *
 * @module
 */
import type { Parameters } from '@spotcheck/core/economics'
import type { Random } from '../Random.js'
import { InvalidVerifierError, type Player, type Verdict } from '../Verifier.js'

/** What a verifier is given. A noisy result is wrong without anybody's having meant it. */
export type Result = 'right' | 'wrong' | 'noisy' | 'canary'

/** A sampled task as its panel meets it. */
export type Task = Readonly<{
  result: Result
  /** d of a wrong result. */
  power: number
  /** Is its executor of the ring, so that its canaries are known there? */
  cheats: boolean
}>

/** What a verifier said, and what it cost. */
export type Said = Readonly<{
  verdict: Verdict | null
  /** Runs of the ordered model, and of the cheap one. */
  runs: number
  cheapRuns: number
  /** Was the verdict come by otherwise than by the ordered model or blindly: by a ring, a bribe, or the cheap model? */
  isInformed: boolean
}>

/** Who is asked, and what it knows besides the task. */
export type Asked = Readonly<{
  name: string
  player: Player
  seen: readonly Verdict[]
  bribed: boolean
  random: Random
  /** The chance of a verifier's error: the same for the whole panel, or one's own. */
  error: Random
}>

/**
 * Lets a verifier play a task.
 *
 * @throws InvalidVerifierError if it says what is no verdict.
 */
export function ask(parameters: Parameters.Parameters, task: Task, asked: Asked): Said {
  const { player, seen, bribed, random, error, name } = asked
  const { blind } = parameters.verifiers
  const found: { ordered?: Verdict; cheap?: Verdict } = {}
  const run = (model: 'ordered' | 'cheap' = 'ordered'): Verdict => {
    found[model] ??= error() < mismatch(parameters, task, model) ? 'mismatch' : 'match'
    return found[model]
  }
  const told = player.isRing === true ? toldOf(task) : null
  const verdict = player.verify({ parameters, blind, seen: blind ? [] : seen, told, bribed, random }, run)
  if (verdict !== null && verdict !== 'match' && verdict !== 'mismatch') refuse(name, verdict)
  const [runs, cheapRuns] = [found.ordered === undefined ? 0 : 1, found.cheap === undefined ? 0 : 1]
  const isKnown = runs + cheapRuns > 0 || bribed || told !== null
  const isGuess = verdict === 'match' && blind && !isKnown
  const isInformed = runs === 0 && isKnown
  return { verdict: isGuess ? 'mismatch' : verdict, runs, cheapRuns, isInformed }
}

/** The cheap model makes what cheaters pass off, and what canaries hold. */
function mismatch({ comparator }: Parameters.Parameters, { result, power }: Task, model: 'ordered' | 'cheap'): number {
  const { falsePositive } = comparator
  const d = result === 'wrong' || result === 'noisy' ? power : comparator.power
  if (model === 'ordered') return result === 'right' ? falsePositive : d
  return result === 'wrong' || result === 'canary' ? falsePositive : d
}

function toldOf({ result, cheats }: Task): 'wrong' | 'right' | 'canary' | null {
  if (result === 'canary') return cheats ? 'canary' : null
  return result === 'right' ? 'right' : 'wrong'
}

/**
 * What a cheat that was sampled pays each of its panel that is for sale, beyond its price: half of what passing saves it is
 * shared among them, as two who bargain would (Nash, 1950). Null where somebody can't be bought, or all cost more than is saved.
 */
export function dealOf(parameters: Parameters.Parameters, players: readonly Player[], saved: number): number | null {
  const prices = players.map((player) => priceOf(parameters, player))
  const sellers = players.filter(({ isRing }) => isRing !== true).length
  const total = prices.reduce((sum, price) => sum + price, 0)
  return sellers === 0 || !(total < saved) ? null : (saved - total) / (2 * sellers)
}

/** The least that a verifier takes; nothing of a friend, and all the money in the world of who is not for sale. */
export function priceOf(parameters: Parameters.Parameters, { isRing, price }: Player): number {
  if (isRing === true) return 0
  return price === undefined ? Number.POSITIVE_INFINITY : price(parameters)
}

/** What passing a sampled cheat saves its executor: `a_d·(R + S_net)·(1 - a·d)`; the audit of what agrees is still to come. */
export function savedBy({ arbitration, verifiers, slash }: Parameters.Parameters, reward: number, d: number): number {
  return arbitration.power * (reward + slash.amount * slash.burnShare) * (1 - verifiers.auditRate * d)
}

function refuse(name: string, verdict: unknown): never {
  throw new InvalidVerifierError(`the verifier ${name} says what can’t be played.`, {
    subject: `${name}: verify(…)`,
    value: verdict,
    rule: '"match", "mismatch" or null',
    fix: 'return what run() found, or null to stay silent',
  })
}
