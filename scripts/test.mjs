// npm test [-- vitest arguments]: sets up, then runs every test once.
import { spawnSync } from 'node:child_process'
import { root, setup } from './setup.mjs'

setup()
const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, vitest, { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
