/** Proofs of faults: Solidity against the core, with real signatures, on a real node. */
import { type Encoding, Fault, Protocol } from '@spotcheck/core'
import { testParameters } from '@spotcheck/core/memory'
import { secp256k1 } from '@spotcheck/core/viem'
import { type Abi, type Address, domainSeparator, encodeFunctionData, type Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Artifact, compiled } from '../../../scripts/contracts.mjs'
import * as Anvil from '../../../test/support/anvil.js'
import { bagOf, combinations, elsewhere, faults, honest, join, makerOf, mutants } from '../../../test/support/faults.js'
import { realSigner } from '../../../test/support/keys.js'
import { party } from '../../../test/support/world.js'

const { FaultsHarness: artifact } = compiled(['contracts/test/FaultsHarness.sol']) as { FaultsHarness: Artifact }
const abi = artifact.abi as Abi
const signer = realSigner(party('d', 1))
const operator = signer.address as Address
let node: Anvil.Node
let address: Address

beforeAll(async () => {
  node = await Anvil.start()
  address = await node.deploy(artifact)
})
afterAll(() => node.stop())

const networks: Record<string, Protocol.Protocol> = {
  plain: Protocol.from(testParameters),
  'by value': Protocol.from({ ...testParameters, treeHash: 'sha256', sampling: { mode: 'byValue', interval: 3n } }),
}

/** `bad-opening` needs the opening as it was signed, which a chain does not: there it is a transaction. */
type Kind = Exclude<Fault.Kind, 'bad-opening'>
type Context = Fault.Place & { operator: Encoding.Address }

/** The call that asks the contract; undefined where a value does not fit the ABI, so that nobody can ask. */
function callOf(proof: Fault.Proof, { protocol, executor, epoch, operator }: Context): Hex | undefined {
  const { chainId, verifyingContract } = Protocol.domain(protocol)
  const domain = { name: 'Spotcheck', version: '1', chainId, verifyingContract }
  const place = {
    domainSeparator: domainSeparator({ domain }),
    paramsHash: Protocol.hash(protocol),
    executor,
    epoch,
    operator,
  }
  const { layout, hash } = Protocol.tree(protocol)
  const tree = { hash: hash === 'keccak256' ? 0 : 1, hasSums: layout === 'sum' }
  const { kind, ...parts } = proof
  const [functionName, first] = [camelCase(kind), kind === 'receipt-not-honoured' ? [place, tree] : [place]]
  try {
    return encodeFunctionData({ abi, functionName, args: [...first, ...Object.values(parts)] })
  } catch {
    return undefined
  }
}

function camelCase(kind: string): string {
  return kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Does the contract convict as the core does? It answers what both say. */
async function agree(proof: Fault.Proof, context: Context): Promise<boolean> {
  const expected = await Fault.verify(proof, { ...context, authenticator: secp256k1 }).catch((error) => {
    expect(error).toBeInstanceOf(Fault.InvalidProofError)
    return false
  })
  const data = callOf(proof, context)
  if (data === undefined) return false
  const { data: answer } = await node.client.call({ to: address, data })
  expect({ proof, convicts: BigInt(answer!) === 1n }).toEqual({ proof, convicts: expected })
  return expected
}

describe.each(Object.entries(networks))('%s', (_, protocol) => {
  const place = { protocol, executor: party('e', 1), epoch: 2 }
  const context = { ...place, operator: operator.toLowerCase() as Encoding.Address }
  const maker = makerOf(place, signer)

  test('each kind convicts, for its own place only', async () => {
    const { 'bad-opening': _, ...proofs } = await faults(maker)
    for (const proof of Object.values(proofs)) {
      expect([proof.kind, await agree(proof, context)]).toEqual([proof.kind, true])
      const places = [{ epoch: 3 }, { executor: party('e', 2) }, { operator: place.executor }]
      const foreign = Object.values(elsewhere(protocol)).map((protocol) => ({ protocol }))
      for (const other of [...places, ...foreign]) expect(await agree(proof, { ...context, ...other })).toBe(false)
    }
  })

  test('with anything changed in it, a proof is worth the same to both', { timeout: 240_000 }, async () => {
    const { 'bad-opening': _, ...proofs } = await faults(maker)
    let asked = 0
    for (const proof of Object.values(proofs))
      for (const mutant of mutants(proof) as Generator<Fault.Proof>) {
        if (mutant.kind !== proof.kind) continue
        expect(await agree(mutant, context)).toBe(false)
        asked++
      }
    expect(asked).toBeGreaterThan(250)
  })

  test('whatever is laid together of an honest executor, and of a liar', { timeout: 240_000 }, async () => {
    const good = await honest(maker, 3, [0, 2], [])
    for (const proof of combinations(good)) expect(await agree(proof, context)).toBe(false)
    const { 'bad-opening': _, ...proofs } = await faults(maker)
    const convicted = new Set<string>()
    for (const proof of combinations({ ...join(good, bagOf(Object.values(proofs))), openings: [] }))
      if (await agree(proof, context)) convicted.add(proof.kind)
    expect([...convicted].sort()).toEqual((Object.keys(proofs) as Kind[]).sort())
  })
})

test('signatures that are no signatures', async () => {
  const place = { protocol: networks.plain!, executor: party('e', 1), epoch: 2 }
  const context = { ...place, operator: operator.toLowerCase() as Encoding.Address }
  const { 'two-receipts': proof } = await faults(makerOf(place, signer))
  const { signature } = proof.first
  const [r, s, v] = [signature.slice(2, 66), BigInt(`0x${signature.slice(66, 130)}`), signature.slice(130)]
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const high = `0x${r}${(order - s).toString(16).padStart(64, '0')}${v === '1b' ? '1c' : '1b'}`
  const low = s.toString(16).padStart(64, '0')
  const bad = [
    high,
    `0x${r}${low}`,
    `0x${r}${low}00`,
    `0x${r}${low}01`,
    `0x${r}${low}${v}00`,
    `0x${'00'.repeat(65)}`,
    '0x',
  ]
  for (const wrong of bad as Hex[])
    expect(await agree({ ...proof, first: { ...proof.first, signature: wrong } }, context)).toBe(false)
  const nobody = { ...context, operator: `0x${'00'.repeat(20)}` as const }
  const nothing = { ...proof.first, signature: `0x${'00'.repeat(65)}` as Hex }
  expect(
    await agree({ ...proof, first: nothing, second: { ...proof.second, signature: nothing.signature } }, nobody),
  ).toBe(false)
})
