// node scripts/run.mjs <program> [arguments]: sets up if needed, then runs the program.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { root, setup } from './setup.mjs'

setup()
const [program, ...args] = process.argv.slice(2)
const child = spawn(process.execPath, [resolve(root, program), ...args], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
})
