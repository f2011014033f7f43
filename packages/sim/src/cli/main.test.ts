import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/spotcheck.js', import.meta.url))
const built = existsSync(fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url)))

const params = JSON.stringify({
  task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
  sampling: { rate: 0.08 },
  slash: { amount: 10 },
})

/** Runs the built program. `how`: nobody reads that stream, or Ctrl-C comes once it has something to say. */
function spotcheck(args: readonly string[], input: string, how?: 'stdout' | 'stderr' | 'SIGINT') {
  const child = spawn(process.execPath, [bin, ...args], { stdio: 'pipe' })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
    })
  if (how === 'SIGINT') child.stderr.once('data', () => child.kill('SIGINT'))
  else if (how !== undefined) child[how].destroy()
  child.stdin.on('error', () => {}).end(input)
  return new Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>(
    (resolve, reject) => {
      child.on('error', reject).on('close', (code, signal) => resolve({ code, signal, ...text }))
    },
  )
}

test('the program is built before its tests: npm test does that', () => {
  expect(built).toBe(true)
})

describe.concurrent('the built program', () => {
  test('reads standard input and answers in JSON', async () => {
    const { code, stdout, stderr } = await spotcheck(['solve', '-', '--json'], params)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ feasible: true, deterred: false })
  })

  test('simulates', async () => {
    const { code, stdout, stderr } = await spotcheck(['simulate', '-', '--json', '--replications', '2'], params)
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'replication 1 of 2\nreplication 2 of 2\n' })
    expect(JSON.parse(stdout)).toMatchObject({ engine: 'statistical', replications: 2, network: { tasks: 8 } })
  })

  test('an interruption ends it with what was played', async () => {
    const { code, stdout } = await spotcheck(['simulate', '-', '--json', '--replications', '200000'], params, 'SIGINT')
    expect(code).toBe(1)
    const { complete, replications } = JSON.parse(stdout)
    expect(complete).toBe(false)
    expect(replications).toBeGreaterThan(0)
  })

  test('two threads answer the same, and an interruption ends them', async () => {
    const args = ['simulate', '-', '--json', '--replications']
    const alone = await spotcheck([...args, '30'], params)
    expect(await spotcheck([...args, '30', '--threads', '2'], params)).toEqual(alone)
    const { code, stdout } = await spotcheck([...args, '200000', '--threads', '2'], params, 'SIGINT')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ complete: false })
  })

  test('status 1: the answer is no', async () => {
    const hopeless = JSON.stringify({ ...JSON.parse(params), verifiers: { colluding: 1 } })
    expect(await spotcheck(['solve', '-'], hopeless)).toMatchObject({ code: 1, stderr: '' })
  })

  test('status 2: the question was wrong', async () => {
    const { code, stdout, stderr } = await spotcheck(['solve', '-'], '{')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('InvalidJsonError: standard input is not valid JSON: line 1, column 2.')
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test('status 2: no file', async () => {
    const { code, stderr } = await spotcheck(['solve', '/nonexistent/params.json'], '')
    expect(code).toBe(2)
    expect(stderr).toContain('InputFileError: /nonexistent/params.json does not exist.')
  })

  test('a reader that leaves early is no failure', async () => {
    expect(await spotcheck(['solve', '-', '--json'], params, 'stdout')).toMatchObject({
      code: 0,
      signal: null,
      stderr: '',
    })
    const quiet = await spotcheck(['simulate', '-', '--replications', '2'], params, 'stderr')
    expect(quiet).toMatchObject({ signal: null, code: 0 })
  })
})
