import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import * as Comparison from '../Comparison.js'
import * as Scenario from '../Scenario.js'
import type { Io } from './Command.js'
import { run } from './program.js'

const scenario = Scenario.from({
  parameters: { task: {}, sampling: { rate: 1 }, slash: { amount: 30 } },
  population: [
    { strategy: 'honest', count: 3 },
    { strategy: 'lazy', count: 1 },
  ],
  replications: 2,
})
const MARK = '<meta name="generator" content="spotcheck report">'
const result = JSON.stringify(await Comparison.run(scenario, { policies: [{ name: 'none', options: {} }] }))

function fault(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** Runs `spotcheck report` over files of its own; what is in `broken` can't be written, for the reason given. */
async function report(args: readonly string[], files: Record<string, string>, broken: Record<string, string> = {}) {
  const [out, err]: [string[], string[]] = [[], []]
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    readFile: async (path) => {
      if (files[path] === undefined) throw fault('ENOENT')
      return files[path]
    },
    writeFile: async (path, text) => {
      if (broken[path] !== undefined) throw fault(broken[path])
      files[path] = text
    },
    isTTY: false,
  }
  const code = await run(['report', ...args], io)
  return { code, out: out.join(''), err: err.join(''), files }
}

test('to a file, and nothing else', async () => {
  const { code, out, err, files } = await report(['result.json', '-o', 'report.html'], { 'result.json': result })
  expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' })
  expect(files['report.html']).toContain('<title>Spotcheck: 0 of 1 policy are secure</title>')
})

test.each([[[]], [['-o', '-']]])('to standard output: %j', async (more) => {
  const { code, out } = await report(['-', ...more, '--title', 'Ours <b>'], { '-': result })
  expect(code).toBe(0)
  expect(out).toContain('<title>Ours &lt;b&gt;: ')
})

test('a report is replaced, an empty file too; anything else is kept unless forced', async () => {
  const files = { 'result.json': result, 'old.html': `<html>${MARK}`, 'empty.html': '' }
  for (const name of ['old.html', 'empty.html']) {
    const { code, files: after } = await report(['result.json', '-o', name], { ...files })
    expect([code, after[name]?.startsWith('<!doctype html>')]).toEqual([0, true])
  }
  const refused = await report(['result.json', '-o', 'result.json'], { ...files })
  expect(refused.code).toBe(2)
  expect(refused.files['result.json']).toBe(result)
  expect(refused.err).toMatchInlineSnapshot(`
    "OutputFileError: result.json is there already, and is no report.
      --output  "result.json"
      rule      a new file, or a report to replace
      fix       name another file, or add --force to replace it
    "
  `)
  const forced = await report(['result.json', '-o', 'result.json', '--force'], { ...files })
  expect([forced.code, forced.files['result.json']?.includes(MARK)]).toEqual([0, true])
})

test.each<[string, readonly string[], string]>([
  ['no file', [], 'report needs a result file.'],
  ['two files', ['a.json', 'b.json'], 'report takes one result file.'],
  ['a file that is not there', ['gone.json'], 'InputFileError: gone.json does not exist.'],
  ['no JSON', ['text.json'], 'InvalidJsonError'],
  ['no result', ['params.json'], 'Report.InvalidResultError'],
  ['an option that is none', ['result.json', '--ouput', 'x'], 'did you mean --output?'],
  ['a short option that is none', ['result.json', '-x'], 'report has no option -x.'],
  ['-o without a name', ['result.json', '-o'], '--output needs a value.'],
  ['-o with an empty name', ['result.json', '--output='], '--output needs a name.'],
  ['a folder that is not there', ['result.json', '-o', 'a/b.html'], 'a/b.html is in a folder that does not exist.'],
  ['a folder', ['result.json', '-o', 'folder'], 'folder is a folder.'],
  ['what may not be written', ['result.json', '-o', 'locked'], 'locked may not be written.'],
  ['another fault', ['result.json', '-o', 'odd'], 'odd can’t be written (EIO).'],
])('%s: status 2, nothing on standard output, no stack', async (_, args, message) => {
  const files = { 'result.json': result, 'text.json': 'report', 'params.json': '{"task":{}}' }
  const broken = { 'a/b.html': 'ENOENT', folder: 'EISDIR', locked: 'EACCES', odd: 'EIO' }
  const { code, out, err } = await report(args, files, broken)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
  expect(err).not.toMatch(/^\s+at /m)
})

test('one figure alone, which replaces one that is there', async () => {
  const files = { 'result.json': result, 'old.svg': '<svg><metadata>spotcheck report</metadata></svg>' }
  const { code, files: after } = await report(['result.json', '--figure', 'best-cheat', '-o', 'old.svg'], files)
  expect(code).toBe(0)
  expect(after['old.svg']).toMatch(
    /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [\s\S]*What the best cheat earns[\s\S]*<\/svg>\n$/,
  )
  const { code: bad, out, err } = await report(['result.json', '--figure', 'best-chat'], files)
  expect({ bad, out }).toEqual({ bad: 2, out: '' })
  expect(err).toContain('did you mean best-cheat?')
})

test('the help has examples and the statuses', async () => {
  const { code, out } = await report(['--help'], {})
  expect(code).toBe(0)
  expect(out).toContain('spotcheck compare --json > result.json && spotcheck report result.json -o report.html')
  expect(out).toContain('Exit status: 0 the report was written; 2')
})

/** The modules that a command loads. */
function loaded(args: readonly string[]): string {
  const hook = `import { writeSync } from 'node:fs'
    export const resolve = async (name, context, next) => (writeSync(2, name + '\\n'), next(name, context))`
  const entry = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)})`
  const bin = fileURLToPath(new URL('../../bin/spotcheck.js', import.meta.url))
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(entry)}`, bin, ...args]
  const { stderr, status } = spawnSync(process.execPath, flags, { encoding: 'utf8', input: result })
  expect(status).toBe(0)
  return stderr
}

test('what draws charts is loaded by no other command', () => {
  expect(loaded(['compare', '--help'])).not.toMatch(/plot|linkedom|d3/)
  expect(loaded(['report', '-'])).toMatch(/@observablehq\/plot[\s\S]*linkedom/)
})
