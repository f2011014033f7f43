import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const params = {
  task: { reward: 1.2, honestCost: 1 },
  sampling: { rate: 0.2 },
  slash: { amount: 30 },
  stake: { amount: 3000 },
  batch: { size: 10 },
}

/** The command as a user types it, with the module of this example. */
function simulate(...args: readonly string[]) {
  return play(params, args)
}

function play(input: object, args: readonly string[] = []) {
  const command = [
    file('../../../packages/sim/bin/spotcheck.js'),
    'simulate',
    '-',
    '--use',
    file('../dist/main.js'),
    '--json',
  ]
  const { stdout, stderr, status } = spawnSync(process.execPath, [...command, ...args], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

describe('by name, from the command line', () => {
  const args = ['--executors', 'honest=2,night-owl=2', '--epochs', '24', '--replications', '10']

  test('the strategy cheats in the last eight of 24 epochs', () => {
    const { cohorts } = simulate(...args)
    expect(cohorts[1]).toMatchObject({
      strategy: 'night-owl',
      counts: { tasks: 2 * 24 * 10 * 10, cheats: 2 * 8 * 10 * 10 },
    })
    expect(cohorts[0].counts.cheats).toBe(0)
  })

  test('the policy looks closer once somebody was caught', () => {
    const [ours, closer] = [simulate(...args), simulate(...args, '--policy', 'double-check')]
    expect(closer.policy).toBe('double-check')
    expect(closer.cohorts[0].counts.sampled).toBe(ours.cohorts[0].counts.sampled)
    expect(closer.cohorts[1].counts.sampled).toBeGreaterThan(ours.cohorts[1].counts.sampled)
  })
})

test('the verifier misses half of its reveals', () => {
  const population = [{ strategy: 'honest', count: 2 }]
  const verifiers = [{ strategy: 'sleepy', count: 5 }]
  const { tasks, silent } = play({ parameters: params, population, verifiers }).verifiers[0].counts
  expect(Math.abs(silent - tasks / 2)).toBeLessThan(4 * Math.sqrt(tasks / 4))
})

test('all of it in less than 40 lines', () => {
  expect(readFileSync(file('main.ts'), 'utf8').split('\n').length).toBeLessThan(40)
})
