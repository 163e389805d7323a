import { invariant, unreachable } from '../base/invariant.js'
import type { ChannelId, InvoiceId, MeetingPointId, OriginId, PeerId, RequestId, RouteId } from '../base/ids.js'
import type { Refusal } from '../base/step.js'
import type { FailReason, Lock } from '../channel/lock.js'
import { failHop, forgetWithPartner, forwardAtMeetingPoint, forwardOnPayeeHalf, forwardOnPayerHalf, incomingRemoved, onCancel, onHaveNoRoute, onHaveRoute, onMatched, outgoingSettled, settleHop } from './forwarder.js'
import * as entries from './entries.js'
import { cancelHalf, endHalf, forgetHalf, halfOf, onNoRoute, onwardOf, tellCancel } from './half-route.js'
import { OUTCOMES_PER_STEP_MAX } from './limits.js'
import { onMakeRoute } from './make-route.js'
import { closeMeetingPoint } from './meeting-point.js'
import type { RouteMessage } from './messages.js'
import * as held from './held.js'
import { forwardOnOpenRoute } from './open-forward.js'
import { onAnswer, onRouteEnded, onRoutesLost, onRouteTimer, routeOf } from './open-route.js'
import * as payee from './payee.js'
import { onStreamLock, onStreamLockAgain } from './payee-stream.js'
import * as payer from './payer.js'
import * as search from './payer-search.js'
import * as stream from './payer-stream.js'
import { restart as restartAll } from './restart.js'
import { LOCK_NUMBER_BYTES } from './stream-limits.js'
import type { OpenLink, OpenRoute } from './stream-tables.js'
import type { Half, Host, Part } from './tables.js'

export { invoiceView, leftovers, parseInvoiceId, paymentView, type InvoiceView, type PaymentView } from './views.js'
export { paymentIdOf, type PayRequest } from './payer.js'
export type { PaidResult } from './payer-result.js'
export type { InvoiceRequest } from './payee.js'
export { entryView, type EntryRequest, type EntryView } from './entries.js'

/**
 * Payments: half routes from both ends to a meeting point, and the locks that follow them.
 *
 * In reading order: `host` (what is used of the node), `messages`, `quote`, `deadlines`, `invoice`, `session` (what the
 * ends share), `tables` (entities), `reservations`, `clocks`, `waypoint-entry`, `waypoints`, `half-route` (the search), `meeting-point`, `make-route`,
 * `forwarder` (a hop), `held` (parts that wait), `payee`, `entries` (being a waypoint for others), `payer-result`, `payer-plan`, `payer-lock`, `payer-search`, `payer`; routes that stay open: `stream-limits`, `stream-tables`, `stream-session` (what follows from numbers), `open-route`, `open-forward`, `payee-stream`, `payer-stream`; `restart`, `views`, `limits`; and this file, where the node calls in.
 *
 * What one payment costs in multiplications of points (the rest is hashing); a retry pays its own row again:
 *
 * | who | route | lock and settlement |
 * | --- | --- | --- |
 * | payer | 1 match point, 2 key pair, 2 token, 1 for each layer of the onion, 1 pair check | 1 lock point, 1 proof |
 * | hop of the payer half | 2 key pair, 2 token (with waypoints ahead 4, and 6 for each), 2 onion | 1 lock point, 1 secret |
 * | meeting point | 2 tokens opened, 2 onion to the payer | 1 lock point, 2 onion to the payee, 1 secret |
 * | hop of the payee half | 2 key pair, 2 token | 1 lock point, 2 onion, 1 secret |
 * | payee | 1 match point, 2 key pair, 2 token a half opened | 1 for each layer, 1 pair check, 1 lock point |
 */

/** Runs one entry and what follows inside this folder; a step that failed leaves nothing behind for the next. */
function entering<R> (host: Host, action: () => R): R {
  const { outcomes } = host.tables
  outcomes.length = 0
  const result = action()
  for (let count = 0; outcomes.length > 0; count++) {
    invariant(count < OUTCOMES_PER_STEP_MAX, 'a step causes a bounded number of outcomes of half routes')
    const outcome = outcomes.shift()!
    switch (outcome.type) {
      case 'routed': search.onPayerRouted(host, outcome); break
      case 'matched': payee.onOwnMatched(host, outcome.half); break
      case 'locked': stream.onStreamLocked(host, outcome.paymentId, outcome.way); break
      case 'ended': stream.onStreamEnded(host, outcome.paymentId, outcome.why); break
      case 'failed': {
        if (outcome.half.from.type === 'entry') entries.onStandingFailed(host, outcome.half, outcome.reason)
        else if (outcome.half.side === 'payer') search.onPayerFailed(host, outcome.half, outcome.reason)
        else payee.onOwnFailed(host, outcome.half, outcome.reason)
        break
      }
      default: unreachable(outcome)
    }
  }
  return result
}

/** Makes an invoice and opens its halves. */
export const createInvoice = (host: Host, request: payee.InvoiceRequest): ReturnType<typeof payee.createInvoice> =>
  entering(host, () => payee.createInvoice(host, request))

/** Closes an open invoice. Undefined when done. */
export const cancelInvoice = (host: Host, id: InvoiceId): Refusal | undefined => entering(host, () => payee.cancelInvoice(host, id))

/** Publishes an entry, by which others can name this node as a waypoint. */
export const publishEntry = (host: Host, request: entries.EntryRequest): ReturnType<typeof entries.publishEntry> => entering(host, () => entries.publishEntry(host, request))

/** Ends an entry. Undefined when done. */
export const withdrawEntry = (host: Host, key: MeetingPointId): Refusal | undefined => entering(host, () => entries.withdrawEntry(host, key))

/** Pays; answered later through `host.answer`. */
export const pay = (host: Host, requestId: RequestId, request: payer.PayRequest): void => { entering(host, () => { payer.pay(host, requestId, request) }) }

/** A message of a link neighbour on the route stream. */
export function onRouteMessage (host: Host, peer: PeerId, message: RouteMessage): void {
  entering(host, () => {
    switch (message.type) {
      case 'makeRoute': onMakeRoute(host, peer, message); break
      case 'haveRoute': onHaveRoute(host, peer, message); break
      case 'matched': onMatched(host, peer, message); break
      case 'haveNoRoute': onHaveNoRoute(host, peer, message); onOpenEnded(host, peer, message); break
      case 'cancel': onCancel(host, peer, message); onOpenEnded(host, peer, message); break
      case 'answer': {
        const route = onAnswer(host, peer, message)
        if (route !== undefined) stream.onStreamAnswer(host, route, message.bytes)
        break
      }
      default: unreachable(message)
    }
  })
}

/** A neighbour has ended a route that is open: its payer, if that is here, goes on without it. */
function onOpenEnded (host: Host, peer: PeerId, { routeId }: { readonly routeId: RouteId }): void {
  onRouteEnded(host, peer, routeId)
  stream.onStreamRouteGone(host)
}

/** A lock of a neighbour is irrevocable: it is forwarded, claimed or given back in this step. @see ROUTE-40 */
export function onLockReceived (host: Host, channelId: ChannelId, lock: Lock): void {
  entering(host, () => {
    const peer = host.peerOf(channelId)
    // Payer half: the neighbour made the id. Payee half: this node did.
    const half = peer === undefined ? undefined : payerHalfOf(host, peer, lock) ?? payeeHalfOf(host, peer, lock)
    const route = peer === undefined || lock.terms.onion.length !== LOCK_NUMBER_BYTES ? undefined : routeOf(host, 'openBefore', peer, lock.terms.routeId)
    if (route !== undefined) onLockAgain(host, channelId, lock, route)
    // The half of an entry is never matched, so no lock belongs on it. ROUTE-96
    else if (half === undefined || half.from.type === 'entry') host.fail(channelId, lock.terms.id, 'no-route')
    else if (half.side === 'payee') onPayeeHalfLock(host, channelId, lock, half)
    else if (half.place.status === 'matched') onCrossingLock(host, channelId, lock, half)
    else forwardOnPayerHalf(host, channelId, lock, half)
  })
}

/** A lock on a route that is open already. */
function onLockAgain (host: Host, channelId: ChannelId, lock: Lock, route: OpenRoute): void {
  if (route.role.type === 'payee') onStreamLockAgain(host, channelId, lock, route)
  else forwardOnOpenRoute(host, channelId, lock, route)
}

function payerHalfOf (host: Host, peer: PeerId, lock: Lock): Half | undefined {
  const half = halfOf(host, 'inward', peer, lock.terms.routeId)
  return half?.side === 'payer' ? half : undefined
}

function payeeHalfOf (host: Host, peer: PeerId, lock: Lock): Half | undefined {
  const half = halfOf(host, 'outward', peer, lock.terms.routeId)
  return half?.side === 'payee' ? half : undefined
}

function onPayeeHalfLock (host: Host, channelId: ChannelId, lock: Lock, half: Half): void {
  const to = onwardOf(half)
  if (half.from.type === 'link') forwardOnPayeeHalf(host, channelId, lock, half)
  else onOwnLock(host, channelId, lock, half, to === undefined ? undefined : { peer: to.peer, routeId: to.routeId, side: 'payee' })
}

/** A lock on a half of an invoice of ours. @param before - the link that it came by */
function onOwnLock (host: Host, channelId: ChannelId, lock: Lock, half: Half, before: OpenLink | undefined): void {
  const isStream = half.from.type === 'payee' && host.tables.streams.has(half.from.invoiceId)
  if (isStream && before !== undefined) onStreamLock(host, channelId, lock, half, before)
  else payee.onPayeeLock(host, channelId, lock, half)
}

/** A lock has reached the meeting point hosted here. */
function onCrossingLock (host: Host, channelId: ChannelId, lock: Lock, half: Half): void {
  const { place } = half
  const partner = place.status === 'matched' ? host.tables.halves.get(place.partner) : undefined
  if (place.status !== 'matched' || place.crossing === undefined || partner === undefined) {
    forgetHalf(host, half)
    host.fail(channelId, lock.terms.id, 'no-route')
  } else if (partner.from.type === 'payee') {
    forgetWithPartner(host, half)
    onOwnLock(host, channelId, lock, partner, half.from.type === 'link' ? { peer: half.from.peer, routeId: half.from.routeId, side: 'payer' } : undefined)
  } else forwardAtMeetingPoint(host, channelId, lock, half, place.crossing, partner)
}

/** A valid t of a lock that this node offered. */
export function onSecretLearnt (host: Host, channelId: ChannelId, lock: Lock, secret: Uint8Array): void {
  entering(host, () => {
    const { origin } = lock
    invariant(origin !== undefined, `a lock offered on ${channelId} has an origin`)
    const hop = host.tables.hops.get(origin)
    const part = host.tables.parts.get(origin)
    if (hop !== undefined) settleHop(host, hop, secret)
    else if (part !== undefined) search.onPartSecret(host, part, secret)
  })
}

/** A lock that this node offered has ended for certain without being paid. */
export function onOfferFailed (host: Host, origin: OriginId, reason: FailReason, _sent: boolean): void {
  entering(host, () => {
    const hop = host.tables.hops.get(origin)
    const part = host.tables.parts.get(origin)
    if (hop !== undefined) failHop(host, hop, reason)
    else if (part !== undefined && !stream.onStreamPartFailed(host, part, reason)) search.onPartFailed(host, part, reason)
  })
}

/** A lock that this node offered was paid, and its removal is irrevocable. */
export function onOfferSettled (host: Host, origin: OriginId): void {
  entering(host, () => {
    const hop = host.tables.hops.get(origin)
    const part = host.tables.parts.get(origin)
    if (hop !== undefined) outgoingSettled(host, hop)
    else if (part !== undefined) search.onPartSettled(host, part)
  })
}

/** The removal of a lock that this node received is irrevocable. */
export function onLockRemoved (host: Host, channelId: ChannelId, id: number, _how: 'fulfilled' | 'failed' | 'expired'): void {
  entering(host, () => {
    incomingRemoved(host, channelId, id)
    held.onHeldRemoved(host, channelId, id)
  })
}

/** A timer of this folder. A key whose matter has ended is not an error: timers are set and cleared in other batches. */
export function onPaymentTimer (host: Host, key: string): void {
  entering(host, () => {
    const [, what, id = '', more = ''] = key.split('/')
    switch (what) {
      case 'half': onHalfTimer(host, id); break
      case 'pay': payer.onPayTimeout(host, id); break
      case 'collect': search.lockCollected(host, id); break
      case 'hints': search.onHintsTimer(host, id); break
      case 'held': held.onHeldTimer(host, id as InvoiceId); break
      case 'open': payee.openHalf(host, id as InvoiceId, more as MeetingPointId); break
      case 'standing': entries.refreshStanding(host, id as MeetingPointId); break
      case 'route': {
        onRouteTimer(host, id)
        stream.onStreamRouteGone(host)
        break
      }
      case 'waiting': stream.onWaitingTimer(host, id as InvoiceId); break
      case 'expire': payee.onInvoiceExpired(host, id as InvoiceId); break
      default: invariant(false, `a payment timer is for a half, a payment, an invoice or an entry, not ${key}`)
    }
  })
}

/** The time of a half is over: what that means depends on where it stands. Every node uses its own clock. @see ROUTE-19 */
function onHalfTimer (host: Host, id: string): void {
  const half = host.tables.halves.get(id)
  if (half === undefined) return
  const { place } = half
  switch (place.status) {
    case 'searching': {
      tellCancel(host, half)
      onNoRoute(host, half, 'expired', 0)
      break
    }
    // The reservation is over: cancel onward, answer backward.
    case 'routed': {
      tellCancel(host, half)
      endHalf(host, half, 'expired')
      break
    }
    case 'placed': cancelHalf(host, half); break
    // A payee's own half that nobody locked on has done its duty: the next one is open already.
    case 'reserved': forgetHalf(host, half); break
    case 'waiting': {
      if (half.side === 'payer' || place.token === undefined) endHalf(host, half, 'no-match')
      else forgetHalf(host, half)
      break
    }
    case 'matched': {
      if (half.from.type === 'payee') forgetHalf(host, half)
      else endHalf(host, half, 'expired')
      break
    }
    case 'new': break
    default: unreachable(place)
  }
}

/** The connection to a neighbour is gone: its halves end, and halves that it was asked for look elsewhere. */
export function onPeerDisconnected (host: Host, peer: PeerId): void {
  entering(host, () => {
    for (const { half: id } of [...host.tables.inward.group(peer).values()]) {
      const half = host.tables.halves.get(id)
      if (half !== undefined) cancelHalf(host, half)
    }
    for (const { half: id } of [...host.tables.outward.group(peer).values()]) {
      const half = host.tables.halves.get(id)
      if (half !== undefined && onwardOf(half) !== undefined) onNoRoute(host, half, 'busy', 0)
    }
    onRoutesLost(host, peer)
    takeBackUnsent(host, peer)
    stream.onStreamRouteGone(host)
  })
}

/** Offers that still wait for a round with a neighbour that is gone: taken back, so that the money behind them is not held up. @see ROUTE-38 */
function takeBackUnsent (host: Host, peer: PeerId): void {
  for (const [origin, { channelId }] of [...host.tables.flights.entries()]) {
    const hop = host.tables.hops.get(origin)
    if (hop !== undefined && host.peerOf(channelId) === peer && host.offerState(origin) === 'queued' && host.cancelOffer(origin)) failHop(host, hop, 'busy')
  }
  for (const part of [...host.tables.parts.values()]) {
    if (host.peerOf(part.channelId) === peer && host.offerState(part.origin) === 'queued' && host.cancelOffer(part.origin)) cameBack(host, part)
  }
}

function cameBack (host: Host, part: Part): void {
  if (!stream.onStreamPartFailed(host, part, 'busy')) search.onPartFailed(host, part, 'busy')
}

/** A neighbour is connected: own halves that stand nowhere are opened. */
export const onPeerConnected = (host: Host, _peer: PeerId): void => { entering(host, () => { payee.reopenMissing(host); entries.reopenStandings(host) }) }

/** A meeting point is no longer hosted here. */
export const onHostedStopped = (host: Host, meetingPoint: MeetingPointId): void => { entering(host, () => { closeMeetingPoint(host, meetingPoint) }) }

/** After everything was loaded, before the first other entry. */
export const restart = (host: Host): void => { entering(host, () => { restartAll(host) }) }
