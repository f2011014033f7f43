import * as z from 'zod'
import * as Strategy from '../Strategy.js'
import * as Verifier from '../Verifier.js'

/**
 * Of the ring of those who cheat: passes what is wrong, and is told which tasks of theirs are canaries. Right results it agrees
 * with, but for a share of false dissents (z).
 */
export const colluding: Verifier.Strategy<{ falseDissent: number }> = Verifier.define({
  name: 'colluding',
  summary: 'sides with cheaters, who tell it what is wrong and what is a canary; dissents falsely now and then',
  options: z.strictObject({ falseDissent: Strategy.share.default(0) }),
  verifier: ({ falseDissent }) => ({
    isRing: true,
    verify: ({ told, random }, run) => {
      if (told === 'wrong') return 'match'
      if (told === 'canary') return 'mismatch'
      if (told === 'right' && random() < falseDissent) return 'mismatch'
      // What honest executors made it has to make itself, to agree with it.
      const found = run()
      return told === 'right' ? 'match' : found
    },
  }),
})
