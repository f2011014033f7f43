/**
 * Strategies, policies and verifiers from files of the user.
 *
 * @module
 */
import * as Modules from '../Modules.js'
import type * as Scenario from '../Scenario.js'
import { type Io, UsageError } from './Command.js'

/**
 * What comes with the simulator, and what the modules of `--use` export.
 *
 * @throws UsageError if a module can't be loaded, or exports none.
 */
export async function load(paths: readonly string[], io: Io): Promise<Scenario.Registry> {
  return await Modules.load(paths, io.load ?? missing).catch((cause: unknown) => {
    if (!(cause instanceof Modules.InvalidModuleError)) throw cause
    const { shortMessage, value, rule, fix } = cause
    throw new UsageError(`--use ${shortMessage}`, { subject: '--use', value, rule, fix, cause })
  })
}

const missing = () => Promise.reject(new Error('modules can’t be loaded here'))
