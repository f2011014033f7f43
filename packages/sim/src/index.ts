/**
 * Simulated populations over Spotcheck's protocol and over what else networks do.
 *
 * @module
 */
export * as Comparison from './Comparison.js'
export * as Crossing from './Crossing.js'
export * as Draws from './Draws.js'
export * as Evidence from './Evidence.js'
export * as Modules from './Modules.js'
export * as Policy from './Policy.js'
export * as Population from './Population.js'
export * as Prediction from './Prediction.js'
export * as Policies from './policies/index.js'
export * as Random from './Random.js'
export * as Report from './Report.js'
export * as Scenario from './Scenario.js'
export * as Scenarios from './Scenarios.js'
export * as Simulation from './Simulation.js'
export * as Stake from './Stake.js'
export * as Statistics from './Statistics.js'
export * as Strategy from './Strategy.js'
export * as Sweep from './Sweep.js'
export * as Strategies from './strategies/index.js'
export * as Tuning from './Tuning.js'
export * as Verifier from './Verifier.js'
export * as Verifiers from './verifiers/index.js'
