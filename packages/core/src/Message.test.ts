import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as reference from '../../../test/support/eip712.js'
import { bodies, kinds, messageOf, protocol, signature } from '../../../test/support/fixtures.js'
import { errorOf } from '../../../test/support/thrown.js'
import { hex, party } from '../../../test/support/world.js'
import * as Encoding from './Encoding.js'
import * as Errors from './Errors.js'
import * as Message from './Message.js'
import { cheapAuthenticator, cheapSigner } from './memory/index.js'
import * as Protocol from './Protocol.js'
import * as Schema from './Schema.js'
import * as TypedData from './TypedData.js'
import { secp256k1 } from './viem/index.js'

const account = privateKeyToAccount(hex(0x42))
const signer = account.address.toLowerCase()
const structs: Record<Message.Kind, string> = {
  receipt: 'Receipt',
  voucher: 'Voucher',
  checkpoint: 'Checkpoint',
  batch: 'Batch',
  inclusion: 'Inclusion',
  consistency: 'Consistency',
  'beacon-commit': 'BeaconCommit',
  'beacon-reveal': 'BeaconReveal',
  disclosure: 'Disclosure',
  'verifier-commitment': 'VerifierCommitment',
  indeterminate: 'Indeterminate',
  opening: 'Opening',
  reveal: 'Reveal',
  leak: 'Leak',
  canary: 'Canary',
  appeal: 'Appeal',
  ruling: 'Ruling',
}

it('is signed by any viem account', () => {
  expectTypeOf(account).toExtend<Message.Signer>()
})

describe.each(kinds)('%s', (kind) => {
  it('comes back from the wire with its body and signer', async () => {
    const sent = await Message.sign(messageOf(kind), protocol, account)
    const wire = JSON.stringify(sent, Schema.toJson)
    const received = await Message.authenticate(JSON.parse(wire), protocol, secp256k1)
    expect(received).toMatchObject({ kind, body: bodies[kind], signer })
    expect(Message.isAuthenticated(received)).toBe(true)
    expect(Message.isAuthenticated({ ...received })).toBe(false)
    expect(Message.decode(JSON.parse(wire))).toEqual(sent)
  })

  it('is signed over the EIP-712 digest of its body', async () => {
    const { chainId, verifyingContract } = protocol
    const digest = reference.digest(chainId, verifyingContract, structs[kind], bodies[kind] as never)
    expect(TypedData.digestOf(Message.definition(messageOf(kind), protocol))).toBe(Encoding.toHex(digest))
  })

  it('is signed for one chain, one contract and one kind', async () => {
    const sent = await Message.sign(messageOf(kind), protocol, account)
    for (const elsewhere of [{ chainId: 1 }, { verifyingContract: party('c', 7) }]) {
      const other = Protocol.from({ ...protocol, ...elsewhere })
      expect((await Message.authenticate(sent, other, secp256k1)).signer).not.toBe(signer)
    }
  })

  it('with one digit changed anywhere has another signer, or none', async () => {
    const sent = await Message.sign(messageOf(kind), protocol, account)
    const wire = JSON.stringify(sent, Schema.toJson)
    let authentic = 0
    const digits = [...wire.matchAll(/[0-9a-f](?=[0-9a-f]*")/g)].map(({ index }) => index)
    const step = Math.max(1, Math.floor(digits.length / 40))
    for (let i = 0; i < digits.length; i += step) {
      const at = digits[i]!
      const changed = `${wire.slice(0, at)}${wire[at] === '1' ? '2' : '1'}${wire.slice(at + 1)}`
      const value: unknown = JSON.parse(changed)
      const received = await Message.authenticate(value, protocol, secp256k1).catch((error) => error)
      if (received instanceof Error) expect(received).toBeInstanceOf(Errors.BaseError)
      else if (received.signer === signer) authentic++
    }
    expect(authentic).toBe(0)
  })

  it('is answered for by the one whose duty it is', () => {
    const { body } = messageOf(kind)
    const roles = ['member', 'verifier', 'reporter', 'party', 'arbiter']
    const role = kind === 'voucher' ? 'client' : (roles.find((one) => one in body) ?? 'executor')
    expect(Message.sender(messageOf(kind))).toBe((body as Record<string, unknown>)[role])
  })

  it.each([undefined, null, {}, [], 'x', 1n])('is refused with the body %s', async (body) => {
    expect(() => Message.decode({ version: 1, kind, body, signature })).toThrow(Message.MalformedMessageError)
    await expect(Message.sign({ kind, body } as never, protocol, account)).rejects.toThrow(
      Message.MalformedMessageError,
    )
  })

  it('is refused with an unknown field in its body', () => {
    const wrong = { version: 1, kind, body: { ...bodies[kind], note: 'x' }, signature }
    expect(errorOf(() => Message.decode(wrong), Message.MalformedMessageError)).toMatchObject({ subject: kind })
  })
})

describe('authenticate', () => {
  const message = messageOf('batch')

  it('refuses the second form that every signature has: high s', async () => {
    const sent = await Message.sign(message, protocol, account)
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const s = order - BigInt(`0x${sent.signature.slice(66, 130)}`)
    const v = sent.signature.endsWith('1b') ? '1c' : '1b'
    const flipped = `${sent.signature.slice(0, 66)}${s.toString(16).padStart(64, '0')}${v}`
    await expect(Message.authenticate({ ...sent, signature: flipped }, protocol, secp256k1)).rejects.toThrow(
      Message.InvalidSignatureError,
    )
    const error = await Message.authenticate({ ...sent, signature: flipped }, protocol, secp256k1).catch((one) => one)
    expect(error.message).toMatchInlineSnapshot(`
      "the signature is not canonical.
        signature  "0xaada60e6a13670ad38e0d7e7467981c7adac22ab133ab7167b327156cab80254b287d1936eb3077a4f8ec… (132 characters)
        rule       secp256k1 r || s || v with s in the lower half and v 27 or 28
        fix        sign the typed data of Message.definition with the operator key
        see        protocol.md, Commitment"
    `)
  })

  it('recovers who signed the task inside a disclosure, or nobody', async () => {
    const { definition } = await import('./Task.js')
    const client = privateKeyToAccount(hex(0x43))
    const taskSignature = await client.signTypedData(definition(bodies.disclosure.task, protocol) as never)
    const body = { ...bodies.disclosure, taskSignature }
    const sent = await Message.sign<'disclosure'>({ kind: 'disclosure', body }, protocol, account)
    expect(await Message.authenticate(sent, protocol, secp256k1)).toMatchObject({
      signer,
      innerSigner: client.address.toLowerCase(),
    })
    const nobody = { ...bodies.disclosure, taskSignature: `0x${'00'.repeat(65)}` as const }
    const unsigned = await Message.sign<'disclosure'>({ kind: 'disclosure', body: nobody }, protocol, account)
    expect(await Message.authenticate(unsigned, protocol, secp256k1)).toMatchObject({ innerSigner: null })
    expect(
      (await Message.authenticate(await Message.sign(message, protocol, account), protocol, secp256k1)).innerSigner,
    ).toBeNull()
  })

  it('freezes what it vouches for, and leaves what it was given alone', async () => {
    const sent = await Message.sign(messageOf('opening'), protocol, account)
    const given = JSON.parse(JSON.stringify(sent, Schema.toJson))
    const received = (await Message.authenticate(given, protocol, secp256k1)) as Message.Authenticated<'opening'>
    expect([received, received.body, received.body.leaves, received.body.leaves[0]].every(Object.isFrozen)).toBe(true)
    expect(Object.isFrozen(given.body)).toBe(false)
  })

  it('needs an authenticator and a protocol', async () => {
    const sent = await Message.sign(message, protocol, account)
    for (const wrong of [undefined, {}, { recover: 1 }])
      await expect(Message.authenticate(sent, protocol, wrong as never)).rejects.toThrow(Errors.InvalidInputError)
    await expect(Message.authenticate(sent, {} as never, secp256k1)).rejects.toThrow(Protocol.InvalidProtocolError)
  })
})

describe('decode', () => {
  it.each([
    ['version', 2],
    ['kind', 'rumour'],
    ['kind', 'toString'],
    ['signature', '0x'],
    ['signature', `0x${'AB'.repeat(65)}`],
  ])('refuses a malformed %s', (field, value) => {
    const wrong = { version: 1, ...messageOf('batch'), signature, [field]: value }
    expect(errorOf(() => Message.decode(wrong), Message.MalformedMessageError)).toMatchObject({
      subject: `message.${field}`,
      value,
    })
  })

  it('refuses what is no message', () => {
    for (const wrong of [undefined, null, [], 'x', { ...messageOf('batch'), version: 1, signature, extra: 1 }])
      expect(() => Message.decode(wrong)).toThrow(Message.MalformedMessageError)
  })
})

describe('sign', () => {
  it('makes nothing but an envelope, whatever else the message carries', async () => {
    const odd = { ...messageOf('batch'), version: 9, note: 'x' }
    const sent = await Message.sign(odd as never, protocol, account)
    expect(Object.keys(sent).sort()).toEqual(['body', 'kind', 'signature', 'version'])
    expect(sent.version).toBe(1)
  })

  it('refuses what can not sign, and what is no signature', async () => {
    for (const wrong of [undefined, {}, 'key'])
      await expect(Message.sign(messageOf('batch'), protocol, wrong as never)).rejects.toThrow(Errors.InvalidInputError)
    const broken = { address: party('a', 1), signTypedData: async () => '0x1234' as const }
    await expect(Message.sign(messageOf('batch'), protocol, broken)).rejects.toThrow(Message.InvalidSignatureError)
    for (const wrong of [undefined, {}, { kind: 'rumour' }]) {
      expect(() => Message.definition(wrong as never, protocol)).toThrow(Errors.InvalidInputError)
      expect(() => Message.sender(wrong as never)).toThrow(Errors.InvalidInputError)
    }
  })
})

describe('the cheap scheme', () => {
  it.each(kinds)('binds address, domain and %s, in whatever order its fields were written', async (kind) => {
    const { body } = messageOf(kind)
    const turned = Object.fromEntries(Object.entries(body).reverse())
    for (const written of [body, turned]) {
      const sent = await Message.sign({ kind, body: written } as never, protocol, cheapSigner(party('a', 1)))
      const wire = JSON.parse(JSON.stringify(sent, Schema.toJson))
      const received = await Message.authenticate(wire, protocol, cheapAuthenticator)
      expect(received).toMatchObject({ signer: party('a', 1), body })
      const elsewhere = Protocol.from({ ...protocol, chainId: 1 })
      await expect(Message.authenticate(wire, elsewhere, cheapAuthenticator)).rejects.toThrow(
        Message.InvalidSignatureError,
      )
      const other = `${party('a', 2)}${sent.signature.slice(42)}`
      await expect(Message.authenticate({ ...wire, signature: other }, protocol, cheapAuthenticator)).rejects.toThrow(
        Message.InvalidSignatureError,
      )
    }
  })
})
