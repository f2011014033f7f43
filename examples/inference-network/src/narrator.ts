/** Turns what the round does into sentences. */
import type { Round } from '@spotcheck/core'
import type { Story } from './story.js'

type Observer = (event: Round.Event, step: Round.Step<Round.State>) => void

/** Tells events and effects as they happen, with names instead of addresses. */
export function narrator(story: Story, names: ReadonlyMap<string, string>): Observer {
  const name = (address: string) => names.get(address) ?? address
  const counts = { committed: 0, voted: 0 }
  return (event, { effects, state }) => {
    if (event.kind === 'verifier-commitment') story.progress(`${++counts.committed} blind re-executions committed`)
    if (event.kind === 'reveal' && event.body.level > 0) story.progress(`${++counts.voted} arbiters have voted`)
    for (const effect of effects) tell(story, name, effect, state)
  }
}

function tell(story: Story, name: (address: string) => string, effect: Round.Effect, state: Round.State): void {
  switch (effect.type) {
    case 'request-beacon':
      return effect.level === 0 ? tellDraw(story, effect, name) : tellDispute(story, effect, state)
    case 'sampled':
      return story.say(`   ${name(effect.executor)}: tasks ${effect.indices.map((index) => index + 1).join(', ')}`)
    case 'request-opening':
      return tellOnce(story, state, 'Verifiers have committed to their own logits; executors open theirs', effect)
    case 'compared':
      return tellComparison(story, name, effect)
    case 'outcome':
      if (effect.outcome !== 'valid')
        story.say(`   ${name(effect.executor)}, task ${effect.index + 1}: ${effect.outcome}`)
      return
    case 'fault':
      return story.say(`   ${name(effect.party)}: ${effect.fault}`)
    case 'void':
      return story.say('   the beacon is missing: the epoch is void and everything is paid back')
    default:
      return
  }
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
  { round }: Extract<Round.Effect, { type: 'request-beacon' }>,
  { protocol }: Round.State,
): void {
  story.heading('A dissent slashes nobody by itself: fresh verifiers re-execute, a strict majority decides')
  story.say(`   beacon round ${round} draws ${protocol.verification.quorum} arbiters for each disputed task`)
}

/** Said for the first executor only. */
function tellOnce(story: Story, { batches }: Round.State, title: string, { executor }: { executor: string }): void {
  const [first] = [...batches.values()].filter(({ leaves }) => leaves.size > 0)
  if (first?.engagement.executor === executor) story.heading(title)
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
