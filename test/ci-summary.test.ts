import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { summarise } from '../scripts/ci-summary.mjs'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spotcheck-ci-'))
  browser(suite('passed', ['passed']))
})
afterEach(() => rmSync(dir, { recursive: true }))

type Status = 'passed' | 'failed' | 'skipped' | 'todo'

const suite = (status: 'passed' | 'failed', tests: Status[], message = '') => ({
  name: 'a.test.ts',
  status,
  message,
  assertionResults: tests.map((status, i) => ({ fullName: `test ${i}`, status })),
})

/** A report in the shape of vitest's JSON reporter. */
function report(file: string, suites: ReturnType<typeof suite>[]) {
  const passed = suites.flatMap((s) => s.assertionResults).filter((t) => t.status === 'passed')
  writeFileSync(join(dir, file), JSON.stringify({ numPassedTests: passed.length, testResults: suites }))
}

const vitest = (...suites: ReturnType<typeof suite>[]) => report('vitest.json', suites)
const browser = (...suites: ReturnType<typeof suite>[]) => report('vitest-browser.json', suites)

function check(...passed: boolean[]) {
  const steps = passed.map((passed, i) => ({ name: `step ${i}`, passed }))
  writeFileSync(join(dir, 'check.json'), JSON.stringify({ steps }))
}

const fine = { test: 0, browser: 0, check: 0 }

test('adds up passed tests and passed checks', () => {
  vitest(suite('passed', ['passed', 'passed']), suite('passed', ['passed']))
  check(true, true)
  expect(summarise(dir, fine)).toEqual({ passed: 6, failed: 0, failures: [], ok: true })
})

test('counts failed tests and failed checks', () => {
  vitest(suite('failed', ['passed', 'failed', 'failed']))
  check(true, false)
  const summary = summarise(dir, { ...fine, test: 1, check: 1 })
  expect(summary).toMatchObject({ passed: 3, failed: 3, ok: false })
  expect(summary.failures).toEqual(['a.test.ts: test 1: failed', 'a.test.ts: test 2: failed', 'check: step 1'])
})

test.each(['skipped', 'todo'] as const)('a %s test is a failure', (status) => {
  vitest(suite('passed', ['passed', status]))
  check(true)
  expect(summarise(dir, fine)).toMatchObject({
    passed: 3,
    failures: [`a.test.ts: test 1: ${status}, not run`],
    ok: false,
  })
})

test('a suite that fails to load is a failure', () => {
  vitest(suite('passed', ['passed']), suite('failed', [], 'Cannot find module\n at x'))
  check(true)
  const summary = summarise(dir, { ...fine, test: 1 })
  expect(summary.failures).toEqual(['a.test.ts: the suite failed: Cannot find module'])
})

test('a missing result file is a failure', () => {
  vitest(suite('passed', ['passed']))
  expect(summarise(dir, fine)).toMatchObject({ passed: 2, failures: [expect.stringContaining('check.json')] })
})

test('a result file cut short is a failure', () => {
  writeFileSync(join(dir, 'vitest.json'), '{"numPassedTests": 3')
  check(true)
  expect(summarise(dir, fine)).toMatchObject({ passed: 2, failures: [expect.stringContaining('vitest.json')] })
})

test('zero tests are a failure, as are zero checks', () => {
  vitest()
  browser()
  check()
  const failures = ['no test ran', 'no test ran', 'no check ran']
  expect(summarise(dir, fine)).toMatchObject({ passed: 0, failures, ok: false })
})

test('a runner that fails without a failed test is a failure', () => {
  vitest(suite('passed', ['passed']))
  check(true)
  expect(summarise(dir, { ...fine, test: 7 }).failures).toEqual([
    'npm test ended with status 7 though it reported no failure',
  ])
})

test('tests in the browser count like the others', () => {
  vitest(suite('passed', ['passed']))
  browser(suite('failed', ['passed', 'failed', 'skipped']))
  check(true)
  const summary = summarise(dir, { ...fine, browser: 1 })
  expect(summary).toMatchObject({ passed: 3, ok: false })
  expect(summary.failures).toEqual(['a.test.ts: test 1: failed', 'a.test.ts: test 2: skipped, not run'])
})

test('a browser that did not start is a failure', () => {
  vitest(suite('passed', ['passed']))
  rmSync(join(dir, 'vitest-browser.json'))
  check(true)
  const failures = [expect.stringContaining('vitest-browser.json')]
  expect(summarise(dir, { ...fine, browser: 1 })).toMatchObject({ passed: 2, failures, ok: false })
})
