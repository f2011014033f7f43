// An attack against honest play on the same seeds: what the attackers have in the end, less what their work cost them.
import { Encoding, Hash, type Message, type Round } from '@spotcheck/core'
import { cheapAuthenticator, cheapSigner } from '@spotcheck/core/memory'
import { secp256k1 } from '@spotcheck/core/viem'
import { expect } from 'vitest'
import { env } from './env.js'
import { realSigner } from './keys.js'
import { type Played, play, type Script } from './play.js'
import { createWorld, type Hex, parameters, type World, type WorldOptions } from './world.js'

/** Seeds of each attack: ATTACK_SEEDS, or 100. */
const seeds = Math.max(2, Number(env.ATTACK_SEEDS ?? 100))
/** So many of them are played with real secp256k1 signatures too. */
const real = 3
/** The 99 % quantile of the normal distribution. */
const quantile = 2.3263478740408408

type SignerOf = (party: Hex) => Message.Signer
type ScriptOf = (world: World, signer: SignerOf, seed: number) => Script | Promise<Script>

/** How one attack is played and counted. */
export type Plan = Readonly<{
  /** Whose money counts, together: the coalition. */
  attackers: readonly Hex[]
  /** The network of a seed, as honest parties set it up. Plans that share the function share its honest plays. */
  world: (seed: number) => WorldOptions
  /** What the attackers set up differently. */
  attack?: (seed: number) => WorldOptions
  /** What they do. */
  script?: ScriptOf
  /** Wei that their work cost them in a play; by default nothing. */
  cost?: (isAttack: boolean, played: Played) => bigint
  /** Wei that it must lose more than; by default 0. Say more where other defences take a part and one is to be seen. */
  loss?: number
}>

/** Fields of a protocol whose beacon is that of the seed, so that samples and quorums differ from seed to seed. */
export function seeded(seed: number, overrides: object = {}): object {
  const { gap, genesis, period } = parameters.beacon
  const secret = Encoding.toHex(Hash.keccak256(Encoding.uint(seed, 8)))
  return { beacon: { source: 'test', gap, genesis, period, secret }, ...overrides }
}

async function playOnce(options: WorldOptions, script: ScriptOf, seed: number, isReal: boolean): Promise<Played> {
  const signer = isReal ? realSigner : cheapSigner
  const authenticator = isReal ? secp256k1 : cheapAuthenticator
  const world = await createWorld({ ...options, signer })
  return play(world, { ...(await script(world, signer, seed)), signer, authenticator })
}

const honest = new WeakMap<Plan['world'], Map<string, Promise<Played>>>()

/** Honest play on a seed, remembered. */
function baseline({ world }: Plan, seed: number, isReal: boolean): Promise<Played> {
  const known = honest.get(world) ?? new Map<string, Promise<Played>>()
  honest.set(world, known)
  const key = `${seed} ${isReal}`
  const played = known.get(key) ?? playOnce(world(seed), () => ({}), seed, isReal)
  known.set(key, played)
  return played
}

/** What the attack gained over honest play on one seed, wei. */
async function difference(plan: Plan, seed: number, isReal: boolean): Promise<number> {
  const { attackers, world, attack = () => ({}), script = () => ({}), cost = () => 0n } = plan
  const attacked = await playOnce({ ...world(seed), ...attack(seed) }, script, seed, isReal)
  const fair = await baseline(plan, seed, isReal)
  const profit = (played: Played, isAttack: boolean) =>
    attackers.reduce((sum, party) => sum + played.gain(party), 0n) - cost(isAttack, played)
  return Number(profit(attacked, true) - profit(fair, false))
}

/**
 * Asserts that an attack loses money: the upper 99 % bound (one-sided, normal) of the mean paired difference to honest play
 * on the same seeds is below 0. With real signatures the same seeds give the same differences.
 */
export async function expectLoss(plan: Plan): Promise<void> {
  const differences: number[] = []
  for (let seed = 0; seed < seeds; seed++) differences.push(await difference(plan, seed, false))
  const { mean, bound } = upperBound(differences)
  expect(bound, `mean ${mean}, upper 99 % bound ${bound}, over seeds 0 to ${seeds - 1}`).toBeLessThan(-(plan.loss ?? 0))
  for (let seed = 0; seed < Math.min(real, seeds); seed++)
    expect(await difference(plan, seed, true), `seed ${seed} with real signatures`).toBe(differences[seed])
}

function upperBound(values: readonly number[]): { mean: number; bound: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, bound: mean + quantile * Math.sqrt(squares / (values.length - 1) / values.length) }
}

/** Asserts that an attack is refused, message by message for these reasons, and that in the end nobody’s money differs. */
export async function expectRefused(
  options: WorldOptions,
  script: ScriptOf,
  ...reasons: readonly Round.Rejection[]
): Promise<void> {
  for (const isReal of [false, true]) {
    const attacked = await playOnce(options, script, 0, isReal)
    const fair = await playOnce(options, () => ({}), 0, isReal)
    expect(attacked.refusals).toEqual(reasons)
    expect(attacked.state.ledger).toEqual(fair.state.ledger)
  }
}
