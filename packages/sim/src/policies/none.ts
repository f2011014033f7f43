import * as Policy from '../Policy.js'
import { unchecked } from './rules.js'

/** Nothing is checked. */
export const none: Policy.Policy = Policy.define({
  name: 'none',
  summary: 'checks nothing',
  rules: (_, parameters) => unchecked(parameters),
})
