// node scripts/ci-summary.mjs <statuses of npm test, npm run test:browser and npm run check>
// Adds up what the runners left in .results and ends with the plain line `N passed, N failed`.
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** @typedef {{ passed: number, failures: string[] }} Count */

/**
 * What the runners' result files in `dir` amount to, given the runners' exit statuses.
 * @param {string} dir
 * @param {{ test: number, browser: number, check: number }} statuses
 * @returns {{ passed: number, failed: number, failures: string[], ok: boolean }}
 */
export function summarise(dir, statuses) {
  const counts = [
    withStatus('npm test', countTests(join(dir, 'vitest.json')), statuses.test),
    withStatus('npm run test:browser', countTests(join(dir, 'vitest-browser.json')), statuses.browser),
    withStatus('npm run check', countChecks(join(dir, 'check.json')), statuses.check),
  ]
  const failures = counts.flatMap((count) => count.failures)
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  return { passed, failed: failures.length, failures, ok: failures.length === 0 }
}

/** @returns {Count} */
function countTests(file) {
  const report = read(file)
  if (report === undefined) return missing(file)
  const failures = report.testResults.flatMap(failuresOfSuite)
  if (report.testResults.every(({ assertionResults }) => assertionResults.length === 0)) failures.push('no test ran')
  return { passed: report.numPassedTests, failures }
}

/** Failed, skipped and to-do tests, each a failure; so is a suite that failed outside its tests. */
function failuresOfSuite({ name: path, status, message, assertionResults }) {
  const name = isAbsolute(path) ? relative('', path) : path
  const failures = assertionResults
    .filter((test) => test.status !== 'passed')
    .map((test) => `${name}: ${test.fullName}: ${test.status === 'failed' ? 'failed' : `${test.status}, not run`}`)
  if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed'))
    failures.push(`${name}: the suite failed: ${firstLine(message)}`)
  return failures
}

/** @returns {Count} */
function countChecks(file) {
  const report = read(file)
  if (report === undefined) return missing(file)
  const failures = report.steps.filter((step) => !step.passed).map((step) => `check: ${step.name}`)
  if (report.steps.length === 0) failures.push('no check ran')
  return { passed: report.steps.filter((step) => step.passed).length, failures }
}

/** A runner that failed though it reported no failure is a failure itself. */
function withStatus(name, count, status) {
  if (status === 0 || count.failures.length > 0) return count
  return { ...count, failures: [`${name} ended with status ${status} though it reported no failure`] }
}

function read(file) {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function missing(file) {
  return { passed: 0, failures: [`${file}: no result file, or one cut short: the runner did not finish`] }
}

function firstLine(text) {
  return (text ?? '').split('\n')[0]
}

/** An unreadable status is a failure, never a success. */
function toStatus(text) {
  return /^\d+$/.test(text) ? Number(text) : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = resolve(fileURLToPath(import.meta.url), '../../.results')
  const [test, browser, check] = process.argv.slice(2).map(toStatus)
  const { passed, failed, failures, ok } = summarise(results, { test, browser, check })
  for (const failure of failures) process.stdout.write(`✗ ${failure}\n`)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = ok ? 0 : 1
}
