import { describe, expect, test } from 'vitest'
import { choices, counted, expected, least, Rational, total } from '../../../../test/support/rational.js'
import * as Binomial from './Binomial.js'
import * as Distribution from './Distribution.js'

const R = Rational.of
const near = (actual: number, exact: Rational | number, tolerance = 1e-13) => {
  const wanted = typeof exact === 'number' ? exact : exact.toNumber()
  expect(Math.abs(actual - wanted), `${actual} is not ${wanted}`).toBeLessThanOrEqual(tolerance * Math.abs(wanted))
}

describe('against events counted one by one in exact rationals', () => {
  const chances = [0, 1e-18, 1e-12, 0.01, 0.3, 0.5, 1 - 2 ** -40, 1]
  const sizes = [0, 1, 2, 3, 7, 16, 40]
  for (const p of chances)
    test(`p = ${p}`, () => {
      for (const n of sizes) {
        const law = counted(Array.from({ length: n }, () => R(p)))
        const listed = Distribution.binomial({ n, p })
        for (let x = 0; x <= n; x++) {
          // exp(-|ln P|) keeps the digits that ln P has
          near(Binomial.mass({ n, p }, x), law[x]!, 1e-15 * (20 - Math.log(law[x]!.toNumber() || 1)))
          near(Binomial.atLeast({ n, p }, x), total(law.slice(x)), 1e-12)
          near(Binomial.atMost({ n, p }, x), total(law.slice(0, x + 1)), 1e-12)
          near(
            Binomial.expectedCapped({ n, p }, x),
            expected(law, (i) => R(Math.min(i, x))),
            1e-12,
          )
          const mass = listed.masses[x - listed.low] ?? 0
          expect(Math.abs(mass - law[x]!.toNumber())).toBeLessThan(1e-14)
        }
        expect(Binomial.mass({ n, p }, -1) + Binomial.mass({ n, p }, n + 1)).toBe(0)
      }
    })
})

describe('n = 1e9', () => {
  const n = 1e9
  test('rare events: inclusion and exclusion, exact to 1e-30', () => {
    for (const p of [1e-12, 1e-11]) {
      const terms: Rational[] = []
      let choose = R(1)
      for (let j = 1; j <= 14; j++) {
        choose = choose.times(R(n - j + 1)).over(R(j))
        terms.push(choose.times(R(p).power(j)).times(R(j % 2 === 1 ? 1 : -1)))
      }
      near(Binomial.atLeast({ n, p }, 1), total(terms), 1e-14)
      near(Binomial.expectedCapped({ n, p }, 1), total(terms), 1e-12)
    }
  })
  test('the middle: Stirling', () => {
    near(Binomial.mass({ n, p: 0.5 }, n / 2), Math.sqrt(2 / (Math.PI * n)) * (1 - 1 / (4 * n)), 1e-11)
    near(Binomial.atLeast({ n, p: 0.5 }, n / 2), 0.5 + Binomial.mass({ n, p: 0.5 }, n / 2) / 2, 1e-10)
    const off = 2e5
    near(Binomial.atLeast({ n, p: 0.5 }, n / 2 + off), Binomial.atMost({ n, p: 0.5 }, n / 2 - off), 1e-9)
    expect(Distribution.binomial({ n, p: 0.5 }).masses.length).toBeLessThan(500_000)
  })
})

test('a hypergeometric count, against every choice', () => {
  for (const size of [1, 2, 5, 8])
    for (let marked = 0; marked <= size; marked++)
      for (let drawn = 0; drawn <= size; drawn++) {
        const all = choices(
          Array.from({ length: size }, (_, i) => i < marked),
          drawn,
        )
        const { low, masses } = Distribution.hypergeometric(size, marked, drawn)
        for (let x = 0; x <= drawn; x++) {
          const share = all.filter((choice) => choice.filter(Boolean).length === x).length / all.length
          expect(masses[x - low] ?? 0).toBeCloseTo(share, 13)
        }
      }
})

test('sums, capped sums and the smallest of several', () => {
  const [a, b] = [
    { n: 5, p: 0.2 },
    { n: 7, p: 0.6 },
  ]
  const law = counted([...Array.from({ length: 5 }, () => R(0.2)), ...Array.from({ length: 7 }, () => R(0.6))])
  const [x, y] = [Distribution.binomial(a), Distribution.binomial(b)]
  const sum = Distribution.sum([x, y])
  for (let c = 0; c <= 13; c++) {
    near(sum.masses[c - sum.low] ?? 0, law[c] ?? 0, 1e-12)
    near(
      Distribution.sumCapped(x, y, c),
      expected(law, (i) => least(R(i), R(c))),
      1e-12,
    )
    near(Distribution.sumAtLeast(x, y, c), total(law.slice(c)), 1e-12)
    const rest = total(law.slice(c))
      .power(3)
      .minus(total(law.slice(c + 1)).power(3))
    near(Distribution.smallest(sum, 3).masses[c - sum.low] ?? 0, rest, 1e-11)
  }
})
