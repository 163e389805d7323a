import { equalBytes, fromHex, toHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { InvoiceId, MeetingPointId, RouteId } from '../base/ids.js'
import { bytes33, bytes64, bytesOf, decodeLayout, encodeLayout, hexOf, LayoutError, list, record, struct, u16, u32, u8, units, type ValueOf } from '../base/struct.js'
import { isPoint, mulG, POINT_BYTES, scalarOf } from '../crypto/curve.js'
import { ANSWER_TAG_BYTES, maskAnswer, openAnswer, sealAnswer } from '../crypto/answer.js'
import { signSchnorr, verifySchnorr } from '../crypto/schnorr.js'
import type { Invoice } from './invoice.js'
import { LOCK_NUMBER_BYTES, LOCKS_PER_ROUTE_MAX, POINTS_PER_ANSWER } from './stream-limits.js'
import type { SignedPoints, Stream } from './stream-tables.js'

/** What follows from the number of a lock on an open route, and from the number of a payment of an invoice. */

const U32 = 2 ** 32
const numberBytes = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff)
const readNumber = (bytes: Uint8Array): number => (bytes[0]! * 2 ** 24) + (bytes[1]! << 16 | bytes[2]! << 8 | bytes[3]!)

/** y of a hop for the lock with this number, from its seed. @see ROUTE-71 */
export const tweakAt = (seed: Uint8Array, index: number): Uint8Array => scalarOf(taggedHash('amiko/route/tweak', seed, numberBytes(index)))

/** β of a lock on an open route, number 0 excepted: that one has the blind of the attempt. @see ROUTE-74 */
export const blindAt = (session: Uint8Array, meetingPoint: MeetingPointId, attempt: number, index: number): Uint8Array =>
  scalarOf(taggedHash('amiko/session/blind', session, fromHex(meetingPoint), Uint8Array.of(attempt >> 8, attempt & 0xff), numberBytes(index)))

const startOf = (routeId: RouteId): number => readNumber(fromHex(routeId))

/** What a lock on an open route carries in place of an onion: its number, differently on every link. @see ROUTE-73 */
export const lockNumber = (routeId: RouteId, index: number): Uint8Array => numberBytes((startOf(routeId) + index) % U32)

/** The number of a lock; undefined when there is none, or it is not above `highest` and below the limit. @see ROUTE-73 */
export function readLockNumber (routeId: RouteId, bytes: Uint8Array, highest: number): number | undefined {
  if (bytes.length !== LOCK_NUMBER_BYTES) return undefined
  const index = (readNumber(bytes) - startOf(routeId) + U32) % U32
  return index > highest && index < LOCKS_PER_ROUTE_MAX ? index : undefined
}

/** z of a payment of an invoice that can be paid many times. @param first - z of number 1, which is in the invoice's record @see INV-21 */
export const secretAt = (stream: Stream, first: Uint8Array, number: number): Uint8Array =>
  number === 1 ? first : scalarOf(taggedHash('amiko/invoice/payment', stream.secret, numberBytes(number)))

/** 16 bytes: the payment with this number of an invoice. */
export const streamPaymentId = (invoiceId: InvoiceId, number: number): string =>
  toHex(taggedHash('amiko/payment/id', fromHex(invoiceId), ...(number === 1 ? [] : [numberBytes(number)])).subarray(0, 16))

// ---- The message in a lock ----

const streamMessage = record({ version: u8, amount: units, attempt: u16, number: u32 })
/** What the payer of such an invoice tells the payee inside a lock. @see ROUTE-74 */
export type StreamMessage = ValueOf<typeof streamMessage>
export const STREAM_MESSAGE_VERSION = 2

export const streamMessageBytes = (message: Omit<StreamMessage, 'version'>): Uint8Array => encodeLayout(streamMessage, { ...message, version: STREAM_MESSAGE_VERSION })

/** Undefined when the bytes are no such message. */
export function readStreamMessage (bytes: Uint8Array): StreamMessage | undefined {
  const message = tryDecode(streamMessage, bytes)
  return message?.version === STREAM_MESSAGE_VERSION ? message : undefined
}

// ---- Points of coming payments ----

const signedList = struct('amiko/invoice/points', { invoiceId: hexOf<InvoiceId>(32), first: u32, points: list(bytes33, POINTS_PER_ANSWER) })

/** Makes and signs the points from one number on. @param aux - 32 random bytes for the signature's nonce @see INV-22 */
export function signPoints (stream: Stream, firstSecret: Uint8Array, first: number, count: number, aux: Uint8Array): SignedPoints {
  const points = Array.from({ length: count }, (_none, i) => mulG(secretAt(stream, firstSecret, first + i)))
  const content = { invoiceId: stream.invoiceId, first, points }
  return { ...content, signature: signSchnorr(signedList.hash(content), stream.signingSecret, aux) }
}

/** Whether the payee of an invoice signed these points. @see INV-22 */
export function verifyPoints (invoice: Pick<Invoice, 'id' | 'signingKey'>, { invoiceId, first, points, signature }: SignedPoints): boolean {
  return invoiceId === invoice.id && points.every(isPoint) && verifySchnorr(signature, signedList.hash({ invoiceId, first, points }), invoice.signingKey)
}

/** Whether z proves that a payment was made: its point is signed, and z opens it. @see INV-22 */
export function provesPayment (invoice: Pick<Invoice, 'id' | 'signingKey'>, signed: SignedPoints, number: number, secret: Uint8Array): boolean {
  const point = signed.points[number - signed.first]
  return point !== undefined && verifyPoints(invoice, signed) && equalBytes(mulG(secret), point)
}

/** What payer and payee know of the attempt that an open route began with. */
export interface RouteSession { readonly session: Uint8Array, readonly meetingPoint: MeetingPointId, readonly attempt: number }

const plainAnswer = record({ first: u32, count: u8, points: bytesOf(POINTS_PER_ANSWER * POINT_BYTES), signature: bytes64 })
/** Bytes of every answer. @see ROUTE-75 */
export const ANSWER_BYTES = 4 + 1 + POINTS_PER_ANSWER * POINT_BYTES + 64 + ANSWER_TAG_BYTES

const answerKey = ({ session, meetingPoint, attempt }: RouteSession, count: number): Uint8Array =>
  taggedHash('amiko/session/answer', session, fromHex(meetingPoint), Uint8Array.of(attempt >> 8, attempt & 0xff), numberBytes(count))

/** Seals an answer for the payer, with the streams of the hops of the payee's half put on. @param count - answers before it on this route @see ROUTE-75, ROUTE-76 */
export function answerBytes (route: RouteSession, seeds: readonly Uint8Array[], count: number, { first, points, signature }: SignedPoints): Uint8Array {
  const all = new Uint8Array(POINTS_PER_ANSWER * POINT_BYTES)
  points.forEach((point, i) => { all.set(point, i * POINT_BYTES) })
  const sealed = sealAnswer(encodeLayout(plainAnswer, { first, count: points.length, points: all, signature }), answerKey(route, count))
  return seeds.reduce((bytes, seed) => maskAnswer(bytes, seed, count), sealed)
}

/** The signed points in an answer, the streams of the payer's half taken off; undefined when it is not for this route or not of the invoice's payee. @see ROUTE-76 */
export function readAnswer (invoice: Invoice, route: RouteSession, seeds: readonly Uint8Array[], count: number, bytes: Uint8Array): SignedPoints | undefined {
  const plain = openAnswer(seeds.reduce((masked, seed) => maskAnswer(masked, seed, count), bytes), answerKey(route, count))
  const answer = plain === undefined ? undefined : tryDecode(plainAnswer, plain)
  if (answer === undefined || answer.count < 1 || answer.count > POINTS_PER_ANSWER) return undefined
  const points = Array.from({ length: answer.count }, (_none, i) => answer.points.slice(i * POINT_BYTES, (i + 1) * POINT_BYTES))
  const signed = { invoiceId: invoice.id, first: answer.first, points, signature: answer.signature }
  return verifyPoints(invoice, signed) ? signed : undefined
}

function tryDecode<T> (layout: Parameters<typeof decodeLayout<T>>[0], bytes: Uint8Array): T | undefined {
  try {
    return decodeLayout(layout, bytes)
  } catch (error) {
    if (error instanceof LayoutError) return undefined
    throw error
  }
}
