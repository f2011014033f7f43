/**
 * Named scenarios: each shows one thing, in numbers.
 *
 * @module
 */
import { from, type Named, type Scenario } from './Scenario.js'

/** A scenario by its name. */
export type Entry = Readonly<{
  name: string
  /** What it shows, in a line. */
  summary: string
  /** The scenario file. */
  file: Readonly<Record<string, unknown>>
  /** The policies to compare on it; left out: all of them. */
  policies?: readonly Named[]
}>

const task = { reward: 1.2, honestCost: 1, cheatCost: 0 }

/** One task in twenty gains its cheat 21 times what the others do, and is worth as much more. */
const whales = {
  mode: 'byValue',
  rate: 0.1,
  values: [
    { value: 1, count: 19 },
    { value: 20, count: 1, externalGain: 20 },
  ],
}

/** Who cheats whether or not it pays goes on until it is ejected, and the whitewashers even then. */
const accept = { residualError: 0.05 }

const named = (name: string, options: Readonly<Record<string, unknown>> = {}): Named => ({ name, options })

/** Every named scenario, in the order of the documents. */
export const all: readonly Entry[] = [
  {
    name: 'reference',
    summary:
      'three nodes in ten cheat in seven ways, at high traffic: what every policy costs and which cheat beats it',
    file: {
      parameters: { task, sampling: whales, slash: { amount: 60 }, stake: { amount: 60 }, batch: { size: 20 }, accept },
      population: [
        { strategy: 'honest', share: 0.7 },
        { strategy: 'lazy', share: 0.05 },
        { strategy: 'intermittent', options: { rate: 0.3 }, share: 0.05 },
        { strategy: 'burst', options: { after: 600, atLeast: 2 }, share: 0.05 },
        { strategy: 'value-targeting', share: 0.05 },
        { strategy: 'opportunist', share: 0.04 },
        { strategy: 'probing', share: 0.03 },
        { strategy: 'whitewasher', share: 0.03 },
      ],
      nodes: 1000,
      epochs: 60,
      replications: 10,
    },
  },
  {
    name: 'burst-on-boinc',
    summary:
      'a node that serves 400 tasks honestly, then cheats: BOINC’s adaptive rule, with a stake, and with a floor too',
    file: {
      parameters: { task, sampling: { rate: 0.1 }, slash: { amount: 30 }, batch: { size: 10 }, accept },
      population: [
        { strategy: 'honest', count: 40 },
        { strategy: 'burst', options: { after: 400 }, count: 10 },
      ],
      epochs: 120,
      replications: 10,
    },
    policies: [
      named('boinc'),
      named('boinc', { staked: true }),
      named('boinc', { staked: true, floor: 0.05 }),
      named('spotcheck'),
    ],
  },
  {
    name: 'whales',
    summary:
      'reputation is spent on the few tasks that gain most: flat rates and falling ones against sampling by value',
    file: {
      parameters: { task, sampling: whales, slash: { amount: 30 }, batch: { size: 20 }, accept },
      population: [
        { strategy: 'honest', count: 400 },
        { strategy: 'value-targeting', count: 50 },
        { strategy: 'burst', options: { after: 600, atLeast: 2 }, count: 50 },
      ],
      epochs: 60,
      replications: 4,
    },
    policies: [named('gonka'), named('pocket'), named('posp'), named('spotcheck')],
  },
  {
    name: 'lottery',
    summary: 'a penalty at which a cheat earns nothing on average leaves a third of the cheaters ahead (Pocket)',
    file: {
      parameters: {
        task: { reward: 10, honestCost: 8, cheatCost: 0 },
        sampling: { rate: 0.2 },
        slash: { amount: 40 },
      },
      population: [
        { strategy: 'honest', count: 100 },
        { strategy: 'lazy', count: 100 },
      ],
      policy: named('pocket', { rate: 0.2 }),
      epochs: 60,
      replications: 20,
    },
    policies: [named('pocket', { rate: 0.2 }), named('spotcheck')],
  },
  {
    name: 'noise',
    summary: 'one comparison in a hundred calls a right result wrong: whom that costs something, under which policy',
    file: {
      parameters: {
        task,
        sampling: { rate: 0.1 },
        slash: { amount: 30 },
        comparator: { power: 0.95, falsePositive: 0.01 },
        batch: { size: 20 },
        accept,
      },
      population: [
        { strategy: 'honest', count: 80 },
        { strategy: 'noisy', options: { noise: 0.005 }, count: 10 },
        { strategy: 'lazy', count: 10 },
      ],
      epochs: 40,
      replications: 5,
    },
    policies: [
      'spotcheck',
      'replication',
      'blacklisting',
      'boinc',
      'posp',
      'gonka',
      'fraud-proofs',
      'tee',
      'watermark',
    ].map((name) => named(name)),
  },
  {
    name: 'exit-scam',
    summary: 'honest until the last epoch, then a cheat on everything, and away with the stake before the verdict',
    file: {
      parameters: { task, sampling: { rate: 0.1 }, slash: { amount: 30 }, batch: { size: 20 }, accept },
      population: [
        { strategy: 'honest', count: 80 },
        { strategy: 'exit-scam', count: 20 },
      ],
      epochs: 20,
      replications: 10,
    },
    policies: ['spotcheck', 'none', 'blacklisting', 'boinc', 'posp', 'pocket', 'fraud-proofs', 'tee'].map((name) =>
      named(name),
    ),
  },
  {
    name: 'sybils',
    summary: 'who is ejected comes back under another name: what an identity must cost, or lock, to deter that',
    file: {
      parameters: { task, sampling: { rate: 0.1 }, slash: { amount: 30 }, batch: { size: 20 }, accept },
      population: [
        { strategy: 'honest', count: 80 },
        { strategy: 'whitewasher', count: 10 },
        { strategy: 'lazy', count: 10 },
      ],
      epochs: 30,
      replications: 5,
    },
    policies: ['spotcheck', 'none', 'blacklisting', 'boinc', 'posp', 'pocket'].map((name) => named(name)),
  },
]

/** The name of every one. */
export const names: readonly string[] = all.map(({ name }) => name)

/**
 * The one of that name, if there is one.
 *
 * @example
 * ```ts
 * import { Scenarios } from '@spotcheck/sim'
 *
 * Scenarios.find('lottery')?.summary // 'a penalty at which a cheat earns nothing on average leaves a third of the cheaters ahead (Pocket)'
 * ```
 */
export function find(name: string): Entry | undefined {
  return all.find((one) => one.name === name)
}

/**
 * The scenario of an entry, every default applied.
 *
 * @example
 * ```ts
 * import { Scenarios } from '@spotcheck/sim'
 *
 * Scenarios.all.map((entry) => Scenarios.scenario(entry).epochs) // [60, 120, 60, 60, 40, 20, 30]
 * ```
 */
export function scenario({ file }: Entry): Scenario {
  return from(file)
}

/**
 * What policies are compared on unless another scenario is given: 1,000 nodes, of which three in ten cheat in seven ways, 60
 * epochs of 20 tasks each. One task in twenty gains its cheat 21 times what the others do, and is worth as much more. Traffic is
 * high, every identity is free, and with Spotcheck none of these cheats pays.
 *
 * @example
 * ```ts
 * import { Scenarios } from '@spotcheck/sim'
 *
 * Scenarios.reference().nodes // 1000
 * ```
 */
export function reference(): Scenario {
  return scenario(all[0]!)
}
