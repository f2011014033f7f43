import { describe, expect, test } from 'vitest'
import type { Io } from './Command.js'
import { run } from './program.js'

const scenario = {
  parameters: { task: {}, sampling: { rate: 1 }, slash: { amount: 30 }, batch: { size: 2 } },
  population: [
    { strategy: 'honest', count: 3 },
    { strategy: 'lazy', count: 1 },
  ],
  epochs: 2,
  replications: 3,
}

/** Runs `spotcheck compare` on a file, in a world of its own. */
async function compare(file: unknown, args: readonly string[], stop?: AbortController) {
  const [out, err]: [string[], string[]] = [[], []]
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => {
      err.push(text)
      stop?.abort()
    },
    readFile: async (path) => {
      if (file === null) throw Object.assign(new Error(path), { code: 'ENOENT' })
      return JSON.stringify(file)
    },
    isTTY: false,
    ...(stop === undefined ? {} : { signal: stop.signal }),
  }
  const code = await run(['compare', ...args], io)
  return { code, out: out.join(''), err: err.join('') }
}

test('a table of policies, and why in a line each; nothing is left to chance here', async () => {
  const certain = { ...scenario, population: scenario.population }
  const { code, out } = await compare(certain, ['scenario.json'])
  expect(code).toBe(0)
  const lines = out.split('\n')
  expect(lines[0]).toBe("3 replications of 2 epochs, seed 1; money per task in the file's unit")
  const row = (name: string) => lines.filter((line) => line.includes(`  ${name}  `))
  expect(row('spotcheck')[0]).toMatch(
    /^ {2}✓ {2}spotcheck +2x +0\.00\d+ +0 % +lazy -\d+\.\d{3} \[-\d+\.\d{3}, -\d+\.\d{3}\] +0 % +2$/,
  )
  expect(row('none')[0]).toMatch(/^ {2}✗ {2}none +1x +0 +25 % +lazy \+1\.000 \[\+1\.000, \+1\.000\] +0 % +1$/)
  expect(row('none')[1]).toContain('lazy earns 1 more per task than honest work')
})

test('JSON is one object, with a row for each policy', async () => {
  const { code, out, err } = await compare(scenario, ['-', '--json'])
  expect(code).toBe(0)
  const { rows, replications, complete } = JSON.parse(out)
  expect({ replications, complete }).toEqual({ replications: 3, complete: true })
  expect(rows.map(({ policy }: { policy: string }) => policy)).toHaveLength(12)
  expect(err).toContain('policy 12 of 12\n')
})

test('CSV and JSON Lines: a row for each policy', async () => {
  const { rows } = JSON.parse((await compare(scenario, ['-', '--json'])).out)
  const lines = (await compare(scenario, ['-', '--format', 'jsonl'])).out.trimEnd().split('\n')
  for (const [i, line] of lines.entries()) {
    const { policy, options, finality, secure, network, falselySlashed, attacks, why } = rows[i]
    expect(JSON.parse(line)).toMatchObject({
      ...{ policy, finality, secure, falselySlashed: falselySlashed.mean, best: 'lazy', why },
      options: JSON.stringify(options),
      'best.advantage.high': attacks[0].advantage.high,
      'network.errorRate': network.errorRate.mean,
    })
  }
  const csv = (await compare(scenario, ['-', '--format', 'csv'])).out.split('\r\n')
  expect([csv.length, lines.length]).toEqual([12 + 2, 12])
  expect(csv[0]).toBe(Object.keys(JSON.parse(lines[0]!)).join(','))
  // Why it holds or not is a sentence with commas.
  expect(csv[2]).toMatch(
    /^1,2,3,true,none,\{\},false,false,1,0,.*,lazy,1,1,1,1,0,0,,,,,,48,.*,"lazy earns 1 more .*, with no slash; .*"$/,
  )
})

test('--attack tells the best that any strategy could do, in a sentence and in columns', async () => {
  // A scenario that brings its policies.
  const lines = (await compare(null, ['exit-scam', '--attack', '--format', 'jsonl'])).out.trimEnd().split('\n')
  const rows = lines.map((line) => JSON.parse(line))
  const [safe, scammed] = ['spotcheck', 'none'].map((name) => rows.find(({ policy }) => policy === name))
  expect([safe.secure, safe['response.advantage'] <= 0]).toEqual([true, true])
  expect(Object.keys(JSON.parse(safe['response.options'])).length).toBeGreaterThan(0)
  // What is not secure as the population plays is not attacked.
  expect([scammed.secure, scammed.response]).toEqual([false, null])
})

test('an interruption is said', async () => {
  const stop = new AbortController()
  const { code, out } = await compare(scenario, ['-'], stop)
  expect(code).toBe(1)
  expect(out).toContain('3 replications of 2 epochs, interrupted, seed 1')
  expect(out).toContain('spotcheck')
  expect(out).not.toContain('watermark')
})

describe('bad input: status 2, nothing on standard output, no stack', () => {
  test.each<[string, unknown, readonly string[], string]>([
    ['nobody honest', { ...scenario, population: scenario.population.slice(1) }, ['-'], 'InvalidComparisonError'],
    ['nonsense', { ...scenario, epochs: 0 }, ['-'], 'Scenario.InvalidScenarioError: epochs'],
    ['a parameter file', scenario.parameters, ['-'], 'Scenario.InvalidScenarioError'],
    ['two files', scenario, ['a.json', 'b.json'], 'compare takes one scenario file.'],
    ['an unknown option', scenario, ['-', '--jsn'], 'did you mean --json?'],
    ['a module that can’t be loaded', scenario, ['-', '--use', 'x.mjs'], '--use x.mjs is of no use'],
  ])('%s', async (_, file, args, message) => {
    const { code, out, err } = await compare(file, args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
    expect(err).not.toMatch(/^\s+at /m)
  })
})
