// What anybody may send: junk of every kind, and a cheap model behind a real one's evidence.
import { Message, Round } from '@spotcheck/core'
import { cheapAuthenticator } from '@spotcheck/core/memory'
import type { Model } from '@spotcheck/core/ports'
import { describe, expect, test } from 'vitest'
import { type Attack, leafAt, play } from '../support/play.js'
import { createWorld, evidenceMode, party, toyModel } from '../support/world.js'

const executor = party('e', 1)

/** An array in an array, and so on. */
function nested(depth: number): unknown {
  let value: unknown = []
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

describe('oversized, malformed, non-canonical, deeply nested input', () => {
  type Spoil = (batch: Message.Envelope<'batch'>) => unknown
  const spoilt: readonly (readonly [string, Spoil])[] = [
    ['nothing', () => undefined],
    ['text', () => 'batch'],
    ['another kind', (batch) => ({ ...batch, kind: 'jackpot' })],
    ['a kind of Object.prototype', (batch) => ({ ...batch, kind: 'constructor' })],
    ['no body', ({ kind, signature }) => ({ kind, signature })],
    ['a body of another kind', (batch) => ({ ...batch, kind: 'reveal' })],
    ['a field too many', (batch) => ({ ...batch, body: { ...batch.body, more: 1 } })],
    ['an address in upper case', (batch) => ({ ...batch, body: { ...batch.body, executor: `0x${'E'.repeat(40)}` } })],
    ['a digest too long', (batch) => ({ ...batch, body: { ...batch.body, root: `0x${'00'.repeat(33)}` } })],
    ['a megabyte for a digest', (batch) => ({ ...batch, body: { ...batch.body, root: `0x${'00'.repeat(2 ** 20)}` } })],
    ['a count too large', (batch) => ({ ...batch, body: { ...batch.body, count: 2 ** 20 + 1 } })],
    ['a negative count', (batch) => ({ ...batch, body: { ...batch.body, count: -1 } })],
    ['a weight of 129 bits', (batch) => ({ ...batch, body: { ...batch.body, totalWeight: 2n ** 128n } })],
    ['nesting ten thousand deep', (batch) => ({ ...batch, body: nested(10_000) })],
    ['a signature too short', (batch) => ({ ...batch, signature: `0x${'00'.repeat(64)}` })],
  ]

  test('is refused before a signature is looked at, and moves nothing', async () => {
    let recovered = 0
    const authenticator: Message.Authenticator = {
      recover: (definition, signature) => {
        recovered++
        return cheapAuthenticator.recover(definition, signature)
      },
    }
    const world = await createWorld({ tasks: 1 })
    const batch = await world.executors[0]!.commit()
    const seen: Record<string, Round.Reception> = {}
    const flood = async ({ send, state }: Attack) => {
      const [before, count] = [state(), recovered]
      for (const [name, spoil] of spoilt) seen[name] = await send(spoil(batch))
      expect(state()).toBe(before)
      expect(recovered).toBe(count)
    }
    const played = await play(world, { authenticator, after: { batches: flood, reveal: flood } })
    expect(seen).toEqual(
      Object.fromEntries(spoilt.map(([name]) => [name, { status: 'rejected', reason: 'malformed' }])),
    )
    expect(recovered).toBeGreaterThan(0)
    expect([played.slashes, played.gain(executor)]).toEqual([[], 100n])
  })

  test('in the form of an authenticated message is none: only what was authenticated speaks', async () => {
    const world = await createWorld({ tasks: 1 })
    const batch = await world.executors[0]!.commit()
    const real = await Message.authenticate(batch, world.protocol, cheapAuthenticator)
    const { state } = world.opened
    const forgeries: readonly unknown[] = [{ ...real }, structuredClone(real), { kind: 'tick', now: Number.NaN }, null]
    for (const forgery of forgeries) {
      const step = Round.step(state, forgery as Round.Event)
      expect([step.reception.status, step.state, step.effects]).toEqual(['rejected', state, []])
    }
  })
})

describe('a cheap model writes the tokens, the real model prefills the evidence', () => {
  const real = toyModel()
  /** Tokens that the real model would not draw, under the real model's own logits for them. */
  const prefilling: Model = {
    ...real,
    execute: async (task, input) => ({
      bytes: (await toyModel({ twist: 'ff' }).execute(task, input)).bytes,
      evidence: (await real.execute(task, input)).evidence,
    }),
  }
  const world = (greedy: boolean) =>
    createWorld({
      overrides: { ...evidenceMode, comparator: { ...evidenceMode.comparator, greedy } },
      executors: [prefilling],
      tasks: 1,
    })

  test('the evidence matches, the tokens are not what the seed draws: a mismatch, and slashed', async () => {
    const played = await play(await world(true))
    const { seats, outcome } = leafAt(played.state, executor, 0)
    expect([seats.map(({ verdict }) => verdict), outcome]).toEqual([['dissents'], 'mismatch'])
    expect(played.gain(executor)).toBe(-3_000n)
  })

  test('where tokens are not checked it would pass, and be paid', async () => {
    const played = await play(await world(false))
    expect([leafAt(played.state, executor, 0).outcome, played.gain(executor)]).toEqual(['valid', 100n])
  })
})
