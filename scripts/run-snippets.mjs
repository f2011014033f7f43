// node scripts/run-snippets.mjs <list>: imports each program of the list in turn and writes the failures to <list>.out.
import { readFileSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { HOOK, matches } from './documented.mjs'

const LIMIT = 30_000
const [list = ''] = process.argv.slice(2)
const failures = []
let current

/** Programs that wait for ever are cut off, so that the rest are still run. */
async function attempt(program) {
  current = program
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still running after ${LIMIT / 1000} s`)), LIMIT)
  })
  await Promise.race([import(program.url), late])
    .catch(fail)
    .finally(() => clearTimeout(timer))
}

function fail(error) {
  const { place, file, source } = current
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const line = text.split(`${source}:`)[1]?.match(/^\d+/)?.[0]
  const message = error instanceof Error ? `${error.name}: ${error.message}` : text
  failures.push(`${line ? `${file}:${line}` : place}: ${message}`)
}

globalThis[HOOK] = (value, documented, line) => {
  if (!matches(value, documented))
    failures.push(`${current.file}:${line}: documented as ${inspect(documented)}, but is ${inspect(value)}`)
  return value
}
process.on('unhandledRejection', fail)
process.on('uncaughtException', fail)
for (const program of JSON.parse(readFileSync(list, 'utf8'))) await attempt(program)
writeFileSync(`${list}.out`, JSON.stringify(failures))
process.exit(0)
