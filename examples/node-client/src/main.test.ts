import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

test('the smallest node serves an order, and is paid for it', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [file('../dist/main.js')], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toBe('spot checks → SPOT CHECKS, promised as leaf 0\nsettled: the executor has earned 100\n')
  expect(status).toBe(0)
})

test('it is short', () => {
  expect(readFileSync(file('main.ts'), 'utf8').trimEnd().split('\n').length).toBeLessThan(80)
})
