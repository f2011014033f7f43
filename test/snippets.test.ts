import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { assertDocumented, matches } from '../scripts/documented.mjs'
import { check, collect, extract } from '../scripts/snippets.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

test('every TypeScript block of the documentation compiles and runs', { timeout: 900_000 }, () => {
  const snippets = collect(root)
  expect(snippets.length).toBeGreaterThan(0)
  expect(check(root, snippets)).toEqual([])
})

describe('extract', () => {
  test('finds blocks fenced as ts, with their lines', () => {
    const text =
      '# Title\n\n```ts\nconst a = 1\n```\n```sh\nnpm start\n```\n  ```ts no-run\n  if (a) {\n    b()\n  ```\n'
    expect(extract('a.md', text)).toEqual([
      { file: 'a.md', line: 4, code: 'const a = 1\n', run: true },
      { file: 'a.md', line: 10, code: 'if (a) {\n  b()\n', run: false },
    ])
  })

  test('a block inside another is not one', () => {
    expect(extract('a.md', '````md\n```ts\nx\n```\n````\n')).toEqual([])
  })

  test('finds blocks in comments of a source only', () => {
    const text =
      'const s = `\n```ts\nno\n```\n`\n/**\n * @example\n * ```ts\n * yes({\n *   a: 1,\n * })\n * ```\n */\n'
    expect(extract('a.ts', text)).toEqual([{ file: 'a.ts', line: 9, code: 'yes({\n  a: 1,\n})\n', run: true }])
  })
})

test('failures name file and line', { timeout: 60_000 }, () => {
  const text = [
    "import { setImmediate as next } from 'node:timers/promises'",
    'await next()',
    "throw new RangeError('boom')",
    "export const wrong: number = 'text'",
    "Promise.reject(new Error('late'))",
  ]
  const snippet = (line: number, lines: (string | undefined)[], run = true) => ({
    file: 'guide.md',
    line,
    code: lines.join('\n'),
    run,
  })
  const failures = check(root, [
    snippet(10, [text[0], text[1], text[2]]),
    snippet(20, [text[3]]),
    snippet(30, [text[2]], false),
    snippet(40, [text[0], text[4], text[1]]),
    snippet(50, ['Math.max(1, 2) // 3']),
  ])
  expect(failures).toEqual([
    "guide.md:20: Type 'string' is not assignable to type 'number'.",
    'guide.md:12: RangeError: boom',
    'guide.md:41: Error: late',
    'guide.md:50: documented as 3, but is 2',
  ])
})

describe('documented values', () => {
  test.each([
    ['f(1) // 3', 'globalThis.spotcheckDocumented(f(1), 3, 1) // 3'],
    ["if (x) console.log(x.y) // 'a'", "if (x) console.log(globalThis.spotcheckDocumented(x.y, 'a', 1)) // 'a'"],
    [
      'f(\n  1,\n)\n// { a: [1n, -2] }',
      'globalThis.spotcheckDocumented(f(\n  1,\n), { a: [1n, -2] }, 1)\n// { a: [1n, -2] }',
    ],
    [
      'f() // Uint8Array [1, 2]',
      'globalThis.spotcheckDocumented(f(), Uint8Array.of(...[1, 2]), 1) // Uint8Array [1, 2]',
    ],
    ['f() // 0.18...', 'globalThis.spotcheckDocumented(f(), /0.18/, 1) // 0.18...'],
    ['await f() // undefined', 'globalThis.spotcheckDocumented(await f(), undefined, 1) // undefined'],
  ])('%s is compared', (code, compared) => {
    expect(assertDocumented(code)).toBe(compared)
  })

  test.each([
    'f() // the length',
    'f() // 1: a lone leaf',
    'f()\n\n// 3',
    'const a = f() // 3',
    'f() // about 0.2',
    'f() // g()',
  ])('%s is left alone', (code) => {
    expect(assertDocumented(code)).toBe(code)
  })

  test('numbers may differ by rounding, other values not at all', () => {
    expect(matches({ a: [0.1 + 0.2, 'x'] }, { a: [0.3, 'x'] })).toBe(true)
    expect([0.1813, 0.1799, 0.195, 0.165].map((value) => matches(value, /0.18/))).toEqual([true, true, false, false])
    for (const [value, documented] of [
      [0.31, 0.3],
      [3n, 3],
      ['x', 'y'],
      [[1], [1, 2]],
      [{ a: 1, b: 2 }, { a: 1 }],
      [null, {}],
    ])
      expect(matches(value, documented)).toBe(false)
  })
})
