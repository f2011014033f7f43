// npm run figures [-- names]: draws docs/figures from the named scenarios, each by the two commands that docs/scenarios.md
// shows. The same everywhere: a test compares.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = resolve(fileURLToPath(import.meta.url), '../..')
const COMMAND = join(ROOT, 'packages/sim/bin/spotcheck.js')

/** What plays each scenario, and the figure of the report that shows its point. */
export const FIGURES = {
  reference: ['compare', 'compute'],
  'burst-on-boinc': ['compare', 'best-cheat'],
  whales: ['compare', 'best-cheat'],
  lottery: ['simulate', 'profit-by-node'],
  noise: ['compare', 'honest-hit'],
  'exit-scam': ['compare', 'best-cheat'],
  sybils: ['compare', 'best-cheat'],
}

/**
 * The figure of a scenario, as SVG.
 * @param {string} name
 * @returns {string}
 */
export function draw(name) {
  const [command, figure] = FIGURES[name]
  const result = spotcheck([command, name, '--json'])
  return spotcheck(['report', '-', '--figure', figure], result)
}

function spotcheck(args, input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: ROOT,
    input,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`spotcheck ${args.join(' ')} ended with status ${status}:\n${stderr}`)
  return stdout
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2)
  mkdirSync(join(ROOT, 'docs/figures'), { recursive: true })
  for (const name of asked.length > 0 ? asked : Object.keys(FIGURES)) {
    const file = join('docs/figures', `${name}.svg`)
    writeFileSync(join(ROOT, file), draw(name))
    process.stdout.write(`${file}\n`)
  }
}
