/**
 * The main job: a real language model, five executors of whom some cheat, a sample drawn after they committed, blind
 * re-execution, slashes; then what checking cost, and what would have been enough.
 */
import { Errors } from '@spotcheck/core'
import { type Job, job } from './job.js'
import { type Options, parse, usage } from './options.js'
import { tell } from './story.js'

const EXIT_FAILURE = 1
const EXIT_USAGE = 2

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(usage)
    return
  }
  const story = tell(options.json ? process.stderr : process.stdout, process.stderr)
  const result = await job(options, story)
  if (options.json) process.stdout.write(`${JSON.stringify(json(options, result), null, 2)}\n`)
}

/** What `--json` prints: amounts (CPU microseconds) as decimal strings. */
function json({ seed, rate }: Options, { epoch, costs, computeMultiplier, recommended, simulations }: Job): object {
  return {
    seed,
    rate,
    executors: epoch.executors.map((executor) => ({
      ...executor,
      slashed: executor.slashed.toString(),
      balanceBefore: executor.balanceBefore.toString(),
      balanceAfter: executor.balanceAfter.toString(),
    })),
    balancesConserved: epoch.balancesConserved,
    costs,
    computeMultiplier,
    recommended: { sampleRate: recommended.sampleRate, slash: Math.ceil(recommended.slash).toString() },
    simulations,
  }
}

try {
  await main()
} catch (error) {
  const known = error instanceof Errors.BaseError
  process.stderr.write(`${known ? `${error.name}: ${error.message}` : error instanceof Error ? error.stack : error}\n`)
  process.exitCode = known && error.name === 'OptionError' ? EXIT_USAGE : EXIT_FAILURE
}
