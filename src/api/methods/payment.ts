import { z } from 'zod'
import type { AmikoNode, PaymentView } from '../../node/nouns.js'
import { PEER_CHARACTERS_MAX } from '../limits.js'
import { amountText, assetName, count, countField, hexId, invoiceText, timeMs, timeoutMsField, unitsText, viaField } from './fields.js'
import { method } from './method.js'
import { assetNameOf } from './money.js'

const EXAMPLE_PROOF = '00'.repeat(32)
const EXAMPLE_PAYMENT_ID = '0123456789abcdef0123456789abcdef'

const paymentAnswer = z.object({
  id: z.string(),
  invoiceId: hexId,
  status: z.enum(['pending', 'locked', 'paid', 'failed']),
  asset: assetName,
  amount: unitsText,
  fee: unitsText.optional(),
  description: z.string(),
  proof: z.string().optional(),
  reason: z.string().optional(),
  parts: count,
  attempts: count,
  startedMs: timeMs,
  endedMs: timeMs.optional()
})

const EXAMPLE_PAYMENT: z.output<typeof paymentAnswer> = {
  id: EXAMPLE_PAYMENT_ID, invoiceId: '00'.repeat(32), status: 'paid', asset: 'btc', amount: '20000', fee: '0', description: 'tea', proof: EXAMPLE_PROOF, parts: 1, attempts: 1, startedMs: 1_760_000_000_000, endedMs: 1_760_000_000_050
}

const answerOf = (node: AmikoNode, payment: PaymentView): z.output<typeof paymentAnswer> => ({
  id: payment.id,
  invoiceId: payment.invoiceId,
  status: payment.status,
  asset: assetNameOf(node, payment.asset),
  amount: String(payment.amount),
  ...(payment.fee === undefined ? {} : { fee: String(payment.fee) }),
  description: payment.description,
  ...(payment.proof === undefined ? {} : { proof: payment.proof }),
  ...(payment.reason === undefined ? {} : { reason: payment.reason }),
  parts: payment.parts,
  attempts: payment.attempts,
  startedMs: payment.startedMs,
  ...(payment.endedMs === undefined ? {} : { endedMs: payment.endedMs })
})

const paymentIdField = z.string().min(1).max(PEER_CHARACTERS_MAX).meta({ placeholder: 'ID', description: 'Id of the payment' })

export const paymentPay = method({
  name: 'payment.pay',
  summary: 'Pay an invoice',
  scope: 'admin',
  params: z.strictObject({
    invoice: invoiceText('Text of the invoice'),
    maxFee: amountText('Most that may be paid on top').optional(),
    via: viaField('Send the payment through this waypoint'),
    timeoutMs: timeoutMsField()
  }),
  result: z.object({
    status: z.literal('paid'),
    paymentId: z.string(),
    asset: assetName,
    amount: unitsText,
    fee: unitsText,
    proof: z.string(),
    parts: count,
    attempts: count,
    durationMs: z.number().min(0)
  }),
  errors: [
    'bad-invoice', 'wrong-network', 'wrong-asset', 'invoice-expired', 'own-invoice', 'insufficient-funds', 'no-route', 'fee-limit', 'payment-failed', 'payment-pending',
    'no-meeting-point', 'no-address', 'bad-waypoint', 'expiry-too-far', 'already-paid', 'timed-out', 'bad-amount', 'amount-out-of-range', 'unknown-asset'
  ],
  example: {
    params: { invoice: 'amiko1…', maxFee: '1sat' },
    result: { status: 'paid', paymentId: EXAMPLE_PAYMENT_ID, asset: 'btc', amount: '20000', fee: '0', proof: EXAMPLE_PROOF, parts: 1, attempts: 1, durationMs: 48 }
  },
  command: {
    command: 'pay',
    places: ['invoice'],
    examples: ['amiko pay amiko1… --max-fee 1sat'],
    lookUp: { method: 'invoice.decode', param: 'invoice' },
    summarise: ({ maxFee }, { amount, description, expiresMs }) =>
      `${amount} will be paid for "${description}" (the invoice expires ${expiresMs})${maxFee === undefined ? '' : `, with a fee of at most ${maxFee}`}.`
  },
  handler: async (node, { invoice, maxFee, via, timeoutMs }, { signal }) => {
    const feeMax = maxFee === undefined ? undefined : node.assets.parse(maxFee)
    const result = await node.payments.pay(invoice, {
      signal,
      ...(feeMax === undefined ? {} : { feeMax }),
      ...(via === undefined ? {} : { via }),
      ...(timeoutMs === undefined ? {} : { timeoutMs })
    })
    return {
      status: 'paid' as const,
      paymentId: result.paymentId,
      asset: assetNameOf(node, result.asset),
      amount: String(result.amount),
      fee: String(result.fee),
      proof: result.proof,
      parts: result.parts,
      attempts: result.attempts,
      durationMs: result.durationMs
    }
  }
})

export const paymentList = method({
  name: 'payment.list',
  summary: 'List the payments this node made, newest first',
  scope: 'read',
  params: z.strictObject({ count: countField() }),
  result: z.object({ payments: z.array(paymentAnswer), total: count }),
  errors: [],
  example: { params: {}, result: { payments: [EXAMPLE_PAYMENT], total: 1 } },
  command: {
    command: 'payment list',
    examples: ['amiko payment list --count 20'],
    table: {
      rows: 'payments',
      columns: [
        { head: 'id', field: 'id' }, { head: 'status', field: 'status' }, { head: 'amount', field: 'amount', formatAs: 'amount' }, { head: 'fee', field: 'fee', formatAs: 'amount' },
        { head: 'description', field: 'description' }, { head: 'started', field: 'startedMs', formatAs: 'time' }
      ],
      empty: 'No payments. `amiko pay INVOICE` makes one.'
    }
  },
  handler: (node, { count }) => {
    const all = node.payments.list()
    const newest = [...all].sort((a, b) => b.startedMs - a.startedMs).slice(0, count)
    return { payments: newest.map((payment) => answerOf(node, payment)), total: all.length }
  }
})

export const paymentShow = method({
  name: 'payment.show',
  summary: 'Show one payment with its proof',
  scope: 'read',
  params: z.strictObject({ id: paymentIdField }),
  result: paymentAnswer,
  errors: ['not-found'],
  example: { params: { id: EXAMPLE_PAYMENT_ID }, result: EXAMPLE_PAYMENT },
  command: { command: 'payment show', places: ['id'], examples: [`amiko payment show ${EXAMPLE_PAYMENT_ID}`] },
  handler: (node, { id }) => answerOf(node, node.payments.show(id))
})

export const paymentWait = method({
  name: 'payment.wait',
  summary: 'Wait until a payment has ended, either way',
  scope: 'read',
  params: z.strictObject({ id: paymentIdField, timeoutMs: timeoutMsField() }),
  result: paymentAnswer,
  errors: ['not-found', 'timed-out', 'payment-pending'],
  example: { params: { id: EXAMPLE_PAYMENT_ID }, result: EXAMPLE_PAYMENT },
  command: { command: 'payment wait', places: ['id'], examples: [`amiko payment wait ${EXAMPLE_PAYMENT_ID} --timeout 60s`] },
  handler: async (node, { id, timeoutMs }, { signal }) => answerOf(node, await node.payments.wait(id, { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) }))
})
