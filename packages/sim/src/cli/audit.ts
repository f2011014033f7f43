/**
 * Checks a batch offline, from signed messages alone: who signed it, what drew its sample, and whether everything that was
 * drawn is disclosed and opened as committed. Nothing is executed.
 *
 * @module
 */
import * as Beacon from '@spotcheck/core/Beacon'
import * as Commitment from '@spotcheck/core/Commitment'
import * as Encoding from '@spotcheck/core/Encoding'
import type * as Message from '@spotcheck/core/Message'
import * as Protocol from '@spotcheck/core/Protocol'
import * as Round from '@spotcheck/core/Round'
import { disclosureFindings } from './disclosures.js'
import { draw } from './drawn.js'
import { type Context, type Finding, signerFindings } from './finding.js'
import { some } from './format.js'
import { openingFindings } from './openings.js'

/** What the files say. */
export type Audit = Readonly<{
  batchDigest: Encoding.Hex
  /** The indices that had to be opened, ascending; null if nobody can tell from these files. */
  drawn: readonly number[] | null
  findings: readonly Finding[]
  /** What is no fault, but worth knowing. */
  notes: readonly string[]
}>

/**
 * Checks everything that the two files allow. What well-formed files say is a finding, never thrown.
 */
export async function audit(file: Message.Files.BatchFile, opened: Message.Files.OpeningsFile): Promise<Audit> {
  const { protocol, batch, operator = batch.body.executor } = file
  const batchDigest = Commitment.digest(batch.body, protocol)
  const [wrongRound, { value, findings: wrongValue }] = [roundFindings(file), randomnessOf(file)]
  const flaw = Commitment.flaw(batch.body, protocol)
  const known = wrongRound.length === 0 && value !== undefined && flaw === undefined
  const sample = known ? draw(file, opened, Beacon.seed(value, batchDigest)) : null
  const drawn = sample?.indices ?? null
  const context = { file, batchDigest, operator, drawn }
  const { findings, leaves } = await disclosureFindings(opened.disclosures, context)
  return {
    batchDigest,
    drawn,
    findings: [
      ...parameterFindings(file),
      ...(flaw === undefined ? [] : [{ check: 'batch' as const, index: null, message: FLAWS[flaw] }]),
      ...(await signerFindings(batch, 'signature', null, context)),
      ...wrongRound,
      ...wrongValue,
      ...findings,
      ...(sample?.findings ?? []),
      ...(await openingFindings(opened.openings, leaves, context)),
    ],
    notes: notes(file, opened, context),
  }
}

const FLAWS: Readonly<Record<Commitment.Flaw, string>> = {
  'too-many-tasks': 'its weight draws more units of value than a batch may have outputs: no network takes it',
  weightless: 'its weight is less than 1 for each of its outputs: no network takes it',
}

function parameterFindings({ protocol, batch }: Message.Files.BatchFile): Finding[] {
  const hash = Protocol.hash(protocol)
  if (batch.body.paramsHash === hash) return []
  const message = `the batch is committed under parameters ${batch.body.paramsHash}, those of the file are ${hash}`
  return [{ check: 'parameters', index: null, message }]
}

function roundFindings({ protocol, batch, beacon }: Message.Files.BatchFile): Finding[] {
  const { epoch, beaconRound } = batch.body
  const expected = Round.beaconRound(protocol, epoch)
  const found: string[] = []
  if (beaconRound !== expected)
    found.push(`the batch names beacon round ${beaconRound}, the deadline of epoch ${epoch} fixes ${expected}`)
  if (beacon.round !== expected)
    found.push(`the beacon value is of round ${beacon.round}, the sample is drawn by round ${expected} alone`)
  return found.map((message) => ({ check: 'beacon-round', index: null, message }))
}

type Value = Readonly<{ value: Uint8Array | undefined; findings: readonly Finding[] }>

/** The randomness of the file, if it can be the beacon's. */
function randomnessOf({ protocol, beacon: said }: Message.Files.BatchFile): Value {
  const { beacon } = protocol
  if (beacon.source === 'drand') {
    if (!('signature' in said)) return wrong('drand is checked by its signature: give round and signature instead')
    if (Beacon.verifyDrand(beacon.chain, said)) return { value: Beacon.randomness(said.signature), findings: [] }
    return wrong(`the signature is not that of drand’s ${beacon.chain} chain for round ${said.round}`)
  }
  if ('signature' in said) return wrong(`the network’s beacon is ${beacon.source}, which has no drand signature`)
  const value = Encoding.fromHex(said.randomness)
  if (beacon.source !== 'test') return { value, findings: [] }
  if (Encoding.equal(value, Beacon.testRandomness({ round: said.round, secret: beacon.secret })))
    return { value, findings: [] }
  return wrong(`the randomness is not that of the test beacon for round ${said.round}`)
}

function wrong(message: string): Value {
  return { value: undefined, findings: [{ check: 'randomness', index: null, message }] }
}

function notes({ protocol, batch }: Message.Files.BatchFile, opened: Message.Files.OpeningsFile, context: Context) {
  const found: string[] = []
  const { source } = protocol.beacon
  if (source === 'block' || source === 'commit-reveal')
    found.push(`the randomness is taken from the file: only the record of the network can vouch for a ${source} beacon`)
  const { drawn } = context
  if (drawn === null)
    return [...found, `which of the ${batch.body.count} outputs had to be opened can’t be told from these files`]
  const isDrawn = new Set(drawn)
  const extra = [...new Set(indicesOf(opened))].filter((index) => !isDrawn.has(index)).sort((a, b) => a - b)
  if (extra.length > 0) found.push(`not drawn, but disclosed or opened all the same: ${some(extra)}`)
  return found
}

function indicesOf({ disclosures, openings }: Message.Files.OpeningsFile): number[] {
  const opened = openings.flatMap(({ body }) => body.leaves.map(({ index }) => index))
  return [...disclosures.map(({ body }) => body.leaf.index), ...opened]
}
