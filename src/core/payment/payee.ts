import { equalBytes } from '../base/bytes.js'
import type { AssetId, ChannelId, InvoiceId, MeetingPointId } from '../base/ids.js'
import { asUnits, UNITS_MAX, ZERO, type Units } from '../base/money.js'
import { isRefusal, refuse, type Refusal } from '../base/step.js'
import type { FailReason, Lock } from '../channel/lock.js'
import { addMulG, addScalars, isPoint, isScalar, mulG, opens, pointOfId } from '../crypto/curve.js'
import { maskMessage, openMessage } from '../crypto/lock-message.js'
import { claimable, openUntil, rememberedUntil } from './deadlines.js'
import { cancelHalf, drawBetween, drawId, drawScalar, forgetHalf } from './half-route.js'
import { giveBackHeld, heldTimer, holdPart, type Claim } from './held.js'
import { fitsDescription, writeInvoice } from './invoice.js'
import { ATTEMPTS_MAX, DETOURS_MAX, FORWARDS_MAX, LESS_RETRY_MS, HISTORY_MAX, HOPS_LEFT_MAX, HOPS_LEFT_MIN, INVOICE_EXPIRY_MS_MAX, MATCHED_INTERVAL_MS, DECOYS_MAX, MEETING_POINTS_LISTED, MEETING_POINTS_MAX, OPENINGS_MAX, OVERPAID_FACTOR_MAX, REOPEN_MS, WHOLE } from './limits.js'
import { beginHalf } from './make-route.js'
import type { NoRouteReason } from './messages.js'
import { closeRoutesOf } from './open-route.js'
import { overpaidMax, sixteenthsOf } from './payer-plan.js'
import { RATE_ONE, type Quote } from './quote.js'
import { TIMES_MAX } from './stream-limits.js'
import { deriveAttempt, messageKey, openTweaks, readLockMessage } from './session.js'
import { halfGroup, heldKey, openingKey, type Half, type HalfId, type Held, type Host, type InvoiceEntity } from './tables.js'
import { hopsToward, isDirect, readWay, wayFromHere } from './waypoints.js'

/** What an invoice is asked for with. */
export interface InvoiceRequest {
  readonly asset: AssetId
  readonly amount: Units
  readonly description: string
  readonly expiryMs: number
  /** Meeting points to list, instead of a choice by distance. */
  readonly meetingPoints: readonly MeetingPointId[] | undefined
  /** A link neighbour, and meeting points: where the payee's halves go first. @see ROUTE-54 */
  readonly via?: readonly string[] | undefined
  /** How many times it can be paid, the amount each time; once when nothing is said. @see INV-20 */
  readonly times?: number | undefined
}

export const expireTimer = (id: InvoiceId): string => `payment/expire/${id}`
export const openTimer = (id: InvoiceId, meetingPoint: MeetingPointId): string => `payment/open/${openingKey(id, meetingPoint)}`

/**
 * Makes an invoice, stores its secrets, and opens a half route to each meeting point it lists.
 *
 * Refuses with `amount-out-of-range`, `bad-request`, `busy`, `wrong-asset`, `receive-limit`, `no-meeting-point` or `no-address`.
 */
export function createInvoice (host: Host, request: InvoiceRequest): { readonly invoice: string, readonly id: InvoiceId, readonly expiresMs: number } | Refusal {
  const { asset, amount, description } = request
  // INV-13
  const max = host.assetMax(asset)
  if (amount < 1n || amount > max) return refuse('amount-out-of-range', { amount, min: 1n, max })
  if (!fitsDescription(description)) return refuse('bad-request', { reason: 'the description is too long' })
  // INV-14
  if (!Number.isFinite(request.expiryMs) || request.expiryMs < 1 || request.expiryMs > INVOICE_EXPIRY_MS_MAX) return refuse('bad-request', { reason: 'an invoice lives from 1 ms to 24 h' })
  if (host.tables.openings.size >= OPENINGS_MAX) return refuse('busy', { what: 'half routes of open invoices', limit: OPENINGS_MAX })
  const { receivable } = host.capacity(asset)
  if (amount > receivable) return refuse('receive-limit', { wanted: amount, receivable })
  const meetingPoints = request.meetingPoints === undefined ? chooseMeetingPoints(host, asset, amount) : [...new Set(request.meetingPoints)]
  if (meetingPoints.length === 0) return refuse('no-meeting-point')
  // INV-11
  if (meetingPoints.length > MEETING_POINTS_MAX || !meetingPoints.every((id) => pointOfId(id) !== undefined)) return refuse('bad-request', { reason: `an invoice lists 1 to ${MEETING_POINTS_MAX} meeting points` })
  const way = readWay(host, asset, request.via)
  if (isRefusal(way)) return way
  const times = request.times === 1 ? undefined : request.times
  if (times !== undefined && (!Number.isInteger(times) || times < 2 || times > TIMES_MAX)) return refuse('bad-request', { reason: `an invoice can be paid 1 to ${TIMES_MAX} times` }) // INV-20
  // INV-10: nothing of one invoice is in another.
  const secret = drawScalar(host.draw, 'payment secret')
  const session = host.draw('session secret')
  const createdMs = host.env.nowMs
  const expiresMs = createdMs + Math.floor(request.expiryMs)
  const content = { point: mulG(secret), session, asset, amount, description, createdMs, expiresMs, meetingPoints, times }
  const signingSecret = drawScalar(host.draw, 'signing key')
  const { text, invoice } = writeInvoice(host.network, content, signingSecret, host.draw('signature'))
  const entity: InvoiceEntity = {
    id: invoice.id, text, secret, session, asset, amount, description, createdMs, expiresMs, status: 'open', received: ZERO, paidMs: undefined,
    meetingPoints: meetingPoints.map((id) => ({ id, attempt: 1 })),
    way
  }
  forgetOldest(host)
  host.tables.invoices.set(entity.id, entity) // INV-15: the answer is held back until this is stored
  if (times !== undefined) host.tables.streams.set(entity.id, { invoiceId: entity.id, times, secret: host.draw('stream secret'), signingSecret, claimed: 0, received: ZERO, base: 1, window: new Uint8Array(32) }) // INV-21
  openInvoice(host, entity)
  host.notify({ type: 'invoice:created', invoiceId: entity.id })
  return { invoice: text, id: entity.id, expiresMs }
}

/** Opens the halves of an open invoice, at the attempts its entity names, and starts its timers. */
export function openInvoice (host: Host, entity: InvoiceEntity): void {
  host.setTimer(expireTimer(entity.id), entity.expiresMs)
  for (const { id } of entity.meetingPoints) {
    host.tables.openings.set(openingKey(entity.id, id), { invoiceId: entity.id, meetingPoint: id, half: undefined, failures: 0, used: false, nextMs: 0, sixteenths: WHOLE })
    openHalf(host, entity.id, id)
  }
}

/** The nearest ones, nearest first, and at the end one drawn from the next nearest; not its own while others fill the list. @see INV-12 */
function chooseMeetingPoints (host: Host, asset: AssetId, amount: Units): readonly MeetingPointId[] {
  // Of those that are as near, chance has the choice.
  const known = host.meetingPoints(asset, amount, 'from').map(({ id, hops }) => ({ id, rank: hops + host.draw('rank')[0]! / 256 })).sort((a, b) => a.rank - b.rank).map(({ id }) => id)
  const foreign = known.filter((id) => !host.hosted.has(id))
  const near = foreign.length < MEETING_POINTS_LISTED ? known : foreign
  const others = near.splice(MEETING_POINTS_LISTED - 1, Infinity).slice(0, DECOYS_MAX)
  const decoy = others.length === 0 ? undefined : others[drawBetween(host.draw, 'decoy', 0, others.length - 1)]
  return decoy === undefined ? near : [...near, decoy]
}

/** Refuses with `not-found` or `invoice-closed`. */
export function cancelInvoice (host: Host, id: InvoiceId): Refusal | undefined {
  const entity = host.tables.invoices.get(id)
  if (entity === undefined) return refuse('not-found', { what: 'invoice', id })
  if (entity.status !== 'open') return refuse('invoice-closed', { id, status: entity.status })
  close(host, { ...entity, status: 'cancelled' })
  host.notify({ type: 'invoice:cancelled', invoiceId: id })
  return undefined
}

export function onInvoiceExpired (host: Host, id: InvoiceId): void {
  const entity = host.tables.invoices.get(id)
  if (entity?.status !== 'open') return
  close(host, { ...entity, status: 'expired' })
  host.notify({ type: 'invoice:expired', invoiceId: id })
}

/** Ends an invoice: all its halves go, everywhere, and its open routes. @see INV-17 */
export function close (host: Host, entity: InvoiceEntity): void {
  host.tables.invoices.set(entity.id, entity)
  host.clearTimer(expireTimer(entity.id))
  for (const [key, { meetingPoint }] of [...host.tables.openings.group(entity.id).entries()]) {
    host.tables.openings.delete(key)
    host.clearTimer(openTimer(entity.id, meetingPoint))
  }
  for (const half of [...host.tables.halves.group(halfGroup('payee', entity.id)).values()]) cancelHalf(host, half)
  giveBackHeld(host, [...host.tables.held.group(entity.id).values()], 'no-route')
  host.clearTimer(heldTimer(entity.id))
  closeRoutesOf(host, entity.id)
}

/** Opens, or opens again, the half at one meeting point. @see ROUTE-27 */
export function openHalf (host: Host, invoiceId: InvoiceId, meetingPoint: MeetingPointId): void {
  const { tables, settings } = host
  const key = openingKey(invoiceId, meetingPoint)
  const last = tables.openings.get(key)
  if (last?.used === true) {
    advance(host, invoiceId, meetingPoint)
    tables.openings.set(key, { ...last, used: false, nextMs: host.env.nowMs + MATCHED_INTERVAL_MS })
  }
  const opening = tables.openings.get(key)
  const entity = tables.invoices.get(invoiceId)
  if (opening === undefined || entity === undefined || entity.status !== 'open') return
  const before = opening.half === undefined ? undefined : tables.halves.get(opening.half)
  if (before !== undefined) cancelHalf(host, before)
  const attempt = attemptOf(entity, meetingPoint)
  const refreshMs = settings.refreshMs - settings.refreshRandomMs + drawBetween(host.draw, 'refresh', 0, 2 * settings.refreshRandomMs)
  host.setTimer(openTimer(invoiceId, meetingPoint), host.env.nowMs + refreshMs)
  if (attempt > ATTEMPTS_MAX) return
  const id = drawId<HalfId>(host.draw, 'half')
  // ROUTE-51: a refresh tries for twice as much again.
  const sixteenths = fitting(host, entity, meetingPoint, opening.half === undefined ? opening.sixteenths : Math.min(WHOLE, opening.sixteenths * 2))
  if (sixteenths < WHOLE) host.setTimer(openTimer(invoiceId, meetingPoint), host.env.nowMs + Math.min(refreshMs, LESS_RETRY_MS))
  const most = withRoom(host, entity, meetingPoint, sixteenthsOf(entity.amount, sixteenths))
  tables.openings.set(key, { ...opening, half: id, sixteenths })
  const quote: Quote = {
    assetIn: entity.asset,
    assetOut: entity.asset,
    rate: RATE_ONE,
    base: ZERO,
    minOut: asUnits(1n),
    maxOut: most,
    expiryDeltaSeconds: 0, // added when it is known who is asked
    validUntil: tables.streams.has(invoiceId) ? openUntil(host.env) : rememberedUntil(host.env, settings)
  }
  beginHalf(host, {
    id,
    side: 'payee',
    // ROUTE-57: also after a restart, since the invoice's record holds the way.
    from: { type: 'payee', way: wayFromHere(host, entity.way), invoiceId, attempt, secret: drawScalar(host.draw, 'endpoint'), ...deriveAttempt(entity.session, meetingPoint, attempt) },
    meetingPoint,
    asset: entity.asset,
    amount: most,
    amountTold: most,
    hopsLeft: drawBetween(host.draw, 'hops', HOPS_LEFT_MIN, HOPS_LEFT_MAX),
    forwardsLeft: FORWARDS_MAX,
    detoursLeft: DETOURS_MAX,
    deadlineMs: host.env.nowMs + originatorTimeMs(host),
    tried: [],
    lastReason: 'no-way',
    next: undefined,
    own: undefined,
    quote,
    place: { status: 'new' },
    open: tables.streams.has(invoiceId) ? true : undefined // ROUTE-70
  })
}

/** As many sixteenths of the amount, up to a number, as a neighbour could carry; all of them when none could carry anything. */
function fitting (host: Host, entity: InvoiceEntity, meetingPoint: MeetingPointId, atMost: number): number {
  if (isDirect(wayFromHere(host, entity.way)) && host.hosted.has(meetingPoint)) return WHOLE
  for (let sixteenths = atMost; sixteenths > 0; sixteenths--) {
    if (canBring(host, entity, meetingPoint, sixteenthsOf(entity.amount, sixteenths))) return sixteenths
  }
  return WHOLE
}

const canBring = (host: Host, entity: InvoiceEntity, meetingPoint: MeetingPointId, amount: Units): boolean =>
  hopsToward(host, { way: wayFromHere(host, entity.way), meetingPoint, side: 'payee', asset: entity.asset, amount }, new Set(), host.draw('fitting')).length > 0

/** As much more as a payer may bring by this node's own setting, if a neighbour could carry it. @see ROUTE-43 */
function withRoom (host: Host, entity: InvoiceEntity, meetingPoint: MeetingPointId, amount: Units): Units {
  const roomy = amount + overpaidMax(host.settings, amount)
  return roomy > amount && roomy <= UNITS_MAX && canBring(host, entity, meetingPoint, asUnits(roomy)) ? asUnits(roomy) : amount
}

/** 75 to 100 % of the longest time, so that the first neighbour does not see that it is the first. @see ROUTE-12 */
export const originatorTimeMs = (host: Host): number =>
  Math.floor(host.settings.routeTimeoutMs * drawBetween(host.draw, 'time', 750, 1_000) / 1_000)

const attemptOf = (entity: InvoiceEntity, meetingPoint: MeetingPointId): number =>
  entity.meetingPoints.find(({ id }) => id === meetingPoint)?.attempt ?? ATTEMPTS_MAX + 1

/** Moves on to the next attempt number, durably, before it is used. @see INV-16 */
function advance (host: Host, invoiceId: InvoiceId, meetingPoint: MeetingPointId): void {
  const entity = host.tables.invoices.get(invoiceId)
  if (entity === undefined) return
  host.tables.invoices.set(invoiceId, { ...entity, meetingPoints: entity.meetingPoints.map((at) => at.id === meetingPoint ? { ...at, attempt: at.attempt + 1 } : at) })
}

/** A payer was matched with this half, and its lock most likely follows: the next half is opened when that takes long. @see ROUTE-28 */
export function onOwnMatched (host: Host, half: Half): void {
  const { from, meetingPoint } = half
  const opening = from.type === 'payee' ? host.tables.openings.get(openingKey(from.invoiceId, meetingPoint)) : undefined
  if (from.type !== 'payee' || opening === undefined || opening.half !== half.id) return
  host.tables.openings.set(openingKey(from.invoiceId, meetingPoint), { ...opening, half: undefined, failures: 0, used: true })
  host.setTimer(openTimer(from.invoiceId, meetingPoint), host.env.nowMs + MATCHED_INTERVAL_MS)
}

/** A half of ours has ended: it is opened again, later each time. */
export function onOwnFailed (host: Host, half: Half, reason: NoRouteReason): void {
  const { from, meetingPoint } = half
  if (from.type !== 'payee') return
  const key = openingKey(from.invoiceId, meetingPoint)
  const opening = host.tables.openings.get(key)
  if (opening?.half === undefined && opening?.used === true) {
    // The half that was matched has ended, and no lock came.
    if (opening.nextMs <= host.env.nowMs) openHalf(host, from.invoiceId, meetingPoint)
    return
  }
  if (opening === undefined || opening.half !== half.id) return
  // The meeting point knows the token already: it was used, or somebody else stands there with it.
  if (reason === 'no-match') advance(host, from.invoiceId, meetingPoint)
  // Somebody was asked, and could not carry so much: half of it may go. ROUTE-51
  const less = reason === 'no-way' && half.tried.length > 0 && half.amount > 1n ? opening.sixteenths >> 1 : opening.sixteenths
  host.tables.openings.set(key, { ...opening, half: undefined, failures: opening.failures + 1, sixteenths: less === 0 ? WHOLE : less })
  const waitMs = Math.min(REOPEN_MS * 2 ** Math.min(opening.failures, 16), host.settings.refreshMs)
  host.setTimer(openTimer(from.invoiceId, meetingPoint), host.env.nowMs + waitMs)
}

/** A neighbour is there again: halves that stand nowhere are opened at once. */
export function reopenMissing (host: Host): void {
  for (const { invoiceId, meetingPoint, half } of [...host.tables.openings.values()]) {
    if (half === undefined) openHalf(host, invoiceId, meetingPoint)
  }
}

/** A lock has come on a half of ours: claimed, held back until all parts are here, or given back. */
export function onPayeeLock (host: Host, channelId: ChannelId, lock: Lock, half: Half): void {
  const { from, meetingPoint } = half
  if (from.type !== 'payee') return
  const entity = host.tables.invoices.get(from.invoiceId)
  forgetHalf(host, half) // A route is for one lock.
  const judged = entity === undefined ? 'no-route' : judgeLock(host, entity, half, channelId, lock)
  if (entity !== undefined && typeof judged !== 'string' && 'secret' in judged) {
    claim(host, entity, lock.terms.amount, [{ channelId, lockId: lock.terms.id, secret: judged.secret }])
    return
  }
  if (typeof judged === 'string' || 'secret' in judged) host.fail(channelId, lock.terms.id, typeof judged === 'string' ? judged : 'no-route')
  else {
    const gathered = holdPart(host, judged.held)
    if (entity !== undefined && gathered !== undefined) { claim(host, entity, gathered.brought, gathered.claims); return }
  }
  openAfterLock(host, from.invoiceId, meetingPoint, half.id)
}

/** The half that a lock has used is replaced, unless that was done when it was matched. */
export function openAfterLock (host: Host, invoiceId: InvoiceId, meetingPoint: MeetingPointId, half: HalfId): void {
  const key = openingKey(invoiceId, meetingPoint)
  const opening = host.tables.openings.get(key)
  if (opening === undefined || (opening.half !== half && !opening.used)) return
  host.tables.openings.set(key, { ...opening, half: undefined, used: true })
  openHalf(host, invoiceId, meetingPoint)
}

/** Takes what was paid: all of it in this step. From here on z is known to others, so every later lock is given back. @see ROUTE-42, ROUTE-50 */
function claim (host: Host, entity: InvoiceEntity, received: Units, claims: readonly Claim[]): void {
  for (const { channelId, lockId } of claims) host.tables.held.delete(heldKey(channelId, lockId))
  close(host, { ...entity, status: 'paid', received, paidMs: host.env.nowMs })
  for (const { channelId, lockId, secret } of claims) host.fulfil(channelId, lockId, secret)
  host.notify({ type: 'invoice:paid', invoiceId: entity.id })
}

/** What a lock is worth, or why it is given back. @see ROUTE-40 */
function judgeLock (host: Host, entity: InvoiceEntity, half: Half, channelId: ChannelId, lock: Lock): { readonly secret: Uint8Array } | { readonly held: Held } | FailReason {
  const { from, meetingPoint } = half
  const { terms } = lock
  if (from.type !== 'payee' || entity.status !== 'open' || entity.expiresMs <= host.env.nowMs) return 'no-route'
  if (!claimable(host.env, host.settings, terms.expiry)) return 'expired' // ROUTE-41
  const tweaks = readTweaks(half, lock)
  if (tweaks === undefined) return 'refused'
  const sealed = tweaks.reduce(maskMessage, terms.message)
  const plain = openMessage(sealed, messageKey(entity.session, meetingPoint, from.attempt))
  const message = plain === undefined ? undefined : readLockMessage(plain)
  if (message === undefined || message.attempt !== from.attempt || message.total !== entity.amount) return 'refused'
  if (terms.amount < message.amount || terms.amount > message.amount * OVERPAID_FACTOR_MAX) return 'refused'
  const shift = tweaks.reduce(addScalars, from.blind)
  const secret = addScalars(entity.secret, shift)
  if (message.set === undefined) {
    // The last check: these tweaks and no others lead to this lock.
    return message.amount === entity.amount && opens(secret, terms.point) ? { secret } : 'refused'
  }
  const { point: set, share } = message.set
  const expected = isPoint(set) ? addMulG(set, secret) : undefined
  if (message.amount === ZERO || message.amount >= entity.amount || !isScalar(share) || expected === undefined || !equalBytes(expected, terms.point)) return 'refused'
  return { held: { invoiceId: entity.id, channelId, lockId: terms.id, amount: message.amount, brought: terms.amount, set, share, shift, expiry: terms.expiry, heldMs: host.env.nowMs } }
}

/** The tweaks from the meeting point to here; none when it is this node. Undefined when the onion is not for this half. @see ROUTE-25 */
export function readTweaks (half: Half, lock: Lock): readonly Uint8Array[] | undefined {
  const { from, place } = half
  if (from.type !== 'payee') return undefined
  if (place.status === 'matched' || place.status === 'waiting') return lock.terms.onion.length === 0 ? [] : undefined
  const opened = openTweaks(lock.terms.onion, from, 'payee')
  const tweak = opened?.inner.tweak
  return opened === undefined || tweak === undefined || !isScalar(tweak) ? undefined : [...opened.tweaks, tweak]
}

/** History is bounded: the oldest invoice that has ended goes. */
function forgetOldest (host: Host): void {
  const { invoices } = host.tables
  if (invoices.size < HISTORY_MAX) return
  for (const [id, { status }] of invoices.entries()) {
    if (status === 'open') continue
    invoices.delete(id)
    host.tables.streams.delete(id)
    return
  }
}
