// Brings a fresh clone to a runnable state: dependencies from the frozen lockfile, then a build.
// Needs Node and npm only; does nothing where nothing changed. All of its output goes to stderr.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const PROJECTS = [
  'packages/core',
  'packages/contracts',
  'packages/sim',
  'examples/inference-network',
  'examples/node-client',
  'examples/own-strategy',
  'examples/published-parameters',
]
const MANIFESTS = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...PROJECTS.map((p) => `${p}/package.json`)]
const CONFIGS = ['tsconfig.json', 'tsconfig.base.json', ...PROJECTS.map((p) => `${p}/tsconfig.json`)]

/** Installs and builds what is out of date. Exits the process with the failing command's status. */
export function setup() {
  assertNodeVersion()
  const installed = stamp('install', digest(MANIFESTS), () => {
    const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    say(`installing dependencies with ${packageManager} (first time only)`)
    run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'])
  })
  const sources = PROJECTS.flatMap((p) => walk(`${p}/src`))
  stamp('build', `${installed}:${digest([...CONFIGS, ...sources])}`, () => {
    say('compiling')
    run(process.execPath, ['node_modules/typescript/bin/tsc', '-b'])
  })
}

function assertNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  say(`Node ${process.versions.node} is too old: Spotcheck needs Node 20.19 or newer`)
  process.exit(1)
}

/** Runs `work` unless `node_modules` already holds the stamp `value`; returns the value. */
function stamp(name, value, work) {
  const file = join(root, 'node_modules', `.spotcheck-${name}`)
  if (existsSync(file) && readFileSync(file, 'utf8') === value && outputsExist(name)) return value
  work()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, value)
  return value
}

function outputsExist(name) {
  return name === 'install' || PROJECTS.every((p) => existsSync(join(root, p, 'dist')))
}

function digest(files) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

function walk(dir) {
  return readdirSync(join(root, dir))
    .sort()
    .flatMap((name) => {
      const path = `${dir}/${name}`
      return statSync(join(root, path)).isDirectory() ? walk(path) : [path]
    })
}

/** Runs a command in the repository root with its output on stderr; exits on failure. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error) say(`${command}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

function say(text) {
  process.stderr.write(`spotcheck: ${text}\n`)
}
