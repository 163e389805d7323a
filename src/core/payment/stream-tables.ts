import type { Hex } from '../base/bytes.js'
import type { AssetId, ChannelId, InvoiceId, MeetingPointId, PeerId, RequestId, RouteId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import { bytes32, bytes33, bytes64, entity, hexOf, list, record, u32, units, type ValueOf } from '../base/struct.js'
import { createTable, type Journal, type Table } from '../base/table.js'
import type { Invoice } from './invoice.js'
import type { RouteSide } from './messages.js'
import type { Quote } from './quote.js'
import { POINTS_PER_ANSWER } from './stream-limits.js'

/** Entities of open routes, and of invoices that can be paid many times. */

// ---- Durable ----

/** What the payee of such an invoice stores beside it: how to make its points, and which numbers were claimed. @see INV-21, INV-23 */
export const streamEntity = record({
  invoiceId: hexOf<InvoiceId>(32),
  times: u32,
  /** What all z but the first follow from. */
  secret: bytes32,
  /** Of the invoice's signing key. */
  signingSecret: bytes32,
  claimed: u32,
  received: units,
  /** The lowest number that is not claimed; of it and those behind it one bit each, set when claimed. */
  base: u32,
  window: bytes32
})
export type Stream = ValueOf<typeof streamEntity>

/** Points of coming payments, as the payee of an invoice signed them; kept by its payer. @see INV-22, INV-24 */
export const signedPointsEntity = record({
  invoiceId: hexOf<InvoiceId>(32),
  first: u32,
  points: list(bytes33, POINTS_PER_ANSWER),
  signature: bytes64
})
export type SignedPoints = ValueOf<typeof signedPointsEntity>

export const streamLayout = entity<Stream>('stream', 1, streamEntity)
export const signedPointsLayout = entity<SignedPoints>('signed-points', 1, signedPointsEntity)
export const STREAM_LAYOUTS = { stream: streamLayout, 'signed-points': signedPointsLayout } as const

// ---- Volatile ----

/** One end of a link of an open route: the neighbour, and the id that the route has there. */
export interface OpenLink {
  readonly peer: PeerId
  readonly routeId: RouteId
  /** Whose half this link belongs to. */
  readonly side: RouteSide
}

/** What a node is to an open route. */
export type OpenRole =
  | { readonly type: 'hop', readonly seed: Uint8Array, readonly side: RouteSide, readonly own: Quote, readonly next: Quote }
  | { readonly type: 'payer', readonly invoiceId: InvoiceId, readonly meetingPoint: MeetingPointId, readonly attempt: number, readonly seeds: readonly Uint8Array[], readonly quote: Quote }
  | { readonly type: 'payee', readonly invoiceId: InvoiceId, readonly meetingPoint: MeetingPointId, readonly attempt: number, readonly seeds: readonly Uint8Array[], readonly issued: number }

/** A route that carries more than one lock, as one node of it knows it. @see ROUTE-72 */
export interface OpenRoute {
  readonly id: Hex
  readonly role: OpenRole
  readonly asset: AssetId
  /** Where the money comes from; nobody at the payer. */
  readonly before: OpenLink | undefined
  /** Where it goes, and by which channel; nobody at the payee. */
  readonly after: (OpenLink & { readonly channelId: ChannelId }) | undefined
  /** The highest number that a lock had. */
  readonly highest: number
  readonly locks: number
  readonly answers: number
  readonly usedMs: number
  readonly untilMs: number
}

/** A request to pay that waits for a route, or for points. */
export interface WaitingPay {
  readonly requestId: RequestId
  readonly feeMax: Units
  readonly deadlineMs: number
  readonly timeoutMs: number
  /** Locks of it that came back on open routes. */
  readonly comeBacks: number
}

/** What a payer that pays an invoice many times has in mind; made anew from what is stored when it is needed. */
export interface PayStream {
  readonly invoice: Invoice
  readonly way: { readonly proxy: PeerId | undefined, readonly waypoints: readonly MeetingPointId[] }
  readonly open: Hex | undefined
  /** The payment that looks for a route. */
  readonly opener: Hex | undefined
  /** Numbers below `next` that are not paid and not under way, ascending. */
  readonly free: readonly number[]
  /** The lowest number that was never used. */
  readonly next: number
  /** Lists of points that may still be needed, and the highest number in them. */
  readonly lists: readonly SignedPoints[]
  readonly known: number
  readonly waiting: readonly WaitingPay[]
  /** The next attempt number at each meeting point. */
  readonly attempts: ReadonlyArray<{ readonly id: MeetingPointId, readonly attempt: number }>
}

/** A payment of such an invoice that is under way. */
export interface StreamPayment {
  readonly invoiceId: InvoiceId
  readonly number: number
  readonly wish: WaitingPay
  /** The open route that its lock went by. */
  readonly route: Hex | undefined
}

/** The tables of streams. */
export interface StreamTables {
  readonly streams: Table<InvoiceId, Stream>
  /** Under `<invoice>/<first number>`. */
  readonly signedPoints: Table<string, SignedPoints>
  readonly openRoutes: Table<Hex, OpenRoute>
  /** Open routes by the neighbour the money comes from, and by the one it goes to, under `<peer>/<route id>`. */
  readonly openBefore: Table<string, { readonly route: Hex }>
  readonly openAfter: Table<string, { readonly route: Hex }>
  readonly payStreams: Table<InvoiceId, PayStream>
  /** By the id of the payment. */
  readonly streamPayments: Table<Hex, StreamPayment>
}

export const signedPointsKey = (invoiceId: InvoiceId, first: number): string => `${invoiceId}/${first}`
const peerOfKey = (key: string): string => key.slice(0, key.indexOf('/'))

export const createStreamTables = (journal: Journal): StreamTables => ({
  streams: createTable(journal, 'stream', { layout: streamLayout }),
  signedPoints: createTable(journal, 'signed-points', { layout: signedPointsLayout, groupBy: (_key, points) => points.invoiceId }),
  openRoutes: createTable(journal, 'open-route', { groupBy: (_key, { role }) => role.type === 'hop' ? 'hop' : role.invoiceId }),
  openBefore: createTable(journal, 'open-before', { groupBy: peerOfKey }),
  openAfter: createTable(journal, 'open-after', { groupBy: peerOfKey }),
  payStreams: createTable(journal, 'pay-stream'),
  streamPayments: createTable(journal, 'stream-payment')
})
