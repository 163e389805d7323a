import { equalBytes } from '../base/bytes.js'
import { unixSeconds } from '../base/env.js'
import { fault, type Fault } from '../base/step.js'
import { opens } from '../crypto/curve.js'
import type { Channel } from './entity.js'
import type { ChannelHost } from './host.js'
import { SECRETS_PER_MESSAGE_MAX } from './limits.js'
import { leafOf, lockKey, overAt, type Lock } from './lock.js'
import { queueOf, setQueue } from './queue.js'
import { moveDraft, nextAddId } from './round/draft.js'

/** A secret that the peer shows: of the lock `id` that we offered. */
export interface ShownSecret {
  readonly id: number
  readonly secret: Uint8Array
}

/**
 * Stores every valid secret among those shown and tells of it, whatever else the message holds. Gives the first fault.
 *
 * A secret of a lock that is gone is old news; one of a lock that never was, or that does not fit its point, is a fault.
 *
 * @see CHAN-13
 */
export function learnSecrets (host: ChannelHost, channel: Channel, shown: readonly ShownSecret[]): Fault | undefined {
  let wrong: Fault | undefined
  for (const { id, secret } of shown) wrong = learnSecret(host, host.channels.get(channel.id) ?? channel, id, secret) ?? wrong
  return wrong
}

function learnSecret (host: ChannelHost, channel: Channel, id: number, secret: Uint8Array): Fault | undefined {
  const key = lockKey(channel.id, 'local', id)
  const lock = host.locks.get(key)
  if (lock === undefined) return learnEarly(host, channel, id, secret)
  if (lock.secret !== undefined) return equalBytes(lock.secret, secret) ? undefined : unfit(id)
  if (!fits(secret, lock)) return unfit(id)
  // CHAN-23: the lock before it may have ended already. A proposal that would still take it is judged in its round.
  if (isTooLate(host, lock)) return undefined
  // CHAN-19: also when its `fail` or `expire` is under way: until that is irrevocable, the lock is live.
  const known = { ...lock, secret }
  host.locks.set(key, known)
  host.outcome({ type: 'secretLearnt', channelId: channel.id, lock: known, secret })
  return undefined
}

/** A secret of an add of ours whose round is not complete: it counts, although the peer had to wait. */
function learnEarly (host: ChannelHost, channel: Channel, id: number, secret: Uint8Array): Fault | undefined {
  const { round } = channel
  const ours = round.phase === 'proposed' || round.phase === 'committed'
  const index = ours ? round.updates.findIndex((update) => update.type === 'add' && update.terms.id === id) : -1
  const add = round.updates[index]
  if (add === undefined || add.type !== 'add') return id < nextAddId(channel.state, 'local') ? undefined : fault('CHAN-13', `a secret was shown for lock ${id}, which was never offered`)
  if (add.secret !== undefined && equalBytes(add.secret, secret)) return undefined
  if (!opens(secret, add.terms.point)) return unfit(id)
  const lock: Lock = { channelId: channel.id, offeredBy: 'local', terms: add.terms, leaf: leafOf(add.terms), origin: add.origin, secret, irrevocable: false, failing: undefined, ended: false }
  const after = { ...round, updates: round.updates.with(index, { ...add, secret }) }
  moveDraft(round, after)
  host.channels.set(channel.id, { ...channel, round: after })
  host.outcome({ type: 'secretLearnt', channelId: channel.id, lock, secret })
  return undefined
}

/** Whether the time of a lock that we offered is over, and no secret was shown before. @see CHAN-23 */
export const isTooLate = (host: ChannelHost, lock: Lock): boolean =>
  lock.secret === undefined && lock.terms.expiry.clock === 'unix' && unixSeconds(host.env) >= overAt(lock)

const fits = (secret: Uint8Array, lock: Lock): boolean => opens(secret, lock.terms.point)
const unfit = (id: number): Fault => fault('CHAN-13', `the secret shown for lock ${id} does not fit its point`)

/** Notes that the secret of a lock of the peer is to be shown. */
export function noteUnshown (host: ChannelHost, channel: Channel, id: number): void {
  const queue = queueOf(host, channel.id)
  setQueue(host, channel.id, { ...queue, unshown: [...queue.unshown, id] })
}

/** Shows the secrets that were not shown on this connection, without those that a proposal of this step shows anyway. @see CHAN-14 */
export function showSecrets (host: ChannelHost, channel: Channel, inProposal: ReadonlySet<number>): void {
  const queue = queueOf(host, channel.id)
  if (queue.unshown.length === 0) return
  sendSecrets(host, channel, queue.unshown.filter((id) => !inProposal.has(id)))
  setQueue(host, channel.id, { ...queue, unshown: [] })
}

/** Shows every secret we know of locks of the peer: first of all when a connection exists. @see CHAN-2 */
export function showAllSecrets (host: ChannelHost, channel: Channel): void {
  const known: number[] = []
  for (const lock of host.locks.group(channel.id).values()) {
    if (lock.offeredBy === 'remote' && lock.secret !== undefined) known.push(lock.terms.id)
  }
  sendSecrets(host, channel, known)
  setQueue(host, channel.id, { ...queueOf(host, channel.id), unshown: [] })
}

function sendSecrets (host: ChannelHost, channel: Channel, ids: readonly number[]): void {
  const secrets: ShownSecret[] = []
  for (const id of ids) {
    const secret = host.locks.get(lockKey(channel.id, 'remote', id))?.secret
    if (secret !== undefined) secrets.push({ id, secret })
  }
  for (let at = 0; at < secrets.length; at += SECRETS_PER_MESSAGE_MAX) {
    host.send(channel.peer, { type: 'secret', channelId: channel.id, secrets: secrets.slice(at, at + SECRETS_PER_MESSAGE_MAX) })
  }
}
