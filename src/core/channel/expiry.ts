import { fault } from '../base/step.js'
import type { Channel } from './entity.js'
import { failChannel, isHalted } from './failure.js'
import type { ChannelHost } from './host.js'
import { REMOVAL_CONNECTED_SECONDS, REMOVAL_SECONDS_MAX } from './limits.js'
import { overAt, type Lock } from './lock.js'
import { retryHeld } from './round/answer.js'
import { keyOfLock } from './round/draft.js'
import { takeBack } from './take-back.js'
import { canTime, isOverdue, isUncertain } from './time.js'

/**
 * Takes back our locks that expired, tells the end of those in halted channels, and looks again at proposals that wait
 * for the clocks to agree. Called about once a second and at every block; looks at every lock.
 */
export function expireLocks (host: ChannelHost): void {
  for (const [channelId, session] of [...host.sessions.entries()]) {
    const channel = host.channels.get(channelId)
    if (session.held !== undefined && channel !== undefined && !isHalted(channel)) retryHeld(host, channel)
  }
  const over = [...host.locks.values()].filter((lock) => !lock.ended && isOverdue(host, lock))
  for (const lock of over) {
    const channel = host.channels.get(lock.channelId)
    if (channel === undefined) continue
    if (isHeldUp(host, channel, lock)) {
      failChannel(host, channel, fault('CHAN-24', `the removal of lock ${lock.terms.id} was held up for ${REMOVAL_SECONDS_MAX} s`))
      continue
    }
    // CHAN-18: without the neighbour's word for our clock nothing expires.
    if (!canTime(host, channel)) continue
    // Where a chain decides, the resolver tells the end of a halted channel's locks.
    if (isHalted(channel) && lock.terms.expiry.clock !== 'unix') continue
    if (isHalted(channel)) endHalted(host, channel, lock)
    else takeBack(host, channel, lock)
  }
}

/** Whether the neighbour is connected, and does not let a lock end that is long over. @see CHAN-24 */
function isHeldUp (host: ChannelHost, channel: Channel, lock: Lock): boolean {
  const session = host.sessions.get(channel.id)
  if (session === undefined || isHalted(channel) || !isUncertain(host, lock)) return false
  const { nowMs } = host.env
  if (session.heldUpMs === undefined) host.sessions.set(channel.id, { ...session, heldUpMs: nowMs })
  return session.heldUpMs !== undefined && nowMs - session.heldUpMs >= REMOVAL_CONNECTED_SECONDS * 1_000
}

// CHAN-21: the lock stays as evidence, but nobody has to wait for it any longer.
function endHalted (host: ChannelHost, channel: Channel, lock: Lock): void {
  host.locks.set(keyOfLock(lock), { ...lock, ended: true })
  if (lock.offeredBy === 'remote') {
    if (lock.irrevocable) host.outcome({ type: 'lockRemoved', channelId: channel.id, id: lock.terms.id, how: lock.secret === undefined ? 'expired' : 'fulfilled' })
    return
  }
  if (lock.origin === undefined) return
  host.offers.delete(lock.origin)
  host.outcome(lock.secret === undefined
    ? { type: 'offerFailed', channelId: channel.id, origin: lock.origin, reason: 'expired', sent: true }
    : { type: 'offerSettled', channelId: channel.id, origin: lock.origin })
}

/** When {@link expireLocks} next has something to do, in milliseconds since 1970; looks at every lock. */
export function nextExpiryMs (host: ChannelHost): number | undefined {
  let next: number | undefined
  for (const lock of host.locks.values()) {
    if (lock.ended || lock.terms.expiry.clock !== 'unix') continue
    const channel = host.channels.get(lock.channelId)
    if (channel === undefined) continue
    if (!isHalted(channel) && (lock.offeredBy === 'remote' || lock.secret !== undefined || lock.failing !== undefined)) continue
    const at = overAt(lock) * 1_000
    if (next === undefined || at < next) next = at
  }
  return next
}
