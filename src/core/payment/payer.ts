import { equalBytes, fromHex, toHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { ChannelId, InvoiceId, OriginId, PeerId, RequestId, RouteId } from '../base/ids.js'
import { asUnits, minUnits, mulDivFloor, subUnits, subUnitsOrZero, UNITS_MAX, type Units } from '../base/money.js'
import { invariant } from '../base/invariant.js'
import { isRefusal, refuse, type Refusal } from '../base/step.js'
import type { FailReason } from '../channel/lock.js'
import { addMulG, addScalars, isScalar, mulG, subScalars } from '../crypto/curve.js'
import { maskMessage, sealMessage } from '../crypto/lock-message.js'
import { clockOf } from './clocks.js'
import { freezeMaxSeconds, lockedSeconds, startExpiry, stillValid } from './deadlines.js'
import { crossingOnion, forgetWithPartner } from './forwarder.js'
import { cancelHalf, drawBetween, drawId, drawScalar } from './half-route.js'
import { parseInvoice, type Invoice } from './invoice.js'
import { ATTEMPTS_AHEAD, ATTEMPTS_MAX, DETOURS_MAX, FORWARDS_MAX, HISTORY_MAX, HOPS_LEFT_MAX, HOPS_LEFT_MIN, MEETING_POINTS_TRIED_MAX, SEARCHES_MAX, TRIES_MAX, TRIES_PER_MEETING_POINT_MAX, WAITERS_MAX } from './limits.js'
import { beginHalf } from './make-route.js'
import type { NoRouteReason } from './messages.js'
import { originatorTimeMs } from './payee.js'
import { quoteIn, roundedUp, type Quote } from './quote.js'
import { freeChannel } from './reservations.js'
import { answerAll, end, fail, paidResult, payTimer, SENTENCES, timedOut, whyFailed, type PaidResult } from './payer-result.js'
import { deriveAttempt, LOCK_MESSAGE_VERSION, lockMessageBytes, messageKey, openTweaks } from './session.js'
import type { Crossing, Half, HalfId, HalfOutcome, Host, Part, Payment, PaymentId, Search } from './tables.js'

/** What a payment is asked for with. */
export interface PayRequest {
  /** Text or `amiko:` URI. */
  readonly invoice: string
  readonly feeMax: Units | undefined
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
  if (request.via.length > 0) return refuse('not-implemented', { what: 'A way through chosen nodes (--via)' })
  const invoice = parseInvoice(request.invoice, host.network)
  if (isRefusal(invoice)) return invoice
  const id = paymentIdOf(invoice.id)
  const before = tables.payments.get(id)
  if (before?.status === 'paid') return paidResult(before)
  const timeoutMs = request.timeoutMs ?? host.settings.payTimeoutMs
  if (before?.status === 'locked' || tables.searches.has(id)) return wait(host, id, requestId, timeoutMs)
  const refused = judge(host, invoice)
  if (refused !== undefined) return refused
  const { asset, amount, description, point } = invoice
  const feeMax = feeMaxOf(host, request.feeMax, amount)
  const plan = planFor(host, invoice, feeMax)
  if (plan.length === 0) return refuse('no-route', { reason: 'none of the invoice\'s meeting points is within reach' })
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
  tables.searches.set(id, {
    paymentId: id, invoice, deadlineMs: env.nowMs + timeoutMs, timeoutMs, plan, position: 0, half: undefined,
    feeSeen: undefined, secondsSeen: undefined, lockFailed: undefined, reason: 'no neighbour knows a way that carries the amount'
  })
  host.setTimer(payTimer(id), env.nowMs + timeoutMs)
  tryNext(host, id)
  return undefined
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

/** Meeting points by this node's own distance; first with room for the fee, then for the bare amount. */
function planFor (host: Host, invoice: Invoice, feeMax: Units): Search['plan'] {
  const { asset, amount } = invoice
  const known = new Map(host.meetingPoints(asset, amount, 'to').map(({ id, hops }) => [id, hops + host.draw('tie')[0]! / 512]))
  for (const id of invoice.meetingPoints) if (host.hosted.has(id)) known.set(id, 0)
  const order = invoice.meetingPoints.filter((id) => known.has(id)).sort((a, b) => known.get(a)! - known.get(b)!).slice(0, MEETING_POINTS_TRIED_MAX)
  const roomy = order.map((meetingPoint) => ({ meetingPoint, exact: false, round: 0, ahead: 0 }))
  return roundedUp(asUnits(amount + feeMax)) === amount ? roomy : [...roomy, ...order.map((meetingPoint) => ({ meetingPoint, exact: true, round: 0, ahead: 0 }))]
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

/** Opens the payer half that is next in the plan, or ends the payment. */
function tryNext (host: Host, id: PaymentId): void {
  const { tables, env } = host
  const search = tables.searches.get(id)
  const payment = tables.payments.get(id)
  if (search === undefined || payment === undefined) return
  const step = search.plan[search.position]
  const { invoice } = search
  if (step === undefined || search.position >= TRIES_MAX || env.nowMs >= search.deadlineMs || invoice.expiresMs <= env.nowMs) { fail(host, payment, whyFailed(host, search, payment)); return }
  const { meetingPoint } = step
  const base = payment.next.find((at) => at.id === meetingPoint)?.attempt ?? 1
  const attempt = base + step.ahead
  const halfId = drawId<HalfId>(host.draw, 'half')
  tables.searches.set(id, { ...search, position: search.position + 1, half: halfId })
  if (attempt > ATTEMPTS_MAX) { tryNext(host, id); return }
  tables.payments.set(id, { ...payment, attempts: payment.attempts + 1 })
  beginHalf(host, {
    id: halfId,
    side: 'payer',
    from: { type: 'payer', paymentId: id, attempt, secret: drawScalar(host.draw, 'endpoint'), ...deriveAttempt(invoice.session, meetingPoint, attempt) },
    meetingPoint,
    asset: payment.asset,
    amount: payment.amount,
    amountTold: step.exact ? payment.amount : roundedUp(asUnits(payment.amount + payment.feeMax)), // ROUTE-12
    hopsLeft: drawBetween(host.draw, 'hops', HOPS_LEFT_MIN, HOPS_LEFT_MAX),
    forwardsLeft: FORWARDS_MAX,
    detoursLeft: DETOURS_MAX,
    deadlineMs: Math.min(search.deadlineMs, env.nowMs + originatorTimeMs(host)),
    tried: [],
    lastReason: 'no-way',
    next: undefined,
    own: undefined,
    quote: undefined,
    place: { status: 'new' }
  })
}

/** A half of ours has ended without a route: the next one. */
export function onPayerFailed (host: Host, half: Half, reason: NoRouteReason): void {
  const search = searchOf(host, half)
  if (search === undefined) return
  // The payee may be ahead of us, when an answer was lost: the next try here looks one further. ROUTE-29
  const ahead = ((search.plan[search.position - 1]?.ahead ?? 0) + 1) % ATTEMPTS_AHEAD
  again(host, search, half, SENTENCES[reason], reason === 'no-match' || reason === 'expired' ? ahead : undefined)
}

const searchOf = (host: Host, half: Half): Search | undefined => {
  const search = half.from.type === 'payer' ? host.tables.searches.get(half.from.paymentId) : undefined
  return search?.half === half.id ? search : undefined
}

/**
 * Goes on with the plan.
 *
 * @param ahead - the meeting point may still help: it comes once more at the end, this far ahead of the next attempt number
 */
function again (host: Host, search: Search, half: Pick<Half, 'meetingPoint'>, reason: string, ahead?: number): void {
  const last = search.plan[search.position - 1]
  const more = ahead !== undefined && last !== undefined && last.round + 1 < TRIES_PER_MEETING_POINT_MAX && search.plan.length < TRIES_MAX
  const plan = more ? [...search.plan, { ...last, meetingPoint: half.meetingPoint, round: last.round + 1, ahead }] : search.plan
  host.tables.searches.set(search.paymentId, { ...search, plan, half: undefined, reason })
  tryNext(host, search.paymentId)
}

/** A route: checked, and locked at once when it is within the limits. */
export function onPayerRouted (host: Host, outcome: Extract<HalfOutcome, { type: 'routed' }>): void {
  const { half, quote, via } = outcome
  const search = searchOf(host, half)
  const payment = half.from.type === 'payer' ? host.tables.payments.get(half.from.paymentId) : undefined
  if (search === undefined || payment === undefined || half.from.type !== 'payer') { cancelHalf(host, half); return }
  const { attempt, blind } = half.from
  // The token is used, whatever comes of it.
  const next = payment.next.map((at) => at.id === half.meetingPoint ? { ...at, attempt: Math.max(at.attempt, attempt + 1) } : at)
  const used = { ...payment, next }
  host.tables.payments.set(payment.id, used)
  const tweaks = 'crossing' in via ? [via.crossing.tweak] : readTweaks(half, quote, via.onion)
  if (tweaks === undefined || quote.assetIn !== payment.asset || quote.assetOut !== payment.asset || !stillValid(host.env, quote.validUntil)) {
    cancelHalf(host, half)
    again(host, search, half, 'the answer did not come from the meeting point') // ROUTE-26
    return
  }
  const price = judgePrice(host, used, quote)
  if (typeof price !== 'bigint') {
    cancelHalf(host, half)
    again(host, { ...search, ...price.seen }, half, price.reason)
    return
  }
  const hop = 'crossing' in via ? crossingHop(host, via.crossing, via.payee) : { peer: via.peer, routeId: via.routeId, channelId: freeChannel(host, via.peer, payment.asset, price), onion: NO_ONION }
  if (hop?.channelId === undefined) {
    cancelHalf(host, half)
    again(host, search, half, 'no channel toward the way found can send the amount')
    return
  }
  const tooLong = judgeTime(host, search, hop.channelId, quote)
  if (tooLong !== undefined) {
    cancelHalf(host, half)
    again(host, { ...search, ...tooLong }, half, 'too long')
    return
  }
  const total = tweaks.reduce(addScalars, blind)
  const point = addMulG(payment.point, total)
  invariant(point !== undefined, 'a point and a sum of fresh tweaks do not cancel out')
  lock(host, search, used, half, { ...hop, channelId: hop.channelId, amountIn: price, blind: total, point, message: messageFor(search, payment, half, attempt, tweaks), expirySeconds: quote.expiryDeltaSeconds })
}

const NO_ONION = new Uint8Array(0)

interface FirstHop { readonly peer: PeerId, readonly routeId: RouteId, readonly channelId: ChannelId | undefined, readonly onion: Uint8Array }

/** The payer is the meeting point: its first hop is the payee's half. */
function crossingHop (host: Host, crossing: Crossing, payee: Half): FirstHop | undefined {
  return payee.from.type === 'link'
    ? { peer: payee.from.peer, routeId: payee.from.routeId, channelId: crossing.channelId, onion: crossingOnion(host, crossing, payee) }
    : undefined
}

/** Tweaks of our half; undefined when the meeting point cannot have made this answer. @see ROUTE-25 */
function readTweaks (half: Half, quote: Quote, onion: Uint8Array): readonly Uint8Array[] | undefined {
  const { from } = half
  if (from.type !== 'payer') return undefined
  const opened = openTweaks(onion, from, 'payer') // before anything is locked
  if (opened === undefined) return undefined
  const { inner } = opened
  // Nobody on the way can take away from what the meeting point asks for; who tries would only make the lock fail.
  const cheaper = (quoteIn(quote, quote.maxOut) ?? 0n) < (quoteIn(inner.quote, quote.maxOut) ?? 0n)
  return cheaper || quote.expiryDeltaSeconds < inner.quote.expiryDeltaSeconds ? undefined : opened.tweaks
}

/** What to lock, or which limit stands against it. @see ROUTE-43 */
function judgePrice (host: Host, payment: Payment, quote: Quote): Units | { readonly reason: string, readonly seen: Partial<Search> } {
  const { amount, feeMax } = payment
  const amountIn = quoteIn(quote, amount)
  if (amountIn === undefined || amount < quote.minOut || amount > quote.maxOut) return { reason: 'the way found does not carry the amount', seen: {} }
  const search = host.tables.searches.get(payment.id)
  const fee = subUnitsOrZero(amountIn, amount)
  if (amountIn < amount) return { reason: 'the way found asks for less than it delivers', seen: {} }
  if (fee > feeMax) return { reason: 'too dear', seen: { feeSeen: search?.feeSeen === undefined || fee < search.feeSeen ? fee : search.feeSeen } }
  return amountIn
}

/** What stands against the time that the money would be locked for, by the clock of the channel that it leaves by. @see ROUTE-43 */
function judgeTime (host: Host, search: Search, channelId: ChannelId, quote: Quote): Partial<Search> | undefined {
  const seconds = lockedSeconds(host.settings, clockOf(host, channelId), quote.expiryDeltaSeconds)
  return seconds > freezeMaxSeconds(host.env, host.settings) ? { secondsSeen: Math.min(seconds, search.secondsSeen ?? seconds) } : undefined
}

/** The sealed message to the payee, with the payer's half of the masks already on it. */
function messageFor (search: Search, payment: Payment, half: Half, attempt: number, tweaks: readonly Uint8Array[]): Uint8Array {
  const { amount } = payment
  const plain = lockMessageBytes({ version: LOCK_MESSAGE_VERSION, amount, attempt, parts: 1, total: amount })
  return tweaks.reduce(maskMessage, sealMessage(plain, messageKey(search.invoice.session, half.meetingPoint, attempt)))
}

interface FirstLock {
  readonly routeId: RouteId
  readonly channelId: ChannelId
  readonly onion: Uint8Array
  readonly amountIn: Units
  readonly blind: Uint8Array
  readonly point: Uint8Array
  readonly message: Uint8Array
  readonly expirySeconds: number
}

function lock (host: Host, search: Search, payment: Payment, half: Half, first: FirstLock): void {
  const { tables, env, settings } = host
  forgetWithPartner(host, half) // A route is for one lock; its place is taken by the part.
  const origin = drawId<OriginId>(host.draw, 'origin')
  const part: Part = {
    origin,
    paymentId: payment.id,
    meetingPoint: half.meetingPoint,
    attempt: half.from.type === 'payer' ? half.from.attempt : 0,
    channelId: first.channelId,
    amountIn: first.amountIn,
    amountOut: payment.amount,
    blind: first.blind
  }
  tables.parts.set(origin, part)
  tables.payments.set(payment.id, { ...payment, status: 'locked', fee: subUnits(first.amountIn, payment.amount) })
  tables.searches.set(payment.id, { ...search, half: undefined })
  const expiry = startExpiry(env, settings, clockOf(host, first.channelId), first.expirySeconds, host.draw('begin'))
  const refused = expiry === undefined ? refuse('busy', { what: 'a chain that is not followed', limit: 0 }) : host.offer(first.channelId, { amount: first.amountIn, expiry, point: first.point, routeId: first.routeId, message: first.message, onion: first.onion }, origin)
  if (refused !== undefined) {
    onPartFailed(host, part, 'busy')
    return
  }
  host.notify({ type: 'payment:locked', paymentId: payment.id })
}

/** The payer's lock was opened: z follows, and with it the proof. @see ROUTE-44 */
export function onPartSecret (host: Host, part: Part, secret: Uint8Array): void {
  const payment = host.tables.payments.get(part.paymentId)
  const proof = subScalars(secret, part.blind)
  invariant(payment !== undefined, 'a part has a payment')
  invariant(isScalar(proof) && equalBytes(mulG(proof), payment.point), 'what opens the payer\'s lock, less its tweaks, opens the invoice\'s point')
  if (payment.status === 'paid') return
  const paid: Payment = { ...payment, status: 'paid', proof, fee: subUnits(part.amountIn, part.amountOut), reason: undefined, endedMs: host.env.nowMs }
  end(host, paid, paidResult(paid))
  host.notify({ type: 'payment:paid', paymentId: paid.id })
}

export const onPartSettled = (host: Host, part: Part): void => { host.tables.parts.delete(part.origin) }

/** Our lock has ended for certain without being paid: only now the same money may try again. @see ROUTE-45 */
export function onPartFailed (host: Host, part: Part, reason: FailReason): void {
  const { tables } = host
  tables.parts.delete(part.origin)
  const payment = tables.payments.get(part.paymentId)
  if (payment === undefined || payment.status === 'paid') return
  const pending: Payment = { ...payment, status: 'pending', fee: undefined }
  tables.payments.set(payment.id, pending)
  const search = tables.searches.get(payment.id)
  if (search === undefined) { fail(host, pending, refuse('payment-failed', { reason: `the lock came back (${reason})` })); return }
  again(host, { ...search, lockFailed: reason }, part, `the lock came back (${reason})`, 0)
}

/** The time of a payment, or of those who wait for it, is over. @see ROUTE-46 */
export function onPayTimeout (host: Host, id: PaymentId): void {
  const { tables } = host
  const payment = tables.payments.get(id)
  if (payment === undefined) return
  const search = tables.searches.get(id)
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
