/**
 * `spotcheck compare`: what every policy costs and lets through, on one population.
 *
 * @module
 */
import * as Comparison from '../Comparison.js'
import * as Policies from '../policies/index.js'
import { titles } from '../report/words.js'
import * as Scenario from '../Scenario.js'
import * as Scenarios from '../Scenarios.js'
import { only, parse } from './arguments.js'
import { type Command, type Io, status } from './Command.js'
import { number, percent, table } from './format.js'
import { described } from './options.js'
import { progress } from './progress.js'
import { load } from './registry.js'
import { compared, formatOf, policies, rows } from './rows.js'
import { list, type Opened, open } from './scenario.js'

const help = `Usage: spotcheck compare [scenario.json | name | -] [options]

What every policy costs, what it lets through and which cheat earns most under it, on the same population, with the same chances.
At equal security: a policy that is not secure as it is published is played with stricter settings, and the cheapest that is secure
is shown. Secure: no cheat of this population earns more than honest work beyond doubt, honest nodes are hit no more often than
accept.falseSlash, and at most accept.residualError of the results that clients keep are wrong.
Without a file: ${Scenarios.reference().nodes} nodes, of which three in ten cheat in seven ways, over ${Scenarios.reference().epochs} epochs.

Options
  --as-published       every policy as it is published, secure or not
  --attack             also search for the best way of playing each strategy that there is against each policy that is
                       secure so far, and go on to stricter settings where one pays; takes minutes
  --use <module.mjs>   strategies and policies of your own, by name; may be given several times
  --json               JSON on standard output; progress stays on standard error
  --format <name>      csv or jsonl: a row for each policy
  --help, -h           this text

Columns
  ✓ or ✗       secure or not
  compute      times that of serving every task once; checking, copies and proofs included
  capital      cost of locked stake per task
  wrong        share of wrong results among those that clients keep
  best cheat   what it earns beyond an honest node per task until the end, with the ends of the 95 % interval
  honest hit   share of honest nodes that lost something for honest work
  finality     epochs until a result is final

Policies
${described(Policies.all)}
Scenarios, by name (a file of that name comes first); some bring the policies to compare
${list()}
Examples
  spotcheck compare
  spotcheck compare burst-on-boinc
  spotcheck compare whales --attack
  spotcheck compare scenario.json --json

Ctrl-C ends after the policy in progress, with the rows of those that were played.

Exit status: 0 the comparison ran, whatever holds; 1 it was interrupted before; 2 bad input.
`

/** The command. */
export const command: Command = {
  name: 'compare',
  summary: 'what every policy costs and lets through, on one population',
  help,
  run: async (args, io) => {
    const { values, positionals } = parse('compare', args, {
      'as-published': { type: 'boolean', default: false },
      attack: { type: 'boolean', default: false },
      use: { type: 'string', multiple: true },
      format: { type: 'string' },
      json: { type: 'boolean' },
    })
    const format = formatOf(values)
    const registry = await load(values.use ?? [], io)
    const { file, entry } = await opened(positionals, io)
    const onProgress = progress('policy', io)
    // Who brings policies wants to see them, as they are.
    const brought = values.use === undefined ? entry?.policies : undefined
    const asPublished = values['as-published'] || brought !== undefined
    const options = {
      ...{ registry, policies: brought, asPublished, attack: values.attack },
      ...{ signal: io.signal, onProgress },
    }
    const result = await Comparison.run(Scenario.from(file, registry), options)
    io.stdout(render(result, format))
    return result.complete ? status.ok : status.finding
  },
}

async function opened(positionals: readonly string[], io: Io): Promise<Opened> {
  const [first] = Scenarios.all
  return positionals.length === 0 ? { file: first?.file } : open(only('compare', 'scenario file', positionals), io)
}

function render(result: Comparison.Comparison, format: ReturnType<typeof formatOf>): string {
  if (format === undefined) return describe(result)
  return format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : rows(format, compared, policies(result))
}

function describe({ seed, epochs, replications, complete, rows }: Comparison.Comparison): string {
  const early = complete ? '' : ', interrupted'
  const names = titles(rows)
  return [
    `${replications} replications of ${epochs} epochs${early}, seed ${seed}; money per task in the file's unit\n`,
    table([COLUMNS, ...rows.map((row, i) => cells({ ...row, policy: names[i]! }))]),
    table(rows.map((row, i) => [names[i]!, `${names[i] === row.policy ? settingOf(row.options) : ''}${row.why}`])),
  ].join('\n')
}

/** Headings of `cells`. */
export const COLUMNS: string[] = ['', 'policy', 'compute', 'capital', 'wrong', 'best cheat', 'honest hit', 'finality']

/** What a policy was set to, where that is not its own default. */
function settingOf(options: Comparison.Row['options']): string {
  const set = Object.entries(options).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return set.length === 0 ? '' : `at ${set.join(', ')}: `
}

/** A policy in a line. */
export function cells({ policy, network, attacks, falselySlashed, finality, secure }: Comparison.Row): string[] {
  const { computeMultiplier, capitalCost, errorRate } = network
  const best = attacks.find(({ cheated }) => cheated > 0)
  return [
    secure ? '✓' : '✗',
    policy,
    computeMultiplier === null ? '' : `${number(Number(computeMultiplier.mean.toPrecision(4)))}x`,
    number(Number(capitalCost.mean.toPrecision(3))),
    percent(Number(errorRate.mean.toPrecision(3))),
    best === undefined ? '' : advantage(best),
    percent(Number(falselySlashed.mean.toPrecision(3))),
    `${finality}`,
  ]
}

function advantage({ strategy, advantage: { mean, low, high } }: Comparison.Attack): string {
  const short = (value: number) => `${value < 0 ? '' : '+'}${value.toFixed(3)}`
  return `${strategy} ${short(mean)} [${short(low)}, ${short(high)}]`
}
