import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../../../../test/support/thrown.js'
import { party } from '../../../../test/support/world.js'
import * as Errors from '../Errors.js'
import * as Sample from '../Sample.js'
import * as Vrf from '../Vrf.js'
import * as Wad from '../Wad.js'

fc.configureGlobal({ seed: 20_261_123 })

const seedOf = (series: string, n: number) => keccak_256(utf8ToBytes(`${series}/${n}`))
const keyOf = (n: number) => seedOf('secret key', n)
const tag = (name: string, ...parts: Uint8Array[]) =>
  keccak_256(concatBytes(keccak_256(utf8ToBytes(`spotcheck/v1/${name}`)), ...parts))
const betaOf = (series: string, n: number) => concatBytes(seedOf(series, 2 * n), seedOf(series, 2 * n + 1))

const input = { seed: seedOf('batch', 0), verifier: party('a', 1) }
const publicKey = Vrf.publicKey(keyOf(0))
const proof = Sample.secret.prove(keyOf(0), input)
const good = { ...input, publicKey, proof }

describe('a proof', () => {
  it('is the VRF of the verifier’s key over address and seed, and nothing else', () => {
    const alpha = tag('vrf-alpha', hexToBytes(input.verifier.slice(2)), input.seed)
    expect(Sample.secret.alpha(input)).toEqual(alpha)
    expect(proof).toEqual(Vrf.prove(keyOf(0), alpha))
    expect(Sample.secret.verify(good)).toBe(true)
    expect(Sample.secret.beta(good)).toEqual(Vrf.proofToHash(proof))
    const text = (bytes: Uint8Array) => `0x${bytesToHex(bytes)}` as const
    const inHex = { ...input, seed: text(input.seed), publicKey: text(publicKey), proof: text(proof) }
    expect(Sample.secret.beta(inHex)).toEqual(Sample.secret.beta(good))
  })

  it('holds for one key, one verifier and one batch', () => {
    for (const other of [
      { seed: seedOf('batch', 1) },
      { verifier: party('a', 2) },
      { publicKey: Vrf.publicKey(keyOf(1)) },
      { proof: Sample.secret.prove(keyOf(0), { ...input, verifier: party('a', 2) }) },
      { proof: Sample.secret.prove(keyOf(0), { ...input, seed: seedOf('batch', 1) }) },
      { proof: Sample.secret.prove(keyOf(1), input) },
      { proof: proof.slice(1) },
      { publicKey: publicKey.slice(1) },
    ]) {
      expect(Sample.secret.verify({ ...good, ...other })).toBe(false)
      expect(Sample.secret.beta({ ...good, ...other })).toBeUndefined()
    }
    for (let bit = 0; bit < 640; bit += 11) {
      const changed = proof.slice()
      changed[bit >> 3]! ^= 1 << (bit % 8)
      expect(Sample.secret.verify({ ...good, proof: changed }), `bit ${bit}`).toBe(false)
    }
  })

  it('is none under a key of small order or one that is not canonical', () => {
    for (const small of ED25519_TORSION_SUBGROUP.map(hexToBytes))
      expect(Sample.secret.verify({ ...good, publicKey: small, proof: concatBytes(small, new Uint8Array(48)) })).toBe(
        false,
      )
    // y = p + 3 and y = p + 1: encodings that a lenient decoder reduces.
    for (const low of [0xf0, 0xee]) {
      const wide = new Uint8Array(32).fill(0xff)
      wide[0] = low
      wide[31] = 0x7f
      expect(Sample.secret.verify({ ...good, publicKey: wide })).toBe(false)
    }
  })
})

const rates = fc.oneof(fc.bigInt({ min: 1n, max: Wad.one }), fc.constantFrom(1n, Wad.one))
const draws = fc.record({
  beta: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  count: fc.integer({ min: 1, max: 60 }),
  rate: rates,
  stake: fc.bigInt({ min: 1n, max: 1_000n }),
  totalStake: fc.bigInt({ min: 1_000n, max: 2n ** 128n - 1n }),
})

describe('a draw', () => {
  it('is the verifier’s own bernoulli draw, at its share of the rate', () => {
    fc.assert(
      fc.property(draws, (draw) => {
        const share = draw.rate * draw.stake
        const rate = share / draw.totalStake + (share % draw.totalStake > 0n ? 1n : 0n)
        const drawn = Sample.secret.indices(draw)
        expect(drawn).toEqual(Sample.bernoulli.indices({ seed: tag('vrf-seed', draw.beta), count: draw.count, rate }))
        const all = Array.from({ length: draw.count + 2 }, (_, index) => index)
        expect(all.filter((index) => Sample.secret.includes(index, draw))).toEqual(drawn)
      }),
      { numRuns: 60 },
    )
  })

  it('takes everything where one verifier has all stake and the rate is certainty', () => {
    const whole = { beta: betaOf('all', 0), count: 50, rate: Wad.one, stake: 7n, totalStake: 7n }
    expect(Sample.secret.indices(whole)).toHaveLength(50)
  })

  it('is uniform over the indices, for every size', () => {
    for (const count of [1, 2, 3, 4, 5, 7, 100, 1_000]) {
      const runs = Math.ceil(24_000 / Math.max(count, 12))
      const hits = new Array<number>(count).fill(0)
      for (let n = 0; n < runs; n++) {
        const draw = { beta: betaOf(`uniform ${count}`, n), count, rate: Wad.one / 2n, stake: 1n, totalStake: 2n }
        for (const index of Sample.secret.indices(draw)) hits[index]!++
      }
      // Each index is Binomial(runs, 1/4): chi-square of all of them, as standard deviations (Wilson-Hilferty).
      const variance = runs * 0.25 * 0.75
      const chi = hits.reduce((sum, hit) => sum + (hit - runs / 4) ** 2 / variance, 0)
      const deviation = (Math.cbrt(chi / count) - (1 - 2 / (9 * count))) / Math.sqrt(2 / (9 * count))
      expect(Math.abs(deviation), `size ${count}`).toBeLessThan(4.75)
    }
  })

  it('of 65,537 leaves has the size that its rate says', () => {
    const draw = { beta: betaOf('large', 0), count: 65_537, rate: Wad.from(0.1), stake: 3n, totalStake: 10n }
    const mean = 65_537 * 0.03
    expect(Math.abs(Sample.secret.indices(draw).length - mean)).toBeLessThan(4.75 * Math.sqrt(mean * 0.97))
  })

  it('is independent between the verifiers of a batch and the batches of a verifier, by real proofs', () => {
    const [batches, verifiers, count] = [6, 6, 40]
    const drawn: boolean[][][] = []
    for (let batch = 0; batch < batches; batch++)
      drawn.push(
        Array.from({ length: verifiers }, (_, n) => {
          const input = { seed: seedOf('independent', batch), verifier: party('a', n) }
          const proof = Sample.secret.prove(keyOf(n), input)
          const beta = Sample.secret.beta({ ...input, publicKey: Vrf.publicKey(keyOf(n)), proof })!
          const draw = { beta, count, rate: Wad.one, stake: 1n, totalStake: 2n }
          return Array.from({ length: count }, (_, index) => Sample.secret.includes(index, draw))
        }),
      )
    const flat = drawn.flat(2)
    const share = flat.filter((hit) => hit).length
    expect(Math.abs(share - flat.length / 2)).toBeLessThan(4.75 * Math.sqrt(flat.length / 4))
    // Pairs of neighbours agree half of the time: same batch and index, same verifier and index, next index.
    const agreements = {
      verifiers: (b: number, v: number, i: number) => drawn[b]![(v + 1) % verifiers]![i],
      batches: (b: number, v: number, i: number) => drawn[(b + 1) % batches]![v]![i],
      indices: (b: number, v: number, i: number) => drawn[b]![v]![(i + 1) % count],
    }
    for (const [name, neighbour] of Object.entries(agreements)) {
      let agree = 0
      for (let b = 0; b < batches; b++)
        for (let v = 0; v < verifiers; v++)
          for (let i = 0; i < count; i++) if (drawn[b]![v]![i] === neighbour(b, v, i)) agree++
      expect(Math.abs(agree - flat.length / 2), name).toBeLessThan(4.75 * Math.sqrt(flat.length / 4))
    }
  })

  it('is linear in stake: of a whole set the mean is the rate, however the stake is split', () => {
    const count = 2_000
    for (const stakes of [[60n], [30n, 30n], [1n, 9n, 20n, 30n], Array<bigint>(60).fill(1n)]) {
      let [hits, runs] = [0, 0]
      for (; runs < 6; runs++)
        for (const [n, stake] of stakes.entries()) {
          const beta = betaOf(`split ${stakes.length} ${n}`, runs)
          hits += Sample.secret.indices({ beta, count, rate: Wad.from(0.3), stake, totalStake: 60n }).length
        }
      const mean = 0.3 * count * runs
      expect(Math.abs(hits - mean), `${stakes.length} verifiers`).toBeLessThan(4.75 * Math.sqrt(mean))
    }
  })
})

describe('doors', () => {
  const draw = { beta: betaOf('door', 0), count: 10, rate: Wad.one, stake: 3n, totalStake: 9n }

  it('name a stake that is no part of the whole', () => {
    const at = (change: object) =>
      errorOf(() => Sample.secret.indices({ ...draw, ...change }), Sample.InvalidStakeError)
    expect(at({ stake: 10n }).message).toMatchInlineSnapshot(`
      "stake is no part of the set’s total.
        stake  10n
        rule   a bigint, 0 < stake <= totalStake (9n) < 2^128, in wei
        fix    pass the stakes of the frozen set: the verifier’s, and the sum of all
        see    protocol.md, Sample"
    `)
    for (const change of [{ stake: 0n }, { stake: -1n }, { stake: 3 }, { totalStake: 0n }, { totalStake: 2n ** 128n }])
      expect(at(change)).toBeInstanceOf(Sample.InvalidStakeError)
    expect(Sample.secret.indices({ ...draw, stake: 9n })).toHaveLength(10)
  })

  it('refuse what was not proven, and rates and counts that are none', () => {
    for (const beta of [undefined, new Uint8Array(32), new Uint8Array(63), '0x00'])
      expect(() => Sample.secret.indices({ ...draw, beta: beta as never })).toThrow(Errors.InvalidInputError)
    for (const rate of [0n, Wad.one + 1n, 0.5])
      expect(() => Sample.secret.includes(0, { ...draw, rate: rate as bigint })).toThrow(Sample.InvalidRateError)
    for (const count of [0, 1.5, -1])
      expect(() => Sample.secret.indices({ ...draw, count })).toThrow(Errors.InvalidInputError)
    expect(() => Sample.secret.indices({ ...draw, count: 2 ** 24 + 1 })).toThrow(Errors.InvalidInputError)
    for (const index of [-1, 0.5, '0']) {
      expect(() => Sample.secret.includes(index as number, draw)).toThrow(Errors.InvalidInputError)
    }
    for (const wrong of [undefined, {}, { ...input, seed: '0x' }, { ...input, verifier: '0x12' }]) {
      expect(() => Sample.secret.alpha(wrong as never)).toThrow(Errors.InvalidInputError)
      expect(() => Sample.secret.prove(keyOf(0), wrong as never)).toThrow(Errors.InvalidInputError)
      expect(() => Sample.secret.verify({ ...wrong, publicKey, proof } as never)).toThrow(Errors.InvalidInputError)
    }
    expect(() => Sample.secret.prove(new Uint8Array(31), input)).toThrow(Errors.InvalidInputError)
    expect(() => Sample.secret.verify({ ...good, proof: 5 as never })).toThrow(Errors.InvalidInputError)
    expect(() => Sample.secret.verify(undefined as never)).toThrow(Errors.InvalidInputError)
  })
})
