import * as z from 'zod'
import * as Policy from '../Policy.js'
import { factorOf, shareOf } from './options.js'
import { noticed, staked } from './rules.js'

/** A watermark or a fingerprint of the model in every result: nothing is run again, and what it says is not certain. */
export const watermark: Policy.Policy<{ power: number; falsePositive: number; overhead: number }> = Policy.define({
  name: 'watermark',
  summary: 'a fingerprint of the model in every result; nothing is run again',
  options: z.strictObject({ power: shareOf(0.9), falsePositive: shareOf(0.001), overhead: factorOf(0.01) }),
  rules: ({ power, falsePositive, overhead }, parameters) => ({
    ...staked(parameters),
    rate: () => 1,
    checked: () => noticed(power, falsePositive),
    beforeUse: true,
    cost: { task: overhead * parameters.task.honestCost, check: 0, dispute: 0 },
  }),
})
