import { equalBytes } from '../../base/bytes.js'
import { invariant } from '../../base/invariant.js'
import { fault, isFault, type Fault } from '../../base/step.js'
import type { Channel, ChannelState, ProposedUpdate, Round } from '../entity.js'
import type { ChannelHost } from '../host.js'
import type { Draft } from '../kind.js'
import { kindOf } from '../kinds.js'
import { leafOf, lockKey, otherSide, type Lock, type LockKey, type Side, type Update } from '../lock.js'

/** A draft that is being made, update by update; owned by the function that makes it. */
export interface Drafting {
  readonly host: ChannelHost
  readonly channel: Channel
  readonly by: Side
  state: ChannelState
  readonly added: Lock[]
  readonly removed: Set<LockKey>
}

export const startDraft = (host: ChannelHost, channel: Channel, by: Side): Drafting =>
  ({ host, channel, by, state: kindOf(channel.state).afterRound(channel.state), added: [], removed: new Set() })

export const endDraft = ({ by, state, added, removed }: Drafting): Draft => Object.freeze({ by, state, added, removed })

/** The next add id of a side. */
export const nextAddId = (state: ChannelState, side: Side): number => side === 'local' ? state.nextLocalAddId : state.nextRemoteAddId

/** Adds one update to the draft; a fault leaves it unchanged. Judged by nothing but what both sides know. @see CHAN-6 */
export function applyUpdate (drafting: Drafting, update: ProposedUpdate): Fault | undefined {
  const lock = lockOf(drafting, update)
  if (lock !== undefined && isFault(lock)) return lock
  const state = kindOf(drafting.state).apply(drafting.state, drafting.by, update, lock)
  if (isFault(state)) return state
  drafting.state = state
  if (lock === undefined) return undefined
  if (update.type === 'add') drafting.added.push(lock)
  else drafting.removed.add(keyOfLock(lock))
  return undefined
}

export const keyOfLock = (lock: Lock): LockKey => lockKey(lock.channelId, lock.offeredBy, lock.terms.id)

/** Who offered the lock that an update of `by` removes. */
export const offererOf = (update: Exclude<Update, { type: 'add' | 'set-limit' | 'shutdown' }>, by: Side): Side =>
  update.type === 'expire' ? by : otherSide(by)

/** The lock that an update adds or removes. */
function lockOf (drafting: Drafting, update: ProposedUpdate): Lock | Fault | undefined {
  switch (update.type) {
    case 'add': return newLock(drafting, update)
    case 'set-limit': case 'shutdown': return undefined
    default: return liveLock(drafting, update)
  }
}

function newLock (drafting: Drafting, update: Extract<ProposedUpdate, { type: 'add' }>): Lock | Fault {
  const { by, state, channel } = drafting
  const { terms, origin, secret } = update
  const next = nextAddId(state, by)
  // CHAN-7: ids of a side count up by one, so none is ever used again.
  if (terms.id !== next) return fault('CHAN-7', `the next lock of this side is ${next}, not ${terms.id}`)
  const count = by === 'local' ? state.localLocks : state.remoteLocks
  // CHAN-9
  if (count >= kindOf(state).locksPerSideMax) return fault('CHAN-9', `this side has ${count} locks, the most it may`)
  return { channelId: channel.id, offeredBy: by, terms, leaf: leafOf(terms), origin, secret, irrevocable: false, failing: undefined, ended: false }
}

// CHAN-8: a lock is removed once, by the side that may, and only when it is live.
function liveLock (drafting: Drafting, update: Exclude<ProposedUpdate, { type: 'add' | 'set-limit' | 'shutdown' }>): Lock | Fault {
  const { host, channel, by, removed } = drafting
  const key = lockKey(channel.id, offererOf(update, by), update.id)
  const lock = host.locks.get(key)
  if (lock === undefined || removed.has(key)) return fault('CHAN-8', `there is no live lock ${update.id} to ${update.type}`)
  // CHAN-13: the secrets of a proposal were checked against their points, and stored, before anything else of it is judged.
  if (update.type === 'fulfil' && (lock.secret === undefined || !equalBytes(lock.secret, update.secret))) return fault('CHAN-13', `the secret of lock ${update.id} does not fit its point`)
  return lock
}

/** The draft of some updates, or what they break. */
export function draftOf (host: ChannelHost, channel: Channel, by: Side, updates: readonly ProposedUpdate[]): Draft | Fault {
  const drafting = startDraft(host, channel, by)
  for (const update of updates) {
    const wrong = applyUpdate(drafting, update)
    if (wrong !== undefined) return wrong
  }
  return endDraft(drafting)
}

// While a round runs, neither the state nor the set of locks changes, so its draft belongs to the round object.
const drafts = new WeakMap<Round, Draft>()

/** Remembers the draft of a round that starts. */
export const keepDraft = (round: Round, draft: Draft): void => { drafts.set(round, draft) }

/** The draft of the round that runs. */
export function runningDraft (host: ChannelHost, channel: Channel): Draft {
  const { round } = channel
  const known = drafts.get(round)
  if (known !== undefined) return known
  const draft = draftOf(host, channel, round.phase === 'agreed' ? 'remote' : 'local', round.updates)
  invariant(!isFault(draft), 'a stored round was judged before it was stored')
  drafts.set(round, draft)
  return draft
}

/** The same updates in a round object of another phase. */
export function moveDraft (from: Round, to: Round): void {
  const draft = drafts.get(from)
  if (draft !== undefined) drafts.set(to, draft)
}
