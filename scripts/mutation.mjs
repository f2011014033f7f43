// npm run mutation [-- Merkle Sample ...]: changes the sources in small ways, one at a time, and counts the changes that
// a module's own tests and the vectors notice. Takes an hour or so a module, so it is no part of the CI.
// MUTATION_CONCURRENCY is the number of processes, 2 unless set; MUTATION_DRY_RUN=1 only runs the tests once.
// Reports: .results/mutation/<Module>.json. Ends with status 1 where a module falls short of KILLED.
import { Stryker } from '@stryker-mutator/core'
import { root } from './setup.mjs'

/** The modules whose every decision is a rule of the protocol; each with the folder of its name. */
const MODULES = ['Merkle', 'Sample', 'Beacon', 'Vrf', 'Opening', 'Comparison']

/** The least share of mutants to be killed, in percent. */
const KILLED = 85

function options(name) {
  return {
    mutate: [`packages/core/src/${name}.ts`, `packages/core/src/${name}/**/*.ts`, '!**/*.{test,bench}.ts'],
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
    tempDirName: `.cache/mutation/${name}`,
    reporters: ['clear-text', 'progress-append-only', 'json'],
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: `.results/mutation/${name}.json` },
    thresholds: { high: 95, low: KILLED, break: KILLED },
    allowConsoleColors: false,
  }
}

process.chdir(root)
const names = process.argv.slice(2)
for (const name of names.length > 0 ? names : MODULES) {
  if (!MODULES.includes(name)) throw new Error(`${name} is not among ${MODULES.join(', ')}`)
  process.env.MUTATED = name
  process.stdout.write(`\n── ${name}\n`)
  // Stryker sets the exit status where the score is below `break`.
  await new Stryker(options(name)).runMutationTest()
}
