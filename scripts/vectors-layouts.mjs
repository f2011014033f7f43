// What scripts/vectors.mjs computes: each layout of protocol.md with inputs in JSON, and the public calls that show it.
import {
  assignment,
  bodies,
  counting,
  draw,
  ETH,
  hex,
  KEY,
  leaf,
  leavesOf,
  outcomesOf,
  PARTY,
  parameters,
  party,
  rates,
  salted,
  structs,
  TAGS,
  trees,
  variants,
  verifiers,
  warrant,
  weighted,
  zero20,
} from './vectors-inputs.mjs'

const leafAt = (i) => ({ ...leaf, index: i, weight: String(100 * i * i + 50) })
const raw = (core, text) => core.Encoding.fromHex(text)
const text = (core, bytes) => core.Encoding.toHex(bytes)
const texts = (core, list) => list.map((bytes) => text(core, bytes))
const sumLeaves = (core, list) => list.map(({ data, weight }) => ({ data: raw(core, data), weight: BigInt(weight) }))
const decoded = ({ Message }, kind, body) => {
  const signature = hex(0x11, 65)
  return Message.parse(Message.encode({ version: 1, kind, body, signature })).body
}

/** @type {readonly { name: string, layout: string, inputs: readonly any[], compute: (input: any, core: any, edge: any) => any }[]} */
export const layouts = [
  {
    name: 'tagged',
    layout: 'tagged(t, x) = keccak256(keccak256("spotcheck/v1/" || t) || x)',
    inputs: TAGS.flatMap((tag) => ['0x', counting(64)].map((data) => ({ tag, data }))),
    compute: ({ tag, data }, core) => text(core, core.Hash.tagged(tag, raw(core, data))),
  },
  {
    name: 'domainSeparator',
    layout: 'EIP-712 domain {name "Spotcheck", version "1", chainId, verifyingContract (zero off chain)}',
    inputs: [
      { chainId: 31337, verifyingContract: zero20 },
      { chainId: 1, verifyingContract: party(0xcc) },
    ],
    compute: (domain, core) => core.TypedData.domainSeparator(domain),
  },
  {
    name: 'paramsHash',
    layout: 'paramsHash = hashStruct(Protocol); fields that a choice does not use are zero, "" or []',
    inputs: variants,
    compute: (input, core) => core.Protocol.hash(core.Protocol.from(input)),
  },
  {
    name: 'envelope',
    layout:
      'in the first domain of domainSeparator: hashStruct and signing digest of each type (taskId is hashStruct(Task), batchDigest the digest of Batch); r || s || v over the digest, RFC 6979, low s, v 27 or 28; the envelope as canonical JSON, keys in the order of the struct',
    inputs: Object.entries(bodies).map(([kind, body]) => ({ kind, struct: structs[kind], body, privateKey: KEY })),
    compute: async ({ kind, struct, body, privateKey }, core, edge) => {
      const domain = { chainId: 31337, verifyingContract: zero20 }
      const message = decoded(core, kind, body)
      const definition = core.TypedData.definition(domain, struct, message)
      const signature = await edge.privateKeyToAccount(privateKey).signTypedData(definition)
      return {
        hashStruct: core.TypedData.hashStruct(struct, message),
        digest: core.TypedData.digest(domain, struct, message),
        signature,
        signer: await edge.secp256k1.recover(definition, signature),
        wire: core.Message.encode({ version: 1, kind, body: message, signature }),
      }
    },
  },
  {
    name: 'signature',
    layout: 'signatures are low-s and canonical, verified by recovery; anything else has no signer (null)',
    inputs: ['as signed', 'high s', 'v 0 or 1', 's 0', 'r 0', '64 bytes'].map((form) => ({
      form,
      body: bodies.receipt,
      privateKey: KEY,
    })),
    compute: async ({ form, body, privateKey }, core, edge) => {
      const domain = { chainId: 31337, verifyingContract: zero20 }
      const definition = core.TypedData.definition(domain, 'Receipt', decoded(core, 'receipt', body))
      const signature = altered(await edge.privateKeyToAccount(privateKey).signTypedData(definition), form)
      return { signature, signer: await edge.secp256k1.recover(definition, signature) }
    },
  },
  {
    name: 'salt',
    layout:
      'salt = HKDF-SHA256(ikm = 32-byte secret, salt = "spotcheck/v1/salt", info = domainSeparator || paramsHash || executor || u64 epoch || u64 index || taskId || u8 part); part 0 bytes, 1 evidence, 2 canary; parameters: the first of paramsHash',
    inputs: ['bytes', 'evidence', 'canary'].map((part) => ({
      ...{ secret: hex(0x77), executor: PARTY, epoch: 2, index: 3, taskId: hex(5), part },
    })),
    compute: ({ secret, part, ...context }, core) => {
      const protocol = core.Protocol.from(parameters)
      return core.Output.salt(raw(core, secret), { protocol, ...context }, part)
    },
  },
  {
    name: 'commitment',
    layout: 'tagged("bytes" | "evidence", digest || salt32), digest = keccak256(content)',
    inputs: ['bytes', 'evidence'].flatMap((part) =>
      ['0x', '0x0102'].map((content) => ({ part, content, salt: hex(9) })),
    ),
    compute: ({ part, content, salt }, core) => core.Output.commit(part, content, salt),
  },
  {
    name: 'vcommit',
    layout: 'tagged("vcommit", address || batchDigest || u64 index || u8 level || digest || salt32)',
    inputs: [0, 1].map((level) => ({ assignment: { ...assignment, level }, ...salted })),
    compute: ({ assignment: one, content, salt }, core) => core.Reexecution.commit(one, content, salt),
  },
  {
    name: 'canaryRoot',
    layout:
      'canaryRoot = tagged("canaries", salt || digests of the warrants, ascending); a warrant\'s digest is its signing digest, in the domain of the first of paramsHash',
    inputs: [[], [hex(22), hex(21)]].map((digests) => ({ digests, salt: hex(23), warrant })),
    compute: ({ digests, salt, warrant: one }, core) => ({
      digest: core.Canary.digest(one, core.Protocol.from(parameters)),
      root: core.Canary.root(digests, salt),
    }),
  },
  {
    name: 'leafData',
    layout:
      'leafData (120 bytes) = u64 index || taskId || u128 weight || bytesCommit || evidenceCommit; leafHash = keccak256(0x00 || leafData), what a receipt promises',
    inputs: [leaf, { ...leaf, index: 2 ** 40 + 1, weight: String(2n ** 128n - 1n) }],
    compute: (input, core) => {
      const one = { ...input, weight: BigInt(input.weight) }
      return { data: text(core, core.Commitment.encodeLeaf(one)), leafHash: core.Receipt.leafHash(one) }
    },
  },
  {
    name: 'merkle',
    layout:
      'plain tree, shape of RFC 9162: H(0x00 || data), H(0x01 || left || right); a proof is the siblings, leaf up',
    inputs: ['keccak256', 'sha256'].flatMap((hash) => [1, 2, 3, 5, 7, 8].map((n) => ({ hash, leaves: leavesOf(n) }))),
    compute: ({ hash, leaves }, core) => {
      const tree = core.Merkle.from(
        leaves.map((one) => raw(core, one)),
        { hash },
      )
      const proofs = leaves.map((_, index) => texts(core, core.Merkle.prove(tree, index)))
      return { root: text(core, core.Merkle.root(tree)), proofs }
    },
  },
  {
    name: 'multiproof',
    layout: 'one proof for k ascending indices: the nodes that are missing to compute the root, lowest row first',
    inputs: [[0], [0, 3], [1, 2, 6], [0, 1, 2, 3, 4, 5, 6]].map((indices) => ({ leaves: leavesOf(7), indices })),
    compute: ({ leaves, indices }, core) => {
      const tree = core.Merkle.from(leaves.map((one) => raw(core, one)))
      return { root: text(core, core.Merkle.root(tree)), proof: texts(core, core.Merkle.proveMany(tree, indices)) }
    },
  },
  {
    name: 'consistency',
    layout: 'PROOF(oldSize, D_n) of RFC 9162, section 2.1.4.1; empty for equal sizes',
    inputs: [1, 3, 4, 6, 7].map((oldSize) => ({ leaves: leavesOf(7), oldSize })),
    compute: ({ leaves, oldSize }, core) => {
      const all = leaves.map((one) => raw(core, one))
      const tree = core.Merkle.from(all)
      const oldRoot = text(core, core.Merkle.root(core.Merkle.from(all.slice(0, oldSize))))
      return {
        oldRoot,
        newRoot: text(core, core.Merkle.root(tree)),
        proof: texts(core, core.Merkle.consistency(tree, oldSize)),
      }
    },
  },
  {
    name: 'sumTree',
    layout:
      'sum tree: H(0x02 || leafData), H(0x03 || Lhash || u128 Lsum || Rhash || u128 Rsum); a node of a proof is hash || u128 sum; consistency is SUBPROOF(oldSize, D_n, false) of RFC 9162, section 2.1.4.1',
    inputs: [1, 2, 3, 7].map((size) => ({ leaves: weighted(size), many: size > 2 ? [0, 2] : [0], oldSize: 1 })),
    compute: ({ leaves, many, oldSize }, core) => {
      const { Sum } = core.Merkle
      const tree = Sum.from(sumLeaves(core, leaves))
      return {
        root: text(core, Sum.root(tree)),
        total: String(Sum.total(tree)),
        proofs: leaves.map((_, index) => texts(core, Sum.prove(tree, index))),
        multiproof: texts(core, Sum.proveMany(tree, many)),
        consistency: texts(core, Sum.consistency(tree, oldSize)),
      }
    },
  },
  {
    name: 'batchTree',
    layout:
      'the tree of a batch: over leafData, with sums (weight) where sampling is byValue, by treeHash; proofs of each leaf, multiproof of leaves 0 and 2, consistency from the first 2, ranges [start, end) where there are sums',
    inputs: trees.map((protocol) => ({ protocol, leaves: [0, 1, 2, 3, 4].map((i) => leafAt(i)) })),
    compute: ({ protocol, leaves }, core) => {
      const { Commitment } = core
      const of = core.Protocol.from(protocol)
      const all = leaves.map((one) => ({ ...one, weight: BigInt(one.weight) }))
      const tree = Commitment.tree(all, of)
      const { Sum, ...plain } = core.Merkle
      const by = tree.layout === 'sum' ? Sum : plain
      const root = text(core, by.root(tree))
      const totalWeight = all.reduce((sum, { weight }) => sum + weight, 0n)
      const proofs = all.map((_, index) => texts(core, by.prove(tree, index)))
      const ranges = all.map((one, i) => {
        const position = Commitment.position({ root, count: all.length, totalWeight }, one, proofs[i], of)
        return position === undefined ? null : [position.start, position.end].map(String)
      })
      const [multiproof, consistency] = [by.proveMany(tree, [0, 2]), by.consistency(tree, 2)]
      return { root, proofs, multiproof: texts(core, multiproof), consistency: texts(core, consistency), ranges }
    },
  },
  {
    name: 'seed',
    layout: 'seed = tagged("seed", randomness || batchDigest)',
    inputs: [{ randomness: hex(21), batchDigest: hex(22) }],
    compute: ({ randomness, batchDigest }, core) => text(core, core.Beacon.seed(randomness, batchDigest)),
  },
  {
    name: 'uniform',
    layout:
      'uniform(x, m): the first v_j = uint256(tagged("uniform", x || u32 j)), j = 0, 1, ..., below 2^256 - (2^256 mod m), taken mod m',
    inputs: ['1', '6', ETH, String(2n ** 255n + 1n), String(2n ** 256n)].flatMap((m) =>
      [hex(23), hex(24)].map((x) => ({ x, m })),
    ),
    compute: ({ x, m }, core) => String(core.Sample.uniform(raw(core, x), BigInt(m))),
  },
  {
    name: 'bernoulli',
    layout: 'bernoulli: uint128(first 16 bytes of tagged("bern", seed || u64 i)) * 1e18 < rate * 2^128',
    inputs: [
      draw(25, 100, '100000000000000000'),
      draw(26, 40, '500000000000000000'),
      draw(25, 3, ETH),
      draw(25, 5, '1'),
    ],
    compute: (input, core) => core.Sample.bernoulli.indices({ ...input, rate: BigInt(input.rate) }),
  },
  {
    name: 'fixed',
    layout:
      'fixed: b = max(1, ceil(bitlength(N-1)/2)); x = L*2^b + R, Feistel (L, R) <- (R, L xor low b bits of tagged("feistel", seed || u8 round || u64 R)), 16 rounds for N <= 65,536 and 8 above, cycle-walk while >= N; index i is sampled iff inverse(i) < m, m = ceil(rate*N)',
    inputs: [
      ...[draw(27, 1, '1'), draw(27, 2, '500000000000000000'), draw(27, 7, '300000000000000000')],
      ...[draw(28, 1000, '20000000000000000'), draw(28, 65_537, '100000000000000'), draw(28, 1e9, '10000000000')],
    ],
    compute: (input, core) => core.Sample.fixed.indices({ ...input, rate: BigInt(input.rate) }),
  },
  {
    name: 'byValue',
    layout:
      'byValue: u_k = k*I + uniform(seed || u64 k, I), k = 0 .. ceil(total/I)-1; u_k >= total hits nothing; the leaf covering [a, b) is sampled iff it holds some u_k',
    inputs: [
      { seed: hex(29), interval: '100', weights: ['500', '1', '0', '99', '30', '30', '30'] },
      { seed: hex(30), interval: ETH, weights: [ETH, '1', '2500000000000000000', '400000000000000000'] },
    ],
    compute: ({ seed, interval, weights }, core) => {
      const draw = { seed, interval: BigInt(interval) }
      const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n)
      const units = core.Sample.byValue.units({ ...draw, total }).map(String)
      return { units, indices: core.Sample.byValue.indices({ ...draw, weights: weights.map(BigInt) }) }
    },
  },
  {
    name: 'assignment',
    layout:
      'assignment draw c: uniform(seed || u64 index || u8 level || u16 c, total stake) over the verifiers in address order, by cumulative stake; excluded and already drawn ones are skipped',
    inputs: [
      { seed: hex(31), index: 3, level: 0, verifiers, exclude: [], count: 5 },
      { seed: hex(31), index: 4, level: 0, verifiers, exclude: [party(5)], count: 2 },
      { seed: hex(32), index: 3, level: 1, verifiers, exclude: [party(1), party(4)], count: 3 },
    ],
    compute: (input, core) => {
      const stakes = input.verifiers.map(({ address, stake }) => ({ address, stake: BigInt(stake) }))
      return core.Sample.assign({ ...input, verifiers: stakes })
    },
  },
  {
    name: 'vrf',
    layout: 'secret: ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381; proof pi (80 bytes), hash beta (64 bytes)',
    inputs: [
      { secretKey: hex(33), alpha: '0x' },
      { secretKey: hex(34), alpha: hex(8) },
    ],
    compute: ({ secretKey, alpha }, core) => {
      const proof = core.Vrf.prove(raw(core, secretKey), raw(core, alpha))
      const publicKey = text(core, core.Vrf.publicKey(raw(core, secretKey)))
      return { publicKey, proof: text(core, proof), hash: text(core, core.Vrf.proofToHash(proof)) }
    },
  },
  {
    name: 'vrfKey',
    layout:
      'registration of a VRF key: its proof is the VRF over tagged("vrf-key", paramsHash || verifier || u64 epoch); parameters: the first of paramsHash',
    inputs: [33, 34].map((n) => ({ secretKey: hex(n), verifier: party(n), epoch: n })),
    compute: ({ secretKey, ...place }, core) =>
      core.VrfKey.issue({ protocol: core.Protocol.from(parameters), secretKey: raw(core, secretKey), ...place }),
  },
  {
    name: 'secret',
    layout:
      'secret: alpha = tagged("vrf-alpha", address || seed), pi its VRF proof, beta its hash; the verifier draws by bernoulli with seed tagged("vrf-seed", beta) and rate ceil(rate * stake / total stake)',
    inputs: [
      {
        secretKey: hex(33),
        verifier: party(33),
        seed: hex(39),
        count: 60,
        rate: '500000000000000000',
        stake: '30',
        totalStake: '100',
      },
      { secretKey: hex(34), verifier: party(34), seed: hex(39), count: 60, rate: ETH, stake: '1', totalStake: '3' },
    ],
    compute: ({ secretKey, verifier, seed, count, rate, stake, totalStake }, core) => {
      const { secret } = core.Sample
      const proof = secret.prove(raw(core, secretKey), { seed, verifier })
      const publicKey = core.Vrf.publicKey(raw(core, secretKey))
      const beta = secret.beta({ seed, verifier, publicKey, proof })
      const draw = { beta, count, rate: BigInt(rate), stake: BigInt(stake), totalStake: BigInt(totalStake) }
      const known = { alpha: secret.alpha({ seed, verifier }), publicKey, proof, beta }
      const shown = Object.entries(known).map(([name, bytes]) => [name, text(core, bytes)])
      return { ...Object.fromEntries(shown), indices: secret.indices(draw) }
    },
  },
  {
    name: 'beaconCommit',
    layout: 'tagged("beacon-commit", address || u64 round || u8 level || secret)',
    inputs: [0, 1].map((level) => ({ address: PARTY, round: 7, level, secret: hex(35) })),
    compute: (input, core) => text(core, core.Beacon.commitTo(input)),
  },
  {
    name: 'beaconReveal',
    layout: 'tagged("beacon-reveal", u64 round || u8 level || secrets in commit order)',
    inputs: [
      { round: 7, level: 0, secrets: [hex(35)] },
      { round: 7, level: 1, secrets: [hex(36), hex(35)] },
    ],
    compute: (input, core) => text(core, core.Beacon.combine(input)),
  },
  {
    name: 'beaconBlock',
    layout: 'tagged("beacon-block", u64 number || hash)',
    inputs: [{ number: 21_000_000, hash: hex(37) }],
    compute: (input, core) => text(core, core.Beacon.blockRandomness(input)),
  },
  {
    name: 'beaconTest',
    layout: 'tagged("beacon-test", u64 round || secret)',
    inputs: [{ round: 7, secret: hex(38) }],
    compute: (input, core) => text(core, core.Beacon.testRandomness(input)),
  },
  {
    name: 'drand',
    layout:
      'drand: BLS over sha256(u64 round) (quicknet); randomness = sha256(signature); null where it does not verify',
    inputs: [1000, 1001].map((round) => ({
      chain: 'quicknet',
      round,
      signature: 'b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39',
    })),
    compute: ({ chain, ...round }, core) =>
      core.Beacon.verifyDrand(chain, round) ? text(core, core.Beacon.randomness(round.signature)) : null,
  },
  {
    name: 'beaconRound',
    layout: 'round = max(1, 1 + ceil((deadline + gap - beacon genesis) / period))',
    inputs: [
      { deadline: 1_000, gap: 60, genesis: 100, period: 30 },
      { deadline: 1_000, gap: 61, genesis: 100, period: 30 },
      { deadline: 50, gap: 10, genesis: 100, period: 30 },
      { deadline: 50, gap: 50, genesis: 100, period: 30 },
    ],
    compute: (input, core) => core.Beacon.roundFor(input),
  },
  {
    name: 'deadlines',
    layout: 'deadline(e) = genesis + (e+1)*length; each later one adds its window; parameters: the first of paramsHash',
    inputs: [{ epoch: 0 }, { epoch: 41 }],
    compute: ({ epoch }, core) => core.Protocol.deadlines(core.Protocol.from(parameters), epoch),
  },
  {
    name: 'tokens',
    layout: 'output of a language model: u32 each token',
    inputs: [{ tokens: [] }, { tokens: [1, 4_294_967_295] }],
    compute: ({ tokens }, core) => core.Logits.encodeTokens(tokens),
  },
  {
    name: 'logits',
    layout: 'evidence: u32 positions || u16 k || positions x k x (u32 token || f32 logit); logprobs likewise',
    inputs: [{ positions: [1, 2].map((n) => [9, 5].map((token, i) => ({ token: token * n, logit: 2.5 - i * n }))) }],
    compute: ({ positions }, core) => core.Logits.encode(positions),
  },
  {
    name: 'tensor',
    layout: 'evidence: u8 rank || rank x u32 dimension || f32 values, the last dimension running fastest',
    inputs: [
      { shape: [], values: [0.5] },
      { shape: [2, 3], values: [1, -2, 0.1, 3.5, 0, 1e10] },
    ],
    compute: (input, core) => core.Tensor.encode(input),
  },
  {
    name: 'toploc',
    layout:
      'top-k activations of a segment: index u32, value 16 bits of a finite bfloat16. The executor proves u16 m || k x u16 coefficient, lowest first, of the polynomial of degree below k over F_65497 through (index mod m, value), m the largest m <= 65497 that keeps the indices distinct; one proof a segment, joined. The verifier reveals u16 segments || u16 k || segments x k x (u32 index || u16 value)',
    inputs: [
      [{ indices: [3, 70_000, 12, 5], values: [16_256, 49_152, 16_457, 15_821] }],
      [
        { indices: [7, 65_504, 130_999], values: [16_256, 16_257, 49_279] },
        { indices: [4_294_967_295, 0, 65_497], values: [0, 32_768, 65_407] },
      ],
    ].map((segments) => ({ segments })),
    compute: ({ segments }, core) => ({
      proof: text(core, core.Encoding.concat(...segments.map(core.Toploc.build))),
      revealed: core.Toploc.encode(segments),
    }),
  },
  {
    name: 'evidence',
    layout:
      'the e-process of an executor after each determinate outcome, until it crosses: for each cheat rate q, theta = f + floor((d-f)q/1e18), M <- (M + 1/(t(t+1)))·LR from 0, LR = theta/f of a mismatch, (1-theta)/(1-f) of a match; without restart M <- M·LR from 1. M = units·10^-digits, digits the smallest multiple of 18, 18 or more, that leaves units >= 1e18; the fraction is added in 36 digits more, the quotient is taken in 18 more, both rounded down, then digits drop. value = floor(sum of the M as WADs, each rounded down, by their number) + floor(1e18/(t+1)), without restart the first alone; crossed: value >= 1/alpha',
    inputs: [
      { ...rates, cheatRates: ['1000000000000000000'], restart: true, outcomes: outcomesOf('....x.xxxxxxx') },
      {
        ...rates,
        cheatRates: ['50000000000000000', '500000000000000000'],
        restart: false,
        outcomes: outcomesOf('x..xxxxxx'),
      },
    ],
    compute: (input, core) => statesOf(core, input),
  },
]

function statesOf({ EProcess }, { outcomes, ...given }) {
  const rates = { alpha: BigInt(given.alpha), power: BigInt(given.power), falsePositive: BigInt(given.falsePositive) }
  const test = EProcess.from({ ...rates, cheatRates: given.cheatRates.map(BigInt), restart: given.restart })
  let state = EProcess.start(test)
  return outcomes.map((outcome) => {
    state = EProcess.update(test, state, outcome)
    const { products } = EProcess.encode(test, state)
    return { products, value: String(EProcess.value(test, state)), crossed: EProcess.isCrossed(test, state) }
  })
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

function altered(signature, form) {
  const [r, s, v] = [signature.slice(2, 66), signature.slice(66, 130), signature.slice(130)]
  const other = (ORDER - BigInt(`0x${s}`)).toString(16).padStart(64, '0')
  if (form === 'high s') return `0x${r}${other}${v === '1b' ? '1c' : '1b'}`
  if (form === 'v 0 or 1') return `0x${r}${s}${v === '1b' ? '00' : '01'}`
  if (form === 's 0') return `0x${r}${'00'.repeat(32)}${v}`
  if (form === 'r 0') return `0x${'00'.repeat(32)}${s}${v}`
  return form === '64 bytes' ? `0x${r}${s}` : signature
}

const NOTE = [
  'Golden vectors of Spotcheck, made by scripts/vectors.mjs. Each layout is in the words of protocol.md, "Bytes".',
  'Bytes are lower-case hex with 0x; integers that may pass 2^53 are decimal strings; || joins; integers are big-endian.',
]

/**
 * All vectors, computed by `core` (the namespaces of @spotcheck/core) and `edge` (viem's accounts, the core's adapter).
 * @param {Record<string, any>} core
 * @param {Record<string, any>} edge
 */
export async function vectors(core, edge) {
  const made = []
  for (const { name, layout, inputs, compute } of layouts) {
    const cases = []
    for (const input of inputs) cases.push({ input, output: await compute(input, core, edge) })
    made.push({ name, layout, cases })
  }
  return { note: NOTE, layouts: made }
}
