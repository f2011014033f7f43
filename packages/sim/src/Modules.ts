/**
 * Strategies, policies and verifiers from modules of the user, by path: every thread can load them for itself.
 *
 * @module
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Errors } from '@spotcheck/core'
import * as Policy from './Policy.js'
import { type Registry, registry } from './Scenario.js'
import * as Strategy from './Strategy.js'
import * as Verifier from './Verifier.js'

/** The exports of a module, by its path. */
export type Importer = (path: string) => Promise<Readonly<Record<string, unknown>>>

/**
 * What comes with the simulator, and what the modules export: every strategy, policy and verifier among their exports, by its
 * own name. One with the name of a built-in takes its place. Paths are relative to the working directory.
 *
 * @throws InvalidModuleError if a module can't be loaded, or exports none.
 * @example
 * ```ts
 * import { Modules } from '@spotcheck/sim'
 *
 * const { strategies } = await Modules.load([])
 * strategies[0]?.name // 'honest'
 * ```
 */
export async function load(paths: readonly string[], importer: Importer = fromDisk): Promise<Registry> {
  const found = await Promise.all(paths.map((path) => exportsOf(path, importer)))
  const all = found.flat()
  return {
    strategies: joined(registry.strategies, all, 'player'),
    policies: joined(registry.policies, all, 'rules'),
    verifiers: joined(registry.verifiers, all, 'verifier'),
  }
}

const fromDisk: Importer = (path) => import(pathToFileURL(resolve(path)).href)

/** What a module can export. */
type Made = Strategy.Strategy | Policy.Policy | Verifier.Strategy

/** Those of one kind, which all have that part. */
function joined<one extends Made>(known: readonly one[], all: readonly Made[], part: string): one[] {
  const own = all.filter((each): each is one => part in each)
  const replaced = new Set(own.map(({ name }) => name))
  return [...known.filter(({ name }) => !replaced.has(name)), ...own]
}

async function exportsOf(path: string, importer: Importer): Promise<Made[]> {
  const loaded = await importer(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw refusal(path, `it can’t be loaded: ${reason}`, 'name a JavaScript module, such as ./mine.mjs', cause)
  })
  const found = Object.values(loaded).flatMap((value) => (isObject(value) ? made(value) : []))
  if (found.length > 0) return found
  const fix = 'export default Strategy.define({ name, summary, options, player })'
  throw refusal(path, 'it exports no strategy, policy or verifier', fix)
}

function made(value: object): Made[] {
  if ('player' in value) return [Strategy.define(value as Strategy.Strategy)]
  if ('rules' in value) return [Policy.define(value as Policy.Policy)]
  return 'verifier' in value ? [Verifier.define(value as Verifier.Strategy)] : []
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function refusal(path: string, why: string, fix: string, cause?: unknown): InvalidModuleError {
  return new InvalidModuleError(`${path} is of no use: ${why}.`, {
    subject: 'module',
    value: path,
    rule: 'a module that exports strategies, policies or verifiers',
    fix,
    ...(cause === undefined ? {} : { cause }),
  })
}

/**
 * What threads need to play a scenario has to be something that can be handed to them: functions can't.
 *
 * @throws UnsharableError if the registry is one of objects, or the scenario holds more than data.
 * @internal
 */
export function assertShared(
  known: Registry | undefined,
  paths: readonly string[] | undefined,
  scenario: unknown,
): void {
  if (known !== undefined && known !== registry && paths === undefined)
    throw new UnsharableError('a registry of objects can’t be handed to threads.', {
      subject: 'registry',
      value: known,
      rule: 'strategies, policies and verifiers that each thread can load from a module',
      fix: 'name the modules in `modules`, or leave `threads` at 1',
    })
  try {
    structuredClone(scenario)
  } catch (cause) {
    const details = { subject: 'scenario', value: scenario, rule: 'plain data, as JSON.parse makes', cause }
    const fix = 'leave functions out of its options, or leave `threads` at 1'
    throw new UnsharableError('the scenario can’t be handed to threads.', { ...details, fix })
  }
}

/** Something that threads can't be handed. */
export class UnsharableError extends Errors.BaseError {
  override name = 'Modules.UnsharableError'
}

/** A module that holds no strategy, policy or verifier, or can't be loaded. */
export class InvalidModuleError extends Errors.BaseError {
  override name = 'Modules.InvalidModuleError'
}
