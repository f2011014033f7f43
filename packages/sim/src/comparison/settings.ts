/**
 * The settings of a policy, in rising order of cost, and those between two of them.
 *
 * @module
 */
import type { Named, Registry } from '../Scenario.js'

/** What else may be tried of a policy: nothing where its options were chosen. */
export function settingsOf({ name, options }: Named, known: Registry): readonly Named[] {
  if (Object.keys(options).length > 0) return []
  const found = known.policies.find((policy) => policy.name === name)
  return (found?.settings ?? []).map((setting) => ({ name, options: setting as Named['options'] }))
}

/**
 * A setting between two: each number that differs is the geometric mean, in two digits. Null where they are as close as that, where
 * more than numbers differ, and where the policy can't be set so.
 */
export function between(low: Named, high: Named, known: Registry): Named | null {
  const schema = known.policies.find(({ name }) => name === low.name)?.options
  const from = schema?.safeParse(low.options).data as Named['options'] | undefined
  if (schema === undefined || from === undefined) return null
  const differing = Object.entries(high.options).filter(([option, value]) => value !== from[option])
  if (differing.length === 0 || !differing.every(([option, value]) => isPositive(value) && isPositive(from[option])))
    return null
  const middle = (step: number) => {
    const changed = differing.map(([option, value]) => [option, mean(from[option] as number, value as number, step)])
    return { ...high.options, ...Object.fromEntries(changed) }
  }
  // Not every whole number may be allowed: of copies only odd ones.
  const options = [0, 1].map(middle).find((one) => schema.safeParse(one).success)
  if (options === undefined) return null
  const isInside = differing.every(([option, value]) => {
    const found = options[option] as number
    return found > (from[option] as number) && found < (value as number)
  })
  return isInside ? { name: low.name, options } : null
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0
}

/** Geometric mean: of whole numbers a whole one, `step` above it. */
function mean(low: number, high: number, step: number): number {
  const root = Math.sqrt(low * high)
  return Number.isInteger(low) && Number.isInteger(high) ? Math.round(root) + step : Number(root.toPrecision(2))
}
