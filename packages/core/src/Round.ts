/**
 * One epoch as a state machine: no clock, no network, no randomness of its own (protocol.md, "Round").
 *
 * `open` locks the money and freezes the verifier set; `step` takes one event at a time and says who has to act next.
 * The node, the simulator and the tests all drive this same machine.
 *
 * @module
 */
export { beaconRound } from './Round/beacon.js'
export { CannotOpenError, type OpenParameters } from './Round/doors.js'
export { type Duty, duties } from './Round/duty.js'
export type { BeaconValue, Effect, Event, Fault, Reception, Rejection, Step, Tick } from './Round/Event.js'
export { open } from './Round/open.js'
export type { Batch, Beacon, Dispute, Leaf, Seat, State, Verifier } from './Round/State.js'
export { step } from './Round/step.js'
