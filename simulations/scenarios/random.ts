import { isRefusal } from '../../src/core/base/step.js'
import type { InvoiceId } from '../../src/core/base/ids.js'
import type { Units } from '../../src/core/base/money.js'
import { addUnits, asUnits } from '../../src/core/base/money.js'
import type { Misbehaviour } from '../harness/frame-messages.js'
import { isPaid, makeInvoice, outcomeOf, startPayment, type Payment } from '../harness/payments.js'
import type { Random } from '../harness/random.js'
import { randomOf } from '../harness/random.js'
import type { FeePolicy } from '../../src/core/link/rules.js'
import { setUp, type Built } from '../harness/set-up.js'
import { plainText } from '../harness/simulated-node.js'
import type { World } from '../harness/world.js'
import { sat } from '../harness/world.js'
import { randomTopology, type Topology } from '../topologies/topologies.js'
import { feasible } from './feasible.js'
import type { Figures, Scenario } from './scenario.js'
import { checkQuiet, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'

/** Payments and faults of a schedule begin within this time. */
const ACTION_MS = 15_000
/** Longest cut, partition or downtime: all end long before the shortest time-lock margin. */
const FAULT_MS_MAX = 6_000
const PAYMENTS_MAX = 8
const FAULTS_MAX = 6
/** What a probe pays after everything else, and how long hints have to spread before. */
const PROBE_AMOUNT = sat(1)
const PROBE_FEE_MAX = sat(20)
const HINTS_MS = 5_000

/** What happens in a schedule, drawn from its seed before it runs. */
interface Plan {
  readonly topology: Topology
  readonly latency: { readonly minMs: number, readonly maxMs: number, readonly jitterMs: number, readonly noticeMs: number }
  readonly writeMs: { readonly min: number, readonly max: number }
  readonly payments: ReadonlyArray<{ readonly atMs: number, readonly payer: number, readonly payee: number, readonly amount: Units }>
  /** New limits that an end of a link asks for. */
  readonly limits: ReadonlyArray<{ readonly atMs: number, readonly edge: number, readonly end: 0 | 1, readonly limit: Units }>
  readonly fee: FeePolicy | undefined
  readonly faults: readonly PlannedFault[]
}

type PlannedFault =
  | { readonly type: 'cut', readonly atMs: number, readonly a: number, readonly b: number, readonly forMs: number }
  | { readonly type: 'partition', readonly atMs: number, readonly groups: ReadonlyArray<readonly number[]>, readonly forMs: number }
  | { readonly type: 'crash', readonly atMs: number, readonly node: number, readonly restartMs: number }
  | { readonly type: 'crash-after', readonly atMs: number, readonly node: number, readonly acts: number, readonly restartMs: number }
  | { readonly type: 'misbehave', readonly atMs: number, readonly node: number, readonly how: Misconduct, readonly forMs: number }

interface Misconduct { readonly stream: 'link' | 'channel' | 'route', readonly direction: 'in' | 'out', readonly act: 'drop' | 'delay', readonly share: number, readonly delayMs: number }

const NODES_MIN = 3
const NODES_MAX = 8

function planOf (seed: bigint, nodes: number | undefined): Plan {
  const random = randomOf(seed, '/plan')
  const count = nodes ?? random.between(NODES_MIN, NODES_MAX)
  const topology = randomTopology(random, count)
  const minMs = random.between(1, 50)
  // In some schedules all payments are asked for at the same moment.
  const burstMs = random.chance(0.25) ? random.between(0, ACTION_MS) : undefined
  const payments = Array.from({ length: random.between(1, PAYMENTS_MAX) }, () => {
    const [payer, payee] = random.shuffled(Array.from({ length: count }, (_, index) => index))
    return { atMs: burstMs ?? random.between(0, ACTION_MS), payer: payer!, payee: payee!, amount: amountOf(random) }
  })
  const limits = Array.from({ length: random.pick([0, 0, 1, 3]) }, () =>
    ({ atMs: random.between(0, ACTION_MS), edge: random.below(topology.edges.length), end: random.pick([0, 1] as const), limit: sat(random.between(0, 2_000)) }))
  const faults = random.chance(0.2) ? [] : Array.from({ length: random.between(1, FAULTS_MAX) }, () => faultOf(random, topology))
  return {
    topology,
    latency: { minMs, maxMs: minMs + random.between(0, 100), jitterMs: random.between(0, 40), noticeMs: random.pick([0, 50, 2_000]) },
    writeMs: { min: 0, max: random.pick([0, 5, 30]) },
    payments,
    limits,
    fee: random.chance(0.4) ? { base: asUnits(BigInt(random.below(1_000))), ppm: random.below(2_000) } : undefined,
    // One node at most breaks the protocol: who deals with two such nodes at once has chosen them himself.
    faults: faults.filter((fault, index) => fault.type !== 'misbehave' || faults.findIndex(({ type }) => type === 'misbehave') === index)
  }
}

/** From one thousandth of a satoshi to more than a line holds. */
const amountOf = (random: Random): Units => asUnits(BigInt(Math.max(1, Math.floor(2 ** (random.below(2_050) / 100)))))

function faultOf (random: Random, topology: Topology): PlannedFault {
  const atMs = random.between(0, ACTION_MS)
  const node = random.below(topology.nodes)
  const forMs = random.between(0, FAULT_MS_MAX)
  switch (random.pick(['cut', 'cut', 'partition', 'crash', 'crash-after', 'crash-after', 'misbehave'] as const)) {
    case 'cut': {
      const [a, b] = random.pick(topology.edges)
      return { type: 'cut', atMs, a, b, forMs }
    }
    case 'partition': {
      const order = random.shuffled(Array.from({ length: topology.nodes }, (_, index) => index))
      const size = random.between(1, topology.nodes - 1)
      return { type: 'partition', atMs, groups: [order.slice(0, size), order.slice(size)], forMs }
    }
    case 'crash': return { type: 'crash', atMs, node, restartMs: forMs }
    case 'crash-after': return { type: 'crash-after', atMs, node, acts: random.between(0, 12), restartMs: forMs }
    case 'misbehave': return {
      type: 'misbehave',
      atMs,
      node,
      forMs: random.between(1_000, FAULT_MS_MAX),
      how: { stream: random.pick(['link', 'channel', 'route', 'route'] as const), direction: random.pick(['in', 'out'] as const), act: random.pick(['drop', 'delay'] as const), share: random.pick([0.1, 0.5, 1]), delayMs: random.between(1, 3_000) }
    }
  }
}

/** Lets the plan happen; payments that were made are added to the list as they come. */
function schedule (world: World, plan: Plan, built: Built, payments: Payment[]): void {
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
  for (const { atMs, edge, end, limit } of plan.limits) {
    const { channelId } = built.channels[edge]!
    world.later(atMs, () => { world.request(plan.topology.edges[edge]![end], { type: 'channel.set', channelId, limit }) })
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

/** After all faults: a small payment between two random nodes, and one the other way, succeed where money can flow (I19). */
async function probe (world: World, plan: Plan, payments: Payment[]): Promise<number> {
  await world.run(HINTS_MS)
  const random = world.random.fork('probe')
  const [a, b] = random.shuffled(world.nodes.map(({ index }) => index))
  let probes = 0
  for (const [payer, payee] of [[a!, b!], [b!, a!]] as const) {
    if (!plan.topology.meetingPoints.every((host) => feasible(world, payer, host, payee, addUnits(PROBE_AMOUNT, PROBE_FEE_MAX)))) continue
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
  world: ({ seed, nodes }) => {
    const { topology, latency, writeMs } = planOf(seed, nodes)
    return { nodes: topology.nodes, latency, writeMs, payment: SCENARIO_PAYMENT }
  },
  async run (world, { seed, nodes }): Promise<Figures> {
    const plan = planOf(seed, nodes)
    const built = await setUp(world, plan.topology, { fee: plan.fee })
    const baseline = takeBaseline(world)
    const payments: Payment[] = []
    schedule(world, plan, built, payments)
    await world.run(ACTION_MS + FAULT_MS_MAX)
    world.heal()
    await settle(world, payments)
    const paid = payments.filter(isPaid).length
    const probes = await probe(world, plan, payments)
    await settle(world, payments)
    await checkQuiet(world, baseline, payments)
    return { nodes: plan.topology.nodes, payments: plan.payments.length, invoices: payments.length - probes, paid, probes, faults: plan.faults.length }
  }
}
