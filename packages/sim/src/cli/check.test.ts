import { Parameters } from '@spotcheck/core/economics'
import { describe, expect, test } from 'vitest'
import { run } from './program.js'

async function check(file: object, ...args: string[]) {
  let [out, err] = ['', '']
  const io = {
    stdout: (text: string) => {
      out += text
    },
    stderr: (text: string) => {
      err += text
    },
    readFile: async () => JSON.stringify(file),
    isTTY: false,
  }
  return { code: await run(['check', 'network.json', ...args], io), out, err }
}

const shared = {
  task: { reward: 1.2, honestCost: 1, cheatCost: 0.2 },
  sampling: { rate: 0.02 },
  slash: { rule: 'once-per-batch', amount: 40 },
  batch: { size: 1000 },
  accept: { margin: 0 },
}

describe('check', () => {
  test('exploitable: status 1, the strategy, the reason and the fixes', async () => {
    const { code, out, err } = await check(shared)
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toMatchInlineSnapshot(`
      "✗ exploitable (EV rule)
        strategy  cheat on all 1,000 tasks of a batch
        profit    +760 per round of 1,000 tasks, +0.76 per task, +7,600 over the horizon, against honest play
        needs     one slash for many cheats
        smallest  cheat on 2 of 1,000 tasks of a batch
        profit    +0.016 per round of 1,000 tasks, +0.000016 per task, +0.16 over the horizon, against honest play
        needs     one slash for many cheats
        why       one slash of 40 is shared by 1,000 cheats; sampling catches the batch with probability 1, but only once
        fixes     slash.amount 40 → 800.001
                  slash.rule once-per-batch → per-fraud (ruin still fails)
                  slash.forfeitBatchReward false → true
                  batch.size 1000 → 1 (ruin still fails)

      ✗ exploitable (ruin rule)
        strategy  cheat on every task until ejected, and hope to be ahead
        profit    +760 per round of 1,000 tasks, +0.76 per task, +7,600 over the horizon, against honest play
                  ahead at the horizon with probability 1
        why       who cheats on everything is ahead with probability 1, and 0.05 is allowed
        fixes     slash.amount 40 → 800 (ev still fails)
                  slash.forfeitBatchReward false → true

        holds     participation, false-slash, verifiers
      ! bribery: an executor about to be caught can offer its verifiers 41.2 more than they lose by looking away: the share of colluders is not given but bought
      ! cheap-model: executor and verifiers may all run the cheap model and agree: audits of agreeing results must reach 0.0892857 (verifiers.auditRate is 0)
      exit status 1
      "
    `)
  })

  test('what is done once says so', async () => {
    const { code, out } = await check({
      ...{ task: { reward: 4, honestCost: 1 }, sampling: { rate: 0.125 }, slash: { amount: 2 }, horizon: 6 },
      identity: { discount: 0.875, entryCost: 50, tasksPerPeriod: 4 },
      accept: { margin: 0, ruinProbability: 1 },
    })
    expect(code).toBe(1)
    expect(out).toContain('strategy  work honestly until the last round, then cheat on a task\n')
    expect(out).toContain('profit    +0.25 once, +0.0416667 per task, +0.25 over the horizon, against honest play\n')
    expect(out).toContain('slash.amount 2 → 4\n')
  })

  test('safe: status 0', async () => {
    const { code, out } = await check(Parameters.defaults)
    expect(code).toBe(0)
    expect(out).toMatchInlineSnapshot(`
      "✓ safe: every rule holds
      ! bribery: an executor about to be caught can offer its verifiers 31.2 more than they lose by looking away: the share of colluders is not given but bought
      ! cheap-model: executor and verifiers may all run the cheap model and agree: audits of agreeing results must reach 0.0892857 (verifiers.auditRate is 0)
      exit status 0
      "
    `)
  })

  test('JSON', async () => {
    const { code, out } = await check(shared, '--json')
    expect(code).toBe(1)
    const { safe, findings } = JSON.parse(out)
    expect(safe).toBe(false)
    expect(findings.map(({ rule, holds }: { rule: string; holds: boolean }) => [rule, holds])).toEqual([
      ['ev', false],
      ['ruin', false],
      ['participation', true],
      ['false-slash', true],
      ['verifiers', true],
    ])
    expect(findings[0].exploit).toMatchObject({ cheated: 1000, of: 1000 })
  })

  test('bad input: status 2', async () => {
    const { code, out, err } = await check({ ...shared, sampling: { rate: 8 } })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('did you mean 0.08?')
  })
})
