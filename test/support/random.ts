/** The simulator's streams alone: its index needs Node, and tests of the core run in browsers too. */
export * as Random from '../../packages/sim/src/Random.js'
