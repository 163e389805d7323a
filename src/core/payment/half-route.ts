import { numberBelow, type Draw } from '../base/env.js'
import type { PeerId, RouteId } from '../base/ids.js'
import { toHex } from '../base/bytes.js'
import { unreachable } from '../base/invariant.js'
import { asUnits, type Units } from '../base/money.js'
import { scalarOf } from '../crypto/curve.js'
import { timedQuotes } from './clocks.js'
import { halfLifeMs } from './deadlines.js'
import type { NextHop } from './host.js'
import { ANSWER_MARGIN_MS, FORWARDS_GIVEN_MIN, HOP_TIME_MS, HOP_TIME_NEEDED_MS, TIME_LEFT_MS_MAX, WAYPOINT_HOPS } from './limits.js'
import type { MakeRoute, NoRouteReason } from './messages.js'
import { release } from './reservations.js'
import { routeKey, type Half, type HalfId, type Host, type Onward } from './tables.js'
import { DIRECT, dressed, hopsToward, scoreHop, waypointsAhead } from './waypoints.js'

/** A fresh scalar. */
export const drawScalar = (draw: Draw, label: string): Uint8Array => scalarOf(draw(label))
/** 16 fresh bytes, as an id. */
export const drawId = <T extends string = string>(draw: Draw, label: string): T => toHex(draw(label).subarray(0, 16)) as T

export const halfTimer = (id: HalfId): string => `payment/half/${id}`

export function setHalfTimer (host: Host, id: HalfId, atMs: number): void {
  host.setTimer(halfTimer(id), atMs)
}

/** Replaces a half's fields. */
export function update (host: Host, half: Half, change: Partial<Half>): Half {
  const changed = { ...half, ...change }
  host.tables.halves.set(half.id, changed)
  return changed
}

/** The neighbour toward the meeting point, when one was asked. */
export function onwardOf (half: Half): Onward | undefined {
  const { place } = half
  switch (place.status) {
    case 'searching': case 'routed': case 'placed': case 'reserved': return place.to
    case 'new': case 'waiting': case 'matched': return undefined
    default: return unreachable(place)
  }
}

/**
 * Asks the next neighbour on the way to the meeting point, or ends the half when there is none left.
 * Depth first: one neighbour at a time. @see ROUTE-14 and routing.md, "next hop"
 */
export function searchOnward (host: Host, half: Half): void {
  const leftMs = half.deadlineMs - host.env.nowMs
  if (leftMs <= HOP_TIME_MS) { endHalf(host, half, 'expired'); return }
  if (half.hopsLeft < 1 || half.forwardsLeft < 1) { endHalf(host, half, half.lastReason); return } // ROUTE-10
  const exclude = new Set(half.tried)
  // From a waypoint the way may lead back to where it came from, as to any other neighbour. ROUTE-14
  if (half.from.type === 'link' && !half.from.turning) exclude.add(half.from.peer)
  const way = half.from.type === 'link' ? DIRECT : half.from.way
  const hops = hopsToward(host, { ...half, way }, exclude, host.draw('next hop'))
  for (const hop of hops) {
    if (exclude.has(hop.peer) || (hop.detour && half.detoursLeft < 1) || !host.isConnected(hop.peer)) continue
    if (ask(host, half, hop, leftMs)) return
  }
  endHalf(host, half, half.lastReason)
}

/** What the next neighbour gets of the time: half of what is left, or more when the way is known to be long. @see ROUTE-15 */
function timeGivenMs (host: Host, hop: NextHop, ahead: number, leftMs: number): number {
  const neededMs = host.settings.matchWaitMs + HOP_TIME_NEEDED_MS * (Math.min(hop.hops % 100, 64) + WAYPOINT_HOPS * ahead)
  return Math.min(TIME_LEFT_MS_MAX, leftMs - HOP_TIME_MS, Math.max(Math.floor(leftMs / 2), neededMs))
}

function ask (host: Host, half: Half, hop: NextHop, leftMs: number): boolean {
  const quotes = half.side === 'payee' ? timedQuotes(host, half, hop.peer) : undefined
  if (half.side === 'payee' && quotes === undefined) return false
  const routeId = drawId<RouteId>(host.draw, 'route id') // ROUTE-3
  const given = Math.min(half.forwardsLeft, Math.max(FORWARDS_GIVEN_MIN, Math.floor(half.forwardsLeft / 2))) // ROUTE-11
  const timeLeftMs = timeGivenMs(host, hop, waypointsAhead(half), leftMs)
  const dress = dressed(host, half)
  if (dress === undefined) return false
  const message: MakeRoute = {
    type: 'makeRoute',
    routeId,
    side: half.side,
    asset: half.asset,
    amount: half.amountTold,
    ...dress,
    hopsLeft: half.hopsLeft - 1,
    forwardsLeft: given,
    detoursLeft: half.detoursLeft - (hop.detour ? 1 : 0),
    timeLeftMs,
    quote: quotes?.quote,
    open: half.open // ROUTE-70
  }
  if (!host.sendRoute(hop.peer, message)) return false
  const to: Onward = { peer: hop.peer, routeId, given }
  host.tables.outward.set(routeKey(hop.peer, routeId), { half: half.id })
  update(host, half, {
    tried: [...half.tried, hop.peer],
    forwardsLeft: half.forwardsLeft - given,
    detoursLeft: message.detoursLeft,
    own: quotes === undefined ? half.own : quotes.own,
    quote: quotes === undefined ? half.quote : quotes.quote,
    place: half.side === 'payer' ? { status: 'searching', to } : { status: 'placed', to }
  })
  // A payee half gets no answer while all is well: it is remembered until its owner should have refreshed it.
  setHalfTimer(host, half.id, host.env.nowMs + (half.side === 'payer' ? timeLeftMs + ANSWER_MARGIN_MS : halfLifeMs(host.settings)))
  return true
}

/** The neighbour that was asked cannot help: the next one, as long as time and messages last. */
export function onNoRoute (host: Host, half: Half, reason: NoRouteReason, comesBack: number): void {
  const to = onwardOf(half)
  if (to === undefined) return
  host.tables.outward.delete(routeKey(to.peer, to.routeId))
  if (reason !== 'no-match' && reason !== 'busy') scoreHop(host, half, to.peer, false)
  const rest = update(host, half, {
    forwardsLeft: half.forwardsLeft + Math.min(comesBack, Math.max(0, to.given - 1)),
    lastReason: reason,
    place: { status: 'new' }
  })
  const searching = half.place.status === 'searching' || half.place.status === 'placed'
  // No match: the meeting point was reached, so no other neighbour can help. After an answer, the route is over. ROUTE-16
  if (!searching || reason === 'no-match') endHalf(host, rest, reason)
  else searchOnward(host, rest)
}

/** Ends a half from the meeting point's side: tells its end, and whoever stands before this node. */
export function endHalf (host: Host, half: Half, reason: NoRouteReason): void {
  forgetHalf(host, half)
  if (half.from.type === 'link') host.sendRoute(half.from.peer, { type: 'haveNoRoute', routeId: half.from.routeId, reason, forwardsLeft: half.forwardsLeft })
  else host.tables.outcomes.push({ type: 'failed', half, reason })
}

/** Ends a half from its end's side: releases what is onward, and at the meeting point the other half. @see ROUTE-17 */
export function cancelHalf (host: Host, half: Half): void {
  const partner = half.place.status === 'matched' ? host.tables.halves.get(half.place.partner) : undefined
  forgetHalf(host, half)
  tellCancel(host, half)
  if (partner !== undefined) endHalf(host, partner, 'expired')
}

/** Tells the neighbour toward the meeting point that this route is given up. */
export function tellCancel (host: Host, half: Half): void {
  const to = onwardOf(half)
  if (to !== undefined) host.sendRoute(to.peer, { type: 'cancel', routeId: to.routeId })
}

/** Removes a half with everything that belongs to it; tells nobody. */
export function forgetHalf (host: Host, half: Half): void {
  const { tables } = host
  tables.halves.delete(half.id)
  tables.remembered.delete(half.id)
  if (half.from.type === 'link') tables.inward.delete(routeKey(half.from.peer, half.from.routeId))
  const to = onwardOf(half)
  if (to !== undefined) tables.outward.delete(routeKey(to.peer, to.routeId))
  release(host, half.id)
  host.clearTimer(halfTimer(half.id))
  if (half.place.status === 'waiting' && half.place.token !== undefined) leaveToken(host, half.place.token, half.id)
}

/** Takes a half out of its place under a match token. */
function leaveToken (host: Host, token: string, id: HalfId): void {
  const place = host.tables.tokens.get(token)
  if (place === undefined) return
  const left = { payer: place.payer === id ? undefined : place.payer, payee: place.payee === id ? undefined : place.payee }
  if (left.payer === undefined && left.payee === undefined) host.tables.tokens.delete(token)
  else host.tables.tokens.set(token, left)
}

/** The half that a message from a neighbour is about. */
export function halfOf (host: Host, index: 'inward' | 'outward', peer: PeerId, routeId: RouteId): Half | undefined {
  const entry = host.tables[index].get(routeKey(peer, routeId))
  return entry === undefined ? undefined : host.tables.halves.get(entry.half)
}

/** An amount from 0 to `max`, evenly. */
export function drawUnits (draw: Draw, label: string, max: Units): Units {
  let bits = 0n
  for (const byte of draw(label).subarray(0, 16)) bits = bits << 8n | BigInt(byte)
  return asUnits(bits * (max + 1n) >> 128n)
}

/** A whole number from `min` to `max`. */
export const drawBetween = (draw: Draw, label: string, min: number, max: number): number => min + numberBelow(draw(label), max - min + 1)
