/**
 * How a network checks its executors. A policy says what share of a node's tasks is checked, how often a checked task is
 * convicted, what a conviction costs the node, and what all of it costs the network.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'
import type { Parameters } from '@spotcheck/core/economics'
import * as z from 'zod'
import type { Test } from './Evidence.js'
import type { Outcome } from './Strategy.js'

/** What a policy may know of the network when it decides. */
export type Network = Readonly<{
  /** From 0. */
  epoch: number
  /** Tasks of the whole network in the last epoch; of the first one, in itself. */
  traffic: number
  /** Share of wrong results among all in the last epoch; 0 in the first. */
  wrong: number
}>

/** Probabilities for one checked task. */
export type Odds = Readonly<{
  /** Somebody says that it is wrong. */
  disputed: number
  /** Given that, it is convicted. */
  convicted: number
}>

/** What a check meets: a result that is wrong, and one that is right. */
export type Checked = Readonly<{ wrong: Odds; right: Odds }>

/** What a policy does, for one parameter file. Amounts in its unit. */
export type Rules<memory = unknown> = Readonly<{
  /** What it remembers of a new identity. */
  start: memory
  /** Share of the node's next tasks that is checked; by value, of a kind of task that share times its weight. */
  rate(memory: memory, network: Network): number
  /** Is a task checked in proportion to its value? */
  byValue: boolean
  /** Tasks of a batch that a fixed sample takes; null where each is drawn by itself. */
  sampled: number | null
  /**
   * What a checked task meets. `power` is d of what the node passes off, `wrong` the share of wrong results among those of the
   * other nodes in this epoch.
   */
  checked: (power: number, wrong: number) => Checked
  /** Are checks made by the file's verifiers? Then a scenario that names some has them played in place of `checked`. */
  panels?: boolean | undefined
  /**
   * Where one mismatch is no proof: each costs the reward, and it takes evidence to convict. Left out, each mismatch convicts.
   */
  evidence?: Test | undefined
  /** What it remembers after a batch. */
  learn(memory: memory, outcome: Outcome): memory
  /** What a conviction costs the node. */
  penalty: Readonly<{
    rule: 'per-fraud' | 'once-per-batch'
    /** S. */
    slash: number
    /** The share of a slash that a cheat feels: S_net/S. */
    felt: number
    /** What else is lost: the reward of the task, or all of the batch. */
    forfeits: 'task' | 'batch'
    /** W, of each identity. */
    stake: number
    /** w: convictions (once-per-batch: slashed batches) that eject a node; Infinity where none does. */
    ejectedAt: number
    /** Are all its results thrown away when it is ejected? */
    voids: boolean
  }>
  /** What the design keeps a node from doing. */
  prevents: Readonly<{
    /** Does a stake stay locked until the verdicts? */
    withdrawal: boolean
    /** Is exposure locked before work is taken? */
    overcommitment: boolean
    /** Is randomness fixed before anybody sees it? Then draws count for nothing. */
    redraws: boolean
    /** Are results that are kept back, or given twice, as bad as proven fraud? */
    silence: boolean
  }>
  cost: Readonly<{
    /** Per task, whether or not it is checked, beyond running it once. */
    task: number
    /** Per checked task. */
    check: number
    /** Per disputed task. */
    dispute: number
  }>
  /** Are checks over before a result is used? Then a cheat that is caught gains nothing outside either. */
  beforeUse: boolean
  /** Is a right result that is "convicted" replaced by a wrong one, as when a majority is wrong? */
  outvotes: boolean
  /** Are checks made on tasks of their own, that look like others and whose result is known? Then nothing that is shipped is checked. */
  decoys: boolean
  /** Epochs until a result is final, its own included. */
  finality: number
}>

/** A policy: its name in scenario files, its options, and the rules that they make. */
export type Policy<options = unknown> = Readonly<{
  name: string
  /** One line for lists. */
  summary: string
  options: z.ZodType<options>
  /** A method, so that policies of different options fit in one list. */
  rules(options: options, parameters: Parameters.Parameters): Rules
  /**
   * Options that make it safer than its own defaults, in rising order of what they cost: a comparison at equal security takes the
   * first that is safe enough. Without any it has only one way to be.
   */
  settings?: readonly options[] | undefined
}>

/** A policy as it is written: without a schema it has no options. */
export type Definition<options> = Omit<Policy<options>, 'options'> & Readonly<{ options?: z.ZodType<options> }>

/**
 * A policy, checked. One with options has a zod schema of them, defaults included.
 *
 * @throws InvalidPolicyError if it lacks a part.
 * @example
 * ```ts
 * import { Policies, Policy } from '@spotcheck/sim'
 *
 * const always = Policy.define({
 *   name: 'check-everything',
 *   summary: 'checks every task',
 *   rules: (_, parameters) => ({ ...Policies.unchecked(parameters), rate: () => 1 }),
 * })
 * always.name // 'check-everything'
 * ```
 */
export function define<options = unknown>(policy: Definition<options>): Policy<options> {
  const { name, summary, options = none as z.ZodType as z.ZodType<options>, rules } = policy ?? {}
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name))
    throw invalid('name', name, 'lower-case letters, digits and dashes', 'name it like "my-policy"')
  if (typeof summary !== 'string') throw invalid('summary', summary, 'a line of text', 'say in a line what it does')
  if (typeof rules !== 'function') throw invalid('rules', rules, 'a function', 'make it return the rules')
  if (typeof options?.safeParse !== 'function')
    throw invalid('options', options, 'a zod schema', 'leave it out if there are none')
  return { ...policy, options }
}

/** The schema of no options. */
const none = z.strictObject({})

function invalid(subject: string, value: unknown, rule: string, fix: string): InvalidPolicyError {
  return new InvalidPolicyError(`the policy has no ${subject}.`, { subject, value, rule, fix })
}

/** An object that is no policy. */
export class InvalidPolicyError extends Errors.BaseError {
  override name = 'Policy.InvalidPolicyError'
}
