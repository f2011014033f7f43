// npm run check: sets up, then runs every check that is not a test, and says which failed.
// The results also go to .results/check.json, which the CI counts.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, setup } from './setup.mjs'

const results = join(root, '.results')

async function attempt({ name, holds }) {
  say(`\n── ${name}`)
  const passed = await guarded(holds)
  say(passed ? `✓ ${name}` : `✗ ${name}`)
  return { name, passed }
}

async function guarded(holds) {
  try {
    return await holds()
  } catch (error) {
    say(String(error))
    return false
  }
}

function report(outcomes) {
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, 'check.json'), `${JSON.stringify({ steps: outcomes }, undefined, 2)}\n`)
  const failed = outcomes.filter(({ passed }) => !passed)
  say('')
  for (const { name, passed } of outcomes) say(`${passed ? '✓' : '✗'} ${name}`)
  say(failed.length === 0 ? 'all checks passed' : `${failed.length} of ${outcomes.length} checks failed`)
  return failed.length === 0
}

function say(line) {
  process.stdout.write(`${line}\n`)
}

rmSync(join(results, 'check.json'), { force: true })
setup()
// Only now are the tools there to import.
const { steps, tidy } = await import('./check-steps.mjs')
const outcomes = []
for (const step of steps) outcomes.push(await attempt(step))
tidy()
process.exitCode = report(outcomes) ? 0 : 1
