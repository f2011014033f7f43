import { expect, test } from 'vitest'
import * as Comparison from './Comparison.js'
import * as Scenario from './Scenario.js'
import * as Scenarios from './Scenarios.js'
import * as Simulation from './Simulation.js'

test('every name is its own, and every one a valid scenario with a line about it', () => {
  expect(new Set(Scenarios.names).size).toBe(Scenarios.all.length)
  for (const entry of Scenarios.all) {
    expect(Scenarios.find(entry.name)).toBe(entry)
    expect(Scenarios.scenario(entry)).toEqual(Scenario.from(JSON.parse(JSON.stringify(entry.file))))
    expect(entry.summary).toMatch(/^[^\n]{30,140}$/)
    expect(entry.name).toMatch(/^[a-z-]+$/)
  }
  expect(Scenarios.find('nothing')).toBeUndefined()
})

/** The row of a policy in the comparison that a scenario is for. */
async function rows(name: string) {
  const entry = Scenarios.find(name)!
  const { rows } = await Comparison.run(Scenarios.scenario(entry), { policies: entry.policies })
  return rows
}

test('burst-on-boinc: a floor repairs what a stake alone does not', async () => {
  const ends = (await rows('burst-on-boinc')).map(({ attacks }) => Math.sign(attacks[0]!.advantage.low))
  const last = (await rows('burst-on-boinc')).map(({ attacks }) => Math.sign(attacks[0]!.advantage.high))
  expect(ends).toEqual([1, 1, -1, -1])
  expect(last).toEqual([1, 1, -1, -1])
})

test('lottery: about a third of the cheaters end ahead, though they earn nothing on average', async () => {
  const { cohorts } = await Simulation.run(Scenarios.scenario(Scenarios.find('lottery')!))
  const [, lazy] = cohorts
  const [, , median, upper] = lazy!.profitQuantiles
  // 0.8^5 = 32.8 % of them: more than a quarter and less than half.
  expect(median).toBeLessThan(0)
  expect(upper).toBeGreaterThan(0)
  expect(lazy!.profitPerTask.low).toBeLessThan(0)
  expect(lazy!.profitPerTask.high).toBeGreaterThan(0)
})

test('exit-scam and sybils: a stake deters what names and reputations do not', async () => {
  const verdicts = async (name: string) =>
    Object.fromEntries((await rows(name)).map(({ policy, holds }) => [policy, holds]))
  expect(await verdicts('exit-scam')).toMatchObject({ spotcheck: true, none: false, blacklisting: false, boinc: false })
  expect(await verdicts('sybils')).toMatchObject({ spotcheck: true, none: false, blacklisting: false, boinc: false })
})
