import type { Channel, ChannelState, ProposedUpdate } from '../entity.js'
import { forgetChannel } from '../forget.js'
import type { ChannelHost } from '../host.js'
import type { Draft } from '../kind.js'
import { kindOf } from '../kinds.js'
import { lockKey, type FailReason, type Lock } from '../lock.js'
import { NO_EVIDENCE } from '../messages.js'
import { enqueue } from '../queue.js'
import { canTime, hasExpired } from '../time.js'
import { keyOfLock, offererOf } from './draft.js'

/**
 * A round is irrevocable: its state is in force from now on, with the evidence that makes it so, and what it brought
 * is told. Outcomes are acted on only when all this is stored.
 *
 * @see CHAN-15
 */
export function completeRound (host: ChannelHost, channel: Channel, draft: Draft, state: ChannelState): Channel {
  const { round } = channel
  const after: Channel = {
    ...channel,
    status: state.shutdown ? 'closing' : channel.status,
    state,
    round: { number: round.number + 1, phase: 'idle', updates: [], evidence: NO_EVIDENCE, lastBy: draft.by }
  }
  host.channels.set(channel.id, after)
  let index = 0
  for (const update of round.updates) {
    if (update.type === 'add') addLock(host, after, draft.added[index++]!, update)
    else if (update.type !== 'set-limit' && update.type !== 'shutdown') removeLock(host, after, draft, update)
  }
  host.outcome({ type: 'capacityChanged', channelId: channel.id })
  if (kindOf(state).isOver(state)) forgetChannel(host, after) // IOU-11
  else kindOf(state).whenIdle(host, after)
  return after
}

function addLock (host: ChannelHost, channel: Channel, lock: Lock, update: Extract<ProposedUpdate, { type: 'add' }>): void {
  if (lock.offeredBy === 'local') {
    host.locks.set(keyOfLock(lock), { ...lock, secret: update.secret })
    return
  }
  const reason = unwelcome(host, channel, lock)
  if (reason === undefined) {
    const received = { ...lock, irrevocable: true }
    host.locks.set(keyOfLock(lock), received)
    host.outcome({ type: 'lockReceived', channelId: channel.id, lock: received })
  } else {
    host.locks.set(keyOfLock(lock), { ...lock, failing: reason })
    enqueue(host, channel.id, { type: 'fail', id: lock.terms.id, reason })
  }
}

// CHAN-17, CHAN-18: what one side alone can judge is agreed to, and failed in its next round.
function unwelcome (host: ChannelHost, channel: Channel, lock: Lock): FailReason | undefined {
  if (!canTime(host, channel) || !kindOf(channel.state).isReady(channel.state)) return 'refused'
  return hasExpired(host, lock.terms.expiry) ? 'expired' : undefined
}

function removeLock (host: ChannelHost, channel: Channel, draft: Draft, update: Exclude<ProposedUpdate, { type: 'add' | 'set-limit' | 'shutdown' }>): void {
  const key = lockKey(channel.id, offererOf(update, draft.by), update.id)
  // Read again: a secret may have been learnt since the draft was made.
  const lock = host.locks.get(key)!
  host.locks.delete(key)
  if (lock.offeredBy === 'local') tellOffer(host, channel, lock, update)
  else if (lock.irrevocable) host.outcome({ type: 'lockRemoved', channelId: channel.id, id: update.id, how: HOW[update.type] })
}

const HOW = { fulfil: 'fulfilled', fail: 'failed', expire: 'expired' } as const

function tellOffer (host: ChannelHost, channel: Channel, lock: Lock, update: Exclude<ProposedUpdate, { type: 'add' | 'set-limit' | 'shutdown' }>): void {
  const { origin } = lock
  if (origin === undefined) return
  host.offers.delete(origin)
  // CHAN-19: a lock whose secret was shown before its removal counts as paid, whatever removed it.
  host.outcome(lock.secret !== undefined
    ? { type: 'offerSettled', channelId: channel.id, origin }
    : { type: 'offerFailed', channelId: channel.id, origin, reason: update.type === 'fail' ? update.reason : 'expired', sent: true })
}
