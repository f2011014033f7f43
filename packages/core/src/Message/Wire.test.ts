import { utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldsOf } from '../../../../test/support/eip712.js'
import { bodies, kinds, signature, taskWith } from '../../../../test/support/fixtures.js'
import { errorOf } from '../../../../test/support/thrown.js'
import { hex, party } from '../../../../test/support/world.js'
import * as Errors from '../Errors.js'
import * as Message from '../Message.js'
import { maxSignature } from '../TaskKey.js'

const papers: Message.Papers = {
  task: taskWith({ nonce: 2n ** 256n - 1n }),
  'task-key': { paramsHash: hex(1), client: party('c', 1), key: party('d', 1), epoch: 4 },
  'vrf-key': {
    ...{ paramsHash: hex(1), verifier: party('a', 1), publicKey: hex(4), epoch: 4 },
    proof: `0x${'05'.repeat(80)}`,
  },
}
const structs: Record<string, string> = {
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
  task: 'Task',
  'task-key': 'TaskKey',
  'vrf-key': 'VrfKey',
}
const all = { ...bodies, ...papers }
const wireKinds = [...kinds, ...(Object.keys(papers) as Message.PaperKind[])]
const wireOf = (kind: keyof typeof all) => ({ version: 1, kind, body: all[kind], signature }) as Message.Wire

/** The keys of a struct in the order of its declaration, from the declaration's own text. */
function inOrder(struct: string, value: object): boolean {
  const fields = fieldsOf(struct)
  const same = Object.keys(value).join() === fields.map(({ name }) => name).join()
  return same && Object.values(value).every((inner, i) => nested(fields[i]!.type, inner))
}

function nested(type: string, value: unknown): boolean {
  const base = type.replace('[]', '')
  if (!['Leaf', 'Task', 'OpenedLeaf', 'Warrant'].includes(base)) return true
  return [value].flat().every((one) => inOrder(base, one as object))
}

describe.each(wireKinds)('%s', (kind) => {
  const text = Message.encode(wireOf(kind))

  it('comes back from text and from bytes', () => {
    expect(Message.parse(text)).toEqual(wireOf(kind))
    expect(Message.parse(Message.encodeBytes(wireOf(kind)))).toEqual(wireOf(kind))
    expect(Message.encodeBytes(wireOf(kind))).toEqual(utf8ToBytes(text))
  })

  it('has its keys in the order of the struct, whatever order they were written in', () => {
    const { body, ...envelope } = JSON.parse(text)
    expect(Object.keys(JSON.parse(text))).toEqual(['version', 'kind', 'body', 'signature'])
    expect(inOrder(structs[kind]!, body)).toBe(true)
    const turned = Object.fromEntries(Object.entries(body).reverse())
    expect(Message.encode({ ...envelope, body: turned })).toBe(text)
    expect(() => Message.parse(JSON.stringify({ ...envelope, body: turned }))).toThrow(Message.MalformedMessageError)
  })

  it('has one spelling', () => {
    const data = JSON.parse(text)
    const { paramsHash = data.body.batchDigest } = data.body
    const spellings = [
      ` ${text}`,
      `${text}\n`,
      `\ufeff${text}`,
      JSON.stringify(data, undefined, 1),
      text.replace('{"version":1', '{"version":1.0'),
      text.replace('"version":1,', '"version":1,"version":1,'),
      text.replace('"signature":', '"signature":"0x","signature":'),
      text.replace('"body":{', '"body":{"__proto__":1,'),
      text.replace(paramsHash, paramsHash.toUpperCase()),
      text.replace('"body"', '"b\\u006fdy"'),
    ]
    for (const one of spellings) {
      expect(() => Message.parse(one), one.slice(0, 90)).toThrow(Message.MalformedMessageError)
      expect(() => Message.parse(utf8ToBytes(one))).toThrow(Message.MalformedMessageError)
    }
  })

  it('is refused when cut or when one character is another', () => {
    const message = errorOf(() => Message.parse(text.slice(0, -1)), Message.MalformedMessageError).shortMessage
    expect(message).toBe('the message is not JSON.')
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'{}[]":,\\0aZ \u0000'), (at, put) => {
        const other = text.slice(0, at) + put + text.slice(at + 1)
        try {
          expect(Message.encode(Message.parse(other))).toBe(other)
        } catch (error) {
          expect(error).toBeInstanceOf(Message.MalformedMessageError)
        }
      }),
      { seed: 20_260_107, numRuns: 100 },
    )
  })

  it('is judged by its length before anything else of it is read', () => {
    const long = `${text.slice(0, text.indexOf('"body":') + 7)}${'['.repeat(Message.maxBytes[kind])}`
    const error = errorOf(() => Message.parse(long), Message.MalformedMessageError)
    expect(error).toMatchObject({
      subject: 'bytes',
      value: long.length,
      rule: `at most ${Message.maxBytes[kind]} bytes`,
    })
    expect(() => Message.parse(text, { bytes: text.length - 1 })).toThrow(Message.MalformedMessageError)
    expect(Message.parse(text, { bytes: text.length })).toEqual(wireOf(kind))
  })
})

describe('parse', () => {
  const text = Message.encode(wireOf('batch'))

  it('knows versions and kinds', () => {
    const other = errorOf(() => Message.parse(text.replace('1', '2')), Message.MalformedMessageError)
    expect(other).toMatchObject({ subject: 'message.version', value: 2, rule: '1, the only version yet' })
    for (const kind of ['rumour', 'tostring', 'constructor']) {
      const unknown = errorOf(() => Message.parse(text.replace('batch', kind)), Message.MalformedMessageError)
      expect(unknown).toMatchObject({ subject: 'message.kind', value: kind })
    }
  })

  it('goes no deeper than the form', () => {
    const bomb = text.replace('"body":', `"body":${'['.repeat(2000)}`)
    expect(errorOf(() => Message.parse(bomb), Message.MalformedMessageError).rule).toBe('at most 4 levels')
    const quiet = { ...all.indeterminate, reason: '{[{[{["\\"{[{[' }
    const wire = { version: 1, kind: 'indeterminate', body: quiet, signature } as const
    expect(Message.parse(Message.encode(wire))).toEqual(wire)
  })

  it('takes bytes that are no UTF-8 for what they are', () => {
    const wire = {
      version: 1,
      kind: 'indeterminate',
      body: { ...all.indeterminate, reason: '\ufffd' },
      signature,
    } as const
    const bytes = Message.encodeBytes(wire)
    expect(Message.parse(bytes)).toEqual(wire)
    const at = bytes.indexOf(0xef)
    const broken = Uint8Array.of(...bytes.subarray(0, at), 0xff, ...bytes.subarray(at + 3))
    expect(() => Message.parse(broken)).toThrow(Message.MalformedMessageError)
  })

  it('says where a message leaves the canonical form', () => {
    const spaced = text.replace('"epoch":2', '"epoch": 2')
    const { message } = errorOf(() => Message.parse(spaced), Message.MalformedMessageError)
    expect(message).toMatchInlineSnapshot(`
      "the message is not in its canonical form, from character 182 on.
        found  " 2,\\"count\\":5,\\"totalWeight\\":\\"15\\",\\"root\\":\\"0xbfb1b806f747cd07d49aeb3ad2ce49612b21… (80 characters)
        rule   no white space, each key once and in order, numbers in decimal, hex in lower case
        fix    send what Message.encode made; to read another spelling of your own, Message.decode takes parsed JSON
        see    protocol.md, Bytes"
    `)
  })

  it('needs text or bytes, and limits that are some', () => {
    for (const wrong of [undefined, null, 1, {}, [1], JSON.parse(text)])
      expect(() => Message.parse(wrong)).toThrow(Errors.InvalidInputError)
    for (const wrong of [null, 'x', { bytes: 0 }, { bytes: 1.5 }, { bytes: '9' }])
      expect(() => Message.parse(text, wrong as never)).toThrow(Errors.InvalidInputError)
    for (const wrong of ['', '{}', 'null', '[]'])
      expect(() => Message.parse(wrong)).toThrow(Message.MalformedMessageError)
  })
})

describe('encode', () => {
  it('refuses what would not be read', () => {
    for (const wrong of [undefined, null, {}, [], { ...wireOf('receipt'), version: 2 }, { ...wireOf('task'), note: 1 }])
      expect(() => Message.encode(wrong as never)).toThrow(Message.MalformedMessageError)
    const content = `0x${'ab'.repeat(1 << 20)}` as const
    const leaf = {
      index: 0,
      taskId: hex(3),
      weight: 5n,
      output: content,
      outputSalt: hex(1),
      evidence: content,
      evidenceSalt: hex(2),
    }
    const opening = (count: number) => {
      const leaves = Array.from({ length: count }, (_, index) => ({ ...leaf, index }))
      return { version: 1, kind: 'opening', body: { ...all.opening, leaves }, signature } as const
    }
    expect(Message.parse(Message.encode(opening(1)))).toEqual(opening(1))
    expect(() => Message.encode(opening(2))).toThrow(Message.MalformedMessageError)
  })

  it('lets a task key be signed by an account, and nothing else', () => {
    const account = `0x${'ab'.repeat(maxSignature)}` as const
    const wire = { ...wireOf('task-key'), signature: account } as Message.Wire
    expect(Message.parse(Message.encode(wire))).toEqual(wire)
    expect(() => Message.encode({ ...wireOf('task'), signature: '0xabcd' })).toThrow(Message.MalformedMessageError)
  })

  it('leaves room for the largest of each kind', () => {
    const reason = '\u0001'.repeat(256)
    const refusal = { version: 1, kind: 'indeterminate', body: { ...all.indeterminate, reason }, signature } as const
    expect(Message.parse(Message.encodeBytes(refusal))).toEqual(refusal)
    const content = `0x${'ab'.repeat(1 << 20)}` as const
    const proof = Array.from({ length: 64 }, () => hex(9))
    const body = { ...bodies.disclosure, input: content, output: content, proof }
    const disclosure = { version: 1, kind: 'disclosure', body, signature } as const
    expect(Message.parse(Message.encodeBytes(disclosure))).toEqual(disclosure)
  })
})
