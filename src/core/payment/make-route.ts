import type { PeerId } from '../base/ids.js'
import { ZERO } from '../base/money.js'
import { byOwnClock, openUntil, rememberedUntil, stillValid } from './deadlines.js'
import { cancelHalf, drawId, searchOnward } from './half-route.js'
import { HOPS_LEFT_MAX, MAKES_BURST_MAX, MAKES_PER_SECOND_MAX, PAYEE_HALVES_MAX, PAYEE_HALVES_PER_NEIGHBOUR_MAX, PAYER_HALVES_MAX, PAYER_HALVES_PER_NEIGHBOUR_MAX } from './limits.js'
import { arriveAtMeetingPoint } from './meeting-point.js'
import type { MakeRoute, NoRouteReason } from './messages.js'
import { composeQuotes, forwardQuote, quoteIn } from './quote.js'
import { freeChannel } from './reservations.js'
import { halfGroup, routeKey, type Half, type HalfId, type Host } from './tables.js'
import { alongOf, beyondWaypoints, isDirect } from './waypoints.js'

/** A neighbour asks this node to be on the way. */
export function onMakeRoute (host: Host, peer: PeerId, message: MakeRoute): void {
  // An id that is in use on this link names another route: the sender made a mistake, and gets no answer to be confused by. ROUTE-3
  if (host.tables.inward.has(routeKey(peer, message.routeId))) return
  const half = halfFor(host, peer, message)
  if (typeof half === 'string') host.sendRoute(peer, { type: 'haveNoRoute', routeId: message.routeId, reason: half, forwardsLeft: message.forwardsLeft })
  else beginHalf(host, half)
}

/** Starts a half route at this node: its own, or a neighbour's that was judged. */
export function beginHalf (host: Host, begun: Half): void {
  const half = begun.from.type === 'link' ? begun : { ...begun, along: alongOf(host, begun.from.way) }
  host.tables.halves.set(half.id, half)
  if (half.from.type === 'link') {
    host.tables.inward.set(routeKey(half.from.peer, half.from.routeId), { half: half.id })
    if (half.side === 'payee') host.tables.remembered.set(half.id, { sinceMs: host.env.nowMs })
  }
  const secret = half.from.type === 'link' || isDirect(half.from.way) ? host.hosted.get(half.meetingPoint) : undefined
  if (secret === undefined) searchOnward(host, half)
  else arriveAtMeetingPoint(host, half, secret)
}

/** What a MakeRoute becomes here, or why there is no way. */
function halfFor (host: Host, peer: PeerId, received: MakeRoute): Half | NoRouteReason {
  if (!takeMakes(host, peer, 1 + received.waypoints.length)) return 'busy' // ROUTE-9: elements are work, too
  const beyond = beyondWaypoints(host, peer, received)
  if (beyond === undefined) return 'no-way' // ROUTE-5
  const { message, along } = beyond
  if (host.channelsWith(peer, message.asset).length === 0) return 'no-way'
  const base = {
    id: drawId<HalfId>(host.draw, 'half'),
    side: message.side,
    from: { type: 'link', peer, routeId: message.routeId, pair: message.pair, token: message.token, identity: message.identity, waypoints: message.waypoints, turning: message !== received },
    meetingPoint: message.meetingPoint,
    along,
    asset: message.asset,
    hopsLeft: Math.min(message.hopsLeft, HOPS_LEFT_MAX),
    forwardsLeft: message.forwardsLeft,
    detoursLeft: message.detoursLeft,
    deadlineMs: host.env.nowMs + message.timeLeftMs,
    tried: [],
    lastReason: 'no-way',
    place: { status: 'new' },
    open: message.open
  } as const
  if (message.side === 'payer') {
    if (message.amount === ZERO) return 'no-way'
    if (host.tables.halves.group(halfGroup('payer', peer)).size >= PAYER_HALVES_PER_NEIGHBOUR_MAX || host.tables.halves.size >= PAYER_HALVES_MAX) return 'busy'
    return { ...base, amount: message.amount, amountTold: message.amount, next: undefined, own: undefined, quote: undefined }
  }
  const priced = pricePayeeHalf(host, peer, message)
  if (priced === undefined) return 'no-way'
  makeRoom(host, peer)
  return { ...base, ...priced }
}

/** A hop of the payee half adds its own quote, and checks that it could send what the payee asks for. Its time is added when it is known who is asked. */
function pricePayeeHalf (host: Host, peer: PeerId, message: MakeRoute): Pick<Half, 'amount' | 'amountTold' | 'next' | 'own' | 'quote'> | undefined {
  const next = message.quote
  if (next === undefined || next.assetIn !== message.asset || !stillValid(host.env, next.validUntil)) return undefined
  const out = quoteIn(next, next.maxOut)
  if (out === undefined || out === ZERO || freeChannel(host, peer, message.asset, out) === undefined) return undefined
  // The meeting point adds its quote when it matches.
  if (host.hosted.has(message.meetingPoint)) return { amount: out, amountTold: out, next, own: undefined, quote: undefined }
  const own = forwardQuote(message.asset, host.feePolicy(peer, message.asset), out, 0, message.open === true ? openUntil(host.env) : rememberedUntil(host.env, host.settings))
  const quote = composeQuotes(own, byOwnClock(next)) // ROUTE-22
  const amount = quote === undefined ? undefined : quoteIn(quote, quote.maxOut)
  if (quote === undefined || amount === undefined) return undefined
  return { amount, amountTold: amount, next, own, quote }
}

/** Drops the oldest unmatched payee halves while there are too many; their owners open them again. @see ROUTE-8 */
function makeRoom (host: Host, peer: PeerId): void {
  const { halves, remembered } = host.tables
  const ofPeer = halves.group(halfGroup('payee', peer))
  if (ofPeer.size >= PAYEE_HALVES_PER_NEIGHBOUR_MAX) {
    const oldest = [...ofPeer.values()].find(({ id }) => remembered.has(id))
    if (oldest !== undefined) cancelHalf(host, oldest)
  }
  if (remembered.size < PAYEE_HALVES_MAX) return
  for (const [id] of remembered.entries()) {
    const oldest = halves.get(id)
    if (oldest !== undefined) cancelHalf(host, oldest)
    return
  }
}

/** A bucket that fills with time, one a neighbour. */
function takeMakes (host: Host, peer: PeerId, count: number): boolean {
  const bucket = host.tables.makes.get(peer) ?? { left: MAKES_BURST_MAX, atMs: host.env.nowMs }
  const left = Math.min(MAKES_BURST_MAX, bucket.left + (host.env.nowMs - bucket.atMs) * MAKES_PER_SECOND_MAX / 1000)
  host.tables.makes.set(peer, { left: left < count ? left : left - count, atMs: host.env.nowMs })
  return left >= count
}
