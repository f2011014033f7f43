/**
 * A worker thread of the model pool: runs one request at a time, synchronously, on weights that it shares.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import * as CpuClock from './CpuClock.js'
import { type Generation, generate, replay } from './Generate.js'
import type { Reply, Request } from './ModelPool.js'
import * as Models from './Models.js'

const models = Models.all(workerData as Models.Models)

function answer(request: Request): Reply {
  try {
    const before = CpuClock.micros()
    const result = perform(request)
    return { id: request.id, result, cpuMicros: CpuClock.micros() - before }
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    return { id: request.id, error: { name, message } }
  }
}

function perform(request: Request): Generation {
  const model = models[request.variant]
  return request.kind === 'generate' ? generate({ ...request, model }) : replay({ ...request, model })
}

parentPort?.on('message', (request: Request) => parentPort?.postMessage(answer(request)))
