// Wrong input of every sort, for decoders and doors: anything at all, and valid values with one thing changed inside.
import { Errors } from '@spotcheck/core'
import fc from 'fast-check'

const junk: fc.Arbitrary<unknown> = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
  maxDepth: 2,
})

/** Nearly right: other spellings and kinds, the edges of ranges. */
const near = fc.constantFrom<unknown>(
  ...['', '0x', '0x0', '0X00', '0xAB', '007', '-1', '1e3', '1n', '\ud83d', '__proto__', 'constructor'],
  ...[`0x${'AB'.repeat(32)}`, `0x${'ab'.repeat(31)}`, `0x${'ab'.repeat(33)}`, `0x${'00'.repeat(20)}`],
  ...[0, -0, -1, 0.5, 2 ** 32 + 1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, 0n, -1n, 2n ** 128n, 2n ** 256n],
  ...[true, null, undefined, [], {}, Object.create(null), new Uint8Array(32), new Date(0), () => 0, Symbol('s')],
  ...[new Map(), JSON.parse('{"__proto__":1}'), Object.create(new Uint8Array(1)), new Array(5_000)],
)

/** A copy of `value` with what stands at `path` replaced (or left out, or a surprise put beside it). */
function changed(value: unknown, [step, ...rest]: readonly number[], by: unknown, kind: number): unknown {
  if (typeof value !== 'object' || value === null || step === undefined) return by
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  const keys = Object.keys(value)
  const key = keys[step % Math.max(1, keys.length)] ?? 'none'
  if (rest.length === 0 && kind === 1) delete copy[key]
  else if (rest.length === 0 && kind === 2) copy.surprise = by
  else copy[key] = changed(copy[key], rest, by, kind)
  return copy
}

/** Junk, and the valid values with one thing changed. */
export function inputs(...valid: readonly unknown[]): fc.Arbitrary<unknown> {
  const wrong = fc.oneof({ weight: 3, arbitrary: near }, { weight: 1, arbitrary: junk })
  const path = fc.array(fc.nat(40), { minLength: 1, maxLength: 6 })
  const mutant = fc.tuple(fc.constantFrom(...valid), path, wrong, fc.nat(3))
  return fc.oneof(
    { weight: 1, arbitrary: junk },
    { weight: 3, arbitrary: mutant.map(([value, where, by, kind]) => changed(value, where, by, kind)) },
  )
}

/** What `run` returns, or the typed error that it throws; anything else is thrown on. */
export function outcome<T>(run: () => T): { value: T } | { error: Errors.BaseError } {
  try {
    return { value: run() }
  } catch (error) {
    if (error instanceof Errors.BaseError) return { error }
    throw error
  }
}
