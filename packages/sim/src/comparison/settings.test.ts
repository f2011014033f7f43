import { describe, expect, test } from 'vitest'
import { registry } from '../Scenario.js'
import { between, settingsOf } from './settings.js'

const named = (name: string, options: object = {}) => ({ name, options: options as Record<string, unknown> })

describe('settingsOf', () => {
  test('a policy has those of its list, and none where its options were chosen', () => {
    expect(settingsOf(named('posp'), registry)[0]).toEqual(named('posp', { times: 2 }))
    expect(settingsOf(named('posp', { times: 3 }), registry)).toEqual([])
    expect(settingsOf(named('zk'), registry)).toEqual([])
  })

  const { policies } = registry
  test.each(policies.map((policy) => [policy.name, policy] as const))('%s can be set so', (_, policy) => {
    for (const one of policy.settings ?? []) expect(policy.options.safeParse(one).success).toBe(true)
  })
})

describe('between', () => {
  test.each([
    ['numbers meet at their geometric mean, in two digits', 'posp', { times: 2 }, { times: 5 }, { times: 3 }],
    ['what is left out is the default', 'posp', {}, { times: 2 }, null],
    ['shares', 'pocket', { rate: 0.1 }, { rate: 0.2 }, { rate: 0.14 }],
    ['of copies an odd number', 'replication', { copies: 15 }, { copies: 29 }, { copies: 21 }],
    ['of copies the odd number above an even one', 'replication', { copies: 9 }, { copies: 15 }, { copies: 13 }],
    ['nothing is between neighbours', 'replication', { copies: 5 }, { copies: 7 }, null],
    [
      'what is equal stays',
      ...(['gonka', { validators: 20, epochsToTrust: 30, floor: 0.1 }] as const),
      { validators: 20, epochsToTrust: 30, floor: 0.2 },
      { validators: 20, epochsToTrust: 30, floor: 0.14 },
    ],
    ['a switch has no middle', 'boinc', { floor: 0.1 }, { floor: 0.2, staked: true }, null],
    ['nothing has no geometric mean', 'boinc', { floor: 0, staked: true }, { floor: 0.2, staked: true }, null],
  ])('%s', (_, policy, low, high, expected) => {
    const found = between(named(policy, low), named(policy, high), registry)
    expect(found).toEqual(expected === null ? null : named(policy, expected))
  })
})
