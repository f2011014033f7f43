/**
 * The verifiers of the statistical engine: every sampled task gets its panel, drawn without replacement, and what each of them
 * says and earns is played.
 *
 * | of a verifier | gets |
 * | --- | --- |
 * | a verdict that stands | Rv |
 * | a dissent that is upheld | Rv and its share of the bounty, as far as what is left of the slash pays it |
 * | a dissent that is refused | loses its bond |
 * | an agreement with what is proven wrong | nothing, and exposed (e) loses Sv |
 * | an agreement with what is wrong and undisputed | Rv; exposed (e, or found by an audit) loses Sv instead |
 * | an agreement with a canary, or silence | loses Sv |
 *
 * A verifier meets g/(1-g) canaries for each task: a share g of what it sees. They change nothing for the executor.
 *
 * @module
 */
import type { Random } from '../Random.js'
import type { Player } from '../Verifier.js'
import type { Plan, VerifierColumn, VerifierTally } from './Plan.js'
import { ask, dealOf, priceOf, type Said, savedBy, type Task } from './verify.js'

/** What becomes of a sampled task. */
export type Judged = Readonly<{
  disputed: boolean
  convicted: boolean
  /** Did anybody say anything? Without a verdict the reward goes back. */
  isVerified: boolean
  /** What its executor paid its panel. */
  bribes: number
}>

/** The verifiers of a replication. */
export type Panel = Readonly<{
  /** A node's epoch begins, with so much left of its stake. */
  begin: (stake: number) => void
  /** Its next batch begins. */
  open: () => void
  /** Its panel judges a sampled task; `kept`: its executor does not open it. */
  judge: (task: Task, reward: number, kept: boolean) => Judged
  /** What all of it stands at, and back to that: an executor that chooses among draws makes others undone. */
  save: () => () => void
}>

/** The panels of a plan, which write down what they do in the tally; null where no verifiers are played. */
export function create(plan: Plan, uniform: Random, tally: VerifierTally | undefined): Panel | null {
  if (plan.verifiers === null || tally === undefined) return null
  const { parameters, rules } = plan
  const { verifiers, arbitration, sampling } = parameters
  const names = plan.verifiers.flatMap(({ strategy, count }) => new Array<string>(count).fill(strategy))
  const players = plan.verifiers.flatMap(({ player, count }) => new Array<Player>(count).fill(player))
  const seats = new Int32Array(sampling.verifiers)
  const said = new Array<Said>(sampling.verifiers)
  let [left, lock] = [0, 0]

  const add = (seat: number, column: VerifierColumn, amount: number): void => {
    tally[column][seats[seat]!]! += amount
  }
  const earn = (seat: number, amount: number): void => add(seat, 'profit', amount)
  const lose = (seat: number, amount: number): void => {
    add(seat, 'slashed', amount)
    add(seat, 'profit', -amount)
  }
  const caught = (seat: number): void => {
    add(seat, 'caught', 1)
    lose(seat, verifiers.slash)
  }

  /** A panel: uniformly, without replacement. */
  const seat = (): void => {
    for (let i = 0; i < seats.length; i++) {
      do seats[i] = Math.floor(uniform() * players.length)
      while (seats.indexOf(seats[i]!) < i)
    }
  }

  /** Everybody of the panel is asked, those that wait at last. Returns what its executor pays them. */
  const hear = (task: Task, premium: number | null): number => {
    let [bribes, shared] = [0, Number.NaN]
    const seen: ('match' | 'mismatch')[] = []
    const error: Random =
      parameters.comparator.errors === 'independent'
        ? uniform
        : () => {
            if (Number.isNaN(shared)) shared = uniform()
            return shared
          }
    for (const isLast of [false, true])
      for (let i = 0; i < seats.length; i++) {
        const [player, name] = [players[seats[i]!]!, names[seats[i]!]!]
        if ((player.waits === true) !== isLast) continue
        const bribed = premium !== null && player.isRing !== true
        const one = ask(parameters, task, { name, player, seen, bribed, random: uniform, error })
        if (one.verdict !== null) seen.push(one.verdict)
        said[i] = one
        note(i, task, one)
        if (!bribed) continue
        const bribe = priceOf(parameters, player) + premium
        bribes += bribe
        add(i, 'bribes', bribe)
        earn(i, bribe)
      }
    return bribes
  }

  /** What it did, and what that cost it. */
  const note = (i: number, { result }: Task, { verdict, runs, cheapRuns }: Said): void => {
    const cost = runs * verifiers.cost + cheapRuns * verifiers.cheapCost
    add(i, 'tasks', 1)
    if (result === 'canary') add(i, 'canaries', 1)
    add(i, 'runs', runs)
    add(i, 'cheapRuns', cheapRuns)
    add(i, 'cost', cost)
    earn(i, -cost)
    if (verdict === 'mismatch') add(i, result === 'right' ? 'falseDissents' : 'dissents', 1)
    if (verdict === 'match' && result !== 'right') add(i, 'missed', 1)
    if (verdict !== null) return
    add(i, 'silent', 1)
    lose(i, verifiers.slash)
  }

  const panelOf = (): Player[] => Array.from(seats, (one) => players[one]!)
  const count = (verdict: 'match' | 'mismatch'): number => {
    let sum = 0
    for (const one of said) if (one.verdict === verdict) sum++
    return sum
  }
  const each = (verdict: 'match' | 'mismatch', then: (seat: number, said: Said) => void): void => {
    for (let i = 0; i < said.length; i++) if (said[i]!.verdict === verdict) then(i, said[i]!)
  }

  const canary = (task: Task): void => {
    seat()
    hear(task, null)
    each('mismatch', (i) => earn(i, verifiers.reward))
    each('match', caught)
  }

  /** Takes a slash; returns what of it can be given away. */
  const convict = (): number => {
    const taken = Math.min(rules.penalty.slash, lock)
    lock -= taken
    left -= taken
    return taken * (1 - parameters.slash.burnShare)
  }

  /** A dissent goes to the arbiters. */
  const arbitrate = (isWrong: boolean): boolean => {
    const isUpheld = uniform() < (isWrong ? arbitration.power : arbitration.falsePositive)
    if (!isUpheld) {
      each('mismatch', (i) => lose(i, verifiers.bond))
      each('match', (i) => earn(i, verifiers.reward))
      return false
    }
    const bounty = Math.min(convict(), verifiers.bounty) / count('mismatch')
    each('mismatch', (i) => earn(i, verifiers.reward + bounty))
    each('match', (i) => {
      if (isWrong && uniform() < verifiers.exposure) caught(i)
    })
    return true
  }

  /** Nobody dissents: an audit may find what is wrong, or whoever passed it blindly is exposed otherwise. */
  const audit = (isWrong: boolean, power: number): boolean => {
    const chance = verifiers.auditRate * power
    const isFound = isWrong && uniform() < chance
    const otherwise = chance < 1 ? Math.max(0, verifiers.exposure - chance) / (1 - chance) : 0
    each('match', (i, { isInformed }) => {
      const isExposed = isFound || (isWrong && !isInformed && uniform() < otherwise)
      if (isExposed) caught(i)
      else earn(i, verifiers.reward)
    })
    return isFound
  }

  const judge = (task: Task, reward: number, kept: boolean): Judged => {
    while (verifiers.canaryRate > 0 && uniform() < verifiers.canaryRate)
      canary({ result: 'canary', power: parameters.comparator.power, cheats: task.cheats })
    seat()
    const isCheat = task.result === 'wrong' && !kept
    const saved = savedBy(parameters, reward, task.power)
    const bribes = hear(task, isCheat ? dealOf(parameters, panelOf(), saved) : null)
    const isVerified = count('match') + count('mismatch') > 0
    if (kept) return unopened(isVerified)
    if (!isVerified) return { disputed: false, convicted: false, isVerified, bribes }
    const isWrong = task.result !== 'right'
    if (count('mismatch') > 0) return { disputed: true, convicted: arbitrate(isWrong), isVerified, bribes }
    const isFound = audit(isWrong, task.power)
    const convicted = isFound && uniform() < arbitration.power
    if (convicted) convict()
    return { disputed: isFound, convicted, isVerified, bribes }
  }

  /** What is kept back is as bad as a proven fraud, and whoever has done its work is paid. */
  const unopened = (isVerified: boolean): Judged => {
    each('match', (i) => earn(i, verifiers.reward))
    each('mismatch', (i) => earn(i, verifiers.reward))
    const convicted = rules.prevents.silence
    if (convicted) convict()
    return { disputed: false, convicted, isVerified: isVerified || convicted, bribes: 0 }
  }

  return {
    begin: (stake) => {
      left = stake
    },
    open: () => {
      lock = parameters.slash.rule === 'per-fraud' ? left : Math.min(left, rules.penalty.slash)
    },
    judge,
    save: () => {
      const kept = Object.entries(tally).map(([column, numbers]) => [column, numbers.slice()] as const)
      const [before, locked] = [left, lock]
      return () => {
        for (const [column, numbers] of kept) tally[column as VerifierColumn].set(numbers)
        left = before
        lock = locked
      }
    },
  }
}
