import { toHex } from '../base/bytes.js'
import { isPeerId, type AssetId, type MeetingPointId, type PeerId, type RouteId } from '../base/ids.js'
import { subUnitsOrZero, type Units } from '../base/money.js'
import { isRefusal, refuse, type Refusal } from '../base/step.js'
import { addPoints, mulG, pointOfId, scalarOf } from '../crypto/curve.js'
import { decryptPoint, encryptIdentity, encryptPoint, makeEndpointPair, rerandomise, rerandomiseIdentity, rerandomisePair, rerandomiseWith, stripKey } from '../crypto/elgamal.js'
import type { NextHop } from './host.js'
import { WAYPOINTS_MAX } from './limits.js'
import type { MakeRoute, RouteSide, WaypointElement } from './messages.js'
import { reservedOn } from './reservations.js'
import { tokenHash } from './session.js'
import { routeKey, type Along, type Half, type Host, type Way } from './tables.js'
import { looksLikeEntry, parseEntry, standingPoint } from './waypoint-entry.js'

/**
 * Waypoints: an end sends its half by nodes of its choice before it goes to the meeting point.
 *
 * The destination of a MakeRoute is the next waypoint; for each waypoint ahead it has an element that holds where the half
 * goes from there. The element of a waypoint is encrypted to the sum of its own key and those before it, the match token
 * to the sum of all keys and the meeting point's: each waypoint takes its key out of all of them, so that only its own
 * element lies open, and the token is the meeting point's alone when it gets there.
 *
 * A node that is no meeting point is one by an entry (`waypoint-entry`, `entries`): the meeting point named there comes
 * first, then the entry's key, and between the two the half goes back along the one that the node keeps standing.
 */

/** The way of an end that leaves it to its neighbours. */
export const DIRECT: Way = { proxy: undefined, waypoints: [] }
export const isDirect = (way: Way): boolean => way.proxy === undefined && way.waypoints.length === 0

/**
 * Reads what a user named as waypoints: a link neighbour can only come first, all others are role keys of meeting points
 * or entries. Nothing named is the direct way.
 *
 * Refuses with `no-address`, `bad-waypoint` or `bad-request`. @see ROUTE-54
 */
export function readWay (host: Host, asset: AssetId, via: readonly string[] = []): Way | Refusal {
  const waypoints: MeetingPointId[] = []
  let proxy: PeerId | undefined
  for (const [position, name] of via.entries()) {
    if (looksLikeEntry(name)) {
      const stops = stopsOf(host, asset, name)
      if (isRefusal(stops)) return stops
      waypoints.push(...stops)
    } else if (pointOfId(name) !== undefined) waypoints.push(name as MeetingPointId)
    else if (!isPeerId(name)) return refuse('bad-request', { reason: `${name.slice(0, 80)} is neither a peer id, nor the id of a meeting point, nor an entry` })
    else if (position > 0 || !isNeighbour(host, name, asset)) return refuse('no-address', { peer: name })
    else proxy = name
  }
  if (waypoints.length > WAYPOINTS_MAX) return refuse('bad-request', { reason: `a way has at most ${WAYPOINTS_MAX} meeting points as waypoints; an entry counts as two` })
  return { proxy, waypoints }
}

/** The two keys of an entry: its meeting point's, and its own. @see ROUTE-91, ROUTE-95 */
function stopsOf (host: Host, asset: AssetId, text: string): readonly MeetingPointId[] | Refusal {
  const entry = parseEntry(text, host.network)
  if (isRefusal(entry)) return entry
  if (entry.expiresMs <= host.env.nowMs) return refuse('bad-waypoint', { reason: `it expired ${new Date(entry.expiresMs).toISOString()}; ask its node for a new one` })
  return entry.asset === asset ? [entry.meetingPoint, entry.key] : refuse('bad-waypoint', { reason: 'it is for payments in another asset' })
}

const isNeighbour = (host: Host, peer: PeerId, asset: AssetId): boolean =>
  peer !== host.self && (host.isNeighbour?.(peer) ?? host.channelsWith(peer, asset).length > 0)

/** What is left of a way that begins here: waypoints at its beginning that are this node's own are passed. */
export function wayFromHere (host: Host, way: Way): Way {
  if (way.proxy !== undefined) return way
  const first = way.waypoints.findIndex((id) => !host.hosted.has(id) && !host.tables.entries.has(id))
  return { proxy: undefined, waypoints: first < 0 ? [] : way.waypoints.slice(first) }
}

/** What neighbours are chosen for. */
export interface Toward {
  readonly way: Way
  readonly meetingPoint: MeetingPointId
  readonly side: RouteSide
  readonly asset: AssetId
  readonly amount: Units
  readonly along?: Along | undefined
}

/** Where a half at this node goes next: the first waypoint ahead, or the meeting point. */
export const destinationOf = ({ from, meetingPoint }: Pick<Half, 'from' | 'meetingPoint'>): MeetingPointId =>
  from.type === 'link' ? meetingPoint : from.way.waypoints[0] ?? meetingPoint

/** How many waypoints are ahead of this node. */
export const waypointsAhead = ({ from }: Pick<Half, 'from'>): number => from.type === 'link' ? from.waypoints.length : from.way.waypoints.length

/** Neighbours to ask, in order: a proxy alone, the neighbour on the way to an entry alone, or those of the next-hop rule. @see ROUTE-14, ROUTE-55, ROUTE-94 */
export function hopsToward (host: Host, toward: Toward, exclude: ReadonlySet<PeerId>, random: Uint8Array): readonly NextHop[] {
  const { way, asset, amount } = toward
  const direction = toward.side === 'payer' ? 'to' : 'from'
  const only = way.proxy ?? (toward.along ?? alongOf(host, way))?.peer
  if (only === undefined) {
    return host.nextHops({
      meetingPoint: way.waypoints[0] ?? toward.meetingPoint, direction, asset, amount, exclude, random, reserved: (channelId, towardIt) => reservedOn(host, channelId, towardIt)
    })
  }
  // How far the way is from there, this node need not know.
  const channel = exclude.has(only) ? undefined : host.channelsWith(only, asset).find(({ id, spendable, receivable }) => subUnitsOrZero(direction === 'to' ? spendable : receivable, reservedOn(host, id, direction)) >= amount)
  return channel === undefined ? [] : [{ peer: only, channelId: channel.id, hops: 0, detour: false }]
}

/** What a neighbour did for a half; one that was asked because it is on the way to an entry is not judged by it. */
export function scoreHop (host: Host, half: Half, peer: PeerId, delivered: boolean): void {
  if (half.along === undefined) host.scored(peer, destinationOf(half), delivered)
}

/** The half of an entry that stands at a meeting point hosted here. @param secret - of that meeting point @see ROUTE-93 */
function standingAt (host: Host, secret: Uint8Array, key: MeetingPointId): Half | undefined {
  const point = pointOfId(key)
  const place = point === undefined ? undefined : host.tables.tokens.get(toHex(tokenHash(standingPoint(secret, point))))
  return place?.payee === undefined ? undefined : host.tables.halves.get(place.payee)
}

/** Where an own half begins that goes to an entry first, whose meeting point is hosted here. */
export function alongOf (host: Host, way: Way): Along | undefined {
  const [first] = way.waypoints
  if (first === undefined || way.proxy !== undefined) return undefined
  for (const secret of host.hosted.values()) {
    const from = standingAt(host, secret, first)?.from
    if (from?.type === 'link') return { peer: from.peer, routeId: from.routeId }
  }
  return undefined
}

/** What a MakeRoute shows of the end and its way. */
export type Dress = Pick<MakeRoute, 'meetingPoint' | 'pair' | 'token' | 'identity' | 'waypoints' | 'along'>

/**
 * Destination, key pair, token and elements as the next link shall see them: new points for every neighbour that is asked.
 * Undefined when the keys of a way cancel out. @see ROUTE-4, ROUTE-56
 */
export function dressed (host: Host, half: Half): Dress | undefined {
  const { from } = half
  const draw = (label: string): Uint8Array => scalarOf(host.draw(label))
  const along = half.along?.routeId
  // ROUTE-94: those between an entry's meeting point and its node do not learn whose entry it is.
  const destination = along === undefined ? destinationOf(half) : toHex(mulG(draw('nobody'))) as MeetingPointId
  if (from.type !== 'link') return firstDress(half.meetingPoint, destination, along, from, draw)
  const pair = rerandomisePair(from.pair, draw('pair'))
  if (from.identity === undefined) {
    const recipient = pointOfId(destination)
    return recipient === undefined ? undefined : { meetingPoint: destination, pair, token: rerandomise(from.token, recipient, draw('token')), identity: undefined, waypoints: [], along }
  }
  // Whose keys are ahead is not known here: what encrypts nothing under them serves instead.
  return {
    meetingPoint: destination,
    pair,
    token: rerandomiseWith(from.token, from.identity, draw('token')),
    identity: rerandomiseIdentity(from.identity, draw('identity')),
    waypoints: from.waypoints.map(({ next, identity }) => ({ next: rerandomiseWith(next, identity, draw('element')), identity: rerandomiseIdentity(identity, draw('identity')) })),
    along
  }
}

type Own = Exclude<Half['from'], { readonly type: 'link' }>

/** Made by the end itself, which knows all keys. */
function firstDress (meetingPoint: MeetingPointId, destination: MeetingPointId, along: RouteId | undefined, from: Own, draw: (label: string) => Uint8Array): Dress | undefined {
  const pair = makeEndpointPair(from.secret, draw('pair'))
  const stops = [...from.way.waypoints, meetingPoint].map(pointOfId)
  const waypoints: WaypointElement[] = []
  let sum: Uint8Array | undefined
  for (const [index, key] of stops.entries()) {
    sum = key === undefined ? undefined : sum === undefined ? key : addPoints(sum, key)
    const next = stops[index + 1]
    // An invoice may name a key that cancels those before it: there is no way to it by them.
    if (sum === undefined) return undefined
    if (next !== undefined) waypoints.push({ next: encryptPoint(sum, next, draw('element')), identity: encryptIdentity(sum, draw('identity')) })
  }
  if (sum === undefined) return undefined
  const token = encryptPoint(sum, from.matchPoint, draw('token'))
  return { meetingPoint: destination, pair, token, identity: waypoints.length === 0 ? undefined : encryptIdentity(sum, draw('identity')), waypoints, along }
}

/** A MakeRoute as it goes on from this node, and the standing half that it goes along, if any. */
export interface Beyond { readonly message: MakeRoute, readonly along: Along | undefined }

/**
 * What a MakeRoute says beyond the waypoints that are here: each takes its key out, reads its own element, and the half
 * goes on to what that names. Undefined when an element holds nothing, or when nothing stands where it is sent along. @see ROUTE-5, ROUTE-94
 */
export function beyondWaypoints (host: Host, peer: PeerId, message: MakeRoute): Beyond | undefined {
  if (message.along === undefined) return throughHosted(host, message)
  const { outward, halves } = host.tables
  const standing = halves.get(outward.get(routeKey(peer, message.along))?.half ?? '')
  return standing?.side === 'payee' && standing.place.status === 'placed' ? throughEntry(host, message, standing) : undefined
}

function throughHosted (host: Host, message: MakeRoute): Beyond | undefined {
  const secret = message.waypoints.length === 0 ? undefined : host.hosted.get(message.meetingPoint)
  if (secret === undefined) return { message, along: undefined }
  const rest = beyond(message, secret)
  if (rest === undefined) return undefined
  const standing = rest.waypoints.length === 0 ? undefined : standingAt(host, secret, rest.meetingPoint)
  return standing === undefined ? throughHosted(host, rest) : throughEntry(host, rest, standing)
}

/** Along a standing half: to the neighbour it came from, or, at the node whose entry it is, through that. */
function throughEntry (host: Host, message: MakeRoute, standing: Half): Beyond | undefined {
  const { from } = standing
  if (standing.asset !== message.asset) return undefined
  if (from.type === 'link') return { message, along: { peer: from.peer, routeId: from.routeId } }
  const secret = from.type === 'entry' ? host.tables.entries.get(from.key)?.secret : undefined
  const rest = secret === undefined ? undefined : beyond(message, secret)
  return rest === undefined ? undefined : throughHosted(host, rest)
}

function beyond (message: MakeRoute, secret: Uint8Array): MakeRoute | undefined {
  const [own, ...others] = message.waypoints
  const next = own === undefined ? undefined : decryptPoint(own.next, secret)
  const token = stripKey(message.token, secret)
  const identity = message.identity === undefined ? undefined : stripKey(message.identity, secret)
  const waypoints: WaypointElement[] = []
  for (const other of others) {
    const element = { next: stripKey(other.next, secret), identity: stripKey(other.identity, secret) }
    if (element.next === undefined || element.identity === undefined) return undefined
    waypoints.push({ next: element.next, identity: element.identity })
  }
  if (next === undefined || token === undefined || identity === undefined) return undefined
  return { ...message, meetingPoint: toHex(next) as MeetingPointId, along: undefined, token, identity: waypoints.length === 0 ? undefined : identity, waypoints }
}
