import { equalBytes } from '../base/bytes.js'
import type { ChannelId, MeetingPointId } from '../base/ids.js'
import { invariant } from '../base/invariant.js'
import { asUnits, minUnits, type Units } from '../base/money.js'
import { refuse } from '../base/step.js'
import type { FailReason } from '../channel/lock.js'
import { isScalar, mulG, subScalars } from '../crypto/curve.js'
import { clockOf } from './clocks.js'
import { lockedSeconds, stillValid } from './deadlines.js'
import { cancelHalf, drawBetween, drawId, drawScalar, setHalfTimer, update } from './half-route.js'
import { ATTEMPTS_AHEAD, ATTEMPTS_MAX, COLLECT_LEFT_PERCENT, DETOURS_MAX, FORWARDS_MAX, HINTS_LOOK_MS, HOPS_LEFT_MAX, HOPS_LEFT_MIN, TRIES_IN_PARTS_MAX, TRIES_MAX, TRIES_PER_MEETING_POINT_MAX, WHOLE } from './limits.js'
import { beginHalf } from './make-route.js'
import type { NoRouteReason } from './messages.js'
import { originatorTimeMs } from './payee.js'
import { isNotLocked, lockPart } from './payer-lock.js'
import { askedFor, feeLeft, leastPart, remainingOf, replanned, slotsLeft, smaller, toldAmount, withSurplus } from './payer-plan.js'
import { collectTimer, end, fail, hintsTimer, paidResult, SENTENCES, whyFailed } from './payer-result.js'
import { quoteIn, type Quote } from './quote.js'
import { freeChannel, reserve } from './reservations.js'
import { deriveAttempt, openTweaks } from './session.js'
import type { Collected, FirstHop, Half, HalfId, HalfOutcome, Host, Part, Payment, PaymentId, Search } from './tables.js'
import { wayFromHere } from './waypoints.js'

/** Opens the payer half that is next in the plan, makes another plan, or ends the search. */
export function tryNext (host: Host, id: PaymentId): void {
  const { tables, env } = host
  const search = tables.searches.get(id)
  const payment = tables.payments.get(id)
  if (search === undefined || payment === undefined || search.half !== undefined || search.over !== undefined) return
  const remaining = remainingOf(host, search, payment)
  if (remaining === 0n) return // the locks have to end first
  const { invoice, sixteenths } = search
  if (env.nowMs >= search.deadlineMs || invoice.expiresMs <= env.nowMs || search.tries >= TRIES_IN_PARTS_MAX) { giveUp(host, search, payment); return }
  const step = search.plan[search.position]
  if (step === undefined || (sixteenths === WHOLE && search.position >= TRIES_MAX)) { planAgain(host, search, payment); return }
  const { meetingPoint } = step
  const base = payment.next.find((at) => at.id === meetingPoint)?.attempt ?? 1
  const attempt = base + step.ahead
  const halfId = drawId<HalfId>(host.draw, 'half')
  tables.searches.set(id, { ...search, position: search.position + 1, tries: search.tries + 1, half: attempt > ATTEMPTS_MAX ? undefined : halfId })
  if (attempt > ATTEMPTS_MAX) { tryNext(host, id); return }
  tables.payments.set(id, { ...payment, attempts: payment.attempts + 1 })
  const amount = askedFor(payment, remaining, sixteenths)
  beginHalf(host, {
    id: halfId,
    side: 'payer',
    // ROUTE-57: every half of this payment, whatever became of the one before.
    from: { type: 'payer', way: wayFromHere(host, search.way), paymentId: id, attempt, secret: drawScalar(host.draw, 'endpoint'), ...deriveAttempt(invoice.session, meetingPoint, attempt) },
    meetingPoint,
    asset: payment.asset,
    amount,
    amountTold: step.exact ? amount : toldAmount(amount, feeLeft(host, search, payment)), // ROUTE-12
    hopsLeft: drawBetween(host.draw, 'hops', HOPS_LEFT_MIN, HOPS_LEFT_MAX),
    forwardsLeft: FORWARDS_MAX,
    detoursLeft: DETOURS_MAX,
    deadlineMs: Math.min(search.deadlineMs, env.nowMs + originatorTimeMs(host)),
    tried: [],
    lastReason: 'no-way',
    next: undefined,
    own: undefined,
    quote: undefined,
    place: { status: 'new' },
    open: search.number === undefined ? undefined : true // ROUTE-70
  })
}

/** The plan is used up: smaller parts, hints that may still come, or the end. */
function planAgain (host: Host, search: Search, payment: Payment): void {
  const next = search.number === undefined && (search.short || search.plan.length === 0) ? smaller(host, search, payment) : undefined
  if (next !== undefined) {
    host.tables.searches.set(search.paymentId, next)
    tryNext(host, search.paymentId)
  } else if (search.tries === 0 && host.env.nowMs < search.hintsUntilMs) host.setTimer(hintsTimer(search.paymentId), host.env.nowMs + HINTS_LOOK_MS) // ROUTE-53
  else giveUp(host, search, payment)
}

/** Hints may have come. */
export function onHintsTimer (host: Host, id: PaymentId): void {
  const search = host.tables.searches.get(id)
  const payment = host.tables.payments.get(id)
  if (search === undefined || payment === undefined || search.tries > 0) return
  host.tables.searches.set(id, replanned(host, search, payment))
  tryNext(host, id)
}

/** Nothing new is tried; what is locked has to come back before the payment has failed. */
function giveUp (host: Host, search: Search, payment: Payment): void {
  const why = whyFailed(host, search, payment)
  dropCollected(host, search)
  if (host.tables.parts.group(payment.id).size === 0) fail(host, payment, why)
  else host.tables.searches.set(search.paymentId, { ...search, collected: [], half: undefined, over: why })
}

/** Gives back the ways that were found and not used. */
export function dropCollected (host: Host, search: Search): void {
  for (const { half } of search.collected) {
    const now = host.tables.halves.get(half.id)
    if (now !== undefined) cancelHalf(host, now)
  }
}

/** A half of ours has ended without a route, or lost the one it had: the next one. */
export function onPayerFailed (host: Host, half: Half, reason: NoRouteReason): void {
  const search = half.from.type === 'payer' ? host.tables.searches.get(half.from.paymentId) : undefined
  const payment = search === undefined ? undefined : host.tables.payments.get(search.paymentId)
  if (search === undefined || payment === undefined) return
  if (search.half !== half.id) {
    const collected = search.collected.filter((way) => way.half.id !== half.id)
    if (collected.length === search.collected.length) return
    host.tables.searches.set(search.paymentId, replanned(host, { ...search, collected }, payment))
    tryNext(host, search.paymentId)
    return
  }
  // The payee may be ahead of us, when an answer was lost: the next try here looks one further. ROUTE-29
  const ahead = ((search.plan[search.position - 1]?.ahead ?? 0) + 1) % ATTEMPTS_AHEAD
  const short = reason === 'no-way' || reason === 'busy'
  again(host, short ? { ...search, short } : search, half, SENTENCES[reason], short ? undefined : ahead)
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
function again (host: Host, search: Search, half: { readonly meetingPoint: MeetingPointId }, reason: string, ahead?: number): void {
  const last = search.plan[search.position - 1]
  const more = ahead !== undefined && last !== undefined && last.round + 1 < TRIES_PER_MEETING_POINT_MAX && search.plan.length < TRIES_MAX
  const plan = more ? [...search.plan, { ...last, meetingPoint: half.meetingPoint, round: last.round + 1, ahead }] : search.plan
  host.tables.searches.set(search.paymentId, { ...search, plan, half: undefined, reason })
  tryNext(host, search.paymentId)
}

/** A route: checked, and locked at once, or as soon as there are routes for all parts. */
export function onPayerRouted (host: Host, outcome: Extract<HalfOutcome, { type: 'routed' }>): void {
  const { half, quote, via } = outcome
  const search = searchOf(host, half)
  const payment = half.from.type === 'payer' ? host.tables.payments.get(half.from.paymentId) : undefined
  if (search === undefined || payment === undefined || half.from.type !== 'payer') { cancelHalf(host, half); return }
  const { attempt } = half.from
  // The token is used, whatever comes of it.
  const next = payment.next.map((at) => at.id === half.meetingPoint ? { ...at, attempt: Math.max(at.attempt, attempt + 1) } : at)
  const used = { ...payment, next }
  host.tables.payments.set(payment.id, used)
  const way = judge(host, search, used, half, quote, via)
  if ('reason' in way) {
    cancelHalf(host, half)
    again(host, { ...search, ...way.seen }, half, way.reason)
    return
  }
  if (!('crossing' in via)) keepRoute(host, half, way.channelId, quote)
  const collected = [...search.collected, way]
  const found: Search = { ...search, collected, half: undefined }
  host.tables.searches.set(search.paymentId, found)
  if (remainingOf(host, found, used) === 0n) { lockCollected(host, payment.id); return }
  const { reservationMs } = host.settings
  if (collected.length === 1) host.setTimer(collectTimer(payment.id), host.env.nowMs + Math.floor(reservationMs * (100 - COLLECT_LEFT_PERCENT) / 100))
  host.tables.searches.set(search.paymentId, replanned(host, found, used))
  tryNext(host, payment.id)
}

/** A way that waits for the others ends as one of a hop does. */
function keepRoute (host: Host, half: Half, channelId: ChannelId, own: Quote): void {
  const { place } = half
  if (place.status === 'searching') update(host, half, { place: { status: 'routed', to: place.to, channelId, own, tweak: NO_TWEAK } })
  setHalfTimer(host, half.id, host.env.nowMs + host.settings.reservationMs)
}
const NO_TWEAK = new Uint8Array(32)

interface Unfit { readonly reason: string, readonly seen: Partial<Search> }

/** A way with its price and its channel, reserved; or what stands against it. */
function judge (host: Host, search: Search, payment: Payment, half: Half, quote: Quote, via: FirstHop): Collected | Unfit {
  const tweaks = 'crossing' in via ? [via.crossing.tweak] : readTweaks(half, quote, via.onion)
  if (tweaks === undefined || quote.assetIn !== payment.asset || quote.assetOut !== payment.asset || !stillValid(host.env, quote.validUntil)) {
    return { reason: 'the answer did not come from the meeting point', seen: {} } // ROUTE-26
  }
  const remaining = remainingOf(host, search, payment)
  const amount = minUnits(minUnits(half.amount, quote.maxOut), remaining)
  // ROUTE-51: in the first round all of it is wanted; later as much as the rest can do without.
  const least = search.sixteenths === WHOLE ? half.amount : leastPart(remaining, slotsLeft(host, search))
  if (amount < least || amount < quote.minOut) return { reason: 'the way found does not carry the amount', seen: { short: true } }
  const price = judgePrice(host, search, payment, quote, amount)
  if (typeof price !== 'bigint') return price
  const grown = withSurplus(host, quote, amount, price, feeLeft(host, search, payment))
  // Chance may not be what makes a payment fail.
  const amountIn = 'peer' in via && freeChannel(host, via.peer, payment.asset, grown) !== undefined ? grown : price
  const channelId = 'crossing' in via ? via.crossing.channelId : freeChannel(host, via.peer, payment.asset, amountIn)
  const reserved = channelId !== undefined && ('crossing' in via || reserve(host, half.id, channelId, amountIn, host.self))
  if (channelId === undefined || !reserved) return { reason: 'no channel toward the way found can send the amount', seen: { short: true } }
  const seconds = lockedSeconds(host.settings, clockOf(host, channelId), quote.expiryDeltaSeconds)
  if (seconds > host.settings.freezeMaxSeconds) return { reason: 'too long', seen: { secondsSeen: Math.min(seconds, search.secondsSeen ?? seconds) } } // ROUTE-43
  return { half, via, channelId, amount, amountIn, tweaks, expiryDeltaSeconds: quote.expiryDeltaSeconds, quote }
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
function judgePrice (host: Host, search: Search, payment: Payment, quote: Quote, amount: Units): Units | Unfit {
  const amountIn = quoteIn(quote, amount)
  if (amountIn === undefined) return { reason: 'the way found does not carry the amount', seen: {} }
  if (amountIn < amount) return { reason: 'the way found asks for less than it delivers', seen: {} }
  const left = feeLeft(host, search, payment)
  // What all parts together would cost, as far as it is known.
  const fee = asUnits(amountIn - amount + payment.feeMax - left)
  if (fee > payment.feeMax) return { reason: 'too dear', seen: { feeSeen: search.feeSeen === undefined || fee < search.feeSeen ? fee : search.feeSeen } }
  return amountIn
}

/** Locks the ways that were found: all of them, or, when their time is nearly over, those there are. */
export function lockCollected (host: Host, id: PaymentId): void {
  const { tables } = host
  const found = tables.searches.get(id)
  const before = tables.payments.get(id)
  if (found === undefined || before === undefined) return
  host.clearTimer(collectTimer(id))
  const wasLocked = tables.parts.group(id).size > 0
  let search: Search = { ...found, collected: [] }
  for (const way of found.collected) {
    const locked = lockPart(host, search, before, way, !wasLocked && way.amount === before.amount)
    if (isNotLocked(locked)) search = { ...search, short: true, lockFailed: locked.refused, reason: 'the lock came back (busy)' }
    else {
      search = locked
      if (search.number !== undefined) tables.outcomes.push({ type: 'locked', paymentId: id, way })
    }
  }
  tables.searches.set(id, search)
  const payment = countedAnew(host, before)
  if (payment.status === 'locked' && !wasLocked) host.notify({ type: 'payment:locked', paymentId: id })
  if (remainingOf(host, search, payment) === 0n || search.half !== undefined) return
  if (search.sixteenths < WHOLE) tables.searches.set(id, replanned(host, search, payment))
  tryNext(host, id)
}

/** A payment's record, as its live parts say. */
function countedAnew (host: Host, payment: Payment): Payment {
  const parts = [...host.tables.parts.group(payment.id).values()]
  const fee = parts.reduce((sum, { amountIn, amountOut }) => sum + amountIn - amountOut, 0n)
  const counted: Payment = parts.length === 0
    ? { ...payment, status: 'pending', fee: undefined, parts: 1 }
    : { ...payment, status: 'locked', fee: asUnits(fee), parts: parts.length }
  host.tables.payments.set(payment.id, counted)
  return counted
}

/** The payer's lock was opened: z follows, and with it the proof. All parts are opened by then, or will be. @see ROUTE-44 */
export function onPartSecret (host: Host, part: Part, secret: Uint8Array): void {
  const payment = host.tables.payments.get(part.paymentId)
  const proof = subScalars(secret, part.blind)
  invariant(payment !== undefined, 'a part has a payment')
  invariant(isScalar(proof) && equalBytes(mulG(proof), payment.point), 'what opens the payer\'s lock, less its tweaks, opens the invoice\'s point')
  if (payment.status === 'paid') return
  const search = host.tables.searches.get(payment.id)
  const half = search?.half === undefined ? undefined : host.tables.halves.get(search.half)
  if (search !== undefined) dropCollected(host, search)
  if (half !== undefined) cancelHalf(host, half)
  const paid: Payment = { ...countedAnew(host, payment), status: 'paid', proof, reason: undefined, endedMs: host.env.nowMs }
  end(host, paid, paidResult(paid))
  host.notify({ type: 'payment:paid', paymentId: paid.id })
}

export const onPartSettled = (host: Host, part: Part): void => { host.tables.parts.delete(part.origin) }

/** Our lock has ended for certain without being paid: only now the same money may try again. @see ROUTE-45 */
export function onPartFailed (host: Host, part: Part, reason: FailReason): void {
  const { tables } = host
  tables.parts.delete(part.origin)
  const before = tables.payments.get(part.paymentId)
  if (before === undefined || before.status === 'paid') return
  const payment = countedAnew(host, before)
  const search = tables.searches.get(payment.id)
  const sentence = `the lock came back (${reason})`
  if (search === undefined || search.over !== undefined) {
    if (payment.status === 'pending') fail(host, payment, search?.over ?? refuse('payment-failed', { reason: sentence }))
    return
  }
  const failed: Search = { ...search, short: search.short || reason === 'busy', lockFailed: reason, reason: sentence }
  if (failed.sixteenths === WHOLE) { again(host, failed, part, sentence, 0); return }
  tables.searches.set(payment.id, replanned(host, failed, payment))
  tryNext(host, payment.id)
}
