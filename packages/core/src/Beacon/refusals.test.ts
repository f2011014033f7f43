/** What beacons refuse, and in which words. */
import { expect, it } from 'vitest'
import { refusal } from '../../../../test/support/thrown.js'
import * as Beacon from '../Beacon.js'

const bytes = new Uint8Array(32)
const wrong = undefined as never
const address = `0x${'0a'.repeat(20)}` as const
const { quicknet } = Beacon.chains

it('drand', () => {
  const round = { round: 1, signature: '00' }
  const calls = [
    () => Beacon.verifyDrand(wrong, round),
    () => Beacon.verifyDrand('toString' as never, round),
    () => Beacon.verifyDrand('latest' as never, round),
    () => Beacon.verifyDrand({ ...quicknet, scheme: 'toString' as never }, round),
    () => Beacon.verifyDrand({ ...quicknet, scheme: 1 as never }, round),
    () => Beacon.verifyDrand({ ...quicknet, publicKey: '00' }, round),
    () => Beacon.verifyDrand({ ...quicknet, publicKey: wrong }, round),
    () => Beacon.verifyDrand({ ...quicknet, publicKey: `c0${'00'.repeat(95)}` }, round),
    () => Beacon.verifyDrand('quicknet', wrong),
    () => Beacon.verifyDrand('quicknet', { ...round, round: 0 }),
    () => Beacon.verifyDrand('quicknet', { ...round, signature: wrong }),
    () => Beacon.verifyDrand('quicknet', { ...round, signature: '0g' }),
    () => Beacon.verifyDrand('default', { ...round, previousSignature: 'AB' }),
    () => Beacon.randomness(wrong),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Beacon.InvalidChainError: no such chain is built in. | chain | undefined | one of quicknet, default, or a ChainInfo | pass one of these names, or what /info of your chain says
    Beacon.InvalidChainError: no such chain is built in. | chain | toString | one of quicknet, default, or a ChainInfo | pass one of these names, or what /info of your chain says
    Beacon.InvalidChainError: no such chain is built in. | chain | latest | one of quicknet, default, or a ChainInfo | pass one of these names, or what /info of your chain says
    Beacon.InvalidChainError: the scheme of the chain is not supported. | scheme | toString | one of bls-unchained-g1-rfc9380, pedersen-bls-chained | use a chain with one of these schemes
    Beacon.InvalidChainError: the scheme of the chain is not supported. | scheme | 1 | one of bls-unchained-g1-rfc9380, pedersen-bls-chained | use a chain with one of these schemes
    Beacon.InvalidChainError: the public key is not a key of its scheme. | publicKey | 0 | a compressed point for bls-unchained-g1-rfc9380, in the subgroup and not infinity | copy public_key from the chain's /info
    Errors.InvalidInputError: publicKey must be bytes. | publicKey | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Beacon.InvalidChainError: the public key is not a key of its scheme. | publicKey | 192,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0 | a compressed point for bls-unchained-g1-rfc9380, in the subgroup and not infinity | copy public_key from the chain's /info
    Errors.InvalidInputError: drand round must be an object. | drand round | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: round must be a whole number in range. | round | 0 | an integer from 1 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: signature must be bytes. | signature | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: signature is not canonical hex. | signature | 0x0g | 0x, then two lower-case hex digits a byte | pass bytes through Encoding.toHex
    Errors.InvalidInputError: previousSignature is not canonical hex. | previousSignature | 0xAB | 0x, then two lower-case hex digits a byte | pass bytes through Encoding.toHex
    Errors.InvalidInputError: signature must be bytes. | signature | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex"
  `)
})

it('blocks, seeds and schedules', () => {
  const schedule = { genesis: 10, period: 3, deadline: 20, gap: 1 }
  const calls = [
    () => Beacon.blockRandomness(wrong),
    () => Beacon.blockRandomness({ number: -1, hash: bytes }),
    () => Beacon.blockRandomness({ number: 1, hash: '0x00' }),
    () => Beacon.seed(wrong, bytes),
    () => Beacon.seed(bytes, '0x00'),
    () => Beacon.testRandomness(wrong),
    () => Beacon.testRandomness({ round: -1, secret: bytes }),
    () => Beacon.testRandomness({ round: 1, secret: '0x00' }),
    () => Beacon.roundFor(wrong),
    ...Object.keys(schedule).map((name) => () => Beacon.roundFor({ ...schedule, [name]: -1 })),
    () => Beacon.roundFor({ ...schedule, period: 0 }),
    () => Beacon.roundFor({ ...schedule, deadline: Number.MAX_SAFE_INTEGER, gap: 1 }),
    () => Beacon.timeOf(wrong),
    () => Beacon.timeOf({ genesis: 10, period: 3, round: 0 }),
    () => Beacon.timeOf({ genesis: 10, period: 3, round: Number.MAX_SAFE_INTEGER }),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: block must be an object. | block | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: number must be a whole number in range. | number | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: hash must be 32 bytes. | hash | 0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: randomness must be 32 bytes. | randomness | undefined | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: batchDigest must be 32 bytes. | batchDigest | 0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: source must be an object. | source | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: round must be a whole number in range. | round | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: secret must be 32 bytes. | secret | 0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: schedule must be an object. | schedule | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: genesis must be a whole number in range. | genesis | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: period must be a whole number in range. | period | -1 | an integer from 1 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: deadline must be a whole number in range. | deadline | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: gap must be a whole number in range. | gap | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: period must be a whole number in range. | period | 0 | an integer from 1 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: deadline + gap must be a whole number in range. | deadline + gap | 9007199254740992 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: schedule must be an object. | schedule | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: round must be a whole number in range. | round | 0 | an integer from 1 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: time of the round must be a whole number in range. | time of the round | 27021597764222976 | an integer from 0 to 9007199254740991 | pass a number in that range"
  `)
})

it('panels', () => {
  const secret = { address, round: 1, level: 0, secret: bytes }
  const record = { round: 1, level: 0, commits: new Map(), reveals: new Map() }
  const calls = [
    () => Beacon.commitTo(wrong),
    () => Beacon.commitTo({ ...secret, address: '0xab' }),
    () => Beacon.commitTo({ ...secret, round: -1 }),
    () => Beacon.commitTo({ ...secret, level: 256 }),
    () => Beacon.commitTo({ ...secret, secret: '0x00' }),
    () => Beacon.opens(wrong),
    () => Beacon.opens({ ...secret, commitment: wrong }),
    () => Beacon.combine(wrong),
    () => Beacon.combine({ round: 1, level: 0, secrets: wrong }),
    () => Beacon.combine({ round: 1, level: 0, secrets: [] }),
    () => Beacon.combine({ round: 1, level: 0, secrets: [bytes, '0x00'] }),
    () => Beacon.combine({ round: -1, level: 0, secrets: [bytes] }),
    () => Beacon.combine({ round: 1, level: 256, secrets: [bytes] }),
    () => Beacon.tally(wrong),
    () => Beacon.tally({ ...record, commits: [] as never }),
    () => Beacon.tally({ ...record, reveals: {} as never }),
    () => Beacon.tally({ ...record, minimum: 0 }),
    () => Beacon.tally({ ...record, panel: address as never }),
  ]
  expect(calls.map(refusal).join('\n')).toMatchInlineSnapshot(`
    "Errors.InvalidInputError: secret must be an object. | secret | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: address must be 20 bytes. | address | 171 | a Uint8Array of 20 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: round must be a whole number in range. | round | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: level must be a whole number in range. | level | 256 | an integer from 0 to 255 | pass a number in that range
    Errors.InvalidInputError: secret must be 32 bytes. | secret | 0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: opening must be an object. | opening | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: commitment must be bytes. | commitment | undefined | a Uint8Array | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: reveals must be an object. | reveals | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: secrets must be an array. | secrets | undefined | an array of 32-byte secrets in commit order | pass the list, even if it has one element
    Beacon.EmptyPanelError: a panel needs at least one secret. | secrets |  | one secret per commitment, at least one | void the round: nobody revealed
    Errors.InvalidInputError: secrets[1] must be 32 bytes. | secrets[1] | 0 | a Uint8Array of 32 bytes | pass the raw bytes; hex goes through Encoding.fromHex
    Errors.InvalidInputError: round must be a whole number in range. | round | -1 | an integer from 0 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: level must be a whole number in range. | level | 256 | an integer from 0 to 255 | pass a number in that range
    Errors.InvalidInputError: record must be an object. | record | undefined | an object with named fields | pass the fields by name: { field: value }
    Errors.InvalidInputError: commits must be a Map. | commits |  | a Map from member to value, in the order of acceptance | pass new Map(entries)
    Errors.InvalidInputError: reveals must be a Map. | reveals | [object Object] | a Map from member to value, in the order of acceptance | pass new Map(entries)
    Errors.InvalidInputError: minimum must be a whole number in range. | minimum | 0 | an integer from 1 to 9007199254740991 | pass a number in that range
    Errors.InvalidInputError: panel must be an array. | panel | 0x0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a | an array | pass the list, even if it has one element"
  `)
  expect(Beacon.commitTo({ ...secret, level: 255 })).toHaveLength(32)
})
