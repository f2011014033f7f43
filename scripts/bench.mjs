// npm run bench [-- Merkle ...]: runs the *.bench.ts files beside the sources against the built packages and compares
// what they measured with what is promised. Ratios hold better than seconds, so what is compared runs in turns, and a
// figure is the median of several. Ends with status 1 where a promise is broken.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'
import { walk } from './files.mjs'
import { root } from './setup.mjs'

/**
 * What a bench file exports as `fresh`, by name: each prepares and returns what is timed, in a process of its own.
 * @typedef {Record<string, () => Promise<() => unknown>>} Fresh
 * @typedef {{ ms: number, cpu: number, mib: number }} Cost of the timed part, milliseconds passed, and those that the
 * processors spent; of the whole process, the peak of its memory, MiB
 * @typedef {{ name: string, value: number, unit: string, least?: number, most?: number, detail: string }} Figure
 * @typedef {{ fresh: (name: string) => Cost, median: (values: number[]) => number, time: (work: () => unknown) => number }} Tools
 * @typedef {(tools: Tools) => Figure[] | Promise<Figure[]>} Bench what a bench file exports as `bench`
 */

const FRESH = fileURLToPath(new URL('bench-fresh.mjs', import.meta.url))

/** Milliseconds that `work` takes. */
function time(work) {
  const start = performance.now()
  work()
  return performance.now() - start
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return (low + high) / 2
}

/** Compiles a bench file to where packages resolve by name, as they do for a user. */
function compile(file) {
  const folder = join(root, 'node_modules/.cache/spotcheck/bench')
  mkdirSync(folder, { recursive: true })
  const { outputText } = ts.transpileModule(readFileSync(join(root, file), 'utf8'), {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, verbatimModuleSyntax: true },
  })
  const program = join(folder, basename(file).replace(/\.ts$/, '.mjs'))
  writeFileSync(program, outputText)
  return program
}

/** The cost of `name` of a compiled bench file in a process of its own. */
function fresh(program, name) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [FRESH, program, name], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} of ${program} failed:\n${stderr}`)
  return JSON.parse(stdout)
}

function holds({ value, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }) {
  return value >= least && value <= most
}

function render(figure) {
  const { name, value, unit, least, most, detail } = figure
  const bound = [least === undefined ? [] : `at least ${least}`, most === undefined ? [] : `at most ${most}`].flat()
  return `${holds(figure) ? '✓' : '✗'} ${name}: ${value.toPrecision(3)}${unit} (${bound.join(', ')}); ${detail}`
}

async function main(names) {
  const files = walk(root, 'packages').filter((file) => file.endsWith('.bench.ts'))
  const chosen = files.filter((file) => names.length === 0 || names.includes(basename(file, '.bench.ts')))
  if (chosen.length === 0) throw new Error(`no such bench; there are ${files.join(', ')}`)
  for (const file of chosen) {
    const program = compile(file)
    const { bench } = await import(pathToFileURL(program).href)
    for (const figure of await bench({ fresh: (name) => fresh(program, name), median, time })) {
      process.stdout.write(`${render(figure)}\n`)
      if (!holds(figure)) process.exitCode = 1
    }
  }
}

await main(process.argv.slice(2))
