import type { ChannelId, InvoiceId } from '../base/ids.js'
import { asUnits, type Units } from '../base/money.js'
import { toHex } from '../base/bytes.js'
import type { FailReason } from '../channel/lock.js'
import { addScalars, isScalar, opens } from '../crypto/curve.js'
import { claimable } from './deadlines.js'
import { HELD_PER_INVOICE_MAX, PARTS_MAX, PARTS_WAIT_MS } from './limits.js'
import { heldKey, type Held, type Host } from './tables.js'

/**
 * What a payee holds back of payments in parts: nothing is claimed before all parts of a set are here, because only
 * their shares together open any of them. @see ROUTE-50
 */

/** A lock to be claimed. */
export interface Claim { readonly channelId: ChannelId, readonly lockId: number, readonly secret: Uint8Array }

export const heldTimer = (id: InvoiceId): string => `payment/held/${id}`

const setOf = (host: Host, { invoiceId, set }: Held): readonly Held[] => {
  const name = toHex(set)
  return [...host.tables.held.group(invoiceId).values()].filter((held) => toHex(held.set) === name)
}

const sumOf = (parts: readonly Held[], of: 'amount' | 'brought'): bigint => parts.reduce((sum, part) => sum + part[of], 0n)

/**
 * Holds a part back, or gives it back when there are too many or they would bring too much.
 *
 * @returns what to claim when its set is complete
 */
export function holdPart (host: Host, held: Held): { readonly claims: readonly Claim[], readonly brought: Units } | undefined {
  const { tables } = host
  const total = tables.invoices.get(held.invoiceId)?.amount ?? 0n
  const others = setOf(host, held)
  const sum = sumOf(others, 'amount') + held.amount
  if (others.length >= PARTS_MAX || tables.held.group(held.invoiceId).size >= HELD_PER_INVOICE_MAX || sum > total) {
    host.fail(held.channelId, held.lockId, 'refused')
    return undefined
  }
  tables.held.set(heldKey(held.channelId, held.lockId), held)
  watchHeld(host, held.invoiceId)
  return sum === total ? gather(host, [...others, held]) : undefined
}

/** The secrets of a complete set. Parts that could not be claimed in time are given back, and those that open nothing: all. */
function gather (host: Host, parts: readonly Held[]): { readonly claims: readonly Claim[], readonly brought: Units } | undefined {
  const late = parts.filter(({ expiry }) => !claimable(host.env, host.settings, expiry))
  if (late.length > 0) {
    giveBackHeld(host, late, 'expired') // ROUTE-41
    return undefined
  }
  const [first] = parts
  const secret = host.tables.invoices.get(first!.invoiceId)!.secret
  const shared = parts.map(({ share }) => share).reduce(addScalars)
  if (!isScalar(shared) || !opens(shared, first!.set)) {
    giveBackHeld(host, parts, 'refused')
    return undefined
  }
  const claims = parts.map(({ channelId, lockId, shift }) => ({ channelId, lockId, secret: addScalars(addScalars(secret, shared), shift) }))
  return { claims, brought: asUnits(sumOf(parts, 'brought')) }
}

/** Gives parts back that are held. */
export function giveBackHeld (host: Host, parts: readonly Held[], reason: FailReason): void {
  for (const { channelId, lockId } of parts) {
    host.tables.held.delete(heldKey(channelId, lockId))
    host.fail(channelId, lockId, reason)
  }
}

/** When the oldest set of an invoice has waited long enough; a part that comes gives its set time again. */
const dueMs = (parts: readonly Held[]): number => Math.max(...parts.map(({ heldMs }) => heldMs)) + PARTS_WAIT_MS

/** Sets an invoice's timer by what is held for it. */
export function watchHeld (host: Host, invoiceId: InvoiceId): void {
  const parts = [...host.tables.held.group(invoiceId).values()]
  if (parts.length === 0) host.clearTimer(heldTimer(invoiceId))
  else host.setTimer(heldTimer(invoiceId), Math.max(host.env.nowMs + 1, Math.min(...parts.map((part) => dueMs(setOf(host, part))))))
}

/** Sets that are still not complete are given back, as a whole. @see ROUTE-50 */
export function onHeldTimer (host: Host, invoiceId: InvoiceId): void {
  for (const part of [...host.tables.held.group(invoiceId).values()]) {
    if (!host.tables.held.has(heldKey(part.channelId, part.lockId))) continue
    const set = setOf(host, part)
    if (dueMs(set) <= host.env.nowMs) giveBackHeld(host, set, 'timed-out')
  }
  watchHeld(host, invoiceId)
}

/** A lock that is held has ended without us: it was taken back after its expiry. */
export function onHeldRemoved (host: Host, channelId: ChannelId, lockId: number): void {
  const held = host.tables.held.get(heldKey(channelId, lockId))
  if (held === undefined) return
  host.tables.held.delete(heldKey(channelId, lockId))
  watchHeld(host, held.invoiceId)
}
