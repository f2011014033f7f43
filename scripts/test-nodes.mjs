// npm run test:nodes [-- vitest arguments]: the core's tests under the real binaries of newer Node versions.
import { spawnSync } from 'node:child_process'
import { root, setup } from './setup.mjs'

const VERSIONS = [22, 24]

setup()
for (const version of VERSIONS) {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.core.config.ts', ...process.argv.slice(2)]
  process.stdout.write(`\n── node@${version}\n`)
  const { status } = spawnSync('npx', ['--yes', `node@${version}`, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exitCode = status ?? 1
}
