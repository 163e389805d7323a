import { asUnits } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import { isPaid, makeInvoice, outcomeOf, startPayment, type Payment } from '../harness/payments.js'
import { setUp } from '../harness/set-up.js'
import { plainText } from '../harness/simulated-node.js'
import { sat, type World } from '../harness/world.js'
import { distance, line, randomTopology, ring, without, type Topology } from '../topologies/topologies.js'
import { expect, type Figures, type Scenario } from './scenario.js'
import { checkQuiet, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'

/** Virtual time within which a network without any setting must have meeting points that all know. */
const ELECTION_MS_MAX = 60_000
const LOOK_EVERY_MS = 250
const PAYMENT_MS_MAX = 60_000
const PAYMENTS = 10
/** Hints of a meeting point that is gone have ended after this: a round of questions goes round first. */
const HINTS_END_MS = 5_000
/** How long the meeting points that vanish are gone. */
const GONE_MS = 300_000

const hostsOf = (world: World): number[] => world.nodes.filter((node) => node.isUp && node.view.meetingPoints().some(({ hosted }) => hosted)).map(({ index }) => index)

/** Runs until all of some nodes know the way to a meeting point; gives the time it took. */
async function everyoneKnowsOne (world: World, indexes: readonly number[]): Promise<number> {
  const began = world.nowMs
  const known = (): boolean => indexes.every((index) => world.nodes[index]!.view.meetingPoints().some(({ hosted, hops }) => hosted || hops !== undefined))
  while (!known()) {
    if (world.nowMs - began >= ELECTION_MS_MAX) {
      world.violate({ invariant: 'expected', detail: `no meeting point for all within ${ELECTION_MS_MAX} ms: ${hostsOf(world).map((index) => `n${index}`).join(' ')} are some` })
      break
    }
    await world.run(LOOK_EVERY_MS)
  }
  return world.nowMs - began
}

async function payBetween (world: World, pairs: ReadonlyArray<readonly [number, number]>): Promise<Payment[]> {
  const payments: Payment[] = []
  for (const [payer, payee] of pairs) {
    const payment = await makeInvoice(world, { payer, payee, amount: asUnits(sat(5)) })
    if (isRefusal(payment)) {
      world.violate({ invariant: 'expected', detail: `n${payee} could not make an invoice: ${plainText(payment)}` })
      continue
    }
    const asked = startPayment(world, payment)
    await world.run(PAYMENT_MS_MAX, () => asked.answers.length > 0)
    payments.push(payment)
    expect(world, `n${payer} to n${payee} (${plainText(outcomeOf(payment))})`, isPaid(payment), true)
  }
  return payments
}

function randomPairs (world: World, indexes: readonly number[], linked: (a: number, b: number) => boolean): Array<readonly [number, number]> {
  const pairs = indexes.flatMap((a) => indexes.filter((b) => a !== b && linked(a, b)).map((b): readonly [number, number] => [a, b]))
  return world.random.fork('pairs').shuffled(pairs).slice(0, PAYMENTS)
}

const ELECTION: Scenario = {
  name: 'election',
  question: 'Do nodes without any setting find meeting points, and can they pay each other through them?',
  sizes: { min: 2, max: 100 },
  world: ({ nodes }) => ({ nodes: nodes ?? 12, payment: SCENARIO_PAYMENT, duty: () => 'volunteer', latency: { minMs: 1, maxMs: 40, jitterMs: 5, noticeMs: 0 } }),
  async run (world): Promise<Figures> {
    const count = world.nodes.length
    const topology = { ...count <= 3 ? line(count) : randomTopology(world.random.fork('topology'), count), meetingPoints: [] }
    await setUp(world, topology)
    const all = world.nodes.map(({ index }) => index)
    const tookMs = await everyoneKnowsOne(world, all)
    // Later ones still come: the roster has room for all that have three neighbours.
    await world.run(20_000)
    const baseline = takeBaseline(world)
    const payments = await payBetween(world, randomPairs(world, all, () => true))
    await settle(world, payments)
    await checkQuiet(world, baseline, payments)
    return { meetingPoints: hostsOf(world).length, tookMs, payments: payments.length }
  }
}

const VANISH: Scenario = {
  name: 'election-vanish',
  question: 'When all meeting points vanish at once, does what is left of the network find others?',
  world: () => ({ nodes: 12, payment: SCENARIO_PAYMENT, duty: () => 'volunteer', latency: { minMs: 1, maxMs: 40, jitterMs: 5, noticeMs: 0 } }),
  async run (world): Promise<Figures> {
    const topology: Topology = { ...ring(world.nodes.length), meetingPoints: [] }
    await setUp(world, topology)
    const all = world.nodes.map(({ index }) => index)
    await everyoneKnowsOne(world, all)
    await world.run(10_000)
    const gone = hostsOf(world)
    for (const index of gone) world.crash(index, GONE_MS)
    const left = without(topology, ...topology.edges.filter(([a, b]) => gone.includes(a) || gone.includes(b)))
    const connected = all.filter((index) => left.edges.some((edge) => edge.includes(index)))
    // Until the hints of those that are gone have ended, everyone seems to know one.
    await world.run(HINTS_END_MS)
    const tookMs = HINTS_END_MS + await everyoneKnowsOne(world, connected)
    const elected = hostsOf(world)
    expect(world, 'others were elected', connected.length === 0 || elected.length > 0, true)
    const payments = await payBetween(world, randomPairs(world, connected, (a, b) => distance(left, a, b) !== undefined))
    // Those that come back go on as what they were: their attestations are asked for again.
    await world.run(Math.max(0, GONE_MS - tookMs))
    await everyoneKnowsOne(world, all)
    await settle(world, payments)
    return { before: gone.length, after: elected.length, tookMs, payments: payments.length }
  }
}

export const ELECTION_SCENARIOS: readonly Scenario[] = [ELECTION, VANISH]
