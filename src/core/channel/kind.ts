import type { ClockName } from '../base/env.js'
import type { Units } from '../base/money.js'
import type { Fault } from '../base/step.js'
import type { Channel, ChannelState, ProposedUpdate } from './entity.js'
import type { ChannelHost } from './host.js'
import type { Capacity, Lock, LockKey, Side, Update } from './lock.js'
import type { Evidence, ReestablishMessage } from './messages.js'

/** What a channel will be when the round that runs is complete. A pure function of the channel, its locks and the updates. */
export interface Draft<S extends ChannelState = ChannelState> {
  /** Who proposed the round. */
  readonly by: Side
  /** The state after all updates, without evidence of its own. */
  readonly state: S
  /** In the order of their ids. */
  readonly added: readonly Lock[]
  readonly removed: ReadonlySet<LockKey>
}

/** A fault of the peer, and the state to keep in spite of it, where a part of what it gave was of use. */
export interface Broken<S extends ChannelState> {
  readonly fault: Fault
  readonly state?: S
}
export const isBroken = (taken: object): taken is Broken<ChannelState> => 'fault' in taken

/**
 * What a kind of channel answers. The round is one machine for all kinds; a kind knows the numbers of its state and
 * the evidence that makes a state binding. Nothing here sends, and nothing writes but through the host's tables.
 *
 * Rows 1 to 4 are PROPOSE, AGREE, COMMIT and ACK. `give…` makes what this side hands over in a row: called again, for
 * a resend, it gives the same bytes. `take…` judges what the peer handed over, and says what to hold from then on
 * as `channel.round.evidence`. @see CHAN-5
 */
export interface ChannelKind<S extends ChannelState = ChannelState> {
  readonly name: S['kind']
  /** Live locks that one side may have offered. */
  readonly locksPerSideMax: number
  /** Bytes the updates of one proposal may take; what is left of a frame is for its evidence. */
  readonly updateBytesMax: number
  /** The clock that locks expire by. */
  clock (state: S): ClockName
  /** Whether this side, as far as it alone knows, takes locks: others are agreed to, and failed. */
  isReady (state: S): boolean

  /** The state after one more update, or what the update breaks: only by rules that both sides can judge. `lock` is the one added or removed. */
  apply (state: S, by: Side, update: Update, lock: Lock | undefined): S | Fault
  /** What completing a round changes by itself; the updates are applied to the result. */
  afterRound (state: S): S
  /** Numbers of the commitments in force, as `reestablish` tells them. */
  numbers (channel: Channel, host: ChannelHost): { readonly local: number, readonly remote: number, readonly lastSecret: Uint8Array | undefined, readonly nextPoint: Uint8Array | undefined }
  /** What is wrong with the numbers that the peer told in its `reestablish`, as far as the kind can say. */
  judgeNumbers (channel: Channel, told: ReestablishMessage, host: ChannelHost): Fault | undefined
  /** 32 bytes, equal on both sides, of the state in force or of a draft. @see CHAN-3 */
  digest (host: ChannelHost, channel: Channel, draft?: Draft<S>): Uint8Array

  givePropose (host: ChannelHost, channel: Channel, draft: Draft<S>): Evidence
  takePropose (host: ChannelHost, channel: Channel, draft: Draft<S>, given: Evidence): Evidence | Fault
  giveAgree (host: ChannelHost, channel: Channel, draft: Draft<S>): Evidence
  takeAgree (host: ChannelHost, channel: Channel, draft: Draft<S>, given: Evidence): Evidence | Fault
  giveCommit (host: ChannelHost, channel: Channel, draft: Draft<S>): Evidence
  /** The state in force from now on, with its evidence. */
  takeCommit (host: ChannelHost, channel: Channel, draft: Draft<S>, given: Evidence): S | Broken<S>
  /** Called when the new state is in force already. */
  giveAck (host: ChannelHost, channel: Channel): Evidence
  takeAck (host: ChannelHost, channel: Channel, draft: Draft<S>, given: Evidence): S | Broken<S>

  capacity (state: S): Capacity
  describe (state: S): { readonly owedToUs: bigint, readonly localLimit: bigint, readonly remoteLimit: bigint }
  /** Least value of our limit, when the kind has limits. */
  leastLimit (state: S): Units
  /** Nothing is locked, nothing is owed and no adds can come: both sides may forget the channel. */
  isOver (state: S): boolean
  /** No round was ever completed. */
  isUntouched (state: S): boolean
  /** The state of a channel that fails for a reason. */
  whenFailed (state: S, fault: Fault): S
  /** No round runs and both sides know where they stand: after a round, or on a new connection. */
  whenIdle (host: ChannelHost, channel: Channel): void
}

/** A proposed update as it goes on the wire: what we remember of our own adds stays here. */
export const wireUpdate = (update: ProposedUpdate): Update => update.type === 'add' ? { type: 'add', terms: update.terms } : update
