/** The committed ABI and bytecode are those of the sources, and small enough for any chain. */
import { expect, test } from 'vitest'
import { generate, published, written } from '../../../scripts/contracts.mjs'
import * as contracts from './index.js'

const artifacts = published()

test('`npm run contracts` has nothing to write', () => {
  expect(written()).toEqual(generate(artifacts))
})

test('the package exports each of them', () => {
  expect(Object.keys(contracts).sort()).toEqual(Object.keys(artifacts).sort())
  for (const [name, { abi, bytecode }] of Object.entries(contracts)) {
    expect(abi).toEqual(artifacts[name]?.abi)
    expect(bytecode).toBe(artifacts[name]?.bytecode)
  }
})

test.each(Object.entries(artifacts))('%s is within EIP-170', (_, { size }) => {
  expect(size).toBeGreaterThan(0)
  expect(size).toBeLessThanOrEqual(24_576)
})
