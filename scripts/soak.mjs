// npm run soak -- <name>: the long form of a test that CI runs short. Settings that are already in the environment stay.
import { spawnSync } from 'node:child_process'
import { root, setup } from './setup.mjs'

/** What each soak runs, and how long it makes it. */
const SOAKS = {
  crash: { file: 'test/crash.test.ts', settings: { CRASH_KILLS: '300', CRASH_SNAPSHOTS: '30' } },
  stakes: { file: 'packages/contracts/src/Stakes.model.test.ts', settings: { STAKES_SEQUENCES: '500' } },
}

const [name, ...rest] = process.argv.slice(2)
const soak = Object.hasOwn(SOAKS, name ?? '') ? SOAKS[name] : undefined
if (soak === undefined || rest.length > 0) {
  process.stderr.write(`npm run soak -- <name>, one of: ${Object.keys(SOAKS).join(', ')}\n`)
  process.exit(2)
}
setup()
const env = { ...soak.settings, ...process.env }
for (const setting of Object.keys(soak.settings)) process.stdout.write(`${setting}=${env[setting]} `)
process.stdout.write('\n')
const vitest = ['node_modules/vitest/vitest.mjs', 'run', soak.file]
process.exitCode = spawnSync(process.execPath, vitest, { cwd: root, env, stdio: 'inherit' }).status ?? 1
