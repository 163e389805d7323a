import { whyFailed } from '../channel/channel.js'
import type { Lock } from '../channel/lock.js'
import { isUncertain } from '../channel/time.js'
import { linkView } from '../link/views.js'
import { entryView } from '../payment/entries.js'
import { parseInvoice } from '../payment/invoice.js'
import { paymentIdOf } from '../payment/payer.js'
import { invoiceView, leftovers as paymentLeftovers, paymentView, type PaymentView } from '../payment/views.js'
import type { Part, Payment } from '../payment/tables.js'
import { isRefusal } from '../base/step.js'
import type { Network } from './genesis.js'
import { meetingPointViews, rosterView } from '../routing/views.js'
import { backupContent, chainWarnings, channelViews, resumeOf, walletBalances, walletSends } from './chain-view.js'
import type { NodeView } from './core.js'
import { preparedFundings } from './fundings.js'
import type { Hosts } from './hosts.js'
import type { NodeState } from './state.js'

export function createView (hosts: Hosts, state: NodeState, network: Network): NodeView {
  const payment = (id: string): PaymentView | undefined => {
    const found = state.payment.payments.get(id)
    return found === undefined ? undefined : viewOf(hosts, state, found)
  }
  return {
    links: () => [...state.link.links.values()].map((link) => linkView(hosts.link, link)),
    channels: () => channelViews(hosts),
    invoices: () => [...state.payment.invoices.values()].map((invoice) => invoiceView(hosts.payment, invoice)),
    invoice (id) {
      const invoice = state.payment.invoices.get(id)
      return invoice === undefined ? undefined : invoiceView(hosts.payment, invoice)
    },
    payments: () => [...state.payment.payments.values()].map((one) => viewOf(hosts, state, one)),
    payment,
    paymentOfInvoice (text) {
      const invoice = parseInvoice(text, network)
      return isRefusal(invoice) ? undefined : payment(paymentIdOf(invoice.id))
    },
    readInvoice (text) {
      const invoice = parseInvoice(text, network)
      if (isRefusal(invoice)) return invoice
      const { id, asset, amount, description, createdMs, expiresMs, times } = invoice
      return { id, asset, amount, description, createdMs, expiresMs, times }
    },
    meetingPoints: () => meetingPointViews(hosts.routing),
    roster: () => rosterView(hosts.routing),
    waypoints: () => [...state.payment.entries.values()].map((entry) => entryView(hosts.payment, entry)),
    walletBalances: () => walletBalances(hosts),
    walletSends: (chain) => walletSends(hosts, chain),
    backupContent: (createdMs) => backupContent(hosts, network, createdMs),
    resume: (chain) => resumeOf(hosts, chain),
    warnings: () => [...warningsOf(hosts, state), ...chainWarnings(hosts)],
    rawChannels: () => [...state.channel.channels.values()],
    locksOf: (channelId) => [...state.channel.locks.group(channelId).values()],
    leftovers: () => ({ locks: state.channel.locks.size, waits: hosts.waits.size, fundings: preparedFundings(hosts), ...paymentLeftovers(hosts.payment) })
  }
}

/** A payment as people see it; why its outcome stays open, when a neighbour holds its lock. @see CHAN-24 */
function viewOf (hosts: Hosts, state: NodeState, payment: Payment): PaymentView {
  const view = paymentView(hosts.payment, payment)
  const held = view.status === 'locked' ? [...state.payment.parts.group(view.id).values()].find((part) => heldUp(hosts, state, part) !== undefined) : undefined
  return held === undefined ? view : { ...view, reason: `uncertain: ${state.channel.channels.get(held.channelId)?.peer ?? 'the neighbour'} neither pays nor gives back a lock of ${held.amountIn}; ask it, the signed statement is the evidence` }
}

/** The lock of a part, when it is long over and has not ended. */
function heldUp (hosts: Hosts, state: NodeState, part: Part): Lock | undefined {
  return [...state.channel.locks.group(part.channelId).values()].find((lock) => lock.origin === part.origin && isUncertain(hosts.channel, lock))
}

/** What someone should look at: bugs that froze a channel, peers that broke the protocol, clocks that disagree. */
function warningsOf (hosts: Hosts, state: NodeState): readonly string[] {
  const warnings: string[] = []
  for (const { id, peer, frozen, status, failure, state: { kind } } of state.channel.channels.values()) {
    if (frozen !== undefined) warnings.push(`channel ${id} is frozen after a fault of this program; its state is in ${frozen}`)
    if (status === 'failed') warnings.push(kind === 'chain' ? `channel ${id} with ${peer} is being closed on its chain: ${whyFailed(failure)}` : `channel ${id}: ${peer} broke the protocol; the signed evidence is kept`)
  }
  for (const { id, reason, status } of [...state.payment.payments.values()].map((one) => viewOf(hosts, state, one))) {
    if (status === 'locked' && reason !== undefined) warnings.push(`payment ${id}: ${reason}`)
  }
  for (const { peer, status } of state.link.links.values()) {
    const skewMs = state.link.linkSessions.get(peer)?.clockSkewMs
    if (status === 'open' && skewMs !== undefined && !hosts.channel.clocksAgree(peer)) {
      warnings.push(`the clock of ${peer} differs by ${Math.round(skewMs / 1000)} s: locks are neither accepted nor expired until the clocks agree`)
    }
  }
  return warnings
}
