import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import * as reference from '../../../test/support/eip712.js'
import { protocol, taskWith } from '../../../test/support/fixtures.js'
import { errorOf } from '../../../test/support/thrown.js'
import { hex, party } from '../../../test/support/world.js'
import * as Encoding from './Encoding.js'
import * as Schema from './Schema.js'
import * as Task from './Task.js'

const task = taskWith()

it('has the schema of its type', () => {
  expectTypeOf<z.infer<typeof Task.schema>>().toEqualTypeOf<Task.Task>()
  expect(Task.from(task)).toEqual(task)
  expect(Task.from(JSON.parse(JSON.stringify(task, Schema.toJson)))).toEqual(task)
})

describe('taskId and digest', () => {
  it('are EIP-712 hashStruct and signing digest', () => {
    expect(Task.id(task)).toBe(Encoding.toHex(reference.hashStruct('Task', task)))
    const { chainId, verifyingContract } = protocol
    const digest = Encoding.toHex(reference.digest(chainId, verifyingContract, 'Task', task))
    expect(Task.digest(task, protocol)).toBe(digest)
    expect(Task.definition(task, protocol)).toMatchObject({ primaryType: 'Task', message: task })
  })

  it('change with every field', () => {
    const others = { client: party('c', 2), nonce: 9n, reward: 9n, value: 9n }
    const ids = Object.keys(task).map((key) => Task.id({ ...task, [key]: hex(9), ...pick(others, key) }))
    expect(new Set([Task.id(task), ...ids]).size).toBe(10)
  })

  it('exist for a task of no value, whose leaf has to be judged', () => {
    expect(Task.id({ ...task, value: 0n })).toBe(Encoding.toHex(reference.hashStruct('Task', { ...task, value: 0n })))
  })

  it('need a task', () => {
    for (const wrong of [undefined, null, {}, { ...task, nonce: -1n }, { ...task, model: hex(0xab).toUpperCase() }]) {
      expect(() => Task.id(wrong as never)).toThrow(Task.InvalidTaskError)
      expect(() => Task.digest(wrong as never, protocol)).toThrow(Task.InvalidTaskError)
    }
  })
})

function pick(values: Record<string, unknown>, key: string): object {
  return key in values ? { [key]: values[key] } : {}
}

describe('refuses', () => {
  it('a task of no value', () => {
    expect(errorOf(() => Task.from({ ...task, value: 0n }), Task.InvalidTaskError).message).toMatchInlineSnapshot(`
      "a task of no value can’t be checked.
        task.value  0n
        rule        at least 1: the value is the weight of its leaf, and a leaf without weight is a bad opening
        fix         state what a wrong answer costs the client, in wei
        see         protocol.md, Task"
    `)
  })

  it.each([
    ['model', hex(0xab).toUpperCase()],
    ['input', `${hex(1)}00`],
    ['client', '0xAbCdabcdabcdabcdabcdabcdabcdabcdabcdabcd'],
    ['nonce', '007'],
    ['reward', 2n ** 128n],
    ['value', 1],
    ['seed', null],
  ])('a malformed %s', (field, value) => {
    expect(errorOf(() => Task.from({ ...task, [field]: value }), Task.InvalidTaskError)).toMatchObject({
      subject: `task.${field}`,
      value,
    })
  })

  it('what is missing or unknown', () => {
    const { seed: _, ...rest } = task
    expect(errorOf(() => Task.from(rest), Task.InvalidTaskError).subject).toBe('task.seed')
    expect(errorOf(() => Task.from({ ...task, tip: 1n }), Task.InvalidTaskError).rule).toBe('no unknown keys: "tip"')
  })
})
