import { ZERO, addUnits, asUnits } from '../base/money.js'
import type { ChannelId } from '../base/ids.js'
import type { Channel, ProposedUpdate } from './entity.js'
import type { ChannelHost, QueuedUpdate, UpdateQueue } from './host.js'

const EMPTY: UpdateQueue = { updates: [], adds: 0, amount: ZERO, unshown: [] }

export const queueOf = (host: ChannelHost, channelId: ChannelId): UpdateQueue => host.queues.get(channelId) ?? EMPTY

/** Writes a queue; an empty one is deleted, so that only channels with work are looked at. */
export function setQueue (host: ChannelHost, channelId: ChannelId, queue: UpdateQueue): void {
  if (queue.updates.length === 0 && queue.unshown.length === 0) host.queues.delete(channelId)
  else host.queues.set(channelId, queue)
}

/** Appends an update. */
export function enqueue (host: ChannelHost, channelId: ChannelId, update: QueuedUpdate): void {
  const queue = queueOf(host, channelId)
  host.queues.set(channelId, {
    ...queue,
    updates: [...queue.updates, update],
    adds: queue.adds + (update.type === 'add' ? 1 : 0),
    amount: update.type === 'add' ? addUnits(queue.amount, update.terms.amount) : queue.amount
  })
}

/** Puts other updates in place of those that wait; counts and sums follow. */
export function setUpdates (host: ChannelHost, channelId: ChannelId, updates: readonly QueuedUpdate[]): void {
  let adds = 0
  let amount = 0n
  for (const update of updates) {
    if (update.type !== 'add') continue
    adds++
    amount += update.terms.amount
  }
  setQueue(host, channelId, { updates, adds, amount: asUnits(amount), unshown: queueOf(host, channelId).unshown })
}

/** Updates of a proposal that lost go back to the front of the queue; their adds lose their ids, which nobody has used. @see CHAN-10 */
export function requeue (host: ChannelHost, channel: Channel): void {
  const waiting = queueOf(host, channel.id).updates
  const newer = waiting.find(({ type }) => type === 'set-limit')
  const back: QueuedUpdate[] = []
  for (const update of channel.round.updates) {
    if (update.type === 'set-limit' && newer !== undefined) replaceLimit(host, channel.id, update, newer)
    else back.push(unproposed(host, channel.id, update))
  }
  setUpdates(host, channel.id, [...back, ...waiting])
}

/** Of two wishes for a limit the newer one counts, and whoever wanted the other is told. */
export function replaceLimit (host: ChannelHost, channelId: ChannelId, older: QueuedUpdate, newer: QueuedUpdate): void {
  if (older.type !== 'set-limit' || newer.type !== 'set-limit' || older.limit === newer.limit) return
  host.outcome({ type: 'limitReplaced', channelId, limit: asUnits(older.limit) })
}

function unproposed (host: ChannelHost, channelId: ChannelId, update: ProposedUpdate): QueuedUpdate {
  if (update.type !== 'add') return update
  const { id: _id, ...terms } = update.terms
  const origin = update.origin!
  host.offers.set(origin, { channelId, state: 'queued' })
  return { type: 'add', terms, origin }
}
