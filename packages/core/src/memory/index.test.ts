import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { messageOf, protocol } from '../../../../test/support/fixtures.js'
import { createWorld, hex, party, toyModel } from '../../../../test/support/world.js'
import * as Commitment from '../Commitment.js'
import * as Errors from '../Errors.js'
import * as Ledger from '../Ledger.js'
import * as Message from '../Message.js'
import * as Protocol from '../Protocol.js'
import { secp256k1 } from '../viem/index.js'
import { cheapAuthenticator, cheapSigner, createNetwork, type Participant, testParameters } from './index.js'

it('has parameters that keep the rules', () => {
  expect(Protocol.from(testParameters)).toEqual(testParameters)
})

describe('the cheap scheme', () => {
  it('is deterministic, and no secp256k1', async () => {
    const definition = Message.definition(messageOf('reveal'), protocol)
    const signer = cheapSigner(party('a', 1))
    const signature = await signer.signTypedData(definition)
    expect(await signer.signTypedData(definition)).toBe(signature)
    expect(await cheapAuthenticator.recover(definition, signature)).toBe(party('a', 1))
    expect(await secp256k1.recover(definition, signature)).not.toBe(party('a', 1))
    const real = await privateKeyToAccount(hex(1)).signTypedData(definition as never)
    expect(await cheapAuthenticator.recover(definition, real)).toBeNull()
  })

  it('recovers nobody from what is no signature, and signs for addresses', async () => {
    const definition = Message.definition(messageOf('reveal'), protocol)
    for (const wrong of ['0x', '', undefined, null, 7])
      expect(await cheapAuthenticator.recover(definition, wrong as never)).toBeNull()
    for (const wrong of ['0x', 'me', undefined])
      expect(() => cheapSigner(wrong as never)).toThrow(Errors.InvalidInputError)
  })
})

describe('createNetwork', () => {
  const parts = async () => {
    const { opened, participants, executors, vouchers } = await createWorld()
    return { opened, participants, executors, vouchers, authenticator: cheapAuthenticator }
  }

  it('rejects what nobody can read or nobody signed, and goes on', async () => {
    const { executors, vouchers, ...rest } = await parts()
    const network = await createNetwork(rest)
    const envelope = await executors[0]!.commit()
    const rejected = (reason: string) => ({ status: 'rejected', reason })
    expect(await network.deliver({ ...envelope, kind: 'rumour' } as never)).toEqual(rejected('malformed'))
    expect(await network.deliver(undefined as never)).toEqual(rejected('malformed'))
    const forged = `0x${'00'.repeat(65)}` as const
    expect(await network.deliver({ ...envelope, signature: forged })).toEqual(rejected('not-authenticated'))
    expect(await network.deliver(envelope)).toEqual({ status: 'applied' })
    await network.deliver(vouchers[0]!)
    const state = await network.settle()
    expect(Ledger.balance(state.ledger, party('e', 1))).toBe(400n)
  })

  it('lets a participant that talks nonsense stop nobody', async () => {
    const { executors, vouchers, ...rest } = await parts()
    const babbler: Participant = { address: party('d', 1), handle: async () => [{} as never, { version: 1 } as never] }
    const network = await createNetwork({ ...rest, participants: [babbler, ...rest.participants] })
    await network.deliver(await executors[0]!.commit())
    await network.deliver(vouchers[0]!)
    const state = await network.settle()
    expect(Ledger.balance(state.ledger, party('e', 1))).toBe(400n)
  })

  it('finds a task that one batch holds twice', async () => {
    const { opened, participants, protocol, executors } = await createWorld({ executors: [toyModel()] })
    const address = executors[0]!.address
    await executors[0]!.commit()
    const disclosures = await executors[0]!.handle({ type: 'request-disclosure', executor: address, indices: [0, 1] })
    const { task, taskSignature: signature, input } = disclosures[0]!.body as Message.Bodies['disclosure']
    const output = await toyModel().execute(task, input)
    const entries = [0, 1].map(() => ({ task, signature, input, output }))
    const beaconRound = opened.state.beacons[0].round
    const secret = new Uint8Array(32)
    const made = Commitment.from({ protocol, executor: address, epoch: 0, beaconRound, secret, entries })
    const { from } = await import('../Disclosure.js')
    const signer = cheapSigner(address)
    const cheat: Participant = {
      address,
      handle: async (effect) => {
        if (effect.type !== 'request-disclosure') return []
        const bodies = effect.indices.map((index) => from(made, index, protocol.mode))
        return Promise.all(
          bodies.map((body) => Message.sign<'disclosure'>({ kind: 'disclosure', body }, protocol, signer)),
        )
      },
    }
    const flaws: unknown[] = []
    const others = participants.filter((one) => one.address !== address)
    const network = await createNetwork({
      opened,
      authenticator: cheapAuthenticator,
      participants: [cheat, ...others],
      observe: (_, { effects }) =>
        flaws.push(...effects.flatMap((effect) => (effect.type === 'fault' && effect.flaw ? [effect.flaw] : []))),
    })
    await network.deliver(await Message.sign<'batch'>({ kind: 'batch', body: made.batch }, protocol, signer))
    await network.settle()
    expect(flaws).toEqual(['task-repeated'])
  })

  it('needs its parts', async () => {
    for (const wrong of [undefined, {}, { participants: [] }])
      await expect(createNetwork(wrong as never)).rejects.toThrow(Errors.InvalidInputError)
  })
})
