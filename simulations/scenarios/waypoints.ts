import { fromHex } from '../../src/core/base/bytes.js'
import type { MeetingPointId } from '../../src/core/base/ids.js'
import { isRefusal } from '../../src/core/base/step.js'
import type { EntryView } from '../../src/core/payment/entries.js'
import type { MakeRoute } from '../../src/core/payment/messages.js'
import { RATE_ONE } from '../../src/core/payment/quote.js'
import { checkPrivacy } from '../checkers/privacy.js'
import { wealthOf } from '../checkers/conservation.js'
import { messageOf } from '../harness/frame-messages.js'
import { isPaid, makeInvoice, outcomeOf, startPayment, type Payment } from '../harness/payments.js'
import { setUp } from '../harness/set-up.js'
import { plainText } from '../harness/simulated-node.js'
import type { Frame } from '../harness/virtual-network.js'
import { sat, type World } from '../harness/world.js'
import type { Topology } from '../topologies/topologies.js'
import { varint } from './prototype.js'
import { expect, report, type Figures, type Scenario } from './scenario.js'
import { checkQuiet, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'

/**
 * Two ways on each side of the meeting point of node 3; nodes 4 and 5 host others.
 *
 * ```
 *       (1) ------- (3) ------- (7)
 *      /             | \          \
 *   (0) - (2) - (4) -+  +- (5) -- (6)
 * ```
 */
const LADDER: Topology = { name: 'ladder', nodes: 8, edges: [[0, 1], [1, 3], [0, 2], [2, 4], [4, 3], [3, 5], [5, 6], [3, 7], [7, 6]], meetingPoints: [3, 4, 5] }
const PAYER = 0
const PAYEE = 6
const AMOUNT = sat(20)
const PAY_MS = 60_000

/** A stop of a way: a neighbour as proxy, or the meeting point of a node. */
type Stop = { readonly proxy: number } | { readonly meetingPoint: number }

interface Case { readonly payer: readonly Stop[], readonly payee: readonly Stop[] }

const CASES: readonly Case[] = [
  { payer: [{ proxy: 2 }], payee: [] },
  { payer: [{ proxy: 1 }], payee: [] },
  { payer: [{ meetingPoint: 4 }], payee: [] },
  { payer: [{ proxy: 1 }, { meetingPoint: 4 }], payee: [] },
  { payer: [{ meetingPoint: 5 }, { meetingPoint: 4 }], payee: [] },
  { payer: [], payee: [{ proxy: 7 }] },
  { payer: [], payee: [{ meetingPoint: 5 }] },
  { payer: [{ proxy: 2 }, { meetingPoint: 4 }], payee: [{ proxy: 7 }, { meetingPoint: 5 }] }
]

const WAYPOINTS: Scenario = {
  name: 'waypoints',
  question: 'Do payments go the way that payer and payee chose, by neighbours and meeting points, and show nothing on two links?',
  world: () => ({ nodes: LADDER.nodes, payment: SCENARIO_PAYMENT }),
  async run (world): Promise<Figures> {
    await setUp(world, LADDER)
    const baseline = takeBaseline(world)
    const meetingPointOf = (index: number): MeetingPointId => world.nodes[index]!.view.meetingPoints().find(({ hosted }) => hosted)!.id
    const nameOf = (stop: Stop): string => 'proxy' in stop ? world.nodes[stop.proxy]!.peer : meetingPointOf(stop.meetingPoint)
    const known = [...LADDER.meetingPoints.map((index) => fromHex(meetingPointOf(index))), fromHex(world.asset), RATE, varint(AMOUNT)]
    const payments: Payment[] = []
    for (const [index, { payer, payee }] of CASES.entries()) {
      const frames: Frame[] = []
      const makes: Made[] = []
      world.record((frame) => {
        if (frame.stream !== 'link') frames.push(frame)
        if (frame.stream === 'route') makes.push(...makesIn(world, frame))
      })
      const payment = await makeInvoice(world, { payer: PAYER, payee: PAYEE, amount: AMOUNT, meetingPoints: [meetingPointOf(3)], via: payee.map(nameOf) })
      if (isRefusal(payment)) throw new Error(`no invoice: ${plainText(payment)}`)
      payments.push(payment)
      await world.run(1_000)
      const asked = startPayment(world, payment, { via: payer.map(nameOf) })
      await world.run(PAY_MS, () => asked.answers.length > 0)
      await world.run(2_000)
      world.record(undefined)
      expect(world, `way ${index} (${plainText(outcomeOf(payment))})`, isPaid(payment), true)
      for (const [side, end, stops] of [['payer', PAYER, payer], ['payee', PAYEE, payee]] as const) checkWay(world, `way ${index}, the ${side}'s half`, makes.filter(({ make }) => make.side === side), end, stops, meetingPointOf)
      report(world, checkPrivacy(frames, known))
    }
    const elsewhere = await makeInvoice(world, { payer: PAYER, payee: PAYEE, amount: AMOUNT })
    if (isRefusal(elsewhere)) throw new Error(`no invoice: ${plainText(elsewhere)}`)
    const refused = startPayment(world, elsewhere, { via: [world.nodes[5]!.peer] })
    await world.run(PAY_MS, () => refused.answers.length > 0)
    const outcome = outcomeOf(elsewhere)
    expect(world, 'by a peer that is no neighbour', isRefusal(outcome) ? outcome.refused : plainText(outcome), 'no-address')
    await settle(world, [...payments, elsewhere])
    expect(world, 'what the payee has', wealthOf(world)[PAYEE]! - baseline.wealth[PAYEE]!, AMOUNT * BigInt(CASES.length))
    await checkQuiet(world, baseline, [...payments, elsewhere])
    return { ways: CASES.length }
  }
}

/** The rate of quotes without a fee, the same on every link. */
const RATE = fromHex(RATE_ONE.toString(16).padStart(32, '0'))

interface Made { readonly from: number, readonly to: number, readonly make: MakeRoute }

function makesIn (world: World, frame: Frame): readonly Made[] {
  const read = messageOf(frame)
  const [from, to] = [frame.from, frame.to].map((peer) => world.nodes.indexOf(world.nodeOf(peer))) as [number, number]
  return read?.stream === 'route' && read.message.type === 'makeRoute' ? [{ from, to, make: read.message }] : []
}

/** A half begins at its proxy and comes by each of its waypoints, which are the destinations of its messages in their order. */
function checkWay (world: World, what: string, makes: readonly Made[], end: number, stops: readonly Stop[], meetingPointOf: (index: number) => MeetingPointId): void {
  const [first] = stops
  const own = makes.filter(({ from }) => from === end)
  expect(world, `${what}: it was made`, own.length > 0, true)
  if (first !== undefined && 'proxy' in first) expect(world, `${what}: asked by its end`, own.every(({ to }) => to === first.proxy), true)
  const waypoints = stops.flatMap((stop) => 'meetingPoint' in stop ? [stop.meetingPoint] : [])
  for (const [position, index] of waypoints.entries()) {
    const arrived = makes.some(({ to, make }) => to === index && make.meetingPoint === meetingPointOf(index) && make.waypoints.length === waypoints.length - position)
    expect(world, `${what}: it came by n${index}`, arrived, true)
  }
  expect(world, `${what}: nobody is asked for the end before the waypoints`, own.every(({ make }) => make.waypoints.length === waypoints.length), true)
}

/** An entry of a node, by which others send through it. */
async function publish (world: World, index: number, meetingPoint: MeetingPointId): Promise<EntryView> {
  const made = await world.ask(index, { type: 'waypoint.publish', asset: world.asset, meetingPoint, expiryMs: undefined })
  if (made === undefined || isRefusal(made)) throw new Error(`n${index} published no entry: ${plainText(made)}`)
  await world.run(1_000)
  return made as EntryView
}

/** Nodes 1 and 7 of the ladder host nothing, and publish entries. */
const ENTRIES: Scenario = {
  name: 'waypoint-entries',
  question: 'Do payments go through nodes that are no meeting points and have published entries, also after such a node was away, and show nothing on two links?',
  world: () => ({ nodes: LADDER.nodes, payment: SCENARIO_PAYMENT }),
  async run (world): Promise<Figures> {
    await setUp(world, LADDER)
    const baseline = takeBaseline(world)
    const meetingPointOf = (index: number): MeetingPointId => world.nodes[index]!.view.meetingPoints().find(({ hosted }) => hosted)!.id
    const known = [...LADDER.meetingPoints.map((index) => fromHex(meetingPointOf(index))), fromHex(world.asset), RATE, varint(AMOUNT)]
    const payments: Payment[] = []
    const pay = async (what: string, by: { readonly payer?: readonly string[], readonly payee?: readonly string[] }, through: readonly number[]): Promise<string> => {
      const frames: Frame[] = []
      const makes: Made[] = []
      world.record((frame) => {
        if (frame.stream !== 'link') frames.push(frame)
        if (frame.stream === 'route') makes.push(...makesIn(world, frame))
      })
      const payment = await makeInvoice(world, { payer: PAYER, payee: PAYEE, amount: AMOUNT, meetingPoints: [meetingPointOf(4)], via: by.payee ?? [] })
      if (isRefusal(payment)) throw new Error(`no invoice: ${plainText(payment)}`)
      payments.push(payment)
      await world.run(1_000)
      const asked = startPayment(world, payment, { via: by.payer ?? [] })
      await world.run(PAY_MS, () => asked.answers.length > 0)
      await world.run(2_000)
      world.record(undefined)
      for (const index of through) expect(world, `${what}: it came by n${index}`, makes.some(({ to, make }) => to === index && make.along !== undefined), true)
      report(world, checkPrivacy(frames, known))
      const outcome = outcomeOf(payment)
      return isPaid(payment) ? 'paid' : isRefusal(outcome) ? outcome.refused : plainText(outcome)
    }
    const [one, seven] = [await publish(world, 1, meetingPointOf(3)), await publish(world, 7, meetingPointOf(5))]
    expect(world, 'by an entry', await pay('payer', { payer: [seven.entry] }, [7]), 'paid')
    expect(world, 'by two entries', await pay('two', { payer: [seven.entry, one.entry] }, [7, 1]), 'paid')
    expect(world, 'by one on each side', await pay('both', { payer: [one.entry], payee: [seven.entry] }, [1, 7]), 'paid')
    world.crash(7, 2_000)
    await world.run(20_000)
    expect(world, 'after the node was away', await pay('restart', { payer: [seven.entry] }, [7]), 'paid')
    for (const [index, { key }] of [[1, one], [7, seven]] as const) await world.ask(index, { type: 'waypoint.withdraw', key })
    await world.run(2_000)
    expect(world, 'by an entry that is withdrawn', await pay('withdrawn', { payer: [seven.entry] }, []), 'no-route')
    await settle(world, payments)
    expect(world, 'what the payee has', wealthOf(world)[PAYEE]! - baseline.wealth[PAYEE]!, AMOUNT * 4n)
    await checkQuiet(world, baseline, payments)
    return { ways: payments.length }
  }
}

export const WAYPOINT_SCENARIOS: readonly Scenario[] = [WAYPOINTS, ENTRIES]
