/** Turns what the round does into sentences. */
import type { Round } from '@spotcheck/core'
import type { Story } from './story.js'

type Observer = (event: Round.Event, step: Round.Step<Round.State>) => void

/** Tells events and effects as they happen, with names instead of addresses. */
export function narrator(story: Story, names: ReadonlyMap<string, string>): Observer {
  const name = (address: string) => names.get(address) ?? address
  const counts = { committed: 0, voted: 0 }
  return (event, { effects, state }) => {
    if (event.kind === 'verifier-commitment') story.progress(`blind re-executions committed: ${++counts.committed}`)
    if (event.kind === 'reveal' && event.body.level > 0) story.progress(`votes of arbiters: ${++counts.voted}`)
    for (const effect of effects) tell(story, name, effect, state)
  }
}

function tell(story: Story, name: (address: string) => string, effect: Round.Effect, state: Round.State): void {
  if (effect.type === 'request-beacon' && effect.level === 0) tellDraw(story, effect, name)
  if (effect.type === 'request-beacon' && effect.level > 0) tellDispute(story, effect, state)
  if (effect.type === 'sampled')
    story.say(`   ${name(effect.executor)}: task ${effect.indices.map((index) => index + 1).join(', ')}`)
  if (effect.type === 'request-opening') tellOpening(story, effect, state)
  if (effect.type === 'compared') tellComparison(story, name, effect)
  if (effect.type === 'outcome' && effect.outcome !== 'valid')
    story.say(`   ${name(effect.executor)}, task ${effect.index + 1}: ${effect.outcome}`)
  if (effect.type === 'fault') story.say(`   ${name(effect.party)}: ${effect.fault}`)
  if (effect.type === 'void') story.say('   the beacon is missing: the epoch is void and everything is paid back')
}

function tellDraw(
  story: Story,
  { round, members }: Extract<Round.Effect, { type: 'request-beacon' }>,
  name: (address: string) => string,
): void {
  story.heading('The beacon draws the sample: nobody could know it while the batches were open')
  story.say(`   ${members.map(name).join(', ')} reveal the secrets that they committed to before (round ${round})`)
}

function tellDispute(
  story: Story,
  { round, level }: Extract<Round.Effect, { type: 'request-beacon' }>,
  { protocol }: Round.State,
): void {
  story.heading('A dissent slashes nobody by itself: fresh verifiers re-execute, a strict majority decides')
  story.say(`   beacon round ${round} draws ${protocol.arbitration.quorums[level - 1]} arbiters for each disputed task`)
}

/** Said for the first executor only. */
function tellOpening(story: Story, { executor }: { executor: string }, { batches }: Round.State): void {
  const [first] = [...batches.values()].filter(({ leaves }) => leaves.size > 0)
  if (first?.executor === executor)
    story.heading('Verifiers have committed to their own logits, blind; executors open theirs')
}

function tellComparison(
  story: Story,
  name: (address: string) => string,
  { assignment, comparison }: Extract<Round.Effect, { type: 'compared' }>,
): void {
  const { executor, verifier, index, level } = assignment
  if (level > 0) return
  const says = comparison.outcome === 'match' ? 'agrees' : 'DISSENTS'
  story.say(`   ${name(verifier)} ${says} with ${name(executor)}, task ${index + 1}: ${comparison.reason}`)
}
