import type { AssetId, ChannelId, PeerId } from '../base/ids.js'
import { ZERO, asUnits, subUnitsOrZero, type Units } from '../base/money.js'
import { HOPS_PER_NEIGHBOUR_MAX, NEIGHBOUR_SHARE, RESERVATIONS_PER_NEIGHBOUR_MAX } from './limits.js'
import type { HalfId, Host } from './tables.js'

/** What is reserved of a channel's spendable capacity. A way for the money toward this node reserves nothing here: its sender does. */
export function reservedOn (host: Host, channelId: ChannelId, direction: 'to' | 'from' = 'to'): Units {
  if (direction === 'from') return ZERO
  let sum = 0n
  for (const { amount } of host.tables.reservations.group(channelId).values()) sum += amount
  return asUnits(sum)
}

/** The channel with a peer that has this much free, the fullest first; undefined when none has. */
export function freeChannel (host: Host, peer: PeerId, asset: AssetId, amount: Units): ChannelId | undefined {
  return host.channelsWith(peer, asset).find(({ id, spendable }) => subUnitsOrZero(spendable, reservedOn(host, id)) >= amount)?.id
}

/**
 * Reserves for one half route until {@link release}.
 *
 * @param cause - the neighbour whose request it is
 * @returns false when the neighbour has caused too many on this channel already, see ROUTE-18
 */
export function reserve (host: Host, half: HalfId, channelId: ChannelId, amount: Units, cause: PeerId): boolean {
  const { reservations } = host.tables
  let count = 0
  for (const reservation of reservations.group(channelId).values()) if (reservation.cause === cause) count++
  if (count >= RESERVATIONS_PER_NEIGHBOUR_MAX) return false
  reservations.delete(half)
  reservations.set(half, { channelId, amount, cause })
  return true
}

/** Idempotent. */
export const release = (host: Host, half: HalfId): void => { host.tables.reservations.delete(half) }

/**
 * Whether a neighbour's next lock leaves enough of a channel to others: a bound on the number of its locks there, and
 * on their sum when they are several. @see ROUTE-36
 */
export function mayForward (host: Host, cause: PeerId, channelId: ChannelId, asset: AssetId, amount: Units): boolean {
  let count = 0
  let sum = 0n
  let all = 0n
  for (const flight of host.tables.flights.group(channelId).values()) {
    all += flight.amount
    if (flight.cause !== cause) continue
    count++
    sum += flight.amount
  }
  if (count === 0) return true
  if (count >= HOPS_PER_NEIGHBOUR_MAX) return false
  const peer = host.peerOf(channelId)
  const spendable = peer === undefined ? ZERO : host.channelsWith(peer, asset).find(({ id }) => id === channelId)?.spendable ?? ZERO
  return (sum + amount) * NEIGHBOUR_SHARE <= spendable + all
}
