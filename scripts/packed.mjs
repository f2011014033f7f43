// The packages as their users get them: packed, installed into an empty project, and put to the README's example.
// Alone: node scripts/packed.mjs [a file with the example]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pack } from './pack.mjs'
import { root, setup } from './setup.mjs'

const MARKER = '<!-- example: library -->'

/**
 * The first `ts` block after the comment that marks the library's example.
 * @param {string} markdown
 * @returns {string}
 */
export function extractExample(markdown) {
  const at = markdown.indexOf(MARKER)
  if (at < 0) throw new Error(`no example to try: put ${MARKER} before the library's example`)
  const match = /^```ts[^\n]*\n(.*?)^```\s*$/ms.exec(markdown.slice(at))
  if (!match) throw new Error(`no example to try: no block fenced as ts follows ${MARKER}`)
  return match[1] ?? ''
}

/**
 * Installs both packages into an empty project, compiles and runs `example` there and asks the command for its help.
 * Throws, with the failing command's output, at the first thing that does not work.
 * @param {string} example
 * @returns {{ example: string, help: string }} what the example and the command printed
 */
export function tryPacked(example) {
  const folder = mkdtempSync(join(tmpdir(), 'spotcheck-packed-'))
  try {
    install(folder)
    return {
      example: compileAndRun(folder, example),
      help: run(folder, 'npx', ['--no-install', 'spotcheck', '--help']),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const QUIET = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']

function install(folder) {
  writeJson(join(folder, 'package.json'), { name: 'project', private: true, type: 'module' })
  const tarballs = ['core', 'sim'].map((name) => pack(join(root, 'packages', name), folder))
  run(folder, 'npm', ['install', ...QUIET, ...tarballs])
}

function compileAndRun(folder, example) {
  writeFileSync(join(folder, 'example.ts'), example)
  writeJson(join(folder, 'tsconfig.json'), {
    compilerOptions: {
      target: 'ES2022',
      module: 'NodeNext',
      strict: true,
      exactOptionalPropertyTypes: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    },
    files: ['example.ts'],
  })
  run(folder, process.execPath, [join(root, 'node_modules/typescript/bin/tsc')])
  return run(folder, process.execPath, ['example.js'])
}

/** Runs a command to its end and answers its output; throws it if the command failed. */
function run(cwd, command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: environment() })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error?.message ?? ''}${stdout}${stderr}`)
  return stdout
}

/** Without what `npm test` adds to it, so that the project's own folder is npm's. */
function environment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_local)/.test(name)),
  )
}

function writeJson(file, value) {
  writeFileSync(file, JSON.stringify(value))
}

/** The example of the README of this repository. */
export function readmeExample() {
  const readme = join(root, 'README.md')
  if (!existsSync(readme)) throw new Error('no example to try: there is no README.md')
  return extractExample(readFileSync(readme, 'utf8'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup()
  const [file] = process.argv.slice(2)
  const answer = tryPacked(file ? extractExample(readFileSync(resolve(file), 'utf8')) : readmeExample())
  process.stdout.write(`${answer.example}\n${answer.help}\n`)
}
