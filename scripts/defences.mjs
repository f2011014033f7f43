// npm run defences [-- <part of a defence or test, or row 7> ...]: takes the defences of the attack table in docs/protocol.md
// away, one at a time, and shows that the test which plays the attack then fails. Nothing on the disk is changed: the sources
// are altered while they are loaded. Ends with status 1 where a defence is taken away and its test still passes, where it
// fails by anything but an assertion, or where a row of the table has no defence here.
// ATTACK_SEEDS is over how many seeds paired attacks are played, 30 unless set.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createVitest } from 'vitest/node'
import { defences } from './defences/index.mjs'
import { root } from './setup.mjs'

/**
 * What is taken away, and the test that must notice.
 * @typedef {object} Defence
 * @property {number} row of the attack table, from 1
 * @property {string} defence its name
 * @property {string} file below packages/core/src
 * @property {string} find what the file says exactly once
 * @property {string} replace what it says without the defence
 * @property {readonly { file: string, find: string, replace: string }[]} [also] others that answer the same attack
 * @property {string} [note] why there are others, or what the alteration leaves
 * @property {string} test the file of the test, below the root
 * @property {string} named the beginning of its full name, which begins no other name
 */

/** Seconds that a run of the tests of one file may take. */
const LONGEST = 300

process.chdir(root)
process.env.ATTACK_SEEDS ??= '30'
const rows = tableRows()
const wanted = process.argv.slice(2)
const chosen = defences.filter((one) => wanted.length === 0 || wanted.some((word) => isMeant(one, word)))
const changes = chosen.map(changesOf)
let altered = new Map()
const vitest = await createVitest(
  'test',
  { config: 'vitest.config.ts', watch: false, reporters: [{}], pool: 'threads', maxWorkers: 1, passWithNoTests: true },
  { plugins: [{ name: 'defences', enforce: 'pre', transform: (code, id) => altered.get(id.split('?')[0]) ?? code }] },
)
try {
  const [unsound, survivors] = [[...uncovered(), ...(await standing())], await fallen()]
  const faults = [...unsound, ...survivors]
  for (const fault of faults) say(`\n✗ ${fault}`)
  say(`\n${chosen.length} defences, ${chosen.length - survivors.length} of their tests fail without them\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await vitest.close()
}

/** The attacks, row by row, as the protocol names them. */
function tableRows() {
  const [, table] = readFileSync('docs/protocol.md', 'utf8').split('## Attacks the tests must try')
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split('|')[1].trim())
}

function isMeant({ row, defence, test, named }, word) {
  return /^\d+$/.test(word) ? row === Number(word) : `${defence} ${test} ${named}`.includes(word)
}

/** The files that a defence is in, each without it. */
function changesOf({ defence, also = [], ...first }) {
  const sources = new Map()
  for (const { file, find, replace } of [first, ...also]) {
    const path = resolve('packages/core/src', file)
    const source = sources.get(path) ?? readFileSync(path, 'utf8')
    const times = source.split(find).length - 1
    if (times !== 1) throw new Error(`${defence}: ${file} must say exactly once, not ${times} times: ${find}`)
    sources.set(
      path,
      source.replace(find, () => replace),
    )
  }
  return sources
}

/** Rows of the table that nothing is taken away from. */
function uncovered() {
  if (wanted.length > 0) return []
  return rows.filter((_, i) => !defences.some(({ row }) => row === i + 1)).map((row) => `no defence of: ${row}`)
}

/** Runs the tests as they are: each must be there, and pass. */
async function standing() {
  const faults = []
  for (const test of new Set(chosen.map((one) => one.test))) {
    const names = [...new Set(chosen.filter((one) => one.test === test).map(({ named }) => named))]
    const cases = await run(test, names)
    for (const named of names) {
      const found = cases.filter(({ name }) => name.startsWith(named))
      const isSound = found.length === 1 && found[0].errors.length === 0
      if (!isSound) faults.push(`${test}, ${named}: ${found.length} tests, ${JSON.stringify(found)}`)
    }
  }
  return faults
}

/** Runs the tests without their defences: each must fail on an assertion. */
async function fallen() {
  const faults = []
  say('row | defence | test | failed as it must | by\n--- | --- | --- | --- | ---\n')
  for (const [i, { row, defence, test, named }] of chosen.entries()) {
    const { hasFailed, by } = verdictOn(await without(changes[i], () => run(test, [named])))
    const file = test.replace(/^.*\//, '').replace(/\.test\.ts$/, '')
    say(`${row} | ${defence} | ${file}: ${named} | ${hasFailed ? 'yes' : 'NO'} | ${by}\n`)
    if (!hasFailed) faults.push(`row ${row}, ${defence}: ${by}`)
  }
  return faults
}

async function without(sources, work) {
  const load = (next) => {
    altered = next
    for (const path of sources.keys()) vitest.invalidateFile(path)
  }
  load(sources)
  const cases = await work()
  load(new Map())
  return cases
}

/** Whether the one test that ran failed as it must: on an assertion, its own or that of a property that it runs. */
function verdictOn([result, ...others]) {
  if (result === undefined || others.length > 0)
    return { hasFailed: false, by: `${result === undefined ? 0 : 1 + others.length} tests ran, not 1` }
  const [error] = result.errors
  if (error === undefined) return { hasFailed: false, by: 'nothing: the test passes' }
  const said = error.cause?.name === 'AssertionError' ? error.cause : error
  const [by] = said.message.split('\n')
  return said.name === 'AssertionError' ? { hasFailed: true, by } : { hasFailed: false, by: `${said.name}: ${by}` }
}

/** The tests of a file whose names begin so, with their errors. */
async function run(test, names) {
  vitest.setGlobalTestNamePattern(new RegExp(`^(?:${names.map(escaped).join('|')})`))
  const path = join(root, test)
  const specifications = await vitest.globTestSpecifications([path])
  const { testModules, unhandledErrors } = await within(vitest.runTestSpecifications(specifications), names)
  if (unhandledErrors.length > 0) throw unhandledErrors[0]
  return testModules
    .filter(({ moduleId }) => moduleId === path)
    .flatMap((module) => {
      const broken = module.errors().map((error) => ({ name: '', errors: [error] }))
      return [...broken, ...[...module.children.allTests()].filter(hasRun).map(outcomeOf)]
    })
}

/** Ends this process, and with it the thread of a test that never ends. */
async function within(work, names) {
  const timer = setTimeout(() => {
    say(`\n✗ no end after ${LONGEST} s: ${names.join(', ')}\n`)
    process.exit(1)
  }, 1000 * LONGEST)
  return work.finally(() => clearTimeout(timer))
}

function hasRun(test) {
  return ['passed', 'failed'].includes(test.result().state)
}

function outcomeOf(test) {
  return { name: test.fullName.replaceAll(' > ', ' '), errors: test.result().errors ?? [] }
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function say(text) {
  process.stdout.write(text)
}
