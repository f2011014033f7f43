/**
 * Arbitrary networks: who takes part, what is ordered, and what becomes of the messages on their way.
 *
 * @module
 */
import fc from 'fast-check'
import { type Hex, toHex } from '../Encoding.js'
import { testParameters } from '../memory/index.js'
import type { Protocol } from '../Protocol.js'

/** How an executor behaves, the most harmless first. */
export const executorKinds = ['honest', 'sometimes-wrong', 'wrong', 'silent'] as const
/** How a verifier behaves: `crashed` says that it can't run the task, `accuser` computes something else. */
export const verifierKinds = ['honest', 'crashed', 'silent', 'accuser'] as const
/** What becomes of a message: a delayed one arrives with the next message of its sender. */
export const fates = ['delivered', 'repeated', 'delayed', 'lost'] as const

/** How an executor behaves. */
export type ExecutorKind = (typeof executorKinds)[number]
/** How a verifier behaves. */
export type VerifierKind = (typeof verifierKinds)[number]
/** What becomes of one message. */
export type Fate = (typeof fates)[number]

/** Who takes part. */
export type Population = Readonly<{ executors: readonly ExecutorKind[]; verifiers: readonly VerifierKind[] }>

/** What a client orders. */
export type Order = Readonly<{ input: Hex; value: bigint }>

/** What an executor is engaged for: orders, all at one reward. */
export type Batch = Readonly<{ reward: bigint; orders: readonly Order[] }>

/** An epoch of a network: everything that decides what happens in it. */
export type Trace = Readonly<{
  protocol: Protocol
  population: Population
  /** The batch of each executor. */
  batches: readonly Batch[]
  /** Of the first, second, … message that anybody sends; all further ones are delivered. */
  fates: readonly Fate[]
}>

/**
 * Executors and verifiers of any kind, at most one verifier of which accuses: a quorum of three has an honest majority.
 * Shrinks to few and honest ones.
 *
 * @example
 * ```ts
 * import { populations } from '@spotcheck/core/testing'
 * import fc from 'fast-check'
 *
 * fc.assert(fc.property(populations(), ({ executors }) => executors.length >= 1 && executors.length <= 3))
 * ```
 */
export function populations(): fc.Arbitrary<Population> {
  return fc.record({
    executors: fc.array(fc.constantFrom(...executorKinds), { minLength: 1, maxLength: 3 }),
    verifiers: fc
      .array(fc.constantFrom<VerifierKind>('honest', ...verifierKinds), { minLength: 6, maxLength: 8 })
      .map((kinds) => kinds.map((kind, i) => (kind === 'accuser' && kinds.indexOf(kind) !== i ? 'honest' : kind))),
  })
}

/**
 * An order: an input of one to four bytes, and a value. Shrinks to small ones.
 *
 * @example
 * ```ts
 * import { tasks } from '@spotcheck/core/testing'
 * import fc from 'fast-check'
 *
 * fc.assert(fc.property(tasks(), ({ input }) => input.length >= 4))
 * ```
 */
export function tasks(): fc.Arbitrary<Order> {
  return fc.record({
    input: fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => toHex(bytes)),
    value: fc.bigInt({ min: 1n, max: 1_000n }),
  })
}

/**
 * What an executor is engaged for in an epoch: one to `size` orders. Equal inputs may occur: they are tasks of their own.
 *
 * @example
 * ```ts
 * import { batches } from '@spotcheck/core/testing'
 * import fc from 'fast-check'
 *
 * fc.assert(fc.property(batches(4), ({ orders }) => orders.length >= 1 && orders.length <= 4))
 * ```
 */
export function batches(size = 6): fc.Arbitrary<Batch> {
  return fc.record({
    reward: fc.bigInt({ min: 1n, max: 200n }),
    orders: fc.array(tasks(), { minLength: 1, maxLength: size }),
  })
}

/**
 * Epochs of a network under a protocol, with messages repeated, delayed and lost. Shrinks to a short epoch of honest parties
 * in which every message arrives.
 *
 * The protocol's sampling, verification, penalties and windows count. The beacon is a test source and outputs are compared
 * exactly, whatever it says: both belong to the world outside.
 *
 * @example
 * ```ts
 * import { traces } from '@spotcheck/core/testing'
 * import fc from 'fast-check'
 *
 * fc.assert(fc.property(traces(), ({ population, batches }) => population.executors.length === batches.length))
 * ```
 */
export function traces(options: Readonly<{ protocol?: Protocol | undefined }> = {}): fc.Arbitrary<Trace> {
  const protocol = options.protocol ?? testParameters
  return populations().chain((population) =>
    fc.record({
      protocol: fc.constant(protocol),
      population: fc.constant(population),
      batches: fc.tuple(...population.executors.map(() => batches())),
      fates: fc.array(fc.constantFrom<Fate>('delivered', 'delivered', ...fates), { maxLength: 40 }),
    }),
  )
}
