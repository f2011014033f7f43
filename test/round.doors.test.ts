/** What is no argument is refused by name, not by a TypeError from within. */
import { Errors, Ledger, Protocol, Round, Settlement, Stake } from '@spotcheck/core'
import { testParameters } from '@spotcheck/core/memory'
import { expect, test } from 'vitest'
import { party } from './support/world.js'

const protocol = Protocol.from(testParameters)
const { state } = Round.open({ protocol, epoch: 0, ledger: new Map(), engagements: [], verifiers: [] })
const [member] = [party('a', 1)]
const stake = new Map([[Ledger.stake(member), 5n]])
const NONE = [undefined, null, 5, 'state']

const doors: Readonly<Record<string, readonly [subject: string, call: (wrong: never) => unknown]>> = {
  'Round.step': ['state', (wrong) => Round.step(wrong, { kind: 'tick', now: 0 })],
  'Round.duties': ['state', (wrong) => Round.duties(wrong)],
  'Round.beaconRound': ['protocol', (wrong) => Round.beaconRound(wrong, 0)],
  'Settlement.appealBond': ['protocol', (wrong) => Settlement.appealBond(wrong, 1)],
  'Settlement.withholdingPenalty': ['protocol', (wrong) => Settlement.withholdingPenalty(wrong, [])],
  'Stake.unbond': ['parameters', (wrong) => Stake.unbond(wrong)],
  'Stake.unbond, protocol': [
    'protocol',
    (wrong) => Stake.unbond({ protocol: wrong, ledger: stake, party: member, amount: 1n, now: 0 }),
  ],
}

test.each(Object.entries(doors))('%s', (_, [subject, call]) => {
  for (const wrong of NONE) {
    expect(() => call(wrong as never)).toThrow(Errors.InvalidInputError)
    expect(() => call(wrong as never)).toThrow(subject)
  }
})

test('a level is a whole number from 1, an epoch one from 0', () => {
  for (const level of [0, -1, 1.5, undefined])
    expect(() => Settlement.appealBond(protocol, level as never)).toThrow(Errors.InvalidInputError)
  for (const epoch of [-1, 0.5, undefined])
    expect(() => Round.beaconRound(protocol, epoch as never)).toThrow(Errors.BaseError)
})

test('an event of any form is no error: it is rejected, and the state stays the very same', () => {
  for (const event of [undefined, null, 5, {}, { kind: 'tick' }, { kind: 'tick', now: 'soon' }]) {
    const step = Round.step(state, event as never)
    expect(step.state).toBe(state)
    expect(step.reception.status).toBe('rejected')
  }
})
