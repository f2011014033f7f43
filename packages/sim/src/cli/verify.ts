/**
 * `spotcheck verify`: checks a batch offline and says what is wrong with it.
 *
 * @module
 */
import * as Message from '@spotcheck/core/Message'
import { pair, parse } from './arguments.js'
import type { Audit } from './audit.js'
import { type Command, status } from './Command.js'
import type { Finding } from './finding.js'
import { some, table } from './format.js'
import { read } from './json.js'

const help = `Usage: spotcheck verify <batch.json> <openings.json> [--json]

Does an executor's batch hold? Recomputed from signed messages alone, without a network:
  parameters    the batch is committed under those of the file
  batch         it has a weight that a batch can have
  signature     the operator key signed it
  beacon-round  the round is the one that the epoch's deadline fixes
  randomness    the beacon's value is genuine (drand: its BLS signature)
  disclosure    every drawn index is disclosed: inclusion proof, client-signed task, input, weight
  opening       every drawn index is opened: output and evidence match their commitments
Whether an output is right takes re-execution: this command runs no model.

Options
  --json      JSON on standard output instead of text
  --help, -h  this text

Files, as Message.Files of @spotcheck/core writes and describes them; - is standard input
  batch.json     { "version": 1, "protocol": {…}, "batch": <envelope>,
                   "beacon": { "round": 1000, "signature": "b446…" } }
                 or, for other beacons, { "round": 1000, "randomness": "0x…" }; further "operator" (its key, where
                 it is not the executor's address), "taskKeys" [{ client, key }] and "engagement" { client, reward }
  openings.json  { "version": 1, "disclosures": [<envelope>, …], "openings": [<envelope>, …] }

Examples
  spotcheck verify batch.json openings.json
  spotcheck verify batch.json openings.json --json

Exit status: 0 all holds, 1 something is wrong with the batch, 2 bad input.
`

/** The command. */
export const command: Command = {
  name: 'verify',
  summary: 'what is wrong with a batch and its openings, offline',
  help,
  run: async (args, io) => {
    const { values, positionals } = parse('verify', args, { json: { type: 'boolean' } })
    const [first, second] = pair('verify', ['batch.json', 'openings.json'], positionals)
    const file = Message.Files.batchFrom(await read(first, io))
    const opened = Message.Files.openingsFrom(await read(second, io))
    // Only now: elliptic curves take a while to load, and the other commands need none.
    const { audit } = await import('./audit.js')
    const result = await audit(file, opened)
    const holds = result.findings.length === 0
    io.stdout(values.json ? `${JSON.stringify({ holds, ...result }, null, 2)}\n` : describe(file, result))
    return holds ? status.ok : status.finding
  },
}

function describe({ protocol, batch, beacon }: Message.Files.BatchFile, result: Audit): string {
  const { executor, epoch, count } = batch.body
  const { drawn, findings, notes, batchDigest } = result
  const facts = [
    ['executor', executor],
    ['epoch', String(epoch)],
    ['batch', batchDigest],
    ['beacon', `${protocol.beacon.source}, round ${beacon.round}`],
    ['drawn', drawn === null ? 'unknown' : `${drawn.length} of ${count}${drawn.length > 0 ? `: ${some(drawn)}` : ''}`],
  ]
  const wrong = findings.map(({ check, index, message }) => [index === null ? check : `${check} ${index}`, message])
  const parts = [headline(findings), table(facts), ...(wrong.length > 0 ? ['Wrong\n', listing(wrong)] : [])]
  if (notes.length > 0) parts.push(`Mind\n${notes.map((note) => `  ${note}\n`).join('')}`)
  return parts.join('\n')
}

/** Lines that a person reads; a batch can have a million things wrong with it. */
const MOST = 100

function listing(wrong: readonly (readonly string[])[]): string {
  const rest = wrong.length - MOST
  return `${table(wrong.slice(0, MOST))}${rest > 0 ? `  and ${rest} more: --json lists them all\n` : ''}`
}

function headline(findings: readonly Finding[]): string {
  if (findings.length === 0)
    return '✓ The batch holds: everything that was drawn is disclosed and opened as committed.\n'
  return `✗ The batch does not hold: ${findings.length === 1 ? 'one thing is' : `${findings.length} things are`} wrong.\n`
}
