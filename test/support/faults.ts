// Executors that sign everything there is to sign, honest ones and liars, and every way to lay their messages together.
import { Checkpoint, Commitment, type Encoding, type Fault, Message, Opening, Protocol, Receipt } from '@spotcheck/core'
import { cheapSigner } from '@spotcheck/core/memory'
import { commitmentOf, entryWith } from './fixtures.js'
import { bytes, type Hex, hex } from './world.js'

export type Maker = Readonly<{
  place: Fault.Place
  batch(body: Commitment.Batch): Promise<Fault.Signed<Commitment.Batch>>
  receipt(leaf: Commitment.Leaf): Promise<Fault.Signed<Receipt.Receipt>>
  head(body: Checkpoint.Checkpoint): Promise<Fault.Signed<Checkpoint.Checkpoint>>
  opening(body: Opening.Opening): Promise<Fault.Signed<Opening.Opening>>
}>

/** Signs for one place with one operator key. */
export function makerOf(place: Fault.Place, signer: Message.Signer = cheapSigner(place.executor)): Maker {
  const { protocol } = place
  const signed = async <T>(body: T, definition: Parameters<Message.Signer['signTypedData']>[0]) => ({
    body,
    signature: await signer.signTypedData(definition),
  })
  return {
    place,
    batch: (body) => signed(body, Message.definition({ kind: 'batch', body }, protocol)),
    opening: (body) => signed(body, Message.definition({ kind: 'opening', body }, protocol)),
    head: (body) => signed(body, Checkpoint.definition(body, protocol)),
    receipt: (leaf) => {
      const body = Receipt.issue({ ...place, leaf })
      return signed(body, Receipt.definition(body, protocol))
    },
  }
}

/** A commitment of that place; another `salt` gives other outputs for the same tasks. */
export function commit({ protocol, executor, epoch }: Fault.Place, count: number, salt = 0): Commitment.Commitment {
  const entries = Array.from({ length: count }, (_, n) => {
    const entry = entryWith(n, protocol)
    return salt === 0 ? entry : { ...entry, output: { ...entry.output, bytes: hex(salt) } }
  })
  return commitmentOf(count, { protocol, executor, epoch, entries, secret: bytes(9) })
}

/** The head of a log over these leaves. */
export function headOf(
  place: Fault.Place,
  leaves: readonly Commitment.Leaf[],
  sequence: number,
): Checkpoint.Checkpoint {
  return { ...Checkpoint.issue({ ...place, tree: Commitment.tree(leaves, place.protocol) }), sequence }
}

export function included(made: Commitment.Commitment, index: number): Fault.Included {
  return { leaf: made.leaves[index]!, proof: Commitment.prove(made, index) }
}

/** Everything that was signed, as lists. */
export type Bag = Readonly<{ [K in keyof Fault.Evidence]-?: readonly NonNullable<Fault.Evidence[K]>[number][] }>

/** All that an honest executor signs in an epoch: a receipt a leaf, heads at `sizes`, its batch, `openings`. */
export async function honest(
  maker: Maker,
  count: number,
  sizes: readonly number[],
  openings: readonly (readonly number[])[],
): Promise<Bag & { made: Commitment.Commitment }> {
  const { place } = maker
  const made = commit(place, count)
  const rising = sizes.map((size) => 1 + (size % count)).sort((a, b) => a - b)
  const checkpoints: Fault.Signed<Checkpoint.Checkpoint>[] = []
  for (const size of rising) {
    const previous = checkpoints.at(-1)?.body
    const tree = Commitment.tree(made.leaves.slice(0, size), place.protocol)
    checkpoints.push(await maker.head(Checkpoint.issue({ ...place, tree, previous })))
  }
  const drawn = openings.map((list) => [...new Set(list.map((n) => n % count))].sort((a, b) => a - b))
  return {
    made,
    batches: [await maker.batch(made.batch)],
    receipts: await Promise.all(made.leaves.map((leaf) => maker.receipt(leaf))),
    checkpoints,
    openings: await Promise.all(
      drawn.filter(({ length }) => length > 0).map((indices) => maker.opening(Opening.from(made, indices))),
    ),
    leaves: made.leaves.map((_, index) => included(made, index)),
  }
}

/** Every proof that has the form of one, from every combination of messages: the slow way to look for a fault. */
export function* combinations(bag: Bag): Generator<Fault.Proof> {
  const { batches, receipts, checkpoints, openings, leaves } = bag
  for (const first of batches) for (const second of batches) yield { kind: 'two-batches', first, second }
  for (const first of receipts) for (const second of receipts) yield { kind: 'two-receipts', first, second }
  for (const first of checkpoints)
    for (const second of checkpoints) {
      yield { kind: 'two-checkpoints', first, second }
      yield { kind: 'rewritten-log', older: first, newer: second }
    }
  for (const batch of batches) {
    for (const checkpoint of checkpoints) yield { kind: 'batch-against-log', checkpoint, batch }
    for (const receipt of receipts) yield { kind: 'receipt-outside-batch', receipt, batch }
    for (const { leaf, proof } of leaves) {
      for (const receipt of receipts) yield { kind: 'receipt-not-honoured', receipt, batch, leaf, proof }
      for (const opening of openings) yield { kind: 'bad-opening', opening, batch, leaf, proof }
    }
  }
}

/** Every challenge that has the form of one. */
export function* challenges({ batches, receipts, checkpoints }: Bag): Generator<Fault.Challenge.Challenge> {
  for (const older of checkpoints) for (const newer of checkpoints) yield { kind: 'extend-checkpoint', older, newer }
  for (const batch of batches) {
    for (const checkpoint of checkpoints) yield { kind: 'extend-to-batch', checkpoint, batch }
    for (const receipt of receipts) yield { kind: 'honour-receipt', receipt, batch }
  }
}

/** A valid proof of each kind, by an executor that did all of it. */
export async function faults(maker: Maker): Promise<{ [K in Fault.Kind]: Extract<Fault.Proof, { kind: K }> }> {
  const { place } = maker
  const [made, other] = [commit(place, 5), commit(place, 5, 7)]
  const batch = await maker.batch(made.batch)
  const head = (leaves: readonly Commitment.Leaf[], sequence: number) => maker.head(headOf(place, leaves, sequence))
  const right = Opening.from(made, [1, 3])
  const wrong = { ...right, leaves: [right.leaves[0]!, { ...right.leaves[1]!, output: '0x0bad' as Hex }] }
  const receipt = await maker.receipt(other.leaves[2]!)
  const beyond = { ...made.leaves[4]!, index: 5 }
  return {
    'two-batches': { kind: 'two-batches', first: batch, second: await maker.batch(other.batch) },
    'two-receipts': { kind: 'two-receipts', first: await maker.receipt(made.leaves[2]!), second: receipt },
    'two-checkpoints': {
      kind: 'two-checkpoints',
      first: await head(made.leaves.slice(0, 3), 4),
      second: await head(other.leaves.slice(0, 4), 4),
    },
    'rewritten-log': {
      kind: 'rewritten-log',
      older: await head(made.leaves.slice(0, 3), 4),
      newer: await head(made.leaves.slice(0, 2), 5),
    },
    'batch-against-log': { kind: 'batch-against-log', checkpoint: await head(other.leaves, 4), batch },
    'receipt-outside-batch': { kind: 'receipt-outside-batch', receipt: await maker.receipt(beyond), batch },
    'receipt-not-honoured': { kind: 'receipt-not-honoured', receipt, batch, ...included(made, 2) },
    'bad-opening': { kind: 'bad-opening', opening: await maker.opening(wrong), batch, ...included(made, 3) },
  }
}

/** The messages and leaves of some proofs, as somebody would collect them. */
export function bagOf(proofs: readonly Fault.Proof[]): Bag {
  const bag = { batches: [], receipts: [], checkpoints: [], openings: [], leaves: [] } as {
    [K in keyof Bag]: Bag[K][number][]
  }
  for (const proof of proofs) {
    if ('batch' in proof) bag.batches.push(proof.batch)
    if ('receipt' in proof) bag.receipts.push(proof.receipt)
    if ('checkpoint' in proof) bag.checkpoints.push(proof.checkpoint)
    if ('opening' in proof) bag.openings.push(proof.opening)
    if ('leaf' in proof) bag.leaves.push({ leaf: proof.leaf, proof: proof.proof })
    if (proof.kind === 'two-batches') bag.batches.push(proof.first, proof.second)
    if (proof.kind === 'two-receipts') bag.receipts.push(proof.first, proof.second)
    if (proof.kind === 'two-checkpoints') bag.checkpoints.push(proof.first, proof.second)
    if (proof.kind === 'rewritten-log') bag.checkpoints.push(proof.older, proof.newer)
  }
  return bag
}

/** Two bags as one. */
export function join(...bags: readonly Bag[]): Bag {
  const all = <K extends keyof Bag>(key: K) => bags.flatMap((bag) => bag[key] as Bag[K][number][])
  return {
    batches: all('batches') as Bag['batches'],
    receipts: all('receipts') as Bag['receipts'],
    checkpoints: all('checkpoints') as Bag['checkpoints'],
    openings: all('openings') as Bag['openings'],
    leaves: all('leaves') as Bag['leaves'],
  }
}

/** Every copy of a value with one thing in it changed a little: a digit, a number by one, an element more or less. */
export function* mutants(value: unknown): Generator<unknown> {
  if (typeof value === 'number') yield* [value + 1, value - 1]
  else if (typeof value === 'bigint') yield* [value + 1n, value - 1n]
  else if (typeof value === 'string') yield* digits(value)
  else if (Array.isArray(value)) {
    yield* [value.slice(1), value.slice(0, -1), [...value, value.at(-1) ?? hex(0)], [...value].reverse()].filter(
      (changed) => !same(changed, value),
    )
    for (const [i, one] of value.entries()) for (const changed of mutants(one)) yield value.with(i, changed)
  } else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) for (const by of mutants(one)) yield { ...value, [key]: by }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i])
}

/** One digit changed: the first, one in the middle, the last. */
function* digits(text: string): Generator<string> {
  if (!text.startsWith('0x')) return
  if (text === '0x') yield '0x00'
  for (const at of new Set([2, text.length >> 1, text.length - 1]))
    if (at >= 2 && at < text.length) yield `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`
}

/** Another network on the same chain, another chain, another contract. */
export function elsewhere(protocol: Protocol.Protocol): Record<string, Protocol.Protocol> {
  const other: Encoding.Address = `0x${'dd'.repeat(20)}`
  return {
    chain: Protocol.from({ ...protocol, chainId: protocol.chainId + 1 }),
    contract: Protocol.from({ ...protocol, verifyingContract: other }),
    network: Protocol.from({ ...protocol, finality: protocol.finality - 1 }),
  }
}
