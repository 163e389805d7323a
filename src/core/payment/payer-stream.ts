import type { AssetId, InvoiceId, OriginId, RequestId } from '../base/ids.js'
import { invariant } from '../base/invariant.js'
import { asUnits, subUnitsOrZero, type Units } from '../base/money.js'
import { refuse, type Refusal } from '../base/step.js'
import type { FailReason } from '../channel/lock.js'
import { addMulG, addScalars } from '../crypto/curve.js'
import { maskMessage, sealMessage } from '../crypto/lock-message.js'
import { clockOf } from './clocks.js'
import { lockedSeconds, startExpiry } from './deadlines.js'
import { drawId } from './half-route.js'
import type { Invoice } from './invoice.js'
import { closeRoute, mayUse, openRoute, usedRoute } from './open-route.js'
import { newSearch, withSurplus } from './payer-plan.js'
import { payTimer } from './payer-result.js'
import { tryNext } from './payer-search.js'
import { quoteIn } from './quote.js'
import { reservedOn } from './reservations.js'
import { messageKey } from './session.js'
import { COME_BACKS_MAX, PAY_STREAMS_MAX, POINT_LISTS_MAX, POINTS_PER_ANSWER, SIGNED_POINTS_MAX, WAITING_MAX } from './stream-limits.js'
import { blindAt, lockNumber, readAnswer, streamMessageBytes, streamPaymentId, tweakAt } from './stream-session.js'
import { signedPointsKey, type OpenRoute, type PayStream, type WaitingPay } from './stream-tables.js'
import type { Collected, Host, Part, Payment, PaymentId, Way } from './tables.js'

/**
 * The payer of an invoice that can be paid many times. Every request to pay is one payment, with a number of its own; the
 * first looks for a route as any payment does, and those after it are locked on that route as long as it is open.
 */

/** When the first of those that wait has waited long enough. */
export const waitingTimer = (id: InvoiceId): string => `payment/waiting/${id}`

/** Asks for one more payment. Answered when it has ended. */
export function payOnce (host: Host, requestId: RequestId, invoice: Invoice, way: Way, feeMax: Units, timeoutMs: number): Refusal | undefined {
  const { payStreams } = host.tables
  const before = payStreams.get(invoice.id)
  if (before === undefined && payStreams.size >= PAY_STREAMS_MAX) return refuse('busy', { what: 'invoices that are paid many times', limit: PAY_STREAMS_MAX })
  const stream = before ?? recalled(host, invoice, way)
  if (stream.free.length === 0 && stream.next > invoice.times!) return refuse('already-paid', { id: invoice.id })
  if (stream.waiting.length >= WAITING_MAX) return refuse('busy', { what: 'payments that wait for a route', limit: WAITING_MAX })
  const wish: WaitingPay = { requestId, feeMax, deadlineMs: host.env.nowMs + timeoutMs, timeoutMs, comeBacks: 0 }
  payStreams.set(invoice.id, { ...stream, waiting: [...stream.waiting, wish] })
  goOn(host, invoice.id)
  return undefined
}

/** What is stored of a stream: points that were signed, and which numbers were used. @see INV-24 */
function recalled (host: Host, invoice: Invoice, way: Way): PayStream {
  const lists = [...host.tables.signedPoints.group(invoice.id).values()].sort((a, b) => a.first - b.first)
  const known = lists.reduce((most, { first, points }) => Math.max(most, first + points.length - 1), 1)
  // A payee gives points out for what it has not claimed, so that all before the last lists were paid.
  const from = Math.max(1, (lists.at(-1)?.first ?? 1) - POINTS_PER_ANSWER)
  const unused: number[] = []
  let next = from
  let attempts: Payment['next'] = invoice.meetingPoints.map((id) => ({ id, attempt: 1 }))
  for (let number = from; number <= known; number++) {
    const payment = host.tables.payments.get(streamPaymentId(invoice.id, number))
    if (payment === undefined || payment.status === 'failed') unused.push(number)
    if (payment === undefined) continue
    next = number + 1
    attempts = later(attempts, payment.next)
  }
  return { invoice, way, open: undefined, opener: undefined, free: unused.filter((number) => number < next), next, lists: lists.slice(-POINT_LISTS_MAX), known, waiting: [], attempts }
}

const later = (a: Payment['next'], b: Payment['next']): Payment['next'] => a.map(({ id, attempt }) => ({ id, attempt: Math.max(attempt, b.find((at) => at.id === id)?.attempt ?? 1) }))

/** Starts what waits, as far as there are points, and a route. */
function goOn (host: Host, id: InvoiceId): void {
  const { tables } = host
  for (;;) {
    const stream = tables.payStreams.get(id)
    if (stream === undefined) return
    const [wish, ...waiting] = stream.waiting
    const number = stream.free[0] ?? stream.next
    if (wish === undefined) { rest(host, stream); return }
    const point = number > stream.invoice.times! ? undefined : pointOf(stream, number)
    if (point === undefined) { waitMore(host, stream); return }
    const taken: PayStream = { ...stream, waiting, ...(stream.free.length > 0 ? { free: stream.free.slice(1) } : { next: number + 1 }) }
    const route = stream.open === undefined ? undefined : tables.openRoutes.get(stream.open)
    if (route !== undefined) {
      const locked = fits(host, route, stream, wish) ? lockAgain(host, taken, route, number, point, wish) : 'unfit'
      if (locked === 'locked') continue
      if (locked === 'full' && isUsed(host, route)) { waitMore(host, stream); return } // a lock that ends makes room
      closeRoute(host, route)
      continue
    }
    if (stream.opener !== undefined) { waitMore(host, stream); return }
    search(host, taken, number, point, wish)
  }
}

function waitMore (host: Host, { invoice, waiting }: PayStream): void {
  host.setTimer(waitingTimer(invoice.id), Math.min(...waiting.map(({ deadlineMs }) => deadlineMs)))
}

const isUsed = (host: Host, { id }: OpenRoute): boolean => [...host.tables.streamPayments.values()].some(({ route }) => route === id)

/** Nothing waits: when nothing is under way either, what is stored is enough, and a route that cannot be used again is ended. */
function rest (host: Host, { invoice, open, free, next }: PayStream): void {
  const { tables } = host
  host.clearTimer(waitingTimer(invoice.id))
  for (const payment of tables.streamPayments.values()) if (payment.invoiceId === invoice.id) return
  const route = open === undefined ? undefined : tables.openRoutes.get(open)
  if (route !== undefined && (free.length > 0 || next <= invoice.times!)) return // it may go on
  if (route !== undefined) closeRoute(host, route)
  tables.payStreams.delete(invoice.id)
}

const pointOf = ({ invoice, lists }: PayStream, number: number): Uint8Array | undefined => {
  if (number === 1) return invoice.point
  for (const { first, points } of lists) if (number >= first && number < first + points.length) return points[number - first]
  return undefined
}

/** Every lock is held against the limits of its own request. @see ROUTE-78 */
function fits (host: Host, route: OpenRoute, { invoice }: PayStream, wish: WaitingPay): boolean {
  const { role, after } = route
  if (role.type !== 'payer' || after === undefined || !mayUse(host, route)) return false
  const amountIn = quoteIn(role.quote, invoice.amount)
  return amountIn !== undefined && amountIn - invoice.amount <= wish.feeMax &&
    lockedSeconds(host.settings, clockOf(host, after.channelId), role.quote.expiryDeltaSeconds) <= host.settings.freezeMaxSeconds
}

function paymentOf (host: Host, stream: PayStream, number: number, point: Uint8Array, wish: WaitingPay): Payment {
  const { id, asset, amount, description } = stream.invoice
  return {
    id: streamPaymentId(id, number), invoiceId: id, status: 'pending', asset, amount, feeMax: wish.feeMax, fee: undefined, description, point,
    proof: undefined, reason: undefined, parts: 1, attempts: 1, startedMs: host.env.nowMs, endedMs: undefined, next: stream.attempts
  }
}

/** One more lock on a route that is open. `full`: its channel has no room for it now. */
function lockAgain (host: Host, stream: PayStream, route: OpenRoute, number: number, lockPoint: Uint8Array, wish: WaitingPay): 'locked' | 'full' {
  const { tables, env, settings } = host
  const { invoice } = stream
  const { role, after, highest } = route
  invariant(role.type === 'payer' && after !== undefined, 'the route of a payer begins here')
  const index = highest + 1
  const { meetingPoint, attempt, quote } = role
  const price = quoteIn(quote, invoice.amount)!
  const grown = withSurplus(host, quote, invoice.amount, price, wish.feeMax)
  // Chance may not be what makes a payment fail.
  const amountIn = grown === price || hasRoom(host, after, invoice.asset, grown) ? grown : price
  const tweaks = role.seeds.map((seed) => tweakAt(seed, index)) // ROUTE-71
  const blind = tweaks.reduce(addScalars, blindAt(invoice.session, meetingPoint, attempt, index)) // ROUTE-74
  const point = addMulG(lockPoint, blind)
  const expiry = startExpiry(env, settings, clockOf(host, after.channelId), quote.expiryDeltaSeconds, host.draw('begin'))
  if (point === undefined || expiry === undefined) return 'full'
  const payment: Payment = { ...paymentOf(host, stream, number, lockPoint, wish), status: 'locked', fee: asUnits(amountIn - invoice.amount) }
  const sealed = sealMessage(streamMessageBytes({ amount: invoice.amount, attempt, number }), messageKey(invoice.session, meetingPoint, attempt))
  const origin = drawId<OriginId>(host.draw, 'origin')
  tables.parts.set(origin, { origin, paymentId: payment.id, meetingPoint, attempt, channelId: after.channelId, amountIn, amountOut: invoice.amount, blind })
  const refused = host.offer(after.channelId, { amount: amountIn, expiry, point, routeId: after.routeId, message: tweaks.reduce(maskMessage, sealed), onion: lockNumber(after.routeId, index) }, origin)
  if (refused !== undefined) {
    tables.parts.delete(origin)
    return 'full'
  }
  usedRoute(host, route, index)
  begin(host, stream, payment, number, wish, route.id)
  host.notify({ type: 'payment:locked', paymentId: payment.id })
  return 'locked'
}

const hasRoom = (host: Host, { peer, channelId }: NonNullable<OpenRoute['after']>, asset: AssetId, amount: Units): boolean =>
  host.channelsWith(peer, asset).some(({ id, spendable }) => id === channelId && subUnitsOrZero(spendable, reservedOn(host, id)) >= amount)

/** Notes a payment that is under way. */
function begin (host: Host, stream: PayStream, payment: Payment, number: number, wish: WaitingPay, route: OpenRoute['id'] | undefined): void {
  const { tables } = host
  tables.payStreams.set(stream.invoice.id, stream)
  tables.payments.set(payment.id, payment)
  tables.streamPayments.set(payment.id, { invoiceId: stream.invoice.id, number, wish, route })
  tables.waits.set(payment.id, { requestIds: [wish.requestId] })
  host.setTimer(payTimer(payment.id), wish.deadlineMs)
}

/** Looks for a route for this payment, and so for those after it. */
function search (host: Host, stream: PayStream, number: number, point: Uint8Array, wish: WaitingPay): void {
  const { invoice, way } = stream
  const payment = { ...paymentOf(host, stream, number, point, wish), attempts: 0 }
  begin(host, { ...stream, opener: payment.id }, payment, number, wish, undefined)
  host.tables.searches.set(payment.id, { ...newSearch(host, { paymentId: payment.id, invoice, way, timeoutMs: wish.timeoutMs, deadlineMs: wish.deadlineMs }, invoice.amount, wish.feeMax), number })
  tryNext(host, payment.id)
}

/** The first lock of a route is on its way: those that wait follow it. */
export function onStreamLocked (host: Host, paymentId: PaymentId, { half, via, channelId, tweaks, quote }: Collected): void {
  const { tables } = host
  const under = tables.streamPayments.get(paymentId)
  const stream = under === undefined ? undefined : tables.payStreams.get(under.invoiceId)
  if (under === undefined || stream === undefined || half.from.type !== 'payer') return
  const next = tables.payments.get(paymentId)?.next ?? stream.attempts
  const before = stream.open === undefined ? undefined : tables.openRoutes.get(stream.open)
  if (before !== undefined) closeRoute(host, before)
  const link = 'peer' in via ? { peer: via.peer, routeId: via.routeId, side: 'payer' as const } : via.payee.from.type === 'link' ? { peer: via.payee.from.peer, routeId: via.payee.from.routeId, side: 'payee' as const } : undefined
  invariant(link !== undefined, 'an invoice is not paid by its payee')
  const role = { type: 'payer', invoiceId: under.invoiceId, meetingPoint: half.meetingPoint, attempt: half.from.attempt, seeds: tweaks, quote } as const
  const route = openRoute(host, { role, asset: stream.invoice.asset, before: undefined, after: { ...link, channelId } }, quote.validUntil * 1_000)
  tables.payStreams.set(under.invoiceId, { ...stream, open: route?.id, opener: stream.opener === paymentId ? undefined : stream.opener, attempts: later(stream.attempts, next) })
  if (route !== undefined) tables.streamPayments.set(paymentId, { ...under, route: route.id })
  goOn(host, under.invoiceId)
}

/** Signed points have come. @see ROUTE-76, INV-24 */
export function onStreamAnswer (host: Host, route: OpenRoute, bytes: Uint8Array): void {
  const { tables } = host
  const { role } = route
  const stream = role.type === 'payer' ? tables.payStreams.get(role.invoiceId) : undefined
  if (role.type !== 'payer' || stream === undefined) return
  const { invoice } = stream
  const signed = readAnswer(invoice, { session: invoice.session, meetingPoint: role.meetingPoint, attempt: role.attempt }, role.seeds, route.answers, bytes)
  if (signed === undefined) return
  const last = signed.first + signed.points.length - 1
  // A new route brings again what was known; only what goes on from there is of use.
  if (last <= stream.known || signed.first > stream.known + 1 || last > invoice.times!) return
  tables.signedPoints.set(signedPointsKey(invoice.id, signed.first), signed)
  forgetOldPoints(host)
  tables.payStreams.set(invoice.id, { ...stream, lists: [...stream.lists, signed].slice(-POINT_LISTS_MAX), known: last })
  goOn(host, invoice.id)
}

function forgetOldPoints (host: Host): void {
  const { signedPoints } = host.tables
  if (signedPoints.size <= SIGNED_POINTS_MAX) return
  for (const [key] of signedPoints.entries()) {
    signedPoints.delete(key)
    return
  }
}

/**
 * A lock of a payment of a stream has come back: its route is of no more use, and the payment may look for another one.
 *
 * @returns false when the search that made the lock goes on with it
 */
export function onStreamPartFailed (host: Host, part: Part, reason: FailReason): boolean {
  const { tables } = host
  const under = tables.streamPayments.get(part.paymentId)
  if (under === undefined) return false
  const route = under.route === undefined ? undefined : tables.openRoutes.get(under.route)
  if (route !== undefined) closeRoute(host, route) // ROUTE-78
  const payment = tables.payments.get(part.paymentId)
  const stream = tables.payStreams.get(under.invoiceId)
  tables.streamPayments.set(part.paymentId, { ...under, route: undefined })
  if (tables.searches.has(part.paymentId) || payment === undefined || stream === undefined) {
    if (stream !== undefined && stream.opener === undefined) tables.payStreams.set(under.invoiceId, { ...stream, opener: part.paymentId })
    return false
  }
  const { wish, number } = under
  if (wish.comeBacks >= COME_BACKS_MAX || wish.deadlineMs <= host.env.nowMs || !tables.waits.has(part.paymentId)) return false
  // INV-24: it has failed for certain, so its number is free again, and the same request waits for a new route.
  tables.parts.delete(part.origin)
  tables.streamPayments.delete(part.paymentId)
  tables.waits.delete(part.paymentId)
  host.clearTimer(payTimer(part.paymentId))
  tables.payments.set(payment.id, { ...payment, status: 'failed', fee: undefined, reason: `the lock came back (${reason})`, endedMs: host.env.nowMs })
  tables.payStreams.set(under.invoiceId, { ...stream, free: ascending([...stream.free, number]), waiting: [{ ...wish, comeBacks: wish.comeBacks + 1 }, ...stream.waiting] })
  goOn(host, under.invoiceId)
  return true
}

const ascending = (numbers: readonly number[]): readonly number[] => [...numbers].sort((a, b) => a - b)

/** A payment of a stream has ended. @param why - it failed */
export function onStreamEnded (host: Host, paymentId: PaymentId, why: Refusal | undefined): void {
  const { tables } = host
  const under = tables.streamPayments.get(paymentId)
  const stream = under === undefined ? undefined : tables.payStreams.get(under.invoiceId)
  tables.streamPayments.delete(paymentId)
  if (under === undefined || stream === undefined) return
  const wasOpener = stream.opener === paymentId
  // Nobody who waits would fare better than the one that looked for a route.
  const refused = why !== undefined && wasOpener ? stream.waiting : []
  tables.payStreams.set(under.invoiceId, {
    ...stream,
    opener: wasOpener ? undefined : stream.opener,
    free: why === undefined ? stream.free : ascending([...stream.free, under.number]),
    waiting: refused.length > 0 ? [] : stream.waiting,
    attempts: later(stream.attempts, tables.payments.get(paymentId)?.next ?? stream.attempts)
  })
  for (const { requestId } of refused) host.answer(requestId, why!)
  goOn(host, under.invoiceId)
}

/** The route of a payer was ended by a neighbour, or nothing was locked on it for a while. */
export function onStreamRouteGone (host: Host): void {
  for (const { invoice, open } of [...host.tables.payStreams.values()]) if (open === undefined) goOn(host, invoice.id)
}

/** The time of some that wait is over. */
export function onWaitingTimer (host: Host, id: InvoiceId): void {
  const stream = host.tables.payStreams.get(id)
  if (stream === undefined) return
  const late = stream.waiting.filter(({ deadlineMs }) => deadlineMs <= host.env.nowMs)
  host.tables.payStreams.set(id, { ...stream, waiting: stream.waiting.filter((wish) => !late.includes(wish)) })
  for (const { requestId, timeoutMs } of late) host.answer(requestId, refuse('timed-out', { milliseconds: timeoutMs }))
  goOn(host, id)
}
