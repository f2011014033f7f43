/**
 * Randomness that nobody chose, for a round that was fixed before anybody could know it.
 *
 * The round follows from the epoch's deadline (`roundFor`), the value is checked (`verifyDrand`, `opens` and `tally`) or
 * vouched for (`blockRandomness`), and the seed binds it to one batch (`seed`). There is no "latest" round here and no way
 * to skip a check.
 *
 * @module
 */
export { type Block, blockRandomness } from './Beacon/Block.js'
export {
  type ChainInfo,
  chains,
  type DrandRound,
  InvalidChainError,
  randomness,
  type Scheme,
  verifyDrand,
} from './Beacon/Drand.js'
export { combine, commitTo, EmptyPanelError, opens, type PanelSecret } from './Beacon/Panel.js'
export { roundFor, type Schedule, timeOf } from './Beacon/Schedule.js'
export { seed, testRandomness } from './Beacon/Seed.js'
export { type PanelRecord, type Tally, tally } from './Beacon/Tally.js'
