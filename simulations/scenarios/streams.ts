import { fromHex } from '../../src/core/base/bytes.js'
import type { InvoiceId } from '../../src/core/base/ids.js'
import { asUnits } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import { RATE_ONE } from '../../src/core/payment/quote.js'
import { checkPrivacy } from '../checkers/privacy.js'
import type { Payment } from '../harness/payments.js'
import { setUp } from '../harness/set-up.js'
import { plainText, type Asked } from '../harness/simulated-node.js'
import type { Frame } from '../harness/virtual-network.js'
import { sat, type World } from '../harness/world.js'
import type { Topology } from '../topologies/topologies.js'
import { varint } from './prototype.js'
import { expect, report, type Figures, type Scenario } from './scenario.js'
import { checkQuiet, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'

/** A line of six with the meeting point in it; every node of the way dies once while payments are under way. */
const WAY: Topology = { name: 'line', nodes: 6, edges: [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]], meetingPoints: [2] }
const [PAYER, PAYEE] = [0, 5]
const AMOUNT = sat(2)
const TIMES = 90
/** Payments at once in one go, and most goes until all are paid. */
const AT_ONCE = 12
const GOES_MAX = 40
const PAY_MS = 60_000
/** A process dies so many of its acts after a go began; the seed moves it. */
const ACTS = 30n

/** The rate of quotes without a fee, the same on every link. */
const RATE = fromHex(RATE_ONE.toString(16).padStart(32, '0'))

const STREAM: Scenario = {
  name: 'stream',
  question: 'Are payments over a route that stays open whole, each paid once, wherever a process of the way dies, and do they show nothing on two links?',
  world: () => ({ nodes: WAY.nodes, payment: SCENARIO_PAYMENT }),
  async run (world, { seed }): Promise<Figures> {
    await setUp(world, WAY)
    const baseline = takeBaseline(world)
    const made = await world.ask(PAYEE, { type: 'invoice.create', asset: world.asset, amount: AMOUNT, description: 'by the second', expiryMs: 36_000_000, meetingPoints: undefined, times: TIMES })
    if (made === undefined || isRefusal(made)) throw new Error(`no invoice: ${plainText(made)}`)
    const { invoice, id } = made as { readonly invoice: string, readonly id: InvoiceId }
    await world.run(2_000)
    const go = (count: number): readonly Asked[] => Array.from({ length: count }, () => world.request(PAYER, { type: 'pay', invoice, feeMax: undefined, via: [], timeoutMs: undefined }))
    const done = async (asked: readonly Asked[]): Promise<void> => { await world.run(PAY_MS * 2, () => asked.every(({ answers, lost }) => lost || answers.length > 0)) }

    const frames: Frame[] = []
    world.record((frame) => { if (frame.stream !== 'link') frames.push(frame) })
    await done(go(1))
    for (let i = 0; i < 2; i++) await done(go(AT_ONCE))
    world.record(undefined)
    const meetingPoint = world.nodes[2]!.view.meetingPoints().find(({ hosted }) => hosted)!.id
    report(world, checkPrivacy(frames, [fromHex(meetingPoint), fromHex(world.asset), RATE, varint(AMOUNT)]))
    expect(world, 'payments on the first route', timesPaid(world, id), 1 + 2 * AT_ONCE)

    let goes = 0
    let last: Asked | undefined
    for (; goes < GOES_MAX && timesPaid(world, id) < TIMES; goes++) {
      const dying = goes % (WAY.nodes + 1)
      const left = TIMES - timesPaid(world, id)
      const asked = go(Math.min(AT_ONCE, left))
      if (dying < WAY.nodes && goes <= WAY.nodes) world.crashAfter(dying, 1 + Number((seed * 7n + BigInt(goes) * 11n) % ACTS), 2_000)
      await done(asked)
      await world.run(20_000)
      last = asked.find(({ answers }) => answers.some((answer) => !isRefusal(answer))) ?? last
    }
    const payment: Payment = { payer: PAYER, payee: PAYEE, amount: asUnits(AMOUNT * BigInt(TIMES)), description: 'by the second', invoiceId: id, invoice, asked: last }
    await settle(world, [payment])
    const payments = world.nodes[PAYER]!.view.payments().filter(({ invoiceId }) => invoiceId === id)
    const paid = payments.filter(({ status }) => status === 'paid')
    // I4: payer and payee count the same, and the payer has a proof of each, no two alike.
    expect(world, 'payments that the payee counts', timesPaid(world, id), TIMES)
    expect(world, 'payments that the payer counts', paid.length, TIMES)
    expect(world, 'proofs', new Set(paid.map(({ proof }) => proof)).size, TIMES)
    expect(world, 'payments under way', payments.filter(({ status }) => status === 'pending' || status === 'locked').length, 0)
    await checkQuiet(world, baseline, [payment])
    return { payments: TIMES, goes }
  }
}

const timesPaid = (world: World, id: InvoiceId): number => world.nodes[PAYEE]!.view.invoices().find((invoice) => invoice.id === id)?.timesPaid ?? 0

export const STREAM_SCENARIOS: readonly Scenario[] = [STREAM]
