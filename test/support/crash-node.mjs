// An executor and a verifier on one durable store, as a process that test/crash.test.ts kills. It holds no key: it asks its
// parent to sign, and its parent is the witness too, so that what was signed is known whatever happens here.
import { randomBytes } from 'node:crypto'
import * as Encoding from '@spotcheck/core/Encoding'
import { cheapAuthenticator } from '@spotcheck/core/memory'
import * as Protocol from '@spotcheck/core/Protocol'
import { createExecutor, createVerifier } from '@spotcheck/core/roles'
import { levelStore } from '@spotcheck/core/store'

const waiting = new Map()
let asked = 0

/** Asks the parent, who answers by the number of the question. */
function ask(question, argument) {
  const id = asked++
  process.send({ question, id, argument })
  return new Promise((resolve) => waiting.set(id, resolve))
}

/** No two runs agree: what is lost and made again is not the same again. */
const model = {
  execute: async () => ({ bytes: Encoding.toHex(randomBytes(8)), evidence: '0x' }),
  reexecute: async () => Encoding.toHex(randomBytes(8)),
}

async function start({ folder, parameters, epoch, executor, verifier, client }) {
  const store = await levelStore(folder, { key: new Uint8Array(32).fill(3) })
  const signerOf = (address) => ({ address, signTypedData: (definition) => ask('sign', definition) })
  const witnesses = { record: (envelope) => ask('record', envelope), recall: (party, of) => ask('recall', [party, of]) }
  const parts = { protocol: Protocol.from(parameters), epoch, secret: new Uint8Array(32).fill(5), model }
  const working = createExecutor({
    ...{ ...parts, address: executor, signer: signerOf(executor), authenticator: cheapAuthenticator },
    ...{ terms: { client, reward: 100n }, memory: { store, witnesses } },
  })
  const checking = createVerifier({ ...parts, address: verifier, signer: signerOf(verifier), store })
  return {
    started: async () => true,
    serve: ({ signed, input }) => working.serve(signed, input),
    checkpoint: () => working.checkpoint(),
    commit: () => working.commit(),
    open: (indices) => working.handle({ type: 'request-opening', executor, indices }),
    check: (effect) => checking.handle(effect),
  }
}

/** @type {ReturnType<typeof start>} */
let node

process.on('message', async ({ answered, value, call, id, argument }) => {
  if (answered !== undefined) return waiting.get(answered)(value)
  node ??= start(argument)
  try {
    process.send({ returned: id, value: await (await node)[call](argument) })
  } catch ({ name, message }) {
    process.send({ returned: id, error: { name, message } })
  }
})
