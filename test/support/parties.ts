// Composable adversaries: an honest role whose messages are dropped, altered or added to before they leave.
import { Encoding, Hash, Message, type Protocol, type Round } from '@spotcheck/core'
import { cheapSigner, type Participant } from '@spotcheck/core/memory'
import { type Hex, hex } from './world.js'

/** What becomes of an outgoing message: none, itself, others. */
export type Rewrite = (message: Message.Envelope) => readonly Message.Envelope[] | Promise<readonly Message.Envelope[]>

/** A participant whose messages pass through `rewrite`. */
export function altered(participant: Participant, rewrite: Rewrite): Participant {
  const { address } = participant
  async function handle(effect: Round.Effect): Promise<readonly Message.Envelope[]> {
    const messages = await participant.handle(effect)
    return (await Promise.all(messages.map(rewrite))).flat()
  }
  return { address, handle }
}

/** Keeps back the messages that `drops` names. */
export function silent(drops: (message: Message.Envelope) => boolean): Rewrite {
  return (message) => (drops(message) ? [] : [message])
}

/** Changes the body of one kind of message and signs it anew. */
export function forged<K extends Message.Kind>(
  protocol: Protocol.Protocol,
  kind: K,
  change: (body: Message.Bodies[K]) => Message.Bodies[K],
  signer: (address: Hex) => Message.Signer = cheapSigner,
): Rewrite {
  return async (message: Message.Envelope): Promise<readonly Message.Envelope[]> => {
    if (message.kind !== kind) return [message]
    const unsigned = { kind, body: change(message.body as Message.Bodies[K]) } as Message.Unsigned<K>
    return [(await Message.sign(unsigned, protocol, signer(Message.sender(message)))) as Message.Envelope]
  }
}

/** A second batch of the same executor and epoch. */
export function secondBatch(
  protocol: Protocol.Protocol,
  batch: Message.Envelope<'batch'>,
  salt = 0,
  signer: (address: Hex) => Message.Signer = cheapSigner,
): Promise<Message.Envelope<'batch'>> {
  const { body } = batch
  const canaryRoot = Encoding.toHex(Hash.keccak256(new Uint8Array([salt])))
  return Message.sign<'batch'>({ kind: 'batch', body: { ...body, canaryRoot } }, protocol, signer(body.executor))
}

/** The salts of an opening, replaced: it opens nothing. */
export function badSalts(body: Message.Bodies['opening']): Message.Bodies['opening'] {
  return { ...body, leaves: body.leaves.map((leaf) => ({ ...leaf, outputSalt: hex(0xbd) })) }
}

/** The opposite of what the evidence says. */
export function otherClaim(body: Message.Bodies['reveal']): Message.Bodies['reveal'] {
  return { ...body, claim: body.claim === 'agrees' ? 'dissents' : 'agrees' }
}
