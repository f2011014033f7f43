// What the documents point at is there, and the table of attacks is the same wherever it stands.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const documents = [
  ...['README.md', 'AGENTS.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...['docs/protocol.md', 'docs/economics.md', 'docs/policies.md', 'docs/scenarios.md', 'docs/sweeps.md'],
  ...['docs/node.md', 'docs/tuning.md', 'docs/verifiers.md', 'test/attacks/README.md'],
]

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** Where the links of a text lead, those into the world aside. */
function links(text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!.replace(/#.*$/, ''))
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target))
}

test.each(documents)('%s: every link leads to a file', (file) => {
  const missing = links(read(file)).filter((target) => !existsSync(join(root, dirname(file), target)))
  expect(missing).toEqual([])
})

/** The rows of the first table after a heading or sentence, as cells. */
function tableAfter(file: string, mark: string): string[][] {
  const text = read(file)
  const [, after] = text.split(mark)
  const [, table] = /\n(\|[\s\S]*?\n)(?!\|)/.exec(`${after}\n`)!
  const [, , ...rows] = table!.trim().split('\n')
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

test.each([
  ['README.md', 'Each row of the table'],
  ['test/attacks/README.md', '# Attacks'],
])('%s: each row of the attack table is linked to a test', (file, mark) => {
  const protocol = tableAfter('docs/protocol.md', '## Attacks the tests must try').map(([attack]) => attack)
  const rows = tableAfter(file, mark)
  expect(rows.map(([attack]) => attack)).toEqual(protocol)
  for (const [attack, tests] of rows)
    expect([attack, links(tests!).some((target) => target.endsWith('.test.ts'))]).toEqual([attack, true])
})

test.each([
  ['policies', ['compare']],
  ['policies', ['compare', '--as-published']],
  ['tuning', ['tune']],
])(
  'docs/%s.md shows what the command prints: %j',
  (page, args) => {
    const command = join(root, 'packages/sim/bin/spotcheck.js')
    const { stdout } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' })
    const [, shown] = new RegExp(`spotcheck -- ${args.join(' ')}\\n([\\s\\S]*?)\`\`\``).exec(read(`docs/${page}.md`))!
    expect(stdout).toBe(shown)
  },
  300_000,
)

test('docs/sweeps.md shows what its commands print', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spotcheck-docs-'))
  const text = read('docs/sweeps.md')
  writeFileSync(join(folder, 'sweep.json'), /```json\n([\s\S]*?)```/.exec(text)![1]!)
  const [, shown] = /```\n(\$ [\s\S]*?)```/.exec(text)!
  const program = `"${process.execPath}" "${join(root, 'packages/sim/bin/spotcheck.js')}"`
  const printed = [...shown!.matchAll(/^\$ (.*)\n/gm)].map(([line, command]) => {
    const words = command!.replace('npm run --silent spotcheck --', program)
    const { stdout } = spawnSync('sh', ['-c', words], { cwd: folder, encoding: 'utf8' })
    return line + stdout.replaceAll('\r', '')
  })
  rmSync(folder, { recursive: true })
  expect(printed).toHaveLength(2)
  expect(printed.join('')).toBe(shown)
})
