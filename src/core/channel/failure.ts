import { printable } from '../base/printable.js'
import type { ChannelId } from '../base/ids.js'
import type { Fault } from '../base/step.js'
import type { Channel, ProposedUpdate } from './entity.js'
import type { ChannelHost } from './host.js'
import { kindOf } from './kinds.js'
import { REASON_LENGTH_MAX } from './limits.js'
import { leafOf, lockKey } from './lock.js'
import { queueOf, setUpdates } from './queue.js'

/** Whether no round may run in a channel again: the peer broke the protocol, or this program has a bug in it. */
export const isHalted = (channel: Channel): boolean => channel.status === 'failed' || channel.frozen !== undefined

/**
 * The peer broke the protocol: the channel stands still, its evidence and locks are kept, and the peer is told which
 * requirement it was. What certainly never becomes binding is failed at once; the rest waits for its expiry.
 *
 * @see CHAN-20
 */
export function failChannel (host: ChannelHost, channel: Channel, fault: Fault, tellPeer = true): void {
  if (isHalted(channel)) return
  const failure = printable(`${fault.requirement}: ${fault.detail}`, REASON_LENGTH_MAX)
  host.channels.set(channel.id, { ...channel, status: 'failed', failure, state: kindOf(channel.state).whenFailed(channel.state, fault) })
  halt(host, channel)
  if (tellPeer) host.send(channel.peer, { type: 'fault', channelId: channel.id, broken: fault.requirement })
  host.outcome({ type: 'fault', channelId: channel.id, fault })
  host.outcome({ type: 'capacityChanged', channelId: channel.id })
}

/** This program has a bug in this channel: it stands still as a failed one does, and the peer is not told. */
export function freezeChannel (host: ChannelHost, channelId: ChannelId, reason: string): void {
  const channel = host.channels.get(channelId)
  if (channel === undefined || isHalted(channel)) return
  host.channels.set(channelId, { ...channel, frozen: printable(reason, REASON_LENGTH_MAX) })
  halt(host, channel)
  host.outcome({ type: 'capacityChanged', channelId })
}

function halt (host: ChannelHost, channel: Channel): void {
  const { phase, updates } = channel.round
  failQueuedAdds(host, channel.id)
  setUpdates(host, channel.id, [])
  for (const update of updates) {
    if (update.type !== 'add' || phase === 'agreed' || phase === 'idle') continue
    // CHAN-21: without our COMMIT the peer holds nothing that binds us; after it, the lock is possibly live.
    if (phase === 'committed') keepLock(host, channel, update)
    else failOffer(host, channel.id, update)
  }
}

function keepLock (host: ChannelHost, channel: Channel, add: Extract<ProposedUpdate, { type: 'add' }>): void {
  host.locks.set(lockKey(channel.id, 'local', add.terms.id), {
    channelId: channel.id, offeredBy: 'local', terms: add.terms, leaf: leafOf(add.terms), origin: add.origin, secret: add.secret, irrevocable: false, failing: undefined, ended: false
  })
}

function failOffer (host: ChannelHost, channelId: ChannelId, add: Extract<ProposedUpdate, { type: 'add' }>): void {
  if (add.origin === undefined) return
  host.offers.delete(add.origin)
  host.outcome(add.secret === undefined
    ? { type: 'offerFailed', channelId, origin: add.origin, reason: 'no-route', sent: true }
    : { type: 'offerSettled', channelId, origin: add.origin })
}

/** Adds that wait for a round never reach one: the way is gone, so whoever wanted them tries another. */
export function failQueuedAdds (host: ChannelHost, channelId: ChannelId): void {
  const { updates, adds } = queueOf(host, channelId)
  if (adds === 0) return
  setUpdates(host, channelId, updates.filter(({ type }) => type !== 'add'))
  for (const update of updates) {
    if (update.type !== 'add') continue
    host.offers.delete(update.origin)
    host.outcome({ type: 'offerFailed', channelId, origin: update.origin, reason: 'no-route', sent: false })
  }
}

/** Fails what a deleted channel still held: none of it was ever binding. */
export const dropOffers = (host: ChannelHost, channel: Channel): void => { halt(host, { ...channel, round: { ...channel.round, phase: channel.round.phase === 'committed' ? 'proposed' : channel.round.phase } }) }
