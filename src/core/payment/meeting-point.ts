import { toHex } from '../base/bytes.js'
import { sealOnion } from '../crypto/onion.js'
import { decryptPoint } from '../crypto/elgamal.js'
import { deltaBetweenPeers, isTooLongFrom, timedQuotes } from './clocks.js'
import { byOwnClock, halfLifeMs, openUntil, reservedUntil } from './deadlines.js'
import { drawScalar, endHalf, forgetHalf, setHalfTimer, update } from './half-route.js'
import { HOP_TIME_MS, MATCH_ROOM, USED_TOKENS_MAX, USED_TOKENS_MS } from './limits.js'
import { asUnits, minUnits, UNITS_MAX, type Units } from '../base/money.js'
import { composeQuotes, forwardQuote, quoteIn, quoteOut, type Quote } from './quote.js'
import { freeChannel, reserve } from './reservations.js'
import { innermostBytes, tokenHash } from './session.js'
import type { Crossing, Half, Host } from './tables.js'

/**
 * A half has reached the meeting point hosted here: it is matched, or waits for its other half.
 *
 * @param secret - of the meeting point's role key
 */
export function arriveAtMeetingPoint (host: Host, half: Half, secret: Uint8Array): void {
  const matchPoint = half.from.type === 'link' ? decryptPoint(half.from.token, secret) : half.from.matchPoint
  const token = matchPoint === undefined ? undefined : toHex(tokenHash(matchPoint))
  const place = token === undefined ? undefined : host.tables.tokens.get(token)
  forgetOldTokens(host)
  // ROUTE-31: one half of each side, the first; a refresh by the same neighbour replaces it. Everybody else, and
  // whoever comes with a used token, waits as long as one without a match, so that nothing can be told from the delay.
  const before = place?.[half.side] === undefined ? undefined : host.tables.halves.get(place[half.side]!)
  const refused = matchPoint === undefined || token === undefined || host.tables.usedTokens.has(token) || (before !== undefined && !sameOrigin(before, half))
  if (!refused && before !== undefined) forgetHalf(host, before)
  const waiting = update(host, half, { place: { status: 'waiting', token: refused ? undefined : token } })
  const waitMs = half.side === 'payer' || refused
    ? Math.max(0, Math.min(host.settings.matchWaitMs, half.deadlineMs - host.env.nowMs - HOP_TIME_MS))
    : halfLifeMs(host.settings)
  setHalfTimer(host, half.id, host.env.nowMs + waitMs)
  if (refused) return
  const now = host.tables.tokens.get(token)
  host.tables.tokens.set(token, { payer: now?.payer, payee: now?.payee, [half.side]: half.id })
  const otherId = half.side === 'payer' ? now?.payee : now?.payer
  const other = otherId === undefined ? undefined : host.tables.halves.get(otherId)
  if (other !== undefined) match(host, half.side === 'payer' ? waiting : other, half.side === 'payee' ? waiting : other, matchPoint)
}

const sameOrigin = (a: Half, b: Half): boolean =>
  a.from.type === 'link' && b.from.type === 'link' ? a.from.peer === b.from.peer : a.from.type === b.from.type

/** Both halves are here: composes the price, reserves, and tells both sides. */
function match (host: Host, payer: Half, payee: Half, matchPoint: Uint8Array): void {
  const terms = crossingTerms(host, payer, payee)
  if (terms === undefined) {
    // ROUTE-32: halves whose assets, amounts or time-locks do not fit are not matched.
    endHalf(host, payer, 'no-way')
    return
  }
  const { own, quote, channelId, amount } = terms
  const token = toHex(tokenHash(matchPoint))
  host.tables.tokens.delete(token)
  host.tables.usedTokens.set(token, { untilMs: host.env.nowMs + USED_TOKENS_MS })
  host.tables.remembered.delete(payee.id)
  const crossing = { channelId, own, tweak: drawScalar(host.draw, 'tweak'), matchPoint }
  const payerHalf = update(host, payer, { quote, place: { status: 'matched', partner: payee.id, crossing } })
  const payeeHalf = update(host, payee, { place: { status: 'matched', partner: payer.id, crossing: undefined } })
  const untilMs = host.env.nowMs + host.settings.reservationMs
  setHalfTimer(host, payer.id, untilMs)
  setHalfTimer(host, payee.id, untilMs)
  if (payee.from.type === 'link') host.sendRoute(payee.from.peer, { type: 'matched', routeId: payee.from.routeId, amount })
  else host.tables.outcomes.push({ type: 'matched', half: payeeHalf })
  if (payer.from.type === 'link') {
    const payload = innermostBytes(matchPoint, 'payer', payer.from.pair, quote, undefined) // ROUTE-24
    const onion = sealOnion(payer.from.pair, payload, drawScalar(host.draw, 'onion'), host.draw('filler'))
    host.sendRoute(payer.from.peer, { type: 'haveRoute', routeId: payer.from.routeId, quote, onion })
  } else host.tables.outcomes.push({ type: 'routed', half: payerHalf, quote, via: { crossing, payee: payeeHalf } })
}

/** Price at the meeting point and the channel for the lock; undefined when the halves do not fit. */
function crossingTerms (host: Host, payer: Half, payee: Half): { readonly own: Quote | undefined, readonly quote: Quote, readonly channelId: Crossing['channelId'], readonly amount: Units } | undefined {
  if (payer.asset !== payee.asset) return undefined
  // The payee is here: its own quote is the price.
  if (payee.from.type !== 'link') {
    const quote = payer.from.type === 'link' ? timedQuotes(host, payee, payer.from.peer)?.quote : undefined
    return quote === undefined ? undefined : { own: undefined, quote, channelId: undefined, amount: quote.maxOut }
  }
  const { next } = payee
  const full = next === undefined ? undefined : quoteIn(next, next.maxOut)
  if (next === undefined || full === undefined) return undefined
  // Of what the payee could take only what the payer named is promised, or parts would keep each other out. ROUTE-52
  const most = minUnits(full, withRoom(payer.amountTold))
  const channelId = freeChannel(host, payee.from.peer, payee.asset, most)
  if (channelId === undefined || !reserve(host, payer.id, channelId, most, payer.from.type === 'link' ? payer.from.peer : host.self)) return undefined
  // The payer is here: it pays no fee to itself.
  if (payer.from.type !== 'link') return { own: undefined, quote: bounded(next, most), channelId, amount: most }
  const delta = deltaBetweenPeers(host, payee.asset, payer.from.peer, payee.from.peer, next.expiryDeltaSeconds)
  const own = forwardQuote(payee.asset, host.feePolicy(payee.from.peer, payee.asset), most, delta, isOpen(payer, payee) ? openUntil(host.env) : reservedUntil(host.env, host.settings))
  const quote = composeQuotes(own, byOwnClock(next))
  return quote === undefined || isTooLongFrom(host, payer.asset, payer.from.peer, quote.expiryDeltaSeconds) ? undefined : { own, quote, channelId, amount: most }
}

/** Both halves asked for it. @see ROUTE-70 */
const isOpen = (payer: Half, payee: Half): boolean => payer.open === true && payee.open === true

const withRoom = (amount: Units): Units => {
  const more = amount + amount / MATCH_ROOM
  return asUnits(more > UNITS_MAX ? UNITS_MAX : more)
}

/** A quote whose largest amount takes no more than was promised. */
const bounded = (quote: Quote, most: Units): Quote => ({ ...quote, maxOut: minUnits(quote.maxOut, quoteOut(quote, most) ?? quote.minOut) })

/** Nobody can be matched twice with a token; after a day, or when there are too many, the oldest are forgotten. */
function forgetOldTokens (host: Host): void {
  const { usedTokens } = host.tables
  for (const [token, { untilMs }] of usedTokens.entries()) {
    if (untilMs > host.env.nowMs && usedTokens.size < USED_TOKENS_MAX) return
    usedTokens.delete(token)
    return
  }
}

/** A meeting point is no longer hosted here: all halves at it end. */
export function closeMeetingPoint (host: Host, meetingPoint: Half['meetingPoint']): void {
  for (const half of [...host.tables.halves.values()]) {
    const here = half.place.status === 'waiting' || half.place.status === 'matched'
    if (here && half.meetingPoint === meetingPoint && host.tables.halves.has(half.id)) endHalf(host, half, 'no-way')
  }
}
