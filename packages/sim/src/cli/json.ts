/**
 * JSON files, with the line and column of what is wrong in them: JSON.parse tells neither for most mistakes.
 *
 * @module
 */
import { InputFileError, InvalidJsonError, type Io } from './Command.js'

/**
 * Reads and parses a file, or standard input for `-`.
 *
 * @throws InputFileError if it can't be read.
 * @throws InvalidJsonError if it is not JSON, saying where.
 */
export async function read(path: string, io: Io): Promise<unknown> {
  const name = path === '-' ? 'standard input' : path
  let text: string
  try {
    text = await io.readFile(path)
  } catch (cause) {
    throw unreadable(name, cause)
  }
  return parse(text, name)
}

/** @throws InvalidJsonError if `text`, of the file `name`, is not JSON. */
export function parse(text: string, name: string): unknown {
  const source = text.replace(/^\uFEFF/, '')
  try {
    return JSON.parse(source)
  } catch (cause) {
    throw invalid(source, name, cause)
  }
}

const CAUSES: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOENT: ['does not exist', 'check the path; - reads standard input'],
  EISDIR: ['is a folder', 'name a file in it'],
  EACCES: ['may not be read', 'check its permissions'],
}

function unreadable(name: string, cause: unknown): InputFileError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  const [what, fix] = CAUSES[code] ?? [`can’t be read (${code})`, 'name another file; - reads standard input']
  return new InputFileError(`${name} ${what}.`, { subject: 'file', value: name, rule: 'a JSON file', fix, cause })
}

function invalid(source: string, name: string, cause: unknown): InvalidJsonError {
  const at = locate(source)
  const before = source.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n')
  const rest = source.slice(at).split('\n')[0] ?? ''
  return new InvalidJsonError(`${name} is not valid JSON: line ${line}, column ${column}.`, {
    subject: 'found',
    value: rest,
    rule: 'JSON (RFC 8259)',
    fix: advise(before, rest),
    cause,
  })
}

function advise(before: string, rest: string): string {
  if (rest === '') return before.trim() === '' ? 'the file is empty' : 'it ends too early: close what is open'
  if (/^[}\]]/.test(rest) && /,\s*$/.test(before)) return 'remove the comma before it'
  if (rest.startsWith('/')) return 'remove the comment'
  if (rest.startsWith('"') && /["\d\]}el]\s*$/.test(before)) return 'put a comma before it'
  if (/^['A-Za-z_$]/.test(rest)) return 'put names and texts in double quotes'
  return 'correct it there'
}

const TOKEN =
  /([{}[\],:])|("(?:[^"\\\p{Cc}]|\u007f|[\u0080-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b|null\b)/uy

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing'

/** The offset of the first token that does not belong, or the length of the text where it ends too early. */
export function locate(source: string): number {
  const open: ('{' | '[')[] = []
  let expected: Expected = 'value'
  let at = skipSpace(source, 0)
  while (at < source.length) {
    TOKEN.lastIndex = at
    const match: RegExpExecArray | null = TOKEN.exec(source)
    const [token = '', mark, text] = match ?? []
    const next: Expected | undefined =
      match === null ? undefined : follow(expected, mark ?? (text === undefined ? 'scalar' : 'text'), open)
    if (next === undefined) return at
    expected = next
    at = skipSpace(source, at + token.length)
  }
  return at
}

function skipSpace(source: string, from: number): number {
  let at = from
  while (' \t\n\r'.includes(source[at] ?? '.')) at++
  return at
}

/** What may come after a token, or undefined if it may not come here. Keeps `open` up to date. */
function follow(expected: Expected, token: string, open: ('{' | '[')[]): Expected | undefined {
  if (expected === ':') return token === ':' ? 'value' : undefined
  if (expected === 'key' || expected === 'key or }') {
    if (token === 'text') return ':'
    return token === '}' && expected === 'key or }' ? close(open) : undefined
  }
  if (expected === ', or end') {
    if (token === ',') return open.at(-1) === '{' ? 'key' : 'value'
    return token === (open.at(-1) === '{' ? '}' : ']') ? close(open) : undefined
  }
  if (expected === 'nothing') return undefined
  if (token === ']' && expected === 'value or ]') return close(open)
  if (token === '{' || token === '[') {
    open.push(token)
    return token === '{' ? 'key or }' : 'value or ]'
  }
  return token === 'scalar' || token === 'text' ? after(open) : undefined
}

function close(open: ('{' | '[')[]): Expected {
  open.pop()
  return after(open)
}

function after(open: readonly string[]): Expected {
  return open.length === 0 ? 'nothing' : ', or end'
}
