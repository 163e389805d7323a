import type { Hex } from '../base/bytes.js'
import type { InvoiceId, PeerId, RouteId } from '../base/ids.js'
import { maskAnswer } from '../crypto/answer.js'
import { drawId } from './half-route.js'
import type { Answer } from './messages.js'
import { ANSWERS_AHEAD, LOCKS_PER_ROUTE_MAX, OPEN_ROUTE_IDLE_MS, OPEN_ROUTE_MS, OPEN_ROUTES_MAX, OPEN_ROUTES_PER_NEIGHBOUR_MAX } from './stream-limits.js'
import type { OpenLink, OpenRoute } from './stream-tables.js'
import { routeKey, type Host } from './tables.js'

/** Routes that stay open for many locks, at any node of them: one entry of constant size, in memory only. @see ROUTE-72 */

export const openTimer = (id: Hex): string => `payment/route/${id}`

const keyOf = ({ peer, routeId }: OpenLink): string => routeKey(peer, routeId)

/**
 * Keeps a route open after its first lock.
 *
 * @param atMostMs - when it must end at the latest
 * @returns undefined when there is no room for another one: then the route was for one lock
 */
export function openRoute (host: Host, made: Pick<OpenRoute, 'role' | 'asset' | 'before' | 'after'>, atMostMs = Infinity): OpenRoute | undefined {
  const { openRoutes, openBefore, openAfter } = host.tables
  const { before, after } = made
  const { nowMs } = host.env
  if (openRoutes.size >= OPEN_ROUTES_MAX) return undefined
  if (before !== undefined && (openBefore.group(before.peer).size >= OPEN_ROUTES_PER_NEIGHBOUR_MAX || openBefore.has(keyOf(before)))) return undefined
  if (after !== undefined && openAfter.has(keyOf(after))) return undefined
  const route: OpenRoute = { ...made, id: drawId<Hex>(host.draw, 'open route'), highest: 0, locks: 1, answers: 0, usedMs: nowMs, untilMs: Math.min(nowMs + OPEN_ROUTE_MS, atMostMs) }
  openRoutes.set(route.id, route)
  if (before !== undefined) openBefore.set(keyOf(before), { route: route.id })
  if (after !== undefined) openAfter.set(keyOf(after), { route: route.id })
  setOpenTimer(host, route)
  return route
}

const setOpenTimer = (host: Host, { id, usedMs, untilMs }: OpenRoute): void => { host.setTimer(openTimer(id), Math.min(untilMs, usedMs + OPEN_ROUTE_IDLE_MS)) }

/** Replaces a route's fields. */
export function updateRoute (host: Host, route: OpenRoute, change: Partial<OpenRoute>): OpenRoute {
  const changed = { ...route, ...change }
  host.tables.openRoutes.set(route.id, changed)
  return changed
}

/** Notes that a lock with this number is on its way. */
export const usedRoute = (host: Host, route: OpenRoute, index: number): OpenRoute =>
  updateRoute(host, route, { highest: index, locks: route.locks + 1, usedMs: host.env.nowMs })

/** Whether one more lock may be sent on a route. */
export const mayUse = (host: Host, route: OpenRoute): boolean => route.untilMs > host.env.nowMs && route.highest + 1 < LOCKS_PER_ROUTE_MAX

/**
 * Ends a route here, and tells the neighbours that do not know yet. Locks that are on their way are hops of their own. @see ROUTE-77
 *
 * @param toldBy - the neighbour that said so, or that is gone
 */
export function closeRoute (host: Host, route: OpenRoute, toldBy?: PeerId): void {
  const { tables } = host
  const { id, before, after, role } = route
  tables.openRoutes.delete(id)
  host.clearTimer(openTimer(id))
  if (before !== undefined) {
    tables.openBefore.delete(keyOf(before))
    if (before.peer !== toldBy) tell(host, before, before.side === 'payer')
  }
  if (after !== undefined) {
    tables.openAfter.delete(keyOf(after))
    if (after.peer !== toldBy) tell(host, after, after.side === 'payee')
  }
  const stream = role.type === 'payer' ? tables.payStreams.get(role.invoiceId) : undefined
  if (role.type === 'payer' && stream?.open === id) tables.payStreams.set(role.invoiceId, { ...stream, open: undefined })
}

/** @param backward - to the end that opened the half of this link */
function tell (host: Host, { peer, routeId }: OpenLink, backward: boolean): void {
  host.sendRoute(peer, backward ? { type: 'haveNoRoute', routeId, reason: 'expired', forwardsLeft: 0 } : { type: 'cancel', routeId })
}

/** The open route that a message of a neighbour is about. */
export function routeOf (host: Host, index: 'openBefore' | 'openAfter', peer: PeerId, routeId: RouteId): OpenRoute | undefined {
  const entry = host.tables[index].get(routeKey(peer, routeId))
  return entry === undefined ? undefined : host.tables.openRoutes.get(entry.route)
}

/** A neighbour has ended a route. */
export function onRouteEnded (host: Host, peer: PeerId, routeId: RouteId): void {
  const route = routeOf(host, 'openBefore', peer, routeId) ?? routeOf(host, 'openAfter', peer, routeId)
  if (route !== undefined) closeRoute(host, route, peer)
}

/** The connection to a neighbour is gone, and with it all open routes over it. */
export function onRoutesLost (host: Host, peer: PeerId): void {
  for (const index of ['openBefore', 'openAfter'] as const) {
    for (const { route: id } of [...host.tables[index].group(peer).values()]) {
      const route = host.tables.openRoutes.get(id)
      if (route !== undefined) closeRoute(host, route, peer)
    }
  }
}

/** Ends the routes that end at this node for an invoice. */
export function closeRoutesOf (host: Host, invoiceId: InvoiceId): void {
  for (const route of [...host.tables.openRoutes.group(invoiceId).values()]) closeRoute(host, route)
}

/** A route had no lock for a while, or its time is over. */
export function onRouteTimer (host: Host, id: string): void {
  const route = host.tables.openRoutes.get(id)
  if (route === undefined) return
  const { nowMs } = host.env
  if (route.untilMs <= nowMs || route.usedMs + OPEN_ROUTE_IDLE_MS <= nowMs) closeRoute(host, route)
  else setOpenTimer(host, route)
}

/**
 * An answer goes back toward the payer, changed by this hop.
 *
 * @returns the route, when the payer is here; `answers` does not count this one yet
 */
export function onAnswer (host: Host, peer: PeerId, message: Answer): OpenRoute | undefined {
  const route = routeOf(host, 'openAfter', peer, message.routeId)
  if (route === undefined) return undefined
  if (route.answers >= route.locks + ANSWERS_AHEAD) { closeRoute(host, route); return undefined }
  updateRoute(host, route, { answers: route.answers + 1 })
  const { role, before } = route
  if (role.type === 'payer') return route
  // ROUTE-75
  if (role.type === 'hop' && before !== undefined) host.sendRoute(before.peer, { type: 'answer', routeId: before.routeId, bytes: maskAnswer(message.bytes, role.seed, route.answers) })
  return undefined
}
