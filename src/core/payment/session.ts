import { equalBytes, fromHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { MeetingPointId } from '../base/ids.js'
import { bytes32, bytes33, decodeLayout, encodeLayout, LayoutError, oneOf, optional, record, struct, units, u8, u16, type ValueOf } from '../base/struct.js'
import { isPoint, mulG, scalarOf } from '../crypto/curve.js'
import { isPairOf, type EndpointPair } from '../crypto/elgamal.js'
import { openOnion } from '../crypto/onion.js'
import type { RouteSide } from './messages.js'
import { quoteLayout, type Quote } from './quote.js'

/** What payer and payee both derive from the session secret σ for one attempt at one meeting point. */
export interface Attempt {
  /** μ: the point that the meeting point matches the two halves by. Known to it, and to nobody else on the way. */
  readonly matchPoint: Uint8Array
  /** β: what hides the invoice's point Z on the links at the meeting point. */
  readonly blind: Uint8Array
}

const attemptBytes = (session: Uint8Array, meetingPoint: MeetingPointId, attempt: number): readonly Uint8Array[] =>
  [session, fromHex(meetingPoint), Uint8Array.of(attempt >> 8, attempt & 0xff)]

/** @param session - σ, 32 bytes @param attempt - a, from 1 @see INV-18 */
export function deriveAttempt (session: Uint8Array, meetingPoint: MeetingPointId, attempt: number): Attempt {
  const parts = attemptBytes(session, meetingPoint, attempt)
  return { matchPoint: mulG(scalarOf(taggedHash('amiko/session/match', ...parts))), blind: scalarOf(taggedHash('amiko/session/blind', ...parts)) }
}

/** Key of the lock message that payer and payee exchange; only they know σ. */
export const messageKey = (session: Uint8Array, meetingPoint: MeetingPointId, attempt: number): Uint8Array =>
  taggedHash('amiko/session/message', ...attemptBytes(session, meetingPoint, attempt))

/** ρ: with it the meeting point proves to an end that it could read the token. */
export const replyKey = (matchPoint: Uint8Array): Uint8Array => taggedHash('amiko/session/reply', matchPoint)

/** Names a token in the meeting point's tables, without keeping the token. */
export const tokenHash = (matchPoint: Uint8Array): Uint8Array => taggedHash('amiko/route/token', matchPoint).slice(0, 16)

/** The innermost layer of a tweak onion, by the meeting point. */
export const innermost = record({
  side: oneOf('payer', 'payee'),
  k1: bytes33,
  k2: bytes33,
  /** Payee side: the meeting point's own tweak. */
  tweak: optional(bytes32),
  /** Payer side: what the meeting point asks for. Payee side: what reached it of the payee's quote. */
  quote: quoteLayout,
  tag: bytes32
})
export type Innermost = ValueOf<typeof innermost>

const tagged = struct('amiko/route/reply', { reply: bytes32, side: oneOf('payer', 'payee'), k1: bytes33, k2: bytes33, tweak: optional(bytes32), quote: quoteLayout })

/** Makes the innermost layer's bytes. @see ROUTE-24 */
export function innermostBytes (matchPoint: Uint8Array, side: RouteSide, pair: EndpointPair, quote: Quote, tweak: Uint8Array | undefined): Uint8Array {
  const content = { side, k1: pair.k1, k2: pair.k2, tweak, quote }
  return encodeLayout(innermost, { ...content, tag: tagged.hash({ reply: replyKey(matchPoint), ...content }) })
}

/** Reads an innermost layer whose tag fits; undefined for everything else, noise included. @see ROUTE-25 */
export function readInnermost (bytes: Uint8Array, matchPoint: Uint8Array, side: RouteSide): Innermost | undefined {
  const value = tryDecode(bytes)
  if (value === undefined || value.side !== side) return undefined
  const { tag, ...content } = value
  return equalBytes(tag, tagged.hash({ reply: replyKey(matchPoint), ...content })) ? value : undefined
}

/**
 * The tweaks that an onion holds for the end whose secret it is, and the meeting point's innermost layer; undefined when
 * it is for somebody else, or when the meeting point did not see this end's own key pair. @see ROUTE-25, ROUTE-26
 */
export function openTweaks (onion: Uint8Array, end: { readonly secret: Uint8Array, readonly matchPoint: Uint8Array }, side: RouteSide): { readonly tweaks: readonly Uint8Array[], readonly inner: Innermost } | undefined {
  const found: Innermost[] = []
  const opened = openOnion(onion, end.secret, (payload) => {
    const inner = readInnermost(payload, end.matchPoint, side)
    if (inner !== undefined) found.push(inner)
    return inner !== undefined
  })
  const [inner] = found
  if (opened === undefined || inner === undefined || !isPoint(inner.k1)) return undefined
  // ROUTE-26: a hop that put its own key pair in place of this end's is found here.
  return isPairOf({ k1: inner.k1, k2: inner.k2 }, end.secret) ? { tweaks: opened.tweaks, inner } : undefined
}

function tryDecode (bytes: Uint8Array): Innermost | undefined {
  try {
    return decodeLayout(innermost, bytes)
  } catch (error) {
    if (error instanceof LayoutError) return undefined
    throw error
  }
}

/** What the payer tells the payee inside the lock. At most 128 bytes. */
export const lockMessage = record({
  version: u8,
  /** What this part brings. */
  amount: units,
  attempt: u16,
  /** What all parts of the payment bring. */
  total: units,
  /** Of a payment in parts: X = x·G, the same in all of them, and this one's share; x is the sum of all shares. @see ROUTE-50 */
  set: optional(record({ point: bytes33, share: bytes32 }))
})
export type LockMessage = ValueOf<typeof lockMessage>
export const LOCK_MESSAGE_VERSION = 1

export const lockMessageBytes = (message: LockMessage): Uint8Array => encodeLayout(lockMessage, message)

/** Undefined when the bytes are no message of a version known here. */
export function readLockMessage (bytes: Uint8Array): LockMessage | undefined {
  try {
    const message = decodeLayout(lockMessage, bytes)
    return message.version === LOCK_MESSAGE_VERSION ? message : undefined
  } catch (error) {
    if (error instanceof LayoutError) return undefined
    throw error
  }
}
