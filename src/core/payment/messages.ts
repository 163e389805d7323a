import type { AssetId, MeetingPointId, RouteId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { Ciphertext, EndpointPair } from '../crypto/elgamal.js'
import type { Quote } from './quote.js'

/**
 * Messages of the route protocol, after decoding. `protocols/route/codec.ts` has checked presence, ranges, lengths,
 * that points are on the curve and that the two of a key pair differ; only meaning is judged after it.
 */
export type RouteMessage = MakeRoute | HaveRoute | Matched | HaveNoRoute | Cancel | Answer

/** Whose half of a route: the payer's, which the money travels along, or the payee's, against which it travels. */
export type RouteSide = 'payer' | 'payee'

/** From an end toward the meeting point: asks the receiver to be on the way. */
export interface MakeRoute {
  readonly type: 'makeRoute'
  /** Made by the sender for this link; all later messages and the lock of this route carry it. */
  readonly routeId: RouteId
  readonly side: RouteSide
  /** The destination: the next waypoint's key, or, when none is ahead, the meeting point's. */
  readonly meetingPoint: MeetingPointId
  readonly asset: AssetId
  /** Payer side: the largest amount of the lock. Payee side: what the lock must bring for the quote's largest amount. */
  readonly amount: Units
  /** The endpoint's key pair (K1, K2 = k·K1), re-made by each hop. */
  readonly pair: EndpointPair
  /** The match token under the meeting point's key, re-made by each hop. */
  readonly token: Ciphertext
  /** What encrypts nothing under the keys that the token is encrypted under; only while waypoints are ahead. */
  readonly identity: Ciphertext | undefined
  /** One element per waypoint still ahead; the first is of the one whose key is the destination. */
  readonly waypoints: readonly WaypointElement[]
  /** The receiver's route id of a payee's half that stands at the sender: this half goes back along it, and the destination names nobody. Only while waypoints are ahead. */
  readonly along: RouteId | undefined
  readonly hopsLeft: number
  /** Messages this request may still cause from the receiver on. */
  readonly forwardsLeft: number
  readonly detoursLeft: number
  readonly timeLeftMs: number
  /** Payee side only: what the way from the receiver's neighbour to the payee asks for. */
  readonly quote: Quote | undefined
  /** The route is to stay open for many locks. @see ROUTE-70 */
  readonly open?: true | undefined
}

/** For one waypoint: where the half goes from there. Both are under the sum of its key and those of the waypoints before it that are still ahead. */
export interface WaypointElement {
  /** The key of the next destination, as a point. */
  readonly next: Ciphertext
  /** Encrypts nothing, so that hops can re-make both. */
  readonly identity: Ciphertext
}

/** From the meeting point back to the payer: there is a way, and this is what it asks for. */
export interface HaveRoute {
  readonly type: 'haveRoute'
  readonly routeId: RouteId
  readonly quote: Quote
  /** The tweak onion, {@link ONION_BYTES} bytes. */
  readonly onion: Uint8Array
}

/** From the meeting point back to the payee: a payer was found; reservations start. */
export interface Matched {
  readonly type: 'matched'
  readonly routeId: RouteId
  /** What the lock will bring at most, from the sender: as much is reserved. */
  readonly amount: Units
}

/** All that a neighbour learns of why there is no way. */
export const NO_ROUTE_REASONS = ['no-way', 'busy', 'no-match', 'expired'] as const
export type NoRouteReason = typeof NO_ROUTE_REASONS[number]

/** Back one hop: not this way. */
export interface HaveNoRoute {
  readonly type: 'haveNoRoute'
  readonly routeId: RouteId
  readonly reason: NoRouteReason
  /** What is left of the messages that were given. */
  readonly forwardsLeft: number
}

/** Onward: the sender gives this route up. */
export interface Cancel {
  readonly type: 'cancel'
  readonly routeId: RouteId
}

/** Against the money, on an open route: points for the payments to come, for the payer alone to read. */
export interface Answer {
  readonly type: 'answer'
  readonly routeId: RouteId
  /** Of one length; every hop changes all of them. @see ROUTE-75 */
  readonly bytes: Uint8Array
}
