// The main job with its real model. Model outputs are computed once and reused between seeds; keys, salts, beacon, sample,
// signatures and settlement are each seed's own. The example is compiled before the tests run.
import { spawnSync } from 'node:child_process'
import { Logits, type Round, Schema } from '@spotcheck/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { calibrate } from '../examples/inference-network/dist/calibrate.js'
import { Costs } from '../examples/inference-network/dist/costs.js'
import { encodePrompt, type Pool } from '../examples/inference-network/dist/engines.js'
import * as Epoch from '../examples/inference-network/dist/epoch.js'
import * as ModelPool from '../examples/inference-network/dist/model/ModelPool.js'
import * as Models from '../examples/inference-network/dist/model/Models.js'
import { prompts } from '../examples/inference-network/dist/model/prompts.js'
import { planOf, type Setting } from '../examples/inference-network/dist/network.js'

const SEEDS = Array.from({ length: 20 }, (_, i) => 1000 + i)

let pools: ModelPool.ModelPool[] = []
let setting: Setting
/** Every message posted to a worker that verifies, in order. */
const posted: { message: ModelPool.Request; at: number }[] = []
let clock = 0

/** A pool that computes each distinct request once. */
function cached(pool: ModelPool.ModelPool): Pool {
  const answers = new Map<string, Promise<ModelPool.Answer>>()
  const once = (key: string, run: () => Promise<ModelPool.Answer>) => {
    if (!answers.has(key)) answers.set(key, run())
    return answers.get(key)!
  }
  return {
    generate: (task) => once(JSON.stringify(['generate', task]), () => pool.generate(task)),
    replay: (task) => once(JSON.stringify(['replay', task]), () => pool.replay(task)),
  }
}

beforeAll(async () => {
  const models = Models.load()
  const serving = ModelPool.open({ models })
  const verifying = ModelPool.open({ models, onMessage: (message) => posted.push({ message, at: ++clock }) })
  pools = [serving, verifying]
  const prices = await calibrate(models, serving, { progress: () => {} })
  setting = { models, serving: cached(serving), verifying: cached(verifying), costs: new Costs(), prices }
})

afterAll(() => Promise.all(pools.map((pool) => pool.close())))

test('blindness: no worker that verifies is told any logit of an executor, before or after its commitment', async () => {
  const committed = new Map<string, number>()
  const logits = new Set<number>()
  const evidence = new Set<string>()
  const disclosed: string[] = []
  const observe = (event: Round.Event, { effects }: Round.Step<Round.State>) => {
    for (const effect of effects)
      if (effect.type === 'request-reexecution') disclosed.push(JSON.stringify(effect, Schema.toJson))
    if (event.kind === 'verifier-commitment') committed.set(`${event.body.executor}:${event.body.index}`, ++clock)
    if (event.kind !== 'opening') return
    for (const leaf of event.body.leaves) evidence.add(leaf.evidence).add(leaf.evidenceSalt)
    for (const leaf of event.body.leaves)
      for (const position of Logits.decode(leaf.evidence)!) for (const { logit } of position) logits.add(logit)
  }
  const plan = planOf({ seed: 1, rate: 1, cheaters: 'all' }, setting)
  await Epoch.play({ ...plan, observe })
  expect(committed.size).toBe(40)
  expect([disclosed.length, evidence.size]).toEqual([40, 80])
  for (const text of disclosed) for (const secret of evidence) expect(text.includes(secret)).toBe(false)
  expect(logits.size).toBeGreaterThan(1000)
  expect(posted.length).toBeGreaterThanOrEqual(40)
  for (const { message } of posted) {
    expect(Object.keys(message).sort()).toEqual(
      message.kind === 'replay'
        ? ['id', 'kind', 'prompt', 'tokens', 'variant']
        : ['id', 'kind', 'maxTokens', 'prompt', 'variant'],
    )
    const numbers: readonly number[] = message.kind === 'replay' ? message.tokens : []
    expect(numbers.every((value) => Number.isInteger(value))).toBe(true)
    expect(numbers.filter((value) => logits.has(value))).toEqual([])
  }
  expect(Math.min(...posted.map(({ at }) => at))).toBeLessThan(Math.min(...committed.values()))
}, 600_000)

describe('over 20 seeds', () => {
  test.each(SEEDS)(
    'seed %i, no cheaters: nobody is slashed',
    async (seed) => {
      const result = await Epoch.play(planOf({ seed, rate: 0.25, cheaters: 'none' }, setting))
      expect(result.balancesConserved).toBe(true)
      for (const executor of result.executors)
        expect(executor).toMatchObject({ behaviour: 'honest', tasks: 8, sampled: 2, mismatches: 0, slashed: 0n })
    },
    600_000,
  )

  test.each(SEEDS)(
    'seed %i, both cheaters at rate 1: both are slashed, no honest executor is',
    async (seed) => {
      const result = await Epoch.play(planOf({ seed, rate: 1, cheaters: 'all' }, setting))
      expect(result.balancesConserved).toBe(true)
      for (const { behaviour, sampled, mismatches, slashed, balanceBefore, balanceAfter } of result.executors) {
        expect(sampled).toBe(8)
        expect(mismatches).toBe(behaviour === 'honest' ? 0 : 8)
        if (behaviour === 'honest') expect([slashed, balanceAfter > balanceBefore]).toEqual([0n, true])
        else expect(slashed > 0n && balanceAfter < balanceBefore).toBe(true)
      }
    },
    600_000,
  )
})

test('the int8 executor is caught by its logits: some texts that convict it are the honest model’s own', async () => {
  const { executors } = planOf({ seed: 1, rate: 1, cheaters: 'int8' }, setting)
  const cheat = executors.findIndex(({ behaviour }) => behaviour === 'int8')
  const own = prompts.slice(8 * cheat, 8 * (cheat + 1))
  const texts = await Promise.all(
    own.map(async (prompt) => {
      const [honest, int8] = await Promise.all(
        [executors[0]!, executors[cheat]!].map(({ model }) => model.execute({} as never, encodePrompt(prompt))),
      )
      return { same: honest!.bytes === int8!.bytes, sameEvidence: honest!.evidence === int8!.evidence }
    }),
  )
  expect(texts.filter(({ same }) => same).length).toBeGreaterThan(0)
  expect(texts.filter(({ sameEvidence }) => sameEvidence)).toEqual([])
  const result = await Epoch.play(planOf({ seed: 1, rate: 1, cheaters: 'int8' }, setting))
  expect(result.executors[cheat]!.mismatches).toBe(8)
}, 600_000)

describe('the command', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['examples/inference-network/dist/main.js', ...args], { encoding: 'utf8' })

  test('--json prints one object on stdout with everything computed in the run', () => {
    const { stdout, stderr, status } = run('--seed', '3', '--rate', '0.2', '--json')
    expect(status, stderr).toBe(0)
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ seed: 3, rate: 0.2, balancesConserved: true })
    expect(result.executors.map((one: { behaviour: string }) => one.behaviour)).toEqual([
      ...['honest', 'honest', 'honest'],
      ...['int8', 'canned'],
    ])
    for (const executor of result.executors)
      for (const amount of [executor.slashed, executor.balanceBefore, executor.balanceAfter])
        expect(amount).toMatch(/^\d+$/)
    expect(result.computeMultiplier).toBeGreaterThan(1)
    expect(result.recommended.sampleRate).toBeGreaterThan(0)
    expect(result.recommended.sampleRate).toBeLessThan(0.2)
    expect(result.recommended.slash).toMatch(/^\d+$/)
    expect(result.costs.honest).toBeGreaterThan(result.costs.canned)
  }, 600_000)

  test.each([
    [['--rate', '8'], 'did you mean --rate 0.08?'],
    [['--seed', 'x'], 'a whole number from 0 to 2^53 - 1'],
    [['--cheaters', 'everyone'], 'none | int8 | canned | all'],
    [['--colour'], "Unknown option '--colour'"],
  ])('%j is refused with the rule and the fix', (args, words) => {
    const { status, stderr, stdout } = run(...args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(words)
    expect(stderr).not.toContain('    at ')
  })
})
