import { z } from 'zod'
import type { AmikoNode, InvoiceView } from '../../node/nouns.js'
import { DESCRIPTION_CHARACTERS_MAX, MEETING_POINTS_MAX } from '../limits.js'
import { amountText, assetName, count, countField, durationText, hexId, invoiceIdText, invoiceText, meetingPointText, timeMs, timesField, unitsText, viaField } from './fields.js'
import { method } from './method.js'
import { assetNameOf, positiveAmount } from './money.js'

const EXAMPLE_ID = '00'.repeat(32)

const invoiceAnswer = z.object({
  id: hexId,
  invoice: z.string(),
  status: z.enum(['open', 'paid', 'expired', 'cancelled']),
  asset: assetName,
  amount: unitsText,
  received: unitsText,
  description: z.string(),
  createdMs: timeMs,
  expiresMs: timeMs,
  paidMs: timeMs.optional(),
  times: count.optional(),
  timesPaid: count.optional()
})

const EXAMPLE_INVOICE: z.output<typeof invoiceAnswer> = {
  id: EXAMPLE_ID, invoice: 'amiko1…', status: 'open', asset: 'btc', amount: '20000', received: '0', description: 'tea', createdMs: 1_760_000_000_000, expiresMs: 1_760_003_600_000
}

const answerOf = (node: AmikoNode, invoice: InvoiceView): z.output<typeof invoiceAnswer> => ({
  id: invoice.id,
  invoice: invoice.invoice,
  status: invoice.status,
  asset: assetNameOf(node, invoice.asset),
  amount: String(invoice.amount),
  received: String(invoice.received),
  description: invoice.description,
  createdMs: invoice.createdMs,
  expiresMs: invoice.expiresMs,
  ...(invoice.paidMs === undefined ? {} : { paidMs: invoice.paidMs }),
  // Said only of those that can be paid many times.
  ...(invoice.times === 1 ? {} : { times: invoice.times, timesPaid: invoice.timesPaid })
})

export const invoiceCreate = method({
  name: 'invoice.create',
  summary: 'Ask to be paid: make an invoice',
  scope: 'invoice',
  params: z.strictObject({
    amount: amountText('What the payee gets'),
    description: z.string().max(DESCRIPTION_CHARACTERS_MAX).optional().meta({ placeholder: 'TEXT', description: 'What it is for; the payer sees it' }),
    expiry: durationText('How long it can be paid, such as 1h').optional(),
    meetingPoints: z.array(meetingPointText('Use this meeting point instead of the nearest ones')).min(1).max(MEETING_POINTS_MAX).optional(),
    via: viaField('Be reached through this waypoint'),
    times: timesField('How many times it can be paid, the amount each time; once when left out').optional()
  }),
  result: z.object({ invoice: z.string(), id: hexId, asset: assetName, amount: unitsText, expiresMs: timeMs }),
  errors: ['bad-amount', 'amount-out-of-range', 'unknown-asset', 'no-meeting-point', 'no-address', 'bad-waypoint', 'receive-limit', 'busy'],
  example: {
    params: { amount: '20sat', description: 'tea', expiry: '1h' },
    result: { invoice: 'amiko1…', id: EXAMPLE_ID, asset: 'btc', amount: '20000', expiresMs: 1_760_003_600_000 }
  },
  command: { command: 'invoice create', flags: { meetingPoints: '--meeting-point' }, examples: ['amiko invoice create --amount 20sat --description tea --expiry 1h', 'amiko invoice create --amount 1sat --times 600 --description "ten minutes of music"'] },
  handler: async (node, { amount: text, description, expiry, meetingPoints, via, times }, { signal }) => {
    const amount = positiveAmount(node, text)
    const made = await node.invoices.create({
      amount,
      signal,
      ...(description === undefined ? {} : { description }),
      ...(expiry === undefined ? {} : { expiryMs: expiry }),
      ...(meetingPoints === undefined ? {} : { meetingPoints }),
      ...(via === undefined ? {} : { via }),
      ...(times === undefined ? {} : { times })
    })
    return { invoice: made.invoice, id: made.id, asset: assetNameOf(node, amount.asset), amount: String(amount.value), expiresMs: made.expiresMs }
  }
})

export const invoiceList = method({
  name: 'invoice.list',
  summary: 'List the invoices of this node, newest first',
  scope: 'read',
  params: z.strictObject({ count: countField() }),
  result: z.object({ invoices: z.array(invoiceAnswer), total: count }),
  errors: [],
  example: { params: {}, result: { invoices: [EXAMPLE_INVOICE], total: 1 } },
  command: {
    command: 'invoice list',
    examples: ['amiko invoice list --count 20'],
    table: {
      rows: 'invoices',
      columns: [
        { head: 'id', field: 'id', formatAs: 'id' }, { head: 'status', field: 'status' }, { head: 'amount', field: 'amount', formatAs: 'amount' },
        { head: 'description', field: 'description' }, { head: 'expires', field: 'expiresMs', formatAs: 'time' }
      ],
      empty: 'No invoices. `amiko invoice create --amount AMOUNT` makes one.'
    }
  },
  handler: (node, { count }) => {
    const all = node.invoices.list()
    const newest = [...all].sort((a, b) => b.createdMs - a.createdMs).slice(0, count)
    return { invoices: newest.map((invoice) => answerOf(node, invoice)), total: all.length }
  }
})

export const invoiceShow = method({
  name: 'invoice.show',
  summary: 'Show one invoice of this node',
  scope: 'read',
  params: z.strictObject({ id: invoiceIdText('Id of the invoice') }),
  result: invoiceAnswer,
  errors: ['not-found'],
  example: { params: { id: EXAMPLE_ID }, result: EXAMPLE_INVOICE },
  command: { command: 'invoice show', places: ['id'], examples: [`amiko invoice show ${EXAMPLE_ID}`] },
  handler: (node, { id }) => answerOf(node, node.invoices.show(id))
})

export const invoiceDecode = method({
  name: 'invoice.decode',
  summary: 'Read what an invoice says, whoever made it',
  scope: 'read',
  params: z.strictObject({ invoice: invoiceText('The invoice') }),
  result: z.object({ id: hexId, asset: assetName, amount: unitsText, description: z.string(), createdMs: timeMs, expiresMs: timeMs, times: count.optional() }),
  errors: ['bad-invoice', 'wrong-network'],
  example: {
    params: { invoice: 'amkr1…' },
    result: { id: EXAMPLE_ID, asset: 'btc', amount: '20000', description: 'tea', createdMs: 1_760_000_000_000, expiresMs: 1_760_003_600_000 }
  },
  command: { command: 'invoice decode', places: ['invoice'], examples: ['amiko invoice decode amkr1…'] },
  handler: (node, { invoice }) => {
    const { id, asset, amount, description, createdMs, expiresMs, times } = node.invoices.decode(invoice)
    return { id, asset: assetNameOf(node, asset), amount: String(amount), description, createdMs, expiresMs, ...(times === undefined ? {} : { times }) }
  }
})

export const invoiceCancel = method({
  name: 'invoice.cancel',
  summary: 'Withdraw an invoice that was not paid',
  scope: 'invoice',
  params: z.strictObject({ id: invoiceIdText('Id of the invoice') }),
  result: z.object({ id: hexId, status: z.literal('cancelled') }),
  errors: ['not-found', 'invoice-closed'],
  example: { params: { id: EXAMPLE_ID }, result: { id: EXAMPLE_ID, status: 'cancelled' } },
  command: { command: 'invoice cancel', places: ['id'], examples: [`amiko invoice cancel ${EXAMPLE_ID}`] },
  handler: async (node, { id }) => {
    await node.invoices.cancel(id)
    return { id, status: 'cancelled' as const }
  }
})
