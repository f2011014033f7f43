// Every function that @spotcheck/core exports has an example in its TSDoc, which `node scripts/snippets.mjs` runs.
// Part of `npm run check`; alone: node scripts/examples.mjs lists those without one.
import { readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const CORE = 'packages/core'

/**
 * The exported functions without an example, as `file:line: name`.
 * @param {string} root a repository
 * @returns {string[]}
 */
export function withoutExample(root) {
  const files = entries(root)
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, CORE, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    join(root, CORE),
  )
  const program = ts.createProgram(files, { ...options, noEmit: true, composite: false, incremental: false })
  const checker = program.getTypeChecker()
  const found = files.flatMap((file) => {
    const symbol = checker.getSymbolAtLocation(/** @type {ts.SourceFile} */ (program.getSourceFile(file)))
    return symbol ? functionsOf(checker, symbol) : []
  })
  const bare = [...new Set(found)].filter((declaration) => !hasExample(declaration))
  return bare.map((declaration) => place(root, declaration)).sort()
}

/** The source of each entry point that the package's manifest names. */
function entries(root) {
  const { exports } = JSON.parse(readFileSync(join(root, CORE, 'package.json'), 'utf8'))
  return Object.values(exports)
    .filter((target) => typeof target === 'object')
    .map(({ default: file }) => join(root, CORE, file.replace('dist/', 'src/').replace(/\.js$/, '.ts')))
}

/** The declarations of what a module exports to be called, those of its namespaces too. */
function functionsOf(checker, module) {
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    if (symbol.flags & ts.SymbolFlags.ValueModule) return functionsOf(checker, symbol)
    const declaration = symbol.valueDeclaration
    return declaration && isCalled(checker, symbol, declaration) ? [declaration] : []
  })
}

/** Is it a function, or a constant with functions in it, such as a sampler? Classes are errors, and constants are values. */
function isCalled(checker, symbol, declaration) {
  if (ts.isFunctionDeclaration(declaration)) return true
  if (!ts.isVariableDeclaration(declaration)) return false
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration)
  if (type.getCallSignatures().length > 0) return true
  const own = type.getProperties().filter((property) => isOurs(property))
  return own.some((property) => checker.getTypeOfSymbol(property).getCallSignatures().length > 0)
}

/** A member that one of our own types declares: not those of arrays, maps or schemas. */
function isOurs(property) {
  const file = property.valueDeclaration?.getSourceFile().fileName ?? ''
  return file.includes(`/${CORE}/src/`)
}

function hasExample(declaration) {
  return ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === 'example')
}

function place(root, declaration) {
  const source = declaration.getSourceFile()
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart())
  return `${relative(root, source.fileName)}:${line + 1}: ${declaration.name?.getText()} has no @example`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bare = withoutExample(resolve(fileURLToPath(import.meta.url), '../..'))
  for (const line of bare) process.stdout.write(`${line}\n`)
  process.exitCode = bare.length === 0 ? 0 : 1
}
