import { z } from 'zod'
import { AmikoError } from '../../core/base/errors.js'
import type { AmikoNode } from '../../node/nouns.js'
import { STREAM_IN_FLIGHT_MAX } from '../limits.js'
import { amountText, assetName, count, durationText, invoiceText, timeoutMsField, timesField, unitsText, viaField } from './fields.js'
import { method } from './method.js'
import { assetNameOf } from './money.js'

/** Pays an invoice that can be paid many times, over one route as long as it is open. Each time has a payment and a proof of its own. */
export const paymentStream = method({
  name: 'payment.stream',
  summary: 'Pay an invoice many times, as was agreed when it was made',
  scope: 'admin',
  params: z.strictObject({
    invoice: invoiceText('Text of the invoice, made with --times'),
    times: timesField('How many times; as often as it can be when left out').optional(),
    every: durationText('Time from one payment to the next; as fast as it goes when left out').optional(),
    maxFee: amountText('Most that may be paid on top of each').optional(),
    via: viaField('Send the payments through this waypoint'),
    timeoutMs: timeoutMsField()
  }),
  result: z.object({
    status: z.enum(['paid', 'stopped']),
    payments: count,
    asset: assetName,
    amount: unitsText,
    fee: unitsText,
    durationMs: z.number().min(0),
    reason: z.string().optional()
  }),
  errors: [
    'bad-request', 'bad-invoice', 'wrong-network', 'wrong-asset', 'invoice-expired', 'own-invoice', 'insufficient-funds', 'no-route', 'fee-limit', 'payment-failed', 'payment-pending',
    'no-meeting-point', 'no-address', 'bad-waypoint', 'expiry-too-far', 'already-paid', 'timed-out', 'bad-amount', 'amount-out-of-range', 'unknown-asset', 'busy'
  ],
  example: {
    params: { invoice: 'amiko1…', times: 20, every: '1s' },
    result: { status: 'paid', payments: 20, asset: 'btc', amount: '400000', fee: '0', durationMs: 19_120 }
  },
  command: {
    command: 'payment stream',
    places: ['invoice'],
    examples: ['amiko payment stream amiko1… --times 20 --every 1s'],
    lookUp: { method: 'invoice.decode', param: 'invoice' },
    summarise: ({ times, maxFee }, { amount, description, times: most }) => {
      const count = Number(times ?? most ?? 1)
      return `${amount} will be paid ${count === 1 ? 'once' : `${count} times`} for "${description}"${maxFee === undefined ? '' : `, with a fee of at most ${maxFee}${count === 1 ? '' : ' each'}`}.`
    }
  },
  handler: async (node, { invoice, times: wanted, every, maxFee, via, timeoutMs }, { signal }) => {
    const { times: most = 1, asset } = node.invoices.decode(invoice)
    const times = wanted ?? most
    if (times > most) throw new AmikoError('bad-request', { reason: most === 1 ? `the invoice can be paid once, not ${times} times` : `the invoice can be paid ${most} times, not ${times}` })
    const feeMax = maxFee === undefined ? undefined : node.assets.parse(maxFee)
    const beganMs = performance.now()
    const { paid, amount, fee, stopped } = await payAll(times, every, signal, async () => await node.payments.pay(invoice, {
      signal,
      ...(feeMax === undefined ? {} : { feeMax }),
      ...(via === undefined ? {} : { via }),
      ...(timeoutMs === undefined ? {} : { timeoutMs })
    }))
    // Nothing was paid: there is only the error to tell.
    if (stopped !== undefined && paid === 0) throw stopped
    return {
      status: stopped === undefined ? 'paid' as const : 'stopped' as const,
      payments: paid,
      asset: assetNameOf(node, asset),
      amount: String(amount),
      fee: String(fee),
      durationMs: Math.round(performance.now() - beganMs),
      ...(stopped === undefined ? {} : { reason: stopped.message })
    }
  }
})

interface Sum { paid: number, amount: bigint, fee: bigint, stopped: Error | undefined }

/** Begins no further payment after one that failed; those that were begun are waited for. */
async function payAll (times: number, everyMs: number | undefined, signal: AbortSignal, pay: () => ReturnType<AmikoNode['payments']['pay']>): Promise<Sum> {
  const sum: Sum = { paid: 0, amount: 0n, fee: 0n, stopped: undefined }
  let begun = 0
  const payInTurn = async (): Promise<void> => {
    while (begun < times && sum.stopped === undefined) {
      if (everyMs !== undefined && begun > 0) await pause(everyMs, signal)
      begun++
      const { amount, fee } = await pay()
      sum.paid++
      sum.amount += amount
      sum.fee += fee
    }
  }
  const lines = everyMs === undefined ? Math.min(times, STREAM_IN_FLIGHT_MAX) : 1
  await Promise.all(Array.from({ length: lines }, async () => { await payInTurn().catch((error: unknown) => { sum.stopped ??= error as Error }) }))
  return sum
}

/** Rejects with the signal's reason when it ends the waiting. */
async function pause (ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
