import { isRefusal } from '../../src/core/base/step.js'
import { PARTS_MAX } from '../../src/core/payment/limits.js'
import { checkChannels, checkLimits } from '../checkers/channels.js'
import { checkAllBounds } from '../checkers/bounds.js'
import { checkConservation, wealthOf, type Movement, type Wealth } from '../checkers/conservation.js'
import { watchDecoders } from '../checkers/decoders.js'
import { checkForgetting, checkLeftovers, storedOf, type Stored } from '../checkers/forgetting.js'
import { checkAnswers, checkPayment, type PaymentEnds } from '../checkers/payments.js'
import { watchSecrecy } from '../checkers/secrecy.js'
import { checkEncodings, watchStored } from '../checkers/stored.js'
import { watchRows } from '../checkers/wire.js'
import { outcomeOf, type Payment } from '../harness/payments.js'
import type { Channel } from '../../src/core/channel/entity.js'
import type { SimulatedNode } from '../harness/simulated-node.js'
import type { World } from '../harness/world.js'
import { report } from './scenario.js'

/** Payment settings of scenarios: time-locks of minutes, so that faults of seconds never outlast them. */
export const SCENARIO_PAYMENT: Readonly<Record<string, number>> = {
  forwardDeltaSeconds: 60,
  forwardDeltaRandomSeconds: 30,
  finalDeltaSeconds: 90,
  freezeMaxSeconds: 7_200
}

/** Virtual time within which everything must have ended after the faults: the longest lock, and a little. */
export const SETTLE_MS_MAX = 4_000_000
const LOOK_EVERY_MS = 1_000
/** Hints, refreshes and reservations calm down after the last payment. */
const CALM_MS = 15_000

/** The world as it was before the payments. */
export interface Baseline { readonly wealth: Wealth, readonly stored: readonly Stored[], readonly asked: readonly number[] }

/**
 * Takes the baseline, and from now on checks every channel a node has after each of its events (I27), every row sent
 * (I8, I11, I13), every batch stored (I5, I15), what is told to whom (I22), and decoders (I25).
 */
export function takeBaseline (world: World): Baseline {
  world.watch((node) => {
    for (const channel of node.view.rawChannels()) report(world, checkLimits({ node: node.name, channel, locks: node.view.locksOf(channel.id) }))
  })
  for (const watchAll of [watchRows, watchStored, watchSecrecy, watchDecoders]) watchAll(world, (violations) => { report(world, violations) })
  return { wealth: wealthOf(world), stored: storedOf(world), asked: world.nodes.map(({ asked }) => asked.length) }
}

export function endsOfPayment (world: World, payment: Payment): PaymentEnds & { readonly fee: bigint } {
  const payer = world.nodes[payment.payer]!
  const payee = world.nodes[payment.payee]!
  const record = payer.view.payments().find(({ invoiceId }) => invoiceId === payment.invoiceId)
  const invoice = payee.view.invoices().find(({ id }) => id === payment.invoiceId)
  return {
    name: `payment n${payment.payer} to n${payment.payee} of ${payment.amount}`,
    answers: payment.asked?.answers ?? [],
    lost: payment.asked?.lost ?? true,
    payerStatus: record?.status,
    payeeStatus: invoice?.status,
    received: invoice?.received ?? 0n,
    amount: payment.amount,
    parts: record?.parts ?? PARTS_MAX,
    isPayerHonest: world.isHonest(payment.payer),
    isPayeeHonest: world.isHonest(payment.payee),
    areOthersHonest: world.nodes.every(({ index }) => index === payment.payer || index === payment.payee || world.isHonest(index)),
    fee: record?.fee ?? 0n
  }
}

/** Channels between honest nodes in which a round runs or a lock is live. */
function busyChannels (world: World, node: SimulatedNode): readonly Channel[] {
  if (!world.isHonest(node.index)) return []
  return node.view.rawChannels().filter(({ id, peer, status, round }) =>
    status !== 'failed' && world.isHonest(world.nodeOf(peer).index) && (round.phase !== 'idle' || node.view.locksOf(id).length > 0))
}

/** Whether nothing moves any more: every payment ended, no lock, every round idle. */
export function isQuiet (world: World, payments: readonly Payment[]): boolean {
  for (const node of world.nodes) {
    if (!node.isUp) return false
    if (busyChannels(world, node).length > 0) return false
  }
  return payments.every((payment) => {
    if (payment.asked === undefined || !world.isHonest(payment.payer)) return true
    const { payerStatus } = endsOfPayment(world, payment)
    return (payment.asked.answers.length > 0 || payment.asked.lost) && payerStatus !== 'pending' && payerStatus !== 'locked'
  })
}

/** Runs until the world is quiet and calm; what is not quiet in time is reported (I18). */
export async function settle (world: World, payments: readonly Payment[]): Promise<boolean> {
  let quiet = false
  for (let waited = 0; waited < SETTLE_MS_MAX && !quiet; waited += LOOK_EVERY_MS) {
    quiet = isQuiet(world, payments)
    if (!quiet) await world.run(LOOK_EVERY_MS)
  }
  if (!quiet) {
    for (const node of world.nodes) {
      if (!node.isUp) { world.violate({ invariant: 'I18', detail: `${node.name} is still down` }); continue }
      for (const { id, round } of busyChannels(world, node)) {
        const locks = node.view.locksOf(id).length
        world.violate({ invariant: 'I18', detail: `${node.name} channel ${id.slice(0, 8)} has ${locks} locks and phase ${round.phase} after ${SETTLE_MS_MAX} ms` })
      }
    }
  }
  await world.run(CALM_MS)
  return quiet
}

/**
 * Everything that must hold when the world is quiet. Open invoices are cancelled first, also those whose maker crashed
 * before it could show them: they are no leftovers.
 */
export async function checkQuiet (world: World, baseline: Baseline, payments: readonly Payment[]): Promise<void> {
  const movements: Movement[] = []
  for (const payment of payments) {
    const ends = endsOfPayment(world, payment)
    if (payment.asked !== undefined) report(world, checkPayment(ends))
    const payerPaid = ends.payerStatus === 'paid' || (outcomeOf(payment) !== undefined && !isRefusal(outcomeOf(payment)))
    const paid = ends.isPayerHonest ? payerPaid : ends.payeeStatus === 'paid'
    if (paid) movements.push({ payer: payment.payer, payee: payment.payee, amount: payment.amount, fee: ends.fee })
  }
  report(world, checkAllBounds(world))
  for (const { name, disk } of world.nodes) report(world, checkEncodings(name, disk.entries))
  const ends = new Set(payments.flatMap(({ payer, payee }) => [payer, payee]))
  for (const node of world.nodes) {
    for (const { id, status } of node.view.invoices()) {
      ends.add(node.index)
      if (status === 'open') await world.ask(node.index, { type: 'invoice.cancel', id })
    }
  }
  await world.run(CALM_MS)
  report(world, checkConservation(baseline.wealth, wealthOf(world), movements, world.isHonest))
  report(world, checkChannels(world))
  report(world, checkAnswers(world.nodes.flatMap(({ asked }) => asked)))
  const stored = storedOf(world)
  const allHonest = world.nodes.every((_, index) => world.isHonest(index))
  for (const node of world.nodes) {
    if (allHonest) report(world, checkLeftovers(node.name, node.view.leftovers()))
    if (allHonest && !ends.has(node.index)) report(world, checkForgetting(node.name, baseline.stored[node.index]!, stored[node.index]!))
  }
}
