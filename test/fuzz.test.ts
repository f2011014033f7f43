// Whatever comes in, a valid value or a typed error comes out. Seeds are fixed; a failure prints its seed and path.
import {
  Beacon,
  Commitment,
  Comparison,
  createClient,
  createExecutor,
  createVerifier,
  Disclosure,
  Encoding,
  Errors,
  Hash,
  Logits,
  Merkle,
  Message,
  Opening,
  Output,
  Protocol,
  Reexecution,
  Sample,
  Schema,
  Task,
  TypedData,
  Verdict,
  VrfKey,
} from '@spotcheck/core'
import { Parameters } from '@spotcheck/core/economics'
import { cheapAuthenticator, cheapSigner, testParameters } from '@spotcheck/core/memory'
import { secp256k1 } from '@spotcheck/core/viem'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bodies,
  commitmentOf,
  entryWith,
  evidenceProtocol,
  kinds,
  messageOf,
  protocol,
  signature,
  taskWith,
} from './support/fixtures.js'
import { bytes, eth, evidenceMode, hex, parameters, party, toyModel } from './support/world.js'

fc.configureGlobal({ seed: 20_261_123 })

const RUNS = 10_000

const junk = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
  maxDepth: 2,
})

/** Values that are nearly right: other spellings, other kinds, the edges of ranges. */
const near = fc.constantFrom<unknown>(
  ...['', '0x', '0x0', '0X00', '0xAB', '007', '-1', '1e3', ' 1', '1n', '\ud83d', '__proto__', 'constructor'],
  ...[`0x${'AB'.repeat(32)}`, `0x${'ab'.repeat(31)}`, `0x${'ab'.repeat(33)}`, `0x${'00'.repeat(20)}`],
  ...[0, -0, -1, 0.5, 2 ** 32, 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY],
  ...[0n, -1n, 2n ** 64n, 2n ** 128n, 2n ** 256n, 10n ** 400n],
  ...[true, false, null, undefined, [], {}, Object.create(null), new Uint8Array(32), new Uint16Array(4), new Date(0)],
  ...[() => 0, Symbol('s'), new Map(), JSON.parse('{"__proto__":1}'), Object.create(new Uint8Array(1))],
)

type Change = Readonly<{ path: readonly number[]; kind: string; by: unknown }>

const change: fc.Arbitrary<Change> = fc.record({
  path: fc.array(fc.nat(40), { maxLength: 5 }),
  kind: fc.constantFrom('delete', 'replace', 'replace', 'retype', 'oversize', 'extra'),
  by: fc.oneof({ weight: 3, arbitrary: near }, { weight: 1, arbitrary: junk }),
})

/** A copy of `value` with one thing changed somewhere inside. */
function changed(value: unknown, { path, kind, by }: Change): unknown {
  const [step, ...rest] = path
  if (!isContainer(value) || step === undefined) return replaced(value, kind, by)
  const keys = Object.keys(value)
  const key = keys[step % Math.max(1, keys.length)]
  if (key === undefined) return replaced(value, kind, by)
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  if (rest.length === 0 && kind === 'delete') {
    delete copy[key]
    return copy
  }
  copy[key] = changed(copy[key], { path: rest, kind, by })
  return copy
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
}

function replaced(value: unknown, kind: string, by: unknown): unknown {
  if (kind === 'retype') return retyped(value)
  if (kind === 'oversize') return oversized(value)
  if (kind === 'extra' && isContainer(value) && !Array.isArray(value)) return { ...value, surprise: by }
  return by
}

function retyped(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : String(value)
  if (typeof value === 'string') return value.length % 2 === 0 ? value.toUpperCase() : [value]
  return isContainer(value) ? Object.values(value) : { value }
}

function oversized(value: unknown): unknown {
  if (typeof value === 'bigint') return value + 2n ** 300n
  if (typeof value === 'number') return value + 2 ** 53
  if (typeof value === 'string') return value.repeat(300)
  if (ArrayBuffer.isView(value)) return new Uint8Array(1_000)
  return Array.isArray(value) ? Object.assign(new Array(5_000), value) : new Array(2 ** 31)
}

/** What `Commitment.from` made, with one of its parts replaced: deeper in it is trusted. */
function shallow(valid: object): fc.Arbitrary<unknown> {
  const key = fc.constantFrom(...Object.keys(valid))
  return fc.oneof(
    junk,
    fc.tuple(key, fc.oneof(near, junk)).map(([name, by]) => ({ ...valid, [name]: by })),
  )
}

/** One of the valid values, changed once or twice, or nothing like it. */
function inputs(valid: readonly unknown[]): fc.Arbitrary<unknown> {
  const base = fc.constantFrom(...valid)
  const once = fc.tuple(base, change).map(([value, one]) => changed(value, one))
  const twice = fc.tuple(base, change, change).map(([value, one, two]) => changed(changed(value, one), two))
  return fc.oneof({ weight: 2, arbitrary: junk }, { weight: 5, arbitrary: once }, { weight: 1, arbitrary: twice })
}

/** What `run` returns, or the typed error that it throws; anything else fails. */
function outcome(run: () => unknown): { value: unknown } | { error: Errors.BaseError } {
  try {
    return { value: run() }
  } catch (error) {
    if (!(error instanceof Errors.BaseError)) throw new Error('a foreign error came out', { cause: error })
    if (error.subject === '' || error.rule === '' || error.fix === '')
      throw new Error('it says too little', { cause: error })
    if (error.message.length > 4_000) throw new Error('its message is endless', { cause: error })
    return { error }
  }
}

const envelopes = Object.fromEntries(
  kinds.map((kind) => [kind, { version: 1, ...messageOf(kind), signature }] as const),
)
const commitment = commitmentOf(5)
const tree = commitment.tree as Merkle.Tree
const byValue = Protocol.from({ ...testParameters, sampling: { mode: 'byValue', interval: 5n } })
const valued = commitmentOf(5, { protocol: byValue })
const leaf = Commitment.encodeLeaf(commitment.leaves[3]!)
const draw = { seed: bytes(1), count: 100, rate: eth / 50n }
const verifiers = [1, 2, 3].map((n) => ({ address: party('a', n), stake: BigInt(n) }))
const place = { seed: bytes(1), index: 5, level: 0, verifiers, exclude: [party('e', 1)] }
const evidence = commitment.entries[0]!.output.evidence

type Decoder = readonly [name: string, decode: (value: never) => unknown, valid: readonly unknown[]]

/** From outside: what they accept, they accept again, unchanged. */
const decoders: readonly Decoder[] = [
  ['Protocol.from', Protocol.from, [parameters, { ...parameters, ...evidenceMode }, testParameters]],
  ['Task.from', Task.from, [taskWith()]],
  ['Output.from', Output.from, [entryWith(1).output]],
  ['Commitment.batchFrom', Commitment.batchFrom, [commitment.batch]],
  ['Disclosure.decode', Disclosure.decode, [bodies.disclosure]],
  ['Opening.decode', Opening.decode, [bodies.opening]],
  ...kinds.map((kind) => [`Message.decode: ${kind}`, Message.decode, [envelopes[kind]]] as const),
  ['economics Parameters.from', Parameters.from, [Parameters.defaults]],
]

/** Functions of bytes and draws: one argument, by name or alone. */
const readers: readonly Decoder[] = [
  ['Commitment.decodeLeaf', Commitment.decodeLeaf, [leaf]],
  ['Encoding.fromHex', (value) => Encoding.fromHex(value), ['0x01ff', hex(1)]],
  ['Logits.decode', Logits.decode, [evidence]],
  ['Logits.decodeTokens', Logits.decodeTokens, ['0x0000000100000002']],
  [
    'Merkle.verify',
    Merkle.verify,
    [{ root: Merkle.root(tree), size: 5, index: 3, leaf, proof: Merkle.prove(tree, 3) }],
  ],
  ['Sample.bernoulli.includes', (value) => Sample.bernoulli.includes(7, value), [draw]],
  ['Sample.fixed.includes', (value) => Sample.fixed.includes(7, value), [draw]],
  ['Sample.assign', (value) => Sample.assign(value), [{ ...place, count: 2 }]],
  ['Beacon.roundFor', Beacon.roundFor, [{ deadline: 1_000, gap: 60, genesis: 100, period: 30 }]],
  ['Beacon.timeOf', Beacon.timeOf, [{ round: 33, genesis: 100, period: 30 }]],
  ['Beacon.testRandomness', Beacon.testRandomness, [{ round: 7, secret: bytes(1) }]],
  ['Beacon.commitTo', Beacon.commitTo, [{ address: party('a', 1), round: 7, level: 0, secret: bytes(1) }]],
  ['Beacon.combine', Beacon.combine, [{ round: 7, level: 0, secrets: [bytes(1), hex(2)] }]],
]

describe('decoders give a valid value or a typed error', () => {
  it.each(decoders)('%s', (_, decode, valid) => {
    for (const value of valid) expect(decode(decode(value as never) as never)).toEqual(decode(value as never))
    fc.assert(
      fc.property(inputs(valid), (value) => {
        const made = outcome(() => decode(value as never))
        if ('value' in made) expect(decode(made.value as never)).toEqual(made.value)
      }),
      { numRuns: RUNS },
    )
  })

  it.each(readers)('%s', (_, read, valid) => {
    for (const value of valid) read(value as never)
    fc.assert(
      fc.property(inputs(valid), (value) => void outcome(() => read(value as never))),
      { numRuns: RUNS },
    )
  })
})

it('Logits reads any canonical hex without an error', () => {
  const header = fc.tuple(fc.nat(3), fc.nat(3)).map(([n, k]) => [0, 0, 0, n, 0, k])
  const body = fc.uint8Array({ maxLength: 80 })
  const raw = fc.oneof(
    body,
    fc.tuple(header, body).map(([head, rest]) => Uint8Array.from([...head, ...rest])),
    fc
      .tuple(header, body)
      .map(([head, rest]) => Uint8Array.from([...head, ...rest].slice(0, 6 + 8 * head[3]! * head[5]!))),
  )
  fc.assert(
    fc.property(raw, (data) => {
      const positions = Logits.decode(Encoding.toHex(data))
      if (positions !== undefined) expect(Logits.encode(positions)).toBe(Encoding.toHex(data))
      const tokens = Logits.decodeTokens(Encoding.toHex(data))
      if (tokens !== undefined) expect(Logits.encodeTokens(tokens)).toBe(Encoding.toHex(data))
    }),
    { numRuns: RUNS },
  )
})

const vrfKey = VrfKey.issue({ protocol, verifier: party('a', 1), epoch: 3, secretKey: bytes(7) })
const secretly = { seed: bytes(1), verifier: party('a', 1), publicKey: vrfKey.publicKey, proof: vrfKey.proof }
const assignment = Reexecution.assignmentOf(bodies.reveal)
const opened = bodies.opening.leaves[0]!
const context = { protocol, executor: party('e', 1), epoch: 0, index: 0, taskId: hex(1) }
const parts = {
  protocol,
  epoch: 0,
  address: party('a', 1),
  signer: cheapSigner(party('a', 1)),
  secret: bytes(1),
  model: toyModel(),
  terms: { client: party('c', 1), reward: taskWith().reward },
  authenticator: { recover: async () => party('c', 1) },
}
const judged = { protocol, batch: commitment.batch, reward: 100n, client: party('c', 1), taskSigned: true }
const definition = Message.definition(messageOf('reveal'), protocol)

/** An executor with a batch, and all that a verifier may be asked. */
const busy = createExecutor(parts)
await busy.serve({ task: taskWith(), signature }, '0x2a2b')
await busy.commit()
const mine = { ...assignment, verifier: parts.address }
const disclosure = Disclosure.from(commitment, 3, 'full')
const effects = [
  { type: 'request-beacon-commits', members: [parts.address] },
  { type: 'request-beacon', level: 0, round: 1, members: [parts.address] },
  { type: 'request-reexecution', assignment: mine, disclosure },
  { type: 'request-reveal', assignment: mine, opened },
  { type: 'request-arbitration', assignment: { ...mine, level: 1 }, disclosure, opened },
] as const

type Door = readonly [name: string, enter: (...given: never[]) => unknown, valid: readonly unknown[]]

/** Functions that take their caller's values: with one argument changed they work or say what is wrong. */
const doors: readonly Door[] = [
  ['Protocol.hash', Protocol.hash, [protocol]],
  ['Protocol.domain', Protocol.domain, [protocol]],
  ['Protocol.deadlines', Protocol.deadlines, [protocol, 3]],
  ['Protocol.netSlash', Protocol.netSlash, [protocol.slash, protocol.verification]],
  ['TypedData.digest', TypedData.digest, [{ chainId: 1, verifyingContract: party('c', 1) }, 'Task', taskWith()]],
  ['TypedData.hashStruct', TypedData.hashStruct, ['Disclosure', bodies.disclosure]],
  ['TypedData.domainSeparator', TypedData.domainSeparator, [{ chainId: 1, verifyingContract: party('c', 1) }]],
  ['TypedData.digestOf', TypedData.digestOf, [definition]],
  ['VrfKey.issue', VrfKey.issue, [{ protocol, verifier: party('a', 1), epoch: 3, secretKey: bytes(7) }]],
  ['VrfKey.holds', VrfKey.holds, [vrfKey, protocol]],
  ['VrfKey.current', VrfKey.current, [[vrfKey], party('a', 1), 3]],
  ['Sample.secret.verify', Sample.secret.verify, [secretly]],
  ['Sample.secret.prove', Sample.secret.prove, [bytes(7), secretly]],
  [
    'Sample.secret.includes',
    Sample.secret.includes,
    [1, { beta: bytes(1, 64), count: 9, rate: eth, stake: 1n, totalStake: 2n }],
  ],
  ['Task.id', Task.id, [taskWith()]],
  ['Task.digest', Task.digest, [taskWith(), protocol]],
  ['Output.commit', Output.commit, ['bytes', '0x01', hex(1)]],
  ['Output.salts', Output.salts, [bytes(1), context]],
  ['Logits.encode', Logits.encode, [[[{ token: 1, logit: 2 }]]]],
  ['Logits.encodeTokens', Logits.encodeTokens, [[1, 2]]],
  [
    'Commitment.from',
    Commitment.from,
    [{ ...context, beaconRound: 9, secret: bytes(1), entries: [entryWith(0), entryWith(1)] }],
  ],
  ['Commitment.encodeLeaf', Commitment.encodeLeaf, [commitment.leaves[0]]],
  ['Commitment.prove', Commitment.prove, [commitment, 3]],
  [
    'Commitment.includes',
    Commitment.includes,
    [commitment.batch, commitment.leaves[3], Commitment.prove(commitment, 3), protocol],
  ],
  ['Commitment.proveMany', Commitment.proveMany, [commitment, [0, 2]]],
  [
    'Commitment.includesMany',
    Commitment.includesMany,
    [
      commitment.batch,
      [commitment.leaves[0], commitment.leaves[2]],
      Commitment.proveMany(commitment, [0, 2]),
      protocol,
    ],
  ],
  ['Commitment.tree', Commitment.tree, [commitment.leaves, byValue]],
  ['Commitment.position', Commitment.position, [valued.batch, valued.leaves[3], Commitment.prove(valued, 3), byValue]],
  [
    'Commitment.positions',
    Commitment.positions,
    [valued.batch, [valued.leaves[0], valued.leaves[2]], Commitment.proveMany(valued, [0, 2]), byValue],
  ],
  ['Protocol.tree', Protocol.tree, [protocol]],
  ['Commitment.digest', Commitment.digest, [commitment.batch, protocol]],
  ['Disclosure.from', Disclosure.from, [commitment, 3, 'evidence']],
  ['Disclosure.flaw', Disclosure.flaw, [Disclosure.from(commitment, 3, 'full'), judged]],
  ['Reexecution.commit', Reexecution.commit, [assignment, '0x01', hex(1)]],
  ['Reexecution.opens', Reexecution.opens, [hex(1), bodies.reveal]],
  ['Reexecution.assignmentOf', Reexecution.assignmentOf, [bodies.reveal]],
  ['Opening.from', Opening.from, [commitment, [0, 2]]],
  ['Opening.verify', Opening.verify, [commitment.batch, bodies.opening, protocol]],
  ['Opening.matches', Opening.matches, [commitment.leaves[0], opened]],
  ['Opening.leafOf', Opening.leafOf, [opened]],
  ['Comparison.comparator', Comparison.comparator, [evidenceProtocol]],
  ['Comparison.exact', Comparison.exact, [{ executor: { output: '0x01', evidence: '0x' }, verifier: '0x01' }]],
  [
    'Comparison.logits',
    Comparison.logits({ kind: 'logits', tolerance: 0n, greedy: true }),
    [{ executor: { output: '0x00000000', evidence }, verifier: evidence }],
  ],
  ['Verdict.judge', Verdict.judge, [Comparison.exact, opened, bodies.reveal]],
  ['Verdict.claimOf', Verdict.claimOf, [{ outcome: 'match', score: 0, reason: '' }]],
  ['Verdict.majority', Verdict.majority, [['agrees', 'dissents'], 3]],
  ['Message.definition', Message.definition, [messageOf('opening'), protocol]],
  ['Message.sender', Message.sender, [messageOf('opening')]],
  ['Sample.uniform', Sample.uniform, [bytes(1), 6n]],
  ['Beacon.seed', Beacon.seed, [bytes(1), hex(1)]],
  ['Hash.tagged', Hash.tagged, ['seed', bytes(1)]],
  ['cheapSigner', cheapSigner, [party('a', 1)]],
  ['createClient', createClient, [parts]],
  ['createExecutor', createExecutor, [parts]],
  ['createVerifier', createVerifier, [parts]],
]

/** The arguments with one of them changed. */
function calls(valid: readonly unknown[]): fc.Arbitrary<unknown[]> {
  const at = fc.nat(valid.length - 1)
  const wrong = (one: unknown) => (one === commitment ? shallow(commitment) : inputs([one]))
  return at.chain((i) => wrong(valid[i]).map((by) => valid.map((one, j) => (j === i ? by : one))))
}

describe('doors name what is wrong', () => {
  it.each(doors)('%s', (_, enter, valid) => {
    enter(...(valid as never[]))
    fc.assert(
      fc.property(calls(valid), (given) => void outcome(() => enter(...(given as never[])))),
      { numRuns: 500 },
    )
  })

  const asynchronous: readonly Door[] = [
    ['Message.sign', Message.sign, [messageOf('opening'), protocol, parts.signer]],
    ['Message.authenticate', Message.authenticate, [envelopes.opening, protocol, cheapAuthenticator]],
    ['secp256k1.recover', secp256k1.recover, [definition, signature]],
    ['cheapAuthenticator.recover', cheapAuthenticator.recover, [definition, signature]],
    [
      'Client.order',
      createClient(parts).order,
      [{ input: '0x01', model: hex(1), decoding: hex(2), seed: hex(3), nonce: 1n, reward: 1n, value: 1n }],
    ],
    [
      'Executor.serve',
      (task, input) => createExecutor(parts).serve(task, input),
      [{ task: taskWith(), signature }, '0x2a2b'],
    ],
    ...['request-opening', 'request-disclosure'].map(
      (type): Door => [`Executor.handle: ${type}`, busy.handle, [{ type, executor: busy.address, indices: [0] }]],
    ),
    ...effects.map((effect): Door => [`Verifier.handle: ${effect.type}`, createVerifier(parts).handle, [effect]]),
  ]

  it.each(asynchronous)('%s', async (_, enter, valid) => {
    await Promise.resolve(enter(...(valid as never[]))).catch((error) => expect(error).toBeInstanceOf(Errors.BaseError))
    await fc.assert(
      fc.asyncProperty(calls(valid), async (given) => {
        const result = await Promise.resolve(enter(...(given as never[]))).then(
          (value) => () => value,
          (error) => () => {
            throw error
          },
        )
        outcome(result)
      }),
      { numRuns: 500 },
    )
  })
})

it('JSON that was signed is JSON that is read: no kind of message loses anything on the way', () => {
  for (const kind of kinds) {
    const wire = JSON.stringify(envelopes[kind], Schema.toJson)
    expect(JSON.stringify(Message.decode(JSON.parse(wire)), Schema.toJson)).toBe(wire)
  }
})
