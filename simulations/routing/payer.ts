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
/** Parts wait for each other, so each has longer than a payment of one part. */
const PART_TIMEOUT_MS = 600_000

/** Pays once, in one part or (when that fails) in several; calls back when nothing of it is under way any more. */
export function payOnce (world: RouteWorld, tag: number, { payer, payee, amount }: StreamPayment, partsMax: number, done: (outcome: Outcome) => void): void {
  const deed = newDeed(tag, [payer, payee])
  let attempts = 0
  let split = 1
  let settledBefore = 0
  const finish = (delivered: boolean, reason: string | undefined): void => {
    world.later(ENDED_MS, () => {
      const { messages, refusals } = searched(deed)
      world.forget(deed)
      done({
        delivered,
        firstTry: delivered && split === 1 && attempts === 1 && refusals === 0,
        hops: (deed.settled - settledBefore) / split,
        messages,
        messagesAll: deed.messages,
        bytesAll: deed.bytes,
        parts: split,
        touched: deed.touched,
        reason
      })
    })
  }
  single(world, deed, payer, payee, amount, undefined, (result) => {
    attempts += result.attempts
    if (result.paid) finish(true, undefined)
    else if (partsMax < 2 || result.open) finish(false, result.reason)
    else {
      settledBefore = deed.settled
      inParts(world, deed, { payer, payee, amount }, partsMax, (parts) => {
        split = parts ?? 1
        finish(parts !== undefined, parts === undefined ? 'no parts' : undefined)
      })
    }
  })
}

interface Single { readonly paid: boolean, /** Money may still be under way. */ readonly open: boolean, readonly attempts: number, readonly reason: string | undefined }

/** One invoice and its payment. */
function single (world: RouteWorld, deed: Deed, payer: number, payee: number, amount: number, timeoutMs: number | undefined, done: (result: Single) => void): void {
  const made = world.act(payee, deed, (host) => {
    const result = payments.createInvoice(host, { asset: ASSET, amount: unitsOf(amount), description: '', expiryMs: INVOICE_MS, meetingPoints: undefined })
    if (!isRefusal(result)) for (const { id } of host.tables.invoices.get(result.id)!.meetingPoints) deed.listed.add(id)
    return result
  })
  if (isRefusal(made)) {
    done({ paid: false, open: false, attempts: 0, reason: made.refused })
    return
  }
  world.later(PLACED_MS, () => {
    world.pay(payer, deed, made.invoice, timeoutMs, (result) => {
      const paid = !isRefusal(result)
      if (!paid) world.later(0, () => { world.act(payee, deed, (host) => payments.cancelInvoice(host, made.id)) })
      done({
        paid,
        open: isRefusal(result) && result.refused === 'payment-pending',
        attempts: paid ? (result as PaidResult).attempts : 0,
        reason: isRefusal(result) ? result.refused : undefined
      })
    })
  })
}

/**
 * Halves what does not get through, and halves again, up to `partsMax` parts. The payee keeps all locks until the sum
 * is there, and then takes all; when a smallest part finds no way, all are given back.
 */
function inParts (world: RouteWorld, deed: Deed, { payer, payee, amount }: StreamPayment, partsMax: number, done: (parts: number | undefined) => void): void {
  const held: Array<{ readonly release: () => void, readonly giveBack: () => void }> = []
  let open = 0
  let over: (() => void) | undefined
  const ended = (): void => {
    open--
    if (open === 0) over?.()
  }
  const place = (part: number, share: number, placed: (ok: boolean) => void): void => {
    let arrived = false
    deed.hold = (release, giveBack) => {
      arrived = true
      held.push({ release, giveBack })
      open++
      placed(true)
    }
    single(world, deed, payer, payee, part, PART_TIMEOUT_MS, () => {
      if (arrived) ended()
      else if (share * 2 > partsMax) placed(false)
      else halves(part, share * 2, placed)
    })
  }
  const halves = (whole: number, share: number, placed: (ok: boolean) => void): void => {
    const first = Math.ceil(whole / 2)
    place(first, share, (ok) => {
      if (ok) world.later(0, () => { place(whole - first, share, placed) })
      else placed(false)
    })
  }
  halves(amount, 2, (ok) => {
    const parts = held.length
    deed.hold = undefined
    over = () => { done(ok ? parts : undefined) }
    if (parts === 0) over()
    // Each end is an event of its own, made at the payee.
    else for (const { release, giveBack } of held) world.later(0, () => { world.act(payee, deed, ok ? release : giveBack) })
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
