/**
 * Executor against verifier, as a game (economics.md, sections 6 and 9). One executor, which plays one way on every task, and
 * the one verifier of a sampled task; amounts are per task for the executor and per sampled task for the verifier.
 *
 * The executor is **honest**; or it **cheats** with the cheap model; or it **probes**: it cheats until a task of its was
 * sampled, 1/p tasks of the horizon H, and then does what pays better against the verifier that it met.
 *
 * The verifier **checks**; or **skips**: it agrees unseen, or, where commitments are blind and there is nothing to agree
 * with, stays silent; or **copies**: it runs the cheap model and agrees with who else did; or **colludes**: it passes
 * what its partner cheats on, is told which tasks are canaries, and takes a bribe.
 *
 * With `L = R + S_net·δ^ℓ` (what a conviction costs), `Q = Rv + Sv` (a pass that is exposed), `K = (1-a)(Rv + bond) - a·bounty`
 * (a dissent that arbitration upholds with probability a: `K_d` for a wrong result, `K_f` for a right one):
 *
 * | executor gets | honest              | cheat                                        |
 * | ------------- | ------------------- | -------------------------------------------- |
 * | check         | `R - C - p·f·a_f·L` | `R - c + B - p·(d + (1-d)·a·d)·a_d·L`        |
 * | skip          | `R - C`             | `R - c + B - p·a·d·a_d·L`                    |
 * | copy          | `R - C - p·d·a_f·L` | `R - c + B - p·(f + (1-f)·a·d)·a_d·L`        |
 * | collude       | `R - C`             | `R - c + B - p·(b + a·d·a_d·L)`              |
 *
 * | verifier gets | of the honest                               | of the cheat                                                  |
 * | ------------- | ------------------------------------------- | ------------------------------------------------------------- |
 * | check         | `Rv - Cv - g(1-d)Q - (1-g)·f·K_f`           | `Rv - Cv - g(1-d)Q - (1-g)(d·K_d + (1-d)·e·Q)`                |
 * | skip          | `Rv - g·Q`; blind `-Sv`                     | `Rv - g·Q - (1-g)·e·Q`; blind `-Sv`                           |
 * | copy          | `Rv - cv - g(1-f)Q - (1-g)·d·K_f`           | `Rv - cv - g(1-f)Q - (1-g)(f·K_d + (1-f)·a·d·Q)`              |
 * | collude       | as skip                                     | `Rv + (1-g)(b - a·d·Q)`                                       |
 *
 * Results on which both agree are audited at rate a. Canaries hold the cheap model's output, so that they expose the copier
 * too. What exposes a wrong pass (e) costs the verifier and not the executor, audits both. The bribe b splits what reporting would destroy, `a_d·L·(1 - a·d) - a_d·bounty -
 * a·d·Q`, in halves: `b = a_d·bounty + a·d·Q + half of it` (Nash, "The bargaining problem", 1950). Where there is nothing to split
 * there is no deal: who would collude, skips.
 *
 * @module
 */
import { assertOneOf } from '../Encoding.js'
import * as Game from './Game.js'
import * as Minimum from './Minimum.js'
import * as Mix from './Mix.js'
import { type Parameters, from as parse } from './Parameters.js'
import * as Range from './Range.js'
import { Rational } from './Rational.js'
import * as Solution from './Solution.js'
import { type Terms, termsOf } from './Stakes.js'

/** The executor's strategies. */
export const executor = ['honest', 'cheat', 'probe'] as const

/** The verifier's. */
export const verifier = ['check', 'skip', 'copy', 'collude'] as const

type Column = (typeof verifier)[number]
type Pair = readonly [executor: Rational, verifier: Rational]

/**
 * The game of a parameter file, in exact fractions of the decimals in it. Of a file that samples by value, the game of the
 * kind of task that tempts most: the one with the largest G/(p(R+S)).
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong.
 * @example
 * ```ts
 * import { Game, Inspection, Parameters } from '@spotcheck/core/economics'
 *
 * const game = Inspection.from(Parameters.defaults)
 * const { extreme } = Game.equilibria(Game.only(game, { rows: ['honest', 'cheat'], columns: ['check', 'skip'] }))
 * extreme // [{ row: [1, 0], column: [1, 0], payoffs: [0.2, 0.2] }]
 * ```
 */
export function from(parameters: Parameters): Game.Game {
  return gameOf(parse(parameters))
}

function gameOf(parameters: Parameters): Game.Game {
  const terms = termsOf(parameters)
  const [honest, cheat] = [
    verifier.map((column) => ofHonest(terms, column)),
    verifier.map((column) => ofCheat(terms, column)),
  ]
  const probe = verifier.map((_, j) => ofProbe(terms, honest[j]!, cheat[j]!))
  return { rows: executor, columns: verifier, payoffs: [honest, cheat, probe] }
}

function ofHonest(terms: Terms, column: Column): Pair {
  const { honest, p, L, d, f, aF } = terms
  const convicted = { check: f, skip: zero, copy: d, collude: zero }[column]
  return [honest.minus(product(p, convicted, aF, L)), verifierOfHonest(terms, column)]
}

function ofCheat(terms: Terms, column: Column): Pair {
  const { cheat, p, L, aD } = terms
  const bribe = bribeOf(terms)
  if (column === 'collude' && bribe === undefined) return ofCheat(terms, 'skip')
  const paid = column === 'collude' ? p.times(bribe!) : zero
  return [cheat.minus(product(p, caught(terms, column), aD, L)).minus(paid), verifierOfCheat(terms, column)]
}

/** A cheat that is sampled is seen, by the verifier or else by the audit of its agreement. */
function caught({ d, f, a }: Terms, column: Column): Rational {
  const dissents = { check: d, skip: zero, copy: f, collude: zero }[column]
  return dissents.plus(product(rest(dissents), a, d))
}

function verifierOfHonest(terms: Terms, column: Column): Rational {
  const { d, f, g, Cv, cv, Rv, Sv, blind } = terms
  const Q = Rv.plus(Sv)
  const refused = rest(g).times(lost(terms, terms.aF))
  if (column === 'check')
    return Rv.minus(Cv)
      .minus(product(g, rest(d), Q))
      .minus(f.times(refused))
  if (column === 'copy')
    return Rv.minus(cv)
      .minus(product(g, rest(f), Q))
      .minus(d.times(refused))
  return blind ? zero.minus(Sv) : Rv.minus(g.times(Q))
}

function verifierOfCheat(terms: Terms, column: Column): Rational {
  const { d, f, g, e, a, Cv, cv, Rv, Sv, blind } = terms
  const Q = Rv.plus(Sv)
  const dissent = lost(terms, terms.aD)
  const judged = (dissents: Rational, exposed: Rational) =>
    rest(g).times(dissents.times(dissent).plus(product(rest(dissents), exposed, Q)))
  if (column === 'check')
    return Rv.minus(Cv)
      .minus(product(g, rest(d), Q))
      .minus(judged(d, e))
  if (column === 'copy')
    return Rv.minus(cv)
      .minus(product(g, rest(f), Q))
      .minus(judged(f, a.times(d)))
  if (column === 'skip') return blind ? zero.minus(Sv) : Rv.minus(g.times(Q)).minus(judged(zero, e))
  return Rv.plus(rest(g).times(bribeOf(terms)!.minus(product(a, d, Q))))
}

/** K: what a dissent costs that arbitration upholds with this probability. */
function lost({ Rv, bond, bounty }: Terms, upheld: Rational): Rational {
  return rest(upheld).times(Rv.plus(bond)).minus(upheld.times(bounty))
}

/** b; undefined where there is nothing to split. */
function bribeOf({ L, d, aD, a, bounty, Rv, Sv }: Terms): Rational | undefined {
  const reported = aD.times(bounty).plus(product(a, d, Rv.plus(Sv)))
  const surplus = product(aD, L, rest(a.times(d))).minus(reported)
  return surplus.compare(zero) > 0 ? reported.plus(surplus.times(half)).reduced() : undefined
}

function ofProbe({ probing }: Terms, honest: Pair, cheat: Pair): Pair {
  const later = cheat[0].compare(honest[0]) > 0 ? cheat : honest
  const mixed = (player: 0 | 1) => probing.times(cheat[player]).plus(rest(probing).times(later[player])).reduced()
  return [mixed(0), mixed(1)]
}

const [zero, half, one] = [0, 0.5, 1].map((double) => Rational.of(double)) as [Rational, Rational, Rational]

function rest(probability: Rational): Rational {
  return one.minus(probability)
}

function product(...factors: readonly Rational[]): Rational {
  return factors.reduce((result, factor) => result.times(factor), one).reduced()
}

/**
 * Is honest work under a verifier that checks the only equilibrium of the game?
 *
 * @throws InvalidInputError if it is no game.
 * @example
 * ```ts
 * import { Inspection, Parameters } from '@spotcheck/core/economics'
 *
 * const { verifiers } = Parameters.defaults
 * const canaries = { ...Parameters.defaults, verifiers: { ...verifiers, canaryRate: 0.1 } }
 * Inspection.isHonestOnly(Inspection.from(canaries)) // true
 * ```
 */
export function isHonestOnly(game: Game.Game): boolean {
  const { extreme } = Game.equilibria(game)
  const [only, ...others] = extreme
  if (only === undefined || others.length > 0) return false
  return only.row[game.rows.indexOf('honest')] === 1 && only.column[game.columns.indexOf('check')] === 1
}

/** What can be turned until honest work and checking are all that is left. */
export type Lever = 'canaryRate' | 'slash'

/**
 * The smallest canary rate (`verifiers.canaryRate`), or slash (`slash.amount`), that makes honest work and checking the only
 * equilibrium, all else as in the file: the lower end of the first range where it is. Exact to the last bits of a double; at
 * the very end there may be a tie, above it there is none.
 *
 * Infeasible (`other-equilibria`) where no value up to 1, or up to `slash.max`, does; the reason names what is left.
 *
 * @throws Parameters.InvalidParametersError naming every field that is wrong; InvalidInputError if `lever` is neither word.
 * @example
 * ```ts
 * import { Inspection, Parameters } from '@spotcheck/core/economics'
 *
 * const { verifiers } = Parameters.defaults
 * const canaries = { ...Parameters.defaults, verifiers: { ...verifiers, canaryRate: 0.1 } }
 * Inspection.least(Parameters.defaults, 'canaryRate') // { feasible: true, value: 0.0892857... }
 * Inspection.least(canaries, 'slash') // { feasible: true, value: 18.8000... }
 * ```
 */
export function least(parameters: Parameters, lever: Lever, strategies: Game.Names = {}): Solution.Solution {
  const file = parse(parameters)
  const turn = levers[assertOneOf(lever, 'lever', ['canaryRate', 'slash'])]
  const gameAt = (value: number) => Game.only(gameOf(turn(file, value)), strategies)
  const holds = (value: number) => isHonestOnly(gameAt(value))
  const steps = lever === 'canaryRate' ? rates : amounts(file)
  const first = steps.findIndex(holds)
  if (first < 0) return Solution.infeasible('other-equilibria', remains(gameAt(steps.at(-1)!), lever, steps.at(-1)!))
  const found = Minimum.threshold(holds, steps[Math.max(0, first - 1)]!, steps[first]!)
  return Solution.of(found ?? steps[first]!)
}

const levers: Readonly<Record<Lever, (file: Parameters, value: number) => Parameters>> = {
  canaryRate: (file, canaryRate) => ({ ...file, verifiers: { ...file.verifiers, canaryRate } }),
  slash: (file, amount) => ({ ...file, slash: { ...file.slash, amount } }),
}

/** Where the scan looks: 0, then ever wider steps at the bottom, even ones above a hundredth. */
const rates = [0, ...decades(1e-2, 24), ...Array.from({ length: 99 }, (_, i) => (i + 2) / 100)]

/** Slashes up to the largest allowed, or to a million times what any one conviction could need to weigh. */
function amounts(file: Parameters): number[] {
  const { slash, task, verifiers } = file
  const stakes = [task.reward, task.honestCost, Math.abs(task.externalGain), verifiers.reward, verifiers.bounty, 1]
  const rate = Math.max(Mix.rate(file), 1e-12)
  const most = Math.min(Range.largest, (1e6 * stakes.reduce((a, b) => a + b)) / rate)
  return [0, ...decades(slash.max ?? most, 96)]
}

/** `count` steps up to `most`, eight a decade. */
function decades(most: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => most * 10 ** ((i + 1 - count) / 8))
}

function remains(game: Game.Game, lever: Lever, value: number): string {
  const others = Game.equilibria(game).extreme.map(({ row, column }) => {
    return `${named(game.rows, row)} against ${named(game.columns, column)}`
  })
  const other = others.find((text) => text !== 'honest against check') ?? others[0]
  return `With ${lever} at ${value}, the largest that was tried, there is still the equilibrium ${other}.`
}

function named(names: readonly string[], weights: readonly number[]): string {
  return names.filter((_, i) => weights[i]! > 0).join(' or ')
}
