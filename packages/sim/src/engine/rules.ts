/**
 * What a policy can say: one of the user's own may say anything.
 *
 * @module
 */
import { InvalidPolicyError, type Rules } from '../Policy.js'
import { isShare } from './share.js'

/**
 * Asked once, of the rules that a policy makes.
 *
 * @throws InvalidPolicyError naming the part and its rule.
 */
export function assertRules(rules: Rules, policy: string): Rules {
  const fail = (part: string, value: unknown, rule: string): never => refuse(policy, part, value, rule)
  if (typeof rules !== 'object' || rules === null) return fail('rules', rules, 'an object of rules')
  for (const part of ['rate', 'checked', 'learn'] as const)
    if (typeof rules[part] !== 'function') fail(part, rules[part], 'a function')
  for (const part of ['penalty', 'prevents', 'cost'] as const)
    if (typeof rules[part] !== 'object' || rules[part] === null) fail(part, rules[part], 'an object')
  const { slash, felt, stake, ejectedAt } = rules.penalty
  for (const [part, value] of Object.entries({ slash, stake, ...rules.cost }))
    if (!(Number.isFinite(value) && value >= 0)) fail(part, value, 'a finite amount >= 0')
  if (!isShare(felt)) fail('penalty.felt', felt, 'a share from 0 to 1')
  if (!(ejectedAt > 0)) fail('penalty.ejectedAt', ejectedAt, 'a number of convictions above 0, or Infinity')
  return rules
}

/**
 * Asked of every rate.
 *
 * @throws InvalidPolicyError if it is no share.
 */
export function assertRate(rate: number, policy: string): number {
  return isShare(rate) ? rate : refuse(policy, 'rate(…)', rate, 'a share from 0 to 1')
}

function refuse(policy: string, part: string, value: unknown, rule: string): never {
  throw new InvalidPolicyError(`the policy ${policy} says what can’t be played.`, {
    subject: `${policy}: ${part}`,
    value,
    rule,
    fix: 'return rules within their bounds; { ...Policies.unchecked(parameters) } has all of them',
  })
}
