// npm run coverage [-- vitest arguments]: runs the tests of the core and counts the lines and branches of its sources that
// they reach. Ends with status 1 below 95 % of either. Reports: .results/coverage.
import { spawnSync } from 'node:child_process'
import { root, setup } from './setup.mjs'

setup()
// What is reached, the first of many runs and seeds show; counting slows each of them down.
process.env.FC_RUNS ??= '100'
process.env.ATTACK_SEEDS ??= '30'
const config = ['--config', 'vitest.coverage.config.ts']
const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...config, ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, vitest, { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
