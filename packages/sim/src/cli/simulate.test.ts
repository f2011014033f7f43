import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import * as Scenario from '../Scenario.js'
import type { Io } from './Command.js'
import { run } from './program.js'

const params = {
  task: { reward: 1.2, honestCost: 1, cheatCost: 0.2 },
  sampling: { rate: 0.1 },
  slash: { amount: 30 },
  batch: { size: 5 },
}

/** Runs `spotcheck simulate` on a file, in a world of its own. */
async function simulate(file: unknown, args: readonly string[], isTTY = false, load?: NonNullable<Io['load']>) {
  const [out, err]: [string[], string[]] = [[], []]
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    readFile: async () => JSON.stringify(file),
    isTTY,
    ...(load === undefined ? {} : { load }),
  }
  const code = await run(['simulate', 'params.json', ...args], io)
  return { code, out: out.join(''), err: err.join(''), writes: { out, err } }
}

describe('results', () => {
  test('a table of strategies beside the closed form; every task sampled, so that chance has no say', async () => {
    const args = ['--replications', '20', '--executors', 'honest,lazy=2,substitute']
    const { code, out } = await simulate({ ...params, sampling: { rate: 1 } }, args)
    expect(code).toBe(0)
    expect(out).toMatchInlineSnapshot(`
      "20 replications of 1 epoch, statistical engine, policy spotcheck, seed 1; profit per task in the file's unit, 95 % intervals

        strategy    nodes  tasks  cheats  sampled  caught  nodes caught  profit per task             closed form
        honest      1      100    0       100      0       0 %           0.200 [0.200, 0.200]        0.2
        lazy        2      200    200     200      200     100 %         -30.000 [-30.000, -30.000]  -30
        substitute  1      100    100     100      100     100 %         -30.200 [-30.200, -30.200]  -30.2

        wrong results  0 % of those that were shipped
        compute        2 times that of serving every task honestly
        checking       1 per task, disputes included
        capital        0.003 per task, for locked stake
      "
    `)
  })

  test('the protocol engine says that it is, and the same', async () => {
    const args = ['--replications', '3', '--executors', 'honest,lazy=2', '--json']
    const every = { ...params, sampling: { rate: 1 } }
    const [drawn, played] = [await simulate(every, args), await simulate(every, [...args, '--engine', 'protocol'])]
    expect(JSON.parse(drawn.out)).toMatchObject({ engine: 'statistical' })
    expect(JSON.parse(played.out)).toMatchObject({ engine: 'protocol' })
    const counts = ({ out }: { out: string }) =>
      JSON.parse(out).cohorts.map((cohort: { counts: object }) => cohort.counts)
    expect(counts(played)).toEqual(counts(drawn))
  })

  test('JSON is one object on standard output; progress stays on standard error', async () => {
    const { code, out, err, writes } = await simulate(params, ['--replications', '20', '--json'])
    expect(code).toBe(0)
    expect(writes.out.length).toBe(1)
    const result = JSON.parse(out)
    expect(result).toMatchObject({ engine: 'statistical', seed: 1, epochs: 1, replications: 20, complete: true })
    expect(result.network.tasks).toBe(400)
    const names = ['honest', 'lazy', 'substitute', 'intermittent']
    expect(result.cohorts.map(({ strategy }: { strategy: string }) => strategy)).toEqual(names)
    expect(result.cohorts[0].profitPerTask.mean).toBeCloseTo(0.2, 12)
    expect(result.cohorts[1].expectedProfitPerTask).toBeCloseTo(-1.92, 12)
    expect(result.cohorts[1].expectedCaptured).toBeCloseTo(1 - 0.9 ** 5, 12)
    expect(err).toBe(Array.from({ length: 10 }, (_, i) => `replication ${2 * i + 2} of 20\n`).join(''))
  })

  test('on a terminal, progress replaces itself and is gone in the end', async () => {
    const { writes } = await simulate(params, ['--replications', '3'], true)
    expect(writes.err[0]).toContain('\r\u001b[2Kreplication 1 of 3  eta 0:0')
    expect(writes.err.at(-1)).toBe('\r\u001b[2K')
  })

  test('a seed gives the same bytes again, another one others; 1 where none is given', async () => {
    const out = async (...args: string[]) => (await simulate(params, ['--json', '--replications', '4', ...args])).out
    const seven = await out('--seed', '7')
    expect(await out('--seed', '7')).toBe(seven)
    expect((await out('--seed', '8')).replace('"seed": 8', '"seed": 7')).not.toBe(seven)
    expect(await out()).toBe(await out('--seed', '1'))
  })

  test('options change what they name', async () => {
    const args = ['--executors', ' lazy=2, substitute', '--batch', '7', '--replications', '2', '--epochs', '3']
    const { cohorts, epochs, replications } = JSON.parse((await simulate(params, [...args, '--json'])).out)
    expect({ epochs, replications }).toEqual({ epochs: 3, replications: 2 })
    expect(cohorts).toMatchObject([
      { strategy: 'lazy', nodes: 2, counts: { cheats: expect.any(Number) } },
      { strategy: 'substitute', nodes: 1 },
    ])
    expect(cohorts[0].counts.tasks % 7).toBe(0)
  })

  test('a scenario file says all of it itself', async () => {
    const scenario = {
      parameters: params,
      population: [{ strategy: 'burst', options: { after: 10 }, count: 1 }],
      epochs: 4,
      replications: 5,
      seed: 3,
    }
    const result = JSON.parse((await simulate(scenario, ['--json'])).out)
    expect(result).toMatchObject({ epochs: 4, replications: 5, seed: 3 })
    expect(result.cohorts[0].counts.tasks - result.cohorts[0].counts.cheats).toBe(50)
    expect((await simulate(scenario, [])).out).not.toContain('closed form')
  })

  test('ends early where intervals are narrow enough', async () => {
    const { replications } = JSON.parse(
      (await simulate(params, ['--executors', 'lazy', '--until-ci', '20%', '--replications', '99999', '--json'])).out,
    )
    expect(replications).toBeLessThan(99_999)
  })

  test('shows what each kind of verifier did and earned', async () => {
    const scenario = {
      parameters: { ...params, sampling: { rate: 0.5, verifiers: 2 } },
      population: [{ strategy: 'lazy', count: 2 }],
      verifiers: [
        { strategy: 'diligent', count: 3 },
        { strategy: 'crashing', options: { rate: 1 }, count: 2 },
      ],
      epochs: 2,
      replications: 5,
    }
    const { out } = await simulate(scenario, [])
    expect(out).toMatch(
      /verifier +number +assigned +runs +dissents +false +missed +silent +caught +profit per assigned task/,
    )
    // Slash and cost of a run.
    expect(out).toMatch(/crashing +2 .* -11\.000 \[-11\.000, -11\.000\]\n/)
    const { verifiers } = JSON.parse((await simulate(scenario, ['--json'])).out)
    expect(verifiers[1].counts.silent).toBe(verifiers[1].counts.tasks)
    expect((await simulate(params, ['--replications', '2', '--json'])).out).not.toContain('"verifiers"')
  })

  test('no compute multiple where an honest run costs nothing', async () => {
    const free = { ...params, task: { reward: 1, honestCost: 0, cheatCost: 0 } }
    expect((await simulate(free, ['--replications', '2'])).out).toContain('an honest run costs nothing')
    const { network } = JSON.parse((await simulate(free, ['--replications', '2', '--json'])).out)
    expect(network.computeMultiplier).toBe(null)
  })
})

describe('rows', () => {
  const args = ['--replications', '3', '--executors', 'honest,lazy=2', '--format']

  test('CSV: a row for each cohort, what is not there left empty', async () => {
    const [header, ...rows] = (await simulate(params, [...args, 'csv'])).out.split('\r\n')
    const [names, ...cells] = [header!, ...rows.slice(0, 2)].map((line) => line.split(','))
    const { cohorts, network } = JSON.parse((await simulate(params, [...args.slice(0, -1), '--json'])).out)
    for (const [i, row] of cells.entries()) {
      const at = (name: string) => row[names!.indexOf(name)]
      const { strategy, counts, profitPerTask, profitQuantiles, epochsToCapture } = cohorts[i]
      expect([at('strategy'), at('cheats'), at('profitPerTask.low')]).toEqual(
        [strategy, counts.cheats, profitPerTask.low].map(String),
      )
      expect(at('profit.q95')).toBe(String(profitQuantiles[4]))
      expect(at('epochsToCapture')).toBe(epochsToCapture === null ? '' : String(epochsToCapture.mean))
      expect(at('network.capitalCost')).toBe(String(network.capitalCost.mean))
      expect(row).toHaveLength(names!.length)
    }
    expect(rows).toHaveLength(3)
    expect(new Set(names).size).toBe(names!.length)
  })

  test('JSON Lines: the same as objects', async () => {
    const lines = (await simulate(params, [...args, 'jsonl'])).out.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { strategy: 'honest', nodes: 1, cheats: 0, epochsToCapture: null, engine: 'statistical' },
      { strategy: 'lazy', nodes: 2, cheats: 30, replications: 3 },
    ])
  })
})

describe('strategies and policies of the user', () => {
  const mine = {
    default: {
      name: 'mine',
      summary: 'cheats on everything',
      options: z.strictObject({}),
      player: () => ({ start: 0, next: () => ({ act: { cheat: 1 }, memory: 0 }) }),
    },
  }
  const use = (exported: Record<string, unknown>) => async () => exported

  test('run by name', async () => {
    const args = ['--use', './mine.mjs', '--executors', 'mine=2,honest', '--replications', '2', '--json']
    const { cohorts } = JSON.parse((await simulate(params, args, false, use(mine))).out)
    expect(cohorts[0]).toMatchObject({ strategy: 'mine', nodes: 2, counts: { tasks: 20, cheats: 20 } })
  })

  test('verifiers among them, beside a strategy of the same name', async () => {
    const verifier = {
      name: 'lazy',
      summary: 'mine',
      options: z.strictObject({}),
      verifier: () => ({ verify: () => null }),
    }
    const scenario = {
      parameters: { ...params, sampling: { rate: 1 } },
      population: [{ strategy: 'lazy', count: 1 }],
      verifiers: [{ strategy: 'lazy', count: 1 }],
      epochs: 1,
      replications: 2,
    }
    const { out } = await simulate(scenario, ['--use', './mine.mjs', '--json'], false, use({ verifier }))
    const { verifiers, cohorts } = JSON.parse(out)
    expect(verifiers[0].counts).toMatchObject({ tasks: 10, silent: 10 })
    expect(cohorts[0].counts.cheats).toBe(10)
  })

  test('over the protocol too', async () => {
    const args = ['--use', './mine.mjs', '--executors', 'mine', '--replications', '2', '--engine', 'protocol']
    const { code, err } = await simulate(params, args, false, use(mine))
    expect({ code, err }).toEqual({ code: 0, err: 'replication 1 of 2\nreplication 2 of 2\n' })
  })

  test.each<[string, () => Promise<Record<string, unknown>>, string]>([
    ['a module that is not there', () => Promise.reject(new Error('no such file')), 'it can’t be loaded: no such file'],
    ['a module without any', use({ default: 3, other: {} }), 'it exports no strategy, policy or verifier'],
    ['a strategy without a name', use({ default: { ...mine.default, name: '' } }), 'Strategy.InvalidStrategyError'],
    ['a policy without a name', use({ p: { name: '', summary: '', rules: () => ({}) } }), 'Policy.InvalidPolicyError'],
  ])('%s', async (_, load, message) => {
    const { code, out, err } = await simulate(params, ['--use', 'x.mjs'], false, load)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
  })
})

describe('bad input: status 2, nothing on standard output, no stack', () => {
  const byValue = {
    mode: 'byValue',
    rate: 0.1,
    values: [{ value: 1, reward: 1, honestCost: 1, cheatCost: 0, externalGain: 0 }],
  }
  const protocol = ['--engine', 'protocol', '--replications', '2']
  test.each<[string, readonly string[], string, object?]>([
    ['epochs that are no number', ['--epochs', 'many'], 'fix       write a whole number, for example --epochs 10'],
    ['one replication', ['--replications', '1'], 'use at least 2: an interval needs a spread'],
    ['half an epoch', ['--epochs', '2.5'], 'a whole number from 1 to 10000000'],
    ['too many replications', ['--replications', '1000001'], 'use at most 1000000: '],
    ['a batch too large', ['--batch', '10000000000'], 'use at most 1000000000, '],
    ['an epoch too large', [...protocol, '--batch', '10000', '--executors', 'lazy=11'], 'use the statistical engine'],
    ['an empty batch', ['--batch', '0'], 'UsageError: --batch can\'t be "0".'],
    ['no batch', ['--batch', ''], 'UsageError: --batch can\'t be "".'],
    ['a negative seed', ['--seed=-1'], 'UsageError: --seed can\'t be "-1".'],
    ['a seed without =', ['--seed', '-1'], 'UsageError: --seed can\'t be "-1".'],
    ['a seed that is not exact', ['--seed', '9007199254740992'], 'a whole number from 0 to 9007199254740991'],
    ['a seed far too large', ['--seed', '99999999999999999999'], 'use at most 9007199254740991 (2^53 - 1)'],
    ['an unknown engine', ['--engine', 'statisical'], 'did you mean statistical?'],
    ['an unknown policy', ['--policy', 'spotchek'], 'did you mean "spotcheck"?'],
    ['no thread', ['--threads', '0'], 'rule       a whole number from 1 to 256'],
    ['an unknown format', ['--format', 'csw'], 'did you mean csv?'],
    ['two formats', ['--format', 'csv', '--json'], '--json and --format ask for two formats.'],
    ['no closeness', ['--until-ci', '0'], 'write --until-ci 1%'],
    ['a closeness above 1', ['--until-ci', '200%'], 'a share above 0, up to 1'],
    ['a misspelt strategy', ['--executors', 'lasy=2'], 'did you mean lazy?'],
    ['an unknown strategy', ['--executors', 'zebra'], 'honest=2,lazy=1'],
    ['no strategy', ['--executors', ''], 'UsageError: --executors has no strategy "".'],
    ['a count twice', ['--executors', 'lazy=1=2'], 'name=count'],
    ['a count of zero', ['--executors', 'lazy=0'], 'fix          leave lazy out'],
    ['a count that is missing', ['--executors', 'lazy='], 'UsageError: --executors has no count of lazy in "lazy=".'],
    ['too many of them', ['--executors', 'lazy=1000001'], 'a whole count from 1 to 1000000'],
    ['an unknown option', ['--epoch', '3'], 'did you mean --epochs?'],
    ['an option without its value', ['--epochs'], 'UsageError: --epochs needs a value.'],
    ['an option in place of a value', ['--seed', '--json'], 'write --seed=<value>'],
    ['a value that is not asked for', ['--json=yes'], 'UsageError: --json takes no value.'],
    ['two files', ['other.json'], 'UsageError: simulate takes one scenario or parameter file.'],
    [
      'sampling by value over the protocol',
      protocol,
      'Crossing.UnsupportedError: sampling.mode',
      { sampling: byValue },
    ],
    ['canaries', protocol, 'Crossing.UnsupportedError: verifiers.canaryRate', { verifiers: { canaryRate: 0.1 } }],
    ['nothing sampled', protocol, 'Protocol.InvalidProtocolError: sampling.rate', { sampling: { rate: 0 } }],
    ['a pool without arbiters', protocol, 'Round.CannotOpenError', { verifiers: { pool: 3 } }],
    ['money beyond the protocol', protocol, 'Crossing.InvalidAmountError: slash.amount', { slash: { amount: 1e50 } }],
    [
      'a batch too small for the sample',
      ['--batch', '2'],
      'Scenario.InvalidScenarioError: parameters.sampling.count',
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
      rule      a whole number from 1 to 10000000
      fix       use at most 10000000
    "
  `)
  expect((await simulate(params, ['--executors', 'lazy, honest=0'])).err).toMatchInlineSnapshot(`
    "UsageError: --executors has no count of honest in "honest=0".
      --executors  "honest=0"
      rule         name=count with a whole count from 1 to 1000000
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

test('an epoch that takes a while over the protocol is announced', async () => {
  const sampled = { ...params, sampling: { mode: 'fixed', count: 1 } }
  const args = ['--engine', 'protocol', '--batch', '5001', '--executors', 'honest=1', '--replications', '2']
  const { err } = await simulate(sampled, args)
  expect(err).toBe('an epoch of 5001 tasks takes a while\nreplication 1 of 2\nreplication 2 of 2\n')
}, 300_000)

test('a negative number is an argument like any other after --', async () => {
  expect((await simulate(params, ['--', '--seed', '-1'])).err).toContain(
    'simulate takes one scenario or parameter file',
  )
})

test('the help names every option and strategy, and its examples are command lines', async () => {
  const { code, out, err } = await simulate(params, ['--help'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  for (const option of [
    'schema',
    'engine',
    'executors',
    'policy',
    'epochs',
    'replications',
    'until-ci',
    'batch',
    'seed',
    'use',
    'threads',
    'format',
    'json',
  ])
    expect(out).toContain(`--${option}`)
  for (const strategy of ['honest', 'lazy', 'substitute', 'intermittent']) expect(out).toContain(`  ${strategy} `)
  const examples = Array.from(out.matchAll(/^ {2}spotcheck simulate params\.json(.*)$/gm), ([, args]) => args!)
  expect(examples.length).toBeGreaterThanOrEqual(3)
  for (const args of examples) {
    const words = args.split(' ').filter(Boolean)
    expect((await simulate(params, [...words, '--replications', '2'])).code).toBe(0)
  }
})

test('the help names the options of strategies and policies with what they are unless set', async () => {
  const { out } = await simulate(params, ['--help'])
  expect(out).toMatch(/^ {2}burst +.* \(after 1000, rate 1, atLeast 0\)$/m)
  expect(out).toMatch(/^ {2}posp +.* \(times 1\)$/m)
  expect(out).toMatch(/^ {2}honest +[^()]*$/m)
})

test('--schema prints the schema of scenario files, and needs none', async () => {
  const { code, out } = await simulate(params, ['--schema'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(Scenario.jsonSchema())))
})
