// What npm run defences takes away, row by row.
import { committing } from './committing.mjs'
import { edges } from './edges.mjs'
import { promising } from './promising.mjs'
import { shirking } from './shirking.mjs'
import { staking } from './staking.mjs'
import { verifying } from './verifying.mjs'
import { working } from './working.mjs'

/** @type {readonly import('../defences.mjs').Defence[]} */
export const defences = [committing, working, promising, staking, verifying, shirking, edges]
  .flat()
  .sort((a, b) => a.row - b.row)
