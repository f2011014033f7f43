import { parentPort, workerData } from 'node:worker_threads'
import { Scenario, Simulation } from '@spotcheck/sim'
import type { Job, Report } from './simulation.js'

const { parameters, int8Cost, epochs, seed } = workerData as Job
const say = (report: Report) => parentPort!.postMessage(report)

const scenario = Scenario.from({
  parameters,
  population: [
    { strategy: 'honest', count: 1 },
    { strategy: 'lazy', count: 1 },
    { strategy: 'substitute', options: { cost: int8Cost }, count: 1 },
    { strategy: 'intermittent', options: { rate: 0.3 }, count: 1 },
  ],
  epochs: 1,
  replications: epochs,
  seed,
})
const onProgress = (done: number) => say({ done })
say({ result: await Simulation.run(scenario, { engine: 'protocol', onProgress }) })
