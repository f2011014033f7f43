/**
 * Property-testing kit: arbitrary parameters, populations, tasks, batches and epochs, and what must hold of all of them, for
 * a test suite of your own. Needs the optional peer `fast-check`.
 *
 * @module
 */
export {
  assertConservation,
  assertDeterrence,
  assertNoHonestSlash,
  HonestSlashError,
  NotConservedError,
  NotDeterredError,
} from './assertions.js'
export { parameters } from './parameters.js'
export {
  type Batch,
  batches,
  type ExecutorKind,
  type Fate,
  type Order,
  type Population,
  populations,
  type Trace,
  tasks,
  traces,
  type VerifierKind,
} from './traces.js'
