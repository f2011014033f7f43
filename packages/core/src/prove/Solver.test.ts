// What needs a process of its own: what a proof leaves behind, and what it says where z3-solver is not installed.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// Workers are threads of plain Node, which can't read TypeScript: what is under test is compiled.
const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url))

/** What a program prints that has `prove` of the package compiled in a folder; it fails if the program does not end. */
async function printed(folder: string, program: string): Promise<unknown[]> {
  const entry = pathToFileURL(join(folder, 'prove/index.js'))
  const source = `import { prove } from '${entry}'\nconst print = (value) => console.log(JSON.stringify(value))\n${program}`
  const run = promisify(execFile)(execPath, ['--input-type=module', '--eval', source], { timeout: 50_000 })
  return (await run).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Nine ranges and three verifiers for a batch of 64: z3 takes minutes, if it ever ends. */
const hard = {
  task: { reward: [1, 1.2], cheatCost: [0, 0.3] },
  sampling: { rate: [0.02, 0.2], verifiers: 3 },
  slash: { rule: 'once-per-batch', amount: [900, 1_500], burnShare: [0.9, 1] },
  comparator: { power: [0.9, 1], falsePositive: [0, 0.01] },
  arbitration: { falsePositive: [0, 0.1] },
  verifiers: { colluding: [0, 0.1], falseDissent: [0, 0.1] },
  batch: { size: 64 },
}
const easy = { sampling: { rate: [0.1, 0.2] }, slash: { amount: [20, 40] } }

test('z3 at work when time is up: unknown, nothing is left running, and the next proof is found', async () => {
  const [late, left, next, end] = await printed(
    dist,
    `print(await prove(${JSON.stringify(hard)}, { timeout: 1_500, method: 'z3', claims: ['deterrence'] }))
     print(process.getActiveResourcesInfo())
     print(await prove(${JSON.stringify(easy)}, { claims: ['deterrence'] }))
     print(process.getActiveResourcesInfo())`,
  )
  expect(late).toEqual({
    verdict: 'unknown',
    claims: [{ claim: 'deterrence', verdict: 'unknown', method: 'z3', counterexample: null, reason: 'time is up' }],
  })
  expect(next).toMatchObject({ verdict: 'proved' })
  expect(
    [left, end].map((resources) => (resources as string[]).filter((name) => /Port|Worker|Timeout/.test(name))),
  ).toEqual([[], []])
})

test('z3-solver is not installed: the error says what to install, and corners do without', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'prove-'))
  try {
    cpSync(dist, join(folder, 'dist'), { recursive: true })
    mkdirSync(join(folder, 'node_modules'))
    for (const name of ['zod', '@noble']) symlinkSync(join(modules, name), join(folder, 'node_modules', name))
    const [error, corners] = await printed(
      join(folder, 'dist'),
      `print(await prove(${JSON.stringify(easy)}).catch((error) => ({ name: error.name, message: error.message })))
       print(await prove(${JSON.stringify(easy)}, { method: 'corners', claims: ['deterrence'] }))`,
    )
    expect(error).toMatchInlineSnapshot(`
      {
        "message": "z3-solver is not installed.
        z3-solver  "ERR_MODULE_NOT_FOUND"
        rule       z3-solver is an optional peer of @spotcheck/core: proofs need it, nothing else does
        fix        npm install z3-solver",
        "name": "Prove.SolverError",
      }
    `)
    expect(corners).toMatchObject({ verdict: 'proved' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
