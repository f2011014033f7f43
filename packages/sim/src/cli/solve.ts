/**
 * `spotcheck solve`: the break-even values of a parameter file, and the cheapest parameters that deter.
 *
 * @module
 */
import {
  type Answer,
  Parameters,
  type Quantity,
  quantities,
  type Recommendation,
  recommend,
  type Solution,
  solve,
} from '@spotcheck/core/economics'
import { nearest } from '@spotcheck/core/Nearest'
import { only, parse } from './arguments.js'
import { type Command, type Io, status, UsageError } from './Command.js'
import { atLeast, atMost, number, table } from './format.js'
import { parameterFile } from './glossary.js'
import { readParameters } from './json.js'

const help = `Usage: spotcheck solve <params.json | -> [--json]

At which sample rate, slash and gain does cheating stop paying? Break-even values by the closed forms: no margin, no cost of
capital. Then the cheapest rate and slash that deter with the file's margin.

Options
  --for <what>  only one number: the least ${quantities.slice(0, -1).join(', ')} with which the file passes
                its EV and ruin rules (of canaryRate: the verifier rule), or ${quantities.at(-1)}, the largest gain from one cheat
                that it still deters; what is earned where evidence decides, only spotcheck check counts
  --json        JSON on standard output instead of text
  --help, -h    this text

With --json, \`deterred\` is about the file's own rate and slash, \`feasible\` about some rate at the file's slash.

The least that a file says
  { "task":     { "reward": 1.2, "honestCost": 1, "cheatCost": 0 },
    "sampling": { "rate": 0.08 },
    "slash":    { "amount": 10 } }

Examples
  spotcheck solve params.json
  spotcheck solve params.json --json
  spotcheck solve params.json --for slash
  cat params.json | spotcheck solve -

${parameterFile()}
Exit status: 0 some sample rate in (0, 1] makes cheating not pay, be it the file's own or not; 1 none does; 2 bad input.
For the file's own rate see \`deterred\` in --json. With --for: 0 there is such a number, 1 there is none.
`

/** One quantity: what `solve(parameters, quantity)` answers. */
function one(parameters: Parameters.Parameters, wanted: Quantity, json: boolean, io: Io): number {
  const solution = solve(parameters, wanted)
  const bound =
    wanted === 'maxGain' ? `at most ${atMost(numberIn(solution))}` : `at least ${atLeast(numberIn(solution))}`
  const words = solution.feasible ? `${wanted}  ${bound}` : `✗ ${wanted}: none. ${solution.reason}`
  io.stdout(`${json ? JSON.stringify({ quantity: wanted, ...solution }, null, 2) : words}\n`)
  return solution.feasible ? status.ok : status.finding
}

function numberIn(solution: Solution.Solution): number {
  return solution.feasible ? solution.value : 0
}

function quantityOf(name: string): Quantity {
  const found = quantities.find((quantity) => quantity === name)
  if (found !== undefined) return found
  const near = nearest(name, quantities)
  throw new UsageError(`${name} can't be solved for.`, {
    subject: '--for',
    value: name,
    rule: `one of ${quantities.join(', ')}`,
    fix: near === undefined ? 'see spotcheck solve --help' : `did you mean --for ${near}?`,
  })
}

type Advice = Recommendation | Solution.Infeasible

/** The command. */
export const command: Command = {
  name: 'solve',
  summary: 'break-even sample rate, slash and gain of a parameter file',
  help,
  run: async (args, io) => {
    const { values, positionals } = parse('solve', args, { json: { type: 'boolean' }, for: { type: 'string' } })
    const parameters = Parameters.from(await readParameters(only('solve', 'parameter file', positionals), io))
    if (values.for !== undefined) return one(parameters, quantityOf(values.for), values.json === true, io)
    const answer = solve(parameters)
    const recommendation = recommend(parameters)
    if (values.json) io.stdout(`${JSON.stringify({ ...answer, recommendation }, null, 2)}\n`)
    else io.stdout(describe(parameters, answer, recommendation))
    return answer.feasible ? status.ok : status.finding
  },
}

function describe(parameters: Parameters.Parameters, answer: Answer, advice: Advice): string {
  return [
    headline(answer),
    table([
      ['an honest executor earns', `${number(answer.honestPayoff)} per task`],
      ['a cheat earns', `${number(answer.cheatPayoff)} per task`],
    ]),
    'Each of these alone makes cheating break even (no margin, no cost of capital)\n',
    breakEven(parameters, answer),
    'Worked out from\n',
    table([
      ['P(a sampled wrong result is convicted)', number(answer.detection)],
      ['P(a sampled right result is convicted)', number(answer.falseAlarm)],
    ]),
    `The cheapest that deters with a margin of ${number(parameters.accept.margin)}\n`,
    recommended(advice),
    meanings(parameters),
    list('Mind', [...answer.reasons.filter((reason) => advice.feasible || reason !== advice.reason), ...answer.notes]),
  ].join('\n')
}

function headline({ deterred, feasible, honestWorkPays }: Answer): string {
  if (!feasible) return '✗ Cheating pays, and no sample rate in (0, 1] changes that: exit status 1.\n'
  if (!deterred) return `✗ Cheating pays at the file's rate and slash. ${SOME_RATE}`
  const verdict = honestWorkPays ? '✓ Cheating does not pay' : '✗ Cheating does not pay, but neither does honest work,'
  return `${verdict} at the file's rate and slash: exit status 0.\n`
}

const SOME_RATE = 'Some sample rate in (0, 1] makes it not pay: exit status 0.\n'

/** What the words of the recommendation mean, with the file's own numbers. */
function meanings({ accept: { margin }, capital: { costPerStakePerTask } }: Parameters.Parameters): string {
  const lost = margin === 0.5 ? 'half of' : `${number(margin)} times`
  const cheating = margin === 0 ? 'cheating gains nothing' : `cheating loses at least ${lost} what it gains`
  const interest = `interest on locked stake, ${number(costPerStakePerTask)} per unit and task`
  return [
    'What that means\n',
    table([
      [`a margin of ${number(margin)}`, `${cheating} (accept.margin)`],
      ['verification', 'what verifiers spend on running sampled tasks again (verifiers.cost)'],
      ['capital', `${interest} (capital.costPerStakePerTask)`],
    ]),
  ].join('\n')
}

function breakEven(parameters: Parameters.Parameters, answer: Answer): string {
  const bound = (value: number | null) => (value === null ? 'none is enough' : `at least ${atLeast(value)}`)
  return table([
    ['', 'file', 'needed'],
    ['sample rate', number(answer.sampleRate), bound(answer.minSampleRate)],
    ['slash', number(parameters.slash.amount), bound(answer.minSlash)],
    ['gain from one cheat', number(answer.gain), `at most ${atMost(answer.maxGain)}`],
  ])
}

function recommended(advice: Advice): string {
  if (!advice.feasible) return table([['none:', advice.reason]])
  const { cost, sampleRate, slash } = advice
  const multiple = cost.multiple === null ? '' : `, ${number(cost.multiple)} times the honest run alone`
  return table([
    ['sample rate', atLeast(sampleRate)],
    ['slash', atLeast(slash)],
    ['cost per task', `${number(cost.total)}${multiple}`],
    ['', parts(cost)],
    ['honest work', advice.honestWorkPays ? 'pays' : 'does not pay at this reward'],
  ])
}

/** What a task costs and for what; without what costs nothing. */
function parts({ verification, canaries, arbitration, capital, falseSlashes }: Recommendation['cost']): string {
  const more = [
    canaries > 0 ? [`${number(canaries)} canaries`] : [],
    arbitration > 0 ? [`${number(arbitration)} arbitration`] : [],
  ].flat()
  const costs = [`${number(verification)} verification`, ...more, `${number(capital)} capital`].join(', ')
  return falseSlashes > 0 ? `${costs}; besides, false slashes take ${number(falseSlashes)} from honest work` : costs
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`
}
