// One round of 10,000 tasks, 2 % of them sampled, three verifiers each: the machine alone, on messages that are authenticated.
import {
  createClient,
  createExecutor,
  createVerifier,
  Encoding,
  Hash,
  Ledger,
  Protocol,
  Round,
  Schema,
  Settlement,
} from '@spotcheck/core'
import { cheapAuthenticator, cheapSigner, createNetwork, testParameters } from '@spotcheck/core/memory'
import type { Bench } from '../../../scripts/bench.mjs'

const TASKS = 10_000
const VERIFIERS = 12
const eth = 10n ** 18n

const protocol = Protocol.from({
  ...testParameters,
  sampling: { mode: 'fixed', rate: eth / 50n },
  verification: { ...testParameters.verification, verifiers: 3 },
  slash: { ...testParameters.slash, mismatch: 6_000n, opening: 6_000n },
})

function party(n: number) {
  const address: Encoding.Address = `0x${n.toString(16).padStart(40, '0')}`
  return { protocol, epoch: 0, address, signer: cheapSigner(address), secret: new Uint8Array(32).fill(n) }
}

/** Plays the round once and keeps its events, so that only the machine is timed. */
async function record(): Promise<{ opened: Round.State; events: Round.Event[]; last: Round.State }> {
  const reexecute = async ({ input }: { input: Encoding.Hex }) =>
    Encoding.toHex(Hash.keccak256(Encoding.fromHex(input)))
  const model = {
    reexecute,
    execute: async (_: unknown, input: Encoding.Hex) =>
      ({ bytes: await reexecute({ input }), evidence: '0x' }) as const,
  }
  const client = createClient(party(1))
  const terms = { client: client.address, reward: 100n }
  const executor = createExecutor({ ...party(2), model, terms, authenticator: cheapAuthenticator })
  const verifiers = Array.from({ length: VERIFIERS }, (_, i) => createVerifier({ ...party(3 + i), model }))
  const order = { model: Encoding.zero32, decoding: Encoding.zero32, seed: Encoding.zero32, reward: 100n, value: 1n }
  for (let n = 0; n < TASKS; n++) {
    const input = Encoding.toHex(Encoding.uint(n, 8))
    await executor.serve(await client.order({ ...order, input, nonce: BigInt(n) }), input)
  }
  const engagements = [{ ...terms, executor: executor.address, maxCount: TASKS, lock: 10n ** 9n }]
  const addresses = verifiers.map(({ address }) => address)
  const stakes = [executor.address, ...addresses].map((address) => [Ledger.stake(address), 10n ** 9n] as const)
  const money = [
    [client.address, 10n ** 9n],
    [Ledger.treasury, Settlement.reserve(protocol, engagements)],
  ] as const
  const opened = Round.open({
    protocol,
    epoch: 0,
    ledger: new Map([...money, ...stakes]),
    engagements,
    verifiers: addresses,
  })
  const events: Round.Event[] = []
  const observe = (event: Round.Event) => void events.push(event)
  const network = await createNetwork({
    opened,
    authenticator: cheapAuthenticator,
    participants: [executor, ...verifiers],
    observe,
  })
  await network.deliver(await executor.commit())
  return { opened: opened.state, events, last: await network.settle() }
}

/** Bytes of everything that the state holds, as text. */
function sizeOf({ batches }: Round.State): number {
  const text = (value: unknown): string =>
    value instanceof Map
      ? [...value].map(text).join()
      : JSON.stringify(value, (key, inner) => (inner instanceof Map ? text(inner) : Schema.toJson(key, inner)))
  return text(batches).length
}

export const bench: Bench = async ({ median, time }) => {
  const { opened, events, last } = await record()
  const once = () => time(() => events.reduce((state, event) => Round.step(state, event).state, opened))
  once()
  const seconds = median(Array.from({ length: 5 }, once)) / 1000
  const sampled = [...last.batches.values()][0]!.leaves.size
  return [
    {
      name: 'a round of 10,000 tasks at 2 %, 3 verifiers each',
      value: seconds,
      unit: ' s',
      most: 2,
      detail: `${events.length} events, ${sampled} leaves sampled`,
    },
    {
      name: 'state per task at its end',
      value: sizeOf(last) / TASKS,
      unit: ' bytes',
      most: 200,
      detail: 'nothing is kept of a task that is not sampled',
    },
  ]
}
