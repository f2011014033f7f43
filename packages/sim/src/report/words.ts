/**
 * Numbers of the report: short for people, exact for the tables.
 *
 * @module
 */
/** To so many digits, thousands apart, a true minus. */
export function short(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'unknown'
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞'
  const near = Number(value.toPrecision(digits))
  const rounded = Number.isFinite(near) ? near : value
  const [whole = '', ...rest] = String(rounded === 0 ? 0 : rounded).split('.')
  const grouped = /e/.test(whole) ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return [grouped, ...rest].join('.').replace(/-/g, '−')
}

/** An amount that is a difference: with its sign, to so many decimals unless that would hide it. */
export function signed(value: number): string {
  if (!Number.isFinite(value)) return short(value)
  const digits = Math.abs(value) >= 100 ? 0 : 3
  const text = Number(value.toFixed(digits)) === 0 && value !== 0 ? short(value, 2) : grouped(value.toFixed(digits))
  return value > 0 ? `+${text}` : text.replace(/^-/, '−')
}

function grouped(text: string): string {
  const [whole = '', ...rest] = text.split('.')
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.')
}

/** A share as a percentage. */
export function percent(share: number, digits = 3): string {
  return Number.isFinite(share) ? `${short(share * 100, digits)} %` : short(share)
}

/** A multiple of something. */
export function times(multiple: number): string {
  return `${short(multiple)}×`
}

/** The number itself, as JavaScript and JSON write it. */
export function exact(value: number): string {
  if (Number.isNaN(value)) return 'unknown'
  return Number.isFinite(value) ? String(value) : short(value)
}

/** A name that a chart has room for. */
export function label(name: string, room: number): string {
  const clean = name.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
  const letters = [...clean]
  return letters.length > room ? `${letters.slice(0, room - 1).join('')}…` : clean
}

/** Several names in a sentence. */
export function all(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** A name in a sentence: a policy may be called none. */
export function quoted(name: string): string {
  return `“${name}”`
}

/** `1 policy`, `2 policies`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${short(n, 15)} ${n === 1 ? one : many}`
}

type Policy = Readonly<{ policy: string; options: Readonly<Record<string, unknown>> }>

/** Names of policies; where one stands there more than once, with its options. */
export function titles(rows: readonly Policy[]): readonly string[] {
  return rows.map(({ policy, options }) => {
    const isOne = rows.filter((row) => row.policy === policy).length === 1
    const said = Object.entries(options).map(([key, value]) =>
      value === true ? key : `${key} ${JSON.stringify(value)}`,
    )
    return isOne || said.length === 0 ? policy : `${policy}, ${said.join(', ')}`
  })
}
