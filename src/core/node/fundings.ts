import { equalBytes, fromHex } from '../base/bytes.js'
import type { AssetId, ChannelId, PeerId, RequestId } from '../base/ids.js'
import { addUnits, ZERO, type Units } from '../base/money.js'
import { isRefusal, refuse, type Refusal } from '../base/step.js'
import { closeChannel, fundingDead, fundingReady, openEnforced } from '../channel/channel.js'
import { FEE_RATE_PER_KW_MAX, FEE_RATE_PER_KW_MIN } from '../channel/enforced/limits.js'
import type { ChannelOutcome } from '../channel/host.js'
import type { EnforcedOpening } from '../channel/messages.js'
import type { ChainName } from '../wallet/chain-facts.js'
import { feeRate } from '../wallet/fees.js'
import type { WalletHost } from '../wallet/host.js'
import type { Send } from '../wallet/tables.js'
import { readTransaction } from '../wallet/transaction.js'
import { abandonSend, balanceOf, giveFeeCoinsBack, giveShareBack, prepareSend, publishSend } from '../wallet/wallet.js'
import { enforcedAt, enforcedChannels, type Enforced } from './chain-heights.js'
import type { Purse } from './chain-tables.js'
import type { Hosts } from './hosts.js'
import { OPENING_PATIENCE_MS } from './limits.js'
import { onRestoredEnded } from './restoration.js'
import { endWatches } from './watching.js'

/**
 * Channels that this node funds alone, or first of two (`joint-fundings` has the rest): the wallet and the channel come together here. The funding transaction is prepared
 * when the peer accepted, published when the first state is signed, and its coins are free again when it comes to
 * nothing before. Which payment of the wallet funds which channel is stored, so that a start finds both.
 */

const TIMER = 'chain/opening/'
const timerOf = (channelId: ChannelId): string => `${TIMER}${channelId}`

export interface OpenRequest {
  readonly peer: PeerId
  readonly asset: AssetId
  readonly amount: Units
  readonly push: Units
  readonly theirAmount?: Units | undefined
  readonly format?: EnforcedOpening['format'] | undefined
  readonly delayBlocks?: number | undefined
}

/** Opens an enforced channel that the wallet funds. Answered when the funding transaction is on its way. */
export function openFunded (hosts: Hosts, requestId: RequestId, request: OpenRequest): Refusal | undefined {
  const { peer, asset, amount, push, theirAmount = ZERO, delayBlocks } = request
  const { wallet } = hosts
  if (wallet === undefined && hosts.chains.size > 0) return refuse('no-wallet')
  const terms = hosts.channel.chain?.terms(asset)
  if (wallet === undefined || terms === undefined) return refuse('no-chain', { chain: 'matching' })
  const { clock } = terms
  const unheard = whyUnheard(hosts, clock)
  if (unheard !== undefined) return unheard
  if (!hosts.isLinked(peer)) return refuse('no-link', { peer })
  if (amount % 1000n !== 0n || theirAmount % 1000n !== 0n) return refuse('bad-request', { reason: 'a channel on a chain is funded with whole satoshis' })
  const fundingSat = (amount + theirAmount) / 1000n
  const { spendableSat, reservedSat, waitingSat } = balanceOf(wallet, clock)
  // Asked before the peer is: the fee comes on top, and is looked at when the transaction is made.
  if (spendableSat < amount / 1000n) return refuse('insufficient-coins', { chain: clock, wanted: amount / 1000n, spendable: spendableSat, reserved: reservedSat, waiting: waitingSat })
  const format = request.format ?? terms.formats[0]
  if (format === undefined) return refuse('chain-unreachable', { rpc: clock, reason: 'what it can enforce is not known yet' })
  const opened = openEnforced(hosts.channel, {
    peer, asset, fundingSat, push: addUnits(push, theirAmount), format,
    ...(theirAmount === ZERO ? {} : { contribution: { sat: theirAmount / 1000n, satPerKvb: fundingRate(wallet, clock) } }),
    ...(delayBlocks === undefined ? {} : { delayBlocks }),
    ...(format === 'v2-fee' ? { feeRatePerKw: commitmentRate(wallet, clock) } : {})
  })
  if (isRefusal(opened)) return opened
  const busy = hosts.waits.add({ requestId, channelId: opened, until: 'funded' })
  if (busy !== undefined) closeChannel(hosts.channel, opened)
  else hosts.setTimer(timerOf(opened), hosts.env.nowMs + OPENING_PATIENCE_MS)
  return busy
}

/** Nothing is decided by a chain of which nothing was heard. */
export function whyUnheard ({ chainTables }: Hosts, chain: ChainName): Refusal | undefined {
  const news = chainTables.news.get(chain)
  if (news?.heard === true && (news.state === 'ok' || news.state === 'stale')) return undefined
  return refuse('chain-unreachable', { rpc: chain, reason: news === undefined ? 'it has not been heard of yet' : `it is ${news.state}` })
}

/** What a funding transaction of both pays: an estimate of ours, that the peer judges by its own. */
function fundingRate (wallet: WalletHost, chain: ChainName): bigint {
  const facts = wallet.chains.get(chain)
  return facts === undefined ? 0n : feeRate(wallet, facts)
}

/** What a commitment pays by itself, in satoshis for 1,000 units of weight: as much as would confirm soon now. */
function commitmentRate (wallet: WalletHost, chain: ChainName): number {
  const facts = wallet.chains.get(chain)
  const rate = facts === undefined ? 0 : Number(feeRate(wallet, facts, 2) / 4n)
  return Math.min(FEE_RATE_PER_KW_MAX, Math.max(FEE_RATE_PER_KW_MIN, rate))
}

/** The peer accepted: the transaction is made and signed, its coins are set aside, nobody sees it yet. */
export function onFundingWanted (hosts: Hosts, { channelId, script, valueSat }: Extract<ChannelOutcome, { type: 'fundingWanted' }>): void {
  const channel = enforcedAt(hosts.state, channelId)
  const { wallet } = hosts
  if (channel === undefined || wallet === undefined) return
  const chain = channel.state.terms.clock
  takeBackSend(hosts, hosts.chainTables.purses.get(channelId))
  const prepared = prepareSend(wallet, { chain, kind: 'fixed', outputs: [{ script, valueSat }] })
  if (isRefusal(prepared)) return giveUp(hosts, channelId, prepared)
  hosts.chainTables.purses.set(channelId, { channelId, chain, send: prepared.id, payout: undefined })
  const index = readTransaction(wallet.tables.sends.get(prepared.id)!.raw)!.outputs.findIndex((output) => equalBytes(output.script, script))
  const refused = fundingReady(hosts.channel, channelId, fromHex(prepared.txid).reverse(), index)
  if (refused !== undefined) giveUp(hosts, channelId, refused)
}

/** The first state is signed and stored with this step: what funds it goes out after that. Told again after a start. */
export function onFundingSigned (hosts: Hosts, channelId: ChannelId): void {
  const send = sendOf(hosts, channelId)
  hosts.clearTimer(timerOf(channelId))
  if (send === undefined || hosts.wallet === undefined) return
  if (send.status === 'abandoned') return fundingDead(hosts.channel, channelId)
  if (send.status !== 'prepared') return
  publishSend(hosts.wallet, send.id)
  hosts.notify({ type: 'channel:funded', channelId, txid: send.txid })
}

function sendOf (hosts: Hosts, channelId: ChannelId): Send | undefined {
  const id = hosts.chainTables.purses.get(channelId)?.send
  return id === undefined ? undefined : hosts.wallet?.tables.sends.get(id)
}

/** Coins of a channel that came to nothing, or has ended, are free again; nothing of it is watched any longer. */
export function onChannelEnded (hosts: Hosts, channelId: ChannelId): void {
  const { purses, fundingSeen, published, inputChecks } = hosts.chainTables
  inputChecks.delete(channelId)
  if (hosts.wallet !== undefined) for (const chain of hosts.chains.keys()) giveShareBack(hosts.wallet, chain, channelId)
  const purse = purses.get(channelId)
  if (purse !== undefined) {
    takeBackSend(hosts, purse)
    if (hosts.wallet !== undefined) giveFeeCoinsBack(hosts.wallet, purse.chain, channelId)
    purses.delete(channelId)
  }
  if (hosts.chains.size > 0) hosts.clearTimer(timerOf(channelId))
  if (fundingSeen.has(channelId)) endWatches(hosts, channelId)
  fundingSeen.delete(channelId)
  onRestoredEnded(hosts, channelId)
  for (const key of [...published.group(channelId).keys()]) published.delete(key)
}

/** What was published may confirm, and is not taken back. */
function takeBackSend ({ wallet }: Hosts, purse: Purse | undefined): void {
  if (purse?.send !== undefined && wallet?.tables.sends.get(purse.send)?.status === 'prepared') abandonSend(wallet, purse.send)
}

/** Ends an opening; whoever asked for it hears why. */
export function giveUp (hosts: Hosts, channelId: ChannelId, why: Refusal): void {
  hosts.endWaits(channelId, why)
  closeChannel(hosts.channel, channelId)
}

/** After a start: what is being opened has a while, again. */
export function restartFundings (hosts: Hosts): void {
  for (const channel of enforcedChannels(hosts.state)) if (isOurOpening(channel)) hosts.setTimer(timerOf(channel.id), hosts.env.nowMs + OPENING_PATIENCE_MS)
}

const isOurOpening = ({ status, opener }: Enforced): boolean => status === 'opening' && opener === 'local'

/** The peer did not answer in time: nothing was published, so nothing is lost. */
export function onOpeningTimer (hosts: Hosts, key: string): void {
  const channel = enforcedAt(hosts.state, key.slice(TIMER.length) as ChannelId)
  if (channel !== undefined && isOurOpening(channel)) giveUp(hosts, channel.id, refuse('timed-out', { milliseconds: OPENING_PATIENCE_MS }))
}

/** Looks for channels whose funding transaction will never be, because a coin of it went elsewhere. */
export function reviewFundings (hosts: Hosts, chain: ChainName): void {
  for (const channel of enforcedChannels(hosts.state, chain)) {
    if (channel.opener === 'remote' || channel.state.stage === 'confirmed' || sendOf(hosts, channel.id)?.status !== 'abandoned') continue
    if (channel.status === 'opening') giveUp(hosts, channel.id, refuse('channel-refused', { reason: 'a coin of the funding transaction was spent elsewhere' }))
    else fundingDead(hosts.channel, channel.id)
  }
}

/** Openings whose coins are set aside. */
export function preparedFundings (hosts: Hosts): number {
  let count = 0
  for (const channel of enforcedChannels(hosts.state)) if (isOurOpening(channel)) count++
  return count
}
