/**
 * `spotcheck check`: which acceptance rules a parameter file breaks, how, and the least change that repairs each.
 *
 * @module
 */
import { type Check, check, Parameters } from '@spotcheck/core/economics'
import { only, parse } from './arguments.js'
import { type Command, status } from './Command.js'
import { grouped, number, table } from './format.js'
import { parameterFile } from './glossary.js'
import { readParameters } from './json.js'

const help = `Usage: spotcheck check <params.json | -> [--json]

Does cheating pay, by any strategy? Searches how many of the open tasks to cheat on, of which value, against shared slashes and
stakes, with colluding verifiers, late verdicts, new identities and beacon draws to choose from; in every round, in the last one
only, on a record of honest work, and split over identities. Prints each rule that fails, the strategy that exploits it, and
for each single parameter the least change that repairs it, checked again.

Rules
  ev             every number of cheats, by every plan, loses at least accept.margin times its gain
  ruin           who cheats on everything is ahead at the horizon with probability accept.ruinProbability at most
  participation  honest work pays, false convictions and the cost of its stake included
  false-slash    an honest executor is ever slashed with probability accept.falseSlash at most
  verifiers      checking honestly pays a verifier
Bribery, the cheap model, the budget, calibration and evidence that is slow are warnings.

Options
  --json      JSON on standard output instead of text
  --help, -h  this text

Examples
  spotcheck check params.json
  spotcheck check params.json --json
  cat params.json | spotcheck check -

${parameterFile()}
Exit status: 0 every rule holds; 1 some rule fails: the file is exploitable or infeasible; 2 bad input.
`

/** The command. */
export const command: Command = {
  name: 'check',
  summary: 'is a parameter file exploitable, by which strategy, and what repairs it',
  help,
  run: async (args, io) => {
    const { values, positionals } = parse('check', args, { json: { type: 'boolean' } })
    const report = check(Parameters.from(await readParameters(only('check', 'parameter file', positionals), io)))
    io.stdout(values.json ? `${JSON.stringify(report, null, 2)}\n` : describe(report))
    return report.safe ? status.ok : status.finding
  },
}

const names: Readonly<Record<Check.Finding['rule'], string>> = {
  ev: 'exploitable (EV rule)',
  ruin: 'exploitable (ruin rule)',
  participation: 'infeasible (honest work does not pay)',
  'false-slash': 'infeasible (honest executors are slashed)',
  verifiers: 'exploitable (verifier rule)',
}

function describe({ safe, findings, warnings }: Check.Report): string {
  const failing = findings.filter(({ holds }) => !holds)
  const held = findings.flatMap(({ holds, rule }) => (holds ? [rule] : []))
  return [
    ...failing.map(section),
    ...(safe ? ['✓ safe: every rule holds\n'] : []),
    held.length === 0 || safe ? '' : `  holds     ${held.join(', ')}\n`,
    ...warnings.map(({ kind, message }) => `! ${kind}: ${message}\n`),
    `exit status ${safe ? status.ok : status.finding}\n`,
  ].join('')
}

function section({ rule, exploit, smallest, why, fixes }: Check.Finding): string {
  return [
    `✗ ${names[rule]}\n`,
    table([
      ...(exploit === null ? [] : strategy(exploit, 'strategy')),
      ...(smallest === null ? [] : strategy(smallest, 'smallest')),
      ['why', why],
      ...(fixes.length === 0 ? [['fixes', 'no change to a single parameter is enough']] : fixes.map(change)),
    ]),
    '\n',
  ].join('')
}

function strategy(exploit: Check.Exploit, label: string): string[][] {
  const { strategy: words, who, profitPerTask, profitOverHorizon, probability, needs } = exploit
  const per = who === 'executor' ? 'task' : 'check'
  const gains = `${eachTime(exploit)}${signed(profitPerTask)} per ${per}, ${signed(profitOverHorizon)} over the horizon`
  return [
    [label, words],
    ['profit', `${gains}, against honest play`],
    ...(probability === null ? [] : [['', `ahead at the horizon with probability ${number(probability)}`]]),
    ...(needs.length === 0 ? [] : [['needs', needs.join(', ')]]),
  ]
}

function eachTime({ who, plan, of, profit, times }: Check.Exploit): string {
  if (times === 1 && plan !== 'steady') return `${signed(profit)} once, `
  if (who === 'verifier' || of === 1) return ''
  return `${signed(profit)} ${Number.isInteger(of) ? `per round of ${grouped(of)} tasks` : 'each time'}, `
}

function change({ path, from, to, leaves }: Check.Fix, i: number): string[] {
  const rest = leaves.length === 0 ? '' : ` (${leaves.join(', ')} still ${leaves.length === 1 ? 'fails' : 'fail'})`
  return [i === 0 ? 'fixes' : '', `${path} ${from} → ${to}${rest}`]
}

function signed(value: number): string {
  return value > 0 ? `+${grouped(value)}` : grouped(value)
}
