/**
 * What a candidate means: the parameter file and the scenario with its values in place, and what it costs.
 *
 * @module
 */
import { ManyTasks, Mix, Parameters } from '@spotcheck/core/economics'
import type { Scenario } from '../Scenario.js'
import type { Candidate, Cost } from './Result.js'

/** Rounds of N·T tasks for which an executor is a newcomer. */
const NEWCOMER_ROUNDS = 5

/** N·T. */
function tasksOf({ batch, stake }: Parameters.Parameters): number {
  return batch.size * stake.concurrentBatches
}

/** Slashes that full collateral pays: the stake of a file whose slash is 1. */
export function mostSlashes({ stake: { concurrentBatches }, slash, ...file }: Parameters.Parameters): number {
  return ManyTasks.from({ ...file, stake: { concurrentBatches }, slash: { ...slash, amount: 1, max: null } }).stake
}

/** The file with the candidate's values. A stake that pays every slash is left out, as full collateral is the default. */
export function fileOf(parameters: Parameters.Parameters, candidate: Candidate): Parameters.Parameters {
  const { sampling, batch, stake, slash, verifiers } = parameters
  const isFull = candidate.stake >= candidate.slash * mostSlashes(parameters) * (1 - 1e-12)
  const { concurrentBatches } = stake
  return Parameters.from({
    ...parameters,
    sampling: sampled(sampling, candidate, batch.size),
    slash: { ...slash, amount: candidate.slash },
    stake: isFull ? { concurrentBatches } : { concurrentBatches, amount: candidate.stake },
    verifiers: { ...verifiers, canaryRate: candidate.canaryRate },
  })
}

function sampled(sampling: Parameters.Sampling, { sampleRate, verifiers }: Candidate, size: number) {
  if (sampling.mode !== 'fixed') return { ...sampling, rate: sampleRate, verifiers }
  return { mode: sampling.mode, count: Math.max(1, Math.round(sampleRate * size)), verifiers }
}

/** The scenario with the candidate's values, under Spotcheck's policy. */
export function scenarioOf(scenario: Scenario, candidate: Candidate): Scenario {
  const { parameters } = scenario
  const newcomers = { times: candidate.newcomers, tasks: NEWCOMER_ROUNDS * tasksOf(parameters) }
  // Whether newcomers are looked at more often is the candidate's to say, not the scenario's.
  const { newcomers: _, ...own } = scenario.policy.name === 'spotcheck' ? scenario.policy.options : {}
  const options = candidate.newcomers > 1 ? { ...own, newcomers } : own
  return { ...scenario, parameters: fileOf(parameters, candidate), policy: { name: 'spotcheck', options } }
}

/**
 * What it costs per task (economics.md, "What it costs, and the best rate"): what verifiers spend, canaries, arbitration and
 * the capital that stakes lock. A newcomer is one for a part of the scenario's epochs.
 */
export function costOf({ parameters, epochs }: Scenario, candidate: Candidate): Cost {
  const { verifiers, arbitration, capital } = parameters
  const mix = Mix.from(parameters)
  const early = Math.min(1, candidate.newcomers * candidate.sampleRate)
  const share = candidate.newcomers > 1 ? Math.min(1, NEWCOMER_ROUNDS / epochs) : 0
  const sampled = share * Mix.sampled(mix, early) + (1 - share) * Mix.sampled(mix, candidate.sampleRate)
  const { canaryRate } = candidate
  const checking = candidate.verifiers * verifiers.cost
  const cost = {
    verification: sampled * checking,
    canaries: sampled * (canaryRate / (1 - canaryRate)) * (checking + verifiers.canaryCost),
    arbitration: sampled * verifiers.escalation * arbitration.cost,
    capital: (capital.costPerStakePerTask * candidate.stake) / tasksOf(parameters),
  }
  const compute = mix.reduce((sum, { share: of, honestCost }) => sum + of * honestCost, 0)
  const running = cost.verification + cost.canaries + cost.arbitration
  return { ...cost, total: running + cost.capital, multiple: compute > 0 ? (compute + running) / compute : null }
}
