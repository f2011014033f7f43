/**
 * The public surface, name by name, so that no name appears or goes unnoticed. After a change that is meant:
 * npm test -- test/exports.test.ts -u
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

type Entry = { name: string; source: string }

/** The subpaths that a package exports, with the sources behind them. */
function entries(folder: string): Entry[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  return Object.entries<{ default?: string }>(exports).flatMap(([subpath, target]) => {
    if (target.default === undefined) return []
    const path = target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
    return [{ name: `${name}${subpath.slice(1)}`, source: join(root, folder, path) }]
  })
}

/** A program that follows relative imports only: names need no dependency's types. */
function program(sources: string[]): ts.Program {
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, noLib: true, types: [] }
  const host = ts.createCompilerHost(options)
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const path = join(dirname(from), text).replace(/\.js$/, '.ts')
      const resolved = text.startsWith('.') && existsSync(path)
      return {
        resolvedModule: resolved ? { resolvedFileName: path, extension: ts.Extension.Ts } : undefined,
      }
    })
  return ts.createProgram(sources, options, host)
}

/** The names that a module exports, those of types marked as such. */
function names(checker: ts.TypeChecker, source: ts.SourceFile): string[] {
  const module = checker.getSymbolAtLocation(source)
  if (module === undefined) return []
  return checker
    .getExportsOfModule(module)
    .map((symbol) => label(symbol, symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .sort()
}

function label(exported: ts.Symbol, { flags }: ts.Symbol): string {
  if (flags & ts.SymbolFlags.ValueModule) return `namespace ${exported.name}`
  return flags & ts.SymbolFlags.Value ? exported.name : `type ${exported.name}`
}

const all = ['packages/core', 'packages/contracts', 'packages/sim'].flatMap(entries)

test('every subpath has a source', () => {
  expect(all.filter(({ source }) => !existsSync(source)).map(({ name }) => name)).toEqual([])
})

test('the exported names are those of the snapshot', async () => {
  const present = all.filter(({ source }) => existsSync(source))
  const built = program(present.map(({ source }) => source))
  const checker = built.getTypeChecker()
  const surface = present.map(({ name, source }) => {
    const file = built.getSourceFile(source)
    return [name, file === undefined ? [] : names(checker, file)]
  })
  await expect(`${JSON.stringify(Object.fromEntries(surface), undefined, 2)}\n`).toMatchFileSnapshot(
    'exports.snap.json',
  )
})
