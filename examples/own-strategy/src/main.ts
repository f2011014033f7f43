// A strategy, a verifier and a policy of your own. Compiled by npm start or npm test; then, by name:
//   npm run --silent spotcheck -- simulate params.json --use examples/own-strategy/dist/main.js
//     --executors honest=8,night-owl=2 --policy double-check --epochs 24
import { Policies, Policy, Strategy, Verifier } from '@spotcheck/sim'
import * as z from 'zod'

/** Cheats while nobody watches: a run of epochs out of each day of 24. */
export const nightOwl: Strategy.Strategy<{ hours: number; rate: number }> = Strategy.define({
  name: 'night-owl',
  summary: 'cheats in the last hours of each day of 24 epochs',
  options: z.strictObject({ hours: Strategy.count.default(8), rate: Strategy.share.default(1) }),
  player: ({ hours, rate }) => Strategy.reacting(({ epoch }) => ({ cheat: epoch % 24 >= 24 - hours ? rate : 0 })),
})

/** Runs every other task, and says nothing of the rest. In a scenario: "verifiers": [{ "strategy": "sleepy", "count": 5 }] */
export const sleepy: Verifier.Strategy = Verifier.define({
  name: 'sleepy',
  summary: 'sleeps through every other task',
  verifier: () => ({ verify: ({ random }, run) => (random() < 0.5 ? run() : null) }),
})

/** Spotcheck, twice as watchful of whoever was caught in the last ten batches. */
export const doubleCheck: Policy.Policy = Policy.define({
  name: 'double-check',
  summary: 'checks twice as much for ten batches after a catch',
  rules: (_, parameters) => {
    const ours = Policies.spotcheckRules(parameters)
    return {
      ...ours,
      start: 0,
      rate: (left: number, network) => Math.min(1, ours.rate(undefined, network) * (left > 0 ? 2 : 1)),
      learn: (left: number, { caught }) => (caught > 0 ? 10 : Math.max(0, left - 1)),
    }
  },
})
