/**
 * Executor strategies. A strategy decides, task by task, whether to do the work.
 *
 * @module
 */
import { Errors } from '@spotcheck/core'
import type { Parameters } from '@spotcheck/core/economics'
import type { Random } from './Random.js'

type Task = Parameters.Task

/** How an executor behaves. */
export type Strategy = Readonly<{
  name: string
  summary: string
  /** Share of tasks that it cheats on, each by itself; from 0 to 1. */
  cheatRate: number
  /** Does it cheat on the next task? */
  cheats: (random: Random) => boolean
  /** What a cheated task costs it to produce, in the unit of the parameter file. */
  cost: (task: Task) => number
}>

function strategy(name: string, summary: string, cheatRate: number, cost: Strategy['cost']): Strategy {
  const cheats = cheatRate === 0 ? () => false : cheatRate === 1 ? () => true : (random: Random) => random() < cheatRate
  return { name, summary, cheatRate, cheats, cost }
}

/** Does all the work. */
export const honest: Strategy = strategy('honest', 'runs every task', 0, (task) => task.honestCost)

/** Answers without running anything. */
export const lazy: Strategy = strategy('lazy', 'returns canned answers, at no cost', 1, () => 0)

/** Runs the cheap substitute on every task. */
export const substitute: Strategy = strategy(
  'substitute',
  'runs the cheap substitute on every task',
  1,
  (task) => task.cheatCost,
)

/**
 * Runs the cheap substitute on a share of tasks, each drawn by itself.
 *
 * @throws InvalidInputError if the share is not a number from 0 to 1.
 * @example
 * ```ts
 * import { Strategy } from '@spotcheck/sim'
 *
 * Strategy.intermittent(0.25).summary // 'runs the cheap substitute on 25 % of tasks'
 * ```
 */
export function intermittent(cheatRate: number): Strategy {
  const share = Number((assertShare(cheatRate) * 100).toPrecision(6))
  return strategy(
    'intermittent',
    `runs the cheap substitute on ${share} % of tasks`,
    cheatRate,
    (task) => task.cheatCost,
  )
}

function assertShare(cheatRate: number): number {
  if (cheatRate >= 0 && cheatRate <= 1) return cheatRate
  throw new Errors.InvalidInputError('cheatRate is no share.', {
    subject: 'cheatRate',
    value: cheatRate,
    rule: 'a number from 0 to 1',
    fix: 'pass a fraction: 30 % is 0.3',
  })
}

/** One of each kind, the intermittent one cheating on 30 % of tasks. */
export const all: readonly Strategy[] = [honest, lazy, substitute, intermittent(0.3)]
