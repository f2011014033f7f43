import { parentPort, workerData } from 'node:worker_threads'
import { Simulation, Strategy } from '@spotcheck/sim'
import type { Job, Report } from './simulation.js'

const { parameters, int8Cost, epochs, seed } = workerData as Job
const say = (report: Report) => parentPort!.postMessage(report)

const int8: Strategy.Strategy = { ...Strategy.substitute, name: 'int8', cost: () => int8Cost }
const strategies = [Strategy.honest, { ...Strategy.lazy, name: 'canned' }, int8, Strategy.intermittent(0.3)]

const result = await Simulation.run({
  parameters,
  cohorts: strategies.map((strategy) => ({ strategy, count: 1 })),
  epochs,
  seed,
  onProgress: (done) => say({ done }),
})
say({ result })
