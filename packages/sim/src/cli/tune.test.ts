import { expect, test, vi } from 'vitest'
import type { Io } from './Command.js'
import { run } from './program.js'

// A search plays millions of tasks.
vi.setConfig({ testTimeout: 300_000 })

const scenario = {
  parameters: {
    task: { reward: 1.5, honestCost: 1 },
    sampling: { rate: 0.5 },
    slash: { amount: 1 },
    batch: { size: 2 },
    accept: { residualError: 0.2 },
  },
  population: [
    { strategy: 'honest', count: 9 },
    { strategy: 'lazy', count: 1 },
  ],
  epochs: 5,
  replications: 2,
}

/** Runs `spotcheck tune` on a file, in a world of its own. */
async function tune(file: unknown, args: readonly string[], more: Partial<Io> = {}) {
  const [out, err]: [string[], string[]] = [[], []]
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    readFile: async () => JSON.stringify(file),
    isTTY: false,
    ...more,
  }
  const code = await run(['tune', ...args], io)
  return { code, out: out.join(''), err: err.join('') }
}

test('the parameters, what binds, the attacks and the candidates; JSON has the same numbers', async () => {
  const [text, json] = [await tune(scenario, ['scenario.json']), await tune(scenario, ['scenario.json', '--json'])]
  expect([text.code, json.code]).toEqual([0, 0])
  const { kind, recommended, constraints, attacks } = JSON.parse(json.out)
  expect(kind).toBe('tuning')
  expect(text.out).toContain(`  sample rate    ${recommended.sampleRate}\n`)
  expect(text.out).toContain(`  slash          ${recommended.slash}\n`)
  const binding = constraints.filter(({ binds }: { binds: boolean }) => binds)
  for (const { name } of binding) expect(text.out).toMatch(new RegExp(`^ {2}→ {2}${name} `, 'm'))
  for (const { strategy } of attacks) expect(text.out).toMatch(new RegExp(`^ {2}${strategy} `, 'm'))
  expect(text.out).toMatch(/^ {2}1 {2}rate .* holds$/m)
  expect(text.err).toBe('searching\nattacking candidate 1\nsensitivity\nfrontier\n')
})

test('on a terminal one line of progress, with what is left of it, gone in the end', async () => {
  const stop = new AbortController()
  const err: string[] = []
  const stderr = (text: string) => {
    err.push(text)
    stop.abort()
  }
  await tune(scenario, ['scenario.json'], { isTTY: true, stderr, signal: stop.signal })
  const clear = '\r\u001b[2K'
  expect(err[0]!.startsWith(`${clear}searching  0 %  eta `)).toBe(true)
  expect(err.at(-1)).toBe(clear)
})

test('where nothing holds it says so, with exit status 1', async () => {
  const parameters = { ...scenario.parameters, task: { reward: 1, honestCost: 1.2 } }
  const { code, out } = await tune({ ...scenario, parameters }, ['-'])
  expect(code).toBe(1)
  expect(out).toMatch(/^✗ Nothing that was tried holds: exit status 1\./)
})

test('an interruption leaves what was tried, with exit status 1', async () => {
  const { code, out } = await tune(scenario, ['-'], { signal: AbortSignal.abort() })
  expect(code).toBe(1)
  expect(out).toMatch(/^✗ Interrupted before the first candidate was found: exit status 1\./)
})

test.each([
  [{ ...scenario, policy: 'nothing-like-it' }, [], /policy .*a known policy/s],
  [scenario, ['--seed', 'x'], /seed/],
  [scenario, ['--sed', '1'], /did you mean --seed\?/],
  [[], [], /parameters is not a JSON object/],
])('bad input is refused: %#', async (file, args, message) => {
  const { code, err } = await tune(file, ['-', ...args])
  expect(code).toBe(2)
  expect(err).toMatch(message)
})
