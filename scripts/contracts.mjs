// npm run contracts: compiles packages/contracts and writes each contract's ABI and bytecode as TypeScript.
// The written files are committed; packages/contracts/src/artifacts.test.ts compiles again and compares.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import solc from 'solc'
import { walk } from './files.mjs'
import { root } from './setup.mjs'

const PACKAGE = join(root, 'packages/contracts')
const GENERATED = join(PACKAGE, 'src/generated')
const require = createRequire(join(PACKAGE, 'package.json'))

/** What is deployed, and so published: each a file of its name under contracts/, and a file that is written. */
const PUBLISHED = ['BlockBeacon', 'DrandBeacon', 'Sampler', 'Stakes']

/** @typedef {{ abi: readonly object[], bytecode: `0x${string}`, size: number }} Artifact size in bytes, once deployed */

const SETTINGS = {
  evmVersion: 'prague',
  optimizer: { enabled: true, runs: 200 },
  // The same bytes on every machine, whatever its paths.
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
}

/**
 * Compiles sources under packages/contracts and throws what the compiler has to say, warnings too.
 * @param {readonly string[]} files paths in the package, e.g. `contracts/Sampler.sol`
 * @returns {Readonly<Record<string, Artifact>>} by the name of the contract
 */
export function compile(files) {
  const sources = Object.fromEntries(
    files.map((file) => [file, { content: readFileSync(join(PACKAGE, file), 'utf8') }]),
  )
  const input = JSON.stringify({ language: 'Solidity', sources, settings: SETTINGS })
  const { errors = [], contracts = {} } = JSON.parse(solc.compile(input, { import: load }))
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  const units = files.flatMap((file) => Object.entries(contracts[file] ?? {}))
  return Object.fromEntries(units.map(([name, unit]) => [name, artifact(unit)]))
}

/** Sources by the names under which they import each other. */
function load(name) {
  try {
    const path = name.startsWith('@') ? require.resolve(name) : join(PACKAGE, name)
    return { contents: readFileSync(path, 'utf8') }
  } catch (error) {
    return { error: String(error) }
  }
}

/**
 * What `compile` answers, kept in .cache as long as no source changes: several test files need the same.
 * @param {readonly string[]} files
 * @returns {Readonly<Record<string, Artifact>>}
 */
export function compiled(files) {
  const hash = createHash('sha256').update(JSON.stringify([solc.version(), SETTINGS, files]))
  for (const file of walk(PACKAGE, 'contracts')) hash.update(`${file}\0`).update(readFileSync(join(PACKAGE, file)))
  hash.update(readFileSync(join(PACKAGE, 'package.json')))
  const cached = join(root, '.cache/contracts', `${hash.digest('hex')}.json`)
  if (existsSync(cached)) return JSON.parse(readFileSync(cached, 'utf8'))
  const artifacts = compile(files)
  mkdirSync(dirname(cached), { recursive: true })
  // Renamed into place, so that nobody reads half of it.
  const temporary = `${cached}.${process.pid}`
  writeFileSync(temporary, JSON.stringify(artifacts))
  renameSync(temporary, cached)
  return artifacts
}

function artifact({ abi, evm }) {
  const { bytecode, deployedBytecode } = evm
  return { abi, bytecode: `0x${bytecode.object}`, size: deployedBytecode.object.length / 2 }
}

/**
 * Each published contract, compiled.
 * @returns {Readonly<Record<string, Artifact>>}
 */
export function published() {
  const all = walk(PACKAGE, 'contracts')
  const artifacts = compile(PUBLISHED.map((name) => all.find((file) => file.endsWith(`/${name}.sol`)) ?? name))
  return Object.fromEntries(PUBLISHED.map((name) => [name, artifacts[name]]))
}

/**
 * The files that are written, by name.
 * @param {Readonly<Record<string, Artifact>>} artifacts
 * @returns {Readonly<Record<string, string>>}
 */
export function generate(artifacts) {
  const files = Object.entries(artifacts).map(([name, { abi, bytecode }]) => [
    `${name}.ts`,
    module(name, abi, bytecode),
  ])
  return Object.fromEntries(files)
}

function module(name, abi, bytecode) {
  const entries = abi.map((entry) => `  ${JSON.stringify(entry)},\n`).join('')
  return `// Written by \`npm run contracts\`.

/** ABI of ${name}.sol. */
export const abi = [
${entries}] as const

/** What deploys ${name}.sol; the constructor's arguments come after it. */
export const bytecode: \`0x\${string}\` =
  '${bytecode}'
`
}

/** The written files as they are now, by name. */
export function written() {
  const names = readdirSync(GENERATED).sort()
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(GENERATED, name), 'utf8')]))
}

function write(artifacts) {
  rmSync(GENERATED, { recursive: true, force: true })
  mkdirSync(GENERATED, { recursive: true })
  for (const [name, text] of Object.entries(generate(artifacts))) writeFileSync(join(GENERATED, name), text)
  for (const [name, { size }] of Object.entries(artifacts)) process.stdout.write(`${name}: ${size} bytes\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write(published())
