// An executor that tells verifiers what they were to find out: the leak, its proof, and its price.
import { type Commitment, type Message, Opening, type Round } from '@spotcheck/core'
import { describe, expect, test } from 'vitest'
import { type Attack, batchOf, executorWith, leafAt, type Moment, type Played, play } from '../support/play.js'
import { commitTo, createWorld, entriesOf, evidenceMode, type Hex, hex, party } from '../support/world.js'

const executor = party('e', 1)
const modes = [
  ['full', {}],
  ['evidence', evidenceMode],
] as const

type Hidden = Readonly<{ content: Hex; salt: Hex }>

for (const [mode, overrides] of modes)
  describe(mode, () => {
    /** Plays with `tell` when the executor has whispered what is hidden at index 0. */
    async function leaked(
      at: Moment,
      tell: (body: Message.Bodies['leak'], attack: Attack) => Promise<Round.Reception>,
    ): Promise<readonly [Played, Round.Reception]> {
      const world = await createWorld({ overrides })
      const commitment = commitTo(world, 0, await entriesOf(world, 0))
      const receptions: Round.Reception[] = []
      const played = await play(world, {
        batches: [await batchOf(world, commitment)],
        participants: [executorWith(world, commitment), ...world.verifiers],
        after: {
          [at]: async (attack: Attack) => {
            const { digest, leaves } = attack.state().batches.get(executor)!
            const reporter = leaves.get(0)!.seats[0]!.verifier
            const place = { batchDigest: digest!, executor, reporter, index: 0 }
            receptions.push(await tell({ ...place, ...hiddenIn(commitment) }, attack))
          },
        },
      })
      return [played, receptions[0]!]
    }

    function hiddenIn(commitment: Commitment.Commitment): Hidden {
      const { output, outputSalt, evidence, evidenceSalt } = Opening.from(commitment, [0]).leaves[0]!
      return mode === 'full' ? { content: output, salt: outputSalt } : { content: evidence, salt: evidenceSalt }
    }

    const said = (body: Message.Bodies['leak'], { say }: Attack) => say('leak', body)

    test('a verifier that is told turns it in: a bad opening, slashed once, and the bounty is its own', async () => {
      const [played, reception] = await leaked('beacon', said)
      expect(reception).toEqual({ status: 'applied' })
      const { outcome, seats } = leafAt(played.state, executor, 0)
      const reporter = seats[0]!.verifier
      expect([outcome, played.faults]).toEqual([
        'bad-opening',
        [{ type: 'fault', party: executor, fault: 'bad-opening', executor, index: 0, flaw: 'leaked' }],
      ])
      expect(played.slashes.map((one) => [one.slashId, one.amount])).toEqual([[`${executor}:0:0`, 3_000n]])
      expect(played.gain(executor)).toBe(300n - 3_000n)
      const bounties = played.effects.flatMap((effect) => (effect.type === 'settled' ? effect.transfers : []))
      expect(bounties.filter(({ memo }) => memo === 'bounty').map(({ to, amount }) => [to, amount])).toEqual([
        [reporter, 200n],
      ])
    })

    test('executor and reporter together lose by it: it is no way to sell a bounty', async () => {
      const [told] = await leaked('beacon', said)
      const world = await createWorld({ overrides })
      const honest = await play(world)
      const { verifier } = leafAt(told.state, executor, 0).seats[0]!
      const sum = (played: Played) => played.gain(executor) + played.gain(verifier)
      expect(Number(sum(told) - sum(honest))).toBeLessThan(-2_000)
    })

    const refused: readonly (readonly [string, Moment, Round.Rejection, Parameters<typeof leaked>[1]])[] = [
      ['when the verifiers have committed it is no leak', 'verifierCommit', 'late', said],
      ['another salt', 'beacon', 'does-not-open', (body, { say }) => say('leak', { ...body, salt: hex(1) })],
      ['other content', 'beacon', 'does-not-open', (body, { say }) => say('leak', { ...body, content: '0xff' })],
      ['another leaf', 'beacon', 'does-not-open', (body, { say }) => say('leak', { ...body, index: 1 })],
      ['a leaf that was not drawn', 'beacon', 'not-sampled', (body, { say }) => say('leak', { ...body, index: 9 })],
      [
        'by the executor itself',
        'beacon',
        'unknown-party',
        (body, { say }) => say('leak', { ...body, reporter: executor }),
      ],
      [
        'signed by another',
        'beacon',
        'unknown-signer',
        (body, { say }) => say('leak', body, party('a', body.reporter === party('a', 1) ? 2 : 1)),
      ],
    ]
    for (const [name, at, reason, tell] of refused)
      test(`${name}: refused, and everybody has what honest play gives`, async () => {
        const [played, reception] = await leaked(at, tell)
        expect(reception).toEqual({ status: 'rejected', reason })
        expect([played.slashes, played.gain(executor)]).toEqual([[], 400n])
      })
  })
