import { createRequire } from 'node:module'
import { Parameters } from '@spotcheck/core/economics'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Io } from './Command.js'
import { atLeast, atMost } from './format.js'
import { locate, parse } from './json.js'
import { run } from './program.js'

const SEED = 20_260_107
const params = {
  task: { reward: 1.2, honestCost: 1, cheatCost: 0 },
  sampling: { rate: 0.08 },
  slash: { amount: 10 },
  verifiers: { colluding: 0.1 },
}

/** Runs a command line in a world with these files. */
async function spotcheck(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  let [out, err] = ['', '']
  const io: Io = {
    stdout: (text) => {
      out += text
    },
    stderr: (text) => {
      err += text
    },
    readFile: async (path) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
      return text
    },
    isTTY: false,
  }
  return { code: await run(args, io), out, err }
}

const solve = (file: unknown, ...args: string[]) =>
  spotcheck(['solve', 'params.json', ...args], {
    'params.json': typeof file === 'string' ? file : JSON.stringify(file),
  })

describe('solve', () => {
  test('JSON', async () => {
    const { code, out, err } = await solve(params, '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const answer = JSON.parse(out)
    expect(answer).toMatchObject({ feasible: true, deterred: false, recommendation: { feasible: true } })
    expect(answer.minSampleRate).toBeCloseTo(0.0992063492, 10)
    expect(answer.minSlash).toBeCloseTo(12.6888888889, 9)
    expect(answer.maxGain).toBeCloseTo(0.8064, 12)
    expect(answer.honestPayoff).toBeCloseTo(0.2, 12)
    expect(answer.cheatPayoff).toBeCloseTo(0.3936, 12)
  })

  test('what a task costs, part by part', async () => {
    const noisy = { comparator: { falsePositive: 0.01 }, arbitration: { falsePositive: 0.5, cost: 2 } }
    const { out } = await solve({ ...params, ...noisy, verifiers: { canaryRate: 0.1, escalation: 0.02 } })
    expect(out).toMatch(/verification, \S+ canaries, \S+ arbitration, \S+ capital; besides, false slashes take/)
  })

  test('one quantity', async () => {
    const exact = { ...params, accept: { margin: 0, ruinProbability: 1 } }
    expect(await solve(exact, '--for', 'sampleRate')).toEqual({
      code: 0,
      err: '',
      out: 'sampleRate  at least 0.0992064\n',
    })
    expect((await solve(exact, '--for', 'maxGain')).out).toBe('maxGain  at most 0.8064\n')
    const { code, out } = await solve({ ...exact, sampling: { rate: 0 } }, '--for=slash', '--json')
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 1, quantity: 'slash', obstacle: 'slash-above-max' })
    expect(await solve(exact, '--for', 'slsh')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean --for slash?'),
    })
  })

  test('text', async () => {
    expect((await solve(params)).out).toMatchInlineSnapshot(`
      "✗ Cheating pays at the file's rate and slash. Some sample rate in (0, 1] makes it not pay: exit status 0.

        an honest executor earns  0.2 per task
        a cheat earns             0.3936 per task

      Each of these alone makes cheating break even (no margin, no cost of capital)

                             file  needed
        sample rate          0.08  at least 0.0992064
        slash                10    at least 12.6889
        gain from one cheat  1     at most 0.8064

      Worked out from

        P(a sampled wrong result is convicted)  0.9
        P(a sampled right result is convicted)  0

      The cheapest that deters with a margin of 0.5

        sample rate    0.01291
        slash          127.9
        cost per task  0.0256999, 1.0257 times the honest run alone
                       0.0129099 verification, 0.0127899 capital
        honest work    pays

      What that means

        a margin of 0.5  cheating loses at least half of what it gains (accept.margin)
        verification     what verifiers spend on running sampled tasks again (verifiers.cost)
        capital          interest on locked stake, 0.0001 per unit and task (capital.costPerStakePerTask)

      "
    `)
  })

  test('infeasible: status 1, nulls, and the reason', async () => {
    const hopeless = { ...params, verifiers: { colluding: 1 } }
    const { code, out } = await solve(hopeless, '--json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ feasible: false, minSampleRate: null, minSlash: null })
    expect((await solve(hopeless)).out).toMatchInlineSnapshot(`
      "✗ Cheating pays, and no sample rate in (0, 1] changes that: exit status 1.

        an honest executor earns  0.2 per task
        a cheat earns             1.2 per task

      Each of these alone makes cheating break even (no margin, no cost of capital)

                             file  needed
        sample rate          0.08  none is enough
        slash                10    none is enough
        gain from one cheat  1     at most 0

      Worked out from

        P(a sampled wrong result is convicted)  0
        P(a sampled right result is convicted)  0

      The cheapest that deters with a margin of 0.5

        none:  A sampled wrong result is convicted with probability 0 and a right one with 0: no rate or slash deters cheating unless the first is larger.

      What that means

        a margin of 0.5  cheating loses at least half of what it gains (accept.margin)
        verification     what verifiers spend on running sampled tasks again (verifiers.cost)
        capital          interest on locked stake, 0.0001 per unit and task (capital.costPerStakePerTask)

      "
    `)
  })

  test('what is shown is sufficient: bounds are rounded away from the edge', async () => {
    const { out } = await solve(params)
    const [rate, slash] = [/sample rate .* at least (\S+)/, /slash .* at least (\S+)/].map((row) =>
      Number(row.exec(out)?.[1]),
    )
    expect(JSON.parse((await solve({ ...params, sampling: { rate } }, '--json')).out).deterred).toBe(true)
    expect(JSON.parse((await solve({ ...params, slash: { amount: slash } }, '--json')).out).deterred).toBe(true)
  })

  test('standard input', async () => {
    expect(await spotcheck(['solve', '-', '--json'], { '-': JSON.stringify(params) })).toMatchObject({
      code: 0,
      err: '',
    })
  })

  test('a byte order mark is no mistake', async () => {
    expect((await solve(`\uFEFF${JSON.stringify(params)}`)).code).toBe(0)
  })
})

describe('bad input: status 2, nothing on standard output, no stack', () => {
  test.each([
    ['no file', ['solve'], 'UsageError: solve needs a parameter file.'],
    ['two files', ['solve', 'a', 'b'], 'UsageError: solve takes one parameter file.'],
    ['a missing file', ['solve', 'nope.json'], 'InputFileError: nope.json does not exist.'],
    ['a misspelt option', ['solve', '--jsn', 'x'], 'did you mean --json?'],
    ['an unknown option', ['solve', '--zebra'], 'see spotcheck solve --help'],
    ['an option with a value', ['solve', '--json=1', 'x'], 'UsageError: --json takes no value.'],
    ['a misspelt command', ['slove'], 'did you mean solve?'],
    ['an unknown command', ['zebra'], 'see spotcheck --help'],
    ['an option before the command', ['--halp'], 'did you mean --help?'],
    ['a misspelt --version', ['--verson'], 'did you mean --version?'],
    ['help of an unknown command', ['help', 'zebra'], 'There is no command "zebra".'],
    ['nothing', [], 'Usage: spotcheck <command>'],
  ])('%s', async (_, args, message) => {
    const { code, out, err } = await spotcheck(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
    expect(err).not.toMatch(/^\s+at /m)
  })

  test('wrong parameters', async () => {
    const { code, out, err } = await solve({ ...params, sampling: { rate: 8 } }, '--json')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatchInlineSnapshot(`
      "Parameters.InvalidParametersError: sampling.rate is not a probability from 0 to 1.
        sampling.rate  8
        rule           a probability from 0 to 1
        fix            did you mean 0.08?
        see            economics.md, The parameter file
      "
    `)
  })

  test('wrong JSON', async () => {
    const { code, err } = await solve('{\n  "task": {"reward": 1,},\n}')
    expect(code).toBe(2)
    expect(err).toMatchInlineSnapshot(`
      "InvalidJsonError: params.json is not valid JSON: line 2, column 24.
        found  "},"
        rule   JSON (RFC 8259)
        fix    remove the comma before it
      "
    `)
  })
})

test('a number beside a bound, with and without the noise of floating point', () => {
  expect([atMost(1.1199999999999999), atLeast(1.1200000000000003)]).toEqual(['1.12', '1.12'])
  expect([atMost(1.11999999), atLeast(1.12000001)]).toEqual(['1.11999', '1.12001'])
  expect([atMost(0), atLeast(0), atMost(-1.12000001), atLeast(1e-9)]).toEqual(['0', '0', '-1.12001', '1e-9'])
})

test('the version is that of the package', async () => {
  const { version } = createRequire(import.meta.url)('../../package.json')
  expect(await spotcheck(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
})

describe('help', () => {
  test('the overview leaves 0 and 1 to the commands, and each of them states its own', async () => {
    const { out } = await spotcheck(['--help'])
    expect(out).toContain('2 is bad input, 3 a fault in spotcheck. What 0 and 1 mean, each command')
    for (const name of ['solve', 'check', 'simulate', 'verify'])
      expect((await spotcheck([name, '--help'])).out).toContain('\nExit status: 0 ')
  })

  test('solve: the default file as it is, each key explained, and where to read more', async () => {
    const { out } = await spotcheck(['solve', '--help'])
    const json = /^\{\n.*?^\}\n/ms.exec(out)?.[0] ?? ''
    expect(JSON.parse(json)).toEqual(Parameters.defaults)
    for (const [group, value] of Object.entries(Parameters.defaults))
      for (const key of typeof value === 'object' ? Object.keys(value) : [])
        expect(out).toMatch(new RegExp(`^ {2}${group}\\.${key} {2,}\\S`, 'm'))
    for (const key of ['horizon', 'stake.amount', 'sampling.count', 'sampling.values'])
      expect(out).toContain(`  ${key} `)
    expect(out).toContain('docs/economics.md, "The parameter file"')
    expect(out).toContain('see `deterred` in --json')
    for (const line of out.split('\n').filter((line) => !line.startsWith('  "')))
      expect(line.length).toBeLessThanOrEqual(130)
  })

  test('names every command, and each has its own with examples', async () => {
    const { code, out } = await spotcheck(['--help'])
    expect(code).toBe(0)
    const names = Array.from(out.matchAll(/^ {2}(\w+) {2}/gm), ([, name]) => name!)
    expect(names).toContain('solve')
    for (const name of names)
      for (const args of [
        [name, '--help'],
        [name, 'x', '-h'],
        ['help', name],
      ]) {
        const { code, out, err } = await spotcheck(args)
        expect({ code, err }).toEqual({ code: 0, err: '' })
        expect(out).toContain(`Usage: spotcheck ${name}`)
        expect(out).toContain('Examples')
      }
  })

  test.each([['-h'], ['help']])('%s', async (arg) => {
    expect(await spotcheck([arg])).toMatchObject({ code: 0, err: '' })
  })
})

test('a fault of ours is status 3 and says so', async () => {
  const io: Io = { stdout: () => raise(), stderr: () => {}, readFile: async () => JSON.stringify(params), isTTY: false }
  expect(await run(['solve', 'x'], io)).toBe(3)
})

function raise(): never {
  throw new Error('boo')
}

describe('where JSON goes wrong', () => {
  test.each([
    ['', 1, 1, 'the file is empty'],
    ['{', 1, 2, 'it ends too early'],
    ['{"a": 1,}', 1, 9, 'remove the comma before it'],
    ['[1,\n 2,\n]', 3, 1, 'remove the comma before it'],
    ['{"a": 1 "b": 2}', 1, 9, 'put a comma before it'],
    ["{'a': 1}", 1, 2, 'double quotes'],
    ['{\n  a: 1}', 2, 3, 'double quotes'],
    ['{} // done', 1, 4, 'remove the comment'],
    ['{"a": 01}', 1, 7, 'correct it there'],
    ['{"a": NaN}', 1, 7, 'write a number: JSON has no NaN'],
    ['{"a": -Infinity}', 1, 7, 'write a number: JSON has no NaN'],
    ['{"a": Nancy}', 1, 7, 'double quotes'],
    ['{"a": "b\nc"}', 1, 7, 'correct it there'],
    ['{"a" 1}', 1, 6, 'correct it there'],
    ['1 2', 1, 3, 'correct it there'],
  ])('%j: line %i, column %i', (text, line, column, fix) => {
    expect(() => parse(text, 'f.json')).toThrow(`f.json is not valid JSON: line ${line}, column ${column}.`)
    expect(() => parse(text, 'f.json')).toThrow(fix)
  })

  test('it finds nothing wrong exactly where JSON.parse does not', () => {
    const broken = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '}', ']', '"', ':', '1', 'x', ' ', '\n', '\\', '-', '.', 'e5', 'null'),
      )
      .map(([text, at, extra]) => {
        const i = at % (text.length + 1)
        return text.slice(0, i) + extra + text.slice(i + (at % 3))
      })
    fc.assert(
      fc.property(broken, (text) => {
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        if (valid && !completes(text)) expect(namesOf(renamed(text, locate(text)))).toBeGreaterThan(namesOf(text))
        else expect(completes(text)).toBe(valid)
      }),
      { seed: SEED, numRuns: 3000 },
    )
  })

  test('a name that stands twice in one object is refused, whichever of the two a reader would take', () => {
    const twice = '{"a": 1, "b": {"a": 2}, "c": [{"a": 3}],\n "\\u0061": 4}'
    expect(() => parse(twice, 'f.json')).toThrow('f.json is not valid JSON: line 2, column 2.')
    expect(() => parse(twice, 'f.json')).toThrow('keep one of the two')
    expect(parse(twice.replace('u0061', 'u0064'), 'f.json')).toHaveProperty('d', 4)
    expect(() => parse('{"__proto__": 1, "__proto__": 2}', 'f.json')).toThrow('column 18')
  })

  test('the first token that does not belong, however deep', () => {
    expect(locate('[1, 2, x')).toBe(7)
    expect(locate(`${'['.repeat(100_000)}x`)).toBe(100_000)
  })

  test('however long a text or a number is', () => {
    for (const long of [`"${'a'.repeat(2 ** 23)}"`, `"${'\\n'.repeat(2 ** 22)}"`, '7'.repeat(2 ** 23)]) {
      expect(locate(`[${long}]`)).toBe(long.length + 2)
      expect(locate(`[${long}}`)).toBe(long.length + 1)
    }
    expect(locate('["\\u12g4"]')).toBe(1)
    expect(locate('["\u007f\u0080"]')).toBe(6)
  })
})

/** How many names all objects of a JSON text have. */
function namesOf(text: string): number {
  let count = 0
  JSON.parse(text, (_, value) => {
    count += typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value).length : 0
    return value
  })
  return count
}

/** The text with the name at an offset replaced by one that no other has. */
function renamed(text: string, at: number): string {
  return text.slice(0, at) + text.slice(at).replace(/^"(?:[^"\\]|\\.)*"/, '"☃"')
}

/** Is this all of a JSON text? Then nothing is wrong up to its end, and no token may follow. */
function completes(text: string): boolean {
  const tokens = ['1', '"a"', '{', '[', '}', ']', ',', ':']
  return locate(text) === text.length && tokens.every((token) => locate(`${text} ${token}`) === text.length + 1)
}
