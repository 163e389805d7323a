import { fromHex, toHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { InvoiceId, RequestId } from '../base/ids.js'
import { asUnits, minUnits, mulDivFloor, UNITS_MAX, type Units } from '../base/money.js'
import { isRefusal, refuse, type Refusal } from '../base/step.js'
import { cancelHalf } from './half-route.js'
import { parseInvoice, type Invoice } from './invoice.js'
import { HISTORY_MAX, SEARCHES_MAX, WAITERS_MAX } from './limits.js'
import { newSearch } from './payer-plan.js'
import { answerAll, fail, paidResult, payTimer, timedOut, type PaidResult } from './payer-result.js'
import { dropCollected, tryNext } from './payer-search.js'
import { payOnce } from './payer-stream.js'
import type { Host, Payment, PaymentId } from './tables.js'
import { readWay } from './waypoints.js'

/** What a payment is asked for with. */
export interface PayRequest {
  /** Text or `amiko:` URI. */
  readonly invoice: string
  readonly feeMax: Units | undefined
  /** A link neighbour, and meeting points: where the payer's half goes first. @see ROUTE-54 */
  readonly via: readonly string[]
  readonly timeoutMs: number | undefined
}

/** There is one payment an invoice. */
export const paymentIdOf = (invoiceId: InvoiceId): PaymentId => toHex(taggedHash('amiko/payment/id', fromHex(invoiceId)).subarray(0, 16))

/**
 * Pays an invoice; the answer comes through `host.answer` when the payment has ended, or when its time is over.
 * Later requests for the same invoice wait for the same end; what was paid is answered as paid, and is not paid again.
 */
export function pay (host: Host, requestId: RequestId, request: PayRequest): void {
  const started = start(host, requestId, request)
  if (started !== undefined) host.answer(requestId, started)
}

function start (host: Host, requestId: RequestId, request: PayRequest): PaidResult | Refusal | undefined {
  const { tables, env } = host
  const invoice = parseInvoice(request.invoice, host.network)
  if (isRefusal(invoice)) return invoice
  const timeoutMs = request.timeoutMs ?? host.settings.payTimeoutMs
  if (invoice.times !== undefined) return startOne(host, requestId, request, invoice, timeoutMs)
  const id = paymentIdOf(invoice.id)
  const before = tables.payments.get(id)
  if (before?.status === 'paid') return paidResult(before)
  if (before?.status === 'locked' || tables.searches.has(id)) return wait(host, id, requestId, timeoutMs)
  const refused = judge(host, invoice)
  if (refused !== undefined) return refused
  const { asset, amount, description, point } = invoice
  const way = readWay(host, asset, request.via)
  if (isRefusal(way)) return way
  const feeMax = feeMaxOf(host, request.feeMax, amount)
  const payment: Payment = {
    id,
    invoiceId: invoice.id,
    status: 'pending',
    asset,
    amount,
    feeMax,
    fee: undefined,
    description,
    point,
    proof: undefined,
    reason: undefined,
    parts: 1,
    attempts: 0,
    startedMs: env.nowMs,
    endedMs: undefined,
    // Numbers that an earlier try has used stay used.
    next: invoice.meetingPoints.map((meetingPoint) => ({ id: meetingPoint, attempt: before?.next.find((at) => at.id === meetingPoint)?.attempt ?? 1 }))
  }
  forgetOldest(host)
  tables.payments.set(id, payment)
  tables.waits.set(id, { requestIds: [requestId] })
  tables.searches.set(id, newSearch(host, { paymentId: id, invoice, way, timeoutMs, deadlineMs: env.nowMs + timeoutMs }, amount, feeMax))
  host.setTimer(payTimer(id), env.nowMs + timeoutMs)
  tryNext(host, id)
  return undefined
}

/** One more payment of an invoice that can be paid many times. */
function startOne (host: Host, requestId: RequestId, request: PayRequest, invoice: Invoice, timeoutMs: number): Refusal | undefined {
  const refused = judge(host, invoice)
  if (refused !== undefined) return refused
  const way = readWay(host, invoice.asset, request.via)
  if (isRefusal(way)) return way
  forgetOldest(host)
  return payOnce(host, requestId, invoice, way, feeMaxOf(host, request.feeMax, invoice.amount), timeoutMs)
}

/** What can be said before anything is tried. */
function judge (host: Host, invoice: Invoice): Refusal | undefined {
  const { asset, amount } = invoice
  const max = host.assetMax(asset)
  const assets = host.assets()
  if (host.tables.invoices.has(invoice.id)) return refuse('own-invoice')
  if (invoice.expiresMs <= host.env.nowMs) return refuse('invoice-expired', { expired: new Date(invoice.expiresMs).toISOString() })
  if (amount > max) return refuse('amount-out-of-range', { amount, min: 1n, max })
  if (assets.size > 0 && !assets.has(asset)) return refuse('wrong-asset', { asset })
  const { spendable } = host.capacity(asset)
  if (amount > spendable) return refuse('insufficient-funds', { wanted: amount, spendable })
  return host.tables.searches.size >= SEARCHES_MAX ? refuse('busy', { what: 'payments under way', limit: SEARCHES_MAX }) : undefined
}

const feeMaxOf = (host: Host, asked: Units | undefined, amount: Units): Units => {
  const { feeMaxBase, feeMaxPpm } = host.settings
  // The base never more than doubles what is paid: a base that suits one asset is a fortune in another.
  const fee = asked ?? minUnits(feeMaxBase, amount) + mulDivFloor(amount, BigInt(feeMaxPpm), 1_000_000n)
  return asUnits(amount + fee > UNITS_MAX ? UNITS_MAX - amount : fee)
}

function wait (host: Host, id: PaymentId, requestId: RequestId, timeoutMs: number): Refusal | undefined {
  const { waits, searches } = host.tables
  const requestIds = waits.get(id)?.requestIds ?? []
  if (requestIds.length >= WAITERS_MAX) return refuse('busy', { what: 'requests for one payment', limit: WAITERS_MAX })
  waits.set(id, { requestIds: [...requestIds, requestId] })
  // A search has its own time; without one (after a restart, or after that time) this request's counts.
  if (!searches.has(id)) host.setTimer(payTimer(id), host.env.nowMs + timeoutMs)
  return undefined
}

/** The time of a payment, or of those who wait for it, is over. @see ROUTE-46 */
export function onPayTimeout (host: Host, id: PaymentId): void {
  const { tables } = host
  const payment = tables.payments.get(id)
  if (payment === undefined) return
  const search = tables.searches.get(id)
  if (search !== undefined) dropCollected(host, search)
  const parts = [...tables.parts.group(id).values()]
  for (const { origin } of parts) if (host.cancelOffer(origin)) tables.parts.delete(origin)
  if (tables.parts.group(id).size > 0) {
    // The outcome is open: the waiting ends, the money is as it is, and nothing new is tried.
    tables.searches.delete(id)
    answerAll(host, id, refuse('payment-pending', { id }))
    return
  }
  const half = search?.half === undefined ? undefined : tables.halves.get(search.half)
  if (half !== undefined) cancelHalf(host, half)
  if (payment.status === 'pending' || payment.status === 'locked') fail(host, payment, search === undefined ? refuse('payment-failed', { reason: 'nothing is locked any more' }) : timedOut(search, payment))
}

/** History is bounded: the oldest payment that has ended goes. */
function forgetOldest (host: Host): void {
  const { payments } = host.tables
  if (payments.size < HISTORY_MAX) return
  for (const [id, { status }] of payments.entries()) {
    if (status === 'pending' || status === 'locked') continue
    payments.delete(id)
    return
  }
}
