/**
 * What an executor can do: a strategy of the user's own may decide anything.
 *
 * @module
 */
import { type Act, InvalidStrategyError } from '../Strategy.js'
import { isShare } from './share.js'

/**
 * Both engines ask this of what a strategy decides.
 *
 * @throws InvalidStrategyError naming the field and its rule.
 */
export function assertAct(act: Act, strategy: string): void {
  const fail = (field: string, value: unknown, rule: string): never => {
    const details = { subject: `${strategy}: act.${field}`, value, rule, fix: 'return an act within its bounds' }
    throw new InvalidStrategyError(`the strategy ${strategy} does what can’t be played.`, details)
  }
  const { cheat, noise = 0, power = 0, cost = 0, draws = 1, overcommits = 1 } = act
  for (const each of typeof cheat === 'number' ? [cheat] : Array.isArray(cheat) ? cheat : [Number.NaN])
    if (!isShare(each)) fail('cheat', cheat, 'a share from 0 to 1, or a list of them')
  if (!isShare(noise)) fail('noise', noise, 'a share from 0 to 1')
  if (!isShare(power)) fail('power', power, 'a probability from 0 to 1')
  if (!Number.isFinite(cost)) fail('cost', cost, 'a finite amount')
  if (!isTimes(draws)) fail('draws', draws, TIMES)
  if (!isTimes(overcommits)) fail('overcommits', overcommits, TIMES)
}

const TIMES = 'a whole number >= 1'

function isTimes(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1
}
