/** A worker that runs z3: it is sent scripts of SMT-LIB, one at a time, and answers each with what z3 prints. */
import { parentPort } from 'node:worker_threads'
import { init } from 'z3-solver'

const { Z3 } = await init()

parentPort?.on('message', async (script: string) => {
  const config = Z3.mk_config()
  const context = Z3.mk_context(config)
  Z3.del_config(config)
  parentPort?.postMessage(await Z3.eval_smtlib2_string(context, script))
  Z3.del_context(context)
})
