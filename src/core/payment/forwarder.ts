import type { AssetId, ChannelId, OriginId, PeerId, RouteId } from '../base/ids.js'
import { minUnits, type Units } from '../base/money.js'
import { invariant } from '../base/invariant.js'
import type { FailReason, Lock } from '../channel/lock.js'
import { addMulG, addScalars, negateScalar, opens } from '../crypto/curve.js'
import { maskMessage } from '../crypto/lock-message.js'
import { ONION_BYTES, sealOnion, wrapOnion } from '../crypto/onion.js'
import { clockOf, deltaBetweenPeers, isTooLongFrom } from './clocks.js'
import { byOwnClock, openUntil, outgoingExpiry, reservedUntil, stillValid } from './deadlines.js'
import { cancelHalf, drawId, drawScalar, endHalf, forgetHalf, halfOf, onNoRoute, onwardOf, setHalfTimer, tellCancel, update } from './half-route.js'
import type { Cancel, HaveNoRoute, HaveRoute, Matched } from './messages.js'
import { openRoute } from './open-route.js'
import { composeQuotes, forwardQuote, quoteIn, quoteOut, type Quote } from './quote.js'
import { freeChannel, mayForward, release, reserve } from './reservations.js'
import { innermostBytes } from './session.js'
import { tweakAt } from './stream-session.js'
import type { OpenLink } from './stream-tables.js'
import { incomingOf, type Crossing, type Half, type Hop, type Host } from './tables.js'
import { scoreHop } from './waypoints.js'

/** The meeting point's answer has come back as far as this hop of the payer half. */
export function onHaveRoute (host: Host, peer: PeerId, message: HaveRoute): void {
  const half = halfOf(host, 'outward', peer, message.routeId)
  if (half === undefined || half.side !== 'payer' || half.place.status !== 'searching') return
  const { to } = half.place
  scoreHop(host, half, peer, true)
  if (half.from.type !== 'link') {
    host.tables.outcomes.push({ type: 'routed', half, quote: message.quote, via: { peer, routeId: to.routeId, onion: message.onion } })
    return
  }
  const priced = priceOnward(host, half, half.from.peer, peer, message.quote)
  if (priced === undefined || !reserve(host, half.id, priced.channelId, priced.amount, half.from.peer)) {
    tellCancel(host, half)
    endHalf(host, half, 'no-way')
    return
  }
  const { own, quote, channelId } = priced
  const tweak = drawScalar(host.draw, 'tweak')
  update(host, half, { next: message.quote, quote, place: { status: 'routed', to, channelId, own, tweak } })
  setHalfTimer(host, half.id, host.env.nowMs + host.settings.reservationMs)
  const onion = wrapOnion(message.onion, half.from.pair, tweak, drawScalar(host.draw, 'onion')) // ROUTE-23
  host.sendRoute(half.from.peer, { type: 'haveRoute', routeId: half.from.routeId, quote, onion })
}

interface Priced { readonly own: Quote, readonly quote: Quote, readonly channelId: ChannelId, readonly amount: Units }

/** Adds this hop's quote before what the next one asks for; undefined when that cannot be carried. */
function priceOnward (host: Host, half: Half, before: PeerId, peer: PeerId, next: Quote): Priced | undefined {
  if (next.assetIn !== half.asset || !stillValid(host.env, next.validUntil)) return undefined
  const most = quoteIn(next, next.maxOut)
  if (most === undefined) return undefined
  // What the next hop could take at most, or what was asked for, whichever this hop can send.
  const full = freeChannel(host, peer, half.asset, most)
  const amount = full === undefined ? minUnits(most, half.amount) : most
  const channelId = full ?? freeChannel(host, peer, half.asset, amount)
  if (channelId === undefined) return undefined
  const delta = deltaBetweenPeers(host, half.asset, before, peer, next.expiryDeltaSeconds)
  const own = forwardQuote(half.asset, host.feePolicy(peer, half.asset), amount, delta, half.open === true ? openUntil(host.env) : reservedUntil(host.env, host.settings))
  const quote = composeQuotes(own, byOwnClock(next)) // ROUTE-22
  return quote === undefined || isTooLongFrom(host, half.asset, before, quote.expiryDeltaSeconds) ? undefined : { own, quote, channelId, amount }
}

/** A payer was found: this hop of the payee half reserves. */
export function onMatched (host: Host, peer: PeerId, message: Matched): void {
  const half = halfOf(host, 'outward', peer, message.routeId)
  if (half === undefined || half.side !== 'payee' || half.place.status !== 'placed') return
  scoreHop(host, half, peer, true)
  const reserved = update(host, half, { place: { status: 'reserved', to: half.place.to } })
  host.tables.remembered.delete(half.id)
  setHalfTimer(host, half.id, host.env.nowMs + host.settings.reservationMs)
  if (half.from.type !== 'link') {
    host.tables.outcomes.push({ type: 'matched', half: reserved })
    return
  }
  const rest = half.own === undefined ? undefined : quoteOut(half.own, message.amount)
  const out = half.own === undefined || rest === undefined ? undefined : minUnits(half.own.maxOut, rest)
  const channelId = out === undefined ? undefined : freeChannel(host, half.from.peer, half.asset, out)
  if (out === undefined || out === 0n || channelId === undefined || !reserve(host, half.id, channelId, out, peer)) {
    tellCancel(host, reserved)
    endHalf(host, reserved, 'no-way')
    return
  }
  host.sendRoute(half.from.peer, { type: 'matched', routeId: half.from.routeId, amount: out }) // ROUTE-30
}

export function onHaveNoRoute (host: Host, peer: PeerId, message: HaveNoRoute): void {
  const half = halfOf(host, 'outward', peer, message.routeId)
  if (half !== undefined) onNoRoute(host, half, message.reason, message.forwardsLeft)
}

export function onCancel (host: Host, peer: PeerId, message: Cancel): void {
  const half = halfOf(host, 'inward', peer, message.routeId)
  if (half !== undefined) cancelHalf(host, half)
}

/** What a lock needs to go on, by the place of its half. */
export interface Way {
  readonly peer: PeerId
  readonly routeId: RouteId
  readonly channelId: ChannelId | undefined
  readonly own: Quote
  readonly next: Quote
  readonly tweak: Uint8Array
  /** Payer half: y is taken off the lock point. At the meeting point and after it: added. */
  readonly side: 'payer' | 'payee'
  readonly onion: Uint8Array
  readonly asset: AssetId
}

const NO_ONION = new Uint8Array(0)

/** A lock of a payer half that is not ours, at a hop before the meeting point. */
export function forwardOnPayerHalf (host: Host, channelId: ChannelId, lock: Lock, half: Half): void {
  const { place, next } = half
  if (place.status !== 'routed' || next === undefined || lock.terms.onion.length !== 0) { giveBack(host, channelId, lock, half); return }
  forward(host, channelId, lock, half, {
    peer: place.to.peer, routeId: place.to.routeId, channelId: place.channelId, own: place.own, next, tweak: firstTweak(half, place.tweak), side: 'payer', onion: NO_ONION
  }, half.from.type === 'link' ? { seed: place.tweak, before: { ...half.from, side: 'payer' }, after: { ...place.to, side: 'payer' } } : undefined)
}

/** A lock that has reached the meeting point hosted here, for a payee elsewhere. */
export function forwardAtMeetingPoint (host: Host, channelId: ChannelId, lock: Lock, half: Half, crossing: Crossing, payee: Half): void {
  const { next } = payee
  if (payee.from.type !== 'link' || next === undefined || crossing.own === undefined || lock.terms.onion.length !== 0) { giveBack(host, channelId, lock, half); return }
  forward(host, channelId, lock, half, {
    peer: payee.from.peer,
    routeId: payee.from.routeId,
    channelId: crossing.channelId,
    own: crossing.own,
    next,
    tweak: firstTweak(payee, crossing.tweak),
    side: 'payee',
    onion: crossingOnion(host, crossing, payee)
  }, half.from.type === 'link' && payee.open === true ? { seed: crossing.tweak, before: { ...half.from, side: 'payer' }, after: { ...payee.from, side: 'payee' } } : undefined)
}

/** The innermost layer for the payee: the meeting point's tweak, and proof that it could read the token. @see ROUTE-24 */
export function crossingOnion (host: Host, crossing: Crossing, payee: Half): Uint8Array {
  invariant(payee.from.type === 'link' && payee.next !== undefined, 'only a payee elsewhere needs an onion')
  const payload = innermostBytes(crossing.matchPoint, 'payee', payee.from.pair, payee.next, crossing.tweak)
  return sealOnion(payee.from.pair, payload, drawScalar(host.draw, 'onion'), host.draw('filler'))
}

/** A lock of a payee half that is not ours, at a hop behind the meeting point. */
export function forwardOnPayeeHalf (host: Host, channelId: ChannelId, lock: Lock, half: Half): void {
  const { own, next, from } = half
  if (own === undefined || next === undefined || from.type !== 'link' || lock.terms.onion.length !== ONION_BYTES) { giveBack(host, channelId, lock, half); return }
  const tweak = drawScalar(host.draw, 'tweak')
  const to = onwardOf(half)
  forward(host, channelId, lock, half, {
    peer: from.peer,
    routeId: from.routeId,
    channelId: host.tables.reservations.get(half.id)?.channelId,
    own,
    next,
    tweak: firstTweak(half, tweak),
    side: 'payee',
    onion: wrapOnion(lock.terms.onion, from.pair, tweak, drawScalar(host.draw, 'onion')) // ROUTE-23
  }, to === undefined ? undefined : { seed: tweak, before: { ...to, side: 'payee' }, after: { ...from, side: 'payee' } })
}

/** Of a half that asked to stay open the onion holds a seed. @see ROUTE-71 */
const firstTweak = (half: Half, drawn: Uint8Array): Uint8Array => half.open === true ? tweakAt(drawn, 0) : drawn

/** What is kept of a way whose half asked to stay open. */
interface Kept { readonly seed: Uint8Array, readonly before: OpenLink, readonly after: OpenLink }

/** Offers the outgoing lock, or gives the incoming one back when it does not honour the quote. */
function forward (host: Host, channelId: ChannelId, lock: Lock, half: Half, way: Omit<Way, 'asset'>, kept: Kept | undefined): void {
  release(host, half.id)
  const outcome = passOn(host, channelId, lock, { ...way, asset: half.asset })
  if ('refused' in outcome) { giveBack(host, channelId, lock, half, outcome.refused); return }
  forgetWithPartner(host, half) // A route is for one lock.
  if (half.open === true && kept !== undefined) keepOpen(host, half, way, kept, outcome.channelId)
}

/** Unless the half asked to stay open: then the route is kept, and nothing of the lock. @see ROUTE-72 */
function keepOpen (host: Host, { asset }: Half, { side, own, next }: Omit<Way, 'asset'>, { seed, before, after }: Kept, channelId: ChannelId): void {
  const link = ({ peer, routeId, side }: OpenLink): OpenLink => ({ peer, routeId, side })
  openRoute(host, { role: { type: 'hop', seed, side, own, next }, asset, before: link(before), after: { ...link(after), channelId } })
}

/** Offers the outgoing lock of a way; or says why the incoming one does not honour the quote. @see ROUTE-34 */
export function passOn (host: Host, channelId: ChannelId, lock: Lock, way: Way): { readonly channelId: ChannelId } | { readonly refused: FailReason } {
  const { terms } = lock
  const { own, next, asset } = way
  const cause = host.peerOf(channelId)
  const least = quoteIn(next, next.minOut)
  const rest = quoteOut(own, terms.amount)
  // More than the quote's largest amount is not passed on: the payee gets what it asked for in any case.
  const amount = rest === undefined ? undefined : minUnits(rest, own.maxOut)
  const point = addMulG(terms.point, way.side === 'payer' ? negateScalar(way.tweak) : way.tweak) // ROUTE-35
  if (amount === undefined || least === undefined || amount < least || amount === 0n || amount < own.minOut || !stillValid(host.env, own.validUntil) || point === undefined) return { refused: 'refused' }
  const outgoing = way.channelId ?? freeChannel(host, way.peer, asset, amount)
  if (outgoing === undefined || cause === undefined || !mayForward(host, cause, outgoing, asset, amount)) return { refused: 'busy' }
  const expiry = outgoingExpiry(host.env, host.settings, terms.expiry, clockOf(host, outgoing), own.expiryDeltaSeconds, next.expiryDeltaSeconds, host.draw('begin'))
  if (expiry === undefined) return { refused: 'expired' }
  const origin = drawId<OriginId>(host.draw, 'origin')
  // Written in the same step as the offer: whoever finds one after a crash finds the other.
  host.tables.hops.set(origin, {
    origin,
    incoming: { channelId, lockId: terms.id, amount: terms.amount },
    outgoing: { channelId: outgoing, amount },
    point: terms.point,
    shift: way.side === 'payer' ? way.tweak : negateScalar(way.tweak),
    secret: undefined,
    incomingOver: false,
    outgoingOver: false
  })
  host.tables.flights.set(origin, { cause, channelId: outgoing, amount })
  const refused = host.offer(outgoing, { amount, expiry, point, routeId: way.routeId, message: maskMessage(terms.message, way.tweak), onion: way.onion }, origin)
  if (refused === undefined) return { channelId: outgoing }
  host.tables.hops.delete(origin)
  host.tables.flights.delete(origin)
  return { refused: 'busy' }
}

/** Gives an incoming lock back and ends its route on both sides. */
function giveBack (host: Host, channelId: ChannelId, lock: Lock, half: Half, reason: FailReason = 'refused'): void {
  host.fail(channelId, lock.terms.id, reason)
  const partner = partnerOf(host, half)
  forgetHalf(host, half)
  if (half.side === 'payer') tellCancel(host, half)
  else if (half.from.type === 'link') host.sendRoute(half.from.peer, { type: 'haveNoRoute', routeId: half.from.routeId, reason: 'expired', forwardsLeft: 0 })
  if (partner !== undefined) endHalf(host, partner, 'expired')
}

const partnerOf = (host: Host, half: Half): Half | undefined =>
  half.place.status === 'matched' ? host.tables.halves.get(half.place.partner) : undefined

/** Removes a route's state here, on both sides of a meeting point; the lock has taken its place. */
export function forgetWithPartner (host: Host, half: Half): void {
  const partner = partnerOf(host, half)
  forgetHalf(host, half)
  if (partner !== undefined) forgetHalf(host, partner)
}

/** The next node has shown t: it is shifted, checked, and used for the incoming lock at once. @see ROUTE-37 */
export function settleHop (host: Host, hop: Hop, secret: Uint8Array): void {
  const incoming = addScalars(secret, hop.shift)
  invariant(opens(incoming, hop.point), 'a secret that opens the outgoing lock, shifted, opens the incoming one')
  host.tables.hops.set(hop.origin, { ...hop, secret: incoming })
  // A secret that comes after the incoming lock has ended is kept for the record only.
  if (!hop.incomingOver) host.fulfil(hop.incoming.channelId, hop.incoming.lockId, incoming)
}

/** The outgoing lock has ended for certain without being paid: only now the incoming one is given back. @see ROUTE-38 */
export function failHop (host: Host, hop: Hop, reason: FailReason): void {
  if (hop.secret === undefined) {
    host.fail(hop.incoming.channelId, hop.incoming.lockId, reason)
    host.notify({ type: 'forward:failed', incoming: hop.incoming.channelId, outgoing: hop.outgoing.channelId })
  }
  closeHop(host, { ...hop, outgoingOver: true })
}

/** The outgoing lock was paid and is gone. */
export const outgoingSettled = (host: Host, hop: Hop): void => { closeHop(host, { ...hop, outgoingOver: true }) }

/** An incoming lock is gone. */
export function incomingRemoved (host: Host, channelId: ChannelId, lockId: number): boolean {
  const hops = [...host.tables.hops.group(incomingOf(channelId, lockId)).values()]
  for (const hop of hops) {
    if (hop.secret !== undefined) host.notify({ type: 'forward:settled', incoming: channelId, outgoing: hop.outgoing.channelId })
    closeHop(host, { ...hop, incomingOver: true })
  }
  return hops.length > 0
}

/** Forgets a hop when both its locks are over. @see ROUTE-39 */
function closeHop (host: Host, hop: Hop): void {
  if (hop.outgoingOver) host.tables.flights.delete(hop.origin)
  if (hop.incomingOver && hop.outgoingOver) host.tables.hops.delete(hop.origin)
  else host.tables.hops.set(hop.origin, hop)
}
