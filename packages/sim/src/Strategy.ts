/**
 * Executor strategies. A strategy decides, task by task, whether to do the work.
 *
 * @module
 */
import type { Parameters } from '@spotcheck/core/economics'
import type { Random } from './Random.js'

type Task = Parameters.Task

/** How an executor behaves. */
export type Strategy = Readonly<{
  name: string
  summary: string
  /** Share of tasks that it cheats on. */
  cheatRate: number
  /** Does it cheat on the next task? */
  cheats: (random: Random) => boolean
  /** What a cheated task costs it to produce. */
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

/** Runs the cheap substitute on some tasks. */
export function intermittent(cheatRate: number): Strategy {
  const share = Math.round(cheatRate * 100)
  return strategy(
    'intermittent',
    `runs the cheap substitute on ${share} % of tasks`,
    cheatRate,
    (task) => task.cheatCost,
  )
}

/** The strategies by name. */
export const all: readonly Strategy[] = [honest, lazy, substitute, intermittent(0.3)]
