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

/** Reads a parameter file; of a scenario, its parameters. */
export async function readParameters(path: string, io: Io): Promise<unknown> {
  const file = await read(path, io)
  const isScenario = typeof file === 'object' && file !== null && 'parameters' in file && !('task' in file)
  return isScenario ? file.parameters : file
}

/** @throws InvalidJsonError if `text`, of the file `name`, is not JSON, or says something twice. */
export function parse(text: string, name: string): unknown {
  const source = text.replace(/^\uFEFF/, '')
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch (cause) {
    throw invalid(source, name, cause)
  }
  // What a name that stands twice means is anybody's choice: two readers would see two files.
  if (locate(source) < source.length) throw invalid(source, name)
  return value
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

function invalid(source: string, name: string, cause?: unknown): InvalidJsonError {
  const at = locate(source)
  const before = source.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n')
  const rest = source.slice(at).split('\n')[0] ?? ''
  return new InvalidJsonError(`${name} is not valid JSON: line ${line}, column ${column}.`, {
    subject: 'found',
    value: rest,
    ...(cause === undefined
      ? { rule: 'JSON (RFC 8259), each name once in its object', fix: 'keep one of the two' }
      : { rule: 'JSON (RFC 8259)', fix: advise(before, rest), cause }),
  })
}

function advise(before: string, rest: string): string {
  if (rest === '') return before.trim() === '' ? 'the file is empty' : 'it ends too early: close what is open'
  if (/^[}\]]/.test(rest) && /,\s*$/.test(before)) return 'remove the comma before it'
  if (rest.startsWith('/')) return 'remove the comment'
  if (rest.startsWith('"') && /["\d\]}el]\s*$/.test(before)) return 'put a comma before it'
  if (/^[-+]?(NaN|Infinity|undefined)\b/.test(rest)) return 'write a number: JSON has no NaN, Infinity or undefined'
  if (/^['A-Za-z_$]/.test(rest)) return 'put names and texts in double quotes'
  return 'correct it there'
}

const TOKEN = /([{}[\],:])|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b|null\b)/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y

type Token = Readonly<{ end: number; kind: string }>

/** The token at an offset: what kind, and where it ends. */
function tokenAt(source: string, at: number): Token | undefined {
  if (source[at] === '"') return textAt(source, at)
  TOKEN.lastIndex = at
  const match = TOKEN.exec(source)
  return match === null ? undefined : { end: TOKEN.lastIndex, kind: match[1] ?? 'scalar' }
}

/** Character by character: a pattern of alternatives needs a stack as deep as the text is long. */
function textAt(source: string, start: number): Token | undefined {
  let at = start + 1
  while (at < source.length && source[at] !== '"') {
    if (source[at]! < ' ') return undefined
    ESCAPE.lastIndex = at
    if (source[at] !== '\\') at++
    else if (ESCAPE.test(source)) at = ESCAPE.lastIndex
    else return undefined
  }
  return at < source.length ? { end: at + 1, kind: 'text' } : undefined
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing'

/** What is open: the names that an object has so far, or a list. */
type Open = (Set<string> | 'list')[]

/**
 * The offset of the first token that does not belong, a name that its object has already among them, or the length of the
 * text where it is well-formed or ends too early.
 */
export function locate(source: string): number {
  const open: Open = []
  let expected: Expected = 'value'
  let at = skipSpace(source, 0)
  while (at < source.length) {
    const token = tokenAt(source, at)
    const next: Expected | undefined = token && follow(expected, token.kind, open)
    if (token === undefined || next === undefined) return at
    if (next === ':' && !isNew(source.slice(at, token.end), open)) return at
    expected = next
    at = skipSpace(source, token.end)
  }
  return at
}

/** Notes a name of the innermost object, if it has none like it. */
function isNew(text: string, open: Open): boolean {
  const [names, name] = [open.at(-1) as Set<string>, JSON.parse(text)]
  if (names.has(name)) return false
  names.add(name)
  return true
}

function skipSpace(source: string, from: number): number {
  let at = from
  while (' \t\n\r'.includes(source[at] ?? '.')) at++
  return at
}

/** What may come after a token, or undefined if it may not come here. Keeps `open` up to date. */
function follow(expected: Expected, token: string, open: Open): Expected | undefined {
  if (expected === ':') return token === ':' ? 'value' : undefined
  if (expected === 'key' || expected === 'key or }') {
    if (token === 'text') return ':'
    return token === '}' && expected === 'key or }' ? close(open) : undefined
  }
  if (expected === ', or end') {
    const isList = open.at(-1) === 'list'
    if (token === ',') return isList ? 'value' : 'key'
    return token === (isList ? ']' : '}') ? close(open) : undefined
  }
  if (expected === 'nothing') return undefined
  if (token === ']' && expected === 'value or ]') return close(open)
  if (token === '{' || token === '[') {
    open.push(token === '{' ? new Set() : 'list')
    return token === '{' ? 'key or }' : 'value or ]'
  }
  return token === 'scalar' || token === 'text' ? after(open) : undefined
}

function close(open: Open): Expected {
  open.pop()
  return after(open)
}

function after(open: Readonly<Open>): Expected {
  return open.length === 0 ? 'nothing' : ', or end'
}
