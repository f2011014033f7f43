/** The demonstration's network: who takes part, with which model, and what is booked as what. */
import type { Model, Replay } from '@spotcheck/core/ports'
import type { Costs } from './costs.js'
import { protocolOf, rewardOf, type TaskCosts } from './economy.js'
import { canned, encodePrompt, engine, type Pool } from './engines.js'
import * as Epoch from './epoch.js'
import * as Models from './model/Models.js'
import { prompts } from './model/prompts.js'
import type { Options } from './options.js'

export const EXECUTORS = 5
const VERIFIERS = 7
const PANEL = 3
/** Prompts of each executor. */
export const TASKS = 8

type Behaviour = Epoch.ExecutorPlan['behaviour']

/** What the network runs on. Executors and verifiers have workers of their own. */
export type Setting = Readonly<{
  models: Models.Models
  serving: Pool
  verifying: Pool
  costs: Costs
  prices: TaskCosts
}>

/** What each executor does; the last ones are those that may cheat. */
function behaviours(cheaters: Options['cheaters']): Behaviour[] {
  const cheats: Record<Options['cheaters'], Behaviour[]> = {
    none: [],
    int8: ['int8'],
    canned: ['canned'],
    all: ['int8', 'canned'],
  }
  const list = cheats[cheaters]
  return [...Array.from({ length: EXECUTORS - list.length }, (): Behaviour => 'honest'), ...list]
}

/** Names by address, for people. */
export function namesOf(seed: number): ReadonlyMap<string, string> {
  const executors = Array.from({ length: EXECUTORS }, (_, i) => executorName(i))
  const verifiers = Array.from({ length: VERIFIERS }, (_, i) => Epoch.verifierName(i))
  return new Map([...executors, ...verifiers].map((name) => [Epoch.addressOf(seed, name), name]))
}

function executorName(i: number): string {
  return `executor-${i + 1}`
}

function promptsOf(i: number): readonly string[] {
  return prompts.slice(i * TASKS, (i + 1) * TASKS)
}

/** The plan of the epoch. The hooks that watch it are the caller's. */
export function planOf(options: Pick<Options, 'seed' | 'rate' | 'cheaters'>, setting: Setting): Epoch.EpochPlan {
  const { seed, rate, cheaters } = options
  const { prices, costs, verifying } = setting
  const panel = Array.from({ length: PANEL }, (_, i) => Epoch.addressOf(seed, Epoch.verifierName(i))).sort()
  const list = behaviours(cheaters)
  const honestInputs = new Set(list.flatMap((one, i) => (one === 'honest' ? promptsOf(i).map(encodePrompt) : [])))
  return {
    seed,
    protocol: protocolOf(prices, rate, panel, EXECUTORS * TASKS),
    reward: rewardOf(prices),
    prompts: list.map((_, i) => promptsOf(i)),
    executors: list.map((behaviour, i): Epoch.ExecutorPlan => {
      return { name: executorName(i), behaviour, model: executorModel(behaviour, setting) }
    }),
    verifierModels: Array.from({ length: VERIFIERS }, () => verifierModel(verifying, costs, honestInputs)),
  }
}

function executorModel(behaviour: Behaviour, { models, serving, costs }: Setting): Model {
  const meter = costs.meter(`serve:${behaviour}`)
  if (behaviour === 'canned') return canned(Models.tokenizer(models), meter)
  return engine(serving, behaviour === 'int8' ? 'int8' : 'fp32', meter)
}

/** A verifier's model. Books re-executions of honest executors' work apart from the rest, and from arbitration. */
function verifierModel(pool: Pool, costs: Costs, honestInputs: ReadonlySet<string>): Pick<Model, 'reexecute'> {
  return {
    reexecute(replay: Replay) {
      const purpose = replay.level > 0 ? 'arbitrate' : honestInputs.has(replay.input) ? 'verify:honest' : 'verify:cheat'
      return engine(pool, 'fp32', costs.meter(purpose)).reexecute(replay)
    },
  }
}
