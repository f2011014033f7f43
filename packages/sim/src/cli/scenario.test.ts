import { expect, test } from 'vitest'
import * as Scenarios from '../Scenarios.js'
import type { Io } from './Command.js'
import { run } from './program.js'

const own = {
  parameters: { task: {}, sampling: { rate: 1 }, slash: { amount: 30 } },
  population: [{ strategy: 'honest', count: 2 }],
  epochs: 1,
  replications: 2,
}

/** Runs a command where only these files are. */
async function spotcheck(args: readonly string[], files: Readonly<Record<string, unknown>> = {}, code = 'ENOENT') {
  const [out, err]: [string[], string[]] = [[], []]
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    readFile: async (path) => {
      if (!Object.hasOwn(files, path)) throw Object.assign(new Error(code), { code })
      return JSON.stringify(files[path])
    },
    isTTY: false,
  }
  return { status: await run(args, io), out: out.join(''), err: err.join('') }
}

test('a scenario is played by its name, and options count', async () => {
  const { status, out } = await spotcheck(['simulate', 'lottery', '--replications', '2', '--json'])
  expect(status).toBe(0)
  const { policy, epochs, replications } = JSON.parse(out)
  expect({ policy, epochs, replications }).toEqual({ policy: 'pocket', epochs: 60, replications: 2 })
})

test('compare takes the policies that a scenario brings, and tells twins apart by their options', async () => {
  const { status, out } = await spotcheck(['compare', 'burst-on-boinc'])
  expect(status).toBe(0)
  const names = out.split('\n').flatMap((line) => /^ {2}[✓✗] {2}(.*?) {2}/.exec(line)?.[1] ?? [])
  expect(names).toEqual(['boinc', 'boinc, staked', 'boinc, staked, floor 0.05', 'spotcheck'])
})

test('a file of that name comes first', async () => {
  const { out } = await spotcheck(['simulate', 'lottery', '--json'], { lottery: own })
  expect(JSON.parse(out).policy).toBe('spotcheck')
})

test.each(['simulate', 'compare'])(
  '%s: a name that is nearly one is told, and another is a missing file',
  async (command) => {
    const near = await spotcheck([command, 'burst-on-bonic'])
    expect({ ...near, err: '' }).toEqual({ status: 2, out: '', err: '' })
    expect(near.err).toContain('burst-on-bonic does not exist, and no scenario is called that.')
    expect(near.err).toContain('did you mean burst-on-boinc?')
    expect((await spotcheck([command, 'constructor'])).err).toContain('InputFileError: constructor does not exist.')
  },
)

test('a file that is there and can’t be read is no name', async () => {
  const { status, err } = await spotcheck(['simulate', 'lottery'], {}, 'EACCES')
  expect(status).toBe(2)
  expect(err).toContain('lottery may not be read.')
})

test.each(['simulate', 'compare'])('%s --help lists every scenario with its line', async (command) => {
  const { out } = await spotcheck([command, '--help'])
  for (const { name, summary } of Scenarios.all) expect(out).toContain(`${name.padEnd(14)}  ${summary}\n`)
})
