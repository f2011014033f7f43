/** The figures of the run, in words and tables. */
import type { Protocol } from '@spotcheck/core'
import type { Recommendation } from '@spotcheck/core/economics'
import type { TaskCosts } from './economy.js'
import type { EpochResult } from './epoch.js'
import type { MeasuredCosts, SimulatedRate } from './job.js'
import { grouped, ms, percent, type Story } from './story.js'

export function prices(story: Story, { honest, int8, canned }: TaskCosts, reward: bigint): void {
  story.say(`   honest run ${ms(honest)}, int8 substitute ${ms(int8)}, canned text ${ms(canned)} a task`)
  story.say(`   reward ${grouped(reward)} a task: 1.2 x the honest run`)
  if (int8 >= honest) story.say('   the int8 substitute is no cheaper here: swapping it in gains nothing')
}

/** Who had what before and after. */
export function ledger(
  story: Story,
  { executors, others, balancesConserved }: EpochResult,
  { slash }: Protocol.Protocol,
): void {
  const own = { before: executors.map((one) => one.balanceBefore), after: executors.map((one) => one.balanceAfter) }
  const total = (when: 'before' | 'after') =>
    [...own[when], ...others.map((one) => one[when])].reduce((sum, amount) => sum + amount, 0n)
  story.heading(`The ledger settles (a proven fraud costs ${grouped(slash.mismatch)}, burnt)`)
  story.table([
    ['', 'behaviour', 'sampled', 'mismatches', 'slashed', 'balance before', 'after'],
    ...executors.map((executor) => [
      executor.name,
      executor.behaviour,
      `${executor.sampled} of ${executor.tasks}`,
      `${executor.mismatches}`,
      grouped(executor.slashed),
      grouped(executor.balanceBefore),
      grouped(executor.balanceAfter),
    ]),
    ...others.map(({ name, before, after }) => [name, '', '', '', '', grouped(before), grouped(after)]),
    ['sum', '', '', '', '', grouped(total('before')), grouped(total('after'))],
  ])
  story.say(`   the sum of all balances ${balancesConserved ? 'has not changed' : 'HAS CHANGED'}`)
}

/** What checking cost, and what the closed forms recommend for these costs. */
export function costs(story: Story, measured: MeasuredCosts, multiplier: number, recommended: Recommendation): void {
  const { honest, int8, canned, reexecution, commitment, bytesCommitted, arbitrations } = measured
  story.heading('What checking cost')
  story.say(`   honest run ${ms(honest)}, re-execution ${ms(reexecution)}, canned text ${ms(canned)} a task`)
  story.say(
    int8 < honest
      ? `   int8 run ${ms(int8)} a task: saves ${percent(1 - int8 / honest)}`
      : `   int8 run ${ms(int8)} a task: no cheaper than the honest run, so only canned text tempts`,
  )
  story.say(`   committing (hashing, salts, signature) ${ms(commitment)} and ${bytesCommitted.toFixed(0)} bytes a task`)
  if (arbitrations > 0)
    story.say(`   arbitration of the cheats ${ms(arbitrations)} in all: honest networks have none to pay for`)
  const atBest = 1 + (recommended.sampleRate * reexecution) / honest
  story.table([
    ['compute, every executor honest', 'measured here', 'at the recommended rate', '2 replicas', '3 replicas'],
    ['', `${multiplier.toFixed(3)}x`, `${atBest.toFixed(4)}x`, '2x', '3x'],
  ])
  tellRecommendation(story, measured, recommended)
}

function tellRecommendation(
  story: Story,
  { honest }: MeasuredCosts,
  { sampleRate, slash, cost }: Recommendation,
): void {
  story.heading('What these costs ask for: the cheapest rate and slash that deter the cheapest cheat')
  story.say(
    `   sampling rate ${percent(sampleRate)}, slash ${grouped(Math.ceil(slash))} (${(slash / honest).toFixed(1)} honest runs)`,
  )
  story.say(
    `   verification ${percent(cost.verification / honest)} of the compute, capital ${percent(cost.capital / honest)}`,
  )
}

/** Profit by strategy at both rates. */
export function simulations(
  story: Story,
  { honest }: MeasuredCosts,
  { slash }: Recommendation,
  runs: readonly SimulatedRate[],
): void {
  story.say(
    `   profit per task in honest runs: simulated with 95 % intervals, and the closed form; slash ${(slash / honest).toFixed(1)}`,
  )
  story.say('   intermittent: canned text for 30 % of the tasks')
  story.table([
    ['', ...runs.map(({ rate }, i) => `at ${percent(rate)}${i === 0 ? ' (recommended)' : ' (half)'}`)],
    ...runs[0]!.result.cohorts.map((cohort, row) => {
      return [nameOf(cohort), ...runs.map(({ result }) => profit(result.cohorts[row]!, honest))]
    }),
  ])
  for (const run of runs) story.say(`   at ${percent(run.rate)}: ${verdict(run)}`)
  const { result } = runs[0]!
  const canned = result.cohorts.find((cohort) => nameOf(cohort) === 'canned')!
  const { mean, low, high } = canned.captured
  story.say(
    `   epochs in which canned text was caught at ${percent(runs[0]!.rate)}: ${percent(mean)} (${percent(low)} to ${percent(high)}), closed form ${percent(canned.expectedCaptured!)}`,
  )
}

type Result = SimulatedRate['result']['cohorts'][number]

/** What this network calls the strategies. */
function nameOf({ strategy }: Result): string {
  return { lazy: 'canned', substitute: 'int8' }[strategy] ?? strategy
}

function profit({ profitPerTask, expectedProfitPerTask }: Result, unit: number): string {
  const { mean, low, high } = profitPerTask
  const show = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value / unit).toFixed(2)}`
  return `${show(mean)} [${show(low)}, ${show(high)}] ${show(expectedProfitPerTask ?? Number.NaN)}`
}

/** Whom the closed forms let earn more than an honest executor, and whether the simulation says so beyond doubt. */
function verdict({ result }: SimulatedRate): string {
  const honest = result.cohorts.find(({ strategy }) => strategy === 'honest')!.expectedProfitPerTask!
  const names = (list: readonly Result[]) => list.map(nameOf).join(', ')
  const winners = result.cohorts.filter((one) => one.expectedProfitPerTask! > honest)
  const shown = winners.filter(({ profitPerTask }) => profitPerTask.low > honest)
  if (winners.length === 0) return 'by the closed forms no cheat earns more than an honest executor'
  const certainty =
    shown.length === 0 ? 'the simulation is too short to show it' : `shown beyond doubt for ${names(shown)}`
  return `by the closed forms cheating pays (${names(winners)}; ${certainty})`
}

/** Where to look next. */
export function next(story: Story): void {
  story.say()
  story.say('Next')
  story.say('   npm start -- --rate 1 --cheaters int8            check every task of one cheat')
  story.say('   npm run --silent spotcheck -- solve params.json  break-even rate and slash of your own network')
  story.say('   README.md                                        the library by example, the threat model')
}
