import { asUnits, minUnits, mulDivCeil, subUnitsOrZero, UNITS_MAX, type Units } from '../base/money.js'
import type { MeetingPointId } from '../base/ids.js'
import { drawUnits } from './half-route.js'
import { HINTS_WAIT_MS, MEETING_POINTS_TRIED_MAX, OVERPAY_PPM_MAX, PARTS_MAX, WHOLE } from './limits.js'
import { quoteIn, roundedUp, type Quote } from './quote.js'
import type { Host, Payment, Search } from './tables.js'
import { hopsToward, isDirect, wayFromHere } from './waypoints.js'

/** What a payer asks for, of which meeting points, in which order. Splitting is described at {@link smaller}. */

/** Ranks behind all distances that are known. */
const UNKNOWN_HOPS = 1_000

/** Meeting points by this node's own distance, of equal ones the payee's nearest (INV-12), those without a part of this payment first; first with room for the fee, then for the bare amount. */
export function planFor (host: Host, { invoice, way }: Pick<Search, 'invoice' | 'way'>, amount: Units, feeMax: Units, used: ReadonlyMap<MeetingPointId, number> = new Map()): Search['plan'] {
  const known = new Map(host.meetingPoints(invoice.asset, amount, 'to').map(({ id, hops }) => [id, hops]))
  for (const id of invoice.meetingPoints) if (host.hosted.has(id)) known.set(id, 0)
  const uses = (id: MeetingPointId): number => used.get(id) ?? 0
  // By waypoints it is not for this node to know the meeting point, if only the way begins here.
  const rank = (id: MeetingPointId): number => known.get(id) ?? UNKNOWN_HOPS
  const order = invoice.meetingPoints.filter((id) => isDirect(way) ? known.has(id) : canSend(host, { invoice, way }, id, amount)).sort((a, b) => uses(a) - uses(b) || rank(a) - rank(b)).slice(0, MEETING_POINTS_TRIED_MAX)
  const roomy = order.map((meetingPoint) => ({ meetingPoint, exact: false, round: 0, ahead: 0 }))
  return toldAmount(amount, feeMax) === amount ? roomy : [...roomy, ...order.map((meetingPoint) => ({ meetingPoint, exact: true, round: 0, ahead: 0 }))]
}

/** The largest amount as neighbours are told it. @see ROUTE-12 */
export const toldAmount = (amount: Units, feeMax: Units): Units => roundedUp(asUnits(amount + feeMax > UNITS_MAX ? UNITS_MAX : amount + feeMax))

/** What is neither locked nor about to be. */
export function remainingOf (host: Host, search: Search, payment: Payment): Units {
  let sum = 0n
  for (const { amountOut } of host.tables.parts.group(payment.id).values()) sum += amountOut
  for (const { amount } of search.collected) sum += amount
  return subUnitsOrZero(payment.amount, asUnits(sum))
}

/** What is left of the fee that may be paid. */
export function feeLeft (host: Host, search: Search, payment: Payment): Units {
  let sum = 0n
  for (const { amountIn, amountOut } of host.tables.parts.group(payment.id).values()) sum += amountIn - amountOut
  for (const { amountIn, amount } of search.collected) sum += amountIn - amount
  return subUnitsOrZero(payment.feeMax, asUnits(sum))
}

/** Parts that may still be added. */
export const slotsLeft = (host: Host, search: Search): number => PARTS_MAX - host.tables.parts.group(search.paymentId).size - search.collected.length

/** The least that a part may bring, so that the rest fits into the parts that are left. */
export const leastPart = (remaining: Units, slots: number): bigint => slots < 1 ? remaining + 1n : mulDivCeil(remaining, 1n, BigInt(slots))

/** What a lock may bring beyond an amount, by a node's setting. */
export const overpaidMax = ({ overpayPpm }: Host['settings'], amount: Units): Units =>
  asUnits(amount * BigInt(Math.max(0, Math.min(overpayPpm, OVERPAY_PPM_MAX))) / 1_000_000n)

/** The price, or a little more, if the node wants that: as much as the fee limit, the way and the payee allow. @param left - of the fee limit @see ROUTE-43 */
export function withSurplus (host: Host, quote: Quote, amount: Units, amountIn: Units, left: Units): Units {
  const most = minUnits(overpaidMax(host.settings, amount), asUnits(quote.maxOut - amount))
  if (most === 0n) return amountIn
  const grown = quoteIn(quote, asUnits(amount + drawUnits(host.draw, 'surplus', most)))
  return grown === undefined ? amountIn : minUnits(grown, asUnits(amount + left))
}

/** What a part of so many sixteenths brings. */
export const sixteenthsOf = (amount: Units, sixteenths: number): Units => asUnits(mulDivCeil(amount, BigInt(sixteenths), BigInt(WHOLE)))

/** What is asked for next. */
export const askedFor = (payment: Payment, remaining: Units, sixteenths: number): Units => minUnits(remaining, sixteenthsOf(payment.amount, sixteenths))

/** The same amount of a part once more, by a plan made anew. */
export function replanned (host: Host, search: Search, payment: Payment): Search {
  const amount = askedFor(payment, remainingOf(host, search, payment), search.sixteenths)
  return { ...search, plan: planFor(host, search, amount, feeLeft(host, search, payment), usedBy(host, search)), position: 0 }
}

/**
 * A plan for smaller parts, when there is one that could help: as much as a channel of ours could send, after that half
 * of what was asked for, as long as the rest fits into the parts that are left. @see ROUTE-51
 */
export function smaller (host: Host, search: Search, payment: Payment): Search | undefined {
  const remaining = remainingOf(host, search, payment)
  const before = askedFor(payment, remaining, search.sixteenths)
  for (let sixteenths = search.sixteenths === WHOLE ? WHOLE - 1 : search.sixteenths >> 1; sixteenths > 0; sixteenths--) {
    const amount = askedFor(payment, remaining, sixteenths)
    if (amount >= before || amount < leastPart(remaining, slotsLeft(host, search))) continue
    const next = replanned(host, { ...search, sixteenths }, payment)
    if (next.plan.some(({ meetingPoint }) => canSend(host, search, meetingPoint, amount))) return next
  }
  return undefined
}

function canSend (host: Host, { invoice, way }: Pick<Search, 'invoice' | 'way'>, meetingPoint: MeetingPointId, amount: Units): boolean {
  const rest = wayFromHere(host, way)
  return (isDirect(rest) && host.hosted.has(meetingPoint)) || hopsToward(host, { way: rest, meetingPoint, side: 'payer', asset: invoice.asset, amount }, new Set(), host.draw('fitting')).length > 0
}

/** How many parts go over each meeting point. */
function usedBy (host: Host, search: Search): ReadonlyMap<MeetingPointId, number> {
  const used = new Map<MeetingPointId, number>()
  for (const { meetingPoint } of [...host.tables.parts.group(search.paymentId).values(), ...search.collected.map(({ half }) => half)]) used.set(meetingPoint, (used.get(meetingPoint) ?? 0) + 1)
  return used
}

/** The search of a payment that begins. */
export function newSearch (host: Host, asked: Pick<Search, 'paymentId' | 'invoice' | 'way' | 'timeoutMs' | 'deadlineMs'>, amount: Units, feeMax: Units): Search {
  return {
    ...asked,
    plan: planFor(host, asked, amount, feeMax),
    position: 0,
    half: undefined,
    tries: 0,
    hintsUntilMs: host.env.nowMs + HINTS_WAIT_MS,
    sixteenths: WHOLE,
    short: false,
    collected: [],
    set: undefined,
    shares: new Map(),
    over: undefined,
    feeSeen: undefined,
    secondsSeen: undefined,
    lockFailed: undefined,
    reason: isDirect(asked.way) ? 'none of the invoice\'s meeting points is within reach' : 'the chosen way does not begin within reach'
  }
}
