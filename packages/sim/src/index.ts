/**
 * Simulated populations over Spotcheck's protocol.
 *
 * @module
 */
export * as Crossing from './Crossing.js'
export * as Epoch from './Epoch.js'
export * as Population from './Population.js'
export * as Prediction from './Prediction.js'
export * as Random from './Random.js'
export * as Simulation from './Simulation.js'
export * as Statistics from './Statistics.js'
export * as Strategy from './Strategy.js'
