// Threads run the compiled package: npm test compiles it before.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Errors } from '@spotcheck/core'
import { afterAll, describe, expect, test } from 'vitest'
import * as Modules from '../Modules.js'
import * as Scenario from '../Scenario.js'
import * as Simulation from '../Simulation.js'
import { pack, unpack } from './failure.js'

const SEED = 20_261_128

const base = {
  parameters: {
    task: { reward: 1.2, honestCost: 1 },
    sampling: { rate: 0.2 },
    slash: { amount: 12 },
    stake: { amount: 30 },
    batch: { size: 10 },
  },
  population: [
    { strategy: 'honest', count: 2 },
    { strategy: 'intermittent', options: { rate: 0.3 }, count: 2 },
    { strategy: 'probing', count: 1, churn: 0.1 },
  ],
  epochs: 5,
  replications: 37,
  seed: SEED,
}
const scenario = (extra: object = {}, known?: Scenario.Registry) => Scenario.from({ ...base, ...extra }, known)

const folder = mkdtempSync(join(tmpdir(), 'spotcheck-threads-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A module with a strategy `mine`, whose `next` is the text. */
function module(name: string, next: string): string {
  const zod = pathToFileURL(createRequire(import.meta.url).resolve('zod')).href
  const path = join(folder, `${name}.mjs`)
  const player = `() => ({ start: 0, next: ${next} })`
  const text = `import * as z from '${zod}'
export default { name: 'mine', summary: 'of a test', options: z.strictObject({}), player: ${player} }
`
  writeFileSync(path, text)
  return path
}

const mine = { population: [{ strategy: 'mine', count: 2 }] }

describe.each(['statistical', 'protocol'] as const)('%s engine', (engine) => {
  const size = engine === 'protocol' ? { replications: 4, epochs: 1, population: base.population.slice(0, 2) } : {}
  const json = async (threads: number, extra: object = {}) =>
    JSON.stringify(await Simulation.run(scenario({ ...size, ...extra }), { engine, threads }))

  test('threads give the same bytes', async () => {
    const alone = await json(1)
    expect(await json(2)).toBe(alone)
    expect(await json(1, { seed: SEED + 1 })).not.toBe(alone)
  })
})

test.each<[string, object, number]>([
  ['more threads than replications', { replications: 1 }, 3],
  ['a message for each replication', { replications: 5, epochs: 11_000 }, 2],
  ['messages of many replications, and a shorter one', { replications: 1_701 }, 3],
])('%s', async (_, extra, threads) => {
  const [alone, spread] = [await Simulation.run(scenario(extra)), await Simulation.run(scenario(extra), { threads })]
  expect(JSON.stringify(spread)).toBe(JSON.stringify(alone))
})

test('ends at the same replication where intervals are narrow enough', async () => {
  const wide = scenario({ population: [{ strategy: 'lazy', count: 1 }], replications: 100_000 })
  const until = (threads: number) => Simulation.run(wide, { threads, untilInterval: 0.05 })
  const [alone, spread] = [await until(1), await until(2)]
  expect(alone.replications).toBeLessThan(100_000)
  expect(JSON.stringify(spread)).toBe(JSON.stringify(alone))
})

test('progress is told in order; an interruption leaves what one thread would have', async () => {
  const stop = new AbortController()
  const seen: number[] = []
  const onProgress = (done: number) => {
    seen.push(done)
    if (done === 12) stop.abort()
  }
  const long = scenario({ replications: 100_000 })
  const result = await Simulation.run(long, { threads: 2, signal: stop.signal, onProgress })
  expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
  expect(result.complete).toBe(false)
  expect({ ...result, complete: true }).toEqual(await Simulation.run(scenario({ replications: 12 })))
})

test('an interruption amid a replication does not wait for its end', async () => {
  const stop = new AbortController()
  const path = module('sleeper', '() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) }')
  const sleepers = scenario(mine, await Modules.load([path]))
  setTimeout(() => stop.abort(), 500)
  const { replications, complete } = await Simulation.run(sleepers, {
    threads: 2,
    modules: [path],
    signal: stop.signal,
  })
  expect({ replications, complete }).toEqual({ replications: 0, complete: false })
})

describe('strategies and policies of the user', () => {
  const path = fileURLToPath(new URL('../../../../examples/own-strategy/dist/main.js', import.meta.url))
  const extra = { population: [{ strategy: 'night-owl', count: 3 }], policy: 'double-check', epochs: 24 }

  test('each thread loads them', async () => {
    const own = scenario(extra, await Modules.load([path]))
    const run = (threads: number) => Simulation.run(own, { modules: [path], threads })
    const [alone, spread] = [await run(1), await run(2)]
    expect(alone.policy).toBe('double-check')
    expect(JSON.stringify(spread)).toBe(JSON.stringify(alone))
  })

  test('a registry of objects stays where it is', async () => {
    const registry = await Modules.load([path])
    const own = scenario(extra, registry)
    await Simulation.run(own, { registry, threads: 1 })
    const failure = await Simulation.run(own, { registry, threads: 2 }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Modules.UnsharableError)
    expect((failure as Error).message).toMatchInlineSnapshot(`
      "a registry of objects can’t be handed to threads.
        registry  object { strategies, policies, verifiers }
        rule      strategies, policies and verifiers that each thread can load from a module
        fix       name the modules in \`modules\`, or leave \`threads\` at 1"
    `)
  })

  test('so does a scenario that holds a function', async () => {
    const options = { rate: 0.3 }
    Object.defineProperty(options, 'because', { value: () => 1, enumerable: true })
    const run = Simulation.run({ ...scenario(), policy: { name: 'spotcheck', options } }, { threads: 2 })
    await expect(run).rejects.toThrow(Modules.UnsharableError)
  })
})

describe('what goes wrong in a thread', () => {
  test.each<[string, string]>([
    ['an act out of bounds', '() => ({ act: { cheat: 2 }, memory: 0 })'],
    ['an error of the user', '() => { throw new TypeError("mine") }'],
    ['in one replication', '(m, { random }) => ({ act: { cheat: random() < 0.02 ? 7 : 0 }, memory: 0 })'],
    ['no error at all', '() => { throw 12 }'],
  ])('%s: the name, the message and the class of errors that teach', async (name, next) => {
    const path = module(name.replaceAll(' ', '-'), next)
    const own = scenario({ ...mine, replications: 200 }, await Modules.load([path]))
    const failed = async (threads: number) => {
      const error = await Simulation.run(own, { modules: [path], threads }).catch((cause: unknown) => cause)
      const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
      return { name, message, teaches: error instanceof Errors.BaseError }
    }
    const alone = await failed(1)
    expect(alone.message).not.toBe('')
    expect(await failed(2)).toEqual(alone)
  })

  test('what can’t be sent is sent as it is shown', () => {
    const value = () => 1
    const error = new Errors.InvalidInputError('no', { subject: 'it', value, rule: 'a rule', fix: 'do', see: 'there' })
    const again = unpack(structuredClone(pack(error))) as Errors.BaseError
    expect(again).toBeInstanceOf(Errors.BaseError)
    const { name, message, shortMessage, rule, fix, see } = error
    expect(again).toMatchObject({ name, message, shortMessage, rule, fix, see, value: Errors.show(value) })
  })
})

test.each([0, -1, 1.5, 257, Number.NaN, '2'])('no %s threads', async (threads) => {
  const failure = await Simulation.run(scenario(), { threads: threads as number }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Simulation.InvalidSimulationError)
  expect(failure).toMatchObject({ subject: 'threads' })
})
