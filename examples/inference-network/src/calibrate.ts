/** What a task costs, measured before anything is priced. */
import { Costs } from './costs.js'
import type { TaskCosts } from './economy.js'
import { canned, encodePrompt, engine, type Pool } from './engines.js'
import * as Models from './model/Models.js'
import { prompts } from './model/prompts.js'
import type { Story } from './story.js'

/** Trial prompts, from the end of the list: no executor is asked them. */
const TRIALS = 3
/** The first run of each engine pays for compilation and cold caches, and is not counted. */
const WARM_UP = 'Warm up'
/** Canned answers take microseconds: many are timed for one mean. */
const CANNED_RUNS = 100

/** Runs trial prompts through every engine, one at a time. */
export async function calibrate(models: Models.Models, pool: Pool, story: Pick<Story, 'progress'>): Promise<TaskCosts> {
  const costs = new Costs()
  for (const prompt of [WARM_UP, WARM_UP, ...prompts.slice(-TRIALS)]) {
    story.progress(`timing every engine on ${JSON.stringify(prompt)}`)
    await runAll(models, pool, prompt, prompt === WARM_UP ? new Costs() : costs)
  }
  return {
    honest: costs.mean('fp32'),
    int8: costs.mean('int8'),
    canned: costs.mean('canned'),
    reexecution: costs.mean('replay'),
  }
}

/** The task matters to no engine here: they read the prompt alone. */
const task = {} as never

async function runAll(models: Models.Models, pool: Pool, prompt: string, costs: Costs): Promise<void> {
  const input = encodePrompt(prompt)
  const { bytes } = await engine(pool, 'fp32', costs.meter('fp32')).execute(task, input)
  await engine(pool, 'int8', costs.meter('int8')).execute(task, input)
  await engine(pool, 'fp32', costs.meter('replay')).reexecute({ task, input, output: bytes, level: 0 })
  const writer = canned(Models.tokenizer(models), costs.meter('canned'))
  for (let i = 0; i < CANNED_RUNS; i++) await writer.execute(task, input)
}
