/**
 * How a client pays: cumulative vouchers, signed by its task key against receipts (protocol.md, section 1). A new one
 * replaces the ones before it, so that one number a (client, executor, epoch) has to be kept, and none can be cashed
 * twice. A batch is paid at most what its vouchers say.
 *
 * @module
 */
import * as z from 'zod'
import { type Address, assertList, assertObject, fromHex, type Hex } from './Encoding.js'
import { BaseError } from './Errors.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'

/** Everything that the client has authorised for this executor and epoch so far; its task key signs it. */
export type Voucher = Readonly<{
  paramsHash: Hex
  client: Address
  executor: Address
  epoch: number
  /** Wei, in total: not on top of earlier vouchers. */
  cumulative: bigint
}>

/** Schema of {@link Voucher}. */
export const schema: z.ZodType<Voucher> = z.strictObject({
  paramsHash: Schema.bytes32,
  client: Schema.address,
  executor: Schema.address,
  epoch: Schema.integer(0, 2 ** 32),
  cumulative: Schema.uint(128),
})

/**
 * Decodes a voucher.
 *
 * @throws InvalidVoucherError naming the field, the value, the rule and the fix.
 * @example
 * ```ts
 * import { Encoding, Voucher } from '@spotcheck/core'
 *
 * const { zero32, zeroAddress } = Encoding
 * const parties = { client: zeroAddress, executor: zeroAddress }
 * Voucher.from({ paramsHash: zero32, ...parties, epoch: 0, cumulative: '300' }).cumulative // 300n
 * ```
 */
export function from(value: unknown): Voucher {
  return Schema.parse(schema, value, 'voucher', InvalidVoucherError)
}

/** Who pays whom, for which epoch. */
export type Account = Readonly<{
  protocol: Protocol.Protocol
  client: Address
  executor: Address
  epoch: number
}>

/**
 * Wei that the client has authorised: the largest cumulative of its vouchers for that executor and epoch, 0 without any.
 * Vouchers for anything else are passed over. All must be authentic: signed by the client's recorded task key.
 *
 * @throws InvalidVoucherError if a voucher is malformed; InvalidInputError if another argument is.
 * @example
 * ```ts
 * import { Encoding, Protocol, Voucher } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const account = { client: Encoding.zeroAddress, executor: Encoding.zeroAddress, epoch: 0 }
 * const voucher = { paramsHash: Protocol.hash(protocol), ...account }
 * const vouchers = [100n, 300n, 200n].map((cumulative) => ({ ...voucher, cumulative }))
 * Voucher.authorised(vouchers, { protocol, ...account }) // 300n
 * Voucher.authorised(vouchers, { protocol, ...account, epoch: 1 }) // 0n
 * ```
 */
export function authorised(vouchers: readonly Voucher[], account: Account): bigint {
  const { protocol, client, executor, epoch } = assertObject(account, 'account')
  const wanted = { paramsHash: Protocol.hash(protocol), client, executor, epoch }
  from({ ...wanted, cumulative: 0n })
  return Array.from(assertList(vouchers, 'vouchers'), from)
    .filter((voucher) => belongs(voucher, wanted))
    .reduce((largest, { cumulative }) => (cumulative > largest ? cumulative : largest), 0n)
}

function belongs(voucher: Voucher, wanted: Omit<Voucher, 'cumulative'>): boolean {
  return (
    voucher.paramsHash === wanted.paramsHash &&
    voucher.client === wanted.client &&
    voucher.executor === wanted.executor &&
    voucher.epoch === wanted.epoch
  )
}

/**
 * Wei that a batch is paid: what it earned, at most what its vouchers say. `earned` has what the batch's valid leaves
 * come to for each client; a client without a voucher pays nothing.
 *
 * @throws InvalidVoucherError if a voucher is malformed; InvalidInputError if another argument is.
 * @example
 * ```ts
 * import { Encoding, Protocol, Voucher } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const protocol = Protocol.from(testParameters)
 * const [client, executor] = [`0x${'c1'.repeat(20)}`, `0x${'e1'.repeat(20)}`] as const
 * const vouchers = [{ paramsHash: Protocol.hash(protocol), client, executor, epoch: 0, cumulative: 300n }]
 * const batch = { protocol, executor, epoch: 0, vouchers }
 * Voucher.payable({ ...batch, earned: new Map([[client, 250n]]) }) // 250n
 * Voucher.payable({ ...batch, earned: new Map([[client, 400n]]) }) // 300n
 * ```
 */
export function payable(parameters: PayableParameters): bigint {
  const { vouchers, earned, protocol, executor, epoch } = assertObject(parameters, 'parameters')
  const parts = [...assertEarned(earned)].map(([client, amount]) => {
    const limit = authorised(vouchers, { protocol, client, executor, epoch })
    return amount < limit ? amount : limit
  })
  return parts.reduce((sum, part) => sum + part, 0n)
}

/** What {@link payable} needs. */
export type PayableParameters = Readonly<{
  protocol: Protocol.Protocol
  executor: Address
  epoch: number
  /** Authentic ones; others' and other epochs' are passed over. */
  vouchers: readonly Voucher[]
  /** Wei earned, by client. */
  earned: ReadonlyMap<Address, bigint>
}>

function assertEarned(earned: ReadonlyMap<Address, bigint>): ReadonlyMap<Address, bigint> {
  if (!(earned instanceof Map)) throw badEarnings(earned)
  for (const [client, amount] of earned) {
    fromHex(client, 'client', 20)
    if (typeof amount !== 'bigint' || amount < 0n) throw badEarnings(amount)
  }
  return earned
}

/**
 * The typed data that the client's task key signs:
 * `Voucher(bytes32 paramsHash,address client,address executor,uint64 epoch,uint128 cumulative)`.
 *
 * @throws InvalidVoucherError if the voucher is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, Voucher } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 * import { secp256k1 } from '@spotcheck/core/viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 *
 * const protocol = Protocol.from(testParameters)
 * const taskKey = privateKeyToAccount(`0x${'42'.repeat(32)}`)
 * const parties = { client: Encoding.zeroAddress, executor: Encoding.zeroAddress }
 * const voucher = { paramsHash: Protocol.hash(protocol), ...parties, epoch: 0, cumulative: 300n }
 * const definition = Voucher.definition(voucher, protocol)
 * const signature = await taskKey.signTypedData(definition)
 * ;(await secp256k1.recover(definition, signature)) === taskKey.address.toLowerCase() // true
 * ```
 */
export function definition(voucher: Voucher, protocol: Protocol.Protocol): TypedData.Definition {
  return TypedData.definition(Protocol.domain(protocol), 'Voucher', from(voucher))
}

/**
 * EIP-712 signing digest, 32 bytes.
 *
 * @throws InvalidVoucherError if the voucher is malformed, InvalidProtocolError if `protocol` is none.
 * @example
 * ```ts
 * import { Encoding, Protocol, Voucher } from '@spotcheck/core'
 * import { testParameters } from '@spotcheck/core/memory'
 *
 * const parties = { client: Encoding.zeroAddress, executor: Encoding.zeroAddress }
 * const voucher = { paramsHash: Encoding.zero32, ...parties, epoch: 0, cumulative: 300n }
 * Voucher.digest(voucher, Protocol.from(testParameters)).length // 66
 * ```
 */
export function digest(voucher: Voucher, protocol: Protocol.Protocol): Hex {
  return TypedData.digestOf(definition(voucher, protocol))
}

function badEarnings(value: unknown): InvalidVoucherError {
  return new InvalidVoucherError('what was earned is malformed.', {
    subject: 'earned',
    value,
    rule: 'a Map from client to wei, bigint, at least 0',
    fix: 'pass new Map([[client, amount]])',
  })
}

/** A voucher, or what it is held against, that is malformed. */
export class InvalidVoucherError extends BaseError {
  override name = 'Voucher.InvalidVoucherError'
}
