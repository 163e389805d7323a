import { concatBytes, fromHex, equalBytes, toHex } from '../../src/core/base/bytes.js'
import type { AssetId, MeetingPointId, RouteId } from '../../src/core/base/ids.js'
import { isUnits, type Units } from '../../src/core/base/money.js'
import { fault, type Fault } from '../../src/core/base/step.js'
import { isPoint, POINT_BYTES, pointOfId } from '../../src/core/crypto/curve.js'
import { ONION_BYTES } from '../../src/core/crypto/onion.js'
import { DETOURS_MAX, FORWARDS_MAX, HOPS_LEFT_MAX, TIME_LEFT_MS_MAX, WAYPOINT_BYTES, WAYPOINTS_MAX } from '../../src/core/payment/limits.js'
import { NO_ROUTE_REASONS, type MakeRoute, type RouteMessage, type RouteSide, type WaypointElement } from '../../src/core/payment/messages.js'
import { EXPIRY_DELTA_SECONDS_MAX, RATE_MAX, type Quote } from '../../src/core/payment/quote.js'
import { ANSWER_BYTES } from '../../src/core/payment/stream-session.js'
import '../protobuf.js'
import * as pb from './pb/route.js'

/** Bytes of route frames to messages of the core, and back; all validation of form. @see ROUTE-1 */

/** Largest frame: a MakeRoute with all waypoints, or a HaveRoute. */
export const ROUTE_FRAME_BYTES_MAX = 4_096
const SIDES: readonly RouteSide[] = ['payer', 'payee']
const MESSAGE_FIELDS = ['makeRoute', 'haveRoute', 'matched', 'haveNoRoute', 'cancel', 'answer'] as const
const COUNTER_MAX = 2n ** 48n - 1n
const RATE_BYTES = 16

/** Encodes one frame. */
export const encodeRoute = (message: RouteMessage): Uint8Array =>
  pb.RouteFrame.encode({ routeId: pbBytes(fromHex(message.routeId)), ...bodyOf(message) })

/** Decodes one frame. Any bytes give a message or a fault. @see ROUTE-1 */
export function decodeRoute (bytes: Uint8Array): RouteMessage | Fault {
  if (bytes.length > ROUTE_FRAME_BYTES_MAX) return fault('ROUTE-1', `a frame of ${bytes.length} bytes`)
  try {
    const frame = pb.RouteFrame.decode(bytes)
    const present = MESSAGE_FIELDS.filter((field) => frame[field] !== undefined)
    check(present.length === 1, `${present.length} messages in one frame`)
    const routeId = toHex(sized(frame.routeId, 16, 'route_id')) as RouteId
    switch (present[0]!) {
      case 'makeRoute': return makeRouteOf(routeId, frame.makeRoute!)
      case 'haveRoute': return { type: 'haveRoute', routeId, quote: quoteOf(frame.haveRoute!.quote), onion: sized(frame.haveRoute!.onion, ONION_BYTES, 'onion') }
      case 'matched': return { type: 'matched', routeId, amount: unitsOf(frame.matched!.amount, 'amount') }
      case 'haveNoRoute': return {
        type: 'haveNoRoute',
        routeId,
        reason: wordOf(NO_ROUTE_REASONS, frame.haveNoRoute!.reason, 'reason'),
        forwardsLeft: atMost(frame.haveNoRoute!.forwardsLeft, FORWARDS_MAX, 'forwards_left')
      }
      case 'cancel': return { type: 'cancel', routeId }
      case 'answer': return { type: 'answer', routeId, bytes: sized(frame.answer!.content, ANSWER_BYTES, 'content') } // ROUTE-75
    }
  } catch (error) {
    // The generated reader throws on what is no protobuf; our own checks say which requirement was broken.
    return error instanceof FormError ? fault(error.requirement, error.message) : fault('ROUTE-1', 'not a route frame')
  }
}

class FormError extends Error {
  constructor (readonly requirement: string, message: string) { super(message) }
}

function check (condition: boolean, why: string, requirement = 'ROUTE-1'): asserts condition {
  if (!condition) throw new FormError(requirement, why)
}

function must<T> (value: T | undefined, name: string): T {
  check(value !== undefined, `${name} is missing`)
  return value
}

function sized (value: Uint8Array | undefined, length: number, name: string): Uint8Array {
  const bytes = must(value, name)
  check(bytes.length === length, `${name} has ${bytes.length} bytes, not ${length}`)
  // A copy, so that a half route does not keep its whole frame in memory.
  return bytes.slice()
}

function point (value: Uint8Array | undefined, name: string): Uint8Array {
  const bytes = sized(value, 33, name)
  check(isPoint(bytes), `${name} is no point of the curve`, 'ROUTE-2')
  return bytes
}

function idOf (value: Uint8Array | undefined): MeetingPointId {
  const id = toHex(sized(value, 33, 'meeting_point'))
  check(pointOfId(id) !== undefined, 'meeting_point is no point of the curve', 'ROUTE-2')
  return id as MeetingPointId
}

function unitsOf (value: bigint | undefined, name: string): Units {
  const wide = must(value, name)
  check(isUnits(wide), `${name} is out of range`)
  return wide
}

function atMost (value: number | undefined, max: number, name: string): number {
  const number = must(value, name)
  check(number <= max, `${name} is ${number}, more than ${max}`, 'ROUTE-7')
  return number
}

function wordOf<T extends string> (words: readonly T[], index: number | undefined, name: string): T {
  const word = words[must(index, name) - 1]
  check(word !== undefined, `${name} is none that is known`)
  return word
}

function makeRouteOf (routeId: RouteId, make: pb.MakeRoute): MakeRoute {
  const side = wordOf(SIDES, make.side, 'side')
  const k1 = point(make.k1, 'k1')
  const k2 = point(make.k2, 'k2')
  check(!equalBytes(k1, k2), 'the two points of the key pair are equal', 'ROUTE-2')
  check((make.quote !== undefined) === (side === 'payee'), 'a quote belongs to the payee\'s half', 'ROUTE-6')
  check(make.waypoints.length <= WAYPOINTS_MAX, `${make.waypoints.length} waypoints`)
  check(make.waypoints.length > 0 || (make.i1 === undefined && make.i2 === undefined), 'i1 and i2 belong to waypoints', 'ROUTE-56')
  check(make.waypoints.length > 0 || make.along === undefined, 'along belongs to waypoints', 'ROUTE-94')
  check(make.open === undefined || make.open === 1, 'open is neither 1 nor absent')
  return {
    type: 'makeRoute',
    routeId,
    side,
    meetingPoint: idOf(make.meetingPoint),
    asset: toHex(sized(make.asset, 32, 'asset')) as AssetId,
    amount: unitsOf(make.amount, 'amount'),
    pair: { k1, k2 },
    token: { c1: point(make.c1, 'c1'), c2: point(make.c2, 'c2') },
    identity: make.waypoints.length === 0 ? undefined : { c1: point(make.i1, 'i1'), c2: point(make.i2, 'i2') },
    waypoints: make.waypoints.map(elementOf),
    along: make.along === undefined ? undefined : toHex(sized(make.along, 16, 'along')) as RouteId,
    hopsLeft: atMost(make.hopsLeft, HOPS_LEFT_MAX, 'hops_left'),
    forwardsLeft: atMost(make.forwardsLeft, FORWARDS_MAX, 'forwards_left'),
    detoursLeft: atMost(make.detoursLeft, DETOURS_MAX, 'detours_left'),
    timeLeftMs: atMost(make.timeLeftMs, TIME_LEFT_MS_MAX, 'time_left_ms'),
    quote: make.quote === undefined ? undefined : quoteOf(make.quote),
    ...(make.open === undefined ? {} : { open: true })
  }
}

/** An element is four points: next destination and identity, each c1 and c2. @see ROUTE-56 */
function elementOf (value: Uint8Array): WaypointElement {
  const bytes = sized(value, WAYPOINT_BYTES, 'waypoint')
  const part = (index: number): Uint8Array => point(bytes.subarray(POINT_BYTES * index, POINT_BYTES * (index + 1)), 'a point of a waypoint')
  return { next: { c1: part(0), c2: part(1) }, identity: { c1: part(2), c2: part(3) } }
}

const elementBytes = ({ next, identity }: WaypointElement): Uint8Array => concatBytes(next.c1, next.c2, identity.c1, identity.c2)

function quoteOf (value: pb.Quote | undefined): Quote {
  const quote = must(value, 'quote')
  const rate = BigInt(`0x${toHex(sized(quote.rate, RATE_BYTES, 'rate'))}`)
  const validUntil = must(quote.validUntil, 'valid_until')
  const minOut = unitsOf(quote.minOut, 'min_out')
  const maxOut = unitsOf(quote.maxOut, 'max_out')
  check(rate > 0n && rate <= RATE_MAX, 'rate is zero', 'ROUTE-20')
  check(minOut <= maxOut, 'min_out is above max_out', 'ROUTE-20')
  check(validUntil <= COUNTER_MAX, 'valid_until is out of range', 'ROUTE-20')
  return {
    assetIn: toHex(sized(quote.assetIn, 32, 'asset_in')) as AssetId,
    assetOut: toHex(sized(quote.assetOut, 32, 'asset_out')) as AssetId,
    rate,
    base: unitsOf(quote.base, 'base'),
    minOut,
    maxOut,
    expiryDeltaSeconds: atMost(quote.expiryDeltaSeconds, EXPIRY_DELTA_SECONDS_MAX, 'expiry_delta_seconds'),
    validUntil: Number(validUntil)
  }
}

// The generated types ask for arrays over a plain ArrayBuffer; all of ours are.
const pbBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>

function bodyOf (message: RouteMessage): Partial<pb.RouteFrame> {
  switch (message.type) {
    case 'makeRoute': return { makeRoute: makeRouteBody(message) }
    case 'haveRoute': return { haveRoute: { quote: quoteBody(message.quote), onion: pbBytes(message.onion) } }
    case 'matched': return { matched: { amount: message.amount } }
    case 'haveNoRoute': return { haveNoRoute: { reason: NO_ROUTE_REASONS.indexOf(message.reason) + 1, forwardsLeft: message.forwardsLeft } }
    case 'cancel': return { cancel: {} }
    case 'answer': return { answer: { content: pbBytes(message.bytes) } }
  }
}

const makeRouteBody = (make: MakeRoute): pb.MakeRoute => ({
  side: SIDES.indexOf(make.side) + 1,
  meetingPoint: pbBytes(fromHex(make.meetingPoint)),
  asset: pbBytes(fromHex(make.asset)),
  amount: make.amount,
  k1: pbBytes(make.pair.k1),
  k2: pbBytes(make.pair.k2),
  c1: pbBytes(make.token.c1),
  c2: pbBytes(make.token.c2),
  waypoints: make.waypoints.map((element) => pbBytes(elementBytes(element))),
  ...(make.identity === undefined ? {} : { i1: pbBytes(make.identity.c1), i2: pbBytes(make.identity.c2) }),
  ...(make.along === undefined ? {} : { along: pbBytes(fromHex(make.along)) }),
  hopsLeft: make.hopsLeft,
  forwardsLeft: make.forwardsLeft,
  detoursLeft: make.detoursLeft,
  timeLeftMs: make.timeLeftMs,
  ...(make.quote === undefined ? {} : { quote: quoteBody(make.quote) }),
  ...(make.open === true ? { open: 1 } : {})
})

const quoteBody = (quote: Quote): pb.Quote => ({
  assetIn: pbBytes(fromHex(quote.assetIn)),
  assetOut: pbBytes(fromHex(quote.assetOut)),
  rate: pbBytes(fromHex(quote.rate.toString(16).padStart(2 * RATE_BYTES, '0'))),
  base: quote.base,
  minOut: quote.minOut,
  maxOut: quote.maxOut,
  expiryDeltaSeconds: quote.expiryDeltaSeconds,
  validUntil: BigInt(quote.validUntil)
})
