// Noisy mismatches: what one proves, what many do, and what a good name or a new one is worth.
import { EProcess, Ledger, Protocol, type Round } from '@spotcheck/core'
import type { Model } from '@spotcheck/core/ports'
import { describe, expect, test } from 'vitest'
import { type Played, play } from '../support/play.js'
import {
  clientAddress,
  createWorld,
  eth,
  evidenceMode,
  type Hex,
  parameters,
  party,
  toyModel,
  type WorldOptions,
} from '../support/world.js'

const executor = party('e', 1)
/** One mismatch is noise, a few are not. */
const noisy = {
  alpha: eth / 1000n,
  power: (9n * eth) / 10n,
  falsePositive: eth / 100n,
  cheatRates: [eth / 5n, eth],
  restart: true,
}
const overrides = { ...evidenceMode, evidence: noisy }
const tests = EProcess.from(noisy)

/** Cheats on the tasks that `where` names, by a model whose logits differ. */
function cheatingOn(where: (nonce: number) => boolean): Model {
  const [honest, cheap] = [toyModel(), toyModel({ drift: 0.01 })]
  return { ...honest, execute: (task, input) => (where(Number(task.nonce)) ? cheap : honest).execute(task, input) }
}

type Epoch = Readonly<{ played: Played; evidence: ReadonlyMap<Hex, EProcess.State> }>

/** One epoch of one executor, opened with what the last one showed. */
async function epoch(
  number: number,
  where: (nonce: number) => boolean,
  evidence: ReadonlyMap<Hex, EProcess.State> = new Map(),
  options: WorldOptions = {},
): Promise<Epoch> {
  const world = await createWorld({ epoch: number, overrides, executors: [cheatingOn(where)], evidence, ...options })
  const played = await play(world)
  const settled = played.effects.find(
    (effect): effect is Extract<Round.Effect, { type: 'settled' }> => effect.type === 'settled',
  )!
  expect(played.state.evidence).toEqual(settled.evidence)
  return { played, evidence: settled.evidence }
}

const nothing = () => false
const all = () => true
const first = (nonce: number) => nonce === 0

/** The state of an executor that was seen `matches` times, always honest. */
function reputation(matches: number, test = tests): ReadonlyMap<Hex, EProcess.State> {
  const seen = Array.from({ length: matches }, () => 'match' as const)
  return new Map([[executor, seen.reduce((state, one) => EProcess.update(test, state, one), EProcess.start(test))]])
}

/** How many mismatches in a row convict. */
function neededFrom(state: EProcess.State, test = tests): number {
  let [next, count] = [state, 0]
  for (; !EProcess.isCrossed(test, next); count++) next = EProcess.update(test, next, 'mismatch')
  return count
}

const start = EProcess.start(tests)

describe('noisy mismatches', () => {
  test('one of them convicts nobody: it costs the reward, is remembered, and dissenters are paid without a bounty', async () => {
    const { played, evidence } = await epoch(0, first)
    expect(played.outcomes(executor)).toEqual({ 0: 'mismatch', 1: 'valid', 2: 'valid', 3: 'valid' })
    expect([played.slashes, played.gain(executor), played.gain(clientAddress)]).toEqual([[], 300n, -308n])
    expect(played.gain(Ledger.treasury)).toBe(8n - 4n * 120n - 3n * 120n)
    expect(evidence.get(executor)).toMatchObject({ samples: 4, mismatches: 1 })
  })

  test('many of them do, at the leaf with which they cross 1/alpha and under its slashId, once; then afresh', async () => {
    const needed = neededFrom(start)
    expect(needed).toBeGreaterThan(1)
    const { played, evidence } = await epoch(0, all, new Map(), { tasks: needed + 1 })
    expect(played.slashes.map(({ slashId, reason, amount }) => [slashId, reason, amount])).toEqual([
      [`${executor}:0:${needed - 1}`, 'mismatch', 3_000n],
    ])
    expect(played.gain(executor)).toBe(-3_000n)
    expect(evidence.get(executor)).toMatchObject({ samples: 1, mismatches: 1 })
  })

  test('are carried from epoch to epoch: a little in each is no way round; forgotten, it would be', async () => {
    const needed = neededFrom(start)
    let known: ReadonlyMap<Hex, EProcess.State> = new Map()
    const slashed: number[] = []
    for (let number = 0; slashed.length === 0 && number < 2 * needed; number++) {
      const { played, evidence } = await epoch(number, all, known, { tasks: 1 })
      if (played.slashes.length > 0) slashed.push(number)
      known = evidence
    }
    expect(slashed).toEqual([needed - 1])
    const forgotten = await epoch(needed - 1, all, new Map(), { tasks: 1 })
    expect(forgotten.played.slashes).toEqual([])
  })

  test('count as they were arbitrated: a false accuser adds nothing to an executor’s evidence', async () => {
    const accusers = Array.from({ length: 6 }, () => toyModel())
    const seat = (await epoch(0, nothing, new Map(), { tasks: 1 })).played.state.batches.get(executor)!.leaves.get(0)!
    const accuser = seat.seats[0]!.verifier
    const verifiers = accusers.map((model, i) => (party('a', i + 1) === accuser ? toyModel({ drift: 0.01 }) : model))
    const { played, evidence } = await epoch(0, nothing, new Map(), { tasks: 1, verifiers })
    expect(evidence.get(executor)).toMatchObject({ samples: 1, mismatches: 0 })
    expect([played.gain(executor), played.gain(accuser)]).toEqual([100n, -360n])
  })

  test('of a canary are none: what a dealer asked for is no evidence against whoever did it', async () => {
    const { played, evidence } = await epoch(0, nothing, new Map(), {
      overrides: { ...overrides, canaryRate: eth / 4n },
      canaries: { tasks: [0], decoy: toyModel({ drift: 0.01 }) },
    })
    expect([played.slashes, played.gain(executor)]).toEqual([[], 400n])
    expect(evidence.get(executor)).toMatchObject({ samples: 3, mismatches: 0 })
  })

  test('in a void epoch are none, and what was known before is known after', async () => {
    const before = reputation(5)
    const world = await createWorld({ overrides, executors: [cheatingOn(all)], evidence: before })
    const mute = world.participants.map((one) => ({ ...one, handle: async () => [] }))
    const { state } = await play(world, { participants: mute })
    expect(state.isVoid).toBe(true)
    expect(state.evidence).toEqual(before)
  })
})

describe('build reputation, then cheat', () => {
  const honest = 10_000

  test('a long honest history does not shield: the wager begins anew with every task', async () => {
    const known = reputation(honest)
    const needed = neededFrom(known.get(executor)!)
    // Later starts split a smaller wager: four mismatches more, after ten thousand honest tasks.
    expect([neededFrom(start), needed]).toEqual([2, 6])
    const { played } = await epoch(7, all, known, { tasks: needed })
    expect(played.slashes.map(({ slashId, amount }) => [slashId, amount])).toEqual([
      [`${executor}:7:${needed - 1}`, 3_000n],
    ])
    expect(played.gain(executor)).toBe(-3_000n)
  })

  test('without new starts it would: that is what restart is for', async () => {
    const parametersWithout = { ...noisy, restart: false }
    const without = EProcess.from(parametersWithout)
    const known = reputation(honest, without)
    const needed = neededFrom(known.get(executor)!, without)
    expect(needed).toBeGreaterThan(300)
    const options = { overrides: { ...evidenceMode, evidence: parametersWithout }, tasks: 6 }
    const { played } = await epoch(7, all, known, options)
    expect(played.slashes).toEqual([])
  })
})

describe('discard the identity', () => {
  /** Two epochs of cheating on everything: under one name, or under a new one in the second. */
  async function twice(isNew: boolean, where: (nonce: number) => boolean) {
    const once = await epoch(0, where, new Map(), { tasks: 1 })
    const again = await epoch(1, where, isNew ? new Map() : once.evidence, { tasks: 1 })
    return [once.played.gain(executor) + again.played.gain(executor), again.played.slashes.length] as const
  }

  test('a new name forgets the evidence, but every mismatch still costs its reward: honest play earns more', async () => {
    expect(await twice(false, all)).toEqual([-3_000n, 1])
    expect(await twice(true, all)).toEqual([0n, 0])
    expect(await twice(true, nothing)).toEqual([200n, 0])
  })

  test('a name is not free: the lock of a new one is asked for before its first task', async () => {
    const lock = 3_000n
    await expect(createWorld({ overrides, lock: lock - 1n })).rejects.toThrow('at least one penalty')
    const { ledger } = (await createWorld({ overrides, lock })).opened.state
    expect(Ledger.balance(ledger, Ledger.lock(executor, 0))).toBe(lock)
  })
})

test('evidence that is no proof can’t be chosen: noise without a test, or a test that never fires, is refused', () => {
  expect(() => Protocol.from({ ...parameters, ...overrides, evidence: null })).toThrow(Protocol.InvalidProtocolError)
  expect(() => Protocol.from({ ...parameters, evidence: noisy })).toThrow(Protocol.InvalidProtocolError)
})
