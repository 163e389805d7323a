import { isRefusal } from '../../src/core/base/step.js'
import { checkDeadlines, type OfferedLock } from '../checkers/deadlines.js'
import { RATE_ONE } from '../../src/core/payment/quote.js'
import { checkPrivacy } from '../checkers/privacy.js'
import { wealthOf } from '../checkers/conservation.js'
import { messageOf, type Misbehaviour } from '../harness/frame-messages.js'
import { isPaid, makeInvoice, outcomeOf, startPayment, type Payment } from '../harness/payments.js'
import { setUp } from '../harness/set-up.js'
import { plainText } from '../harness/simulated-node.js'
import type { Frame } from '../harness/virtual-network.js'
import { sat, type World } from '../harness/world.js'
import { line, PROTOTYPE, without, type Topology } from '../topologies/topologies.js'
import { fromHex, toHex } from '../../src/core/base/bytes.js'
import { expect, report, type Figures, type Scenario } from './scenario.js'
import { checkQuiet, endsOfPayment, SCENARIO_PAYMENT, settle, takeBaseline, type Baseline } from './settle.js'

/** The invoice of all these scenarios. */
const AMOUNT = sat(123)
const PAYER = 0
const PAYEE = 7

/** The rate of a quote without fees, as it stands on the wire: not a value that tells payments apart. */
const RATE = fromHex(RATE_ONE.toString(16).padStart(32, '0'))

/** The amount, as protobuf writes it: without fees it is the same on every link, and whoever sees two links sees it. */
const AMOUNT_ON_WIRE = varint(AMOUNT)

/** Whether a message makes a half route, and nothing else. */
const isMakeRoute: (message: Parameters<Misbehaviour>[0]) => boolean = ({ stream, message }) => stream === 'route' && message.type === 'makeRoute'

interface Run {
  readonly world: World
  readonly baseline: Baseline
  readonly payment: Payment | undefined
}

interface PrototypeScenario {
  readonly name: string
  readonly question: string
  readonly topology?: Topology
  readonly expectPaid: boolean
  readonly payTimeoutMs?: number
  readonly payment?: Readonly<Record<string, number>>
  /** Before the invoice is made. */
  readonly before?: (world: World) => void
  /** After `pay` was asked, before the world settles. */
  readonly during?: (run: Run) => Promise<void>
  /** After everything was checked. */
  readonly after?: (run: Run) => void
  readonly payee?: number
}

/** One scenario of the first prototype: twelve nodes, one invoice of 123, one payer, one fault. */
function prototype (options: PrototypeScenario): Scenario {
  const topology = options.topology ?? PROTOTYPE
  const payee = options.payee ?? PAYEE
  return {
    name: options.name,
    question: options.question,
    world: () => ({ nodes: topology.nodes, payment: { ...SCENARIO_PAYMENT, ...options.payment } }),
    async run (world): Promise<Figures> {
      await setUp(world, topology)
      const baseline = takeBaseline(world)
      options.before?.(world)
      const host = world.nodes[topology.meetingPoints[0]!]!
      const meetingPoint = host.view.meetingPoints().find(({ hosted }) => hosted)!.id
      const frames: Frame[] = []
      const offered: OfferedLock[] = []
      world.record((frame) => {
        if (frame.stream !== 'link') frames.push(frame)
        if (frame.stream === 'channel') offered.push(...locksOffered(world, frame))
      })
      const made = await makeInvoice(world, { payer: PAYER, payee, amount: AMOUNT, meetingPoints: [meetingPoint] })
      const payment = isRefusal(made) ? undefined : made
      if (payment === undefined) expect(world, 'the invoice', plainText(made), options.expectPaid ? 'made' : plainText(made))
      else startPayment(world, payment, { timeoutMs: options.payTimeoutMs })
      const run: Run = { world, baseline, payment }
      await options.during?.(run)
      const payments = payment === undefined ? [] : [payment]
      await settle(world, payments)
      world.record(undefined)
      // K1: the result the payer is told.
      const outcome = payment === undefined ? made : outcomeOf(payment)
      expect(world, `K1, the payer is told ${plainText(outcome)}`, payment !== undefined && isPaid(payment), options.expectPaid)
      // K2: the change of each node's total.
      const wealth = wealthOf(world)
      wealth.forEach((value, index) => {
        const change = options.expectPaid ? (index === PAYER ? -AMOUNT : index === payee ? AMOUNT : 0n) : 0n
        expect(world, `K2, the change of n${index}`, value - baseline.wealth[index]!, change)
      })
      // K5: the history on both ends.
      if (payment !== undefined) {
        const { payerStatus, payeeStatus } = endsOfPayment(world, payment)
        expect(world, 'K5, the payer\'s record', payerStatus ?? 'failed', options.expectPaid ? 'paid' : 'failed')
        if (world.isHonest(payee)) expect(world, 'K5, the invoice', payeeStatus, options.expectPaid ? 'paid' : 'open')
      }
      // K3, K4 and the invariants.
      await checkQuiet(world, baseline, payments)
      report(world, checkDeadlines(offered, SCENARIO_PAYMENT.forwardDeltaSeconds!))
      report(world, checkPrivacy(frames, [fromHex(meetingPoint), fromHex(world.asset), RATE, AMOUNT_ON_WIRE]))
      options.after?.(run)
      return { told: plainText(outcome), frames: frames.length }
    }
  }
}

/** A number as protobuf writes it: seven bits a byte, the lowest first. */
export function varint (value: bigint): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; rest > 0n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
  return Uint8Array.from(bytes)
}

/** The locks that a frame offers. */
function locksOffered (world: World, frame: Frame): readonly OfferedLock[] {
  const read = messageOf(frame)
  if (read?.stream !== 'channel' || read.message.type !== 'propose') return []
  const [from, to] = [world.nodeOf(frame.from).name, world.nodeOf(frame.to).name]
  return read.message.updates.flatMap((update) => update.type !== 'add' ? [] : [{ from, to, point: toHex(update.terms.point), amount: update.terms.amount, expirySeconds: update.terms.expiry.value }])
}

/** Lets a node behave again, with new connections to all: what it withheld is asked for again. */
function behave (world: World, index: number): void {
  world.misbehave(index, undefined)
  world.crash(index, 1_000)
}

export const PROTOTYPE_SCENARIOS: readonly Scenario[] = [
  prototype({ name: 'p1', question: 'Is a payment over five hops made, and nothing left behind?', expectPaid: true }),
  prototype({
    name: 'p2',
    question: 'Is a payment refused when the payer has no way to the meeting point?',
    topology: without(PROTOTYPE, [2, 4]),
    expectPaid: false
  }),
  prototype({
    name: 'p3',
    question: 'Is a payment refused when the payee has no way to the meeting point?',
    topology: without(PROTOTYPE, [4, 5]),
    expectPaid: false
  }),
  prototype({
    name: 'p4',
    question: 'Does the payer get an answer when a node on its side drops every MakeRoute?',
    expectPaid: false,
    before: (world) => { world.misbehave(2, (message, direction) => direction === 'in' && isMakeRoute(message) ? 'drop' : 'pass') },
    during: async ({ world }) => {
      await world.run(120_000)
      behave(world, 2)
    }
  }),
  prototype({
    name: 'p5',
    question: 'Does the payer get an answer when a node on the payee\'s side drops every MakeRoute?',
    expectPaid: false,
    before: (world) => { world.misbehave(5, (message, direction) => direction === 'in' && isMakeRoute(message) ? 'drop' : 'pass') },
    during: async ({ world }) => {
      await world.run(120_000)
      behave(world, 5)
    }
  }),
  prototype({
    name: 'p6',
    question: 'Are all reservations gone when a payer has its route but never locks?',
    expectPaid: false,
    payTimeoutMs: 20_000,
    before: (world) => { world.misbehave(PAYER, ({ stream, message }, direction) => stream === 'channel' && direction === 'out' && message.type === 'propose' ? 'drop' : 'pass') },
    during: async ({ world }) => {
      await world.run(60_000)
      for (const node of world.nodes) {
        // The payee's half stays open until the invoice ends; what was reserved for the lock must be gone.
        const reserved = Object.entries(node.view.leftovers()).filter(([what]) => /reserv|lock/i.test(what)).reduce((sum, [, count]) => sum + count, 0)
        if (node.index !== PAYER) expect(world, `reservations and locks of ${node.name}`, reserved, 0)
      }
      behave(world, PAYER)
    }
  }),
  prototype({
    name: 'p7',
    question: 'Does a payment fail cleanly when a node holds the first lock until those behind it have given up?',
    expectPaid: false,
    payTimeoutMs: 9_000,
    before: (world) => {
      let held = false
      world.misbehave(2, ({ stream, message }, direction, { to }) => {
        if (held || direction !== 'out' || stream !== 'channel' || message.type !== 'propose' || to !== world.nodes[4]!.peer) return 'pass'
        held = true
        return { delayMs: 10_500 }
      })
    }
  }),
  prototype({
    name: 'p8',
    question: 'Does a payment fail at its expiry when the payee never claims?',
    expectPaid: false,
    before: (world) => {
      world.misbehave(PAYEE, ({ stream, message }, direction) => stream === 'channel' && direction === 'in' && message.type === 'commit' ? 'drop' : 'pass')
    },
    during: async ({ world }) => {
      await world.run(1_200_000)
      behave(world, PAYEE)
    }
  }),
  prototype({
    name: 'p9',
    question: 'Do two nodes pay each other directly?',
    topology: { ...line(2), meetingPoints: [1] },
    payee: 1,
    expectPaid: true,
    after: ({ world }) => {
      const [payer] = world.nodes[0]!.view.channels()
      const [payee] = world.nodes[1]!.view.channels()
      expect(world, 'what the payer can still send', payer?.spendable, sat(877))
      expect(world, 'what the payee can now send', payee?.spendable, sat(1_123))
      expect(world, 'what the payee is owed', payee?.owedToUs, AMOUNT)
    }
  })
]
