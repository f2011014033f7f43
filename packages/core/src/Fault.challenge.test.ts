import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import {
  challenges,
  commit,
  elsewhere,
  faults,
  headOf,
  honest,
  join,
  makerOf,
  mutants,
} from '../../../test/support/faults.js'
import { protocol } from '../../../test/support/fixtures.js'
import { inputs, outcome } from '../../../test/support/junk.js'
import { errorOf } from '../../../test/support/thrown.js'
import { party } from '../../../test/support/world.js'
import * as Errors from './Errors.js'
import * as Fault from './Fault.js'
import { cheapAuthenticator, cheapSigner } from './memory/index.js'
import * as Schema from './Schema.js'

fc.configureGlobal({ seed: 20_261_123 })

const { Challenge } = Fault
const place: Fault.Place = { protocol, executor: party('e', 1), epoch: 2 }
const operator = party('d', 1)
const maker = makerOf(place, cheapSigner(operator))
const context: Fault.Context = { ...place, operator, authenticator: cheapAuthenticator }
const { made, ...bag } = await honest(maker, 6, [1, 3, 3, 4], [])
const all = [...challenges(bag)]
const asked = all.filter((challenge) => Challenge.holds(challenge, place))
const one = asked.find(({ kind }) => kind === 'honour-receipt')!
const answers = asked.map((challenge) => Challenge.answer(challenge, made.leaves, protocol)!)

it('has the schemas of its types', () => {
  expectTypeOf<z.infer<typeof Challenge.schema>>().toEqualTypeOf<Fault.Challenge.Challenge>()
  expectTypeOf<z.infer<typeof Challenge.answerSchema>>().toEqualTypeOf<Fault.Challenge.Answer>()
})

describe('an honest executor', () => {
  it('answers every challenge that it must', async () => {
    const histories = fc.record({ count: fc.integer({ min: 1, max: 9 }), sizes: fc.array(fc.nat(8), { maxLength: 4 }) })
    await fc.assert(
      fc.asyncProperty(histories, histories, async (a, b) => {
        const first = await honest(maker, a.count, a.sizes, [])
        const second = await honest(makerOf({ ...place, epoch: 3 }, cheapSigner(operator)), b.count, b.sizes, [])
        let accepted = 0
        for (const challenge of challenges(join(first, second))) {
          if (!(await Challenge.verify(challenge, context))) continue
          accepted++
          const answer = Challenge.answer(challenge, first.made.leaves, protocol)
          expect(answer && Challenge.isAnswered(challenge, answer, protocol)).toBe(true)
        }
        expect(accepted).toBeGreaterThanOrEqual(a.count + a.sizes.length)
      }),
      { numRuns: 20 },
    )
  })

  it('is not asked whether a head extends itself, or a later one', () => {
    const heads = bag.checkpoints
    for (const [i, older] of heads.entries())
      for (const [j, newer] of heads.entries())
        expect(Challenge.holds({ kind: 'extend-checkpoint', older, newer }, place)).toBe(j > i)
  })
})

describe('a liar has no answer', () => {
  const other = commit(place, 6, 7)
  const any = [
    ...answers,
    ...[made, other].flatMap(({ leaves }) => asked.map((ask) => Challenge.answer(ask, leaves, protocol)!)),
  ]

  async function unanswerable(challenge: Fault.Challenge.Challenge) {
    expect(await Challenge.verify(challenge, context)).toBe(true)
    for (const { leaves } of [made, other, commit(place, 4)])
      expect(Challenge.answer(challenge, leaves, protocol)).toBeUndefined()
    for (const answer of any) if (answer) expect(Challenge.isAnswered(challenge, answer, protocol)).toBe(false)
  }

  it('for a log that was rewritten and has grown', async () => {
    const older = await maker.head(headOf(place, made.leaves.slice(0, 2), 0))
    const newer = await maker.head(headOf(place, other.leaves.slice(0, 5), 1))
    expect(Fault.prove({ checkpoints: [older, newer] }, place)).toBeUndefined()
    await unanswerable({ kind: 'extend-checkpoint', older, newer })
  })

  it('for a batch that does not extend its log', async () => {
    const checkpoint = await maker.head(headOf(place, other.leaves.slice(0, 5), 1))
    const batch = bag.batches[0]!
    expect(Fault.prove({ checkpoints: [checkpoint], batches: [batch] }, place)).toBeUndefined()
    await unanswerable({ kind: 'extend-to-batch', checkpoint, batch })
  })

  it('for a promised leaf that the batch does not have, inside or beyond it', async () => {
    for (const leaf of [other.leaves[2]!, { ...made.leaves[0]!, index: 6 }])
      await unanswerable({ kind: 'honour-receipt', receipt: await maker.receipt(leaf), batch: bag.batches[0]! })
  })

  it('where the log has shrunk', async () => {
    const { older, newer } = (await faults(maker))['rewritten-log']
    await unanswerable({ kind: 'extend-checkpoint', older, newer })
  })
})

describe('an answer', () => {
  it('with anything changed in it answers nothing', () => {
    for (const [i, challenge] of asked.entries())
      for (const mutant of mutants(answers[i])) {
        const result = outcome(() => Challenge.isAnswered(challenge, mutant as Fault.Challenge.Answer, protocol))
        if ('error' in result) expect(result.error).toBeInstanceOf(Challenge.InvalidChallengeError)
        else expect(result.value).toBe(false)
      }
  })

  it('of the other kind answers nothing', () => {
    for (const challenge of asked)
      for (const answer of answers)
        if ((challenge.kind === 'honour-receipt') !== (answer.kind === 'inclusion'))
          expect(Challenge.isAnswered(challenge, answer, protocol)).toBe(false)
  })

  it('comes back from the wire with its challenge', async () => {
    for (const [i, challenge] of asked.entries()) {
      const [ask, answer] = JSON.parse(JSON.stringify([challenge, answers[i]], Schema.toJson))
      expect(await Challenge.verify(Challenge.from(ask), context)).toBe(true)
      expect(Challenge.isAnswered(Challenge.from(ask), Challenge.answerFrom(answer), protocol)).toBe(true)
    }
  })
})

describe('a challenge', () => {
  it('with anything changed in it need not be answered', async () => {
    for (const challenge of asked.filter((_, i) => i % 4 === 0))
      for (const mutant of mutants(challenge)) {
        const result = await Challenge.verify(mutant as Fault.Challenge.Challenge, context).catch((error) => error)
        if (result !== false) expect(result).toBeInstanceOf(Challenge.InvalidChallengeError)
      }
  })

  it('need not be answered elsewhere, or by others', async () => {
    for (const challenge of asked) {
      for (const other of [{ epoch: 3 }, { executor: party('e', 2) }, { operator: place.executor }])
        expect(await Challenge.verify(challenge, { ...context, ...other })).toBe(false)
      for (const there of Object.values(elsewhere(protocol)))
        expect(await Challenge.verify(challenge, { ...context, protocol: there })).toBe(false)
    }
  })

  it('unanswered is slashed as the leaf, or as the epoch', () => {
    for (const challenge of asked) {
      const leaf = challenge.kind === 'honour-receipt' ? `:${challenge.receipt.body.index}` : ''
      expect(Challenge.slashId(challenge)).toBe(`${place.executor}:2${leaf}`)
    }
  })
})

describe('refuses', () => {
  it('what is none, in words', () => {
    expect(
      errorOf(() => Challenge.from({ kind: 'dare' }), Challenge.InvalidChallengeError).message,
    ).toMatchInlineSnapshot(`
      "challenge is malformed.
        challenge.kind  "dare"
        rule            an object with a kind of Fault.Challenge
        fix             pass a value of that form"
    `)
    expect(errorOf(() => Challenge.answerFrom(null), Challenge.InvalidChallengeError).subject).toBe('answer')
  })

  it('leaves, places and contexts that are none', async () => {
    for (const wrong of [undefined, {}, [null], new Array(9), [{}]])
      expect(() => Challenge.answer(one, wrong as never, protocol)).toThrow(Errors.BaseError)
    for (const wrong of [undefined, { ...place, epoch: 0.5 }]) {
      expect(() => Challenge.holds(one, wrong as never)).toThrow(Errors.InvalidInputError)
      await expect(Challenge.verify(one, wrong as never)).rejects.toThrow(Errors.InvalidInputError)
    }
  })

  it('10,000 wrong inputs with typed errors', () => {
    fc.assert(
      fc.property(inputs(...asked, ...answers), (value) => {
        const judges = [
          () => Challenge.holds(value as never, place),
          () => Challenge.slashId(value as never),
          () => Challenge.isAnswered(one, value as never, protocol),
        ]
        for (const judge of judges) {
          const result = outcome<unknown>(judge)
          if ('error' in result) expect(result.error).toBeInstanceOf(Challenge.InvalidChallengeError)
        }
      }),
      { numRuns: 10_000 },
    )
  })
})
