import { isRefusal } from '../../src/core/base/step.js'
import { checkChannels } from '../checkers/channels.js'
import { isPaid, makeInvoice, startPayment, type Payment } from '../harness/payments.js'
import { allOf, setUp } from '../harness/set-up.js'
import { plainText } from '../harness/simulated-node.js'
import { WRITE_FATES } from '../harness/virtual-store.js'
import { sat, type World } from '../harness/world.js'
import { line } from '../topologies/topologies.js'
import { expect, report, type Figures, type Scenario } from './scenario.js'
import { checkQuiet, endsOfPayment, SCENARIO_PAYMENT, settle, takeBaseline } from './settle.js'

const NODES = 3
const AMOUNT = sat(100)
/** How long the crashed process stays away. */
const AWAY_MS = 2_000
/** Within this time a flow without a fault has ended. */
const FLOW_MS = 10_000
/** A request that was lost with its process is made again so often. */
const TRIES_MAX = 10
/** A part of the record's bytes that reaches the medium when a batch is torn. */
const TORN_PARTS = [0.25, 0.5, 0.75, 0.95] as const

const THREE = { ...line(NODES), meetingPoints: [1] }

interface Flow {
  readonly name: string
  /** Everything before the flow. */
  readonly prepare: (world: World) => Promise<unknown>
  /** What is looked at; the crash is somewhere in it. Asks and does not wait. */
  readonly begin: (world: World, prepared: unknown) => void
  /** After the recovery: brings the flow to its end, and checks. */
  readonly finish: (world: World, prepared: unknown) => Promise<void>
}

const LIMIT = sat(1_000)
const NEW_LIMIT = sat(1_500)
const rules = (world: World): [{ readonly kind: 'trust-line', readonly asset: World['asset'], readonly limit: typeof LIMIT }] => [{ kind: 'trust-line', asset: world.asset, limit: LIMIT }]

/** Asks for what may be there already, until it is. */
async function insist (world: World, what: string, isDone: () => boolean, ask: () => void): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX && !isDone(); tries++) {
    ask()
    await world.run(FLOW_MS, isDone)
  }
  expect(world, what, isDone(), true)
}

const channelBetween = (world: World, from: number, to: number): ReturnType<World['nodes'][number]['view']['rawChannels']>[number] | undefined =>
  world.nodes[from]!.isUp ? world.nodes[from]!.view.rawChannels().find(({ peer }) => peer === world.nodes[to]!.peer) : undefined

const openLink = (world: World): void => { world.request(0, { type: 'link.open', peer: world.nodes[1]!.peer, addresses: ['/memory/1'], accept: rules(world) }) }
const openChannel = (world: World): void => { world.request(0, { type: 'channel.open', peer: world.nodes[1]!.peer, kind: 'trust-line', asset: world.asset, limit: LIMIT, amount: LIMIT }) }
function raiseLimit (world: World): void {
  const channel = channelBetween(world, 0, 1)
  if (channel !== undefined) world.request(0, { type: 'channel.set', channelId: channel.id, limit: NEW_LIMIT })
}
const limitOf = (world: World, from: number, to: number, side: 'localLimit' | 'remoteLimit'): bigint | undefined => {
  const state = channelBetween(world, from, to)?.state
  return state?.kind === 'trust-line' ? state[side] : undefined
}

const OPEN: Flow = {
  name: 'open and set a limit',
  async prepare (world) {
    await world.start()
    await allOf(world, world.nodes.map((_, index) => world.request(index, { type: 'link.set', peer: 'default', accept: rules(world), fee: undefined })))
    return undefined
  },
  begin (world) {
    openLink(world)
    world.later(1_000, () => { openChannel(world) })
    world.later(2_000, () => { raiseLimit(world) })
  },
  async finish (world) {
    const isOpen = (): boolean => channelBetween(world, 0, 1)?.status === 'open' && channelBetween(world, 1, 0)?.status === 'open'
    await insist(world, 'the channel is open at both ends', isOpen, () => { openLink(world); openChannel(world) })
    await insist(world, 'the limit is set at both ends', () => limitOf(world, 0, 1, 'localLimit') === NEW_LIMIT && limitOf(world, 1, 0, 'remoteLimit') === NEW_LIMIT, () => { raiseLimit(world) })
    await settle(world, [])
    report(world, checkChannels(world))
  }
}

/** A payment from one end of the line to the other. */
function payFlow (name: string, more: (world: World) => void): Flow {
  return {
    name,
    async prepare (world) {
      await setUp(world, THREE)
      const baseline = takeBaseline(world)
      const payment = await makeInvoice(world, { payer: 0, payee: NODES - 1, amount: AMOUNT })
      if (isRefusal(payment)) throw new Error(`no invoice: ${plainText(payment)}`)
      await world.run(1_000)
      return { baseline, payment }
    },
    begin (world, prepared) {
      startPayment(world, (prepared as { payment: Payment }).payment)
      more(world)
    },
    async finish (world, prepared) {
      const { baseline, payment } = prepared as { baseline: ReturnType<typeof takeBaseline>, payment: Payment }
      await settle(world, [payment])
      await checkQuiet(world, baseline, [payment])
      const { payerStatus } = endsOfPayment(world, payment)
      if (isPaid(payment)) expect(world, 'the payment in the payer\'s list', payerStatus, 'paid')
    }
  }
}

const PAY = payFlow('pay over a forwarder', () => {})
/** The last link is lost when the lock is on its way, and comes back when all locks are over. */
const TIME_OUT = payFlow('pay, and time out', (world) => {
  const poll = (): void => {
    if (channelBetween(world, 1, 2) !== undefined && world.nodes[1]!.view.locksOf(channelBetween(world, 1, 2)!.id).length > 0) world.cut(1, 2, 1_200_000)
    else if (world.nowMs < 120_000) world.later(1, poll)
  }
  poll()
})

const CLOSE: Flow = {
  name: 'close',
  async prepare (world) {
    await setUp(world, THREE)
    return undefined
  },
  begin (world) { world.request(0, { type: 'channel.close', channelId: channelBetween(world, 0, 1)!.id }) },
  async finish (world) {
    const isGone = (): boolean => world.nodes[0]!.isUp && world.nodes[1]!.isUp && channelBetween(world, 0, 1) === undefined && channelBetween(world, 1, 0) === undefined
    await insist(world, 'the channel is forgotten at both ends', isGone, () => {
      const channel = channelBetween(world, 0, 1)
      if (channel !== undefined) world.request(0, { type: 'channel.close', channelId: channel.id })
    })
    await settle(world, [])
    report(world, checkChannels(world))
    for (const node of world.nodes.slice(0, 1)) expect(world, `channels that ${node.name} stores`, [...node.disk.entries.keys()].filter((key) => key.startsWith('channel/')).length, 0)
  }
}

export const TORN_FLOWS: readonly Flow[] = [OPEN, PAY, TIME_OUT, CLOSE]

/** What a seed means: which flow, whose write, which write, and what is left of it. */
export function tornCase (seed: bigint): { readonly flow: number, readonly node: number, readonly fate: typeof WRITE_FATES[number], readonly write: number } {
  const number = Number(seed)
  const [flow, rest] = [number % TORN_FLOWS.length, Math.floor(number / TORN_FLOWS.length)]
  return { flow, node: rest % NODES, fate: WRITE_FATES[Math.floor(rest / NODES) % WRITE_FATES.length]!, write: Math.floor(rest / (NODES * WRITE_FATES.length)) }
}

/**
 * Writes of a node, from the start of a flow, that are tried: none writes more in a flow. With the four flows, three
 * nodes and three fates this is the number of seeds.
 */
export const TORN_WRITES_MAX = 20

export const TORN_WRITES: Scenario = {
  name: 'torn-writes',
  question: 'Is everything whole when a process dies while it writes, and the batch is not begun, torn, or written and not told? The seed is flow, node, fate and write.',
  world: () => ({ nodes: NODES, payment: SCENARIO_PAYMENT, writeMs: { min: 1, max: 4 } }),
  async run (world, { seed }): Promise<Figures> {
    const { flow: number, node, fate, write } = tornCase(seed)
    const flow = TORN_FLOWS[number]!
    const prepared = await flow.prepare(world)
    world.crashAtWrite(node, write, fate, TORN_PARTS[write % TORN_PARTS.length]!, AWAY_MS)
    flow.begin(world, prepared)
    await world.run(FLOW_MS)
    const reached = world.nodes[node]!.processes > 1
    world.nodes[node]!.disarm()
    await world.run(AWAY_MS + 1_000)
    await flow.finish(world, prepared)
    return { flow: flow.name, node, fate, write, reached }
  }
}
