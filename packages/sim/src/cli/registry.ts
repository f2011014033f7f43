/**
 * Strategies and policies from files of the user.
 *
 * @module
 */
import * as Policy from '../Policy.js'
import * as Scenario from '../Scenario.js'
import * as Strategy from '../Strategy.js'
import { type Io, UsageError } from './Command.js'

/**
 * What comes with the simulator, and what the modules export: every strategy and policy among their exports, by its own name.
 * One with the name of a built-in takes its place.
 *
 * @throws UsageError if a module can't be loaded, or exports neither.
 */
export async function load(paths: readonly string[], io: Io): Promise<Scenario.Registry> {
  const found = await Promise.all(paths.map((path) => exportsOf(path, io)))
  const all = found.flat()
  const replaced = new Set(all.map(({ name }) => name))
  return {
    strategies: [...kept(Scenario.registry.strategies, replaced), ...all.filter((one) => 'player' in one)],
    policies: [...kept(Scenario.registry.policies, replaced), ...all.filter((one) => 'rules' in one)],
  }
}

function kept<one extends Readonly<{ name: string }>>(known: readonly one[], replaced: ReadonlySet<string>): one[] {
  return known.filter(({ name }) => !replaced.has(name))
}

async function exportsOf(path: string, io: Io): Promise<(Strategy.Strategy | Policy.Policy)[]> {
  const loaded = await (io.load ?? missing)(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw refusal(path, `it can’t be loaded: ${reason}`, 'name a JavaScript module, such as ./mine.mjs', cause)
  })
  const found = Object.values(loaded).flatMap((value) => (isObject(value) ? made(value) : []))
  if (found.length > 0) return found
  const fix = 'export default Strategy.define({ name, summary, options, player })'
  throw refusal(path, 'it exports no strategy and no policy', fix)
}

function made(value: object): (Strategy.Strategy | Policy.Policy)[] {
  if ('player' in value) return [Strategy.define(value as Strategy.Strategy)]
  return 'rules' in value ? [Policy.define(value as Policy.Policy)] : []
}

const missing = () => Promise.reject(new Error('modules can’t be loaded here'))

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function refusal(path: string, why: string, fix: string, cause?: unknown): UsageError {
  return new UsageError(`--use ${path} is of no use: ${why}.`, {
    subject: '--use',
    value: path,
    rule: 'a module that exports strategies or policies',
    fix,
    ...(cause === undefined ? {} : { cause }),
  })
}
