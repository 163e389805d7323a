import { fromHex, toHex } from '../base/bytes.js'
import type { ChannelId, MeetingPointId } from '../base/ids.js'
import { addUnits } from '../base/money.js'
import { invariant } from '../base/invariant.js'
import type { FailReason, Lock } from '../channel/lock.js'
import { addScalars, opens } from '../crypto/curve.js'
import { maskMessage, openMessage } from '../crypto/lock-message.js'
import { claimable } from './deadlines.js'
import { forgetHalf } from './half-route.js'
import { OVERPAID_FACTOR_MAX } from './limits.js'
import { openRoute, updateRoute, usedRoute } from './open-route.js'
import { close, openAfterLock, readTweaks } from './payee.js'
import { messageKey } from './session.js'
import { ANSWERS_AHEAD, CLAIM_WINDOW, POINTS_AHEAD, POINTS_PER_ANSWER } from './stream-limits.js'
import { answerBytes, blindAt, readLockNumber, readStreamMessage, secretAt, signPoints, tweakAt } from './stream-session.js'
import type { OpenLink, OpenRoute, Stream } from './stream-tables.js'
import type { Half, Host, InvoiceEntity } from './tables.js'

/** The payee of an invoice that can be paid many times: each lock is claimed by itself, and answered with points for more. */

/** The first lock of a route. @param before - the link that it came by */
export function onStreamLock (host: Host, channelId: ChannelId, lock: Lock, half: Half, before: OpenLink): void {
  const { from, meetingPoint, asset } = half
  invariant(from.type === 'payee', 'an invoice\'s lock comes on a half of its payee')
  const { invoiceId, attempt, blind } = from
  forgetHalf(host, half)
  const seeds = readTweaks(half, lock)
  const claimed = seeds === undefined ? 'refused' : claimLock(host, channelId, lock, { invoiceId, meetingPoint, attempt, blind, tweaks: seeds.map((seed) => tweakAt(seed, 0)) })
  if (seeds === undefined || typeof claimed === 'string') host.fail(channelId, lock.terms.id, typeof claimed === 'string' ? claimed : 'refused')
  else if (claimed.claimed < claimed.times) {
    const route = openRoute(host, { role: { type: 'payee', invoiceId, meetingPoint, attempt, seeds, issued: Math.max(1, claimed.base - 1) }, asset, before, after: undefined })
    if (route !== undefined) givePoints(host, route, claimed)
  }
  openAfterLock(host, invoiceId, meetingPoint, half.id)
}

/** A lock has come on an open route that ends here. @see ROUTE-73 */
export function onStreamLockAgain (host: Host, channelId: ChannelId, lock: Lock, route: OpenRoute): void {
  const { role, highest } = route
  const { terms } = lock
  const index = readLockNumber(terms.routeId, terms.onion, highest)
  const entity = role.type === 'payee' ? host.tables.invoices.get(role.invoiceId) : undefined
  if (role.type !== 'payee' || index === undefined || entity === undefined) { host.fail(channelId, terms.id, 'no-route'); return }
  const used = usedRoute(host, route, index)
  const { invoiceId, meetingPoint, attempt } = role
  const claimed = claimLock(host, channelId, lock, { invoiceId, meetingPoint, attempt, blind: blindAt(entity.session, meetingPoint, attempt, index), tweaks: role.seeds.map((seed) => tweakAt(seed, index)) })
  if (typeof claimed === 'string') host.fail(channelId, terms.id, claimed)
  else if (claimed.claimed < claimed.times) givePoints(host, used, claimed)
}

interface Expected { readonly invoiceId: InvoiceEntity['id'], readonly meetingPoint: MeetingPointId, readonly attempt: number, readonly blind: Uint8Array, readonly tweaks: readonly Uint8Array[] }

/** Claims a lock, if it is one payment of its invoice; else says why not. @see ROUTE-40, INV-23 */
function claimLock (host: Host, channelId: ChannelId, lock: Lock, expected: Expected): Stream | FailReason {
  const { terms } = lock
  const { invoiceId, meetingPoint, attempt, blind, tweaks } = expected
  const entity = host.tables.invoices.get(invoiceId)
  const stream = host.tables.streams.get(invoiceId)
  if (entity === undefined || stream === undefined || entity.status !== 'open' || entity.expiresMs <= host.env.nowMs) return 'no-route'
  if (!claimable(host.env, host.settings, terms.expiry)) return 'expired' // ROUTE-41
  const plain = openMessage(tweaks.reduce(maskMessage, terms.message), messageKey(entity.session, meetingPoint, attempt))
  const message = plain === undefined ? undefined : readStreamMessage(plain)
  if (message === undefined || message.attempt !== attempt || message.amount !== entity.amount) return 'refused'
  if (terms.amount < entity.amount || terms.amount > entity.amount * OVERPAID_FACTOR_MAX) return 'refused'
  const { number } = message
  if (!isUnclaimed(stream, number)) return 'refused'
  const secret = addScalars(secretAt(stream, entity.secret, number), tweaks.reduce(addScalars, blind))
  if (!opens(secret, terms.point)) return 'refused'
  const after = withClaimed({ ...stream, claimed: stream.claimed + 1, received: addUnits(stream.received, terms.amount) }, number)
  host.tables.streams.set(invoiceId, after) // INV-23: in the step in which z is shown
  if (after.claimed === after.times) {
    close(host, { ...entity, status: 'paid', received: after.received, paidMs: host.env.nowMs })
    host.notify({ type: 'invoice:paid', invoiceId })
  }
  host.fulfil(channelId, terms.id, secret)
  return after
}

const bitsOf = ({ window }: Stream): bigint => BigInt(`0x${toHex(window)}`)

/** INV-23 */
const isUnclaimed = (stream: Stream, number: number): boolean =>
  number <= stream.times && number >= stream.base && number < stream.base + CLAIM_WINDOW && (bitsOf(stream) >> BigInt(number - stream.base) & 1n) === 0n

function withClaimed (stream: Stream, number: number): Stream {
  let { base } = stream
  let bits = bitsOf(stream) | 1n << BigInt(number - base)
  while ((bits & 1n) === 1n) {
    bits >>= 1n
    base++
  }
  return { ...stream, base, window: fromHex(bits.toString(16).padStart(CLAIM_WINDOW / 4, '0')) }
}

/** Sends the points that the payer may need soon: whole lists, ahead of what is claimed. @see INV-23, ROUTE-75 */
function givePoints (host: Host, route: OpenRoute, stream: Stream): void {
  const { role, before } = route
  const entity = host.tables.invoices.get(stream.invoiceId)
  if (role.type !== 'payee' || before === undefined || entity === undefined) return
  let { answers } = route
  let { issued } = role
  for (;;) {
    const count = Math.min(POINTS_PER_ANSWER, stream.times - issued)
    if (count < 1 || stream.base + POINTS_AHEAD - 1 - issued < count || answers >= route.locks + ANSWERS_AHEAD) break
    const signed = signPoints(stream, entity.secret, issued + 1, count, host.draw('signature'))
    host.sendRoute(before.peer, { type: 'answer', routeId: before.routeId, bytes: answerBytes({ ...role, session: entity.session }, role.seeds, answers, signed) })
    issued += count
    answers++
  }
  if (issued > role.issued) updateRoute(host, route, { role: { ...role, issued }, answers })
}
