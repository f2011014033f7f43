// What a simulated task costs: the reference population, 1,000 nodes of which one in five cheats on 30 % of its tasks, 1e7 tasks
// of which 5 % are sampled, every counter kept and caught nodes ejected; against the plain loop over tasks, and by two threads
// against one.
import { Worker } from 'node:worker_threads'
import { Scenario, Simulation } from '@spotcheck/sim'
import type { Bench, Fresh } from '../../../scripts/bench.mjs'

const [RATE, SLASH, STAKE, CHEATS] = [0.05, 30, 600, 0.3]

/** `nodes` nodes that serve `tasks` in all, in batches of 100. */
function scenario(nodes: number, tasks: number, replications = 1): Scenario.Scenario {
  return Scenario.from({
    parameters: {
      task: { reward: 1.2, honestCost: 1 },
      sampling: { rate: RATE },
      slash: { amount: SLASH },
      stake: { amount: STAKE },
      batch: { size: 100 },
    },
    population: [
      { strategy: 'honest', share: 0.8 },
      { strategy: 'intermittent', options: { rate: CHEATS }, share: 0.2 },
    ],
    nodes,
    epochs: tasks / nodes / 100,
    replications,
  })
}

/** Tasks simulated in a second, millions. */
async function speed(work: () => number | Promise<number>): Promise<number> {
  const start = performance.now()
  const tasks = await work()
  return tasks / (performance.now() - start) / 1e3
}

const simulated = (nodes: number, tasks: number) => async () => {
  const { network } = await Simulation.run(scenario(nodes, tasks))
  return network.tasks
}

/** The reference scenario again and again: a second thread has to be started, which takes as long as a few replications. */
const repeated = (threads: number) => async () => {
  const { network } = await Simulation.run(scenario(1_000, 1e7, 80), { threads })
  return network.tasks
}

const BUSY = `let x = 1
for (let i = 0; i < 1e9; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0
require('node:worker_threads').parentPort.postMessage(x)`

/** Loops that do nothing but compute, each in a thread: what the processors have to give. */
const busy = (threads: number) => async () => {
  const ends = Array.from({ length: threads }, () => {
    return new Promise((resolve) => new Worker(BUSY, { eval: true }).once('exit', resolve))
  })
  await Promise.all(ends)
  return threads
}

/** How much more two threads do than one, the fastest of each: what else runs can only slow either down. */
async function gain(work: (threads: number) => () => Promise<number>): Promise<number> {
  const [one, two]: number[][] = [[], []]
  for (let round = 0; round < 3; round++) {
    one!.push(await speed(work(1)))
    two!.push(await speed(work(2)))
  }
  return Math.max(...two!) / Math.max(...one!)
}

/** The same task by task: an object a node, a number of chance for each decision. */
function plainLoop(): number {
  const nodes = Array.from({ length: 1_000 }, (_, i) => {
    const counts = { tasks: 0, cheats: 0, sampled: 0, sampledCheats: 0, caught: 0 }
    return { rate: i < 800 ? 0 : CHEATS, stake: STAKE, profit: 0, active: true, ...counts }
  })
  let served = 0
  for (let epoch = 0; epoch < 100; epoch++)
    for (const node of nodes) {
      if (!node.active) continue
      for (let task = 0; task < 100; task++) {
        const cheats = Math.random() < node.rate
        const sampled = Math.random() < RATE
        node.tasks++
        served++
        node.profit += cheats ? 1.2 : 0.2
        if (cheats) node.cheats++
        if (!sampled) continue
        node.sampled++
        if (!cheats) continue
        node.sampledCheats++
        node.caught++
        node.stake -= SLASH
        node.profit -= SLASH + 1.2
      }
      if (node.stake <= 0) node.active = false
    }
  return served
}

/** A billion tasks of 1e5 nodes, and a tenth of them: memory does not grow with tasks. */
export const fresh: Fresh = {
  billion: async () => simulated(100_000, 1e9),
  few: async () => simulated(100_000, 1e8),
}

export const bench: Bench = async ({ fresh, median }) => {
  const ours: number[] = []
  const plain: number[] = []
  for (let round = 0; round < 9; round++) {
    ours.push(await speed(simulated(1_000, 1e7)))
    plain.push(await speed(plainLoop))
  }
  const [free, threads] = [await gain(busy), await gain(repeated)]
  const [billion, few] = [fresh('billion'), fresh('few')]
  return [
    {
      name: 'reference scenario, one thread',
      value: Math.max(...ours),
      unit: ' million tasks/s',
      least: 100,
      detail: `median ${median(ours).toFixed()}`,
    },
    {
      name: 'the same against the plain loop over tasks',
      // What else runs can only slow either down, so the fastest of each are the nearest.
      value: Math.max(...ours) / Math.max(...plain),
      unit: 'x',
      least: 4,
      detail: `plain ${Math.max(...plain).toFixed()} million tasks/s`,
    },
    {
      name: 'two threads against one',
      value: threads,
      unit: 'x',
      // Where something else has one of the processors, there is no second thread to speak of.
      least: free >= 1.9 ? 1.7 : 0,
      detail: `two busy loops do ${free.toFixed(2)} times as much as one on this machine, right now`,
    },
    {
      name: '1e9 tasks of 1e5 nodes',
      value: billion.ms / 1000,
      unit: ' s',
      most: 60,
      detail: `${(billion.cpu / 1000).toFixed(1)} s of the processors`,
    },
    {
      name: 'peak memory of 1e9 tasks next to that of 1e8',
      value: billion.mib / few.mib,
      unit: 'x',
      most: 1.25,
      detail: `${billion.mib.toFixed()} MiB against ${few.mib.toFixed()} MiB`,
    },
  ]
}
