// The order of the house. Each layer of the core imports only layers above it in this list; the simulator imports the
// core by its public names; the core stays pure. Run by `npm run check`; alone: node scripts/layering.mjs
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { walk } from './files.mjs'

const CORE = 'packages/core/src'
const SIM = 'packages/sim/src'

const FOUNDATION = ['Errors', 'Encoding', 'Nearest', 'Hash', 'Wad', 'Schema', 'Merkle', 'Vrf', 'EProcess']
const ADAPTERS = ['viem', 'prove', 'http', 'drand', 'openai', 'onnx', 'store']

/** The layers of the core, lowest first. `Name.ts`, its companions and the folder `Name/` are one layer. */
export const LAYERS = [
  ...FOUNDATION,
  ...['TypedData', 'Protocol'],
  // the stages, in flow order
  ...[
    'Task',
    'TaskKey',
    'VrfKey',
    'Output',
    'Logits',
    'Toploc',
    'Tensor',
    'Canary',
    'Commitment',
    'Receipt',
    'Voucher',
    'Checkpoint',
    'Answer',
  ],
  ...['Beacon', 'Sample', 'Disclosure', 'Reexecution', 'Opening', 'Dispute'],
  ...['Comparison', 'Verdict', 'Ledger', 'Stake', 'Settlement', 'Message', 'Fault'],
  // the machine over the stages
  'Round',
  ...['economics', 'ports', 'roles', 'memory'],
  // each a subpath export, the only places for what a browser lacks
  ...ADAPTERS,
  ...['testing', 'index'],
]

/** Layers that may import less than everything below them. */
const NARROW = { economics: FOUNDATION }

/** Layers at the edge, where clocks and sockets are allowed. */
const EDGES = new Set(['roles', 'memory', ...ADAPTERS])

const IMPURE_NAMES = new Set([
  ...['console', 'fetch', 'globalThis', 'performance'],
  ...['queueMicrotask', 'setInterval', 'setTimeout'],
])
const NODE_NAMES = new Set(['Buffer', 'process', 'require', 'setImmediate'])
const IMPURE_MEMBERS = new Set(['Date.now', 'Math.random', 'crypto.getRandomValues', 'crypto.randomUUID'])

/** @typedef {{ file: string, line: number, found: string, rule: string }} Violation */

/**
 * Every breach of the order under `root`, a repository.
 * @param {string} root
 * @returns {Violation[]}
 */
export function layering(root) {
  return [...sources(root, CORE).flatMap(checkCore), ...sources(root, SIM).flatMap(checkSim)]
}

function sources(root, dir) {
  return walk(root, dir)
    .filter((file) => /\.[cm]?ts$/.test(file) && !isTest(file))
    .map((file) => ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true))
}

/** Is it a file that no package ships, named by its path or by an import of it? */
function isTest(path) {
  return /\.(test|test-d|bench)(\.[cm]?[jt]s)?$/.test(path)
}

function checkCore(source) {
  const layer = layerOf(source.fileName)
  if (!LAYERS.includes(layer))
    return [
      violation(source, source, layer, `every module has its place: add ${layer} to LAYERS in scripts/layering.mjs`),
    ]
  const back = imports(source).map(({ node, name }) => [node, name, coreImportRule(source.fileName, layer, name)])
  const impure = EDGES.has(layer) ? [] : uses(source, impurity, PURE)
  const native = ADAPTERS.includes(layer) ? [] : uses(source, nodeName, PORTABLE)
  return [...back, ...impure, ...native].flatMap(([node, found, rule]) =>
    rule ? [violation(source, node, found, rule)] : [],
  )
}

function checkSim(source) {
  return imports(source).flatMap(({ node, name }) => {
    const rule = simImportRule(source.fileName, name)
    return rule ? [violation(source, node, name, rule)] : []
  })
}

/** The rule that an import in the core breaks, if any. */
function coreImportRule(file, layer, name) {
  if (isBuiltin(name) && !ADAPTERS.includes(layer)) return PORTABLE
  if (name.startsWith('@spotcheck/')) return 'the core imports itself by relative path and no other package of ours'
  if (!name.startsWith('.')) return undefined
  const target = posix.join(posix.dirname(file), name)
  if (!target.startsWith(`${CORE}/`)) return 'the core imports nothing of the repository outside its sources'
  if (isTest(target)) return 'no source imports a test'
  return orderRule(layer, layerOf(target))
}

function orderRule(from, to) {
  if (from === to) return undefined
  if (!LAYERS.includes(to)) return `${to} is not in LAYERS in scripts/layering.mjs`
  if (from in NARROW && !NARROW[from].includes(to)) return `${from} imports only ${NARROW[from].join(', ')}`
  if (LAYERS.indexOf(to) > LAYERS.indexOf(from)) return `${from} comes before ${to}, so it may not import it`
  return undefined
}

/** The rule that an import in the simulator breaks, if any. */
function simImportRule(file, name) {
  if (/^@spotcheck\/core\/(dist|src)\//.test(name)) return 'the simulator imports the core by its public subpaths'
  if (!name.startsWith('.')) return undefined
  const target = posix.join(posix.dirname(file), name)
  if (!target.startsWith(`${SIM}/`))
    return 'the simulator imports the core by its public subpaths, nothing else of ours'
  return isTest(target) ? 'no source imports a test' : undefined
}

/** `packages/core/src/economics/game.ts` → `economics`; `…/Merkle.js` and `…/Merkle/tree.ts` → `Merkle`. */
function layerOf(path) {
  const [first = ''] = path.slice(CORE.length + 1).split('/')
  return first.split('.')[0] ?? ''
}

/** Every module named by an import, an export, a dynamic import or an import type. */
function imports(source) {
  return descendants(source).flatMap((node) => {
    const name = specifier(node)
    return name && ts.isStringLiteralLike(name) ? [{ node, name: name.text }] : []
  })
}

function specifier(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return node.arguments[0]
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal
  return undefined
}

const PURE = 'stages are synchronous and pure: clocks, chance and I/O live in roles, memory and adapters'

const PORTABLE = 'the core runs in browsers too: what only Node has is used in adapters alone'

/** Every place where `find` names something, as breaches of `rule`. */
function uses(source, find, rule) {
  return descendants(source).flatMap((node) => {
    const found = find(node)
    return found ? [[node, found, rule]] : []
  })
}

function impurity(node) {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') return 'new Date'
  if (ts.isPropertyAccessExpression(node) && IMPURE_MEMBERS.has(node.getText())) return node.getText()
  if (ts.isIdentifier(node) && IMPURE_NAMES.has(node.text) && isGlobalUse(node)) return node.text
  return undefined
}

function nodeName(node) {
  return ts.isIdentifier(node) && NODE_NAMES.has(node.text) && isGlobalUse(node) ? node.text : undefined
}

/** Is the name read as a variable, rather than as the name of a member, a type or a declaration? */
function isGlobalUse(node) {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent) || ts.isImportSpecifier(parent)) return false
  return parent.name !== node && parent.propertyName !== node
}

function descendants(node) {
  const found = []
  const visit = (child) => {
    found.push(child)
    ts.forEachChild(child, visit)
  }
  ts.forEachChild(node, visit)
  return found
}

function violation(source, node, found, rule) {
  const { line } = source.getLineAndCharacterOfPosition(node === source ? 0 : node.getStart())
  return { file: source.fileName, line: line + 1, found, rule }
}

/** `file:line: found: rule`, as editors and terminals link it. */
export function describe({ file, line, found, rule }) {
  return `${file}:${line}: ${found}: ${rule}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = layering(resolve(fileURLToPath(import.meta.url), '../..'))
  for (const each of violations) process.stdout.write(`${describe(each)}\n`)
  process.exitCode = violations.length === 0 ? 0 : 1
}
