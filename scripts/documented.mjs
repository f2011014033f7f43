// Values that documentation claims: `Wad.from(0.02) // 20000000000000000n` is a test of its own.
import ts from 'typescript'

/** The name that the runner of snippets gives the comparison. */
export const HOOK = 'spotcheckDocumented'

/**
 * Puts a comparison around each expression of a module that a comment follows, on its line or alone on the next, when
 * the whole comment reads as a literal value: `// 3`, `// { a: [1n] }`, `// Uint8Array [1, 2]`, or cut short as
 * `// 0.333...`. Other comments are prose. Lines keep their numbers.
 * @param {string} code
 * @returns {string}
 */
export function assertDocumented(code) {
  const source = ts.createSourceFile('snippet.mts', code, ts.ScriptTarget.Latest, true)
  const claims = expressions(source).flatMap((node) => claim(source, node))
  return claims.reduceRight((text, { start, end, literal, line }) => {
    const wrapped = `globalThis.${HOOK}(${text.slice(start, end)}, ${literal}, ${line})`
    return text.slice(0, start) + wrapped + text.slice(end)
  }, code)
}

/** Statements that are an expression alone, in the order of the text. */
function expressions(node) {
  const found = []
  ts.forEachChild(node, function visit(child) {
    if (ts.isExpressionStatement(child)) found.push(child)
    else ts.forEachChild(child, visit)
  })
  return found
}

function claim(source, statement) {
  const literal = toLiteral(commentAfter(source, statement))
  if (literal === undefined) return []
  const subject = printed(statement.expression)
  const start = subject.getStart()
  const { line } = source.getLineAndCharacterOfPosition(start)
  return [{ start, end: subject.getEnd(), literal, line: line + 1 }]
}

/** What `console.log(value)` prints, or else the expression itself. */
function printed(expression) {
  if (!ts.isCallExpression(expression) || expression.arguments.length !== 1) return expression
  return expression.expression.getText() === 'console.log' ? expression.arguments[0] : expression
}

function commentAfter(source, statement) {
  const [rest = '', next = ''] = source.text.slice(statement.getEnd()).split('\n')
  const match = /^\s*;?\s*\/\/ (.*)$/.exec(rest.trim() === '' ? next : rest)
  return match?.[1] ?? ''
}

/** The source of the value that a comment states, if it states one and nothing else. */
function toLiteral(comment) {
  const text = comment
    .replace(/(-?\d+\.\d+)(\.\.\.|…)/g, '/$1/')
    .replace(/^Uint8Array (\[.*\])$/, 'Uint8Array.of(...$1)')
  const source = ts.createSourceFile('claim.ts', `(${text})`, ts.ScriptTarget.Latest, true)
  const [statement, ...others] = source.statements
  if (!statement || others.length > 0 || source.parseDiagnostics.length > 0) return undefined
  return ts.isExpressionStatement(statement) && isLiteral(statement.expression) ? text : undefined
}

function isLiteral(node) {
  if (ts.isParenthesizedExpression(node)) return isLiteral(node.expression)
  if (ts.isPrefixUnaryExpression(node)) return ts.isNumericLiteral(node.operand) || ts.isBigIntLiteral(node.operand)
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isLiteral)
  if (ts.isObjectLiteralExpression(node))
    return node.properties.every((property) => ts.isPropertyAssignment(property) && isLiteral(property.initializer))
  return ts.isLiteralExpression(node) || KEYWORDS.has(node.getText()) || node.getText().startsWith('Uint8Array.of(')
}

const KEYWORDS = new Set(['true', 'false', 'null', 'undefined'])

/**
 * Is `value` what was documented? Numbers may differ by rounding; a pattern holds the digits of a decimal that was cut
 * short or rounded, so it may be off by less than one unit of the last of them.
 * @param {unknown} value
 * @param {unknown} documented
 * @returns {boolean}
 */
export function matches(value, documented) {
  if (documented instanceof RegExp) return typeof value === 'number' && isNear(value, documented.source)
  if (typeof value === 'number' && typeof documented === 'number')
    return Object.is(value, documented) || Math.abs(value - documented) <= 1e-9 * Math.max(1, Math.abs(documented))
  if (typeof value !== 'object' || typeof documented !== 'object' || value === null || documented === null)
    return value === documented
  const keys = Object.keys(documented)
  return keys.length === Object.keys(value).length && keys.every((key) => matches(value[key], documented[key]))
}

function isNear(value, digits) {
  const decimals = digits.length - digits.indexOf('.') - 1
  return Math.abs(value - Number(digits)) < 10 ** -decimals
}
