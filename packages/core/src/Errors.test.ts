import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Errors from './Errors.js'

fc.configureGlobal({ seed: 20_261_123 })

const details = { subject: 'rate', value: 12n, rule: '0 < rate <= 1e18', fix: 'pass Wad.from(0.02)' }

describe('BaseError', () => {
  it('renders the value, the rule and what to do', () => {
    expect(new Errors.BaseError('rate is wrong.', details).message).toMatchInlineSnapshot(`
      "rate is wrong.
        rate  12n
        rule  0 < rate <= 1e18
        fix   pass Wad.from(0.02)"
    `)
    expect(
      new Errors.BaseError('rate is wrong.', { ...details, see: 'protocol.md, Sample' }).message,
    ).toMatchInlineSnapshot(`
      "rate is wrong.
        rate  12n
        rule  0 < rate <= 1e18
        fix   pass Wad.from(0.02)
        see   protocol.md, Sample"
    `)
    const subject = 'a.very.long.path.to.the.value'
    expect(new Errors.BaseError('it is wrong.', { ...details, subject }).message).toMatchInlineSnapshot(`
      "it is wrong.
        value  12n
        rule   0 < rate <= 1e18
        fix    pass Wad.from(0.02)"
    `)
  })

  it('keeps its parts, so that nobody parses a message', () => {
    const error = new Errors.InvalidInputError('rate is wrong.', details)
    expect(error).toBeInstanceOf(Errors.BaseError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ ...details, name: 'Errors.InvalidInputError', shortMessage: 'rate is wrong.' })
    expect(String(error).split('\n')[0]).toBe('Errors.InvalidInputError: rate is wrong.')
    expect('cause' in error).toBe(false)
  })

  it('walks its causes, also where they form a circle', () => {
    const deepest = new TypeError('deepest')
    const middle = new Errors.InvalidInputError('middle.', { ...details, cause: deepest })
    const error = new Errors.BaseError('outer.', { ...details, cause: middle })
    expect(error.walk((one) => one instanceof TypeError)).toBe(deepest)
    expect(error.walk((one) => one instanceof Errors.BaseError)).toBe(error)
    expect(error.walk(() => false)).toBeUndefined()
    deepest.cause = error
    expect(error.walk(() => false)).toBeUndefined()
  })
})

describe('show', () => {
  it.each([
    [12n, '12n'],
    [0.12, '0.12'],
    ['a"b\n', '"a\\"b\\n"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [new Uint8Array(3), 'Uint8Array(3) 0x000000'],
    [new Uint8Array(32), `Uint8Array(32) 0x${'00'.repeat(32)}`],
    [new Uint8Array(1_000), `Uint8Array(1000) 0x${'00'.repeat(32)}…`],
    [[1, 2], 'Array(2)'],
    [{ a: 1, b: 2 }, 'object { a, b }'],
    [{ 'a\nfix  none': 1 }, 'object { a fix  none }'],
    [{}, 'object {  }'],
  ])('%o', (value, text) => expect(Errors.show(value)).toBe(text))

  it('says how long a string really is', () => {
    expect(Errors.show('x'.repeat(1_000_000))).toBe(`"${'x'.repeat(87)}… (1000000 characters)`)
  })

  it('never throws, and fits a line, whatever the value', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    const callable = Proxy.revocable(() => 0, {})
    revoke()
    callable.revoke()
    const boom = () => {
      throw new Error('boom')
    }
    const hostile = [
      proxy,
      callable.proxy,
      new Proxy({}, { ownKeys: boom, getPrototypeOf: boom, get: boom }),
      new Proxy([], { get: (_, key) => (key === 'length' ? Symbol('length') : undefined) }),
      Object.create(Uint8Array.prototype),
      Object.defineProperty({}, 'x', { get: boom, enumerable: true }),
      Object.defineProperty(() => 0, 'toString', { value: boom }),
      Object.create(null),
      '\u2028'.repeat(500),
      '\u0000'.repeat(1e6),
      10n ** 5_000n,
      Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`${i}`.repeat(50), i])),
      function long() {
        return ['a function', 'of several', 'lines']
      },
    ]
    for (const value of hostile) {
      expect(Errors.show(value).length).toBeLessThan(120)
      expect(Errors.show(value)).not.toMatch(/[\n\u2028]/)
      expect(new Errors.BaseError('short.', { ...details, value }).message).toContain('rule')
    }
  })

  it('never throws on anything that fast-check knows', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }), (value) => {
        expect(Errors.show(value).length).toBeLessThan(120)
        expect(Errors.show(value)).not.toContain('\n')
      }),
      { numRuns: 2_000 },
    )
  })
})
