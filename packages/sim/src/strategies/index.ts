/**
 * The executor strategies that come with the simulator, and how a scenario finds one by its name.
 *
 * @module
 */
import type { Strategy } from '../Strategy.js'
import { burst } from './burst.js'
import { equivocator } from './equivocator.js'
import { exitScam } from './exitScam.js'
import { honest } from './honest.js'
import { intermittent } from './intermittent.js'
import { lazy } from './lazy.js'
import { noisy } from './noisy.js'
import { opportunist } from './opportunist.js'
import { overCommitter } from './overCommitter.js'
import { probing } from './probing.js'
import { redrawer } from './redrawer.js'
import { substitute } from './substitute.js'
import { valueTargeting } from './valueTargeting.js'
import { whitewasher } from './whitewasher.js'
import { withholder } from './withholder.js'

/** All of them, in the order of lists. */
export const all: readonly Strategy[] = [
  honest,
  noisy,
  lazy,
  substitute,
  intermittent,
  burst,
  valueTargeting,
  probing,
  opportunist,
  exitScam,
  overCommitter,
  whitewasher,
  redrawer,
  withholder,
  equivocator,
]
