// Settlement a second time, in the plainest way: what each purse has in the end.
import { Ledger, Settlement } from '@spotcheck/core'
import { eth, type Hex } from './world.js'

/**
 * The same in the plainest way: what each purse has in the end. No transfers, no accounts of the epoch; each clause is a
 * sentence of protocol.md, section 9.
 */
export function purses(record: Settlement.Record): Map<string, bigint> {
  const { protocol, batches, verifiers, withheld, isVoid } = record
  const { slash, verification, arbitration } = protocol
  const purse = new Map<string, bigint>()
  const give = (account: string, amount: bigint) => purse.set(account, (purse.get(account) ?? 0n) + amount)
  const stakes = {
    executor: new Map(batches.map((one) => [one.executor, one.engagements[0]!.lock])),
    verifier: new Map(verifiers.map(({ address, stake }) => [address, stake])),
  }
  const lose = (role: keyof typeof stakes, who: Hex, wanted: bigint) => {
    const left = stakes[role].get(who) ?? 0n
    const amount = left < wanted ? left : wanted
    stakes[role].set(who, left - amount)
    return amount
  }
  const fine = (role: keyof typeof stakes, who: Hex, wanted: bigint) => {
    const amount = lose(role, who, wanted)
    const kept = (amount * (eth - slash.burnShare)) / eth
    give(Ledger.burn, amount - kept)
    give(Ledger.treasury, kept)
    return kept
  }
  give(
    Ledger.treasury,
    Settlement.reserve(
      protocol,
      batches.flatMap((one) => one.engagements),
    ),
  )
  for (const { executor, engagements, count, equivocated, leaves, vouchers, broken } of batches) {
    const { maxCount, reward } = engagements[0]!
    const bad = leaves.filter((leaf) => leaf.outcome !== 'valid').map(({ index }) => index)
    const failed = BigInt(new Set([...bad, ...broken.filter((index) => index < count)]).size)
    const isPaid = !isVoid && !equivocated && count > 0
    const voucher = min(vouchers.get(engagements[0]!.client) ?? 0n, BigInt(maxCount) * reward) - failed * reward
    const paid = isPaid && voucher > 0n ? min(voucher, (BigInt(count) - failed) * reward) : 0n
    const isChecked = !isVoid && (!equivocated || leaves.length > 0)
    const fees = isChecked ? BigInt(count) * verification.fee : 0n
    give(executor, paid)
    give(Ledger.treasury, fees)
    give(engagements[0]!.client, BigInt(maxCount) * (reward + verification.fee) - paid - fees)
    if (isVoid) continue
    for (const _ of new Set(broken)) fine('executor', executor, slash.opening)
    for (const { index, outcome, assignments, canary, isFalseCanary, reporter, appeals = [] } of leaves) {
      const truth = outcome === 'mismatch' || (outcome === 'valid' && canary) ? 'dissents' : 'agrees'
      const isDecided = outcome === 'mismatch' || outcome === 'valid'
      for (const { party: appellant, level, claim } of appeals)
        if (!isDecided || claim !== truth)
          give(Ledger.treasury, lose('verifier', appellant, BigInt([3, 5][level - 1] ?? 5) * arbitration.reward))
      if (isFalseCanary) give(Ledger.treasury, lose('executor', executor, verification.bond))
      const price = { valid: 0n, unverified: 0n, mismatch: slash.mismatch }[outcome as 'valid'] ?? slash.opening
      const kept = broken.includes(index) ? 0n : fine('executor', executor, price)
      const right = assignments.filter((a) => a.level === 0 && a.work === 'done' && a.verdict === 'dissents')
      const finders = reporter ? [reporter] : outcome === 'mismatch' ? right.map(({ verifier }) => verifier) : []
      for (const finder of finders) {
        const each = min(kept, slash.bounty) / BigInt(finders.length)
        give(finder, each)
        give(Ledger.treasury, -each)
      }
      for (const { verifier, level, work, verdict } of assignments) {
        if (work === 'missing') fine('verifier', verifier, slash.missingReveal)
        if (work === 'wrong-verdict') fine('verifier', verifier, slash.wrongVerdict)
        if (outcome === 'valid' && canary && level === 0 && work === 'done' && verdict === 'agrees')
          fine('verifier', verifier, slash.wrongVerdict)
        if (level === 0 && verdict === 'dissents' && outcome === 'valid' && !canary)
          give(Ledger.treasury, lose('verifier', verifier, verification.bond))
        if (work !== 'done' || (isDecided && verdict !== truth)) continue
        const pay = level === 0 ? verification.reward : arbitration.reward
        give(verifier, pay)
        give(Ledger.treasury, -pay)
      }
    }
    if (equivocated) fine('executor', executor, slash.equivocation)
  }
  const atStake = batches.reduce((sum, one) => sum + one.engagements[0]!.lock, 0n)
  for (const place of new Set(withheld.map(({ member, level }) => `${member} ${level}`)))
    fine('verifier', place.split(' ')[0] as Hex, max(slash.withheldBeacon, atStake))
  for (const role of Object.values(stakes)) for (const [who, left] of role) give(Ledger.stake(who), left)
  return purse
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
