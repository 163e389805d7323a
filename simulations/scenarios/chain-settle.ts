import type { ParsedTransaction } from '../../src/adapters/chain-embedded/parsed-transaction.js'
import { toHex } from '../../src/core/base/bytes.js'
import { isRefusal } from '../../src/core/base/step.js'
import { outpointText } from '../../src/core/channel/enforced/transaction.js'
import { faucetScript } from '../../src/adapters/chain-embedded/faucet.js'
import { checkChannels, checkLimits } from '../checkers/channels.js'
import { watchCommitments } from '../checkers/commitments.js'
import { watchDecoders } from '../checkers/decoders.js'
import { checkLeftovers } from '../checkers/forgetting.js'
import { checkForced, checkLeftOver, checkSums, checkVerdict, feeOf, worthlessSat, type Forced, type Moved, type Purse } from '../checkers/on-chain.js'
import { checkAnswers, checkPayment } from '../checkers/payments.js'
import { watchSecrecy } from '../checkers/secrecy.js'
import { checkEncodings, watchStored } from '../checkers/stored.js'
import { watchRows } from '../checkers/wire.js'
import { outcomeOf, type Payment } from '../harness/payments.js'
import type { SimulatedNode } from '../harness/simulated-node.js'
import type { World } from '../harness/world.js'
import { BLOCK_MS, GONE_MS, type ChainPlan } from './chain-plan.js'
import { report } from './scenario.js'
import { endsOfPayment, isQuiet } from './settle.js'

/** Largest anchor of a commitment. */
const ANCHOR_SAT_MAX = 330n
/** Virtual time for which cuts and absences go on after the schedule, at most: all that they may outlast. */
const APART_MS = GONE_MS + 30 * BLOCK_MS
/** Virtual time within which everything must have ended when all are back. */
const CALM_MS_MAX = 600 * BLOCK_MS
/** That of a node which did not keep to the protocol: longer than the delay of its own money. */
const OTHERS_MS_MAX = 200 * BLOCK_MS
const LOOK_EVERY_MS = BLOCK_MS

/** The world as it was before the schedule. */
export interface ChainBaseline {
  readonly purses: readonly Purse[]
  /** Transactions that were in the chain. A reorganisation may put later ones below the height of then. */
  readonly made: ReadonlySet<string>
  /** Channels that were closed by force between honest nodes since. */
  readonly forced: readonly Forced[]
  /** Whose channels an output funds, or has funded. */
  readonly owners: ReadonlyMap<string, ReadonlySet<number>>
  /** Looks at all that was published since (I9). */
  readonly checkBroadcasts: () => void
}

/** What a node has: satoshis of its wallet, and what is its own in all its channels. */
function purseOf (world: World, { view }: SimulatedNode): Purse {
  const wallet = view.walletBalances().reduce((sum, { totalSat, doubtedSat }) => sum + totalSat + doubtedSat, 0n)
  let channels = 0n
  for (const { asset, owedToUs, id, kind, status } of view.channels()) {
    if (asset !== world.asset) continue
    channels += owedToUs
    if (kind !== 'trust-line' || status !== 'failed') continue
    for (const { offeredBy, secret, terms } of view.locksOf(id)) if (secret !== undefined) channels += offeredBy === 'remote' ? terms.amount : -terms.amount
  }
  return { wallet: 1000n * wallet, channels }
}

/** Takes the baseline, and from now on checks what is sent, stored, told and published. */
export function takeChainBaseline (world: World): ChainBaseline {
  const forced: Forced[] = []
  const known = new Set<string>()
  const owners = new Map<string, Set<number>>()
  world.watch((node) => {
    for (const channel of node.view.rawChannels()) {
      report(world, checkLimits({ node: node.name, channel, locks: node.view.locksOf(channel.id) }))
      if (channel.state.kind !== 'chain') continue
      const funding = outpointText(channel.state.terms.funding)
      owners.set(funding, (owners.get(funding) ?? new Set()).add(node.index))
      const key = `${node.name} ${channel.id}`
      if ( channel.status !== 'failed' || known.has(key)) continue
      known.add(key)
      if (world.isHonest(node.index) && world.isHonest(world.nodeOf(channel.peer).index)) forced.push({ node: node.name, channelId: channel.id, failure: channel.failure ?? 'no reason' })
    }
  })
  for (const watchAll of [watchRows, watchStored, watchSecrecy, watchDecoders]) watchAll(world, (violations) => { report(world, violations) })
  const checkBroadcasts = watchCommitments(world, (violations) => { report(world, violations) })
  return { checkBroadcasts, purses: world.nodes.map((node) => purseOf(world, node)), made: new Set(transactionsOf(world).map(({ txid }) => txid)), forced, owners }
}

/** All transactions in the chain, in its order. */
function transactionsOf (world: World): readonly ParsedTransaction[] {
  const { ledger } = world.chain!.control
  return Array.from({ length: ledger.tip.height }, (_, at) => ledger.blockAt(at + 1)!.transactions).flat()
}

/** What of a node's business on the chain has not ended, in words. */
function openBusiness (world: World, node: SimulatedNode): readonly string[] {
  const open: string[] = []
  for (const { id, kind, status, next, locks, peer } of node.view.channels()) {
    if (kind !== 'chain') continue
    if (next !== 'Ready.') open.push(`${node.name} channel ${id.slice(0, 8)} with ${world.nodeOf(peer).name} is ${status}: ${next}`)
    else if (locks.length > 0) open.push(`${node.name} channel ${id.slice(0, 8)} has ${locks.length} locks`)
  }
  for (const { txid, status } of node.view.walletSends('bitcoin')) if (status !== 'confirmed' && status !== 'abandoned') open.push(`${node.name} has a payment of the wallet, ${txid.slice(0, 16)}, that is ${status}`)
  return open
}

/** All that has not ended. */
function openAnywhere (world: World, payments: readonly Payment[]): readonly string[] {
  const down = world.nodes.filter(({ isUp }) => !isUp)
  if (down.length > 0) return down.map(({ name }) => `${name} is down`)
  const open = world.nodes.filter(({ index }) => world.isHonest(index)).flatMap((node) => openBusiness(world, node))
  if (!isQuiet(world, payments)) open.push('payments or rounds have not ended')
  const { pool } = world.chain!.control.mempool
  if (pool.entries.size > 0) open.push(`${pool.entries.size} transactions wait for a block`)
  return open
}

/** Whether somebody stays away, or a link is cut, for longer than locks live. */
const isLong = ({ faults }: Pick<ChainPlan, 'faults'>): boolean => faults.some((fault) => fault.type === 'gone' || (fault.type === 'cut' && fault.forMs > 10 * BLOCK_MS))

/** Locks of enforced channels that nodes which are up still hold, though a neighbour has been away for longer than they live. */
function checkResolved (world: World): void {
  for (const node of world.nodes) {
    if (!node.isUp || !world.isHonest(node.index)) continue
    for (const { id, kind, locks, peer } of node.view.channels()) {
      if (kind === 'chain' && locks.length > 0 && !world.nodeOf(peer).isUp) world.violate({ invariant: 'I18', detail: `${node.name} channel ${id.slice(0, 8)} has ${locks.length} locks, though n${world.nodeOf(peer).index} was away for longer than they live` })
    }
  }
}

/** Runs until what was cut or gone is back and everything has ended; what has not is reported (I17, I18). */
export async function settleOnChain (world: World, plan: ChainPlan, payments: readonly Payment[]): Promise<void> {
  const isApart = (): boolean => world.nodes.some(({ isUp }) => !isUp)
  if (isLong(plan) && isApart()) {
    for (let waited = 0; waited < APART_MS && isApart(); waited += LOOK_EVERY_MS) {
      if (waited === 350 * BLOCK_MS) checkResolved(world)
      await world.run(LOOK_EVERY_MS)
    }
  } else if (isLong(plan)) {
    for (let waited = 0; waited < APART_MS / 2 && openAnywhere(world, payments).length > 0; waited += LOOK_EVERY_MS) await world.run(LOOK_EVERY_MS)
  }
  world.heal()
  for (const { index } of world.nodes) {
    world.chain!.setReach(index, true)
    world.chain!.setDelay(index, 0)
  }
  for (let waited = 0; waited < CALM_MS_MAX; waited += LOOK_EVERY_MS) {
    await world.run(LOOK_EVERY_MS)
    if (openAnywhere(world, payments).length === 0) return await settleOthers(world)
  }
  for (const detail of openAnywhere(world, payments)) world.violate({ invariant: 'I18', detail: `after ${CALM_MS_MAX / BLOCK_MS} blocks ${detail}` })
}

/** A node that did not keep to the protocol takes what is left to it, after the delay; it may also wait for ever. */
async function settleOthers (world: World): Promise<void> {
  const others = world.nodes.filter(({ index }) => !world.isHonest(index))
  const isOpen = (): boolean => others.some((node) => openBusiness(world, node).length > 0) || world.chain!.control.mempool.pool.entries.size > 0
  for (let waited = 0; waited < OTHERS_MS_MAX && isOpen(); waited += LOOK_EVERY_MS) await world.run(LOOK_EVERY_MS)
}

/** Everything that must hold when the world is quiet, in satoshis. */
export async function checkChainQuiet (world: World, plan: ChainPlan, baseline: ChainBaseline, payments: readonly Payment[]): Promise<void> {
  const moved: Moved[] = []
  for (const payment of payments) {
    const ends = endsOfPayment(world, payment)
    if (payment.asked !== undefined) report(world, checkPayment(ends))
    const payerPaid = ends.payerStatus === 'paid' || (outcomeOf(payment) !== undefined && !isRefusal(outcomeOf(payment)))
    if (ends.isPayerHonest ? payerPaid : ends.payeeStatus === 'paid') moved.push({ payer: payment.payer, payee: payment.payee, amount: payment.amount, fee: ends.fee })
  }
  for (const { name, disk } of world.nodes) report(world, checkEncodings(name, disk.entries))
  for (const node of world.nodes) for (const { id, status } of node.view.invoices()) if (status === 'open') await world.ask(node.index, { type: 'invoice.cancel', id })
  await world.run(30_000)
  checkMoney(world, plan, baseline, moved)
  const taken = new Set(world.chain!.published.flatMap(({ txid, verdict }) => verdict?.status === 'accepted' ? [txid] : []))
  for (const { node, txid, verdict } of world.chain!.published) {
    if (verdict === undefined || !world.isHonest(node)) continue
    // A commitment of version 3 over a funding that no block has yet is refused until one has, and is good then.
    if (verdict.status === 'rejected' && verdict.reason === 'truc' && taken.has(txid)) continue
    report(world, checkVerdict(`n${node}`, txid, verdict))
  }
  baseline.checkBroadcasts()
  report(world, checkChannels(world))
  report(world, checkAnswers(world.nodes.flatMap(({ asked }) => asked)))
  if (world.nodes.every((_, index) => world.isHonest(index))) for (const { name, view } of world.nodes) report(world, checkLeftovers(name, view.leftovers()))
  if (!isLong(plan) && !plan.wishes.some((wish) => wish.type === 'close' && wish.force)) report(world, checkForced(baseline.forced))
}

/** Fees that a schedule may have paid: the most that any of it asked for. */
const dearest = ({ faults }: ChainPlan): bigint => faults.reduce((most, fault) => fault.type === 'fees' && BigInt(fault.satPerKvb) > most ? BigInt(fault.satPerKvb) : most, 2_000n)

/** Satoshis in channels that a node does not know any more, since it began again with a state from before them. */
function forgottenBy (world: World, { owners }: ChainBaseline, values: ReadonlyMap<string, bigint>): bigint {
  let sat = 0n
  for (const node of world.nodes) {
    if (world.isHonest(node.index)) continue
    const known = new Set(node.view.channels().map(({ fundingTxid, fundingIndex }) => `${fundingTxid}:${fundingIndex}`))
    for (const [funding, those] of owners) if (those.has(node.index) && !known.has(funding)) sat += values.get(funding) ?? 0n
  }
  return sat
}

function checkMoney (world: World, plan: ChainPlan, baseline: ChainBaseline, moved: readonly Moved[]): void {
  const { ledger } = world.chain!.control
  const values = new Map<string, bigint>()
  const fees = world.nodes.map(() => ({ sat: 0n, transactions: 0 }))
  const publishers = new Map<string, Set<number>>()
  for (const { node, txid } of world.chain!.published) publishers.set(txid, (publishers.get(txid) ?? new Set()).add(node))
  let minersSat = 0n
  for (const tx of transactionsOf(world)) {
    tx.outputs.forEach(({ valueSat }, vout) => { values.set(`${tx.txid}:${vout}`, valueSat) })
    if (tx.coinbase || baseline.made.has(tx.txid)) continue
    const sat = feeOf(tx, (key) => values.get(key))
    minersSat += sat
    const closers = tx.inputs.flatMap(({ key }) => [...baseline.owners.get(key) ?? []])
    // Anchors are the opener's, and go to whoever takes them.
    const anchors = closers.length === 0 ? 0n : tx.outputs.reduce((sum, { valueSat }) => valueSat <= ANCHOR_SAT_MAX ? sum + valueSat : sum, 0n)
    for (const index of new Set([...publishers.get(tx.txid) ?? [], ...closers])) {
      fees[index]!.sat += sat + anchors
      fees[index]!.transactions++
    }
  }
  const faucet = toHex(faucetScript())
  const unspent = [...ledger.coins].filter(([, { script, coinbase }]) => !coinbase && toHex(script) !== faucet).map(([outpoint, { valueSat }]) => ({ outpoint, valueSat }))
  const after = world.nodes.map((node) => purseOf(world, node))
  const fundings = new Set(world.nodes.filter(({ index }) => world.isHonest(index)).flatMap(({ view }) => view.channels()).flatMap(({ fundingTxid, fundingIndex }) => fundingTxid === undefined ? [] : [`${fundingTxid}:${fundingIndex}`]))
  const { violations, nobodysSat } = checkLeftOver(unspent, after.reduce((sum, { wallet }) => sum + wallet, 0n) / 1000n, fundings, worthlessSat(dearest(plan)), forgottenBy(world, baseline, values))
  report(world, violations)
  const away = new Set(plan.faults.flatMap((fault) => fault.type === 'gone' ? [fault.node] : []))
  report(world, checkSums({ before: baseline.purses, after, moved, fees, minersSat, nobodysSat, isHonest: (index) => world.isHonest(index) && !away.has(index) }))
}
