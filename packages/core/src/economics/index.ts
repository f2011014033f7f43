/**
 * The economics of sampled verification: closed forms in, decisions out. Analysis in doubles; money that moves is integer
 * wei and belongs to the settlement.
 *
 * @module
 */
export * as Batch from './Batch.js'
export * as BestResponse from './BestResponse.js'
export * as Calibration from './Calibration.js'
export * as Check from './Check.js'
export { check } from './Check.js'
export * as Checking from './Checking.js'
export * as Confidence from './Confidence.js'
export * as Detection from './Detection.js'
export * as Deterrence from './Deterrence.js'
export * as Evidence from './Evidence.js'
export * as Fee from './Fee.js'
export * as Future from './Future.js'
export * as Game from './Game.js'
export * as Inspection from './Inspection.js'
export type { Quantity, Rule } from './Inverse.js'
export { quantities } from './Inverse.js'
export * as ManyTasks from './ManyTasks.js'
export * as Mix from './Mix.js'
export * as Optimum from './Optimum.js'
export * as Parameters from './Parameters.js'
export * as Ranges from './Ranges.js'
export { Rational } from './Rational.js'
export { type Recommendation, recommend } from './Recommend.js'
export * as Redraws from './Redraws.js'
export * as Replication from './Replication.js'
export * as Ruin from './Ruin.js'
export * as Solution from './Solution.js'
export { type Answer, solve } from './Solve.js'
