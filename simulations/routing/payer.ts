import { asUnits, type Units } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import * as payments from '../../src/core/payment/payment.js'
import type { PaidResult } from '../../src/core/payment/payment.js'
import { ASSET } from './buckets.js'
import { newDeed, type Deed, type RouteWorld } from './world.js'
import type { StreamPayment } from './csv.js'

/** What came of one payment. */
export interface Outcome {
  readonly delivered: boolean
  /** Of those delivered: the first neighbour that was asked at every place had a way, and the first lock went through. */
  readonly firstTry: boolean
  readonly hops: number
  /** Requests and refusals of the half routes that were to meet. */
  readonly messages: number
  /** All route messages of all its half routes, and their bytes. */
  readonly messagesAll: number
  readonly bytesAll: number
  readonly parts: number
  readonly touched: ReadonlySet<number>
  readonly reason: string | undefined
}

/** Half routes of a payee stand before its payer begins; then what ended is given time to be said everywhere. */
const PLACED_MS = 1_000
const ENDED_MS = 300
const INVOICE_MS = 3_600_000

/** Pays once, in at most so many parts; calls back when nothing of it is under way any more. */
export function payOnce (world: RouteWorld, tag: number, { payer, payee, amount }: StreamPayment, partsMax: number, done: (outcome: Outcome) => void): void {
  const deed = newDeed(tag, [payer, payee], Math.floor(amount / partsMax))
  let attempts = 0
  let split = 1
  const finish = (delivered: boolean, reason: string | undefined): void => {
    world.later(ENDED_MS, () => {
      const { messages, refusals } = searched(deed)
      world.forget(deed)
      done({
        delivered,
        firstTry: delivered && split === 1 && attempts === 1 && refusals === 0,
        hops: deed.settled / split,
        messages,
        messagesAll: deed.messages,
        bytesAll: deed.bytes,
        parts: split,
        touched: deed.touched,
        reason
      })
    })
  }
  single(world, deed, payer, payee, amount, (result) => {
    attempts = result.attempts
    split = Math.max(1, result.parts)
    finish(result.paid, result.reason)
  })
}

interface Single { readonly paid: boolean, readonly parts: number, readonly attempts: number, readonly reason: string | undefined }

/** One invoice and its payment. */
function single (world: RouteWorld, deed: Deed, payer: number, payee: number, amount: number, done: (result: Single) => void): void {
  const made = world.act(payee, deed, (host) => {
    const result = payments.createInvoice(host, { asset: ASSET, amount: unitsOf(amount), description: '', expiryMs: INVOICE_MS, meetingPoints: undefined })
    if (!isRefusal(result)) for (const { id } of host.tables.invoices.get(result.id)!.meetingPoints) deed.listed.add(id)
    return result
  })
  if (isRefusal(made)) {
    done({ paid: false, parts: 0, attempts: 0, reason: made.refused })
    return
  }
  world.later(PLACED_MS, () => {
    world.pay(payer, deed, made.invoice, undefined, (result) => {
      const paid = !isRefusal(result)
      if (!paid) world.later(0, () => { world.act(payee, deed, (host) => payments.cancelInvoice(host, made.id)) })
      done({
        paid,
        parts: paid ? (result as PaidResult).parts : 0,
        attempts: paid ? (result as PaidResult).attempts : 0,
        reason: isRefusal(result) ? result.refused : undefined
      })
    })
  })
}

/** Requests and refusals at the meeting points where payer and payee both looked. */
function searched ({ asked, listed, ends }: Deed): { readonly messages: number, readonly refusals: number } {
  let messages = 0
  let refusals = 0
  const tried = [...asked].filter(([id, { payer }]) => listed.has(id) && payer)
  for (const [, one] of tried.length > 0 || ends.size === 0 ? tried : asked) {
    messages += one.requests + one.refusals
    refusals += one.refusals
  }
  return { messages, refusals }
}

const unitsOf = (amount: number): Units => asUnits(BigInt(amount))
