/**
 * `spotcheck tune`: the cheapest parameters that hold, and the attacks that they stand.
 *
 * @module
 */
import * as Scenario from '../Scenario.js'
import * as Scenarios from '../Scenarios.js'
import * as Tuning from '../Tuning.js'
import { only, parse } from './arguments.js'
import { type Command, status } from './Command.js'
import { COLUMNS, cells } from './compare.js'
import { number, percent, table } from './format.js'
import { stages } from './progress.js'
import { load } from './registry.js'
import { open } from './scenario.js'

const help = `Usage: spotcheck tune [scenario.json | params.json | name | -] [options]

The cheapest sample rate, verifiers, slash, stake, canaries and rate for newcomers such that no strategy profits (EV and ruin rules,
and every strategy that the simulator knows, played as well as a search finds), honest nodes are slashed no more often than
accept.falseSlash, and the population ships at most accept.residualError wrong results. Starts from the closed forms' optimum,
attacks its own answer, and searches on until no attack pays.

The file's own rate, slash and stake don't matter. A parameter file alone has the population of the default scenario, without a
file: ${Scenarios.reference().nodes} nodes, of which three in ten cheat in seven ways, over ${Scenarios.reference().epochs} epochs.

Options
  --seed <n>           whole number, in place of the file's
  --use <module.mjs>   strategies and policies of your own, by name; may be given several times
  --json               JSON on standard output; progress stays on standard error
  --help, -h           this text

Examples
  spotcheck tune
  spotcheck tune params.json
  spotcheck tune lottery                scenarios by name: spotcheck simulate --help
  spotcheck tune scenario.json --json > result.json

Ctrl-C ends the search, with the candidates that were tried.

Exit status: 0 parameters were found; 1 nothing that was tried holds, or the search was interrupted; 2 bad input.
`

/** The command. */
export const command: Command = {
  name: 'tune',
  summary: 'the cheapest parameters that hold, and the attacks that they stand',
  help,
  run: async (args, io) => {
    const { values, positionals } = parse('tune', args, {
      seed: { type: 'string' },
      use: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    })
    const registry = await load(values.use ?? [], io)
    const { file } =
      positionals.length === 0
        ? { file: Scenarios.reference() }
        : await open(only('tune', 'scenario file', positionals), io)
    const seed = values.seed === undefined ? {} : { seed: Number(values.seed) }
    const scenario = Scenario.from({ ...populated(file), ...seed }, registry)
    const progress = stages(io)
    const result = await Tuning.run(scenario, { registry, signal: io.signal, onProgress: progress.show })
    progress.end()
    io.stdout(values.json ? `${JSON.stringify(result, null, 2)}\n` : describe(result))
    return result.recommended === null ? status.finding : status.ok
  },
}

/** A parameter file alone is tuned for the population of the default scenario. */
function populated(file: unknown): object {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return { parameters: file }
  if ('parameters' in file || 'population' in file) return file
  const { population, nodes, epochs, replications } = Scenarios.reference()
  return { parameters: file, population, nodes, epochs, replications }
}

function describe(result: Tuning.Tuning): string {
  if (result.recommended === null) return [failure(result), table(history(result))].join('\n')
  return [
    'The cheapest parameters that hold\n',
    table(recommended(result, result.recommended)),
    'What keeps them from being cheaper\n',
    table(constraints(result)),
    'Every strategy, played as well as was found; profit per task beyond honest work\n',
    table(attacks(result)),
    'Candidates\n',
    table(history(result)),
    'Where the world is not as the file says\n',
    table(sensitivity(result)),
    'Policies at equal security, on this population, of at most 500 nodes\n',
    table([COLUMNS, ...result.comparison.rows.map(cells)]),
  ].join('\n')
}

function failure({ complete, history }: Tuning.Tuning): string {
  if (complete) return '✗ Nothing that was tried holds: exit status 1. Candidates, and what paid against them:\n'
  return history.length > 0
    ? '✗ Interrupted: exit status 1. Candidates until then:\n'
    : '✗ Interrupted before the first candidate was found: exit status 1.\n'
}

function recommended({ cost, closedForm }: Tuning.Tuning, candidate: Tuning.Candidate): string[][] {
  const { sampleRate, verifiers, slash, stake, canaryRate, newcomers } = candidate
  const { verification = 0, canaries = 0, arbitration = 0, capital = 0, total = 0, multiple = null } = cost ?? {}
  const compute = multiple === null ? '' : `, ${short(multiple)} times the honest run`
  return [
    ['sample rate', short(sampleRate)],
    ...(newcomers > 1 ? [['', `${newcomers} times that for an executor's first five rounds`]] : []),
    ['verifiers', `${verifiers} of each sampled task`],
    ['slash', short(slash)],
    ['stake', short(stake)],
    ['canaries', canaryRate === 0 ? 'none' : `${percent(canaryRate)} of what is checked`],
    [
      'cost per task',
      `${short(total)}: ${short(verification + canaries + arbitration)} checking${compute}, ${short(capital)} capital`,
    ],
    ['closed form', closedForm === null ? 'none' : closedFormOf(closedForm)],
  ]
}

function closedFormOf({ candidate, total }: NonNullable<Tuning.Tuning['closedForm']>): string {
  const { sampleRate, slash, stake } = candidate
  return `${short(total)} per task with full collateral: rate ${short(sampleRate)}, slash ${short(slash)}, stake ${short(stake)}`
}

function constraints({ constraints }: Tuning.Tuning): string[][] {
  return constraints.map(({ name, binds, value, bound, why }) => [
    binds ? '→' : '',
    name,
    value === null ? '' : short(value),
    bound === null ? '' : `bound ${short(bound)}`,
    why,
  ])
}

function attacks({ attacks, untried }: Tuning.Tuning): string[][] {
  return [
    ...attacks.map(({ strategy, options, advantage, cheated }) => [
      strategy,
      cheated === 0 ? 'does not cheat' : interval(advantage),
      settings(options),
    ]),
    ...untried.map((strategy) => [strategy, 'not tried', 'it needs options that the scenario does not give']),
  ]
}

function history({ history }: Tuning.Tuning): string[][] {
  return history.map(({ candidate, total, verdict }, i) => [
    `${i + 1}`,
    `rate ${short(candidate.sampleRate)}, slash ${short(candidate.slash)}, stake ${short(candidate.stake)}`,
    `cost ${short(total)}`,
    verdict,
  ])
}

function sensitivity({ sensitivity }: Tuning.Tuning): string[][] {
  return sensitivity.map(({ parameter, from, to, breaks, total }) => [
    parameter,
    `${short(from)} → ${short(to)}`,
    breaks.length === 0 ? 'still holds' : `✗ ${breaks.join(', ')}`,
    total === null ? 'no slash repairs it' : `${short(total)} per task with the least slash`,
  ])
}

function settings(options: Tuning.Attack['options']): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ')
}

function interval({ mean, low, high }: Tuning.Attack['advantage']): string {
  const signed = (value: number) => `${value < 0 ? '' : '+'}${value.toFixed(4)}`
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]`
}

function short(value: number): string {
  return number(Number(value.toPrecision(4)))
}
