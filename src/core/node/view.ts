import { describeChannel } from '../channel/channel.js'
import { linkView } from '../link/views.js'
import { invoiceView, leftovers as paymentLeftovers, parseInvoiceId, paymentView } from '../payment/views.js'
import { meetingPointViews } from '../routing/views.js'
import type { NodeView } from './core.js'
import type { Hosts } from './hosts.js'
import type { NodeState } from './state.js'

export function createView (hosts: Hosts, state: NodeState): NodeView {
  return {
    links: () => [...state.link.links.values()].map((link) => linkView(hosts.link, link)),
    channels: () => [...state.channel.channels.values()].map((channel) => describeChannel(hosts.channel, channel)),
    invoices: () => [...state.payment.invoices.values()].map((invoice) => invoiceView(hosts.payment, invoice)),
    invoice (id) {
      const invoice = state.payment.invoices.get(id)
      return invoice === undefined ? undefined : invoiceView(hosts.payment, invoice)
    },
    payments: () => [...state.payment.payments.values()].map((payment) => paymentView(hosts.payment, payment)),
    payment (id) {
      const payment = state.payment.payments.get(id)
      return payment === undefined ? undefined : paymentView(hosts.payment, payment)
    },
    paymentOfInvoice () { throw new Error('to be wired') },
    meetingPoints: () => meetingPointViews(hosts.routing),
    warnings: () => [],
    rawChannels: () => [...state.channel.channels.values()],
    locksOf: (channelId) => [...state.channel.locks.group(channelId).values()],
    leftovers: () => ({ locks: state.channel.locks.size, waits: hosts.waits.size, ...paymentLeftovers(hosts.payment) })
  }
}
