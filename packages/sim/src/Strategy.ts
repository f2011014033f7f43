/**
 * How executors behave. A strategy decides, before each batch, what share of its tasks it cheats on and what else it tries;
 * both engines play the same ones. A strategy of your own is an object like these, in any file.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'
import type { Parameters } from '@spotcheck/core/economics'
import * as z from 'zod'
import type { Random } from './Random.js'

/** What an executor does with its next batch. */
export type Act = Readonly<{
  /** Share of the tasks that it cheats on, each by itself; of several kinds of task one share for each, in the file's order. */
  cheat: number | readonly number[]
  /** What a cheated task costs it to produce. Default: the file's `cheatCost`. */
  cost?: number | undefined
  /** d: one honest verifier notices what it passes off. Default: the file's `comparator.power`. */
  power?: number | undefined
  /** Share of the tasks done honestly that come out wrong all the same. Default 0. */
  noise?: number | undefined
  /** Beacon draws that it chooses from, where a policy lets it. Default 1. */
  draws?: number | undefined
  /** Does it keep back the openings of sampled cheats? */
  withholds?: boolean | undefined
  /** Does it sign a second batch for the same epoch? */
  equivocates?: boolean | undefined
  /** Times the tasks that its stake backs, where a policy lets it. Default 1. */
  overcommits?: number | undefined
  /** Does it withdraw its stake once the batch is served, before the verdicts? */
  leaves?: boolean | undefined
}>

/** What became of a batch. */
export type Outcome = Readonly<{
  tasks: number
  cheats: number
  sampled: number
  /** Cheats that were convicted. */
  caught: number
  /** Right or noisy results that were convicted. */
  falseSlashes: number
  /** What it earned, gains from outside included. */
  profit: number
}>

/** What an executor knows when it decides. Valid during the call: copy what is to be remembered. */
export type View = Readonly<{
  /** From 0 to `epochs - 1`. */
  epoch: number
  epochs: number
  /** Tasks in its next batch. */
  tasks: number
  /** Tasks that it has served under its present identity. */
  served: number
  /** What is left of its stake. */
  stake: number
  /** The share of its next tasks that will be checked, as far as the policy is public. */
  rate: number
  /** What a proven fraud would cost it besides the reward. */
  slash: number
  /** The kinds of task in its batch. */
  kinds: readonly Readonly<{ share: number; weight: number; reward: number; gain: number }>[]
  parameters: Parameters.Parameters
  /** Its last batch under this identity; null before the first. */
  last: Outcome | null
  /** Chance of its own. */
  random: Random
}>

/** What it does, and what it remembers of it. */
export type Move<memory = unknown> = Readonly<{ act: Act; memory: memory }>

/** An executor's mind. */
export type Player<memory = unknown> = Readonly<{
  /** What a new identity remembers. */
  start: memory
  /** A method, so that a player with a memory of its own is a player. */
  next(memory: memory, view: View): Move<memory>
  /** Does it come back under another name after it was ejected? */
  rejoins?: boolean | undefined
  /** What it always does; left out where that depends. Closed forms know what to expect of a habit. */
  habit?: Act | undefined
}>

/** A strategy: its name in scenario files, its options, and the player that they make. */
export type Strategy<options = unknown> = Readonly<{
  name: string
  /** One line for lists. */
  summary: string
  options: z.ZodType<options>
  /** A method, so that strategies of different options fit in one list. */
  player(options: options): Player
  /**
   * Values of its options that a search for the best response tries, for a node that can serve so many tasks; between numbers it
   * goes on. What is no choice of the attacker's, such as how good a substitute it has, is left out.
   */
  choices?(tasks: number): Choices
}>

/** Values to try of each option. */
export type Choices = Readonly<Record<string, readonly unknown[]>>

/** A strategy as it is written: without a schema it has no options. */
export type Definition<options> = Omit<Strategy<options>, 'options'> & Readonly<{ options?: z.ZodType<options> }>

/**
 * A strategy, checked. One with options has a zod schema of them, defaults included.
 *
 * @throws InvalidStrategyError if it lacks a part, or its options refuse one of its choices.
 * @example
 * ```ts
 * import { Strategy } from '@spotcheck/sim'
 *
 * const alternating = Strategy.define({
 *   name: 'alternating',
 *   summary: 'cheats in every other epoch',
 *   player: () => Strategy.reacting(({ epoch }) => ({ cheat: epoch % 2 })),
 * })
 * alternating.options.parse({}) // {}
 * ```
 */
export function define<options = unknown>(strategy: Definition<options>): Strategy<options> {
  const { name, summary, options = none as z.ZodType as z.ZodType<options>, player } = strategy ?? {}
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name))
    throw invalid('name', name, 'lower-case letters, digits and dashes', 'name it like "my-strategy"')
  if (typeof summary !== 'string') throw invalid('summary', summary, 'a line of text', 'say in a line what it does')
  if (typeof player !== 'function') throw invalid('player', player, 'a function', 'make it return { start, next }')
  if (typeof options?.safeParse !== 'function')
    throw invalid('options', options, 'a zod schema', 'leave it out if there are none')
  assertChoices(strategy.choices, options)
  return { ...strategy, options }
}

/** Tasks for which the values to try are looked at: some strategies try shares of them. */
const MANY = 1000

/** Each value that a search would try must be one that the strategy can be played with. */
function assertChoices(choices: unknown, options: z.ZodType): void {
  if (choices === undefined) return
  const found = typeof choices === 'function' ? choices(MANY) : choices
  const fix = 'make it return lists, such as { rate: [0.1, 1] }'
  if (typeof choices !== 'function' || !isObject(found) || !Object.values(found).every(Array.isArray))
    throw unplayable('choices', found, 'a function that returns lists of values to try', fix)
  for (const [option, values] of Object.entries(found))
    for (const value of values as readonly unknown[]) {
      const issues = options.safeParse({ [option]: value }).error?.issues ?? []
      const issue = issues.find(({ path, code }) => path[0] === option || code === 'unrecognized_keys')
      if (issue !== undefined)
        throw unplayable(`choices.${option}`, value, issue.message, 'try what its options allow, or allow it')
    }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The schema of no options. */
const none = z.strictObject({})

/**
 * A player that always does the same.
 *
 * @example
 * ```ts
 * import { Strategy } from '@spotcheck/sim'
 *
 * Strategy.always({ cheat: 1 }).start // undefined
 * ```
 */
export function always(act: Act): Player {
  const move: Move = { act, memory: undefined }
  return { start: undefined, next: () => move, habit: act }
}

/**
 * A player without memory, that goes by what it sees.
 *
 * @example
 * ```ts
 * import { Strategy } from '@spotcheck/sim'
 *
 * Strategy.reacting(({ rate }) => ({ cheat: rate < 0.01 ? 1 : 0 })).start // undefined
 * ```
 */
export function reacting(act: (view: View) => Act): Player {
  return { start: undefined, next: (_, view) => ({ act: act(view), memory: undefined }) }
}

/** Shares of tasks worth trying. */
export const rates: readonly number[] = [0.01, 0.03, 0.1, 0.3, 1]

/** Share of tasks: a number from 0 to 1. */
export const share: z.ZodNumber = z
  .number('a share from 0 to 1')
  .min(0, 'a share from 0 to 1')
  .max(1, 'a share from 0 to 1')

/** A whole number from 0. */
export const count: z.ZodNumber = z
  .number('a whole number >= 0')
  .int('a whole number >= 0')
  .min(0, 'a whole number >= 0')

function invalid(subject: string, value: unknown, rule: string, fix: string): InvalidStrategyError {
  return new InvalidStrategyError(`the strategy has no ${subject}.`, { subject, value, rule, fix })
}

function unplayable(subject: string, value: unknown, rule: string, fix: string): InvalidStrategyError {
  return new InvalidStrategyError(`what a search would try of the strategy can't be played.`, {
    ...{ subject, value, rule, fix },
  })
}

/** An object that is no strategy. */
export class InvalidStrategyError extends Errors.BaseError {
  override name = 'Strategy.InvalidStrategyError'
}
