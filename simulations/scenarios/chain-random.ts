import { isRefusal } from '../../src/core/base/step.js'
import type { InvoiceId } from '../../src/core/base/ids.js'
import { restorationOf, type Restoration } from '../../src/core/backup/backup.js'
import { isPaid, startPayment, type Payment } from '../harness/payments.js'
import { sat, type World } from '../harness/world.js'
import { blockIntervalMs, BLOCK_MS, CHAIN_ACTION_MS, chainPartsOf, chainPlanOf, GONE_MS, type ChainFault, type ChainPlan } from './chain-plan.js'
import { CONFIRMATIONS, setUpOnChain, type ChainBuilt } from './chain-set-up.js'
import { checkChainQuiet, settleOnChain, takeChainBaseline } from './chain-settle.js'
import { probe } from './random.js'
import type { Figures, Scenario } from './scenario.js'

/** Neighbours of these worlds ask rarely for a sign of life: a schedule takes days. */
const PING_MS = BLOCK_MS
/** What the opener of one more channel puts in. */
const WISHED_SAT = 250_000
/** Events of a schedule: ten times what the longest needs. */
const CHAIN_EVENTS_MAX = 1_000_000

/** Mines for as long as the world is watched; gives what ends it. */
function mineAtIntervals (world: World): { stop: () => void } {
  const random = world.random.fork('blocks')
  let running = true
  const next = (): void => {
    world.later(blockIntervalMs(random), () => {
      if (!running) return
      world.chain!.mine(1)
      next()
    })
  }
  next()
  return { stop: () => { running = false } }
}

function pay (world: World, { payments }: ChainPlan, made: Payment[]): void {
  for (const { atMs, payer, payee, amountSat } of payments) {
    world.later(atMs, () => {
      const [amount, description] = [sat(amountSat), 'chain']
      world.request(payee, { type: 'invoice.create', asset: world.asset, amount, description, expiryMs: undefined, meetingPoints: undefined }, (answer) => {
        if (isRefusal(answer)) return
        const { invoice, id } = answer as { invoice: string, id: InvoiceId }
        const payment: Payment = { payer, payee, amount, description, invoice, invoiceId: id, asked: undefined }
        made.push(payment)
        startPayment(world, payment)
      })
    })
  }
}

function wish (world: World, { topology, wishes }: ChainPlan, { channels }: ChainBuilt): void {
  for (const one of wishes) {
    const [self, other] = one.side === 0 ? topology.edges[one.edge]! : [topology.edges[one.edge]![1], topology.edges[one.edge]![0]]
    world.later(one.atMs, () => {
      if (one.type === 'open') world.request(self, { type: 'channel.open', peer: world.nodes[other]!.peer, kind: 'chain', asset: world.asset, amount: sat(WISHED_SAT), push: sat(0), format: one.format })
      else world.request(self, { type: 'channel.close', channelId: channels[one.edge]!, force: one.force })
    })
  }
}

function spoil (world: World, { topology }: ChainPlan, fault: ChainFault): void {
  const chain = world.chain!
  switch (fault.type) {
    case 'cut': world.cut(...topology.edges[fault.edge]!, fault.forMs); break
    case 'crash': world.crash(fault.node, fault.restartMs); break
    case 'crash-after': world.crashAfter(fault.node, fault.acts, fault.restartMs); break
    case 'crash-at-write': world.crashAtWrite(fault.node, fault.write, fault.fate, 0.5, fault.restartMs); break
    case 'deaf': {
      chain.setReach(fault.node, false)
      world.later(fault.forMs, () => { chain.setReach(fault.node, true) })
      break
    }
    case 'reorg': chain.reorg(fault.depth); break
    case 'fees': {
      chain.setFeeRate(BigInt(fault.satPerKvb))
      world.later(fault.forMs, () => { chain.setFeeRate(2_000n) })
      break
    }
    case 'evict': return evict(world, fault.every, fault.times)
    case 'gone': world.crash(fault.node, GONE_MS); break
    case 'cheat': case 'stale': case 'restore': break // Their state is kept before: see `lose`.
  }
}

/** The mempool forgets what waits in it, now and in the blocks to come. */
function evict (world: World, every: number, times: number): void {
  const waiting = [...world.chain!.control.mempool.pool.entries.keys()]
  waiting.forEach((txid, index) => { if (index % every === 0) world.chain!.evict(txid) })
  if (times > 1) world.later(BLOCK_MS / 2, () => { evict(world, every, times - 1) })
}

/** A node begins again with what it had before: its disk of then, or a backup of then and an empty disk. */
function lose (world: World, fault: Extract<ChainFault, { readonly type: 'cheat' | 'stale' | 'restore' }>): void {
  const node = world.nodes[fault.node]!
  let disk: ReadonlyMap<string, Uint8Array> | undefined
  let backup: Parameters<typeof restorationOf>[0] | undefined
  world.later(Math.min(fault.keptMs, fault.atMs), () => {
    disk = new Map(node.disk.entries)
    if (node.isUp) backup = node.view.backupContent(world.nowMs)
  })
  world.later(fault.atMs, () => {
    if (!node.isUp || disk === undefined || backup === undefined) return
    world.misbehave(fault.node, () => 'pass')
    world.crash(fault.node, 1_000)
    node.disk.entries.clear()
    if (fault.type !== 'restore') for (const [key, value] of disk) node.disk.entries.set(key, value)
    if (fault.type === 'cheat') world.partition([[fault.node], world.nodes.map(({ index }) => index).filter((index) => index !== fault.node)], 40 * BLOCK_MS)
    if (fault.type === 'restore') restore(world, fault.node, restorationOf(backup))
    if (fault.type !== 'cheat') return
    world.later(2_000, () => {
      if (!node.isUp) return
      for (const { id, kind } of node.view.channels()) if (kind === 'chain') world.request(fault.node, { type: 'channel.close', channelId: id, force: true })
    })
  })
}

/** As soon as the node runs: whoever restores it waits for that. */
function restore (world: World, node: number, restoration: Restoration): void {
  world.later(2_000, () => {
    if (world.nodes[node]!.isUp) world.request(node, { type: 'backup.restore', restoration })
    else restore(world, node, restoration)
  })
}

export const CHAIN_RANDOM: Scenario = {
  name: 'chain-random',
  question: 'Does everybody keep every satoshi on channels that a chain enforces, whatever happens to nodes, neighbours and the chain?',
  sizes: { min: 2, max: 12 },
  curve: 'real',
  parts: chainPartsOf,
  actionMs: CHAIN_ACTION_MS,
  world: (options) => ({
    nodes: chainPlanOf(options).topology.nodes,
    chain: { confirmations: CONFIRMATIONS },
    pingMs: PING_MS,
    writeMs: { min: 0, max: 5 },
    eventsMax: CHAIN_EVENTS_MAX
  }),
  async run (world, options): Promise<Figures> {
    const plan = chainPlanOf(options)
    const built = await setUpOnChain(world, plan)
    const baseline = takeChainBaseline(world)
    const payments: Payment[] = []
    plan.lagMs.forEach((lagMs, index) => { if (lagMs > 0) world.chain!.setDelay(index, lagMs) })
    const mining = mineAtIntervals(world)
    pay(world, plan, payments)
    wish(world, plan, built)
    for (const fault of plan.faults) {
      if (fault.type === 'cheat' || fault.type === 'stale' || fault.type === 'restore') lose(world, fault)
      else world.later(fault.atMs, () => { spoil(world, plan, fault) })
    }
    await world.run(Math.min(options.untilMs ?? CHAIN_ACTION_MS, CHAIN_ACTION_MS) + BLOCK_MS)
    await settleOnChain(world, plan, payments)
    const paid = payments.filter(isPaid).length
    const probes = await probe(world, plan, payments, true)
    await settleOnChain(world, plan, payments)
    mining.stop()
    await checkChainQuiet(world, plan, baseline, payments)
    const { height } = world.chain!.control.ledger.tip
    return { nodes: plan.topology.nodes, payments: plan.payments.length, invoices: payments.length - probes, paid, probes, faults: plan.faults.length, height, published: new Set(world.chain!.published.map(({ txid }) => txid)).size }
  }
}
