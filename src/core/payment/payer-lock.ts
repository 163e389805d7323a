import type { OriginId, RouteId } from '../base/ids.js'
import { invariant } from '../base/invariant.js'
import { isRefusal, refuse, type Refusal } from '../base/step.js'
import { addMulG, addScalars, mulG, subScalars } from '../crypto/curve.js'
import { maskMessage, sealMessage } from '../crypto/lock-message.js'
import { clockOf } from './clocks.js'
import { startExpiry } from './deadlines.js'
import { crossingOnion, forgetWithPartner } from './forwarder.js'
import { drawId, drawScalar } from './half-route.js'
import { LOCK_MESSAGE_VERSION, lockMessageBytes, messageKey } from './session.js'
import { streamMessageBytes, tweakAt } from './stream-session.js'
import type { Collected, FirstHop, Host, Part, Payment, Search } from './tables.js'

/**
 * Locks one way: offers the payer's lock, and writes the part in its place.
 *
 * @param whole - it is the whole payment; else it is one part of a set, with a share of what opens all
 * @returns the search with the share in it, or why nothing was offered
 */
export function lockPart (host: Host, search: Search, payment: Payment, way: Collected, whole: boolean): Search | Refusal {
  const { half, via, channelId, amount, amountIn } = way
  const tweaks = half.open === true ? way.tweaks.map((seed) => tweakAt(seed, 0)) : way.tweaks // ROUTE-71
  const { from } = half
  invariant(from.type === 'payer', 'a way of a payment was looked for by its payer')
  const hop = firstHop(host, via)
  forgetWithPartner(host, half) // A route is for one lock; its place is taken by the part.
  const split = whole ? search : withSet(host, search)
  const share = whole ? undefined : shareFor(host, split, payment, way)
  const blinds = [...tweaks, ...(whole ? [] : [split.set!.secret])]
  const blind = blinds.reduce(addScalars, from.blind)
  const point = addMulG(payment.point, blind)
  const expiry = startExpiry(host.env, host.settings, clockOf(host, channelId), way.expiryDeltaSeconds, host.draw('begin'))
  invariant(point !== undefined, 'a point and a sum of fresh tweaks do not cancel out')
  if (hop === undefined || expiry === undefined) return refuse('busy', { what: 'ways that are gone', limit: 0 })
  const plain = search.number !== undefined ? streamMessageBytes({ amount, attempt: from.attempt, number: search.number }) : lockMessageBytes({
    version: LOCK_MESSAGE_VERSION,
    amount,
    attempt: from.attempt,
    total: payment.amount,
    set: share === undefined ? undefined : { point: split.set!.point, share }
  })
  const sealed = sealMessage(plain, messageKey(search.invoice.session, half.meetingPoint, from.attempt))
  const origin = drawId<OriginId>(host.draw, 'origin')
  const part: Part = { origin, paymentId: payment.id, meetingPoint: half.meetingPoint, attempt: from.attempt, channelId, amountIn, amountOut: amount, blind }
  host.tables.parts.set(origin, part)
  // The payer's half of the masks is on the message already.
  const refused = host.offer(channelId, { amount: amountIn, expiry, point, routeId: hop.routeId, message: tweaks.reduce(maskMessage, sealed), onion: hop.onion }, origin)
  if (refused !== undefined) {
    host.tables.parts.delete(origin)
    return refused
  }
  return share === undefined ? split : { ...split, shares: new Map([...split.shares, [origin, share]]) }
}

export const isNotLocked = (locked: Search | Refusal): locked is Refusal => isRefusal(locked)

const NO_ONION = new Uint8Array(0)

/** Route id and onion of the first lock; at a payer that is the meeting point they are those of the payee's half. */
function firstHop (host: Host, via: FirstHop): { readonly routeId: RouteId, readonly onion: Uint8Array } | undefined {
  if ('peer' in via) return { routeId: via.routeId, onion: NO_ONION }
  const { crossing, payee } = via
  return payee.from.type === 'link' ? { routeId: payee.from.routeId, onion: crossingOnion(host, crossing, payee) } : undefined
}

/** x is drawn when the first part is locked, and stays: parts that come back are replaced within the same set. */
function withSet (host: Host, search: Search): Search {
  if (search.set !== undefined) return search
  const secret = drawScalar(host.draw, 'set')
  return { ...search, set: { secret, point: mulG(secret) } }
}

/** Shares are random; the one that completes the amount is what is missing of x. @see ROUTE-50 */
function shareFor (host: Host, search: Search, payment: Payment, way: Collected): Uint8Array {
  invariant(search.set !== undefined, 'a part belongs to a set')
  let sum: bigint = way.amount
  let missing = search.set.secret
  for (const { origin, amountOut } of host.tables.parts.group(payment.id).values()) {
    const share = search.shares.get(origin)
    invariant(share !== undefined, 'every live part has its share')
    sum += amountOut
    missing = subScalars(missing, share)
  }
  return sum === payment.amount ? missing : drawScalar(host.draw, 'share')
}
