import { LIES, liar, lieName } from '../harness/lies.js'
import type { Payment } from '../harness/payments.js'
import { isPaid } from '../harness/payments.js'
import type { Random } from '../harness/random.js'
import { setUp } from '../harness/set-up.js'
import { sat, type World } from '../harness/world.js'
import { ACTION_MS, FAULT_MS_MAX, partsOf, planOf, SCHEDULE_EVENTS_MAX, type Plan } from './plan.js'
import { probe, schedule } from './random.js'
import type { Figures, Scenario, ScenarioOptions } from './scenario.js'
import { checkQuiet, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'

/** Payments beside those of the schedule. */
const MORE_PAYMENTS = 5

/** The schedule of a seed, without the misconduct of the random ones: one lie is what is looked at. */
function lyingPlan (options: ScenarioOptions): Plan {
  const plan = planOf(options)
  return { ...plan, faults: plan.faults.filter(({ type }) => type !== 'misbehave') }
}

/** Payments beside those of the schedule: between the others, and some with the liar, so that each kind of message is sent. */
const more = (random: Random, nodes: number, node: number): Plan['payments'] => Array.from({ length: MORE_PAYMENTS }, (_, index) => {
  const [payer, payee] = random.shuffled(Array.from({ length: nodes }, (_each, each) => each).filter((each) => index < 2 || each !== node))
  return { atMs: random.between(0, ACTION_MS), payer: payer!, payee: payee!, amount: sat(random.between(1, 100)) }
})

/** Opens a link and a trust line on it; refusals are the business of those two. */
function openLate (world: World, [a, b]: readonly [number, number]): void {
  const accept = [{ kind: 'trust-line', asset: world.asset, limit: sat(1_000) }] as const
  const { peer } = world.nodes[b]!
  world.request(a, { type: 'link.open', peer, addresses: [`/memory/${b}`], accept }, () => {
    world.request(a, { type: 'channel.open', peer, kind: 'trust-line', asset: world.asset, limit: sat(1_000), amount: sat(1_000) })
  })
}

/** The lie is the seed modulo the number of lies: so many seeds in a row tell each once. */
export const LIE: Scenario = {
  name: 'lies',
  question: 'Does no honest node lose anything, or stop, when one node lies? The seed is the lie, and the schedule.',
  sizes: { min: 3, max: 20 },
  parts: partsOf,
  world: (options) => {
    const { topology, latency, writeMs } = lyingPlan(options)
    return { nodes: topology.nodes, latency, writeMs, payment: SCENARIO_PAYMENT, eventsMax: SCHEDULE_EVENTS_MAX }
  },
  async run (world, options): Promise<Figures> {
    const plan = lyingPlan(options)
    const random = world.random.fork('liar')
    const lie = LIES[Number(options.seed % BigInt(LIES.length))]!
    // A node with several neighbours has more to lie to.
    const degree = (node: number): number => plan.topology.edges.filter((edge) => edge.includes(node)).length
    const node = random.shuffled(world.nodes.map(({ index }) => index)).reduce((best, index) => degree(index) > degree(best) ? index : best)
    const told = new Map<string, number>()
    // One link of the liar is made while it lies, so that what makes links and channels is lied about too.
    const late = plan.topology.edges.findLast((edge) => edge.includes(node))
    const topology = degree(node) < 2 ? plan.topology : { ...plan.topology, edges: plan.topology.edges.filter((edge) => edge !== late) }
    const built = await setUp(world, topology, { fee: plan.fee })
    const baseline = takeBaseline(world)
    const payments: Payment[] = []
    world.misbehave(node, liar(lie, random.pick([0.3, 1]), random, (what) => { told.set(what, (told.get(what) ?? 0) + 1) }))
    if (topology !== plan.topology && late !== undefined) openLate(world, late)
    schedule(world, { ...plan, limits: plan.limits.filter(({ from, to }) => topology.edges.some(([a, b]) => (a === from && b === to) || (a === to && b === from))), payments: [...plan.payments, ...more(random, plan.topology.nodes, node)] }, built, payments)
    await world.run((options.untilMs ?? ACTION_MS) + FAULT_MS_MAX)
    world.heal()
    world.misbehave(node, undefined)
    world.crash(node, 100)
    await settle(world, payments)
    const probes = await probe(world, plan, payments, true)
    await settle(world, payments)
    await checkQuiet(world, baseline, payments)
    const failed = world.nodes.reduce((sum, each) => sum + each.view.rawChannels().filter(({ status }) => status === 'failed').length, 0)
    return { lie: lieName(lie), liar: node, told: [...told.values()].reduce((sum, count) => sum + count, 0), fields: [...told.keys()].join(', '), paid: payments.filter(isPaid).length, probes, failed }
  }
}
