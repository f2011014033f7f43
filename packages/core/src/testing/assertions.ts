/**
 * What must never be broken, as assertions for a test.
 *
 * @module
 */
import fc from 'fast-check'
import { BaseError } from '../Errors.js'
import { check, type Exploit } from '../economics/Check.js'
import type { Parameters } from '../economics/Parameters.js'
import * as Ledger from '../Ledger.js'
import { play } from './play.js'
import type { Trace } from './traces.js'

/**
 * Asserts that cheating does not pay: both acceptance rules hold, the EV rule and the ruin rule. Of an arbitrary, for every
 * file that it makes; so it is a predicate of `fc.property` as well.
 *
 * @throws NotDeterredError saying what the cheater does.
 * @throws Error of fast-check, with the shrunk counterexample, for an arbitrary.
 * @example
 * ```ts
 * import { assertDeterrence, parameters } from '@spotcheck/core/testing'
 * import { Parameters } from '@spotcheck/core/economics'
 *
 * assertDeterrence(Parameters.defaults)
 * assertDeterrence(parameters({ sampling: { rate: [0.1, 0.2] }, slash: { amount: [50, 500] } }))
 * ```
 */
export function assertDeterrence(given: Parameters | fc.Arbitrary<Parameters>): void {
  if (given instanceof fc.Arbitrary) fc.assert(fc.property(given, assertFileDeters))
  else assertFileDeters(given)
}

function assertFileDeters(parameters: Parameters): void {
  const { findings } = check(parameters, { rules: ['ev', 'ruin'], fixes: false })
  for (const { exploit, why } of findings) if (exploit !== null) throw new NotDeterredError(parameters, exploit, why)
}

/**
 * Plays a trace and asserts that money is neither made nor lost: the sum of all accounts is the same after every event.
 *
 * @throws NotConservedError
 * @example
 * ```ts
 * import { assertConservation, traces } from '@spotcheck/core/testing'
 * import fc from 'fast-check'
 *
 * await fc.assert(fc.asyncProperty(traces(), assertConservation), { numRuns: 3 })
 * ```
 */
export async function assertConservation(trace: Trace): Promise<void> {
  const { totals } = await play(trace)
  const [first] = totals
  const broken = totals.findIndex((total) => total !== first)
  if (broken >= 0) throw new NotConservedError(first as bigint, totals[broken] as bigint, broken)
}

/**
 * Plays a trace and asserts that whoever is honest, and all of whose messages arrived when they were sent, is not slashed
 * and keeps its stake.
 *
 * @throws HonestSlashError
 * @example
 * ```ts
 * import { assertNoHonestSlash, traces } from '@spotcheck/core/testing'
 * import fc from 'fast-check'
 *
 * await fc.assert(fc.asyncProperty(traces(), assertNoHonestSlash), { numRuns: 3 })
 * ```
 */
export async function assertNoHonestSlash(trace: Trace): Promise<void> {
  const { state, before, slashes, dutiful } = await play(trace)
  for (const party of dutiful) {
    const slash = slashes.find((one) => one.party === party)
    const account = Ledger.stake(party)
    const lost = Ledger.balance(before, account) - Ledger.balance(state.ledger, account)
    if (slash !== undefined || lost > 0n) throw new HonestSlashError(party, lost)
  }
}

/** Cheating pays. */
export class NotDeterredError extends BaseError {
  override name = 'Testing.NotDeterredError'
  readonly exploit: Exploit

  constructor({ sampling, slash, batch }: Parameters, exploit: Exploit, why: string) {
    const { strategy, profitPerTask, probability } = exploit
    const outcome =
      probability === null
        ? `${number(profitPerTask)} per task beyond honest work`
        : `ahead at the horizon with probability ${number(probability)}`
    const rate =
      sampling.mode === 'fixed' && sampling.count !== undefined ? `${sampling.count} of ${batch.size}` : sampling.rate
    super(`Cheating pays: ${strategy} (${outcome}).`, {
      subject: 'parameters',
      value: `sampling.rate ${rate}, slash.amount ${slash.amount} ${slash.rule}, batch.size ${batch.size}`,
      rule: `every cheat loses; here ${why}`,
      fix: 'spotcheck check names the least change that repairs it',
      see: 'economics.md, Many tasks',
    })
    this.exploit = exploit
  }
}

/** Money was made or lost. */
export class NotConservedError extends BaseError {
  override name = 'Testing.NotConservedError'

  constructor(before: bigint, after: bigint, event: number) {
    super(`The sum of all accounts changed with event ${event}.`, {
      subject: 'sum',
      value: after,
      rule: `${before}, as before the epoch`,
      fix: 'every payment needs a payer: look at what that event moved',
      see: 'protocol.md, Settlement',
    })
  }
}

/** Somebody honest was slashed. */
export class HonestSlashError extends BaseError {
  override name = 'Testing.HonestSlashError'

  constructor(party: string, lost: bigint) {
    super('An honest party was slashed.', {
      subject: 'party',
      value: party,
      rule: `who does its duties in time keeps its stake; it lost ${lost}`,
      fix: 'look for the fault that names it, and for the message that proves it',
      see: 'protocol.md, Settlement',
    })
  }
}

function number(value: number): string {
  return String(Number(value.toPrecision(6)))
}
