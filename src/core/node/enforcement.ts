import { equalBytes, type Hex } from '../base/bytes.js'
import type { ChannelId } from '../base/ids.js'
import { confirmed, indexSpends, NO_FACTS } from '../channel/chain-facts.js'
import { blockDisconnected, dutiesFor, fundingConfirmed, fundingMissing, fundingUnseen, heightChanged, publicationsFor, reviewChain, transactionSeen } from '../channel/channel.js'
import { displayTxid, readTransaction, transactionBytes, txidOf, type Outpoint as WireOutpoint, type Transaction } from '../channel/enforced/transaction.js'
import { freshScript } from '../wallet/addresses.js'
import type { ChainName, Outpoint, Verdict } from '../wallet/chain-facts.js'
import { coinAt } from '../wallet/coins.js'
import { feeRate } from '../wallet/fees.js'
import type { WalletHost } from '../wallet/host.js'
import { doubtFeeCoins, feeWallet, takeFeeCoins } from '../wallet/wallet.js'
import { enforcedAt, enforcedChannels, isSigned, type Enforced } from './chain-heights.js'
import { publishedKey } from './chain-tables.js'
import type { OutputFound } from './events.js'
import type { Hosts } from './hosts.js'
import { startWatch, wantHistory, watchersOf } from './watching.js'

/**
 * Enforced channels and their chain: what is watched for them, what the chain tells of it, and what is published at
 * every block until everything of ours is taken. What follows from what the chain holds is `channel/resolver`'s.
 */

/** An outpoint as the wallet and the chain port write it. */
export const named = ({ txid, index }: WireOutpoint): Outpoint => ({ txid: displayTxid(txid), vout: index })

/** Looks, at the end of a step, at every channel at which something happened. */
export function tendMoved (hosts: Hosts): void {
  for (const channelId of hosts.moved) {
    const channel = enforcedAt(hosts.state, channelId)
    if (channel !== undefined && isSigned(channel)) hosts.within(channelId, () => { tend(hosts, channel) })
  }
}

/** All channels of a chain are looked at when this step ends. */
export function moveAll (hosts: Hosts, chain: ChainName): void {
  for (const { id } of enforcedChannels(hosts.state, chain)) hosts.moved.add(id)
}

function tend (hosts: Hosts, channel: Enforced): void {
  const { id, state, status, frozen } = channel
  if (!hosts.chainTables.fundingSeen.has(id)) follow(hosts, channel)
  // A channel in good health asks nothing of the chain.
  if (status === 'failed' || frozen !== undefined || state.closing.length > 0 || hosts.channel.chainFacts.has(id)) publish(hosts, channel)
}

/** Begins to follow a funding output. */
function follow (hosts: Hosts, { id, state }: Enforced): void {
  hosts.chainTables.fundingSeen.set(id, { height: undefined, there: false, searched: false })
  startWatch(hosts, id, state.terms.clock, { type: 'outpoint', outpoint: named(state.terms.funding) })
  askFunding(hosts, state)
}

const askFunding = (hosts: Hosts, { terms }: Enforced['state']): void => { hosts.perform({ type: 'askOutput', chain: terms.clock, outpoint: named(terms.funding) }) }

/** After a start, before the chain is heard of: the outputs that we know by name are watched. */
export function restartEnforcement (hosts: Hosts): void {
  for (const channel of enforcedChannels(hosts.state)) if (isSigned(channel)) follow(hosts, channel)
}

/** The chain answers again, or for the first time: everything about it is asked anew. */
export function askAboutFundings (hosts: Hosts, chain: ChainName): void {
  for (const channel of enforcedChannels(hosts.state, chain)) if (isSigned(channel)) askFunding(hosts, channel.state)
}

/** A new height: locks end, channels whose locks run out of time are closed, fundings gain confirmations. */
export function onNewHeight (hosts: Hosts, chain: ChainName): void {
  reviewHeight(hosts, chain)
  for (const channel of enforcedChannels(hosts.state, chain)) if (channel.state.stage === 'signed' || isUnseen(hosts, channel)) askFunding(hosts, channel.state)
}

/** What follows from the height alone: it is new, or believed again. */
export function reviewHeight (hosts: Hosts, chain: ChainName): void {
  heightChanged(hosts.channel)
  reviewChain(hosts.channel, chain)
  moveAll(hosts, chain)
}

/** The last block left the chain: what it held counts as unconfirmed, a funding in it carries no locks. */
export function onHeightLost (hosts: Hosts, chain: ChainName, height: number): void {
  blockDisconnected(hosts.channel, chain, height)
  for (const channel of enforcedChannels(hosts.state, chain)) {
    const seen = hosts.chainTables.fundingSeen.get(channel.id)
    if (!isSigned(channel) || seen === undefined || (seen.height !== undefined && seen.height < height)) continue
    hosts.chainTables.fundingSeen.set(channel.id, { ...seen, height: undefined })
    fundingMissing(hosts.channel, channel.id)
    askFunding(hosts, channel.state)
  }
  moveAll(hosts, chain)
}

/** What the chain says of an output that may be a funding output of ours. */
export function onFundingFound (hosts: Hosts, chain: ChainName, outpoint: Outpoint, found: OutputFound | 'none' | undefined): void {
  if (found === undefined) return // Asked again at the next block.
  for (const channelId of watchersOf(hosts, chain, outpoint)) {
    const channel = enforcedAt(hosts.state, channelId)
    const seen = hosts.chainTables.fundingSeen.get(channelId)
    if (channel === undefined || seen === undefined || !sameOutpoint(named(channel.state.terms.funding), outpoint)) continue
    hosts.moved.add(channelId)
    hosts.within(channelId, () => {
      if (found === 'none') return notThere(hosts, channel)
      const tip = hosts.env.heights[chain]
      hosts.chainTables.fundingSeen.set(channelId, { ...seen, there: true, height: found.confirmations === 0 || tip === undefined ? undefined : tip - found.confirmations + 1 })
      fundingConfirmed(hosts.channel, channelId, found)
    })
  }
}

/** Not published yet, taken back, or spent: which of these its history tells, once. What spends it later is told by the watch. */
function notThere (hosts: Hosts, channel: Enforced): void {
  const seen = hosts.chainTables.fundingSeen.get(channel.id)!
  fundingMissing(hosts.channel, channel.id)
  hosts.chainTables.fundingSeen.set(channel.id, { height: undefined, there: false, searched: true })
  if (seen.searched) return hosts.channel.chainFacts.has(channel.id) ? undefined : fundingUnseen(hosts.channel, channel.id)
  const { terms, sinceHeight } = channel.state
  wantHistory(hosts, terms.clock, { type: 'outpoint', outpoint: named(terms.funding) }, sinceHeight)
}

const sameOutpoint = (a: Outpoint, b: Outpoint): boolean => a.txid === b.txid && a.vout === b.vout

/** A transaction that touches what is watched, as far as it spends what a channel watches. */
export function onSpendSeen (hosts: Hosts, chain: ChainName, raw: Uint8Array, height: number | undefined): void {
  const tx = readTransaction(raw)
  if (tx === undefined) return // A backend may say anything.
  const watchers = new Set(tx.inputs.flatMap((input) => watchersOf(hosts, chain, named(input))))
  for (const channelId of watchers) {
    if (enforcedAt(hosts.state, channelId) === undefined) continue
    hosts.moved.add(channelId)
    hosts.within(channelId, () => { transactionSeen(hosts.channel, channelId, raw, height) })
  }
}

/** What closes a channel whose end the chain decides: what spends its funding output, or is about to. Undefined when the peer must publish. */
export function commitmentTxid (hosts: Hosts, channelId: ChannelId): Hex | undefined {
  const funding = enforcedAt(hosts.state, channelId)?.state.terms.funding
  if (funding === undefined) return undefined
  const spends = indexSpends(hosts.channel.chainFacts.get(channelId) ?? NO_FACTS)(funding)
  const spend = confirmed(spends) ?? spends[0]
  if (spend !== undefined) return displayTxid(spend.by.txid)
  const task = dutiesFor(hosts.channel, channelId)?.tasks.find(({ type }) => type === 'commitment' || type === 'closing')
  return task?.type === 'commitment' || task?.type === 'closing' ? displayTxid(txidOf(task.tx)) : undefined
}

/** Watches what a channel's end hangs on, and publishes what is to be published now. */
function publish (hosts: Hosts, channel: Enforced): void {
  const { wallet } = hosts
  const duties = dutiesFor(hosts.channel, channel.id)
  if (duties === undefined || wallet === undefined) return
  const chain = channel.state.terms.clock
  for (const outpoint of duties.watch) startWatch(hosts, channel.id, chain, { type: 'outpoint', outpoint: named(outpoint) }, madeAt(hosts, channel, outpoint))
  const { published } = hosts.chainTables
  for (const key of [...published.group(channel.id).keys()]) published.delete(key)
  // What spends an output that nobody has seen binds coins for nothing: a peer may never have published it.
  if (duties.tasks.length === 0 || isUnseen(hosts, channel)) return
  const facts = wallet.chains.get(chain)
  if (facts === undefined) return
  const payoutScript = payoutOf(hosts, wallet, channel)
  const publications = publicationsFor(hosts.channel, channel.id, {
    // One script for all of a channel: what is built again at the next block is the same transaction.
    wallet: { ...feeWallet(wallet, chain, channel.id), changeScript: () => payoutScript },
    payoutScript,
    feeRatePerKvb: (targetBlocks) => feeRate(wallet, facts, targetBlocks)
  })
  for (const publication of publications) announce(hosts, wallet, channel, publication)
}

/** Whether neither the funding output was seen in this process, nor what spends it. */
const isUnseen = (hosts: Hosts, { id }: Enforced): boolean => hosts.chainTables.fundingSeen.get(id)?.there !== true && !hosts.channel.chainFacts.has(id)

/** Height from which on the history of an output is asked for: that of the transaction that made it. */
function madeAt (hosts: Hosts, { id, state }: Enforced, { txid }: WireOutpoint): number | undefined {
  if (equalBytes(txid, state.terms.funding.txid)) return undefined
  const maker = hosts.channel.chainFacts.get(id)?.seen.find((one) => equalBytes(one.txid, txid))
  return maker?.height ?? hosts.env.heights[state.terms.clock]
}

function payoutOf (hosts: Hosts, wallet: WalletHost, { id, state }: Enforced): Uint8Array {
  const chain = state.terms.clock
  const purse = hosts.chainTables.purses.get(id)
  if (purse?.payout !== undefined) return purse.payout
  const payout = freshScript(wallet, chain, 'change')
  hosts.chainTables.purses.set(id, { channelId: id, chain, send: purse?.send, payout })
  return payout
}

/** Hands one transaction, or a parent and its child, to the chain. Coins of the wallet that it spends are its own from now on. */
function announce (hosts: Hosts, wallet: WalletHost, { id, state }: Enforced, txs: readonly Transaction[]): void {
  const chain = state.terms.clock
  const txids = txs.map((tx) => displayTxid(txidOf(tx)))
  txs.forEach((tx, i) => {
    const coins = tx.inputs.map(named).filter((at) => coinAt(wallet, chain, at) !== undefined)
    if (coins.length === 0) return
    takeFeeCoins(wallet, chain, id, coins)
    hosts.chainTables.published.set(publishedKey(chain, txids[i]!), { channelId: id, coins })
  })
  hosts.perform({ type: 'broadcast', chain, txids, raws: txs.map(transactionBytes) })
}

/** What became of a transaction of a channel. What was refused for its fee is built anew at the next block, at the rate of then. */
export function onPublishedVerdict (hosts: Hosts, chain: ChainName, txid: string, verdict: Verdict): void {
  const found = hosts.chainTables.published.get(publishedKey(chain, txid))
  if (found === undefined || hosts.wallet === undefined || verdict.status !== 'rejected' || verdict.reason !== 'missing-inputs') return
  doubtFeeCoins(hosts.wallet, chain, found.coins)
}
