/** The steps of the main job, told as they happen. Every figure is computed in this run. */
import type { Recommendation } from '@spotcheck/core/economics'
import type { Simulation } from '@spotcheck/sim'
import { calibrate } from './calibrate.js'
import { Costs } from './costs.js'
import { parametersOf, recommendation, rewardOf, type TaskCosts } from './economy.js'
import { maxTokens } from './engines.js'
import * as Epoch from './epoch.js'
import * as ModelPool from './model/ModelPool.js'
import * as Models from './model/Models.js'
import { narrator } from './narrator.js'
import { EXECUTORS, namesOf, planOf, TASKS } from './network.js'
import type { Options } from './options.js'
import * as Report from './report.js'
import { simulate } from './simulation.js'
import { percent, type Story } from './story.js'

/** Epochs and tasks per epoch of each simulation. */
const EPOCHS = 200
const BATCH = 40

/** Measured in this run; CPU microseconds per task, unless named otherwise. */
export type MeasuredCosts = TaskCosts &
  Readonly<{
    /** Totals of the epoch: serving, sampled re-executions, arbitration. */
    serving: number
    reexecutions: number
    arbitrations: number
    /** Leaves, outputs and evidence that a task commits to, bytes. */
    bytesCommitted: number
    /** Hashing, salts and the share of one signature. */
    commitment: number
  }>

/** A simulation at a rate. */
export type SimulatedRate = Readonly<{ rate: number; result: Simulation.Simulation }>

/** What a run found. */
export type Job = Readonly<{
  epoch: Epoch.EpochResult
  costs: MeasuredCosts
  /** (serving + re-execution CPU) / serving CPU, over the honest executors. */
  computeMultiplier: number
  recommended: Recommendation
  simulations: readonly SimulatedRate[]
}>

/** Runs the main job. */
export async function job(options: Options, story: Story): Promise<Job> {
  const { seed, rate } = options
  story.say('Spotcheck: trusting inference that you did not run')
  const sampled = Math.ceil(rate * TASKS)
  story.say(`seed ${seed}, sampling rate ${percent(rate)}: ${sampled} of each executor's ${TASKS} tasks`)
  story.say('(far more than a network needs, so that there is something to see; npm start -- --help lists the options)')
  const { epoch, costs, prices } = await playEpoch(options, story)
  const measured = measuredCosts(costs, epoch, prices)
  const computeMultiplier = (costs.total('serve:honest') + costs.total('verify:honest')) / costs.total('serve:honest')
  const recommended = recommendation(measured)
  Report.costs(story, measured, computeMultiplier, recommended)
  const simulations = await simulateBoth(story, measured, recommended, seed)
  Report.simulations(story, measured, recommended, simulations)
  Report.next(story)
  return { epoch, costs: measured, computeMultiplier, recommended, simulations }
}

async function playEpoch(options: Options, story: Story) {
  const models = Models.load()
  const costs = new Costs()
  const serving = ModelPool.open({ models })
  const verifying = ModelPool.open({ models })
  try {
    story.heading('Prices: money is CPU time, one unit is a microsecond measured here')
    const prices = await calibrate(models, serving, story)
    Report.prices(story, prices, rewardOf(prices))
    const plan = planOf(options, { models, serving, verifying, costs, prices })
    story.heading(`${EXECUTORS} executors serve ${TASKS} prompts each, up to ${maxTokens} tokens, and commit`)
    const epoch = await Epoch.play({ ...plan, ...hooks(story, costs, options.seed) })
    Report.ledger(story, epoch, plan.protocol)
    return { epoch, costs, prices }
  } finally {
    await Promise.all([serving.close(), verifying.close()])
  }
}

function hooks(
  story: Story,
  costs: Costs,
  seed: number,
): Pick<Epoch.EpochPlan, 'onServed' | 'onCommitted' | 'observe'> {
  let served = 0
  return {
    onServed: () => story.progress(`served ${++served} of ${EXECUTORS * TASKS} prompts`),
    onCommitted: (name, { body }, micros) => {
      costs.meter('commit')(micros)
      story.say(`   ${name} commits to ${body.count} outputs: root ${body.root.slice(0, 18)}…`)
    },
    observe: narrator(story, namesOf(seed)),
  }
}

/** Means over the epoch where it has runs of a kind, over the trials otherwise. */
function measuredCosts(costs: Costs, epoch: Epoch.EpochResult, prices: TaskCosts): MeasuredCosts {
  const mean = (name: string, trial: number) => (costs.runs(name) > 0 ? costs.mean(name) : trial)
  const tasks = EXECUTORS * TASKS
  return {
    honest: mean('serve:honest', prices.honest),
    int8: mean('serve:int8', prices.int8),
    canned: prices.canned,
    reexecution: mean('verify:honest', prices.reexecution),
    serving: ['honest', 'int8', 'canned'].reduce((sum, name) => sum + costs.total(`serve:${name}`), 0),
    reexecutions: costs.total('verify:honest') + costs.total('verify:cheat'),
    arbitrations: costs.total('arbitrate'),
    bytesCommitted: epoch.bytesCommitted / tasks,
    commitment: costs.total('commit') / tasks,
  }
}

/** Simulates the recommended rate and half of it, side by side, at the recommended slash. */
async function simulateBoth(
  story: Story,
  costs: MeasuredCosts,
  { sampleRate, slash }: Recommendation,
  seed: number,
): Promise<SimulatedRate[]> {
  story.heading(`Would that be enough? ${EPOCHS} simulated epochs of ${BATCH} tasks for each strategy, at both rates`)
  const done = [0, 0]
  const runs = [sampleRate, sampleRate / 2].map(async (rate, i) => {
    const parameters = parametersOf(costs, rate, slash, BATCH)
    const result = await simulate({ parameters, int8Cost: costs.int8, epochs: EPOCHS, seed }, (epochs) => {
      done[i] = epochs
      story.progress(`simulated ${done[0]! + done[1]!} of ${2 * EPOCHS} epochs`)
    })
    return { rate, result }
  })
  const results = await Promise.all(runs)
  story.clear()
  return results
}
