/**
 * The policies that come with the simulator.
 *
 * @module
 */
import type { Policy } from '../Policy.js'
import { blacklisting } from './blacklisting.js'
import { boinc } from './boinc.js'
import { fraudProofs } from './fraudProofs.js'
import { gonka } from './gonka.js'
import { none } from './none.js'
import { pocket } from './pocket.js'
import { posp } from './posp.js'
import { tee, zk } from './proven.js'
import { replication } from './replication.js'
import { spotcheck } from './spotcheck.js'
import { watermark } from './watermark.js'

/** All of them, in the order of tables. */
export const all: readonly Policy[] = [
  spotcheck,
  none,
  replication,
  blacklisting,
  boinc,
  posp,
  pocket,
  gonka,
  fraudProofs,
  zk,
  tee,
  watermark,
]

export { exact, noticed, staked, unchecked } from './rules.js'
export { spotcheckRules } from './spotcheck.js'
