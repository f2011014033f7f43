/**
 * The verifier strategies that come with the simulator, and how a scenario finds one by its name.
 *
 * @module
 */
import type { Strategy } from '../Verifier.js'
import { bribed } from './bribed.js'
import { cheapModel } from './cheapModel.js'
import { colluding } from './colluding.js'
import { copying } from './copying.js'
import { crashing } from './crashing.js'
import { diligent } from './diligent.js'
import { falseAccuser } from './falseAccuser.js'
import { lazy } from './lazy.js'

/** All of them, in the order of lists. */
export const all: readonly Strategy[] = [diligent, lazy, copying, cheapModel, colluding, bribed, falseAccuser, crashing]
