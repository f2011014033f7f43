import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { LAYERS, layering, describe as render } from '../scripts/layering.mjs'

const trees: string[] = []
afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true })
})

/** A repository in a temporary folder; paths are relative to the core's sources, or `sim:` to the simulator's. */
function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'spotcheck-layering-'))
  trees.push(root)
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name.startsWith('sim:') ? `packages/sim/src/${name.slice(4)}` : `packages/core/src/${name}`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return root
}

const check = (files: Record<string, string>) => layering(tree(files)).map(render)

test('the repository keeps its order', () => {
  expect(layering(fileURLToPath(new URL('..', import.meta.url))).map(render)).toEqual([])
})

describe('order', () => {
  test('an import of an earlier layer passes', () => {
    expect(check({ 'Hash.ts': "import './Errors.js'", 'Errors.ts': '', 'roles/x.ts': "import '../Round.js'" })).toEqual(
      [],
    )
  })

  test('a back edge names file, line, import and rule', () => {
    expect(check({ 'Errors.ts': "\n\nimport type { Hex } from './Hash.js'\n" })).toEqual([
      'packages/core/src/Errors.ts:3: ./Hash.js: Errors comes before Hash, so it may not import it',
    ])
  })

  test.each([
    ['import', "import { x } from './Round.js'"],
    ['type import', "import type { x } from './Round.js'"],
    ['export', "export { x } from './Round.js'"],
    ['export all', "export * as Round from './Round.js'"],
    ['dynamic import', "export const x = () => import('./Round.js')"],
    ['import type', "export type X = import('./Round.js').X"],
    ['a folder of the layer', "import './Round/step.js'"],
  ])('sees a back edge by %s', (_, text) => {
    expect(check({ 'Task.ts': text })).toHaveLength(1)
  })

  test.each(LAYERS.slice(1).map((layer, i) => [LAYERS[i] as string, layer]))('%s may not import %s', (low, high) => {
    expect(check({ [`${low}.ts`]: `import './${high}.js'` })).toHaveLength(1)
  })

  test('comments and strings are not imports', () => {
    const text = "// import './Round.js'\nexport const text = `import './Round.js'; Date.now()`\n"
    expect(check({ 'Task.ts': text })).toEqual([])
  })

  test('a file and the folder of its name are one layer', () => {
    expect(check({ 'Merkle.ts': "import './Merkle/tree.js'", 'Merkle/tree.ts': "import '../Merkle.js'" })).toEqual([])
  })

  test('economics imports the foundation only', () => {
    expect(check({ 'economics/game.ts': "import '../Wad.js'\nimport '../Protocol.js'" })).toEqual([
      expect.stringContaining('game.ts:2: ../Protocol.js: economics imports only Errors'),
    ])
  })

  test('a module without a place is refused', () => {
    expect(check({ 'Utils.ts': '' })).toEqual([expect.stringContaining('add Utils to LAYERS')])
  })

  test('tests may import anything, and no source imports a test', () => {
    expect(check({ 'Task.test.ts': "import './Round.js'\nDate.now()" })).toEqual([])
    expect(check({ 'Task.ts': "import './Task.test.js'" })).toEqual([
      expect.stringContaining('no source imports a test'),
    ])
  })
})

describe('packages', () => {
  test('the core imports neither the simulator nor anything outside its sources', () => {
    expect(check({ 'roles/x.ts': "import '@spotcheck/sim'\nimport '../../../../test/helper.js'" })).toHaveLength(2)
  })

  test('the simulator imports the core by public subpaths', () => {
    const good = "import '@spotcheck/core'\nimport '@spotcheck/core/economics'\nimport 'node:fs'\nimport './x.js'"
    expect(check({ 'sim:index.ts': good })).toEqual([])
    const bad = "import '../../core/src/Hash.js'\nimport '@spotcheck/core/dist/Hash.js'\nimport './x.test.js'"
    expect(check({ 'sim:index.ts': bad })).toHaveLength(3)
  })
})

describe('purity', () => {
  test.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    "fetch('x')",
    'globalThis.fetch',
    'console.log(1)',
    'setTimeout(f, 1)',
  ])('%s is refused in a stage and allowed at the edge', (text) => {
    expect(check({ 'Task.ts': text })).toHaveLength(1)
    expect(check({ 'roles/executor.ts': text })).toEqual([])
  })

  test.each([
    "import 'node:fs'",
    "import 'fs'",
    "import('crypto')",
    'process.env',
    'Buffer.from(x)',
    'setImmediate(f)',
  ])('%s is refused outside adapters', (text) => {
    expect(check({ 'Task.ts': text })).toEqual([expect.stringContaining('the core runs in browsers too')])
    expect(check({ 'roles/executor.ts': text })).toHaveLength(1)
    expect(check({ 'memory/network.ts': text })).toHaveLength(1)
    expect(check({ 'store/files.ts': text })).toEqual([])
  })

  test('members, parameters and types of those names are fine', () => {
    const text = 'export type T = { fetch: () => void; process?: number }\nexport const f = (x: T) => x.fetch()\n'
    expect(check({ 'Task.ts': text })).toEqual([])
  })
})
