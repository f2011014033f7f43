/**
 * How verifiers behave. A strategy decides, for each sampled task that a verifier is assigned, what it runs and what it says;
 * both engines play the same ones. A strategy of your own is an object like these, in any file.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'
import type { Parameters } from '@spotcheck/core/economics'
import * as z from 'zod'
import type { Random } from './Random.js'

/** What a verifier says of a result. */
export type Verdict = 'match' | 'mismatch'

/** What a verifier knows of a task that it is assigned. Valid during the call. */
export type View = Readonly<{
  parameters: Parameters.Parameters
  /**
   * Are verdicts committed to unseen? Then nothing of the others can be seen, and an agreement needs the result itself: who has
   * neither run the task nor been told can only guess, and a guess is a mismatch.
   */
  blind: boolean
  /** What others of its panel have said, where that can be seen. */
  seen: readonly Verdict[]
  /** What its ring lets it know, the result with it; null outside of a ring, and of canaries whose executor is honest. */
  told: 'wrong' | 'right' | 'canary' | null
  /** Was it paid to pass this one, and handed the result? */
  bribed: boolean
  /** Chance of its own. */
  random: Random
}>

/** Runs the task, with the ordered model or the cheap one, at its cost; returns what the comparison with the result says. */
export type Run = (model?: 'ordered' | 'cheap') => Verdict

/** A verifier's mind. */
export type Player = Readonly<{
  /** What it says of a task; null: nothing, which is a missing reveal. */
  verify(view: View, run: Run): Verdict | null
  /** Is it of the ring of those who cheat? Then it is told what is wrong. */
  isRing?: boolean | undefined
  /** Does it speak after those who don't wait, to see what they said? */
  waits?: boolean | undefined
  /** The least for which it passes a cheat, in the file's unit; left out: nothing buys it. */
  price?(parameters: Parameters.Parameters): number
}>

/** A strategy: its name in scenario files, its options, and the mind that they make. */
export type Strategy<options = unknown> = Readonly<{
  name: string
  /** One line for lists. */
  summary: string
  options: z.ZodType<options>
  /** A method, so that strategies of different options fit in one list. */
  verifier(options: options): Player
}>

/** A strategy as it is written: without a schema it has no options. */
export type Definition<options> = Omit<Strategy<options>, 'options'> & Readonly<{ options?: z.ZodType<options> }>

/**
 * A strategy, checked. One with options has a zod schema of them, defaults included.
 *
 * @throws InvalidVerifierError if it lacks a part.
 * @example
 * ```ts
 * import { Verifier } from '@spotcheck/sim'
 *
 * const sleepy = Verifier.define({
 *   name: 'sleepy',
 *   summary: 'runs every other task, and sleeps through the others',
 *   verifier: () => ({ verify: ({ random }, run) => (random() < 0.5 ? run() : null) }),
 * })
 * sleepy.options.parse({}) // {}
 * ```
 */
export function define<options = unknown>(strategy: Definition<options>): Strategy<options> {
  const { name, summary, options = none as z.ZodType as z.ZodType<options>, verifier } = strategy ?? {}
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name))
    throw invalid('name', name, 'lower-case letters, digits and dashes', 'name it like "my-verifier"')
  if (typeof summary !== 'string') throw invalid('summary', summary, 'a line of text', 'say in a line what it does')
  if (typeof verifier !== 'function') throw invalid('verifier', verifier, 'a function', 'make it return { verify }')
  if (typeof options?.safeParse !== 'function')
    throw invalid('options', options, 'a zod schema', 'leave it out if there are none')
  return { ...strategy, options }
}

/** The schema of no options. */
const none = z.strictObject({})

function invalid(subject: string, value: unknown, rule: string, fix: string): InvalidVerifierError {
  return new InvalidVerifierError(`the verifier has no ${subject}.`, { subject, value, rule, fix })
}

/** An object that is no strategy of a verifier, or one that does what can't be played. */
export class InvalidVerifierError extends Errors.BaseError {
  override name = 'Verifier.InvalidVerifierError'
}
