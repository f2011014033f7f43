import { describe, expect, test } from 'vitest'
import type { Io } from './Command.js'
import { run } from './program.js'

const params = {
  task: { reward: 1.2, honestCost: 1, cheatCost: 0.2 },
  sampling: { rate: 0.1 },
  slash: { amount: 30 },
  batch: { size: 5 },
}

/** Runs `spotcheck simulate` on a file, in a world of its own. */
async function simulate(file: unknown, args: readonly string[], isTTY = false) {
  const [out, err]: [string[], string[]] = [[], []]
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    readFile: async () => JSON.stringify(file),
    isTTY,
  }
  const code = await run(['simulate', 'params.json', ...args], io)
  return { code, out: out.join(''), err: err.join(''), writes: { out, err } }
}

describe('results', () => {
  test('a table of strategies beside the closed form; every task sampled, so that chance has no say', async () => {
    const args = ['--epochs', '20', '--executors', 'honest,lazy=2,substitute']
    const { code, out } = await simulate({ ...params, sampling: { rate: 1 } }, args)
    expect(code).toBe(0)
    expect(out).toMatchInlineSnapshot(`
      "20 epochs over the protocol, seed 1; profit per task in the file's unit, 95 % intervals

        strategy    executors  tasks  cheats  sampled  caught  profit per task             closed form
        honest      1          100    0       100      0       0.200 [0.200, 0.200]        0.2
        lazy        2          200    200     200      200     -30.000 [-30.000, -30.000]  -30
        substitute  1          100    100     100      100     -30.200 [-30.200, -30.200]  -30.2

        sampled re-executions  400 for 400 tasks
        arbitrations           900 more, of disputed tasks
        compute                4.25 times that of serving every task honestly: sampled re-executions add 1, arbitrations 2.25
      "
    `)
  })

  test('JSON is one object on standard output; progress stays on standard error', async () => {
    const { code, out, err, writes } = await simulate(params, ['--epochs', '20', '--json'])
    expect(code).toBe(0)
    expect(writes.out.length).toBe(1)
    const result = JSON.parse(out)
    expect(result).toMatchObject({ engine: 'protocol', seed: 1, epochs: 20, tasks: 400 })
    expect(result.strategies.map(({ strategy }: { strategy: string }) => strategy)).toEqual([
      'honest',
      'lazy',
      'substitute',
      'intermittent',
    ])
    expect(result.strategies[0].profitPerTask.mean).toBeCloseTo(0.2, 12)
    expect(result.strategies[1].expectedProfitPerTask).toBeCloseTo(-1.92, 12)
    expect(result.strategies[1].expectedCapture).toBeCloseTo(1 - 0.9 ** 5, 12)
    expect(err).toBe(Array.from({ length: 10 }, (_, i) => `epoch ${2 * i + 2} of 20\n`).join(''))
  })

  test('on a terminal, progress replaces itself and is gone in the end', async () => {
    const { writes } = await simulate(params, ['--epochs', '3'], true)
    expect(writes.err).toEqual(['\r\u001b[2Kepoch 1 of 3', '\r\u001b[2Kepoch 2 of 3', '\r\u001b[2K'])
  })

  test('a seed gives the same bytes again, another one others; 1 where none is given', async () => {
    const out = async (...args: string[]) => (await simulate(params, ['--json', '--epochs', '4', ...args])).out
    const seven = await out('--seed', '7')
    expect(await out('--seed', '7')).toBe(seven)
    expect((await out('--seed', '8')).replace('"seed": 8', '"seed": 7')).not.toBe(seven)
    expect(await out()).toBe(await out('--seed', '1'))
  })

  test('options change what they name', async () => {
    const args = [
      '--executors',
      ' lazy=2, intermittent',
      '--cheat-rate',
      '1',
      '--batch',
      '7',
      '--epochs',
      '2',
      '--json',
    ]
    const { strategies, epochs } = JSON.parse((await simulate(params, args)).out)
    expect(epochs).toBe(2)
    expect(strategies).toMatchObject([
      { strategy: 'lazy', executors: 2, tasks: 28, cheats: 28 },
      { strategy: 'intermittent', executors: 1, tasks: 14, cheats: 14 },
    ])
  })

  test('no compute multiple where an honest run costs nothing', async () => {
    const free = { ...params, task: { reward: 1, honestCost: 0, cheatCost: 0 } }
    expect((await simulate(free, ['--epochs', '2'])).out).toContain('an honest run costs nothing')
    expect(JSON.parse((await simulate(free, ['--epochs', '2', '--json'])).out).computeMultiplier).toBe(null)
  })

  test('no closed form where stake is shared: an empty cell, null in JSON', async () => {
    const shared = { ...params, stake: { amount: 40 } }
    const { out } = await simulate(shared, ['--epochs', '2', '--json'])
    expect(JSON.parse(out).strategies[0].expectedProfitPerTask).toBe(null)
    expect((await simulate(shared, ['--epochs', '2'])).out).toMatch(/\]\n/)
  })
})

describe('bad input: status 2, nothing on standard output, no stack', () => {
  const byValue = {
    mode: 'byValue',
    rate: 0.1,
    values: [{ value: 1, reward: 1, honestCost: 1, cheatCost: 0, externalGain: 0 }],
  }
  test.each<[string, readonly string[], string, object?]>([
    ['epochs that are no number', ['--epochs', 'many'], 'fix       write a whole number, for example --epochs 200'],
    ['one epoch', ['--epochs', '1'], 'use at least 2: an interval needs a spread'],
    ['half an epoch', ['--epochs', '2.5'], 'a whole number from 2 to 100000'],
    ['too many epochs', ['--epochs', '100001'], 'use at most 100000: '],
    ['a batch too large', ['--batch', '10001'], 'use at most 10000, '],
    ['a batch too large in the file', [], 'UsageError: batch.size of the file', { batch: { size: 1e7 } }],
    ['an epoch too large', ['--batch', '10000', '--executors', 'lazy=11'], 'use at most --batch 9090, '],
    ['an empty batch', ['--batch', '0'], 'UsageError: --batch can\'t be "0".'],
    ['no batch', ['--batch', ''], 'UsageError: --batch can\'t be "".'],
    ['a negative seed', ['--seed=-1'], 'UsageError: --seed can\'t be "-1".'],
    ['a seed without =', ['--seed', '-1'], 'UsageError: --seed can\'t be "-1".'],
    ['a seed that is not exact', ['--seed', '9007199254740992'], 'a whole number from 0 to 9007199254740991'],
    ['a seed far too large', ['--seed', '99999999999999999999'], 'use at most 9007199254740991 (2^53 - 1)'],
    ['a cheat rate above 1', ['--cheat-rate', '30'], 'did you mean 0.3?'],
    ['a cheat rate below 0', ['--cheat-rate', '-0.3'], 'UsageError: --cheat-rate can\'t be "-0.3".'],
    ['a cheat rate that is no number', ['--cheat-rate', 'NaN'], 'a share from 0 to 1'],
    ['a misspelt strategy', ['--executors', 'lasy=2'], 'did you mean lazy?'],
    ['an unknown strategy', ['--executors', 'zebra'], 'honest=2,lazy=1'],
    ['no strategy', ['--executors', ''], 'UsageError: --executors has no strategy "".'],
    ['a count twice', ['--executors', 'lazy=1=2'], 'name=count'],
    ['a count of zero', ['--executors', 'lazy=0'], 'fix          leave lazy out'],
    ['a count that is missing', ['--executors', 'lazy='], 'UsageError: --executors has no count of lazy in "lazy=".'],
    ['too many of them', ['--executors', 'lazy=1001'], 'a whole count from 1 to 1000'],
    ['an unknown option', ['--epoch', '3'], 'did you mean --epochs?'],
    ['an option without its value', ['--epochs'], 'UsageError: --epochs needs a value.'],
    ['an option in place of a value', ['--seed', '--json'], 'write --seed=<value>'],
    ['a value that is not asked for', ['--json=yes'], 'UsageError: --json takes no value.'],
    ['two files', ['other.json'], 'UsageError: simulate takes one parameter file.'],
    ['sampling by value', [], 'Crossing.UnsupportedError: sampling.mode', { sampling: byValue }],
    ['canaries', [], 'Crossing.UnsupportedError: verifiers.canaryRate', { verifiers: { canaryRate: 0.1 } }],
    ['nothing sampled', [], 'Protocol.InvalidProtocolError: sampling.rate', { sampling: { rate: 0 } }],
    ['a pool without arbiters', [], 'Round.CannotOpenError', { verifiers: { pool: 3 } }],
    ['money beyond the protocol', [], 'Crossing.InvalidAmountError: slash.amount', { slash: { amount: 1e50 } }],
    [
      'a batch too small for the sample',
      ['--batch', '2'],
      'Parameters.InvalidParametersError: sampling.count',
      { sampling: { mode: 'fixed', count: 3 } },
    ],
  ])('%s', async (_, args, message, extra = {}) => {
    const { code, out, err } = await simulate({ ...params, ...extra }, args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
    expect(err).not.toMatch(/^\s+at /m)
  })
})

test('a bound is named with the value and a fix that fits', async () => {
  expect((await simulate(params, ['--epochs', '1e9'])).err).toMatchInlineSnapshot(`
    "UsageError: --epochs can't be "1e9".
      --epochs  "1e9"
      rule      a whole number from 2 to 100000
      fix       use at most 100000: the interval narrows only with the root of the epochs
    "
  `)
  expect((await simulate(params, ['--executors', 'lazy, honest=0'])).err).toMatchInlineSnapshot(`
    "UsageError: --executors has no count of honest in "honest=0".
      --executors  "honest=0"
      rule         name=count with a whole count from 1 to 1000
      fix          leave honest out
    "
  `)
  expect((await simulate(params, ['--seed', '-1'])).err).toMatchInlineSnapshot(`
    "UsageError: --seed can't be "-1".
      --seed  "-1"
      rule    a whole number from 0 to 9007199254740991
      fix     use 0 or more, for example --seed 1
    "
  `)
  expect((await simulate(params, ['--seed', '--json'])).err).toMatchInlineSnapshot(`
    "UsageError: --seed needs a value.
      --seed  "--seed --json"
      rule    --seed <value>
      fix     write --seed=<value>; see spotcheck simulate --help
    "
  `)
})

test('an epoch that takes a while is announced', async () => {
  const sampled = { ...params, sampling: { mode: 'fixed', count: 1 } }
  const args = ['--batch', '5001', '--executors', 'honest=1', '--epochs', '2']
  expect((await simulate(sampled, args)).err).toBe('an epoch of 5001 tasks takes a while\nepoch 1 of 2\nepoch 2 of 2\n')
}, 60_000)

test('a negative number is an argument like any other after --', async () => {
  expect((await simulate(params, ['--', '--seed', '-1'])).err).toContain('simulate takes one parameter file')
})

test('the help names every option and strategy, and its examples are command lines', async () => {
  const { code, out, err } = await simulate(params, ['--help'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  for (const option of ['executors', 'cheat-rate', 'epochs', 'batch', 'seed', 'json'])
    expect(out).toContain(`--${option}`)
  for (const strategy of ['honest', 'lazy', 'substitute', 'intermittent']) expect(out).toContain(`  ${strategy} `)
  const examples = Array.from(out.matchAll(/^ {2}spotcheck simulate params\.json(.*)$/gm), ([, args]) => args!)
  expect(examples.length).toBeGreaterThanOrEqual(3)
  for (const args of examples) {
    const words = args.split(' ').filter(Boolean)
    expect((await simulate(params, [...words, '--epochs', '2'])).code).toBe(0)
  }
})
