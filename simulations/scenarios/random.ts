import { isRefusal } from '../../src/core/base/step.js'
import type { InvoiceId } from '../../src/core/base/ids.js'
import { addUnits } from '../../src/core/base/money.js'
import type { Misbehaviour } from '../harness/frame-messages.js'
import { isPaid, makeInvoice, outcomeOf, startPayment, type Payment } from '../harness/payments.js'
import { setUp, type Built } from '../harness/set-up.js'
import { plainText } from '../harness/simulated-node.js'
import type { World } from '../harness/world.js'
import { sat } from '../harness/world.js'
import { feasible } from './feasible.js'
import { ACTION_MS, FAULT_MS_MAX, partsOf, planOf, SCHEDULE_EVENTS_MAX, type Misconduct, type Plan } from './plan.js'
import type { Figures, Scenario } from './scenario.js'
import { checkQuiet, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'

/** What a probe pays after everything else, and how long hints have to spread before. */
const PROBE_AMOUNT = sat(1)
const PROBE_FEE_MAX = sat(20)
const HINTS_MS = 5_000

/** Lets the plan happen; payments that were made are added to the list as they come. */
export function schedule (world: World, plan: Plan, built: Built, payments: Payment[]): void {
  for (const { atMs, payer, payee, amount } of plan.payments) {
    world.later(atMs, () => {
      const description = 'random'
      world.request(payee, { type: 'invoice.create', asset: world.asset, amount, description, expiryMs: 3_600_000, meetingPoints: undefined }, (made) => {
        if (isRefusal(made)) return // no meeting point within reach just now, or more than can be received
        const { invoice, id } = made as { invoice: string, id: InvoiceId }
        const payment: Payment = { payer, payee, amount, description, invoice, invoiceId: id, asked: undefined }
        payments.push(payment)
        startPayment(world, payment)
      })
    })
  }
  for (const { atMs, from, to, limit } of plan.limits) {
    const { channelId } = built.channels.find(({ a, b }) => (a === from && b === to) || (a === to && b === from))!
    world.later(atMs, () => { world.request(from, { type: 'channel.set', channelId, limit }) })
  }
  for (const fault of plan.faults) {
    world.later(fault.atMs, () => {
      switch (fault.type) {
        case 'cut': world.cut(fault.a, fault.b, fault.forMs); break
        case 'partition': world.partition(fault.groups, fault.forMs); break
        case 'crash': world.crash(fault.node, fault.restartMs); break
        case 'crash-after': world.crashAfter(fault.node, fault.acts, fault.restartMs); break
        case 'misbehave': {
          world.misbehave(fault.node, misconduct(world, fault.how))
          // It behaves again with a new process: what it withheld on its streams is then asked for again.
          world.later(fault.forMs, () => {
            world.misbehave(fault.node, undefined)
            world.crash(fault.node, 100)
          })
        }
      }
    })
  }
}

function misconduct (world: World, how: Misconduct): Misbehaviour {
  const random = world.random.fork('misconduct')
  return ({ stream }, direction) => {
    if (stream !== how.stream || direction !== how.direction || !random.chance(how.share)) return 'pass'
    return how.act === 'drop' ? 'drop' : { delayMs: how.delayMs }
  }
}

/**
 * After all faults: a small payment between two random nodes, and one the other way, succeed where money can flow (I19).
 *
 * @param honestOnly - whether ways over nodes that lied do not count as ways
 */
export async function probe (world: World, plan: Pick<Plan, 'topology'>, payments: Payment[], honestOnly = false): Promise<number> {
  await world.run(HINTS_MS)
  const random = world.random.fork('probe')
  // Meeting points and links may have been left out.
  const [a, b] = random.shuffled(world.nodes.map(({ index }) => index).filter((index) => (!honestOnly || world.isHonest(index)) && plan.topology.edges.some((edge) => edge.includes(index))))
  if (a === undefined || b === undefined || plan.topology.meetingPoints.length === 0) return 0
  let probes = 0
  for (const [payer, payee] of [[a, b], [b, a]] as const) {
    if (!plan.topology.meetingPoints.every((host) => feasible(world, payer, host, payee, addUnits(PROBE_AMOUNT, PROBE_FEE_MAX), honestOnly))) continue
    const payment = await makeInvoice(world, { payer, payee, amount: PROBE_AMOUNT, description: 'probe' })
    if (isRefusal(payment)) {
      world.violate({ invariant: 'I19', detail: `n${payee} could not make an invoice over ${PROBE_AMOUNT}: ${plainText(payment)}` })
      continue
    }
    payments.push(payment)
    probes++
    const asked = startPayment(world, payment, { feeMax: PROBE_FEE_MAX })
    await world.run(120_000, () => asked.answers.length > 0)
    if (!isPaid(payment)) world.violate({ invariant: 'I19', detail: `n${payer} could not pay ${PROBE_AMOUNT} to n${payee} after all faults: ${plainText(outcomeOf(payment))}` })
  }
  return probes
}

export const RANDOM: Scenario = {
  name: 'random',
  question: 'Does everything hold on a random network with random payments, latencies, cuts, crashes and misconduct?',
  sizes: { min: 2, max: 100 },
  parts: partsOf,
  world: (options) => {
    const { topology, latency, writeMs } = planOf(options)
    return { nodes: topology.nodes, latency, writeMs, payment: SCENARIO_PAYMENT, eventsMax: SCHEDULE_EVENTS_MAX }
  },
  async run (world, options): Promise<Figures> {
    const plan = planOf(options)
    const built = await setUp(world, plan.topology, { fee: plan.fee })
    const baseline = takeBaseline(world)
    const payments: Payment[] = []
    schedule(world, plan, built, payments)
    await world.run((options.untilMs ?? ACTION_MS) + FAULT_MS_MAX)
    world.heal()
    await settle(world, payments)
    const paid = payments.filter(isPaid).length
    const probes = await probe(world, plan, payments)
    await settle(world, payments)
    await checkQuiet(world, baseline, payments)
    return { nodes: plan.topology.nodes, payments: plan.payments.length, invoices: payments.length - probes, paid, probes, faults: plan.faults.length }
  }
}
