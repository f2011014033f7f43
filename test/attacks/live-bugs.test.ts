// Bugs that live networks had, each played again.
import { Encoding, EProcess, type Message, Protocol, type Round } from '@spotcheck/core'
import { cheapAuthenticator, createNetwork } from '@spotcheck/core/memory'
import type { Model } from '@spotcheck/core/ports'
import { describe, expect, test } from 'vitest'
import { secondBatch } from '../support/parties.js'
import { leafAt, play } from '../support/play.js'
import {
  clientAddress,
  createWorld,
  eth,
  evidenceMode,
  type Hex,
  hex,
  parameters,
  party,
  toyModel,
} from '../support/world.js'

const executor = party('e', 1)
const { gap, genesis, period } = parameters.beacon
const testBeacon = (n: number) => ({ beacon: { source: 'test', gap, genesis, period, secret: hex(n) } })

test('unsampled work counted as honesty: only what was sampled and compared is evidence', async () => {
  const overrides = { ...evidenceMode, ...testBeacon(7), sampling: { mode: 'bernoulli', rate: eth / 4n } }
  const { state, effects } = await play(await createWorld({ overrides, tasks: 16 }))
  const sampled = state.batches.get(executor)!.leaves.size
  expect(sampled).toBeGreaterThan(0)
  expect(sampled).toBeLessThan(16)
  const compared = effects.filter(({ type }) => type === 'compared')
  expect(compared).toHaveLength(sampled)
  expect(state.evidence.get(executor)).toMatchObject({ samples: sampled, mismatches: 0 })
})

test('unsampled work counted as honesty: nor is what no verifier could run', async () => {
  const verifiers = Array.from({ length: 6 }, () => toyModel({ broken: true }))
  const patient = { ...evidenceMode, evidence: { ...evidenceMode.evidence, alpha: 1_000n } }
  const { state } = await play(await createWorld({ overrides: patient, tasks: 2, verifiers }))
  expect(state.evidence.get(executor)).toMatchObject({ samples: 0, mismatches: 0 })
})

describe('thresholds that never fire', () => {
  const { evidence } = evidenceMode

  test('a cheater on everything crosses the threshold in its first epoch and is slashed', async () => {
    const executors = [toyModel({ drift: 0.01 })]
    const { slashes, gain } = await play(await createWorld({ overrides: evidenceMode, tasks: 2, executors }))
    expect(slashes.map(({ reason, amount }) => [reason, amount])).toEqual(Array(2).fill(['mismatch', 3_000n]))
    expect(gain(executor)).toBe(-6_000n)
  })

  const never: readonly (readonly [string, object])[] = [
    ['alpha 0', { alpha: 0n }],
    ['power no better than noise', { power: evidence.falsePositive }],
    ['no cheat rate at all', { cheatRates: [] }],
    ['a cheat rate of 0', { cheatRates: [0n] }],
  ]
  for (const [name, change] of never)
    test(`${name} is refused when the parameters are made`, () => {
      const given = { ...parameters, ...evidenceMode, evidence: { ...evidence, ...change } }
      expect(() => Protocol.from(given)).toThrow(Protocol.InvalidProtocolError)
    })

  test('the threshold is where the e-process says: one outcome earlier nothing fires', () => {
    const noisy = EProcess.from({ ...evidence, alpha: eth / 1_000_000n, power: eth / 2n, falsePositive: eth / 20n })
    let state = EProcess.start(noisy)
    let count = 0
    for (; !EProcess.isCrossed(noisy, state); count++) state = EProcess.update(noisy, state, 'mismatch')
    // Each mismatch multiplies by 10: six of them reach 1e6.
    expect(count).toBe(6)
  })
})

test('two dissenters charge twice: three of them, and a second verdict of each, are one slash under one slashId', async () => {
  const overrides = { verification: { ...parameters.verification, verifiers: 3 } }
  const verifiers = Array.from({ length: 7 }, () => toyModel())
  const world = await createWorld({ overrides, tasks: 1, verifiers, executors: [toyModel({ wrong: true })] })
  const receptions: Round.Reception[] = []
  const played = await play(world, {
    after: {
      opening: async ({ say, state }) => {
        for (const { reveal } of leafAt(state(), executor, 0).seats) receptions.push(await say('reveal', reveal!))
      },
    },
  })
  expect(receptions).toEqual(Array(3).fill({ status: 'duplicate' }))
  expect(leafAt(played.state, executor, 0).seats.map(({ verdict }) => verdict)).toEqual(Array(3).fill('dissents'))
  expect(played.slashes.map(({ slashId, amount }) => [slashId, amount])).toEqual([[`${executor}:0:0`, 3_000n]])
  expect(played.gain(executor)).toBe(-3_000n)
  for (const { verifier } of leafAt(played.state, executor, 0).seats) expect(played.gain(verifier)).toBe(120n + 66n)
})

test('empty logprobs pass: evidence without a position, or with empty positions, is a mismatch and never "valid"', async () => {
  const honest = toyModel()
  for (const evidence of ['0x', '0x00', '0x0000', '0x00000000'] as const) {
    const empty: Model = {
      ...honest,
      execute: async (task, input) => ({ ...(await honest.execute(task, input)), evidence }),
    }
    const world = await createWorld({ overrides: evidenceMode, tasks: 1, executors: [empty] })
    const played = await play(world)
    expect([evidence, leafAt(played.state, executor, 0).outcome]).toEqual([evidence, 'mismatch'])
    expect(played.gain(executor)).toBe(-3_000n)
  }
})

describe('a claim retried to redraw a seed', () => {
  /** The seed after a batch is sent as `retry` says. */
  async function seedOf(
    retry: (batch: Message.Envelope<'batch'>, protocol: Protocol.Protocol) => Promise<Message.Envelope>,
  ) {
    const world = await createWorld({ overrides: testBeacon(7), executors: [toyModel({ wrong: true })] })
    const batch = await world.executors[0]!.commit()
    const receptions: Round.Reception[] = []
    const played = await play(world, {
      after: {
        commit: async ({ send, state }) => {
          expect(state().batches.get(executor)!.seed).toBeDefined()
          receptions.push(await send(await retry(batch, world.protocol)))
        },
      },
    })
    return { played, receptions, seed: played.state.batches.get(executor)!.seed }
  }

  test('the same batch again is a repetition: the seed stays', async () => {
    const { played, receptions, seed } = await seedOf(async (batch) => batch)
    expect(receptions).toEqual([{ status: 'duplicate' }])
    expect(seed).toBe((await seedOf(async (batch) => batch)).seed)
    expect(played.effects.filter(({ type }) => type === 'sampled')).toHaveLength(1)
    expect(played.gain(executor)).toBe(-12_000n)
  })

  test('another one, for another draw, is equivocation: the seed stays, and its penalty comes on top', async () => {
    const plain = await seedOf(async (batch) => batch)
    const { played, seed } = await seedOf((batch, protocol) => secondBatch(protocol, batch, 5))
    expect(seed).toBe(plain.seed)
    expect(played.effects.filter(({ type }) => type === 'sampled')).toHaveLength(1)
    expect(played.faults.map(({ party, fault }) => [party, fault])).toContainEqual([executor, 'equivocation'])
    expect(played.gain(executor)).toBe(-12_000n - 10_000n)
  })

  test('a round after the fixed one draws nothing: there is no other draw to wait for', async () => {
    const world = await createWorld({ overrides: testBeacon(7) })
    const receptions: string[] = []
    let sampled = 0
    const network = await createNetwork({
      opened: world.opened,
      authenticator: cheapAuthenticator,
      participants: world.participants,
      beacon: async ({ level, round }) => ({ kind: 'beacon-value', level, round: round + 1 }),
      observe: (event, { reception, effects }) => {
        sampled += effects.filter(({ type }) => type === 'sampled').length
        if (event.kind === 'beacon-value') receptions.push(reception.status === 'rejected' ? reception.reason : '')
      },
    })
    await network.deliver(await world.executors[0]!.commit())
    const state = await network.settle()
    expect([receptions, sampled, state.isVoid]).toEqual([['wrong-beacon-round'], 0, true])
  })
})

describe('a 4xx from the model taken for "valid"', () => {
  const refusing: readonly (readonly [string, Model['reexecute']])[] = [
    ['an error', async () => Promise.reject(new Error('HTTP 404: no such model'))],
    ['the error’s body for a result', async () => '{"error":{"code":429}}' as Hex],
    ['the error’s body in hex', async () => Encoding.toHex(new TextEncoder().encode('{"error":{"code":429}}'))],
    ['nothing', async () => undefined as never],
    ['an empty result', async () => '0x'],
  ]
  for (const [name, reexecute] of refusing)
    test(`${name} is neither a pass nor a mismatch: unverified, refunded, nobody slashed`, async () => {
      const verifiers = Array.from({ length: 6 }, (): Model => ({ ...toyModel(), reexecute }))
      const world = await createWorld({ overrides: evidenceMode, tasks: 1, verifiers })
      const played = await play(world)
      expect(leafAt(played.state, executor, 0).seats.map(({ status }) => status)).toEqual(
        Array(2).fill('indeterminate'),
      )
      expect(leafAt(played.state, executor, 0).outcome).toBe('unverified')
      expect([played.faults, played.slashes]).toEqual([[], []])
      expect([played.gain(executor), played.gain(clientAddress)]).toEqual([0n, -2n])
    })

  test('of a verifier alone it does not decide either: the replacement does, and a cheater is still convicted', async () => {
    const options = { tasks: 1, executors: [toyModel({ wrong: true })] }
    const first = leafAt((await play(await createWorld(options))).state, executor, 0).seats[0]!.verifier
    const verifiers = Array.from({ length: 6 }, (_, i) => toyModel({ broken: party('a', i + 1) === first }))
    const played = await play(await createWorld({ ...options, verifiers }))
    expect(leafAt(played.state, executor, 0).outcome).toBe('mismatch')
    expect(played.gain(executor)).toBe(-3_000n)
  })
})
