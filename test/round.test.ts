import { Ledger, type Round } from '@spotcheck/core'
import { cheapAuthenticator, createNetwork } from '@spotcheck/core/memory'
import { expect, test } from 'vitest'
import { clientAddress, createWorld, evidenceMode, party, toyModel, type WorldOptions } from './support/world.js'

/** Plays an epoch from commitments to settlement and returns what was seen. */
async function play(options: WorldOptions = {}) {
  const world = await createWorld(options)
  const effects: Round.Effect[] = []
  const receptions: Round.Reception[] = []
  const network = await createNetwork({
    opened: world.opened,
    authenticator: cheapAuthenticator,
    participants: world.participants,
    observe: (_, step) => {
      effects.push(...step.effects)
      receptions.push(step.reception)
      expect(Ledger.total(step.state.ledger)).toBe(Ledger.total(world.opened.state.ledger))
    },
  })
  for (const executor of world.executors) await network.deliver(await executor.commit())
  for (const voucher of world.vouchers) await network.deliver(voucher)
  const state = await network.settle()
  const settled = effects.find((effect) => effect.type === 'settled')!
  return {
    world,
    state,
    effects,
    receptions,
    settled,
    balance: (account: string) => Ledger.balance(state.ledger, account),
  }
}

for (const [name, overrides] of [
  ['full', {}],
  ['evidence', evidenceMode],
] as const) {
  test(`${name} mode: honest executors are paid, honest verifiers too, nobody is slashed`, async () => {
    const { settled, balance, receptions, state } = await play({ overrides, executors: [toyModel(), toyModel()] })
    expect(receptions.filter(({ status }) => status === 'rejected')).toEqual([])
    expect(settled.slashes).toEqual([])
    expect(balance(party('e', 1))).toBe(400n)
    expect(balance(Ledger.stake(party('e', 1)))).toBe(50_000n)
    expect(balance(clientAddress)).toBe(1_000_000n - 8n * 102n)
    expect(balance(Ledger.treasury)).toBe(1_000_000n + 8n * 2n - 8n * 120n)
    expect(
      [...state.batches.values()]
        .flatMap(({ leaves }) => [...leaves.values()])
        .every(({ outcome }) => outcome === 'valid'),
    ).toBe(true)
  })

  test(`${name} mode: a cheater is convicted by arbitration and slashed once for each leaf`, async () => {
    const cheat = name === 'full' ? toyModel({ wrong: true }) : toyModel({ drift: 0.01 })
    const { settled, balance } = await play({ overrides, executors: [cheat, toyModel()] })
    expect(settled.slashes.map(({ party, reason, amount }) => [party, reason, amount])).toEqual(
      Array.from({ length: 4 }, () => [party('e', 1), 'mismatch', 3_000n]),
    )
    expect(balance(party('e', 1))).toBe(0n)
    expect(balance(Ledger.stake(party('e', 1)))).toBe(50_000n - 12_000n)
    expect(balance(Ledger.burn)).toBe(6_000n)
    expect(balance(Ledger.stake(party('e', 2)))).toBe(50_000n)
  })
}
