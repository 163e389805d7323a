import { toHex } from '../base/bytes.js'
import { isPeerId, type AssetId, type MeetingPointId, type PeerId } from '../base/ids.js'
import { subUnitsOrZero, type Units } from '../base/money.js'
import { refuse, type Refusal } from '../base/step.js'
import { addPoints, pointOfId, scalarOf } from '../crypto/curve.js'
import { decryptPoint, encryptIdentity, encryptPoint, makeEndpointPair, rerandomise, rerandomiseIdentity, rerandomisePair, rerandomiseWith, stripKey } from '../crypto/elgamal.js'
import type { NextHop } from './host.js'
import { WAYPOINTS_MAX } from './limits.js'
import type { MakeRoute, RouteSide, WaypointElement } from './messages.js'
import { reservedOn } from './reservations.js'
import type { Half, Host, Way } from './tables.js'

/**
 * Waypoints: an end sends its half by nodes of its choice before it goes to the meeting point.
 *
 * The destination of a MakeRoute is the next waypoint; for each waypoint ahead it has an element that holds where the half
 * goes from there. The element of a waypoint is encrypted to the sum of its own key and those before it, the match token
 * to the sum of all keys and the meeting point's: each waypoint takes its key out of all of them, so that only its own
 * element lies open, and the token is the meeting point's alone when it gets there.
 */

/** The way of an end that leaves it to its neighbours. */
export const DIRECT: Way = { proxy: undefined, waypoints: [] }
export const isDirect = (way: Way): boolean => way.proxy === undefined && way.waypoints.length === 0

/**
 * Reads what a user named as waypoints: link neighbours can only come first, all others are role keys of meeting points. Nothing named is the direct way.
 *
 * Refuses with `no-address` or `bad-request`. @see ROUTE-54
 */
export function readWay (host: Host, asset: AssetId, via: readonly string[] = []): Way | Refusal {
  const waypoints: MeetingPointId[] = []
  let proxy: PeerId | undefined
  for (const [position, name] of via.entries()) {
    if (pointOfId(name) !== undefined) waypoints.push(name as MeetingPointId)
    else if (!isPeerId(name)) return refuse('bad-request', { reason: `${name.slice(0, 80)} is neither a peer id nor the id of a meeting point` })
    else if (position > 0 || !isNeighbour(host, name, asset)) return refuse('no-address', { peer: name })
    else proxy = name
  }
  if (waypoints.length > WAYPOINTS_MAX) return refuse('bad-request', { reason: `a way has at most ${WAYPOINTS_MAX} meeting points as waypoints` })
  return { proxy, waypoints }
}

const isNeighbour = (host: Host, peer: PeerId, asset: AssetId): boolean =>
  peer !== host.self && (host.isNeighbour?.(peer) ?? host.channelsWith(peer, asset).length > 0)

/** What is left of a way that begins here: waypoints at its beginning that are hosted by this node are passed. */
export function wayFromHere (host: Host, way: Way): Way {
  if (way.proxy !== undefined) return way
  const first = way.waypoints.findIndex((id) => !host.hosted.has(id))
  return { proxy: undefined, waypoints: first < 0 ? [] : way.waypoints.slice(first) }
}

/** What neighbours are chosen for. */
export interface Toward {
  readonly way: Way
  readonly meetingPoint: MeetingPointId
  readonly side: RouteSide
  readonly asset: AssetId
  readonly amount: Units
}

/** Where a half at this node goes next: the first waypoint ahead, or the meeting point. */
export const destinationOf = ({ from, meetingPoint }: Pick<Half, 'from' | 'meetingPoint'>): MeetingPointId =>
  from.type === 'link' ? meetingPoint : from.way.waypoints[0] ?? meetingPoint

/** How many waypoints are ahead of this node. */
export const waypointsAhead = ({ from }: Pick<Half, 'from'>): number => from.type === 'link' ? from.waypoints.length : from.way.waypoints.length

/** Neighbours to ask, in order: a proxy alone, or those of the next-hop rule. @see ROUTE-14, ROUTE-55 */
export function hopsToward (host: Host, toward: Toward, exclude: ReadonlySet<PeerId>, random: Uint8Array): readonly NextHop[] {
  const { way, asset, amount } = toward
  const direction = toward.side === 'payer' ? 'to' : 'from'
  if (way.proxy === undefined) {
    return host.nextHops({
      meetingPoint: way.waypoints[0] ?? toward.meetingPoint, direction, asset, amount, exclude, random, reserved: (channelId, towardIt) => reservedOn(host, channelId, towardIt)
    })
  }
  const { proxy } = way
  // How far the proxy's own way is, this node need not know.
  const channel = exclude.has(proxy) ? undefined : host.channelsWith(proxy, asset).find(({ id, spendable, receivable }) => subUnitsOrZero(direction === 'to' ? spendable : receivable, reservedOn(host, id, direction)) >= amount)
  return channel === undefined ? [] : [{ peer: proxy, channelId: channel.id, hops: 0, detour: false }]
}

/** What a MakeRoute shows of the end and its way. */
export type Dress = Pick<MakeRoute, 'meetingPoint' | 'pair' | 'token' | 'identity' | 'waypoints'>

/**
 * Destination, key pair, token and elements as the next link shall see them: new points for every neighbour that is asked.
 * Undefined when the keys of a way cancel out. @see ROUTE-4, ROUTE-56
 */
export function dressed (host: Host, half: Half): Dress | undefined {
  const { from } = half
  const draw = (label: string): Uint8Array => scalarOf(host.draw(label))
  const destination = destinationOf(half)
  if (from.type !== 'link') return firstDress(half.meetingPoint, destination, from, draw)
  const pair = rerandomisePair(from.pair, draw('pair'))
  if (from.identity === undefined) {
    const recipient = pointOfId(destination)
    return recipient === undefined ? undefined : { meetingPoint: destination, pair, token: rerandomise(from.token, recipient, draw('token')), identity: undefined, waypoints: [] }
  }
  // Whose keys are ahead is not known here: what encrypts nothing under them serves instead.
  return {
    meetingPoint: destination,
    pair,
    token: rerandomiseWith(from.token, from.identity, draw('token')),
    identity: rerandomiseIdentity(from.identity, draw('identity')),
    waypoints: from.waypoints.map(({ next, identity }) => ({ next: rerandomiseWith(next, identity, draw('element')), identity: rerandomiseIdentity(identity, draw('identity')) }))
  }
}

type Own = Exclude<Half['from'], { readonly type: 'link' }>

/** Made by the end itself, which knows all keys. */
function firstDress (meetingPoint: MeetingPointId, destination: MeetingPointId, from: Own, draw: (label: string) => Uint8Array): Dress | undefined {
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
  return { meetingPoint: destination, pair, token, identity: waypoints.length === 0 ? undefined : encryptIdentity(sum, draw('identity')), waypoints }
}

/**
 * What a MakeRoute says beyond the waypoints that are hosted here: each takes its key out, reads its own element, and the
 * half goes on to what that names. Undefined when an element holds nothing. @see ROUTE-5
 */
export function beyondWaypoints (host: Host, message: MakeRoute): MakeRoute | undefined {
  let rest: MakeRoute | undefined = message
  while (rest !== undefined && rest.waypoints.length > 0) {
    const secret = host.hosted.get(rest.meetingPoint)
    if (secret === undefined) return rest
    rest = beyond(rest, secret)
  }
  return rest
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
  return { ...message, meetingPoint: toHex(next) as MeetingPointId, token, identity: waypoints.length === 0 ? undefined : identity, waypoints }
}
