import { Encoding } from '@spotcheck/core'
import { Parameters } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import * as Population from './Population.js'
import * as Random from './Random.js'

type File = Parameters.Parameters

const file = (extra: object = {}): File =>
  Parameters.from({
    task: { reward: 1.2, honestCost: 1, cheatCost: 0.2 },
    sampling: { rate: 0.1 },
    slash: { amount: 30 },
    ...extra,
  })

describe('pool', () => {
  test.each<[object, number, number]>([
    [{}, 20, 0],
    [{ colluding: 0.1 }, 20, 2],
    [{ colluding: 0.07 }, 100, 7],
    [{ colluding: 1 / 3 }, 21, 7],
    [{ colluding: 1 }, 20, 20],
    [{ colluding: 0.07, pool: 100 }, 100, 7],
    [{ colluding: 0.1, pool: 25 }, 25, 3],
  ])('%j: %i verifiers, %i of them colluding', (verifiers, size, colluding) => {
    expect(Population.pool(file({ verifiers }))).toEqual({ size, colluding })
  })

  test('holds a panel and its arbiters', () => {
    expect(Population.pool(file({ sampling: { rate: 0.1, verifiers: 40 } })).size).toBeGreaterThanOrEqual(43)
  })

  test('a tiny share is one colluder, not none', () => {
    expect(Population.pool(file({ verifiers: { colluding: 1e-12 } })).colluding).toBe(1)
  })
})

describe('address', () => {
  test('distinct and canonical, whatever the family and the number', () => {
    const all = (['executor', 'verifier', 'client'] as const).flatMap((family) =>
      [0, 1, 255, 256, 99_999].map((n) => Population.address(family, n)),
    )
    expect(new Set(all).size).toBe(15)
    for (const one of all) expect(one).toMatch(/^0x[0-9a-f]{40}$/)
  })
})

const zero = Encoding.zero32
const task = (nonce: number) => ({
  model: zero,
  input: zero,
  decoding: zero,
  seed: zero,
  client: Encoding.zeroAddress,
  nonce: BigInt(nonce),
  reward: 1n,
  value: 1n,
  paramsHash: zero,
})

/** Which of `runs` tasks a simulated verifier dissents from. */
async function dissents(parameters: File, index: number, isColluding: boolean, isCheated: boolean, level = 0) {
  const input = '0x2a'
  const truth = Population.untold()
  const { power } = parameters.comparator
  const executor = Population.executorModel({ cheat: isCheated ? 1 : 0 }, power, Random.stream(0), truth)
  const { bytes } = await executor.execute(task(0), input)
  const model = Population.verifierModel({ parameters, key: [1, 2], index, isColluding, truth })
  const all: boolean[] = []
  for (let nonce = 0; nonce < 4_000; nonce++)
    all.push((await model.reexecute({ task: task(nonce), input, output: null, level })) !== bytes)
  expect(truth.executions).toEqual({ sampled: level > 0 ? 0 : 4_000, arbitration: level > 0 ? 4_000 : 0 })
  return all
}

const share = (all: readonly boolean[]) => all.filter(Boolean).length / all.length
const agreement = (a: readonly boolean[], b: readonly boolean[]) => share(a.map((one, i) => one === b[i]))
const near = (p: number) => 4 * Math.sqrt((p * (1 - p)) / 4_000) + 1e-12

describe('simulated verifiers err as the file says', () => {
  const parameters = file({
    comparator: { power: 0.7, falsePositive: 0.2 },
    arbitration: { power: 0.9, falsePositive: 0.4 },
    verifiers: { colluding: 0.3, falseDissent: 0.25 },
  })

  test.each([
    ['honest, wrong result: d', false, true, 0, 0.7],
    ['honest, right result: f', false, false, 0, 0.2],
    ['colluding, wrong result: never', true, true, 0, 0],
    ['colluding, right result: z', true, false, 0, 0.25],
    ['arbitration, wrong result: a_d', true, true, 1, 0.9],
    ['arbitration, right result: a_f', false, false, 1, 0.4],
  ] as const)('%s', async (_, isColluding, isCheated, level, p) => {
    expect(Math.abs(share(await dissents(parameters, 3, isColluding, isCheated, level)) - p)).toBeLessThanOrEqual(
      near(p),
    )
  })

  test('each for itself: two of them agree as often as chance has it', async () => {
    const [a, b] = [await dissents(parameters, 3, false, true), await dissents(parameters, 4, false, true)]
    expect(Math.abs(agreement(a, b) - (0.7 ** 2 + 0.3 ** 2))).toBeLessThan(near(0.58))
  })

  test('in common: honest ones always agree, colluders err for themselves', async () => {
    const common = file({ ...parameters, comparator: { ...parameters.comparator, errors: 'common' } })
    const [a, b] = [await dissents(common, 3, false, false), await dissents(common, 4, false, false)]
    expect(agreement(a, b)).toBe(1)
    expect(Math.abs(share(a) - 0.2)).toBeLessThan(near(0.2))
    const friends = await dissents(common, 5, true, false)
    expect(Math.abs(agreement(a, friends) - (0.2 * 0.25 + 0.8 * 0.75))).toBeLessThan(near(0.65))
  })

  test('arbiters agree with one another, and not with the panel', async () => {
    const [a, b] = [await dissents(parameters, 3, false, false, 1), await dissents(parameters, 9, false, false, 1)]
    expect(agreement(a, b)).toBe(1)
    const panel = await dissents(parameters, 3, false, false, 0)
    expect(Math.abs(agreement(a, panel) - (0.4 * 0.2 + 0.6 * 0.8))).toBeLessThan(near(0.56))
  })
})

describe('simulated executors', () => {
  const { power } = file().comparator

  test.each([0, 0.3, 1])('cheat at their rate, %d, and leave a note of it', async (cheat) => {
    const truth = Population.untold()
    const model = Population.executorModel({ cheat }, 0.4, Random.stream(5), truth)
    for (let i = 0; i < 4_000; i++) await model.execute(task(i), Encoding.toHex(Encoding.uint(i, 8)))
    expect(Math.abs(truth.cheated.size / 4_000 - cheat)).toBeLessThanOrEqual(near(cheat))
    expect(truth.noisy.size).toBe(0)
    expect([...truth.power].every(([input, d]) => truth.cheated.has(input) && d === 0.4)).toBe(true)
  })

  test('err at their rate where they do not cheat', async () => {
    const truth = Population.untold()
    const model = Population.executorModel({ cheat: 0.5, noise: 0.2 }, power, Random.stream(5), truth)
    for (let i = 0; i < 4_000; i++) await model.execute(task(i), Encoding.toHex(Encoding.uint(i, 8)))
    expect(Math.abs(truth.noisy.size / 4_000 - 0.1)).toBeLessThanOrEqual(near(0.1))
    expect([...truth.noisy].some((input) => truth.cheated.has(input))).toBe(false)
  })

  test('serve, and do nothing else', async () => {
    const model = Population.executorModel({ cheat: 0 }, power, Random.stream(0), Population.untold())
    await expect(model.reexecute({ task: task(0), input: '0x', output: null, level: 0 })).rejects.toThrow()
  })
})
