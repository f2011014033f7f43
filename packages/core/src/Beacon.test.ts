import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Beacon from './Beacon.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'

fc.configureGlobal({ seed: 20_261_123 })

/** tagged(), with @noble/hashes alone. */
const tagged = (tag: string, ...parts: Uint8Array[]) =>
  keccak_256(concatBytes(keccak_256(utf8ToBytes(`spotcheck/v1/${tag}`)), ...parts))

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const addresses = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(Encoding.toHex)
const levels = fc.integer({ min: 0, max: 255 })
const u64 = (value: number) => {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

function thrown(run: () => unknown): Errors.BaseError {
  try {
    run()
  } catch (error) {
    if (error instanceof Errors.BaseError) return error
    throw error
  }
  throw new Error('expected an error')
}

describe('roundFor', () => {
  const seconds = fc.oneof(fc.nat({ max: 1_000 }), fc.integer({ min: 1_500_000_000, max: 4_000_000_000 }))
  const periods = fc.oneof(fc.constantFrom(1, 3, 30), fc.integer({ min: 1, max: 100_000 }))

  it('is the first round at or after deadline + gap', () => {
    fc.assert(
      fc.property(seconds, fc.nat({ max: 10_000 }), seconds, periods, (deadline, gap, genesis, period) => {
        const round = Beacon.roundFor({ deadline, gap, genesis, period })
        expect(Beacon.timeOf({ round, genesis, period })).toBeGreaterThanOrEqual(deadline + gap)
        if (round > 1) expect(Beacon.timeOf({ round: round - 1, genesis, period })).toBeLessThan(deadline + gap)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is the formula of the protocol, exactly, also where doubles would round', () => {
    const wide = fc.integer({ min: 0, max: 2 ** 52 })
    fc.assert(
      fc.property(wide, wide, wide, fc.integer({ min: 1, max: 2 ** 40 }), (deadline, gap, genesis, period) => {
        const wait = BigInt(deadline) + BigInt(gap) - BigInt(genesis)
        const formula = wait <= 0n ? 1n : 1n + (wait + BigInt(period) - 1n) / BigInt(period)
        expect(BigInt(Beacon.roundFor({ deadline, gap, genesis, period }))).toBe(formula)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    { deadline: 0, gap: 0, genesis: 0, period: 30, round: 1 },
    { deadline: 0, gap: 0, genesis: 1_000, period: 30, round: 1 },
    { deadline: 1_000, gap: 0, genesis: 1_000, period: 30, round: 1 },
    { deadline: 1_000, gap: 1, genesis: 1_000, period: 30, round: 2 },
    { deadline: 1_000, gap: 30, genesis: 1_000, period: 30, round: 2 },
    { deadline: 1_000, gap: 31, genesis: 1_000, period: 30, round: 3 },
    { deadline: 1_700_000_000, gap: 120, genesis: 1_692_803_367, period: 3, round: 2_398_919 },
  ])('$deadline + $gap after $genesis every $period s is round $round', ({ round, ...args }) => {
    expect(Beacon.roundFor(args)).toBe(round)
  })

  it('explains a period of 0', () => {
    const args = { deadline: 1, gap: 0, genesis: 0, period: 0 }
    expect(thrown(() => Beacon.roundFor(args)).message).toMatchInlineSnapshot(`
      "period must be a whole number in range.
        period  0
        rule    an integer from 1 to 9007199254740991
        fix     pass a number in that range"
    `)
    expect(() => Beacon.timeOf({ round: 0, genesis: 0, period: 1 })).toThrow(Errors.InvalidInputError)
  })
})

describe('seed', () => {
  it('is tagged("seed", randomness || batchDigest)', () => {
    fc.assert(
      fc.property(bytes32, bytes32, (randomness, digest) => {
        const seed = tagged('seed', randomness, digest)
        expect(Beacon.seed(randomness, digest)).toEqual(seed)
        expect(Beacon.seed(Encoding.toHex(randomness), Encoding.toHex(digest))).toEqual(seed)
      }),
    )
  })

  it('refuses parts of another length, which could shift into each other', () => {
    expect(() => Beacon.seed(new Uint8Array(31), new Uint8Array(33))).toThrow(Errors.InvalidInputError)
    expect(() => Beacon.seed(new Uint8Array(0), new Uint8Array(64))).toThrow(Errors.InvalidInputError)
  })

  it('takes the test source: tagged("beacon-test", u64 round || secret)', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), bytes32, (round, secret) => {
        expect(Beacon.testRandomness({ round, secret })).toEqual(tagged('beacon-test', u64(round), secret))
      }),
    )
  })
})

describe('a panel', () => {
  const anySecret = fc.record({ address: addresses, round: fc.maxSafeNat(), level: levels, secret: bytes32 })

  it('commits and combines by the layouts', () => {
    fc.assert(
      fc.property(anySecret, fc.array(bytes32, { minLength: 1, maxLength: 5 }), (mine, secrets) => {
        const { address, round, level, secret } = mine
        const place = [u64(round), Uint8Array.of(level)]
        const commitment = tagged('beacon-commit', Encoding.fromHex(address), ...place, secret)
        expect(Beacon.commitTo(mine)).toEqual(commitment)
        expect(Beacon.opens({ ...mine, commitment: Encoding.toHex(commitment) })).toBe(true)
        expect(Beacon.combine({ round, level, secrets })).toEqual(tagged('beacon-reveal', ...place, ...secrets))
      }),
    )
  })

  it('opens for nobody and nothing else: a copied commitment is useless', () => {
    fc.assert(
      fc.property(anySecret, anySecret, (mine, other) => {
        const commitment = Beacon.commitTo(mine)
        expect(Beacon.opens({ ...mine, commitment })).toBe(true)
        for (const field of ['address', 'round', 'level', 'secret'] as const) {
          const same = String(mine[field]) === String(other[field])
          expect(Beacon.opens({ ...mine, [field]: other[field], commitment })).toBe(same)
        }
        expect(Beacon.opens({ ...mine, commitment: commitment.subarray(1) })).toBe(false)
      }),
    )
  })

  it('depends on every secret and their order', () => {
    const [a, b, c] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array, Uint8Array]
    const panel = { round: 7, level: 0 }
    const lists = [[a, b], [b, a], [a], [a, b, c], [a, c], [a, b, b]]
    const values = lists.map((secrets) => Encoding.toHex(Beacon.combine({ ...panel, secrets })))
    expect(new Set(values).size).toBe(lists.length)
    expect(Beacon.combine({ ...panel, level: 1, secrets: [a, b] })).not.toEqual(
      Beacon.combine({ ...panel, secrets: [a, b] }),
    )
  })

  it('needs a secret', () => {
    const error = thrown(() => Beacon.combine({ round: 1, level: 0, secrets: [] }))
    expect(error).toBeInstanceOf(Beacon.EmptyPanelError)
    expect(error.message).toMatchInlineSnapshot(`
      "a panel needs at least one secret.
        secrets  Array(0)
        rule     one secret per commitment, at least one
        fix      void the round: nobody revealed
        see      protocol.md, Beacon"
    `)
  })
})

describe('the account of a panel', () => {
  const place = { round: 7, level: 1 }
  const members = fc.uniqueArray(addresses, { minLength: 1, maxLength: 6 })
  const conduct = fc.constantFrom('absent', 'silent', 'wrong', 'honest')
  const panels = members.chain((list) =>
    fc.record({
      panel: fc.constant(list),
      order: fc.shuffledSubarray(list, { minLength: list.length }),
      conducts: fc.array(conduct, { minLength: list.length, maxLength: list.length }),
      secrets: fc.array(bytes32, { minLength: list.length, maxLength: list.length }),
      minimum: fc.integer({ min: 1, max: 7 }),
    }),
  )

  it('is what everybody did', () => {
    fc.assert(
      fc.property(panels, ({ panel, order, conducts, secrets, minimum }) => {
        const commits = new Map<Encoding.Address, Uint8Array>()
        const reveals = new Map<Encoding.Address, Uint8Array>()
        for (const address of order) {
          const i = panel.indexOf(address)
          const secret = secrets[i]!
          if (conducts[i] !== 'absent') commits.set(address, Beacon.commitTo({ ...place, address, secret }))
          if (conducts[i] === 'honest') reveals.set(address, secret)
          if (conducts[i] === 'wrong') reveals.set(address, secret.with(0, secret[0]! ^ 1))
        }
        const made = Beacon.tally({ ...place, commits, reveals, panel, minimum })
        const isShort = commits.size < minimum
        const owing = isShort ? panel : order.filter((address) => commits.has(address))
        expect(made.withheld).toEqual(owing.filter((address) => conducts[panel.indexOf(address)] !== 'honest'))
        const isVoid = isShort || made.withheld.length > 0
        const ordered = owing.map((address) => secrets[panel.indexOf(address)]!)
        expect(made.value).toEqual(isVoid ? undefined : Beacon.combine({ ...place, secrets: ordered }))
        // Who is no member has no part in it.
        const stranger = new Map(reveals).set(Encoding.zeroAddress, new Uint8Array(32))
        if (!panel.includes(Encoding.zeroAddress))
          expect(Beacon.tally({ ...place, commits, reveals: stranger, panel, minimum })).toEqual(made)
        expect(Beacon.tally({ ...place, commits, reveals, minimum }).value).toEqual(made.value)
      }),
    )
  })

  it('of nobody is void', () => {
    expect(Beacon.tally({ ...place, commits: new Map(), reveals: new Map() })).toEqual({
      withheld: [],
      value: undefined,
    })
    const error = thrown(() => Beacon.tally({ ...place, commits: {} as never, reveals: new Map() }))
    expect(error.message).toMatchInlineSnapshot(`
      "commits must be a Map.
        commits  object {  }
        rule     a Map from member to value, in the order of acceptance
        fix      pass new Map(entries)
        see      protocol.md, Beacon"
    `)
    const maps = { commits: new Map(), reveals: new Map() }
    for (const wrong of [{ minimum: 0 }, { panel: 1 }, { reveals: [] }])
      expect(() => Beacon.tally({ ...place, ...maps, minimum: 1, ...wrong } as never)).toThrow(Errors.InvalidInputError)
  })
})

describe('a block', () => {
  it('is tagged("beacon-block", u64 number || hash)', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), bytes32, (number, hash) => {
        const expected = tagged('beacon-block', u64(number), hash)
        expect(Beacon.blockRandomness({ number, hash })).toEqual(expected)
        expect(Beacon.blockRandomness({ number, hash: Encoding.toHex(hash) })).toEqual(expected)
      }),
    )
  })

  it('has a number and a whole hash: there is no latest', () => {
    for (const wrong of [{ number: 'latest' }, { number: -1 }, { hash: '0x01' }, { hash: undefined }])
      expect(() => Beacon.blockRandomness({ number: 1, hash: new Uint8Array(32), ...wrong } as never)).toThrow(
        Errors.InvalidInputError,
      )
  })
})

describe('drand, at the door', () => {
  const signature = new Uint8Array(48)

  it('names a chain, a scheme or a key that is none', () => {
    const quicknet = Beacon.chains.quicknet
    const at = (chain: unknown) => thrown(() => Beacon.verifyDrand(chain as 'quicknet', { round: 1, signature }))
    expect(at('mainnet').message).toMatchInlineSnapshot(`
      "no such chain is built in.
        chain  "mainnet"
        rule   one of quicknet, default, or a ChainInfo
        fix    pass one of these names, or what /info of your chain says
        see    protocol.md, Beacon"
    `)
    expect(at({ ...quicknet, scheme: 'bls-bn254-unchained-on-g1' }).message).toMatchInlineSnapshot(`
      "the scheme of the chain is not supported.
        scheme  "bls-bn254-unchained-on-g1"
        rule    one of bls-unchained-g1-rfc9380, pedersen-bls-chained
        fix     use a chain with one of these schemes
        see     protocol.md, Beacon"
    `)
    const infinity = `c0${'00'.repeat(95)}`
    for (const publicKey of [infinity, '00'.repeat(96), '00', Beacon.chains.default.publicKey])
      expect(at({ ...quicknet, publicKey })).toBeInstanceOf(Beacon.InvalidChainError)
    expect(at({ ...quicknet, publicKey: infinity }).message.split('\n')[0]).toMatchInlineSnapshot(
      `"the public key is not a key of its scheme."`,
    )
    for (const name of ['toString', '__proto__', '', 'latest'])
      expect(at(name)).toBeInstanceOf(Beacon.InvalidChainError)
  })

  it('has no round 0 and no latest', () => {
    for (const round of [0, -1, 0.5, 'latest', undefined, 1n])
      expect(() => Beacon.verifyDrand('quicknet', { round: round as number, signature })).toThrow(
        Errors.InvalidInputError,
      )
  })

  it('refuses what is no hex', () => {
    for (const bad of ['zz', '0x0', 'ABCD', '0x0x00', 5, null])
      expect(() => Beacon.verifyDrand('quicknet', { round: 1, signature: bad as string })).toThrow(
        Errors.InvalidInputError,
      )
  })
})

it('throws nothing but typed errors, whatever it is given', () => {
  const anything = fc.anything({
    withBigInt: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
  })
  const args = {
    ...{ deadline: 1, gap: 2, genesis: 3, period: 4, round: 5, level: 6, secret: new Uint8Array(32) },
    ...{ address: Encoding.zeroAddress, commitment: new Uint8Array(32), secrets: [new Uint8Array(32)] },
    ...{ signature: new Uint8Array(48), scheme: 'pedersen-bls-chained' as const, genesisTime: 0, publicKey: 'aa' },
    ...{ previousSignature: new Uint8Array(96), minimum: 1, panel: [] },
    ...{ commits: new Map(), reveals: new Map() },
  }
  const run = (call: () => unknown) => {
    try {
      call()
    } catch (error) {
      expect(error).toBeInstanceOf(Errors.BaseError)
    }
  }
  const calls = [
    Beacon.roundFor,
    Beacon.timeOf,
    Beacon.commitTo,
    Beacon.opens,
    Beacon.combine,
    Beacon.testRandomness,
    Beacon.tally,
  ]
  fc.assert(
    fc.property(anything as fc.Arbitrary<never>, fc.constantFrom(...Object.keys(args)), (value, field) => {
      const bad = { ...args, [field]: value }
      for (const call of calls) {
        run(() => call(value))
        run(() => call(bad))
      }
      run(() => Beacon.combine({ ...args, secrets: [value] }))
      run(() => Beacon.blockRandomness(value))
      run(() => Beacon.blockRandomness({ number: 8, hash: value }))
      run(() => Beacon.blockRandomness({ number: value, hash: args.secret }))
      run(() => Beacon.seed(value, args.secret))
      run(() => Beacon.seed(args.secret, value))
      run(() => Beacon.randomness(value))
      run(() => Beacon.verifyDrand(value, args))
      run(() => Beacon.verifyDrand(bad, args))
      run(() => Beacon.verifyDrand('quicknet', bad))
      run(() => Beacon.verifyDrand('default', value))
    }),
    { numRuns: 3_000 },
  )
})
