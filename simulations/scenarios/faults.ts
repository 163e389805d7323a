import { isRefusal } from '../../src/core/base/step.js'
import { wealthOf } from '../checkers/conservation.js'
import { isPaid, makeInvoice, outcomeOf, startPayment, type Payment } from '../harness/payments.js'
import { setUp } from '../harness/set-up.js'
import { plainText } from '../harness/simulated-node.js'
import { sat, type World } from '../harness/world.js'
import { line } from '../topologies/topologies.js'
import { checkQuiet, endsOfPayment, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'
import { expect, type Figures, type Scenario } from './scenario.js'

const NODES = 4
const AMOUNT = sat(100)
/** How long a crashed process stays away, or a disk fails. */
const AWAY_MS = 2_000
const DAY_MS = 86_400_000

/** A line of four with its meeting point at node 2. */
const FOUR = { ...line(NODES), meetingPoints: [2] }

/** An invoice of the last node for the first one; a scenario without one says nothing. */
async function invoiceOverLine (world: World): Promise<Payment> {
  const payment = await makeInvoice(world, { payer: 0, payee: NODES - 1, amount: AMOUNT })
  if (isRefusal(payment)) throw new Error(`no invoice: ${plainText(payment)}`)
  await world.run(1_000)
  return payment
}

/** One payment over three hops, and a fault that the seed names: the node is seed mod 4, the moment ⌊seed / 4⌋. */
function faultAt (options: {
  readonly name: string
  readonly question: string
  /** Arms the fault, right before the payment is asked for. */
  readonly arm: (world: World, node: number, moment: number) => void
  /** After ten seconds: what is still armed is put right. */
  readonly repair: (world: World, node: number) => void
}): Scenario {
  return {
    name: options.name,
    question: options.question,
    world: () => ({ nodes: NODES, payment: SCENARIO_PAYMENT, writeMs: { min: 1, max: 4 } }),
    async run (world, { seed }): Promise<Figures> {
      await setUp(world, FOUR)
      const baseline = takeBaseline(world)
      const payment = await invoiceOverLine(world)
      const node = Number(seed % BigInt(NODES))
      const moment = Number(seed / BigInt(NODES))
      options.arm(world, node, moment)
      startPayment(world, payment)
      await world.run(10_000)
      const crashed = world.nodes[node]!.processes > 1
      options.repair(world, node)
      await world.run(AWAY_MS + 1_000)
      await settle(world, [payment])
      const { payerStatus } = endsOfPayment(world, payment)
      await checkQuiet(world, baseline, [payment])
      return { node, moment, crashed, processes: world.nodes[node]!.processes, paid: isPaid(payment) || payerStatus === 'paid', told: plainText(outcomeOf(payment)) }
    }
  }
}

const CRASH_POINTS = faultAt({
  name: 'crash-points',
  question: 'Is a payment whole, and nothing left, wherever a process dies? The seed is the crash: node, and acts before it.',
  arm: (world, node, moment) => { world.crashAfter(node, moment, AWAY_MS) },
  // A point that this payment never reached: the process that is still armed goes now.
  repair: (world, node) => { if (world.nodes[node]!.processes === 1) world.crash(node, AWAY_MS) }
})

/** Acts of a process that starts, among which the second crash falls. */
const RECOVERY_ACTS = 17
/** Acts of the payment among which the first crash falls; each goes with several second ones. */
const FIRST_CRASHES = 31

const CRASH_PAIRS = faultAt({
  name: 'crash-pairs',
  question: 'Is a payment whole, and nothing left, when a process dies and the next one dies while it recovers?',
  arm: (world, node, moment) => {
    world.crashAfter(node, moment % FIRST_CRASHES, AWAY_MS, { acts: (node + 4 * Math.floor(moment / FIRST_CRASHES)) % RECOVERY_ACTS, restartAfterMs: AWAY_MS })
  },
  repair: (world, node) => { if (world.nodes[node]!.processes === 1) world.crash(node, AWAY_MS) }
})

/** The moment's parity is the direction of the jump. */
const CLOCK_JUMP = faultAt({
  name: 'clock-jump',
  question: 'Is nothing lost when a process dies and the next one starts with a clock a day off, and then with the right one?',
  arm (world, node, moment) {
    world.setClock(node, moment % 2 === 0 ? DAY_MS : -DAY_MS)
    world.crashAfter(node, moment, AWAY_MS)
  },
  repair (world, node) {
    world.setClock(node, 0)
    world.nodes[node]!.disarm()
    world.crash(node, AWAY_MS)
  }
})

const DISK_FAILURE = faultAt({
  name: 'disk-failure',
  question: 'Does a node whose disk fails reveal nothing unsaved, and go on when it is mended? The seed is the node and the moment.',
  arm: (world, node, moment) => { world.later(moment, () => { world.nodes[node]!.disk.failing = true }) },
  repair (world, node) {
    world.nodes[node]!.disk.failing = false
    world.crash(node, AWAY_MS)
  }
})

/** Seconds by which a clock of `skew` is wrong: two neighbours differ by twice as much, near the 60 s they accept. */
const SKEW_SECONDS = 25
/** Seconds from one node's clock to the next one's, where clocks go apart step by step. */
const SKEW_STEP_SECONDS = 29
/** Seeds of `skew` below this are the patterns of fast and slow clocks of four nodes; above, clocks that go apart step by step. */
export const SKEW_PATTERNS = 1n << BigInt(NODES)

/** Seconds by which a node's clock is ahead: each bit of the seed is one clock, or each node is a step beyond the one before. */
function skewSeconds (seed: bigint, index: number): number {
  const isAhead = (seed >> BigInt(index)) % 2n === 1n
  if (seed < SKEW_PATTERNS) return isAhead ? SKEW_SECONDS : -SKEW_SECONDS
  // All are within 60 s of the meeting point, node 2: of one further away its records are not believed.
  return (seed % 2n === 0n ? 1 : -1) * SKEW_STEP_SECONDS * (index - 2)
}

/** Clocks of all nodes within what neighbours tolerate, by the seed. */
const SKEW: Scenario = {
  name: 'skew',
  question: 'Is a payment made although neighbours\' clocks differ by 50 s, also when the differences add up along the way?',
  world: ({ seed }) => ({ nodes: NODES, payment: SCENARIO_PAYMENT, skewMs: (index) => skewSeconds(seed, index) * 1_000 }),
  async run (world): Promise<Figures> {
    await setUp(world, FOUR)
    const baseline = takeBaseline(world)
    const payments: Payment[] = []
    for (const [payer, payee] of [[0, NODES - 1], [NODES - 1, 0]] as const) {
      const payment = await makeInvoice(world, { payer, payee, amount: AMOUNT })
      if (isRefusal(payment)) throw new Error(`no invoice: ${plainText(payment)}`)
      await world.run(1_000)
      startPayment(world, payment)
      await settle(world, [payment])
      expect(world, `the payment of n${payer} (${plainText(outcomeOf(payment))})`, isPaid(payment), true)
      payments.push(payment)
    }
    await checkQuiet(world, baseline, payments)
    return { paid: payments.filter(isPaid).length }
  }
}

const CLOCK_AHEAD: Scenario = {
  name: 'clock-ahead',
  question: 'Does a node whose clock is a day ahead lose nothing and hold nothing up?',
  world: () => ({ nodes: NODES, payment: SCENARIO_PAYMENT, skewMs: (index) => index === 1 ? DAY_MS : 0 }),
  async run (world): Promise<Figures> {
    await setUp(world, FOUR, { spread: false })
    await world.run(10_000)
    const baseline = takeBaseline(world)
    const payment = await invoiceOverLine(world)
    startPayment(world, payment)
    await settle(world, [payment])
    expect(world, `the payment over it (${plainText(outcomeOf(payment))})`, isPaid(payment), false)
    await checkQuiet(world, baseline, [payment])
    return { told: plainText(outcomeOf(payment)) }
  }
}

/** Longest time after which the locks before the last one have ended. */
const UPSTREAM_MS_MAX = 4_000_000

const LATE_CLAIM: Scenario = {
  name: 'late-claim',
  question: 'Does a forwarder lose when its neighbour claims, and shows the secret only after the lock before it has ended?',
  world: () => ({ nodes: NODES, payment: SCENARIO_PAYMENT }),
  async run (world, { seed }): Promise<Figures> {
    // Who opened the channel decides whose proposal stands when both propose: each gets its turn.
    const last = seed % 2n === 0n ? [NODES - 1, NODES - 2] as const : [NODES - 2, NODES - 1] as const
    await setUp(world, { ...FOUR, edges: [...FOUR.edges.slice(0, -1), last] })
    const baseline = takeBaseline(world)
    const payment = await invoiceOverLine(world)
    const cheat = NODES - 1
    const stalledMs = world.nowMs + 10_000
    // It takes the lock, then neither claims nor lets it be taken back.
    world.misbehave(cheat, ({ stream, message }, direction) => {
      if (stream !== 'channel' || direction !== 'out') return 'pass'
      return message.type === 'secret' || message.type === 'propose' || world.nowMs > stalledMs ? 'drop' : 'pass'
    })
    startPayment(world, payment)
    const forwarder = world.nodes[NODES - 2]!
    const before = forwarder.view.rawChannels().find(({ peer }) => peer === world.nodes[NODES - 3]!.peer)!
    await world.run(10_000)
    expect(world, 'the lock before the last one, after 10 s', forwarder.view.locksOf(before.id).length, 1)
    await world.run(UPSTREAM_MS_MAX, () => forwarder.view.locksOf(before.id).length === 0)
    // Now it shows what it held back, on a new connection.
    world.misbehave(cheat, undefined)
    world.crash(cheat, 1_000)
    await settle(world, [payment])
    await checkQuiet(world, baseline, [payment])
    return { told: plainText(outcomeOf(payment)), lastChannel: forwarder.view.rawChannels().map(({ status, failure }) => failure ?? status).join(', ') }
  }
}

/** Longest time until the payer's node fails the channel: the lock, two days, and what goes with it. */
const HELD_UP_MS_MAX = 200_000_000

const HELD_UP: Scenario = {
  name: 'held-up',
  question: 'What does a payer know and lose when its neighbour takes the lock, and never agrees on the time again?',
  world: () => ({ nodes: NODES, payment: SCENARIO_PAYMENT, eventsMax: 4_000_000 }),
  async run (world): Promise<Figures> {
    await setUp(world, FOUR)
    const [before] = wealthOf(world)
    const payment = await invoiceOverLine(world)
    const cheat = 1
    // It takes the lock and hands it to nobody; from then on its clock is an hour off.
    world.misbehave(cheat, ({ stream, message }, direction) => {
      if (direction !== 'out') return 'pass'
      if (stream === 'channel' && message.type === 'propose') return 'drop'
      const lock = world.nodes[0]!.view.rawChannels().some(({ id }) => world.nodes[0]!.view.locksOf(id).length > 0)
      return stream === 'link' && message.type === 'pong' && lock ? { alter: { stream, message: { ...message, clockMs: message.clockMs + 3_600_000 } } } : 'pass'
    })
    startPayment(world, payment)
    const { view } = world.nodes[0]!
    const isFailed = (): boolean => view.rawChannels().every(({ status }) => status === 'failed')
    await world.run(HELD_UP_MS_MAX, isFailed)
    const [channel] = view.rawChannels()
    expect(world, 'why the channel failed', channel?.failure?.slice(0, 7), 'CHAN-24')
    const [record] = view.payments()
    expect(world, 'the status of the payment', record?.status, 'locked')
    expect(world, 'what is told of it', record?.reason?.startsWith('uncertain: '), true)
    expect(world, 'warnings', view.warnings().filter((warning) => warning.includes('uncertain')).length, 1)
    expect(world, 'what the payer lost', before, channel?.state.kind === 'trust-line' ? channel.state.owedToUs : undefined)
    return { told: plainText(outcomeOf(payment)), reason: record?.reason ?? '', afterSeconds: Math.round(world.nowMs / 1_000) }
  }
}

export const FAULT_SCENARIOS: readonly Scenario[] = [CRASH_POINTS, CRASH_PAIRS, CLOCK_JUMP, DISK_FAILURE, SKEW, CLOCK_AHEAD, LATE_CLAIM, HELD_UP]
