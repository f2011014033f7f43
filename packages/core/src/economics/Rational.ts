/**
 * Exact fractions of BigInts: what decides a proof, and what the doubles of the closed forms are tested against.
 *
 * @module
 */
import { InvalidInputError } from '../Errors.js'

/**
 * A fraction n/d, d > 0. Every operation is exact; nothing is ever rounded but by `toNumber` and `toText`.
 *
 * @example
 * ```ts
 * import { Rational } from '@spotcheck/core/economics'
 *
 * const third = Rational.of(1).over(Rational.of(3))
 * third.plus(Rational.decimal(0.1)).toText() // '13/30'
 * ```
 */
export class Rational {
  /** Numerator; has the sign. Not always in lowest terms. */
  readonly n: bigint
  /** Denominator, above 0. */
  readonly d: bigint

  /** @throws InvalidInputError unless d > 0. */
  constructor(n: bigint, d = 1n) {
    if (typeof n !== 'bigint' || typeof d !== 'bigint' || d <= 0n)
      throw refuse(d, 'bigints n and d, d > 0', 'put the sign into n')
    this.n = n
    this.d = d
  }

  /** The decimal number that a double is written as: 0.1 is 1/10. @throws InvalidInputError if it is not finite. */
  static decimal(written: number): Rational {
    const match = Number.isFinite(written) ? /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(written)) : null
    if (match === null) throw refuse(written, 'a finite number', 'pass one')
    const [, whole = '0', decimals = '', exponent = '0'] = match
    const shift = Number(exponent) - decimals.length
    const digits = BigInt(whole + decimals)
    return shift < 0 ? new Rational(digits, 10n ** BigInt(-shift)) : new Rational(digits * 10n ** BigInt(shift))
  }

  /** Exactly the double: 0.1 is 3602879701896397/2^55. @throws InvalidInputError if it is not finite. */
  static of(double: number): Rational {
    if (!Number.isFinite(double)) throw refuse(double, 'a finite number', 'pass one')
    let [x, d] = [double, 1n]
    for (; !Number.isInteger(x); d *= 2n) x *= 2
    return new Rational(BigInt(x), d)
  }

  plus(b: Rational): Rational {
    if (this.d === b.d) return new Rational(this.n + b.n, this.d)
    if (this.d % b.d === 0n) return new Rational(this.n + b.n * (this.d / b.d), this.d)
    if (b.d % this.d === 0n) return new Rational(this.n * (b.d / this.d) + b.n, b.d)
    return new Rational(this.n * b.d + b.n * this.d, this.d * b.d)
  }

  minus(b: Rational): Rational {
    return this.plus(new Rational(-b.n, b.d))
  }

  times(b: Rational): Rational {
    return new Rational(this.n * b.n, this.d * b.d)
  }

  /** @throws InvalidInputError if b is 0. */
  over(b: Rational): Rational {
    return b.n < 0n ? new Rational(-this.n * b.d, -this.d * b.n) : new Rational(this.n * b.d, this.d * b.n)
  }

  /** The k-th power, k >= 0 a whole number; the 0th is 1. */
  power(k: number): Rational {
    return new Rational(this.n ** BigInt(k), this.d ** BigInt(k))
  }

  /**
   * Bounds of the k-th power of a fraction from 0 to 1: rounded down and up at every step, to 512 bits after the point, so
   * that for a billion tasks thirty multiplications are enough, and what follows from the bounds is still proved.
   *
   * @throws InvalidInputError if this is outside [0, 1].
   */
  powerBetween(k: number): readonly [low: Rational, high: Rational] {
    if (this.n < 0n || this.n > this.d) throw refuse(this.toText(), 'from 0 to 1', 'pass a probability')
    const scale = 1n << BITS
    const low = raise(down(this.n * scale, this.d), k, down)
    return [new Rational(low, scale), new Rational(raise(up(this.n * scale, this.d), k, up), scale)]
  }

  /** Negative, 0 or positive, as this is less than b, equal or greater. */
  compare(b: Rational): number {
    const difference = this.n * b.d - b.n * this.d
    return difference === 0n ? 0 : difference < 0n ? -1 : 1
  }

  isBelow(b: Rational): boolean {
    return this.compare(b) < 0
  }

  /** In lowest terms. */
  reduced(): Rational {
    const common = gcd(this.n < 0n ? -this.n : this.n, this.d)
    return new Rational(this.n / common, this.d / common)
  }

  /** To 60 significant digits and then to the nearest double. */
  toNumber(): number {
    if (this.n === 0n) return 0
    const shift = 60 + this.d.toString().length - (this.n < 0n ? -this.n : this.n).toString().length
    const digits = shift >= 0 ? (this.n * 10n ** BigInt(shift)) / this.d : this.n / (this.d * 10n ** BigInt(-shift))
    return Number(`${digits}e${-shift}`)
  }

  /** `n/d` in lowest terms; `n` where d is 1. */
  toText(): string {
    const { n, d } = this.reduced()
    return d === 1n ? String(n) : `${n}/${d}`
  }
}

const BITS = 512n

type Round = (n: bigint, d: bigint) => bigint
const down: Round = (n, d) => n / d
const up: Round = (n, d) => (n + d - 1n) / d

/** Square and multiply in fixed point, every product rounded one way. */
function raise(base: bigint, k: number, round: Round): bigint {
  const scale = 1n << BITS
  let [result, square] = [scale, base]
  for (let left = BigInt(k); left > 0n; left >>= 1n) {
    if (left & 1n) result = round(result * square, scale)
    square = round(square * square, scale)
  }
  return result
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y > 0n) [x, y] = [y, x % y]
  return x
}

function refuse(value: unknown, rule: string, fix: string): InvalidInputError {
  return new InvalidInputError(`The fraction is not ${rule}.`, { subject: 'fraction', value, rule, fix })
}
