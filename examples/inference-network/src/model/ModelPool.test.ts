import { afterAll, describe, expect, test } from 'vitest'
import type * as Source from './ModelPool.js'
import * as Models from './Models.js'
import { prompts } from './prompts.js'

// Workers are threads of plain Node, which can't read TypeScript: the pool under test is the compiled one.
const compiled = '../../dist/model/ModelPool.js'
const ModelPool: typeof Source = await import(/* @vite-ignore */ compiled)
const models = Models.load()

describe('an open pool', () => {
  const seen: Source.Request[] = []
  const pool = ModelPool.open({ size: 2, models, onMessage: (message) => seen.push(message) })
  afterAll(() => pool.close())

  test('answers more requests than it has workers, each with its own', async () => {
    const some = prompts.slice(0, 6)
    const answers = await Promise.all(some.map((prompt) => pool.generate({ variant: 'fp32', prompt, maxTokens: 6 })))
    const again = await Promise.all(
      answers.map(({ result }, i) => pool.replay({ variant: 'fp32', prompt: some[i]!, tokens: result.tokens })),
    )
    expect(again.map(({ result }) => result)).toEqual(answers.map(({ result }) => result))
    expect(new Set(answers.map(({ result }) => result.text)).size).toBe(6)
    for (const { cpuMicros } of [...answers, ...again]) expect(cpuMicros).toBeGreaterThan(0)
  })

  test('runs the variant that it is asked for', async () => {
    const task = { prompt: 'Once upon a time', maxTokens: 4 }
    const honest = await pool.generate({ variant: 'fp32', ...task })
    const cheat = await pool.generate({ variant: 'int8', ...task })
    expect(cheat.result.tokens).toEqual(honest.result.tokens)
    expect(cheat.result.topLogits).not.toEqual(honest.result.topLogits)
  })

  test('shows every message to the observer, and posts nothing else', async () => {
    seen.length = 0
    const extra = { prompt: 'Hi', evidence: 'secret' }
    await pool.generate({ variant: 'fp32', maxTokens: 1, ...extra })
    await pool.replay({ variant: 'int8', tokens: [931], ...extra })
    expect(seen).toEqual([
      { id: expect.any(Number), kind: 'generate', variant: 'fp32', prompt: 'Hi', maxTokens: 1 },
      { id: expect.any(Number), kind: 'replay', variant: 'int8', prompt: 'Hi', tokens: [931] },
    ])
  })

  test('a failing run rejects with the message of its error, and the worker lives on', async () => {
    const failing = pool.replay({ variant: 'fp32', prompt: 'Hi', tokens: [99_999, 1] })
    await expect(failing).rejects.toThrow(/The vocabulary has no such token\.\n {2}token\s+99999\n {2}rule/)
    await expect(failing).rejects.toHaveProperty('name', 'Transformer.InvalidTokenError')
    await expect(pool.generate({ variant: 'fp32', prompt: 'Hi', maxTokens: 1 })).resolves.toBeDefined()
  })
})

describe('a pool that ends', () => {
  const task = { variant: 'fp32', prompt: 'Hi', maxTokens: 1 } as const

  test('close rejects what has no answer, and what comes later', async () => {
    const pool = ModelPool.open({ size: 1, models })
    const pending = [pool.generate(task), pool.generate(task)].map((answer) =>
      expect(answer).rejects.toThrow(ModelPool.ClosedError),
    )
    await pool.close()
    await Promise.all(pending)
    await expect(pool.generate(task)).rejects.toThrow(ModelPool.ClosedError)
  })

  test.each([
    ['throws', "throw new Error('out of memory')", 'out of memory'],
    ['exits', 'process.exit(3)', 'exit code 3'],
  ])('a worker that %s rejects its request, and the next request gets a new worker', async (_, act, cause) => {
    const code = `import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => { ${act} })`
    const worker = new URL(`data:text/javascript,${encodeURIComponent(code)}`)
    const pool = ModelPool.open({ size: 1, models, worker })
    const answers = await Promise.allSettled([pool.generate(task), pool.generate(task)])
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(ModelPool.WorkerCrashedError) })
      expect(answer).toHaveProperty('reason.value', cause)
    }
    await pool.close()
  })
})
