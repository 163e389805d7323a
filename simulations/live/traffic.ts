import { setTimeout as delay } from 'node:timers/promises'
import { AmikoError } from '../../src/core/base/errors.js'
import type { Random } from '../harness/random.js'
import type { LiveNetwork } from './bring-up.js'
import { AMOUNT_SAT_MAX, PAYMENTS_AT_ONCE, TRIES_MAX, TRY_AGAIN_MS } from './limits.js'

/** One invoice that somebody began to pay. */
export interface Try {
  readonly payer: number
  readonly payee: number
  readonly amount: bigint
  readonly invoiceId: string
}

/** What became of one payment that a user wanted, as the payer was told; the books are looked at later. */
export interface Wanted {
  /** `pending`: the payer was told that the outcome is open. */
  readonly outcome: 'paid' | 'failed' | 'pending'
  /** From asking the payee for the first invoice to the end, in performance time. */
  readonly beganMs: number
  readonly endedMs: number
  /** All invoices, the last of which was paid if any was, and why the others were not. */
  readonly tries: readonly Try[]
  readonly reasons: readonly string[]
}

/** Payments under way. */
export interface Traffic {
  /** The last of them has begun; others may still be under way. */
  readonly begun: Promise<void>
  readonly ended: Promise<readonly Wanted[]>
}

/**
 * Random pairs of present nodes pay each other, so many at once. A payment that fails cleanly is tried again with a new
 * invoice, as a user would, at most {@link TRIES_MAX} times; one whose outcome is open is not.
 */
export function payAtRandom (network: LiveNetwork, count: number, random: Random): Traffic {
  const wanted: Wanted[] = []
  let left = count
  let onBegun = (): void => {}
  const begun = new Promise<void>((resolve) => { onBegun = resolve })
  const worker = async (): Promise<void> => {
    while (left > 0) {
      if (--left === 0) onBegun()
      wanted.push(await payAsUser(network, random))
    }
  }
  const ended = Promise.all(Array.from({ length: PAYMENTS_AT_ONCE }, worker)).then(() => wanted)
  return { begun: Promise.race([begun, ended.then(() => undefined)]), ended }
}

async function payAsUser (network: LiveNetwork, random: Random): Promise<Wanted> {
  const there = network.nodes.flatMap((node, at) => node === undefined ? [] : [at])
  const [payer, payee] = random.shuffled(there)
  const amountSat = random.between(1, AMOUNT_SAT_MAX)
  const beganMs = performance.now()
  const [tries, reasons]: [Try[], string[]] = [[], []]
  const ended = (outcome: Wanted['outcome']): Wanted => ({ outcome, beganMs, endedMs: performance.now(), tries, reasons })
  for (;;) {
    try {
      await payOnce(network, payer!, payee!, amountSat, tries)
      return ended('paid')
    } catch (error) {
      reasons.push(error instanceof AmikoError ? error.name : String(error))
      if (!isClean(error)) return ended('pending')
      if (reasons.length >= TRIES_MAX) return ended('failed')
      await delay(TRY_AGAIN_MS)
    }
  }
}

async function payOnce ({ nodes }: LiveNetwork, payer: number, payee: number, amountSat: number, tries: Try[]): Promise<void> {
  const [from, to] = [nodes[payer], nodes[payee]]
  if (from === undefined || to === undefined) throw new AmikoError('node-unreachable', { api: `n${from === undefined ? payer : payee}`, sent: false })
  const { invoice, id } = await to.ask('invoice.create', { amount: `${amountSat}sat` })
  tries.push({ payer, payee, amount: BigInt(amountSat) * 1_000n, invoiceId: id })
  await from.ask('payment.pay', { invoice })
}

/** Whether a payment certainly did not happen: the node said why. */
const isClean = (error: unknown): boolean =>
  error instanceof AmikoError && !['payment-pending', 'node-unreachable', 'shutting-down', 'internal'].includes(error.name)
