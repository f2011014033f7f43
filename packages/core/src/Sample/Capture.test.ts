/** How often a quorum falls to colluders, against every quorum there is. */
import { expect, it } from 'vitest'
import * as Sample from '../Sample.js'

const wad = 10n ** 18n

/** All quorums of a pool, one by one. */
function counted(pool: number, colluders: number, quorum: number): bigint {
  let [all, held] = [0n, 0n]
  for (let members = 0; members < 2 ** pool; members++) {
    const drawn = Array.from({ length: pool }, (_, i) => (members >> i) & 1)
    if (drawn.filter((bit) => bit === 1).length !== quorum) continue
    all++
    if (2 * drawn.slice(0, colluders).filter((bit) => bit === 1).length > quorum) held++
  }
  return (held * wad + all - 1n) / all
}

it('is the share of quorums in which colluders are the majority, rounded up', () => {
  let cases = 0
  for (let pool = 1; pool <= 10; pool++)
    for (let quorum = 1; quorum <= pool; quorum += 2)
      for (let colluders = 0; colluders <= pool; colluders++, cases++)
        expect(Sample.captureProbability({ pool, colluders, quorum })).toBe(counted(pool, colluders, quorum))
  expect(cases).toBeGreaterThanOrEqual(200)
})

it('is never understated', () => {
  // C(10, 2) C(20, 1) + C(10, 3) = 1,020 of C(30, 3) = 4,060.
  expect(Sample.captureProbability({ pool: 30, colluders: 10, quorum: 3 })).toBe((1_020n * wad) / 4_060n + 1n)
  expect(Sample.captureProbability({ pool: 255, colluders: 255, quorum: 255 })).toBe(wad)
})
