// The golden vectors of the protocol, for whoever implements it in another language: test/vectors/spotcheck.json.
// node scripts/vectors.mjs writes them from the built core; --check compares and says which differ.
// test/vectors/spotcheck.test.ts recomputes them from the sources, and most a second time without any code of ours.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup.mjs'
import { vectors } from './vectors-layouts.mjs'

const file = join(root, 'test/vectors/spotcheck.json')

/** JSON with one case a line: short enough to read, and to see in a diff. */
function render({ note, layouts: made }) {
  const blocks = made.map(({ name, layout, cases }) => {
    const lines = cases.map((one) => `      ${JSON.stringify(one)}`).join(',\n')
    return `    {\n      "name": ${JSON.stringify(name)},\n      "layout": ${JSON.stringify(layout)},\n      "cases": [\n${lines}\n      ]\n    }`
  })
  return `{\n  "note": ${JSON.stringify(note)},\n  "layouts": [\n${blocks.join(',\n')}\n  ]\n}\n`
}

async function main() {
  const core = await import('../packages/core/dist/index.js')
  const [{ secp256k1 }, { privateKeyToAccount }] = [
    await import('../packages/core/dist/viem/index.js'),
    await import('viem/accounts'),
  ]
  const text = render(await vectors(core, { secp256k1, privateKeyToAccount }))
  if (!process.argv.includes('--check')) return writeFileSync(file, text)
  if (readFileSync(file, 'utf8') === text) return process.stdout.write('the vectors are those of the build\n')
  process.stdout.write(`${differences(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(text)).join('\n')}\n`)
  process.exitCode = 1
}

function differences(before, after) {
  const known = new Map(before.layouts.map((one) => [one.name, JSON.stringify(one)]))
  const other = after.layouts.filter((one) => known.get(one.name) !== JSON.stringify(one)).map(({ name }) => name)
  return other.length > 0 ? other.map((name) => `differs: ${name}`) : ['differs in form: write the file again']
}

await main()
