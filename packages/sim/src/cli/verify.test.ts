import { readFileSync } from 'node:fs'
import {
  Beacon,
  Commitment,
  createClient,
  createExecutor,
  Encoding,
  Message,
  Protocol,
  Round,
  Sample,
} from '@spotcheck/core'
import { testParameters } from '@spotcheck/core/memory'
import { secp256k1 } from '@spotcheck/core/viem'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, test } from 'vitest'
import { evidenceMode } from '../../../../test/support/world.js'
import type { Io } from './Command.js'
import { run } from './program.js'

type Hex = Encoding.Hex
/** Parsed JSON, to be tampered with. */
type Data = ReturnType<typeof JSON.parse>
type Files = { 'batch.json': string; 'openings.json': string }

const hex = (byte: string): Hex => `0x${byte.repeat(32)}`
const key = (byte: string) => privateKeyToAccount(hex(byte))
const lower = (address: string) => address.toLowerCase() as Hex
const [operator, payer, stranger] = [key('42'), key('43'), key('44')]
const secret = new Uint8Array(32).fill(9)
const drand = JSON.parse(readFileSync(new URL('../../../../test/vectors/drand.json', import.meta.url), 'utf8'))

/** A batch of `count` outputs with real signatures, disclosed and opened where its sample says. */
async function world(
  protocol: Protocol.Protocol,
  said: (round: number) => Message.Files.BatchFile['beacon'],
  count = 6,
) {
  const client = createClient({ protocol, address: lower(payer.address), signer: payer })
  const model = {
    execute: async (_: unknown, input: Hex) => ({ bytes: input, evidence: '0xee' as Hex }),
    reexecute: async () => '0x' as Hex,
  }
  const executor = createExecutor({
    protocol,
    epoch: 0,
    address: lower(operator.address),
    signer: operator,
    secret,
    model,
    terms: { client: client.address, reward: 100n },
    authenticator: secp256k1,
  })
  for (let n = 0; n < count; n++) {
    const input: Hex = `0x0${n}`
    const digests = { model: hex('01'), decoding: hex('02'), seed: hex('03') }
    await executor.serve(await client.order({ ...digests, input, nonce: BigInt(n), reward: 100n, value: 5n }), input)
  }
  const batch = await executor.commit()
  const beacon = said(Round.beaconRound(protocol, 0))
  const value = 'signature' in beacon ? Beacon.randomness(beacon.signature) : Encoding.fromHex(beacon.randomness)
  const seed = Beacon.seed(value, Commitment.digest(batch.body, protocol))
  const indices = drawnOf(protocol, seed, count)
  const about = { executor: executor.address, indices }
  const disclosures = await executor.handle({ type: 'request-disclosure', ...about })
  const openings = await executor.handle({ type: 'request-opening', ...about })
  const opened = { disclosures, openings } as unknown as Omit<Message.Files.OpeningsFile, 'version'>
  const files: Files = {
    'batch.json': Message.Files.batch({ protocol, batch, beacon }),
    'openings.json': Message.Files.openings(opened),
  }
  return { files, indices, batch, opened, protocol }
}

function drawnOf({ sampling }: Protocol.Protocol, seed: Uint8Array, count: number) {
  if (sampling.mode !== 'byValue') return Sample.fixed.indices({ seed, count, rate: sampling.rate })
  return Sample.byValue.indices({ seed, interval: sampling.interval, weights: Array(count).fill(5n) })
}

const testBeacon = (round: number) => ({
  round,
  randomness: Encoding.toHex(Beacon.testRandomness({ round, secret: hex('5e') })),
})

async function verify(files: Partial<Record<string, string>>, ...args: string[]) {
  let [out, err] = ['', '']
  const io: Io = {
    stdout: (text) => {
      out += text
    },
    stderr: (text) => {
      err += text
    },
    readFile: async (path) => {
      const text = files[path === '-' ? 'openings.json' : path]
      if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' })
      return text
    },
    isTTY: false,
  }
  const given = args.some((arg) => !arg.startsWith('--')) ? args : ['batch.json', 'openings.json', ...args]
  return { code: await run(['verify', ...given], io), out, err }
}

/** The files with one of them changed as data. */
function changed(files: Files, name: keyof Files, change: (data: Data) => void): Files {
  const data = JSON.parse(files[name])
  change(data)
  return { ...files, [name]: JSON.stringify(data) }
}

async function findings(files: Files) {
  const { code, out, err } = await verify(files, '--json')
  expect(err).toBe('')
  const result = JSON.parse(out)
  expect(result.holds).toBe(code === 0)
  expect(code === 1).toBe(result.findings.length > 0)
  return result.findings.map(({ check, index, message }: Data) => `${check} ${index}: ${message}`)
}

let it: Awaited<ReturnType<typeof world>>
beforeAll(async () => {
  it = await world(Protocol.from(testParameters), testBeacon)
})

describe('a batch that holds', () => {
  test('status 0, in words', async () => {
    const { code, out, err } = await verify(it.files)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatchInlineSnapshot(`
      "✓ The batch holds: everything that was drawn is disclosed and opened as committed.

        executor  0x17c5185167401ed00cf5f5b2fc97d9bbfdb7d025
        epoch     0
        batch     0x0362888093a7bf12dce26faa36ab2276f46035c4484cd703a5479b62ed8f6e63
        beacon    test, round 3333338
        drawn     3 of 6: 0 4 5
      "
    `)
  })

  test('status 0, in JSON', async () => {
    const { code, out } = await verify(it.files, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ holds: true, drawn: it.indices, findings: [], notes: [] })
  })

  test('one file from standard input', async () => {
    expect((await verify(it.files, 'batch.json', '-')).code).toBe(0)
  })

  test('in evidence mode, with the output disclosed', async () => {
    const comparator = { kind: 'logits', tolerance: 1n, greedy: true }
    const { evidence } = evidenceMode
    const numeric = Protocol.from({ ...testParameters, mode: 'evidence', comparator, evidence })
    const { files } = await world(numeric, testBeacon)
    expect(await findings(files)).toEqual([])
    const salted = changed(files, 'openings.json', (data) => {
      data.disclosures[0].body.outputSalt = hex('77')
    })
    expect((await findings(salted)).join()).toMatch(/its output and salt are not what its leaf commits to in this mode/)
  })

  test('drawn by value, over a tree with sums hashed by SHA-256', async () => {
    const sampling = { mode: 'byValue', interval: 12n }
    const { files, indices, opened } = await world(
      Protocol.from({ ...testParameters, sampling, treeHash: 'sha256' }),
      testBeacon,
    )
    const { code, out } = await verify(files, '--json')
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, holds: true, drawn: indices, findings: [] })
    // The drawn units are known without the weights: to leave a leaf out names the unit that nobody can see.
    const [first, ...rest] = opened.disclosures
    const start = 5 * first!.body.leaf.index
    const hidden = { ...files, 'openings.json': Message.Files.openings({ ...opened, disclosures: rest }) }
    const found = await findings(hidden)
    expect(found).toHaveLength(1)
    const unit = Number(/^disclosure null: unit (\d+) of the batch’s value was drawn/.exec(found[0])![1])
    expect(unit >= start && unit < start + 5).toBe(true)
    const bare = { ...files, 'openings.json': Message.Files.openings({ disclosures: [], openings: [] }) }
    expect(await findings(bare)).toHaveLength(indices.length)
  })

  test('drawn by drand', async () => {
    const { round, signature, previousSignature } = drand.rounds.find((one: Data) => one.chain === 'quicknet')
    const time = Beacon.timeOf({ round, genesis: Beacon.chains.quicknet.genesisTime, period: 3 })
    const beacon = { source: 'drand', chain: 'quicknet', gap: 5 }
    const verification = { ...testParameters.verification, fee: 240n }
    const production = { ...testParameters, environment: 'production', verification }
    const protocol = Protocol.from({ ...production, genesis: time - 105, beacon })
    const { files } = await world(protocol, (expected) => {
      expect(expected).toBe(round)
      return { round, signature, ...(previousSignature ? { previousSignature } : {}) }
    })
    expect(await findings(files)).toEqual([])
    const forged = changed(files, 'batch.json', (data) => {
      data.beacon.signature = data.beacon.signature.replace(/.$/, (digit: string) => (digit === '0' ? '1' : '0'))
    })
    expect(await findings(forged)).toEqual([
      `randomness null: the signature is not that of drand’s quicknet chain for round ${round}`,
    ])
    const bare = changed(files, 'batch.json', (data) => {
      data.beacon = { round, randomness: hex('11') }
    })
    expect((await findings(bare)).join()).toContain('drand is checked by its signature')
  })

  test('a beacon that only the network’s record can vouch for is taken from the file, and that is said', async () => {
    const beacon = { source: 'block', gap: 5, genesis: 1_600_000_000, period: 12, draws: 2 }
    const { files } = await world(Protocol.from({ ...testParameters, beacon }), (round) => ({
      round,
      randomness: hex('b1'),
    }))
    const { code, out } = await verify(files)
    expect(code).toBe(0)
    expect(out).toContain(
      'the randomness is taken from the file: only the record of the network can vouch for a block beacon',
    )
  })
})

describe('a batch that does not', () => {
  const tampered: [string, keyof Files, (data: Data) => void, RegExp][] = [
    [
      'parameters',
      'batch.json',
      (data) => (data.protocol.finality = 4),
      /^parameters null: the batch is committed under/,
    ],
    [
      'a signature of another',
      'batch.json',
      (data) => (data.operator = lower(stranger.address)),
      /^signature null: it is/,
    ],
    [
      'no signature',
      'batch.json',
      (data) => (data.batch.signature = `0x${'00'.repeat(65)}`),
      /^signature .* canonical/,
    ],
    [
      'less weight than outputs',
      'batch.json',
      (data) => (data.batch.body.totalWeight = '5'),
      /^batch null: its weight is less than 1 for each of its outputs/,
    ],
    ['a root', 'batch.json', (data) => (data.batch.body.root = hex('66')), /^signature null: it is signed by/],
    ['a round', 'batch.json', (data) => (data.batch.body.beaconRound += 1), /^beacon-round null: the batch names/],
    ['another round', 'batch.json', (data) => (data.beacon.round += 1), /^beacon-round null: the beacon value is of/],
    ['randomness', 'batch.json', (data) => (data.beacon.randomness = hex('66')), /^randomness null: .* test beacon/],
    [
      'a signature for a beacon without',
      'batch.json',
      (data) => (data.beacon = { round: data.beacon.round, signature: '11'.repeat(48) }),
      /^randomness null: the network’s beacon is test/,
    ],
    ['a disclosure', 'openings.json', (data) => data.disclosures.pop(), /^disclosure \d: .* its disclosure is missing/],
    [
      'an opening',
      'openings.json',
      (data) => data.openings[0].body.leaves.pop(),
      /^opening \d: .* its opening is missing/,
    ],
    [
      'a proof',
      'openings.json',
      (data) => (data.disclosures[0].body.proof[0] = hex('66')),
      /inclusion proof does not lead/,
    ],
    ['an index', 'openings.json', (data) => (data.disclosures[0].body.leaf.index = 9), /^disclosure 9: its inclusion/],
    [
      'another batch',
      'openings.json',
      (data) => (data.disclosures[0].body.batchDigest = hex('66')),
      /of another batch/,
    ],
    ['an input', 'openings.json', (data) => (data.disclosures[0].body.input = '0xff'), /its input is not the one/],
    ['a task', 'openings.json', (data) => (data.disclosures[0].body.task.nonce = '77'), /its task is not the one/],
    [
      'a task signature',
      'openings.json',
      (data) => (data.disclosures[0].body.taskSignature = data.disclosures[0].signature),
      /its task is not signed by the task key/,
    ],
    [
      'a task key',
      'batch.json',
      (data) => (data.taskKeys = [{ client: lower(payer.address), key: lower(stranger.address) }]),
      /task key of its client/,
    ],
    [
      'a reward',
      'batch.json',
      (data) => (data.engagement = { client: lower(payer.address), reward: '99' }),
      /task’s reward/,
    ],
    [
      'an output shown in full mode',
      'openings.json',
      (data) => (data.disclosures[0].body.output = '0x00'),
      /in this mode/,
    ],
    [
      'an output',
      'openings.json',
      (data) => (data.openings[0].body.leaves[0].output = '0xff'),
      /^opening \d: its output/,
    ],
    [
      'evidence',
      'openings.json',
      (data) => (data.openings[0].body.leaves[0].evidence = '0x'),
      /^opening \d: its evidence/,
    ],
    [
      'a salt',
      'openings.json',
      (data) => (data.openings[0].body.leaves[0].evidenceSalt = hex('66')),
      /its evidence and salt/,
    ],
    [
      'a task of an opened leaf',
      'openings.json',
      (data) => (data.openings[0].body.leaves[0].taskId = hex('66')),
      /^opening \d: its task and weight/,
    ],
    [
      'a weight of an opened leaf',
      'openings.json',
      (data) => (data.openings[0].body.leaves[1].weight = '6'),
      /^opening \d: its task and weight/,
    ],
    [
      'a multiproof',
      'openings.json',
      (data) => (data.openings[0].body.proof[0] = hex('66')),
      /^opening null: its multiproof does not lead to the root of the batch/,
    ],
    [
      'an opening of another batch',
      'openings.json',
      (data) => (data.openings[0].body.batchDigest = hex('66')),
      /^opening \d: it speaks/,
    ],
    [
      'who opened',
      'openings.json',
      (data) => (data.openings[0].signature = data.disclosures[0].signature),
      /^opening \d: it is signed by/,
    ],
  ]

  test.each(tampered)('%s', async (_, name, change, expected) => {
    const found = await findings(changed(it.files, name, change))
    expect(
      found.some((line: string) => expected.test(line)),
      found.join('\n'),
    ).toBe(true)
  })

  test('weight that would draw more than anybody can look at, signed by the operator', async () => {
    const protocol = Protocol.from({ ...testParameters, sampling: { mode: 'byValue', interval: 12n } })
    const { files, batch } = await world(protocol, testBeacon)
    for (const totalWeight of [2n ** 40n, 2n ** 128n - 1n]) {
      const heavy = await Message.sign({ kind: 'batch', body: { ...batch.body, totalWeight } }, protocol, operator)
      const found = await findings(
        changed(files, 'batch.json', (data) => {
          data.batch = JSON.parse(Message.encode(heavy))
        }),
      )
      expect(found[0]).toMatch(/^batch null: its weight draws more units of value than a batch may have outputs/)
    }
  })

  test('hundreds of thousands of outputs that nobody shows', async () => {
    const many = changed(it.files, 'batch.json', (data) => {
      data.batch.body.count = 2 ** 18
      data.batch.body.totalWeight = String(2 ** 20)
    })
    const { code, out, err } = await verify(many)
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out.split('\n').length).toBeLessThan(150)
    expect(out).toMatch(/ {2}and \d{6} more: --json lists them all\n/)
  })

  test('a task that stands in it twice', async () => {
    const { protocol, files, opened } = it
    const [first, second] = opened.disclosures.map(({ body }) => body)
    const leaf = { ...second!.leaf, taskId: first!.leaf.taskId }
    const again = await Message.sign<'disclosure'>(
      { kind: 'disclosure', body: { ...second!, leaf } },
      protocol,
      operator,
    )
    const disclosures = [opened.disclosures[0]!, again]
    const found = await findings({ ...files, 'openings.json': Message.Files.openings({ ...opened, disclosures }) })
    expect(found.join()).toContain(`its task stands in the batch more than once: also at index ${first!.leaf.index}`)
  })

  test('an opening needs no disclosure to be judged; which leaf is off only a disclosure tells', async () => {
    const bare = changed(it.files, 'openings.json', (data) => (data.disclosures = []))
    expect((await findings(bare)).filter((line: string) => line.startsWith('opening'))).toEqual([])
    const off = changed(bare, 'openings.json', (data) => (data.openings[0].body.leaves[0].output = '0xff'))
    expect((await findings(off)).filter((line: string) => line.includes('multiproof'))).toEqual([
      'opening null: its multiproof does not lead to the root of the batch',
    ])
  })

  test('in words, index by index', async () => {
    const files = changed(it.files, 'openings.json', (data) => {
      data.disclosures.shift()
      data.openings[0].body.leaves[2].output = '0xff'
    })
    const { code, out, err } = await verify(files)
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toMatchInlineSnapshot(`
      "✗ The batch does not hold: 3 things are wrong.

        executor  0x17c5185167401ed00cf5f5b2fc97d9bbfdb7d025
        epoch     0
        batch     0x0362888093a7bf12dce26faa36ab2276f46035c4484cd703a5479b62ed8f6e63
        beacon    test, round 3333338
        drawn     3 of 6: 0 4 5

      Wrong

        disclosure 0  it was drawn, and its disclosure is missing
        opening 0     it is signed by 0x69e00ea58ee0a59deaf205060a966a9d3d67f5c9, not by the operator key 0x17c5185167401ed00cf5f5b2fc97d9bbfdb7d025
        opening 5     its output and salt are not what its leaf commits to
      "
    `)
  })

  test('what was not drawn is no fault', async () => {
    const rest = { ...it.protocol, sampling: { mode: 'fixed', rate: 10n ** 18n } } as const
    const all = await world(Protocol.from(rest), testBeacon)
    const files = changed(all.files, 'batch.json', (data) => {
      data.protocol.sampling.rate = '500000000000000000'
    })
    const { out } = await verify(files)
    expect(out).toMatch(/not drawn, but disclosed or opened all the same: \d \d \d/)
  })
})

describe('bad input', () => {
  const refused: [string, keyof Files, (data: Data) => void, string][] = [
    ['version', 'batch.json', (data) => (data.version = 2), 'batch.json.version'],
    ['unknown field', 'batch.json', (data) => (data.verdict = 'fine'), '"verdict"'],
    ['no beacon', 'batch.json', (data) => delete data.beacon, 'batch.json.beacon'],
    ['a rule of the parameters', 'batch.json', (data) => (data.protocol.windows.beacon = 1), 'InvalidProtocolError'],
    ['another kind', 'openings.json', (data) => (data.openings[0].kind = 'reveal'), 'openings.json.openings.0.kind'],
    ['upper case', 'openings.json', (data) => (data.disclosures[0].body.input = '0xFF'), 'disclosures.0.body.input'],
  ]
  test.each(refused)('%s', async (_, name, change, expected) => {
    const { code, out, err } = await verify(changed(it.files, name, change))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(expected)
  })

  test('a name that stands twice', async () => {
    const twice = it.files['batch.json'].replace('"version": 1', '"version": 2, "version": 1')
    const { code, out, err } = await verify({ ...it.files, 'batch.json': twice })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/batch\.json is not valid JSON: line 2, column 17\.\n.*\n.*each name once in its object/)
  })

  test('a batch too large for any sample', async () => {
    const huge = changed(it.files, 'batch.json', (data) => {
      data.batch.body.count = 2 ** 40
    })
    const { code, err } = await verify(huge)
    expect(code).toBe(2)
    expect(err).toContain('a whole number from 1 to 1048576')
  })

  test('not two files', async () => {
    for (const args of [['batch.json'], ['a', 'b', 'c'], ['-', '-']]) {
      const { code, err } = await verify(it.files, ...args)
      expect(code).toBe(2)
      expect(err).toContain('batch.json and openings.json')
    }
    expect(await verify({}, 'batch.json', 'openings.json')).toMatchObject({ code: 2 })
  })

  test('help has an example', async () => {
    const { code, out } = await verify({}, '--help')
    expect(code).toBe(0)
    expect(out).toContain('spotcheck verify batch.json openings.json --json')
  })
})
