import * as Verifier from '../Verifier.js'

/**
 * Diligent, unless a cheat pays it more than it risks by looking away: the bounty that it would have earned, and its reward and
 * slash where agreeing results are audited (economics.md, section 6).
 */
export const bribed: Verifier.Strategy = Verifier.define({
  name: 'bribed',
  summary: 'diligent, unless a cheat pays more than looking away risks',
  verifier: () => ({
    price: ({ verifiers, arbitration, comparator }) =>
      arbitration.power * verifiers.bounty +
      verifiers.auditRate * comparator.power * (verifiers.reward + verifiers.slash),
    verify: ({ bribed }, run) => (bribed ? 'match' : run()),
  }),
})
