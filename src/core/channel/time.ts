import { unixSeconds, type Expiry } from '../base/env.js'
import type { Channel } from './entity.js'
import type { ChannelHost } from './host.js'
import { kindOf } from './kinds.js'
import { REMOVAL_SECONDS_MAX } from './limits.js'
import { overAt, type Lock } from './lock.js'

/** What it is on the clock of an expiry: seconds or a height; undefined when this node does not follow that chain. */
const timeOf = (host: ChannelHost, clock: Expiry['clock']): number | undefined => clock === 'unix' ? unixSeconds(host.env) : host.env.heights[clock]

/**
 * Whether this side may judge the expiry of a channel's locks: on a trust line the neighbour vouches for our clock, on
 * an enforced channel the chain is followed. @see CHAN-18
 */
export function canTime (host: ChannelHost, channel: Channel): boolean {
  const clock = kindOf(channel.state).clock(channel.state)
  return clock === 'unix' ? host.clocksAgree(channel.peer) : host.env.heights[clock] !== undefined
}

/** Whether an expiry has come. */
export function hasExpired (host: ChannelHost, { clock, value }: Expiry): boolean {
  const now = timeOf(host, clock)
  return now !== undefined && now >= value
}

/** Whether the offerer of a lock may take it back. @see CHAN-17 */
export function isOverdue (host: ChannelHost, lock: Lock): boolean {
  const now = timeOf(host, lock.terms.expiry.clock)
  return now !== undefined && now >= overAt(lock)
}

/**
 * Whether a lock that we offered on a trust line is long over by our clock, and neither paid nor taken back: its
 * outcome is open, and only a person can ask for it. @see CHAN-24
 */
export const isUncertain = (host: Pick<ChannelHost, 'env'>, lock: Lock): boolean =>
  lock.offeredBy === 'local' && lock.secret === undefined && !lock.ended && lock.terms.expiry.clock === 'unix' && unixSeconds(host.env) >= overAt(lock) + REMOVAL_SECONDS_MAX
