// Every TypeScript block of the documentation is compiled and run: those of README.md and docs/*.md, and those in the
// TSDoc of the packages. A value in a comment after an expression must be the expression's. A block fenced as `ts no-run`
// is only compiled. Alone: node scripts/snippets.mjs
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'
import { assertDocumented } from './documented.mjs'
import { walk } from './files.mjs'
import { root as here, setup } from './setup.mjs'

/** @typedef {{ file: string, line: number, code: string, run: boolean }} Snippet `line` is that of its first line. */

/**
 * The snippets of all documentation under `root`.
 * @param {string} root
 * @returns {Snippet[]}
 */
export function collect(root) {
  const documents = ['README.md', ...walk(root, 'docs').filter((file) => file.endsWith('.md'))]
  const sources = walk(root, 'packages').filter(
    (file) => /\/src\/.*\.ts$/.test(file) && !/\.(test|bench)\.ts$/.test(file),
  )
  return [...documents, ...sources]
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => extract(file, readFileSync(join(root, file), 'utf8')))
}

/**
 * The blocks fenced as `ts` in a text; in a source file, those inside its comments.
 * @param {string} file
 * @param {string} text
 * @returns {Snippet[]}
 */
export function extract(file, text) {
  const margin = file.endsWith('.ts') ? /^\s*\* ?/ : /^/
  const found = []
  /** @type {{ fence: string, indent: number, snippet: Snippet | undefined } | undefined} */
  let open
  for (const [i, raw] of text.split('\n').entries()) {
    const line = margin.test(raw) ? raw.replace(margin, '') : undefined
    if (line === undefined) open = undefined
    else if (open === undefined) open = opening(line, { file, line: i + 2 })
    else if (line.trim() === open.fence) {
      if (open.snippet) found.push(open.snippet)
      open = undefined
    } else if (open.snippet) open.snippet.code += `${line.slice(open.indent)}\n`
  }
  return found
}

function opening(line, place) {
  const match = /^(\s*)(`{3,})(.*)$/.exec(line)
  if (!match) return undefined
  const [, indent = '', fence = '', info = ''] = match
  const [language, ...flags] = info.trim().split(/\s+/)
  const snippet = language === 'ts' ? { ...place, code: '', run: !flags.includes('no-run') } : undefined
  return { fence, indent: indent.length, snippet }
}

/**
 * Compiles the snippets in one program and runs them in one process; answers a line for each failure.
 * Packages resolve as they do for a user: by name, from the `node_modules` of `root`.
 * @param {string} root
 * @param {Snippet[]} snippets
 * @returns {string[]}
 */
export function check(root, snippets) {
  const cache = join(root, 'node_modules/.cache/spotcheck')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'snippets-'))
  try {
    const files = snippets.map((snippet, i) => write(folder, snippet, i))
    return [...compile(files, snippets), ...execute(folder, files, snippets)]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Writes a snippet to a module of its own, each line at the number that it has in the documentation. */
function write(folder, snippet, i) {
  const file = join(folder, `${i}.mts`)
  writeFileSync(file, '\n'.repeat(snippet.line - 1) + snippet.code)
  return file
}

/** @type {ts.CompilerOptions} */
const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
}

function compile(files, snippets) {
  const program = ts.createProgram(files, OPTIONS)
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ')
    const snippet = snippets[files.indexOf(file?.fileName ?? '')]
    if (!snippet) return `${file?.fileName ?? 'tsc'}: ${message}`
    return `${snippet.file}:${file.getLineAndCharacterOfPosition(start).line + 1}: ${message}`
  })
}

const RUNNER = fileURLToPath(new URL('run-snippets.mjs', import.meta.url))

function execute(folder, files, snippets) {
  const programs = files.flatMap((file, i) => (snippets[i].run ? [transpile(file, snippets[i])] : []))
  const list = join(folder, 'programs.json')
  writeFileSync(list, JSON.stringify(programs))
  const options = { cwd: folder, encoding: 'utf8', timeout: 300_000, maxBuffer: 1 << 28 }
  const { status, signal, stderr } = spawnSync(process.execPath, ['--enable-source-maps', RUNNER, list], options)
  const answer = `${list}.out`
  if (status === 0 && existsSync(answer)) return JSON.parse(readFileSync(answer, 'utf8'))
  return [`the snippets ended early (${signal ?? `status ${status}`}); is a process.exit among them?\n${stderr}`]
}

function transpile(file, snippet) {
  const { outputText } = ts.transpileModule(assertDocumented(readFileSync(file, 'utf8')), {
    fileName: file,
    compilerOptions: { ...OPTIONS, noEmit: false, inlineSourceMap: true, verbatimModuleSyntax: true },
  })
  const program = file.replace(/\.mts$/, '.mjs')
  writeFileSync(program, outputText)
  return {
    url: pathToFileURL(program).href,
    place: `${snippet.file}:${snippet.line}`,
    file: snippet.file,
    source: file,
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup()
  const snippets = collect(here)
  const failures = check(here, snippets)
  for (const failure of failures) process.stdout.write(`${failure}\n`)
  process.stdout.write(`${snippets.length} snippets, ${failures.length} failures\n`)
  process.exitCode = failures.length === 0 ? 0 : 1
}
