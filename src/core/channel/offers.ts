import type { ChannelId, OriginId } from '../base/ids.js'
import { invariant } from '../base/invariant.js'
import type { Units } from '../base/money.js'
import { refuse, type Refusal } from '../base/step.js'
import { opens } from '../crypto/curve.js'
import type { Channel } from './entity.js'
import { isHalted } from './failure.js'
import type { ChannelHost } from './host.js'
import { kindOf } from './kinds.js'
import { CLOCK_SKEW_SECONDS_MAX, QUEUED_ADDS_MAX } from './limits.js'
import { lockKey, type FailReason, type LockTerms } from './lock.js'
import { enqueue, queueOf, replaceLimit, setUpdates } from './queue.js'
import { canTime } from './time.js'
import { runningDraft } from './round/draft.js'
import { noteUnshown } from './secrets.js'
import { capacity } from './views.js'

/**
 * Queues an add for the next round. Its end comes as `offerFailed` or `offerSettled` with the same origin.
 *
 * @returns why nothing was queued
 */
export function offerLock (host: ChannelHost, channelId: ChannelId, terms: Omit<LockTerms, 'id'>, origin: OriginId): Refusal | undefined {
  const channel = host.channels.get(channelId)
  if (channel === undefined) return refuse('no-channel', { id: channelId })
  if (isHalted(channel) || channel.status === 'opening') return notOpen(channel)
  if (host.sessions.get(channelId)?.ready !== true) return refuse('peer-offline', { peer: channel.peer })
  if (!canTime(host, channel)) return refuse('clock-skew', { limit: CLOCK_SKEW_SECONDS_MAX }) // CHAN-18
  const queued = queueOf(host, channelId).adds
  if (queued >= QUEUED_ADDS_MAX) return refuse('busy', { what: 'locks that wait', limit: QUEUED_ADDS_MAX })
  const { spendable, freeSlots } = capacity(host, channelId)
  if (freeSlots === 0) return refuse('too-many-locks', { count: kindOf(channel.state).locksPerSideMax })
  if (terms.amount > spendable || terms.amount === 0n) return refuse('limit-exceeded', { wanted: terms.amount, possible: spendable })
  invariant(!host.offers.has(origin), 'an origin offers one lock at a time')
  host.offers.set(origin, { channelId, state: 'queued' })
  enqueue(host, channelId, { type: 'add', terms, origin })
  return undefined
}

/** Takes back an add that still waits; true when it will certainly never be sent. No outcome follows then. */
export function cancelOffer (host: ChannelHost, origin: OriginId): boolean {
  const offer = host.offers.get(origin)
  if (offer?.state !== 'queued') return false
  host.offers.delete(origin)
  setUpdates(host, offer.channelId, queueOf(host, offer.channelId).updates.filter((update) => update.type !== 'add' || update.origin !== origin))
  return true
}

/** Where the lock of an origin is: `live` when in a proposal or in the state of a channel. */
export const offerState = (host: ChannelHost, origin: OriginId): 'none' | 'queued' | 'live' => host.offers.get(origin)?.state ?? 'none'

/**
 * Settles a lock of the peer: its secret is shown with the next messages, the removal follows in a round. Idempotent.
 * Ignored when the lock is gone or its `fail` was proposed: then the secret would be given away for nothing.
 *
 * @see CHAN-14
 */
export function fulfilLock (host: ChannelHost, channelId: ChannelId, id: number, secret: Uint8Array): void {
  const channel = host.channels.get(channelId)
  const key = lockKey(channelId, 'remote', id)
  const lock = host.locks.get(key)
  if (channel === undefined || lock === undefined || lock.secret !== undefined) return
  invariant(opens(secret, lock.terms.point), 'a lock is settled with the secret of its point')
  if (lock.failing !== undefined) {
    if (channel.round.phase !== 'agreed' && channel.round.updates.some((update) => update.type === 'fail' && update.id === id)) return
    setUpdates(host, channelId, queueOf(host, channelId).updates.filter((update) => update.type !== 'fail' || update.id !== id))
  }
  host.locks.set(key, { ...lock, secret, failing: undefined })
  if (host.sessions.has(channelId)) noteUnshown(host, channel, id)
  if (!isHalted(channel)) enqueue(host, channelId, { type: 'fulfil', id, secret })
}

/** Gives back a lock of the peer. Idempotent; ignored once its secret was shown. @see CHAN-19 */
export function failLock (host: ChannelHost, channelId: ChannelId, id: number, reason: FailReason): void {
  const channel = host.channels.get(channelId)
  const key = lockKey(channelId, 'remote', id)
  const lock = host.locks.get(key)
  if (channel === undefined || lock === undefined || lock.secret !== undefined || lock.failing !== undefined) return
  host.locks.set(key, { ...lock, failing: reason })
  if (!isHalted(channel)) enqueue(host, channelId, { type: 'fail', id, reason })
}

/**
 * Proposes another limit of what the peer may owe us. It is in force when the state names it; `limitRefused` follows
 * when more is owed or locked before it can be proposed.
 *
 * @see IOU-6
 */
export function setLimit (host: ChannelHost, channelId: ChannelId, limit: Units): Refusal | undefined {
  const channel = host.channels.get(channelId)
  if (channel === undefined) return refuse('no-channel', { id: channelId })
  if (isHalted(channel) || channel.status !== 'open') return notOpen(channel)
  const { round, state } = channel
  const least = kindOf(state).leastLimit(round.phase === 'idle' ? state : runningDraft(host, channel).state)
  if (limit < least) return refuse('limit-too-low', { least })
  const { updates } = queueOf(host, channelId)
  const wish = { type: 'set-limit', limit } as const
  for (const update of updates) replaceLimit(host, channelId, update, wish)
  setUpdates(host, channelId, [...updates.filter(({ type }) => type !== 'set-limit'), wish])
  return undefined
}

const notOpen = (channel: Channel): Refusal => channel.frozen === undefined
  ? refuse('channel-not-open', { id: channel.id, status: channel.status })
  : refuse('channel-frozen', { id: channel.id, dump: channel.frozen })
