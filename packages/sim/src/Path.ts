/**
 * Paths into a file, such as `population[1].options.rate`.
 *
 * @module
 */

/** Keys of objects, and places of lists. */
export type Path = readonly (string | number)[]

const STEP = /(?:^|\.)([A-Za-z_][\w-]*)|\[(\d+)\]/y

/** The steps of a path; null where the text is none. */
export function parse(text: string): Path | null {
  const steps: (string | number)[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text)
    if (match === null || match[1] === '__proto__') return null
    steps.push(match[1] ?? Number(match[2]))
  }
  return typeof steps[0] === 'string' ? steps : null
}

/** Does one path lead through the other, or to the same? */
export function overlap(one: Path, other: Path): boolean {
  return one.slice(0, other.length).every((step, i) => step === other[i])
}

/** A copy with the value at the path, or why there is no such place. Objects on the way that are missing are made, lists are not. */
export function put(root: unknown, path: Path, value: unknown): { value: unknown } | { missing: string } {
  const [step, ...rest] = path
  if (step === undefined) return { value }
  const isIndex = typeof step === 'number'
  if (isIndex && !Array.isArray(root)) return { missing: 'there is no list' }
  if (isIndex && step >= (root as unknown[]).length)
    return { missing: `the list has ${(root as unknown[]).length}, the first of them [0]` }
  if (!isIndex && (Array.isArray(root) || (typeof root !== 'object' && root !== undefined) || root === null))
    return { missing: 'there is no object' }
  const own = root !== undefined && Object.hasOwn(root as object, step)
  const inner = put(own ? (root as Record<string, unknown>)[step] : undefined, rest, value)
  if ('missing' in inner) return inner
  if (isIndex) return { value: (root as unknown[]).with(step, inner.value) }
  return { value: { ...(root as object), [step]: inner.value } }
}
