/**
 * Strategies, verifiers and policies for the help of a command, with their options and what those are unless set.
 *
 * @module
 */
import * as z from 'zod'

type Listed = Readonly<{ name: string; summary: string; options: z.ZodType }>

/** A line for each: its name, what it does, and its options with their defaults. */
export function described(all: readonly Listed[]): string {
  const width = Math.max(16, ...all.map(({ name }) => name.length + 2))
  return all.map(({ name, summary, options }) => `  ${name.padEnd(width)} ${summary}${defaultsOf(options)}\n`).join('')
}

function defaultsOf(options: z.ZodType): string {
  const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' })
  const found = Object.entries(properties).map(([name, property]) => {
    const usual = typeof property === 'object' ? property.default : undefined
    return usual === undefined ? name : `${name} ${JSON.stringify(usual)}`
  })
  return found.length === 0 ? '' : ` (${found.join(', ')})`
}
