/** The form of parameters: kinds and ranges of each field. */
import * as z from 'zod'
import * as EProcess from '../EProcess.js'
import * as Schema from '../Schema.js'
import type { Arbitration, Protocol, Slash, Verification } from './Parameters.js'

const seconds = Schema.integer(0, 2 ** 40)
const wei = Schema.uint(128)
const rate = Schema.uint(64)
const tolerance = Schema.uint(96)
const timing = { gap: seconds, genesis: seconds, period: Schema.integer(1, 2 ** 32) }

export const verificationSchema: z.ZodType<Verification> = z.strictObject({
  verifiers: Schema.integer(1, 64),
  maxReplacements: Schema.integer(0, 255),
  fee: wei,
  reward: wei,
  bond: wei,
})

const arbitrationSchema: z.ZodType<Arbitration> = z.strictObject({
  quorums: Schema.list(Schema.integer(1, 255), 1, 8),
  reward: wei,
  final: Schema.address.nullable(),
  colluding: rate,
  capture: rate,
})

export const slashSchema: z.ZodType<Slash> = z.strictObject({
  mismatch: wei,
  opening: wei,
  equivocation: wei,
  missingReveal: wei,
  wrongVerdict: wei,
  withheldBeacon: wei,
  burnShare: rate,
  bounty: wei,
})

/** Schema of {@link Protocol}: form and ranges; `from` adds the rules that relate fields. */
export const schema: z.ZodType<Protocol> = z.strictObject({
  version: z.literal(1, { error: '1, the only version yet' }),
  environment: Schema.oneOf('production', 'test'),
  chainId: Schema.integer(0),
  verifyingContract: Schema.address,
  genesis: seconds,
  epochLength: Schema.integer(1, 2 ** 32),
  windows: z.strictObject({
    beacon: seconds,
    disclosure: seconds,
    verifierCommit: seconds,
    opening: seconds,
    reveal: seconds,
    dispute: seconds,
    arbitrationBeacon: seconds,
    vote: seconds,
    ruling: seconds,
    settlement: seconds,
  }),
  censorship: seconds,
  finality: seconds,
  mode: Schema.oneOf('full', 'evidence'),
  sampling: z.discriminatedUnion(
    'mode',
    [
      z.strictObject({ mode: z.literal('bernoulli'), rate }),
      z.strictObject({ mode: z.literal('fixed'), rate }),
      z.strictObject({ mode: z.literal('byValue'), interval: wei }),
    ],
    { error: 'an object with the mode "bernoulli", "fixed" or "byValue"' },
  ),
  treeHash: Schema.oneOf('keccak256', 'sha256').default('keccak256'),
  comparator: z.discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('exact') }),
      z.strictObject({ kind: z.literal('logits'), tolerance, greedy: Schema.boolean }),
      z.strictObject({
        kind: z.literal('logprobs'),
        tolerance,
        slack: tolerance,
        peak: tolerance,
        topk: Schema.integer(1, 1024),
        greedy: Schema.boolean,
      }),
      z.strictObject({
        kind: z.literal('toploc'),
        topk: Schema.integer(2, 1024),
        minExponentMatches: Schema.integer(1, 1024),
        maxMeanMantissaError: Schema.integer(0, 127),
        maxMedianMantissaError: Schema.integer(0, 127),
      }),
      z.strictObject({
        kind: z.literal('tensor'),
        absolute: tolerance,
        relative: tolerance,
        ulps: Schema.integer(0, 2 ** 23),
      }),
      z.strictObject({ kind: z.literal('custom'), id: Schema.bytes32 }),
    ],
    { error: 'an object with the kind "exact", "logits", "logprobs", "toploc", "tensor" or "custom"' },
  ),
  beacon: z.discriminatedUnion(
    'source',
    [
      z.strictObject({ source: z.literal('drand'), chain: Schema.oneOf('quicknet', 'default'), gap: seconds }),
      z.strictObject({
        source: z.literal('commit-reveal'),
        ...timing,
        panel: Schema.list(Schema.address, 1, 256),
        minimum: Schema.integer(1, 256),
      }),
      z.strictObject({ source: z.literal('block'), ...timing, draws: Schema.integer(1) }),
      z.strictObject({ source: z.literal('test'), ...timing, secret: Schema.bytes32 }),
    ],
    { error: 'an object with the source "drand", "commit-reveal", "block" or "test"' },
  ),
  verification: verificationSchema,
  arbitration: arbitrationSchema,
  evidence: EProcess.schema.nullable(),
  canaryRate: rate,
  unbonding: seconds,
  slash: slashSchema,
})
