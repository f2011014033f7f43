import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import * as reference from '../../../test/support/eip712.js'
import { errorOf } from '../../../test/support/thrown.js'
import { eth, evidenceMode, parameters, party } from '../../../test/support/world.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Protocol from './Protocol.js'

fc.configureGlobal({ seed: 20_261_123 })

const { windows, slash, verification, arbitration, beacon } = parameters
const testBeacon = { source: 'test', gap: 5, genesis: 0, period: 30, secret: `0x${'5e'.repeat(32)}` }

const blockBeacon = { source: 'block', gap: 5, genesis: 0, period: 12, draws: 2 }
const numeric = [
  { kind: 'logprobs', tolerance: 1n, slack: 2n, peak: 3n, topk: 4, greedy: true },
  { kind: 'toploc', topk: 128, minExponentMatches: 90, maxMeanMantissaError: 10, maxMedianMantissaError: 8 },
  { kind: 'tensor', absolute: 1n, relative: 2n, ulps: 3 },
  { kind: 'custom', id: `0x${'c0'.repeat(32)}` },
]

function refusal(overrides: object): Protocol.InvalidProtocolError {
  return errorOf(() => Protocol.from({ ...parameters, ...overrides }), Protocol.InvalidProtocolError)
}

const accepted = (overrides: object) => Protocol.from({ ...parameters, ...overrides })

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof Protocol.schema>>().toEqualTypeOf<Protocol.Protocol>()
  expectTypeOf<typeof parameters>().toExtend<Protocol.Protocol>()
})

describe('leastFee', () => {
  const checks: Protocol.Checks = {
    sampling: { mode: 'bernoulli', rate: eth / 50n },
    verification: { verifiers: 2, reward: 301n },
    arbitration: { quorums: [3, 9], reward: 400n },
  }

  it('is the pay of a check at its chance, rounded up, and all of it by value', () => {
    expect(Protocol.leastFee(checks)).toBe(37n) // 1802 / 50 = 36.04
    expect(Protocol.leastFee({ ...checks, sampling: { mode: 'byValue', interval: 10n } })).toBe(1802n)
    expect(Protocol.leastFee({ ...checks, arbitration: { quorums: [], reward: 400n } })).toBe(13n) // 602 / 50 = 12.04
  })

  it('refuses what is none of its parts', () => {
    for (const wrong of [
      undefined,
      {},
      { ...checks, sampling: undefined },
      { ...checks, verification: { verifiers: -1 } },
    ])
      expect(() => Protocol.leastFee(wrong as never)).toThrow(Errors.BaseError)
  })
})

describe('rules', () => {
  it.each(Object.keys(windows))('the %s window covers censorship and finality', (name) => {
    const bound = parameters.censorship + parameters.finality
    const least = { verifierCommit: 2 * bound + 1, beacon: 35, arbitrationBeacon: 35 }[name] ?? bound
    expect(accepted({ windows: { ...windows, [name]: least } }).windows).toHaveProperty(name, least)
    expect(refusal({ windows: { ...windows, [name]: least - 1 } }).subject).toBe(`windows.${name}`)
  })

  it('no window is empty, even where nothing is censored and all is final', () => {
    expect(refusal({ censorship: 0, finality: 0, windows: { ...windows, reveal: 0 } }).subject).toBe('windows.reveal')
  })

  it('silence is never the cheaper exit', () => {
    expect(refusal({ slash: { ...slash, opening: slash.mismatch - 1n } }).message).toMatchInlineSnapshot(`
      "slash.opening breaks a rule of the protocol.
        slash.opening  2999n
        rule           at least slash.mismatch (3000): silence must not be cheaper than the fault it hides
        fix            raise slash.opening"
    `)
    expect(refusal({ slash: { ...slash, missingReveal: slash.wrongVerdict - 1n } }).subject).toBe('slash.missingReveal')
    accepted({ slash: { ...slash, opening: slash.mismatch, missingReveal: slash.wrongVerdict } })
  })

  it('equivocation costs at least a bad leaf', () => {
    expect(refusal({ slash: { ...slash, equivocation: slash.opening - 1n } }).subject).toBe('slash.equivocation')
    accepted({ slash: { ...slash, equivocation: slash.opening } })
  })

  it('randomness is not public before the batches are final', () => {
    const { beacon, finality } = parameters
    expect(refusal({ beacon: { ...beacon, gap: finality - 1 } }).subject).toBe('beacon.gap')
    accepted({ beacon: { ...beacon, gap: finality } })
  })

  it('part of a slash is burnt', () => {
    for (const burnShare of [0n, eth + 1n])
      expect(refusal({ slash: { ...slash, burnShare } }).subject).toBe('slash.burnShare')
    for (const burnShare of [eth / 2n, eth]) accepted({ slash: { ...slash, burnShare } })
  })

  it('slashing oneself costs something', () => {
    // Unburnt 1,500, of which a bounty of 200 comes back; with one verifier's reward of 120 the net is 3,000 - 320.
    expect(Protocol.netSlash(slash, verification)).toBe(2_680n)
    expect(Protocol.netSlash({ ...slash, bounty: 10_000n }, verification)).toBe(1_380n)
    const even = { ...verification, verifiers: 10, reward: 280n }
    expect(Protocol.netSlash(slash, even)).toBe(0n)
    expect(refusal({ verification: even }).subject).toBe('slash.mismatch')
    accepted({ verification: { ...even, reward: 279n } })
    expect(() => Protocol.netSlash({} as never, verification)).toThrow(Protocol.InvalidProtocolError)
  })

  it('rounds the burnt part up: what does not divide is not given back', () => {
    // Half of 3,001 is burnt as 1,501; a third of 3,001, 1000.33, as 1,001. The bounty takes all the rest.
    const greedy = { ...slash, mismatch: 3_001n, bounty: 10_000n }
    expect(Protocol.netSlash({ ...greedy, burnShare: eth / 2n }, verification)).toBe(1_501n - 120n)
    expect(Protocol.netSlash({ ...greedy, burnShare: eth / 3n }, verification)).toBe(1_001n - 120n)
    expect(Protocol.netSlash({ ...greedy, burnShare: 1n }, verification)).toBe(1n - 120n)
  })

  it('the bond pays for the arbitration', () => {
    expect(refusal({ verification: { ...verification, bond: 359n } }).subject).toBe('verification.bond')
    accepted({ verification: { ...verification, bond: 360n } })
  })

  it('quorums are odd and rising', () => {
    for (const quorums of [[1], [3, 7], [1, 3, 5]])
      accepted({ arbitration: { ...arbitration, quorums }, verification: { ...verification, bond: 360n } })
    for (const quorums of [
      [1, 1],
      [3, 1],
      [1, 2],
    ])
      expect(refusal({ arbitration: { ...arbitration, quorums } }).subject).toBe('arbitration.quorums')
    expect(refusal({ arbitration: { ...arbitration, quorums: [2] } }).message).toMatchInlineSnapshot(`
      "arbitration.quorums breaks a rule of the protocol.
        arbitration.quorums  "2"
        rule                 odd, so that a full quorum always has a strict majority, and rising from level to level
        fix                  use 3, 7, 15 or the like; Sample.captureProbability says how much a quorum is worth"
    `)
  })

  it('shares of arbitration and canaries are shares', () => {
    for (const name of ['colluding', 'capture'])
      expect(refusal({ arbitration: { ...arbitration, [name]: eth + 1n } }).subject).toBe(`arbitration.${name}`)
    accepted({ arbitration: { ...arbitration, colluding: eth, capture: eth } })
    accepted({ canaryRate: eth - 1n })
    expect(refusal({ canaryRate: eth }).subject).toBe('canaryRate')
  })

  it('evidence goes with a comparator that can err, and convicts neither always nor never', () => {
    expect(refusal({ evidence: evidenceMode.evidence }).subject).toBe('evidence')
    expect(refusal({ ...evidenceMode, evidence: null }).subject).toBe('evidence')
    const { evidence } = evidenceMode
    for (const [name, value] of [
      ['alpha', 0n],
      ['alpha', eth],
      ['falsePositive', 0n],
      ['power', eth],
      ['power', evidence.falsePositive],
    ] as const)
      expect(refusal({ ...evidenceMode, evidence: { ...evidence, [name]: value } }).subject).toBe(`evidence.${name}`)
    expect(refusal({ ...evidenceMode, evidence: { ...evidence, alpha: 0n } }).message).toMatchInlineSnapshot(`
      "evidence.alpha breaks a rule of the protocol.
        evidence.alpha  0n
        rule            a WAD above 0, which never fires, and below 1e18, which always does
        fix             pass for example Wad.from(1e-6)
        see             economics.md, section 7"
    `)
  })

  it('mode and comparator go together', () => {
    expect(refusal({ mode: 'evidence' }).subject).toBe('mode')
    expect(refusal({ comparator: evidenceMode.comparator }).subject).toBe('mode')
    accepted(evidenceMode)
    for (const comparator of numeric) {
      accepted({ ...evidenceMode, comparator })
      expect(refusal({ comparator }).subject).toBe('mode')
    }
  })

  it('a comparator can be passed, and not by everybody', () => {
    const toploc = { ...numeric[1], topk: 90 }
    accepted({ ...evidenceMode, comparator: toploc })
    expect(refusal({ ...evidenceMode, comparator: { ...toploc, topk: 89 } }).message).toMatchInlineSnapshot(`
      "comparator.minExponentMatches breaks a rule of the protocol.
        value  90
        rule   at most topk (89): nothing could match
        fix    lower it; the paper takes 90 of 128"
    `)
    const tensor = (relative: bigint) => ({ ...evidenceMode, comparator: { ...numeric[2], relative } })
    accepted(tensor(eth - 1n))
    expect(refusal(tensor(eth)).subject).toBe('comparator.relative')
  })

  it('a block’s proposer has at least one hash to choose', () => {
    accepted({ beacon: blockBeacon })
    expect(refusal({ beacon: { ...blockBeacon, draws: 0 } }).subject).toBe('protocol.beacon.draws')
    expect(refusal({ beacon: { ...blockBeacon, draws: undefined } }).subject).toBe('protocol.beacon.draws')
    expect(refusal({ beacon: { ...blockBeacon, gap: 49 } }).subject).toBe('windows.beacon')
  })

  it('the rate is above 0 and at most certainty', () => {
    for (const rate of [0n, eth + 1n])
      expect(refusal({ sampling: { mode: 'fixed', rate } }).subject).toBe('sampling.rate')
    for (const rate of [1n, eth]) accepted({ sampling: { mode: 'fixed', rate } })
  })

  it('the interval is at least 1 wei, and each mode has its own field', () => {
    expect(refusal({ sampling: { mode: 'byValue', interval: 0n } })).toMatchObject({
      subject: 'sampling.interval',
      value: 0n,
      fix: 'pass the value of which one unit is to be checked, e.g. a fiftieth of a batch’s',
    })
    for (const interval of [1n, 2n ** 128n - 1n]) accepted({ sampling: { mode: 'byValue', interval } })
    for (const sampling of [
      { mode: 'byValue', interval: 2n ** 128n },
      { mode: 'byValue', rate: eth },
      { mode: 'fixed', interval: eth },
      { mode: 'fixed', rate: eth, interval: eth },
      { mode: 'secret', rate: eth },
    ])
      expect(refusal({ sampling }).subject).toMatch(/^protocol\.sampling/)
  })

  it('the tree is hashed by keccak256, or by SHA-256 where that is said', () => {
    const { treeHash: _, ...silent } = parameters
    expect(Protocol.from(silent).treeHash).toBe('keccak256')
    expect(Protocol.hash(Protocol.from(silent))).toBe(Protocol.hash(accepted({})))
    expect(refusal({ treeHash: 'md5' }).subject).toBe('protocol.treeHash')
    expect(Protocol.tree(accepted({ treeHash: 'sha256' }))).toEqual({ layout: 'plain', hash: 'sha256' })
    const byValue = accepted({ sampling: { mode: 'byValue', interval: 5n } })
    expect(Protocol.tree(byValue)).toEqual({ layout: 'sum', hash: 'keccak256' })
    expect(() => Protocol.tree({} as never)).toThrow(Protocol.InvalidProtocolError)
  })

  it('production has no beacon that somebody knows in advance', () => {
    accepted({ beacon: testBeacon })
    expect(refusal({ beacon: testBeacon, environment: 'production' }).message).toMatchInlineSnapshot(`
      "beacon.source breaks a rule of the protocol.
        beacon.source  "test"
        rule           no test beacon in production: whoever knows its secret knows the sample
        fix            use "drand", "commit-reveal" or "block""
    `)
    const production = { environment: 'production', verification: { ...verification, fee: 480n } }
    accepted(production)
    accepted({ ...production, beacon: { source: 'drand', chain: 'quicknet', gap: 5 } })
    accepted({ ...production, beacon: blockBeacon })
  })

  it('in production the fee covers what a check may pay, at its chance', () => {
    const least = (fee: bigint, others: object = {}) => {
      const fields = { environment: 'production', ...others }
      const own = (others as { verification?: object }).verification
      const paying = (amount: bigint) => ({ ...fields, verification: { ...verification, ...own, fee: amount } })
      expect(accepted(paying(fee)).verification.fee).toBe(fee)
      expect(refusal(paying(fee - 1n)).subject).toBe('verification.fee')
    }
    // One verifier at 120 and a quorum of three at 120; every task is sampled.
    least(480n)
    // 2 % of it is 9.6, a third (rounded down in its last digit) just below 160: rounded up.
    least(10n, { sampling: { mode: 'bernoulli', rate: eth / 50n } })
    least(160n, { sampling: { mode: 'fixed', rate: eth / 3n } })
    // By value a client can be sure to be drawn.
    least(480n, { sampling: { mode: 'byValue', interval: 10n ** 9n } })
    least(720n, { verification: { verifiers: 3 } })
    least(600n, { verification: { bond: 600n }, arbitration: { ...arbitration, quorums: [1, 3], reward: 480n } })
    // Of several quorums only the first is asked without the bond of an appeal.
    accepted({ verification: { ...verification, fee: 0n } })
  })

  it('the panel is in order, each member once, and large enough', () => {
    const [a, b, c] = beacon.panel
    for (const panel of [
      [b, a, c],
      [a, a, b],
    ])
      expect(refusal({ beacon: { ...beacon, panel } }).subject).toBe('beacon.panel')
    expect(refusal({ beacon: { ...beacon, minimum: 4 } }).subject).toBe('beacon.minimum')
    accepted({ beacon: { ...beacon, minimum: 3 } })
  })

  it('the beacon’s round falls into its window', () => {
    for (const name of ['beacon', 'arbitrationBeacon']) {
      expect(refusal({ beacon: { ...beacon, gap: 31 } }).subject).toBe('windows.beacon')
      expect(refusal({ windows: { ...windows, [name]: 32 } }).subject).toBe(`windows.${name}`)
    }
    const drand = { source: 'drand', chain: 'default' }
    accepted({ beacon: { ...drand, gap: 30 } })
    expect(refusal({ beacon: { ...drand, gap: 31 } }).subject).toBe('windows.beacon')
  })

  it('form comes first', () => {
    expect(refusal({ comparator: { kind: 'rumour' } }).message).toMatchInlineSnapshot(`
      "protocol is malformed.
        protocol.comparator.kind  "rumour"
        rule                      an object with the kind "exact", "logits", "logprobs", "toploc", "tensor" or "custom"
        fix                       pass a value of that form"
    `)
    for (const [overrides, subject] of [
      [{ version: 2 }, 'protocol.version'],
      [{ chainId: '1' }, 'protocol.chainId'],
      [{ verifyingContract: party('c', 1).toUpperCase() }, 'protocol.verifyingContract'],
      [{ windows: { ...windows, reveal: 1.5 } }, 'protocol.windows.reveal'],
      [{ slash: { ...slash, mismatch: '007' } }, 'protocol.slash.mismatch'],
      [{ slash: { ...slash, mismatch: 2n ** 128n } }, 'protocol.slash.mismatch'],
      [{ beacon: { ...beacon, panel: [] } }, 'protocol.beacon.panel'],
      [{ surprise: 1 }, 'protocol'],
    ] as const)
      expect(refusal(overrides).subject).toBe(subject)
  })
})

describe('a protocol', () => {
  it('is frozen all the way down, and the parameters it was made from are not', () => {
    const given = structuredClone(parameters) as Record<string, unknown>
    const protocol = Protocol.from(given)
    const visit = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(visit))
    expect(visit(protocol)).toBe(true)
    expect(Object.isFrozen(given.windows)).toBe(false)
    expect(protocol).toEqual(parameters)
  })

  it('comes back from JSON', () => {
    const json = JSON.stringify(parameters, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
    expect(Protocol.from(JSON.parse(json))).toEqual(Protocol.from(parameters))
    expect(Protocol.hash(Protocol.from(JSON.parse(json)))).toBe(Protocol.hash(Protocol.from(parameters)))
  })
})

describe('paramsHash', () => {
  const zeros = { secret: Encoding.zero32, chain: '', genesis: 0, period: 0, panel: [], minimum: 0, draws: 0 }
  const none = {
    ...{ tolerance: 0n, greedy: false, slack: 0n, peak: 0n, topk: 0, minExponentMatches: 0 },
    ...{ maxMeanMantissaError: 0, maxMedianMantissaError: 0, absolute: 0n, relative: 0n, ulps: 0, id: Encoding.zero32 },
  }
  const exact = { ...none, kind: 'exact' }
  const drand = { source: 'drand', chain: 'quicknet', gap: 5 }
  const cases: [object, object, object][] = [
    [{}, exact, { ...zeros, ...beacon }],
    [evidenceMode, { ...none, ...evidenceMode.comparator }, { ...zeros, ...beacon }],
    [{ beacon: testBeacon }, exact, { ...zeros, ...testBeacon }],
    [{ beacon: drand }, exact, { ...zeros, ...drand }],
    [{ beacon: blockBeacon }, exact, { ...zeros, ...blockBeacon }],
    [{ sampling: { mode: 'byValue', interval: 5n } }, exact, { ...zeros, ...beacon }],
    [{ treeHash: 'sha256' }, exact, { ...zeros, ...beacon }],
    ...numeric.map((comparator): [object, object, object] => [
      { ...evidenceMode, comparator },
      { ...none, ...comparator },
      { ...zeros, ...beacon },
    ]),
  ]

  it.each(cases)(
    'is the EIP-712 hashStruct with zeros for what a choice leaves out: %o',
    (overrides, comparator, source) => {
      const { sampling, evidence, ...rest }: Protocol.Protocol = { ...parameters, ...overrides }
      const chosen = { ...{ rate: 0n, interval: 0n }, ...sampling, sampling: sampling.mode }
      const struct = {
        ...{ ...rest, ...chosen, mode: rest.mode, comparator, beacon: source },
        arbitration: { ...rest.arbitration, final: rest.arbitration.final ?? Encoding.zeroAddress },
        evidence: evidence ?? { alpha: 0n, power: 0n, falsePositive: 0n, cheatRates: [], restart: false },
      }
      const expected = Encoding.toHex(reference.hashStruct('Protocol', struct))
      expect(Protocol.hash(accepted(overrides))).toBe(expected)
      // A copy that did not come from `from` hashes alike.
      expect(Protocol.hash({ ...accepted(overrides) })).toBe(expected)
    },
  )

  function another(element: unknown): unknown {
    if (typeof element === 'string') return party('d', 9)
    return typeof element === 'bigint' ? 5n : 5
  }

  /** Every leaf of the parameters with another value of its kind, form kept, rules not. */
  function variations(value: unknown): unknown[] {
    if (typeof value === 'bigint' || typeof value === 'number')
      return [(value as number) + (typeof value === 'bigint' ? (1n as never) : 1)]
    if (Array.isArray(value)) return [[...value, another(value[0])], ...(value.length > 1 ? [value.slice(1)] : [])]
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).flatMap(([key, inner]) => variations(inner).map((one) => ({ ...value, [key]: one })))
    if (typeof value === 'boolean') return [!value]
    return typeof value === 'string' && value.startsWith('0x')
      ? [value.replace(/.$/, (digit) => (digit === '1' ? '2' : '1'))]
      : []
  }

  it.each([
    ...[parameters, { ...parameters, ...evidenceMode }, { ...parameters, beacon: testBeacon }],
    ...[{ ...parameters, beacon: blockBeacon }, ...numeric.map((comparator) => ({ ...parameters, comparator }))],
  ])('changes with any single field', (base) => {
    const words = [
      { environment: 'production' },
      { sampling: { ...base.sampling, mode: 'fixed' } },
      { sampling: { mode: 'byValue', interval: eth } },
      { treeHash: 'sha256' },
      { mode: base.mode === 'full' ? 'evidence' : 'full' },
      { beacon: { source: 'drand', chain: 'quicknet', gap: 5 } },
      { beacon: { source: 'drand', chain: 'default', gap: 5 } },
      { arbitration: { ...base.arbitration, final: party('d', 1) } },
    ].map((word) => ({ ...base, ...word }))
    const { version: _, chainId: __, verifyingContract: ___, ...signed } = base
    const rest = { version: 1, chainId: base.chainId, verifyingContract: base.verifyingContract }
    const all = [base, ...words, ...variations(signed).map((one) => ({ ...rest, ...(one as object) }))]
    expect(all.length).toBeGreaterThan(35)
    const hashes = all.map((one) => Protocol.hash(one as Protocol.Protocol))
    expect(new Set(hashes).size).toBe(all.length)
  })

  it('leaves chain and contract to the signing domain', () => {
    const elsewhere = accepted({ chainId: 5, verifyingContract: party('c', 3) })
    expect(Protocol.hash(elsewhere)).toBe(Protocol.hash(accepted({})))
    expect(Protocol.domain(elsewhere)).toEqual({ chainId: 5, verifyingContract: party('c', 3) })
  })

  it('of what changes is not remembered', () => {
    const shallow = Object.freeze({ ...accepted({}), slash: { ...slash } })
    const before = Protocol.hash(shallow)
    ;(shallow.slash as { bounty: bigint }).bounty = 1n
    expect(Protocol.hash(shallow)).not.toBe(before)
  })

  it('needs a protocol', () => {
    for (const wrong of [undefined, null, 1, 'x', {}, { ...parameters, beacon: null }]) {
      expect(() => Protocol.hash(wrong as never)).toThrow(Protocol.InvalidProtocolError)
      expect(() => Protocol.domain(wrong as never)).toThrow(Protocol.InvalidProtocolError)
      expect(() => Protocol.deadlines(wrong as never, 0)).toThrow(Protocol.InvalidProtocolError)
    }
  })
})

describe('deadlines', () => {
  it('follow one another by their windows', () => {
    const at = Protocol.deadlines(accepted({}), 3)
    expect(at.commit).toBe(1_700_000_000 + 4 * 100)
    expect(at).toEqual({
      commit: 1_700_000_400,
      beacon: 1_700_000_460,
      disclosure: 1_700_000_480,
      replacement: 1_700_000_500,
      verifierCommit: 1_700_000_520,
      opening: 1_700_000_540,
      reveal: 1_700_000_560,
      levels: [{ dispute: 1_700_000_580, beacon: 1_700_000_640, vote: 1_700_000_660 }],
      final: null,
      settlement: 1_700_000_680,
    })
    expect(Protocol.times(at)).toEqual(Protocol.times(at).sort((a, b) => a - b))
  })

  it('are exact seconds or refused', () => {
    for (const epoch of [-1, 1.5, 2 ** 33, '0', undefined])
      expect(() => Protocol.deadlines(accepted({}), epoch as number)).toThrow(Errors.InvalidInputError)
    const slow = accepted({ epochLength: 2 ** 32 })
    expect(() => Protocol.deadlines(slow, 2 ** 32)).toThrow(Errors.InvalidInputError)
  })
})
