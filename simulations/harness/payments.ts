import type { InvoiceId, MeetingPointId } from '../../src/core/base/ids.js'
import type { Units } from '../../src/core/base/money.js'
import type { PaymentResult } from '../../src/core/node/requests.js'
import { isRefusal, type Refusal } from '../../src/core/base/step.js'
import type { Asked } from './simulated-node.js'
import type { World } from './world.js'

/** An invoice and the request to pay it: what checkers need to know of a payment. */
export interface Payment {
  readonly payer: number
  readonly payee: number
  readonly amount: Units
  readonly description: string
  readonly invoiceId: InvoiceId
  readonly invoice: string
  /** Undefined until it is asked to be paid. */
  asked: Asked | undefined
}

export interface PaymentOptions {
  readonly payer: number
  readonly payee: number
  readonly amount: Units
  readonly description?: string
  readonly expiryMs?: number
  readonly meetingPoints?: readonly MeetingPointId[]
  /** The way of the payee's halves. */
  readonly via?: readonly string[]
}

/** Default life of an invoice in a scenario. */
const INVOICE_EXPIRY_MS = 3_600_000

/** Makes an invoice and runs until it is there; a refusal comes back as it is. */
export async function makeInvoice (world: World, options: PaymentOptions): Promise<Payment | Refusal> {
  const description = options.description ?? 'receipt'
  const made = await world.ask(options.payee, {
    type: 'invoice.create',
    asset: world.asset,
    amount: options.amount,
    description,
    expiryMs: options.expiryMs ?? INVOICE_EXPIRY_MS,
    meetingPoints: options.meetingPoints,
    via: options.via
  })
  if (isRefusal(made)) return made
  if (made === undefined) throw new Error(`n${options.payee} did not answer invoice.create`)
  const { invoice, id } = made as { invoice: string, id: InvoiceId }
  return { payer: options.payer, payee: options.payee, amount: options.amount, description, invoice, invoiceId: id, asked: undefined }
}

/** Asks for a payment; its answer comes while the world runs. */
export function startPayment (world: World, payment: Payment, options: { readonly feeMax?: Units, readonly timeoutMs?: number, readonly via?: readonly string[] } = {}): Asked {
  payment.asked = world.request(payment.payer, { type: 'pay', invoice: payment.invoice, feeMax: options.feeMax, via: options.via ?? [], timeoutMs: options.timeoutMs })
  return payment.asked
}

/** What the payer was told: the result, a refusal, or nothing yet. */
export function outcomeOf (payment: Payment): PaymentResult | Refusal | undefined {
  return payment.asked?.answers[0] as PaymentResult | Refusal | undefined
}

export const isPaid = (payment: Payment): boolean => {
  const outcome = outcomeOf(payment)
  return outcome !== undefined && !isRefusal(outcome) && outcome.status === 'paid'
}
