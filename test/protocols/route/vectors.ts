import { fromHex, toHex } from '../../../src/core/base/bytes.js'
import { sha256 } from '../../../src/core/base/hash.js'
import type { AssetId, MeetingPointId, RouteId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { isFault } from '../../../src/core/base/step.js'
import { addPoints, mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { encryptIdentity, encryptPoint, makeEndpointPair } from '../../../src/core/crypto/elgamal.js'
import { ONION_BYTES } from '../../../src/core/crypto/onion.js'
import type { MakeRoute, RouteMessage, WaypointElement } from '../../../src/core/payment/messages.js'
import { composeQuotes, quoteIn, quoteOut, RATE_ONE, type Quote } from '../../../src/core/payment/quote.js'
import { ANSWER_BYTES } from '../../../src/core/payment/stream-session.js'
import { decodeRoute, encodeRoute } from '../../../protocols/route/codec.js'

/** The vectors of the route protocol, made from fixed values; `generate.ts` writes them, the tests compare. */

const seeded = (text: string): Uint8Array => sha256(new TextEncoder().encode(text))
const scalar = (text: string): Uint8Array => scalarOf(seeded(text))
const ASSET = toHex(seeded('asset')) as AssetId
const OTHER = toHex(seeded('other asset')) as AssetId

const quote = (rate: bigint, base: bigint, minOut: bigint, maxOut: bigint, more: Partial<Quote> = {}): Quote => ({
  assetIn: ASSET, assetOut: ASSET, rate, base: asUnits(base), minOut: asUnits(minOut), maxOut: asUnits(maxOut), expiryDeltaSeconds: 600, validUntil: 1_700_000_000, ...more
})

const plainQuote = (value: Quote): object => ({ ...value, rate: String(value.rate), base: String(value.base), minOut: String(value.minOut), maxOut: String(value.maxOut) })

const FREE = quote(RATE_ONE, 0n, 0n, 1_000_000n)
const FEE = quote(RATE_ONE + RATE_ONE / 1_000n, 7n, 1n, 500_000n)
const DEAR = quote(RATE_ONE * 3n, 1_000n, 10n, 1_000n)
const ODD = quote(1_234_567_890_123_456_789n, 1n, 0n, 10n ** 15n)
const HALF = quote(RATE_ONE / 2n, 0n, 0n, 10n ** 9n)
const TINY = quote(1n, 0n, 0n, 10n ** 9n)

/** `protocols/route/vectors/quote.json` */
export function quoteVectors (): object {
  const amounts = [FREE, FEE, DEAR, ODD, HALF, TINY].flatMap((one) => [0n, 1n, 2n, 999n, 1_000n, 123_456_789n].map((value) => {
    const given = asUnits(value)
    return { quote: plainQuote(one), out: String(value), in: textOf(quoteIn(one, given)), outOf: textOf(quoteOut(one, given)) }
  }))
  const pairs: ReadonlyArray<readonly [Quote, Quote]> = [
    [FREE, FREE], [FREE, FEE], [FEE, FREE], [FEE, FEE], [FEE, ODD], [ODD, FEE], [DEAR, FEE], [HALF, ODD], [ODD, HALF], [TINY, ODD],
    [FEE, quote(RATE_ONE, 5n, 0n, 1_000n, { expiryDeltaSeconds: 30, validUntil: 5 })]
  ]
  const composed = pairs.map(([first, second]) => ({ first: plainQuote(first), second: plainQuote(second), composed: plainQuote(composeQuotes(first, second)!) }))
  const refusals: ReadonlyArray<readonly [string, Quote, Quote]> = [
    ['assets do not meet', FREE, { ...FREE, assetIn: OTHER }],
    ['the rate overflows', quote(1n << 100n, 0n, 0n, 10n), quote(1n << 100n, 0n, 0n, 10n)],
    ['the base overflows', quote(RATE_ONE, (1n << 63n) - 1n, 0n, 10n), FEE],
    ['no amount fits both', quote(RATE_ONE, 0n, 0n, 10n), quote(RATE_ONE, 0n, 11n, 20n)],
    ['the second base alone is above the first most', quote(RATE_ONE, 0n, 0n, 4n), quote(RATE_ONE, 5n, 0n, 20n)],
    ['the expiry deltas are too long together', { ...FREE, expiryDeltaSeconds: 2_419_200 }, { ...FREE, expiryDeltaSeconds: 1 }]
  ]
  const refused = refusals.map(([why, first, second]) => ({ why, first: plainQuote(first), second: plainQuote(second), composed: composeQuotes(first, second) ?? 'refused' }))
  return { amounts, composed, refused }
}

const textOf = (value: bigint | undefined): string => value === undefined ? 'refused' : String(value)

const routeId = (text: string): RouteId => toHex(seeded(text).subarray(0, 16)) as RouteId
const meetingKey = mulG(scalar('meeting point'))
const MAKE: MakeRoute = {
  type: 'makeRoute',
  routeId: routeId('payer'),
  side: 'payer',
  meetingPoint: toHex(meetingKey) as MeetingPointId,
  asset: ASSET,
  amount: asUnits(128n),
  pair: makeEndpointPair(scalar('k'), scalar('s')),
  token: encryptPoint(meetingKey, mulG(scalar('match')), scalar('r')),
  identity: undefined,
  waypoints: [],
  along: undefined,
  hopsLeft: 20,
  forwardsLeft: 64,
  detoursLeft: 2,
  timeLeftMs: 15_000,
  quote: undefined
}
// Two waypoints before the meeting point: each element under the sum of the keys up to its own, the token under the sum of all.
const stopKeys = [mulG(scalar('first waypoint')), mulG(scalar('second waypoint')), meetingKey]
const sumTo = (index: number): Uint8Array => stopKeys.slice(0, index + 1).reduce((sum, key) => addPoints(sum, key)!)
const element = (index: number): WaypointElement => ({ next: encryptPoint(sumTo(index), stopKeys[index + 1]!, scalar(`next ${index}`)), identity: encryptIdentity(sumTo(index), scalar(`identity ${index}`)) })
const BY_WAYPOINTS: MakeRoute = {
  ...MAKE,
  meetingPoint: toHex(stopKeys[0]!) as MeetingPointId,
  token: encryptPoint(sumTo(2), mulG(scalar('match')), scalar('r')),
  identity: encryptIdentity(sumTo(2), scalar('identity')),
  waypoints: [element(0), element(1)]
}
const onion = new Uint8Array(ONION_BYTES).map((_, i) => i % 251)

/** One message of each type, and the corners of their ranges. */
export const MESSAGES: Readonly<Record<string, RouteMessage>> = {
  'a payer\'s MakeRoute': MAKE,
  'a payee\'s MakeRoute': { ...MAKE, routeId: routeId('payee'), side: 'payee', quote: FEE },
  'a MakeRoute with waypoints': BY_WAYPOINTS,
  'a MakeRoute along the half of an entry': { ...BY_WAYPOINTS, meetingPoint: toHex(mulG(scalar('nobody'))) as MeetingPointId, along: routeId('standing') },
  'a MakeRoute with nothing left': { ...MAKE, hopsLeft: 0, forwardsLeft: 0, detoursLeft: 0, timeLeftMs: 0, amount: asUnits(0n) },
  'a HaveRoute': { type: 'haveRoute', routeId: routeId('payer'), quote: ODD, onion },
  'a Matched': { type: 'matched', routeId: routeId('payee'), amount: asUnits(1_000n) },
  'a HaveNoRoute': { type: 'haveNoRoute', routeId: routeId('payer'), reason: 'no-match', forwardsLeft: 12 },
  'a Cancel': { type: 'cancel', routeId: routeId('payer') },
  'a MakeRoute of a route that is to stay open': { ...MAKE, open: true },
  'an Answer': { type: 'answer', routeId: routeId('payer'), bytes: new Uint8Array(ANSWER_BYTES).map((_, i) => i % 251) }
}

/** `open` is 1 or absent: the last byte of the frame is its value. */
function openWord (): Uint8Array {
  const bytes = encodeRoute(MESSAGES['a MakeRoute of a route that is to stay open']!).slice()
  bytes[bytes.length - 1] = 2
  return bytes
}

/** Frames that must be refused: each is a good one with one thing wrong. */
export function badFrames (): ReadonlyArray<{ readonly why: string, readonly bytes: Uint8Array }> {
  const changed = (message: object): Uint8Array => encodeRoute(message as RouteMessage)
  const off = mulG(scalar('x')).slice()
  // An x of which x³ + 7 is no square.
  off.set(fromHex('02' + '00'.repeat(31) + '05'))
  const cancel = encodeRoute(MESSAGES['a Cancel']!)
  const matched = encodeRoute(MESSAGES['a Matched']!)
  return [
    { why: 'nothing', bytes: new Uint8Array(0) },
    { why: 'no message', bytes: cancel.subarray(0, 18) },
    { why: 'two messages', bytes: Uint8Array.from([...cancel, ...matched.subarray(18)]) },
    { why: 'a short route id', bytes: changed({ type: 'cancel', routeId: 'ab'.repeat(15) }) },
    { why: 'a point that is not on the curve', bytes: changed({ ...MAKE, pair: { ...MAKE.pair, k1: off } }) },
    { why: 'a point at infinity', bytes: changed({ ...MAKE, token: { ...MAKE.token, c1: new Uint8Array(33) } }) },
    { why: 'an uncompressed point', bytes: changed({ ...MAKE, token: { ...MAKE.token, c2: new Uint8Array(65).fill(4) } }) },
    { why: 'a key pair of equal points', bytes: changed({ ...MAKE, pair: { k1: MAKE.pair.k1, k2: MAKE.pair.k1 } }) },
    { why: 'a quote on the payer\'s half', bytes: changed({ ...MAKE, quote: FEE }) },
    { why: 'no quote on the payee\'s half', bytes: changed({ ...MAKE, side: 'payee' }) },
    { why: 'an unknown side', bytes: changed({ ...MAKE, side: 'third' }) },
    { why: 'too many hops', bytes: changed({ ...MAKE, hopsLeft: 25 }) },
    { why: 'too many messages', bytes: changed({ ...MAKE, forwardsLeft: 65 }) },
    { why: 'too many detours', bytes: changed({ ...MAKE, detoursLeft: 3 }) },
    { why: 'too much time', bytes: changed({ ...MAKE, timeLeftMs: 60_001 }) },
    { why: 'nine waypoints', bytes: changed({ ...BY_WAYPOINTS, waypoints: Array.from({ length: 9 }, () => element(0)) }) },
    { why: 'a waypoint of another length', bytes: changed({ ...BY_WAYPOINTS, waypoints: [{ next: { c1: new Uint8Array(0), c2: element(0).next.c2.subarray(1) }, identity: element(0).identity }] }) },
    { why: 'a point of a waypoint that is not on the curve', bytes: changed({ ...BY_WAYPOINTS, waypoints: [{ ...element(0), next: { ...element(0).next, c2: off } }] }) },
    { why: 'a point at infinity in a waypoint', bytes: changed({ ...BY_WAYPOINTS, waypoints: [{ ...element(0), identity: { ...element(0).identity, c1: new Uint8Array(33) } }] }) },
    { why: 'waypoints without the identity of the token', bytes: changed({ ...BY_WAYPOINTS, identity: undefined }) },
    { why: 'an identity that is not on the curve', bytes: changed({ ...BY_WAYPOINTS, identity: { c1: off, c2: off } }) },
    { why: 'an identity without waypoints', bytes: changed({ ...MAKE, identity: BY_WAYPOINTS.identity }) },
    { why: 'a route id to go along of 15 bytes', bytes: changed({ ...BY_WAYPOINTS, along: 'ab'.repeat(15) }) },
    { why: 'a route id to go along without waypoints', bytes: changed({ ...MAKE, along: routeId('standing') }) },
    { why: 'an amount above 63 bits', bytes: changed({ ...MAKE, amount: 1n << 63n }) },
    { why: 'an onion of another length', bytes: changed({ ...MESSAGES['a HaveRoute'], onion: onion.subarray(1) }) },
    { why: 'a rate of zero', bytes: changed({ ...MESSAGES['a HaveRoute'], quote: { ...ODD, rate: 0n } }) },
    { why: 'a rate of 17 bytes', bytes: changed({ ...MESSAGES['a HaveRoute'], quote: { ...ODD, rate: 1n << 132n } }) },
    { why: 'a least above the most', bytes: changed({ ...MESSAGES['a HaveRoute'], quote: { ...ODD, minOut: 2n, maxOut: 1n } }) },
    { why: 'an expiry delta above the limit', bytes: changed({ ...MESSAGES['a HaveRoute'], quote: { ...ODD, expiryDeltaSeconds: 2_419_201 } }) },
    { why: 'an end that is no time', bytes: changed({ ...MESSAGES['a HaveRoute'], quote: { ...ODD, validUntil: 2 ** 50 } }) },
    { why: 'an unknown reason', bytes: changed({ ...MESSAGES['a HaveNoRoute'], reason: 'weather' }) },
    { why: 'a route that is to stay open by another word', bytes: openWord() },
    { why: 'a short answer', bytes: changed({ ...MESSAGES['an Answer'], bytes: new Uint8Array(ANSWER_BYTES - 1) }) },
    { why: 'no protobuf', bytes: Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff) },
    { why: 'too long', bytes: new Uint8Array(4_097) }
  ]
}

/** `protocols/route/vectors/messages.json` */
export function messageVectors (): object {
  return {
    messages: Object.entries(MESSAGES).map(([name, message]) => ({ name, bytes: toHex(encodeRoute(message)), message: plain(message) })),
    refused: badFrames().map(({ why, bytes }) => {
      const decoded = decodeRoute(bytes)
      return { why, bytes: toHex(bytes), requirement: isFault(decoded) ? decoded.requirement : 'accepted' }
    })
  }
}

/** Bytes as hexadecimal and amounts as decimal text, for JSON. */
export function plain (value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined).map(([key, field]) => [key, plain(field)]))
  return value
}
