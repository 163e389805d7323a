import type { ClockName } from '../base/env.js'
import type { AssetId, ChannelId, PeerId } from '../base/ids.js'
import { firstDelta, forwardDelta, isTooLong } from './deadlines.js'
import { EXPIRY_DELTA_SECONDS_MAX, type Quote } from './quote.js'
import type { Half, Host } from './tables.js'

/** The clock that a channel's locks expire by. */
export const clockOf = (host: Host, channelId: ChannelId): ClockName => host.clockOf?.(channelId) ?? 'unix'

/** The clocks of all channels with a peer that may carry an asset. */
export function clocksWith (host: Host, peer: PeerId, asset: AssetId): ReadonlySet<ClockName> {
  const clocks = new Set(host.channelsWith(peer, asset).map(({ id }) => clockOf(host, id)))
  return clocks.size === 0 ? new Set(['unix']) : clocks
}

/** What this node asks of a lock between two neighbours. */
export const deltaBetweenPeers = (host: Host, asset: AssetId, before: PeerId, after: PeerId, nextSeconds: number): number =>
  forwardDelta(host.settings, { incoming: clocksWith(host, before, asset), outgoing: clocksWith(host, after, asset) }, nextSeconds, host.draw('delta'))

/** Whether locks from a neighbour would be longer than this node lets money be locked. */
export const isTooLongFrom = (host: Host, asset: AssetId, before: PeerId, deltaSeconds: number): boolean =>
  isTooLong(host.settings, clocksWith(host, before, asset), deltaSeconds)

/**
 * A payee half's own quote and that of the way, with the time that locks from one neighbour must last: until it is known
 * who is asked, and by which clocks its channels run, they hold no time of this node. Undefined when it is too long.
 */
export function timedQuotes (host: Host, half: Half, before: PeerId): { readonly own: Quote | undefined, readonly quote: Quote } | undefined {
  const { from, asset, own, next, quote } = half
  if (quote === undefined) return undefined
  const nextSeconds = next?.expiryDeltaSeconds ?? 0
  const delta = from.type === 'link'
    ? deltaBetweenPeers(host, asset, before, from.peer, nextSeconds)
    : firstDelta(host.settings, clocksWith(host, before, asset), host.draw('delta'))
  const expiryDeltaSeconds = nextSeconds + delta
  if (expiryDeltaSeconds > EXPIRY_DELTA_SECONDS_MAX || isTooLongFrom(host, asset, before, expiryDeltaSeconds)) return undefined // ROUTE-22
  return { own: own === undefined ? undefined : { ...own, expiryDeltaSeconds: delta }, quote: { ...quote, expiryDeltaSeconds } }
}
