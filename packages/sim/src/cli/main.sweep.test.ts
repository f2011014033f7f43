// The built program, killed at any time: npm test builds it before its tests.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import * as Random from '../Random.js'

const bin = fileURLToPath(new URL('../../bin/spotcheck.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'spotcheck-killed-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sweep = JSON.stringify({
  scenario: {
    parameters: { task: {}, sampling: { rate: 0.1 }, slash: { amount: 30 }, batch: { size: 10 } },
    population: [
      { strategy: 'honest', count: 20 },
      { strategy: 'intermittent', count: 10 },
    ],
    epochs: 50,
    replications: 40,
  },
  vary: {
    'parameters.sampling.rate': { from: 0.01, to: 0.5, scale: 'log' },
    'population[1].options.rate': { from: 0.1, to: 1 },
  },
  design: { kind: 'latin-hypercube', points: 24, seed: 5 },
})

function start(file: string, threads: number, format: string): ChildProcess {
  const args = ['sweep', '-', '-o', file, '--format', format, '--threads', `${threads}`]
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['pipe', 'ignore', 'pipe'] })
  child.stdin!.on('error', () => {}).end(sweep)
  return child
}

/** The status of its end; null where it was killed. */
async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  return await new Promise((resolve) => child.once('close', resolve))
}

function size(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** Kills it once the file is so large; null unless it came to its end before. */
async function killedAt(child: ChildProcess, file: string, bytes: number): Promise<number | null> {
  while (child.exitCode === null && size(file) < bytes) await setTimeout(2)
  child.kill('SIGKILL')
  return await ended(child)
}

const whole: Record<string, Promise<string>> = {}

/** The file of one thread that nobody disturbed. */
function undisturbed(format: string): Promise<string> {
  whole[format] ??= (async () => {
    const file = join(folder, `whole.${format}`)
    expect(await ended(start(file, 1, format))).toBe(0)
    return readFileSync(file, 'utf8')
  })()
  return whole[format]
}

test.each([
  [1, 'jsonl', 1],
  [2, 'jsonl', 2],
  [3, 'csv', 2],
])(
  'seed %d, %s, %d threads: killed at random and gone on with, the file ends the same to the byte',
  async (seed, format, threads) => {
    const expected = await undisturbed(format)
    const random = Random.stream(seed)
    const file = join(folder, `killed-${seed}`)
    let kills = 0
    for (let status: number | null = null; status !== 0; ) {
      const before = size(file)
      const child = start(file, threads, format)
      // Up to a third of what is left to do, or before the first byte; and the last is left to its end.
      const bytes = before + Math.floor((random() - 0.05) * ((expected.length - before) / 3))
      status = kills < 4 ? await killedAt(child, file, bytes) : await ended(child)
      if (status === null) kills++
      const now = readFileSync(file, { encoding: 'utf8', flag: 'a+' })
      expect(expected.startsWith(now)).toBe(true)
      expect(now.length).toBeGreaterThanOrEqual(before)
    }
    expect(kills).toBeGreaterThan(0)
    expect(readFileSync(file, 'utf8')).toBe(expected)
  },
  300_000,
)
