import type { Hex } from '../base/bytes.js'
import type { AssetId, ChannelId, InvoiceId, MeetingPointId, OriginId, PeerId, RequestId, RouteId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { Refusal } from '../base/step.js'
import { bool, bytes32, bytes33, decodeLayout, entity, hexOf, list, oneOf, optional, record, text, u16, u48, units, type ValueOf } from '../base/struct.js'
import { expiryLayout } from '../channel/lock.js'
import { createTable, type Journal, type Table } from '../base/table.js'
import type { Ciphertext, EndpointPair } from '../crypto/elgamal.js'
import type { PaymentHost } from './host.js'
import type { Invoice } from './invoice.js'
import { DESCRIPTION_BYTES_MAX, ENTRY_CHARACTERS_MAX, INVOICE_CHARACTERS_MAX, MEETING_POINTS_MAX, WAYPOINTS_MAX } from './limits.js'
import type { NoRouteReason, RouteMessage, RouteSide, WaypointElement } from './messages.js'
import type { Quote } from './quote.js'
import { createStreamTables, STREAM_LAYOUTS, type StreamTables } from './stream-tables.js'

/** 16 bytes: the first half of a tagged hash of the invoice's id, since there is one payment an invoice. */
export type PaymentId = Hex
/** 16 bytes, local: one half route at this node. */
export type HalfId = Hex

// ---- Durable ----

const invoiceFields = {
  id: hexOf<InvoiceId>(32),
  text: text(INVOICE_CHARACTERS_MAX),
  /** z. */
  secret: bytes32,
  /** σ. */
  session: bytes32,
  asset: hexOf<AssetId>(32),
  amount: units,
  description: text(DESCRIPTION_BYTES_MAX),
  createdMs: u48,
  expiresMs: u48,
  status: oneOf('open', 'paid', 'expired', 'cancelled'),
  received: units,
  paidMs: optional(u48),
  /** Where we open halves, and the highest attempt opened there: none is used twice, also after a restart. */
  meetingPoints: list(record({ id: hexOf<MeetingPointId>(33), attempt: u16 }), MEETING_POINTS_MAX)
}
/** An invoice of ours, with its secrets. */
export const invoiceEntity = record({
  ...invoiceFields,
  /** The way that our halves take; it is in no invoice. @see INV-19 */
  way: record({ proxy: optional(text<PeerId>(64)), waypoints: list(hexOf<MeetingPointId>(33), WAYPOINTS_MAX) })
})
/** As version 1 was: without a way. */
const invoiceEntity1 = record(invoiceFields)
export type InvoiceEntity = ValueOf<typeof invoiceEntity>

/** A payment that we make. */
export const paymentEntity = record({
  id: hexOf(16),
  invoiceId: hexOf<InvoiceId>(32),
  status: oneOf('pending', 'locked', 'paid', 'failed'),
  asset: hexOf<AssetId>(32),
  amount: units,
  feeMax: units,
  /** What it cost beyond the amount, once locked. */
  fee: optional(units),
  description: text(DESCRIPTION_BYTES_MAX),
  /** Z of the invoice. */
  point: bytes33,
  /** z. */
  proof: optional(bytes32),
  reason: optional(text(256)),
  parts: u16,
  attempts: u16,
  startedMs: u48,
  endedMs: optional(u48),
  /** The next attempt number at each meeting point. */
  next: list(record({ id: hexOf<MeetingPointId>(33), attempt: u16 }), MEETING_POINTS_MAX)
})
export type Payment = ValueOf<typeof paymentEntity>

/** One lock of a payment of ours; written in the same step as its offer, deleted when that lock is over. */
export const partEntity = record({
  origin: hexOf<OriginId>(16),
  paymentId: hexOf(16),
  meetingPoint: hexOf<MeetingPointId>(33),
  attempt: u16,
  channelId: hexOf<ChannelId>(32),
  amountIn: units,
  amountOut: units,
  /** t − z: the attempt's blind and all tweaks of our half. */
  blind: bytes32
})
export type Part = ValueOf<typeof partEntity>

/** A lock that we forward; written in the same step as the offer, deleted when both its locks are over. */
export const hopEntity = record({
  origin: hexOf<OriginId>(16),
  incoming: record({ channelId: hexOf<ChannelId>(32), lockId: u48, amount: units }),
  outgoing: record({ channelId: hexOf<ChannelId>(32), amount: units }),
  /** Point of the incoming lock. */
  point: bytes33,
  /** t of the incoming lock = t of the outgoing lock + shift. */
  shift: bytes32,
  /** t of the incoming lock, once known. */
  secret: optional(bytes32),
  incomingOver: bool,
  outgoingOver: bool
})
export type Hop = ValueOf<typeof hopEntity>

/** A lock of an invoice of ours that is one part of a payment: held back until all parts are here. Deleted when it is claimed or given back. */
export const heldEntity = record({
  invoiceId: hexOf<InvoiceId>(32),
  channelId: hexOf<ChannelId>(32),
  lockId: u48,
  /** What it counts for, and what it brings. */
  amount: units,
  brought: units,
  /** X: parts with the same belong together. */
  set: bytes33,
  share: bytes32,
  /** t = z + x + shift. */
  shift: bytes32,
  expiry: expiryLayout,
  heldMs: u48
})
export type Held = ValueOf<typeof heldEntity>

/** An entry of ours that is published: its half stands at its meeting point until it is withdrawn or has expired. @see ROUTE-92 */
export const publishedEntity = record({
  key: hexOf<MeetingPointId>(33),
  /** Of the key. */
  secret: bytes32,
  text: text(ENTRY_CHARACTERS_MAX),
  meetingPoint: hexOf<MeetingPointId>(33),
  asset: hexOf<AssetId>(32),
  createdMs: u48,
  expiresMs: u48
})
export type Published = ValueOf<typeof publishedEntity>

// ---- Volatile ----

/** Where a half route came from: a neighbour, or this node as payer, as payee, or as a waypoint that has published an entry. It is `turning` where a waypoint is hosted here: then it may go back to that neighbour. */
export type HalfFrom =
  | { readonly type: 'link', readonly peer: PeerId, readonly routeId: RouteId, readonly pair: EndpointPair, readonly token: Ciphertext, readonly identity: Ciphertext | undefined, readonly waypoints: readonly WaypointElement[], readonly turning: boolean }
  | { readonly type: 'payer', readonly way: Way, readonly paymentId: PaymentId, readonly attempt: number, readonly secret: Uint8Array, readonly matchPoint: Uint8Array, readonly blind: Uint8Array }
  | { readonly type: 'entry', readonly way: Way, readonly key: MeetingPointId, readonly secret: Uint8Array, readonly matchPoint: Uint8Array }
  | { readonly type: 'payee', readonly way: Way, readonly invoiceId: InvoiceId, readonly attempt: number, readonly secret: Uint8Array, readonly matchPoint: Uint8Array, readonly blind: Uint8Array }

/** Where an end wants its halves to go before the meeting point. */
export interface Way {
  /** The link neighbour that is asked first, and alone. */
  readonly proxy: PeerId | undefined
  /** Role keys of the waypoints after it, in their order. */
  readonly waypoints: readonly MeetingPointId[]
}

/** A payee's half that stands here, by the neighbour it came from and the id that neighbour gave it: a half to a published entry goes back along it. */
export interface Along { readonly peer: PeerId, readonly routeId: RouteId }

/** The half route of a published entry, as its owner sees it. */
export interface Standing {
  readonly key: MeetingPointId
  /** The half that stands, or is under way. */
  readonly half: HalfId | undefined
  /** The one before it, which is used until the new one has come to the meeting point. */
  readonly before: HalfId | undefined
  readonly openedMs: number
  readonly failures: number
  /** How often the amount that is asked for was halved. */
  readonly halvings: number
}

/** The neighbour that a half route was passed on to. */
export interface Onward {
  readonly peer: PeerId
  readonly routeId: RouteId
  /** Messages it was allowed. */
  readonly given: number
}

/** How far a half route has come here. */
export type HalfPlace =
  /** No neighbour is being asked: only while a step runs. */
  | { readonly status: 'new' }
  /** Payer half: a neighbour was asked. */
  | { readonly status: 'searching', readonly to: Onward }
  /** Payer half: answered with a route; the reservation runs. */
  | { readonly status: 'routed', readonly to: Onward, readonly channelId: ChannelId, readonly own: Quote, readonly tweak: Uint8Array }
  /** Payee half: passed on, remembered until it is matched. */
  | { readonly status: 'placed', readonly to: Onward }
  /** Payee half: matched; the reservation runs. */
  | { readonly status: 'reserved', readonly to: Onward }
  /** At the meeting point, no other half yet. Without `token`: it will be refused when its time is over. */
  | { readonly status: 'waiting', readonly token: Hex | undefined }
  /** At the meeting point: both halves name each other. The payer half has what the lock will need. */
  | { readonly status: 'matched', readonly partner: HalfId, readonly crossing: Crossing | undefined }

/** What a meeting point keeps for the lock between two halves. */
export interface Crossing {
  readonly channelId: ChannelId | undefined
  readonly own: Quote | undefined
  readonly tweak: Uint8Array
  readonly matchPoint: Uint8Array
}

/** One half route at this node. */
export interface Half {
  readonly id: HalfId
  readonly side: RouteSide
  readonly from: HalfFrom
  /** Of a neighbour's half: its destination from here, which may be a waypoint. */
  readonly meetingPoint: MeetingPointId
  /** It goes on along a payee's half that stands here; no other neighbour is asked. */
  readonly along?: Along | undefined
  readonly asset: AssetId
  /** What neighbours are chosen by: money on the next link toward the meeting point. */
  readonly amount: Units
  /** What the next neighbour is told. */
  readonly amountTold: Units
  readonly hopsLeft: number
  readonly forwardsLeft: number
  readonly detoursLeft: number
  /** The search must have ended by then. */
  readonly deadlineMs: number
  readonly tried: readonly PeerId[]
  readonly lastReason: NoRouteReason
  /** Of the way behind this node, in the direction of the money: received from the neighbour there. None where an end is here. */
  readonly next: Quote | undefined
  /** Payee half: this node's own quote. */
  readonly own: Quote | undefined
  /** Of this node and the way behind: what the neighbour before it, in the direction of the money, is told. */
  readonly quote: Quote | undefined
  readonly place: HalfPlace
  /** The route is to stay open: tweaks are seeds. @see ROUTE-70 */
  readonly open?: true | undefined
}

/** Capacity of a channel held for a route that was promised. Under the id of its half. */
export interface Reservation {
  readonly channelId: ChannelId
  readonly amount: Units
  /** The neighbour whose request it is, or this node itself. */
  readonly cause: PeerId
}

/** A lock that we forward, as its outgoing channel sees it; made again from the hops at a restart. */
export interface Flight {
  /** The neighbour that the money comes from. */
  readonly cause: PeerId
  readonly channelId: ChannelId
  readonly amount: Units
}

/** What stands under a match token at a meeting point. */
export interface TokenPlace {
  readonly payer: HalfId | undefined
  readonly payee: HalfId | undefined
}

/** A payee's half at one meeting point, as its owner sees it. Under `<invoice>/<meeting point>`. */
export interface Opening {
  readonly invoiceId: InvoiceId
  readonly meetingPoint: MeetingPointId
  /** The half that waits to be matched. */
  readonly half: HalfId | undefined
  readonly failures: number
  /** A payer was matched with the attempt that the entity names, so the next half is of the next one. */
  readonly used: boolean
  /** Not before this is the next half opened because a matched one ended without a lock. */
  readonly nextMs: number
  /** Sixteenths of the amount that are asked for: all, unless there was no way for so much. */
  readonly sixteenths: number
}

/** A payment that looks for a way. */
export interface Search {
  readonly paymentId: PaymentId
  readonly invoice: Invoice
  readonly way: Way
  readonly deadlineMs: number
  readonly timeoutMs: number
  /** What is tried, in order: a meeting point; whether only the bare amount is asked for; how often it was tried before; how far ahead of the next attempt number. */
  readonly plan: ReadonlyArray<{ readonly meetingPoint: MeetingPointId, readonly exact: boolean, readonly round: number, readonly ahead: number }>
  readonly position: number
  readonly half: HalfId | undefined
  /** Halves tried so far, under every plan. */
  readonly tries: number
  /** When to stop waiting for hints. */
  readonly hintsUntilMs: number
  /** Sixteenths of the amount that a part of this plan brings; all of them: the whole amount in one lock. */
  readonly sixteenths: number
  /** Something was found that a smaller amount could help against. */
  readonly short: boolean
  /** Ways for parts, reserved and not locked yet. */
  readonly collected: readonly Collected[]
  /** x and X of a payment in parts, and the shares of x in the parts that are locked. */
  readonly set: { readonly secret: Uint8Array, readonly point: Uint8Array } | undefined
  readonly shares: ReadonlyMap<OriginId, Uint8Array>
  /** Nothing new is tried: this is answered when all parts have come back. */
  readonly over: Refusal | undefined
  /** The cheapest way that was too dear, and the shortest that locked for too long. */
  readonly feeSeen: Units | undefined
  readonly secondsSeen: number | undefined
  readonly lockFailed: string | undefined
  readonly reason: string
  /** Of an invoice that can be paid many times: the number of this payment. Such a payment is not split. */
  readonly number?: number | undefined
}

/** The first hop of a way that was found. */
export type FirstHop =
  | { readonly peer: PeerId, readonly routeId: RouteId, readonly onion: Uint8Array }
  | { readonly crossing: Crossing, readonly payee: Half }

/** A way of a payer that waits for the ways of the other parts. */
export interface Collected {
  readonly half: Half
  readonly via: FirstHop
  readonly channelId: ChannelId
  /** What it delivers, and what that takes. */
  readonly amount: Units
  readonly amountIn: Units
  readonly tweaks: readonly Uint8Array[]
  readonly expiryDeltaSeconds: number
  readonly quote: Quote
}

/** Requests that wait for the end of a payment. */
export interface PaymentWait { readonly requestIds: readonly RequestId[] }

/** How many MakeRoute a neighbour may still send. */
export interface MakeBucket { readonly left: number, readonly atMs: number }

/** What happened to a half route of our own, for payer and payee to act on within the same step. */
export type HalfOutcome =
  | { readonly type: 'routed', readonly half: Half, readonly quote: Quote, readonly via: FirstHop }
  | { readonly type: 'matched', readonly half: Half }
  | { readonly type: 'failed', readonly half: Half, readonly reason: NoRouteReason }
  /** Of a payment that is one of many: its lock is on its way, or it has ended. */
  | { readonly type: 'locked', readonly paymentId: PaymentId, readonly way: Collected }
  | { readonly type: 'ended', readonly paymentId: PaymentId, readonly why: Refusal | undefined }

export interface PaymentTables extends StreamTables {
  readonly invoices: Table<InvoiceId, InvoiceEntity>
  readonly payments: Table<PaymentId, Payment>
  readonly parts: Table<OriginId, Part>
  readonly hops: Table<OriginId, Hop>
  /** Under `<channel>/<lock>`. */
  readonly held: Table<string, Held>
  readonly entries: Table<MeetingPointId, Published>
  readonly halves: Table<HalfId, Half>
  /** Half routes by the id that the neighbour before gave them, under `<peer>/<route id>`. */
  readonly inward: Table<string, { readonly half: HalfId }>
  /** Half routes by the id that this node gave them on the next link. */
  readonly outward: Table<string, { readonly half: HalfId }>
  /** Unmatched payee halves of neighbours, the oldest first. */
  readonly remembered: Table<HalfId, { readonly sinceMs: number }>
  readonly reservations: Table<HalfId, Reservation>
  readonly flights: Table<OriginId, Flight>
  readonly tokens: Table<Hex, TokenPlace>
  readonly usedTokens: Table<Hex, { readonly untilMs: number }>
  readonly openings: Table<string, Opening>
  readonly standings: Table<MeetingPointId, Standing>
  readonly searches: Table<PaymentId, Search>
  readonly waits: Table<PaymentId, PaymentWait>
  readonly makes: Table<PeerId, MakeBucket>
  /** Emptied before a step ends. */
  readonly outcomes: HalfOutcome[]
}

/** The node around this folder's machines. */
export type Host = PaymentHost<RouteMessage, PaymentTables>

export const invoiceLayout = entity<InvoiceEntity>('invoice', 2, invoiceEntity, { 1: (bytes) => ({ ...decodeLayout(invoiceEntity1, bytes), way: { proxy: undefined, waypoints: [] } }) })
export const paymentLayout = entity<Payment>('payment', 1, paymentEntity)
export const partLayout = entity<Part>('part', 1, partEntity)
export const hopLayout = entity<Hop>('hop', 1, hopEntity)
export const heldLayout = entity<Held>('held', 1, heldEntity)
export const publishedLayout = entity<Published>('waypoint-entry', 1, publishedEntity)
/** The stored tables and their layouts, by the name of the table. */
export const PAYMENT_LAYOUTS = { invoice: invoiceLayout, payment: paymentLayout, part: partLayout, hop: hopLayout, held: heldLayout, 'waypoint-entry': publishedLayout, ...STREAM_LAYOUTS } as const

/** Group of a hop: its incoming lock. */
export const incomingOf = (channelId: ChannelId, lockId: number): string => `${channelId}/${lockId}`
export const routeKey = (peer: PeerId, routeId: RouteId): string => `${peer}/${routeId}`
export const heldKey = (channelId: ChannelId, lockId: number): string => `${channelId}/${lockId}`
export const openingKey = (invoiceId: InvoiceId, meetingPoint: MeetingPointId): string => `${invoiceId}/${meetingPoint}`
/** Group of a half: side, and who is before it. */
export const halfGroup = (side: RouteSide, from: string): string => `${side}/${from}`
/** Who is before a half: a neighbour, a payer here, or an invoice of a payee here. */
const beforeOf = (from: HalfFrom): string => from.type === 'link' ? from.peer : from.type === 'payee' ? from.invoiceId : from.type

export function createPaymentTables (journal: Journal): PaymentTables {
  return {
    invoices: createTable(journal, 'invoice', { layout: invoiceLayout }),
    payments: createTable(journal, 'payment', { layout: paymentLayout }),
    parts: createTable(journal, 'part', { layout: partLayout, groupBy: (_key, part) => part.paymentId }),
    hops: createTable(journal, 'hop', { layout: hopLayout, groupBy: (_key, hop) => incomingOf(hop.incoming.channelId, hop.incoming.lockId) }),
    held: createTable(journal, 'held', { layout: heldLayout, groupBy: (_key, held) => held.invoiceId }),
    entries: createTable(journal, 'waypoint-entry', { layout: publishedLayout }),
    halves: createTable(journal, 'half', { groupBy: (_key, half) => halfGroup(half.side, beforeOf(half.from)) }),
    inward: createTable(journal, 'inward', { groupBy: peerOfKey }),
    outward: createTable(journal, 'outward', { groupBy: peerOfKey }),
    remembered: createTable(journal, 'remembered'),
    reservations: createTable(journal, 'reservation', { groupBy: (_key, reservation) => reservation.channelId }),
    flights: createTable(journal, 'flight', { groupBy: (_key, flight) => flight.channelId }),
    tokens: createTable(journal, 'token'),
    usedTokens: createTable(journal, 'used-token'),
    openings: createTable(journal, 'opening', { groupBy: (_key, opening) => opening.invoiceId }),
    standings: createTable(journal, 'standing'),
    searches: createTable(journal, 'search'),
    waits: createTable(journal, 'payment-wait'),
    makes: createTable(journal, 'make'),
    ...createStreamTables(journal),
    outcomes: []
  }
}

const peerOfKey = (key: string): string => key.slice(0, key.indexOf('/'))
