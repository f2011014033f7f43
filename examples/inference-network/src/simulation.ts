/** Simulates the network at two rates, each in a worker thread. */
import { Worker } from 'node:worker_threads'
import type { Parameters } from '@spotcheck/core/economics'
import type { Simulation } from '@spotcheck/sim'

/** What a worker simulates. `int8Cost` is what the int8 substitute costs per task. */
export type Job = Readonly<{ parameters: Parameters.Parameters; int8Cost: number; epochs: number; seed: number }>

/** What a worker says: progress, then the result. */
export type Report = Readonly<{ done: number }> | Readonly<{ result: Simulation.Simulation }>

/** Runs the job. */
export function simulate(job: Job, onProgress: (done: number) => void): Promise<Simulation.Simulation> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./simulation-worker.js', import.meta.url), { workerData: job })
    worker.on('message', (report: Report) => ('done' in report ? onProgress(report.done) : resolve(report.result)))
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`the simulation's worker stopped early (exit status ${code})`)))
  })
}
