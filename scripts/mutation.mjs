// npm run mutation [-- Merkle Round/clock ...]: changes the sources in small ways, one at a time, and counts the changes that
// a module's own tests, the vectors or, of what a round is made of, played rounds notice. Takes an hour or so a module, so it is no part of the CI;
// `Round/clock` is that file alone.
// MUTATION_CONCURRENCY is the number of processes, 2 unless set; MUTATION_DRY_RUN=1 only runs the tests once.
// Reports: .results/mutation/<Module>.json. Ends with status 1 where a module falls short.
import { Stryker } from '@stryker-mutator/core'
import { root } from './setup.mjs'

const VECTORS = ['test/vectors/*.test.ts']

/** Tests in which whole rounds are played, but for attacks that only the mean of many seeds decides: those take minutes. */
const ROUNDS = [
  'test/round.{test,open,beacon,promises,refusals,clients,doors,attribution}*.ts',
  'test/attacks/{arbitration,beacon,canaries,commitment,disclosure,evidence}.test.ts',
  'test/attacks/{invariants,leak,live-bugs,stake,verifiers,wire}.test.ts',
]

/**
 * The modules whose every decision is a rule of the protocol, each with the folder of its name: the least share of mutants
 * to be killed, in percent, and what tests it besides its own tests.
 */
const MODULES = {
  Merkle: { least: 85, tests: VECTORS },
  Sample: { least: 85, tests: VECTORS },
  Beacon: { least: 85, tests: VECTORS },
  Vrf: { least: 85, tests: VECTORS },
  Opening: { least: 85, tests: VECTORS },
  Comparison: { least: 85, tests: VECTORS },
  Verdict: { least: 90, tests: ROUNDS },
  Ledger: { least: 90, tests: ROUNDS },
  Settlement: { least: 90, tests: ROUNDS },
  Round: { least: 90, tests: ROUNDS },
}

/** `part`: a module, or a file of its folder. */
function options(part, least) {
  const report = part.replace('/', '.')
  return {
    mutate: [`packages/core/src/${part}.ts`, `packages/core/src/${part}/**/*.ts`, '!**/*.{test,bench}.ts'],
    testRunner: 'vitest',
    vitest: { configFile: 'vitest.mutation.config.ts', related: false },
    plugins: ['@stryker-mutator/vitest-runner'],
    coverageAnalysis: 'perTest',
    // What only runs while a module loads has no test of its own to run; it is listed as ignored.
    ignoreStatic: true,
    concurrency: Number(process.env.MUTATION_CONCURRENCY ?? 2),
    dryRunOnly: process.env.MUTATION_DRY_RUN === '1',
    dryRunTimeoutMinutes: 20,
    ignorePatterns: ['dist', '.results', '.cache', 'coverage', '*.tsbuildinfo'],
    tempDirName: `.cache/mutation/${report}`,
    reporters: ['clear-text', 'progress-append-only', 'json'],
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: `.results/mutation/${report}.json` },
    thresholds: { high: 95, low: least, break: least },
    allowConsoleColors: false,
  }
}

process.chdir(root)
// Whether a rule is kept, a few seeds show.
process.env.ATTACK_SEEDS ??= '30'
const known = Object.keys(MODULES)
const parts = process.argv.slice(2)
for (const part of parts.length > 0 ? parts : known) {
  const [name] = part.split('/')
  if (!known.includes(name)) throw new Error(`${name} is not among ${known.join(', ')}`)
  const { least, tests } = MODULES[name]
  process.env.MUTATED = name
  process.env.MUTATION_TESTS = tests.join(' ')
  process.stdout.write(`\n── ${part}\n`)
  // Stryker sets the exit status where the score is below `break`.
  await new Stryker(options(part, least)).runMutationTest()
}
