/**
 * A batch and its openings as two JSON files, for whoever audits them later and offline: `spotcheck verify batch.json
 * openings.json`. Bigints are decimal strings, bytes lower-case hex; messages are envelopes as they went over the wire.
 *
 * @module
 */
import * as z from 'zod'
import type { Address, Hex } from '../Encoding.js'
import * as Protocol from '../Protocol.js'
import * as Schema from '../Schema.js'
import { type Bodies, type Envelope, type Kind, kinds, MalformedMessageError } from './Form.js'

/** A round of drand as its chain publishes it: hex, with or without 0x. `default` needs the previous signature too. */
export type DrandValue = Readonly<{ round: number; signature: string; previousSignature?: string | undefined }>

/** The value of any other beacon, 32 bytes. */
export type RandomValue = Readonly<{ round: number; randomness: Hex }>

/** `batch.json`. */
export type BatchFile = Readonly<{
  version: 1
  protocol: Protocol.Protocol
  batch: Envelope<'batch'>
  /** What drew the sample. */
  beacon: DrandValue | RandomValue
  /** The executor's operator key as registered with the stake, where it is not the executor's own address. */
  operator?: Address | undefined
  /** Recorded task keys, of clients that do not sign with their own. */
  taskKeys?: readonly Readonly<{ client: Address; key: Address }>[] | undefined
  /** The client that the batch was for, and its reward per task, where they are known. */
  engagement?: Readonly<{ client: Address; reward: bigint }> | undefined
}>

/** `openings.json`: in any order. */
export type OpeningsFile = Readonly<{
  version: 1
  disclosures: readonly Envelope<'disclosure'>[]
  openings: readonly Envelope<'opening'>[]
}>

const version = z.literal(1, { error: '1, the only version yet' })
const round = Schema.integer(1)
const DRAND = /^(?:0x)?(?:[0-9a-f]{2}){32,96}$/
const drandHex = Schema.text(194).refine((value) => DRAND.test(value), {
  error: '32 to 96 bytes as lower-case hex, with or without 0x',
  params: { fix: 'copy it from the chain’s API' },
})

function envelopeOf<K extends Kind>(kind: K): z.ZodType<Envelope<K>> {
  const body = kinds[kind].schema as z.ZodType<Bodies[K]>
  const form = z.strictObject({ version, kind: Schema.oneOf(kind), body, signature: Schema.signature })
  return form as unknown as z.ZodType<Envelope<K>>
}

/** Schema of {@link BatchFile}: form and ranges; {@link batchFrom} adds the rules of the parameters. */
export const batchSchema: z.ZodType<BatchFile> = z.strictObject({
  version,
  protocol: Protocol.schema,
  batch: envelopeOf('batch'),
  beacon: z.union(
    [
      z.strictObject({ round, signature: drandHex, previousSignature: drandHex.optional() }),
      z.strictObject({ round, randomness: Schema.bytes32 }),
    ],
    { error: 'an object with round and signature (drand), or round and randomness' },
  ),
  operator: Schema.address.optional(),
  taskKeys: Schema.list(z.strictObject({ client: Schema.address, key: Schema.address }), 0, 1 << 16).optional(),
  engagement: z.strictObject({ client: Schema.address, reward: Schema.uint(128) }).optional(),
})

const most = 1 << 20

/** Schema of {@link OpeningsFile}. */
export const openingsSchema: z.ZodType<OpeningsFile> = z.strictObject({
  version,
  disclosures: Schema.list(envelopeOf('disclosure'), 0, most),
  openings: Schema.list(envelopeOf('opening'), 0, most),
})

/**
 * Reads `batch.json`, parsed.
 *
 * @throws MalformedMessageError naming the field, its value, the rule and the fix; InvalidProtocolError if the parameters
 * break a rule.
 * @example
 * ```ts
 * import { Message } from '@spotcheck/core'
 *
 * try {
 *   Message.Files.batchFrom({ version: 1 })
 * } catch (error) {
 *   if (error instanceof Message.MalformedMessageError) console.log(error.subject) // 'batch.json.protocol'
 * }
 * ```
 */
export function batchFrom(value: unknown): BatchFile {
  const file = read(batchSchema, value, 'batch.json')
  return { ...file, protocol: Protocol.from(file.protocol) }
}

/**
 * Reads `openings.json`, parsed.
 *
 * @throws MalformedMessageError naming the field, its value, the rule and the fix.
 * @example
 * ```ts
 * import { Message } from '@spotcheck/core'
 *
 * Message.Files.openingsFrom({ version: 1, disclosures: [], openings: [] }).openings // []
 * ```
 */
export function openingsFrom(value: unknown): OpeningsFile {
  return read(openingsSchema, value, 'openings.json')
}

/**
 * The text of `batch.json`.
 *
 * @throws as {@link batchFrom}: what would not be read is not written.
 * @example
 * ```ts
 * import { createClient, createExecutor, Encoding, Message, Protocol, Round } from '@spotcheck/core'
 * import { cheapAuthenticator, cheapSigner, testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const address = Encoding.zeroAddress
 * const client = createClient({ protocol, address, signer: cheapSigner(address) })
 * const model = { execute: async () => ({ bytes: '0x01', evidence: '0x' }) as const, reexecute: async () => '0x01' as const }
 * const secret = new Uint8Array(32).fill(7) // 32 random bytes, in earnest
 * const signer = cheapSigner(address)
 * const terms = { client: address, reward: 100n }
 * const executor = createExecutor({
 *   ...{ protocol, epoch: 0, address, signer, secret, model, terms },
 *   authenticator: cheapAuthenticator,
 * })
 * const digests = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32 }
 * await executor.serve(await client.order({ ...digests, input: '0x2a', nonce: 0n, reward: 100n, value: 500n }), '0x2a')
 *
 * const batch = await executor.commit()
 * const beacon = { round: Round.beaconRound(protocol, 0), randomness: Encoding.zero32 }
 * const text = Message.Files.batch({ protocol, batch, beacon })
 * Message.Files.batchFrom(JSON.parse(text)).batch.body.count // 1
 * ```
 */
export function batch(file: Omit<BatchFile, 'version'>): string {
  return written(batchFrom({ version: 1, ...file }))
}

/**
 * The text of `openings.json`.
 *
 * @throws as {@link openingsFrom}: what would not be read is not written.
 * @example
 * ```ts
 * import { Message } from '@spotcheck/core'
 *
 * const text = Message.Files.openings({ disclosures: [], openings: [] })
 * Message.Files.openingsFrom(JSON.parse(text)).version // 1
 * ```
 */
export function openings(file: Omit<OpeningsFile, 'version'>): string {
  return written(openingsFrom({ version: 1, ...file }))
}

/** As `Schema.parse`, with the whole path in the first line: in a file of many messages it is what one looks for. */
function read<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  try {
    return Schema.parse(schema, value, name, MalformedMessageError)
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error
    throw new MalformedMessageError(`${error.subject} is malformed.`, { ...error, cause: error })
  }
}

function written(file: object): string {
  return `${JSON.stringify(file, Schema.toJson, 2)}\n`
}
