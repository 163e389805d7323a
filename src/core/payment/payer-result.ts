import { toHex } from '../base/bytes.js'
import { invariant } from '../base/invariant.js'
import type { AssetId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import { isRefusal, refuse, type Refusal } from '../base/step.js'
import { REASON_CHARACTERS_MAX } from './limits.js'
import type { NoRouteReason } from './messages.js'
import type { Host, Payment, PaymentId, Search } from './tables.js'

/** How a payment that was paid is answered. */
export interface PaidResult {
  readonly status: 'paid'
  readonly paymentId: PaymentId
  readonly asset: AssetId
  readonly amount: Units
  readonly fee: Units
  /** z, hexadecimal: z·G is the point in the signed invoice. */
  readonly proof: string
  readonly parts: number
  readonly attempts: number
  readonly durationMs: number
}

export const payTimer = (id: PaymentId): string => `payment/pay/${id}`
/** When ways that were found must be used. */
export const collectTimer = (id: PaymentId): string => `payment/collect/${id}`
/** When a payer without hints looks again. */
export const hintsTimer = (id: PaymentId): string => `payment/hints/${id}`

/** What the reasons of neighbours mean to a person. */
export const SENTENCES: Readonly<Record<NoRouteReason, string>> = {
  'no-way': 'no neighbour knows a way that carries the amount',
  busy: 'the way is busy',
  'no-match': 'the payee was not found at the meeting point',
  expired: 'no answer came in time'
}

/** The payment's time is over and nothing is locked. */
export const timedOut = (search: Search, payment: Payment): Refusal => limitRefusal(search, payment) ?? refuse('timed-out', { milliseconds: search.timeoutMs })

/** A limit of the payer's that stood against the only ways found. */
function limitRefusal (search: Search, payment: Payment): Refusal | undefined {
  if (search.feeSeen !== undefined) return refuse('fee-limit', { fee: search.feeSeen, limit: payment.feeMax })
  return undefined
}

/** Why nothing of the plan has worked. */
export function whyFailed (host: Host, search: Search, payment: Payment): Refusal {
  if (search.lockFailed !== undefined) return refuse('payment-failed', { reason: search.reason })
  const limit = limitRefusal(search, payment)
  if (limit !== undefined) return limit
  if (search.secondsSeen !== undefined) return refuse('expiry-too-far', { seconds: search.secondsSeen, limit: host.settings.freezeMaxSeconds })
  if (host.env.nowMs >= search.deadlineMs || search.reason === SENTENCES.expired) return refuse('timed-out', { milliseconds: host.env.nowMs - payment.startedMs })
  return refuse('no-route', { reason: search.reason })
}

/** Ends a payment that was not paid. */
export function fail (host: Host, payment: Payment, why: Refusal): void {
  const { reason: said } = why.detail
  const reason = (typeof said === 'string' ? said : why.refused).slice(0, REASON_CHARACTERS_MAX)
  end(host, { ...payment, status: 'failed', reason, endedMs: host.env.nowMs }, why)
  host.notify({ type: 'payment:failed', paymentId: payment.id })
}

/** Ends a payment and answers all who wait for it. */
export function end (host: Host, payment: Payment, answer: PaidResult | Refusal): void {
  host.tables.payments.set(payment.id, payment)
  host.tables.searches.delete(payment.id)
  for (const timer of [payTimer, collectTimer, hintsTimer]) host.clearTimer(timer(payment.id))
  answerAll(host, payment.id, answer)
  if (host.tables.streamPayments.has(payment.id)) host.tables.outcomes.push({ type: 'ended', paymentId: payment.id, why: isRefusal(answer) ? answer : undefined })
}

/** Answers all who wait for a payment. */
export function answerAll (host: Host, id: PaymentId, answer: PaidResult | Refusal): void {
  const requestIds = host.tables.waits.get(id)?.requestIds ?? []
  host.tables.waits.delete(id)
  for (const requestId of requestIds) host.answer(requestId, answer)
}

/** What a paid payment is answered with, each time. */
export function paidResult (payment: Payment): PaidResult {
  invariant(payment.proof !== undefined && payment.fee !== undefined && payment.endedMs !== undefined, 'what was paid has a proof')
  const { id, asset, amount, fee, parts, attempts, startedMs, endedMs, proof } = payment
  return { status: 'paid', paymentId: id, asset, amount, fee, proof: toHex(proof), parts, attempts, durationMs: endedMs - startedMs }
}
