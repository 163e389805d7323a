import { isRefusal } from '../../src/core/base/step.js'
import { asUnits } from '../../src/core/base/money.js'
import { wealthOf } from '../checkers/conservation.js'
import { isPaid, makeInvoice, outcomeOf, startPayment, type Payment } from '../harness/payments.js'
import { setUp } from '../harness/set-up.js'
import { plainText } from '../harness/simulated-node.js'
import { sat, type World } from '../harness/world.js'
import { line, ring, star } from '../topologies/topologies.js'
import { expect, type Figures, type Scenario } from './scenario.js'
import { checkQuiet, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'
import { STREAM_SCENARIOS } from './streams.js'
import { WAYPOINT_SCENARIOS } from './waypoints.js'

/** Most nodes these scenarios are asked with. */
const NODES_MAX = 200
/** Virtual time within which a payment on a calm network must have ended. */
const PAYMENT_MS_MAX = 60_000

/** Makes an invoice, pays it, and runs until the payer has its answer. */
async function payNow (world: World, payer: number, payee: number, amount: bigint, feeMax?: bigint): Promise<Payment | undefined> {
  const payment = await makeInvoice(world, { payer, payee, amount: asUnits(amount) })
  if (isRefusal(payment)) {
    world.violate({ invariant: 'expected', detail: `n${payee} could not make an invoice over ${amount}: ${plainText(payment)}` })
    return undefined
  }
  const asked = startPayment(world, payment, feeMax === undefined ? {} : { feeMax: asUnits(feeMax) })
  await world.run(PAYMENT_MS_MAX, () => asked.answers.length > 0)
  return payment
}

const TWO_NODES: Scenario = {
  name: 'two-nodes',
  question: 'How many payments do two neighbours make one after the other, and do the sums agree?',
  world: () => ({ nodes: 2, payment: SCENARIO_PAYMENT }),
  async run (world): Promise<Figures> {
    await setUp(world, line(2))
    const baseline = takeBaseline(world)
    const payments: Payment[] = []
    const began = world.nowMs
    for (let i = 0; i < 20; i++) {
      const payment = await payNow(world, i % 2, 1 - i % 2, sat(10 + i))
      if (payment === undefined) continue
      payments.push(payment)
      expect(world, `payment ${i} (${plainText(outcomeOf(payment))})`, isPaid(payment), true)
    }
    const msPerPayment = (world.nowMs - began) / payments.length
    await settle(world, payments)
    await checkQuiet(world, baseline, payments)
    return { payments: payments.length, msPerPayment }
  }
}

const LINE: Scenario = {
  name: 'line',
  question: 'Does a payment travel the whole length of a line, and how long does it take?',
  sizes: { min: 2, max: NODES_MAX },
  world: ({ nodes }) => ({ nodes: nodes ?? 6, payment: SCENARIO_PAYMENT, latency: { minMs: 5, maxMs: 20, jitterMs: 2, noticeMs: 0 } }),
  async run (world): Promise<Figures> {
    const last = world.nodes.length - 1
    await setUp(world, line(world.nodes.length))
    const baseline = takeBaseline(world)
    const payments: Payment[] = []
    let longestMs = 0
    for (const [payer, payee] of [[0, last], [last, 0], [0, last]] as const) {
      const began = world.nowMs
      const payment = await payNow(world, payer, payee, sat(77))
      if (payment === undefined) continue
      payments.push(payment)
      longestMs = Math.max(longestMs, world.nowMs - began)
      expect(world, `n${payer} to n${payee} (${plainText(outcomeOf(payment))})`, isPaid(payment), true)
    }
    await settle(world, payments)
    await checkQuiet(world, baseline, payments)
    return { hops: last, payments: payments.length, longestMs }
  }
}

const RING: Scenario = {
  name: 'ring',
  question: 'Do payments between opposite nodes of a ring go round a link that is cut?',
  sizes: { min: 4, max: NODES_MAX },
  world: ({ nodes }) => ({ nodes: nodes ?? 6, payment: SCENARIO_PAYMENT }),
  async run (world): Promise<Figures> {
    const count = world.nodes.length
    await setUp(world, ring(count))
    const baseline = takeBaseline(world)
    const payments: Payment[] = []
    for (let i = 0; i < count; i++) {
      // The link is away for this payment; hints of the other way have a moment to spread.
      world.cut(i, (i + 1) % count, 20_000)
      await world.run(3_000)
      const payment = await payNow(world, i, (i + Math.floor(count / 2)) % count, sat(50))
      if (payment === undefined) continue
      payments.push(payment)
      expect(world, `payment ${i} (${plainText(outcomeOf(payment))})`, isPaid(payment), true)
      world.heal()
      await world.run(8_000)
    }
    await settle(world, payments)
    await checkQuiet(world, baseline, payments)
    return { payments: payments.length }
  }
}

const HUB: Scenario = {
  name: 'hub',
  question: 'Does a hub serve all its users at once, and in how many rounds?',
  sizes: { min: 4, max: NODES_MAX },
  world: ({ nodes }) => ({ nodes: nodes ?? 10, payment: SCENARIO_PAYMENT, latency: { minMs: 1, maxMs: 10, jitterMs: 2, noticeMs: 0 }, writeMs: { min: 1, max: 5 } }),
  async run (world): Promise<Figures> {
    const count = world.nodes.length
    await setUp(world, star(count))
    const baseline = takeBaseline(world)
    const payments: Payment[] = []
    for (let i = 0; i < 4 * count; i++) {
      const payer = 1 + i % (count - 1)
      const payee = 1 + (i + 1 + Math.floor(i / (count - 1))) % (count - 1)
      if (payer === payee) continue
      const payment = await makeInvoice(world, { payer, payee, amount: sat(1 + i % 7) })
      if (isRefusal(payment)) world.violate({ invariant: 'expected', detail: `n${payee} could not make an invoice: ${plainText(payment)}` })
      else payments.push(payment)
    }
    await world.run(1_000)
    const began = world.nowMs
    const asked = payments.map((payment) => startPayment(world, payment))
    await world.run(PAYMENT_MS_MAX, () => asked.every(({ answers }) => answers.length > 0))
    const tookMs = world.nowMs - began
    for (const payment of payments) expect(world, `n${payment.payer} to n${payment.payee} (${plainText(outcomeOf(payment))})`, isPaid(payment), true)
    await settle(world, payments)
    await checkQuiet(world, baseline, payments)
    return { payments: payments.length, tookMs }
  }
}

const FEE = { base: asUnits(1_000n), ppm: 10_000 }

const FEES: Scenario = {
  name: 'fees',
  question: 'Does each forwarder earn what it asked for, and does the payer\'s limit hold?',
  world: () => ({ nodes: 5, payment: SCENARIO_PAYMENT }),
  async run (world): Promise<Figures> {
    await setUp(world, line(5), { fee: FEE })
    const baseline = takeBaseline(world)
    const amount = sat(100)
    const cheap = await payNow(world, 0, 4, amount, 1_000n)
    if (cheap !== undefined) {
      const outcome = outcomeOf(cheap)
      expect(world, 'above the limit', isRefusal(outcome) ? outcome.refused : plainText(outcome), 'fee-limit')
    }
    const payment = await payNow(world, 0, 4, amount, 50_000n)
    await settle(world, payment === undefined ? [] : [payment])
    const wealth = wealthOf(world)
    const gains = wealth.map((value, index) => value - baseline.wealth[index]!)
    if (payment !== undefined) {
      expect(world, `within the limit (${plainText(outcomeOf(payment))})`, isPaid(payment), true)
      // From the payee back to the payer: each hop asks 1 sat and 1 % of what it sends on, rounded up.
      let carried: bigint = amount
      for (const hop of [3, 2, 1]) {
        const fee = 1_000n + (carried * 10_000n + 999_999n) / 1_000_000n
        // The composed quote may round up once a hop more than the hops do one by one.
        const gain = gains[hop]!
        if (gain < fee || gain > fee + 3n) expect(world, `n${hop} earns`, gain, fee)
        carried += fee
      }
    }
    await checkQuiet(world, baseline, [cheap, payment].filter((made) => made !== undefined))
    return { paid: plainText(gains[4]), cost: plainText(gains[0]) }
  }
}

export const NETWORK_SCENARIOS: readonly Scenario[] = [TWO_NODES, LINE, RING, HUB, FEES, ...WAYPOINT_SCENARIOS, ...STREAM_SCENARIOS]
