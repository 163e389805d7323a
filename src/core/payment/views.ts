import { isHexOf, toHex } from '../base/bytes.js'
import type { AssetId, InvoiceId } from '../base/ids.js'
import type { PaymentHost } from './host.js'
import type { RouteMessage } from './messages.js'
import type { Host, InvoiceEntity, Payment, PaymentId, PaymentTables } from './tables.js'

/** What people see of an invoice. */
export interface InvoiceView {
  readonly id: InvoiceId
  readonly invoice: string
  readonly status: 'open' | 'paid' | 'expired' | 'cancelled'
  readonly asset: AssetId
  readonly amount: bigint
  readonly received: bigint
  readonly description: string
  readonly createdMs: number
  readonly expiresMs: number
  readonly paidMs: number | undefined
  /** How many times it can be paid, and how many times it was. */
  readonly times: number
  readonly timesPaid: number
}

/** What an invoice's text says. */
export interface InvoiceText {
  readonly id: InvoiceId
  readonly asset: AssetId
  readonly amount: bigint
  readonly description: string
  readonly createdMs: number
  readonly expiresMs: number
  readonly times?: number | undefined
}

/** What people see of a payment. */
export interface PaymentView {
  readonly id: PaymentId
  readonly invoiceId: InvoiceId
  /** `pending`: looking for a way, nothing locked. `locked`: the outcome is open. */
  readonly status: 'pending' | 'locked' | 'paid' | 'failed'
  readonly asset: AssetId
  readonly amount: bigint
  readonly fee: bigint | undefined
  readonly description: string
  readonly proof: string | undefined
  readonly reason: string | undefined
  readonly parts: number
  readonly attempts: number
  readonly startedMs: number
  readonly endedMs: number | undefined
}

/** An invoice without its secrets. */
export function invoiceView (host: Pick<Host, 'tables'>, invoice: InvoiceEntity): InvoiceView {
  const { id, text, status, asset, amount, received, description, createdMs, expiresMs, paidMs } = invoice
  const stream = host.tables.streams.get(id)
  const counted = stream === undefined ? { received, times: 1, timesPaid: status === 'paid' ? 1 : 0 } : { received: stream.received, times: stream.times, timesPaid: stream.claimed }
  return { id, invoice: text, status, asset, amount, description, createdMs, expiresMs, paidMs, ...counted }
}

export function paymentView (_host: Pick<Host, 'tables'>, payment: Payment): PaymentView {
  const { id, invoiceId, status, asset, amount, fee, description, proof, reason, parts, attempts, startedMs, endedMs } = payment
  return { id, invoiceId, status, asset, amount, fee, description, proof: proof === undefined ? undefined : toHex(proof), reason, parts, attempts, startedMs, endedMs }
}

/** An invoice's id from text; undefined when it is none. */
export const parseInvoiceId = (text: string): InvoiceId | undefined => isHexOf(text, 32) ? text as InvoiceId : undefined

/**
 * How much there is of everything that belongs to payments under way: all zero when every payment and invoice has
 * ended. Used tokens are not counted: they are remembered for a day on purpose.
 */
export function leftovers (host: Pick<PaymentHost<RouteMessage, PaymentTables>, 'tables'>): Readonly<Record<string, number>> {
  const { halves, inward, outward, remembered, reservations, flights, tokens, openings, standings, searches, waits, parts, hops, held, openRoutes, openBefore, openAfter, payStreams, streamPayments } = host.tables
  return {
    halves: halves.size,
    inward: inward.size,
    outward: outward.size,
    remembered: remembered.size,
    reservations: reservations.size,
    flights: flights.size,
    tokens: tokens.size,
    openings: openings.size,
    standings: standings.size,
    searches: searches.size,
    paymentWaits: waits.size,
    parts: parts.size,
    hops: hops.size,
    held: held.size,
    openRoutes: openRoutes.size + openBefore.size + openAfter.size,
    streamPayments: payStreams.size + streamPayments.size
  }
}
