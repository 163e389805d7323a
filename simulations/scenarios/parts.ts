import { isRefusal } from '../../src/core/base/step.js'
import { isPaid, makeInvoice, outcomeOf, startPayment } from '../harness/payments.js'
import { setUp } from '../harness/set-up.js'
import { plainText } from '../harness/simulated-node.js'
import { sat } from '../harness/world.js'
import type { Topology } from '../topologies/topologies.js'
import { expect, type Figures, type Scenario } from './scenario.js'
import { checkQuiet, endsOfPayment, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'

/** Three ways from the payer to the payee, each over a meeting point; one carries 1,000 sat. */
const THREE_WAYS: Topology = { name: 'three-ways', nodes: 5, edges: [[0, 1], [0, 2], [0, 3], [1, 4], [2, 4], [3, 4]], meetingPoints: [1, 2, 3] }
const PAYER = 0
const PAYEE = 4
const AMOUNT = sat(2_400)
const AWAY_MS = 2_000
/** Time for all parts to be held, given back, and sent again. */
const PAY_MS = 70_000

/**
 * One payment in three parts, and a crash that the seed names: the node is seed mod 5, and ⌊seed / 5⌋ acts go before
 * it. Seed 0 to 4 with very many acts is a run without a crash.
 */
const PARTS: Scenario = {
  name: 'parts',
  question: 'Is a payment in three parts all or nothing, and nothing left, wherever a process dies? The seed is the crash: node, and acts before it.',
  world: () => ({ nodes: THREE_WAYS.nodes, payment: SCENARIO_PAYMENT, writeMs: { min: 1, max: 4 } }),
  async run (world, { seed }): Promise<Figures> {
    await setUp(world, THREE_WAYS)
    const baseline = takeBaseline(world)
    const payment = await makeInvoice(world, { payer: PAYER, payee: PAYEE, amount: AMOUNT })
    if (isRefusal(payment)) throw new Error(`no invoice: ${plainText(payment)}`)
    await world.run(1_000)
    const node = Number(seed % BigInt(THREE_WAYS.nodes))
    const acts = Number(seed / BigInt(THREE_WAYS.nodes))
    world.crashAfter(node, acts, AWAY_MS)
    startPayment(world, payment)
    await world.run(PAY_MS)
    const crashed = world.nodes[node]!.processes > 1
    if (!crashed) world.crash(node, AWAY_MS)
    await world.run(AWAY_MS + 1_000)
    await settle(world, [payment])
    const { payerStatus, payeeStatus, received } = endsOfPayment(world, payment)
    const paid = isPaid(payment) || payerStatus === 'paid'
    expect(world, 'what the payee has, all or nothing', received, paid ? AMOUNT : 0n)
    expect(world, 'the invoice is paid when the payment is', payeeStatus === 'paid', paid)
    if (!crashed) expect(world, 'the payment without a crash', paid, true)
    const record = world.nodes[PAYER]!.view.payments()[0]
    if (!crashed) expect(world, 'it went in parts', (record?.parts ?? 0) >= 3, true)
    await checkQuiet(world, baseline, [payment])
    return { node, acts, crashed, paid, parts: record?.parts ?? 0, attempts: record?.attempts ?? 0, told: plainText(outcomeOf(payment)) }
  }
}

export const PARTS_SCENARIOS: readonly Scenario[] = [PARTS]
