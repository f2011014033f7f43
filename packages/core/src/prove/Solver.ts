/**
 * z3 in a worker of its own, ended when time is up: z3's own limit is looked at too seldom to be kept.
 *
 * @module
 */
/// <reference types="node" />
import { Worker } from 'node:worker_threads'
import { BaseError } from '../Errors.js'
import { Rational } from '../economics/Rational.js'
import type { Box, Point } from './Cases.js'

/** No point of the box is one; or this may be one; or z3 does not know, or not in time. */
export type Answer = 'none' | 'unknown' | Readonly<{ point: Point }>

/** Asks whether some point of a box satisfies one of the conditions. */
export type Solver = Readonly<{
  /** `conditions` are terms over the names that `name` gives the paths of the box. */
  ask: (box: Box, conditions: (name: (path: string) => string) => readonly string[]) => Promise<Answer>
  /** Is time up? */
  late: () => boolean
  close: () => Promise<void>
}>

/** Starts z3 when first asked; `timeout` in milliseconds, from now on and for all that is asked. */
export function open(timeout: number, program?: URL): Solver {
  const end = performance.now() + timeout
  let worker: Worker | undefined
  let isOver = false
  const left = () => end - performance.now()
  // A timer may be early by a part of a millisecond.
  const late = () => isOver || left() <= 0
  const close = async () => void (await worker?.terminate())
  return {
    late,
    close,
    ask: async (box, conditions) => {
      const paths = Object.keys(box)
      const name = (path: string) => `x${paths.indexOf(path)}`
      if (late()) return 'unknown'
      worker ??= start(program)
      const printed = await answer(worker, script(box, paths, conditions(name)), left())
      isOver = printed === undefined
      if (isOver) await close()
      if (printed?.startsWith('unsat')) return 'none'
      return printed?.startsWith('sat') ? { point: model(printed, box, paths) } : 'unknown'
    },
  }
}

/** Flags such as --input-type are for the program that asks, and no worker starts with them. */
const OPTIONS = { execArgv: [] }

/** In these very words bundlers know a worker and take it along. */
function start(program: URL | undefined): Worker {
  return program === undefined
    ? new Worker(new URL('./worker.js', import.meta.url), OPTIONS)
    : new Worker(program, OPTIONS)
}

/** What z3 prints; undefined when time is up. */
function answer(worker: Worker, text: string, left: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      clearTimeout(timer)
      worker.off('message', onMessage).off('error', onError)
      settle()
    }
    const onMessage = (printed: string) => done(() => resolve(printed))
    const onError = (cause: Error) => done(() => reject(new SolverError(cause)))
    const timer = setTimeout(() => done(() => resolve(undefined)), Math.min(left, 2 ** 31 - 1))
    worker.on('message', onMessage).on('error', onError)
    worker.postMessage(text)
  })
}

function script(box: Box, paths: readonly string[], conditions: readonly string[]): string {
  const declared = paths.map((path, i) => {
    const { low, high } = box[path] as Box[string]
    return `(declare-const x${i} Real)(assert (<= ${term(low)} x${i}))(assert (<= x${i} ${term(high)}))`
  })
  const broken = `(assert (or false ${conditions.join(' ')}))`
  const values = paths.length === 0 ? '' : `(get-value (${paths.map((_, i) => `x${i}`).join(' ')}))`
  return `${declared.join('\n')}\n${broken}\n(check-sat)\n${values}`
}

function term({ n, d }: Rational): string {
  return n < 0n ? `(- (/ ${-n}.0 ${d}.0))` : `(/ ${n}.0 ${d}.0)`
}

/** The model that z3 prints; the middle of the range for a number that is no fraction. */
function model(printed: string, box: Box, paths: readonly string[]): Point {
  return Object.fromEntries(
    paths.map((path, i) => {
      const found = new RegExp(`\\(x${i} (\\(- )?(?:\\(/ )?(\\d+)(?:\\.0)?(?: (\\d+)(?:\\.0)?\\))?\\)`).exec(printed)
      const { low, high } = box[path] as Box[string]
      if (found === null) return [path, low.plus(high).over(new Rational(2n))]
      const [, sign, n = '0', d = '1'] = found
      return [path, new Rational(sign === undefined ? BigInt(n) : -BigInt(n), BigInt(d))]
    }),
  )
}

/** z3 can't be used. */
export class SolverError extends BaseError {
  override name = 'Prove.SolverError'

  constructor(cause: Error) {
    const missing = 'code' in cause && cause.message.includes("Cannot find package 'z3-solver'")
    super(missing ? 'z3-solver is not installed.' : `z3 failed: ${cause.message}`, {
      subject: 'z3-solver',
      value: 'code' in cause ? cause.code : cause.message,
      rule: 'z3-solver is an optional peer of @spotcheck/core: proofs need it, nothing else does',
      fix: missing ? 'npm install z3-solver' : "ask with method 'corners', which needs no solver",
      cause,
    })
  }
}
