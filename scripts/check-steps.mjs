// What `npm run check` checks, in order.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { withoutExample } from './examples.mjs'
import { registryHosts } from './hosts.mjs'
import { describe, layering } from './layering.mjs'
import { pack } from './pack.mjs'
import { root } from './setup.mjs'

const require = createRequire(import.meta.url)
const ATTW = join(dirname(require.resolve('@arethetypeswrong/cli/package.json')), 'dist/index.js')
const BIOME = require.resolve('@biomejs/biome/bin/biome')
const KNIP = join(root, 'node_modules/knip/bin/knip.js')
const SIZE_LIMIT = join(root, 'node_modules/size-limit/bin.js')
const TSC = require.resolve('typescript/bin/tsc')

/**
 * The checks: a name, and a function that prints what is wrong and says whether all is well.
 * @type {{ name: string, holds: () => boolean | Promise<boolean> }[]}
 */
export const steps = [
  { name: 'style: biome', holds: () => tool(BIOME, 'check', '--error-on-warnings') },
  { name: 'types: tsc', holds: () => tool(TSC, '-p', 'tsconfig.test.json') },
  { name: 'layering', holds: () => nothing(layering(root).map(describe)) },
  { name: 'an example for every function', holds: () => nothing(withoutExample(root)) },
  { name: 'dead code: knip', holds: () => tool(KNIP, '--no-config-hints') },
  ...['core', 'contracts', 'sim'].flatMap((name) => [
    { name: `manifest of @spotcheck/${name}: publint`, holds: () => lintManifest(tarball(name)) },
    { name: `types of @spotcheck/${name}, as published: attw`, holds: () => publishedTypes(tarball(name)) },
  ]),
  { name: 'size of what is bundled: size-limit', holds: () => tool(SIZE_LIMIT) },
  { name: 'no registry host in any file', holds: () => nothing(registryHosts(root)) },
]

const folder = mkdtempSync(join(tmpdir(), 'spotcheck-check-'))
const packed = new Map()

/** The tarball of a package, made when first asked for. */
function tarball(name) {
  if (!packed.has(name)) packed.set(name, pack(join(root, 'packages', name), folder))
  return packed.get(name)
}

/** Removes what the steps left behind. */
export function tidy() {
  rmSync(folder, { recursive: true })
}

/** Runs a Node program with its output shown; did it succeed? */
function tool(program, ...args) {
  return spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' }).status === 0
}

/** Prints what was found; was it nothing? */
function nothing(lines) {
  for (const line of lines) process.stdout.write(`${line}\n`)
  return lines.length === 0
}

async function lintManifest(file) {
  const { buffer } = new Uint8Array(readFileSync(file))
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  const faults = messages.filter(({ type }) => type !== 'suggestion')
  return nothing(faults.map((fault) => formatMessage(fault, pkg, { color: false }) ?? fault.code))
}

/** The table of resolutions is long, so it is shown only when something in it is wrong. */
function publishedTypes(file) {
  const args = [ATTW, file, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'table-flipped', '--no-color']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return status === 0 || nothing([stdout, stderr])
}
