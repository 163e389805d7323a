import { refuse } from '../base/step.js'
import { restartEntries } from './entries.js'
import { watchHeld } from './held.js'
import { openInvoice, onInvoiceExpired } from './payee.js'
import { onPartFailed } from './payer-search.js'
import { fail } from './payer-result.js'
import type { Host } from './tables.js'

/**
 * Brings payments to a state that could have been reached without the stop, after everything was loaded.
 * Half routes, tokens and reservations are gone; locks, hops, parts, invoices and payments are not.
 */
export function restart (host: Host): void {
  const { tables } = host
  for (const hop of [...tables.hops.values()]) {
    const cause = host.peerOf(hop.incoming.channelId)
    const over = hop.outgoingOver || host.offerState(hop.origin) === 'none'
    if (!over && cause !== undefined) tables.flights.set(hop.origin, { cause, channelId: hop.outgoing.channelId, amount: hop.outgoing.amount })
    // ROUTE-47: what was learnt is used again; what never left is given back.
    if (hop.secret !== undefined && !hop.incomingOver) host.fulfil(hop.incoming.channelId, hop.incoming.lockId, hop.secret)
    else if (over && !hop.incomingOver) host.fail(hop.incoming.channelId, hop.incoming.lockId, 'timed-out')
    if (over && hop.incomingOver) tables.hops.delete(hop.origin)
    else if (over !== hop.outgoingOver) tables.hops.set(hop.origin, { ...hop, outgoingOver: over })
  }
  for (const part of [...tables.parts.values()]) {
    if (host.offerState(part.origin) !== 'none') continue
    if (tables.payments.get(part.paymentId)?.status === 'paid') tables.parts.delete(part.origin)
    else onPartFailed(host, part, 'timed-out')
  }
  for (const payment of [...tables.payments.values()]) {
    const open = payment.status === 'pending' || payment.status === 'locked'
    if (open && tables.parts.group(payment.id).size === 0) fail(host, payment, refuse('payment-failed', { reason: 'the node was stopped before anything was locked' }))
  }
  for (const invoice of [...tables.invoices.values()]) {
    if (invoice.status !== 'open') continue
    if (invoice.expiresMs <= host.env.nowMs) { onInvoiceExpired(host, invoice.id); continue }
    // INV-16: attempts that were opened before the stop may be used already.
    const entity = { ...invoice, meetingPoints: invoice.meetingPoints.map((at) => ({ ...at, attempt: at.attempt + 1 })) }
    tables.invoices.set(entity.id, entity)
    openInvoice(host, entity)
    watchHeld(host, entity.id) // ROUTE-50: parts that are held are held on
  }
  restartEntries(host)
}
