import type { BackupContent } from '../backup/content.js'
import { BACKUP_ADDRESS_BYTES_MAX, BACKUP_ADDRESSES_MAX, BACKUP_CHANNELS_MAX, BACKUP_PEERS_MAX } from '../backup/limits.js'
import { backupOf, describeChannel, dutiesFor, whyFailed } from '../channel/channel.js'
import { CHAIN_NUMBERS } from '../channel/enforced/limits.js'
import { confirmed, indexSpends, NO_FACTS } from '../channel/chain-facts.js'
import type { Channel, ChannelView } from '../channel/entity.js'
import type { ChainName } from '../wallet/chain-facts.js'
import { balanceOf, reserveFor, sendViews } from '../wallet/wallet.js'
import type { SendView, WalletBalance } from '../wallet/views.js'
import { enforcedChannels, enforcedOn, isEnforced, isSigned, type Enforced } from './chain-heights.js'
import { commitmentTxid, named } from './enforcement.js'
import type { BlockName } from './events.js'
import type { Network } from './genesis.js'
import type { Hosts } from './hosts.js'
import { FUNDING_LATE_BLOCKS } from './limits.js'
import { closingTxid } from './waits.js'

/** Channels, with what the chain says of those that it enforces. */
export const channelViews = (hosts: Hosts): readonly ChannelView[] => [...hosts.state.channel.channels.values()].map((channel) => channelView(hosts, channel))

function channelView (hosts: Hosts, channel: Channel): ChannelView {
  const view = describeChannel(hosts.channel, channel)
  return isEnforced(channel) ? { ...view, ...chainFieldsOf(hosts, channel, view.next) } : view
}

function chainFieldsOf (hosts: Hosts, channel: Enforced, next: string): Partial<ChannelView> {
  const { id, state, status, asset } = channel
  const { terms, stage } = state
  if (stage === 'offered' || stage === 'accepted') return { format: terms.format }
  const { txid, vout } = named(terms.funding)
  const tip = hosts.env.heights[terms.clock]
  const base = { format: terms.format, fundingTxid: txid, fundingIndex: vout }
  if (status === 'failed') {
    const sweepHeight = sweepHeightOf(hosts, channel)
    return { ...base, closingTxid: commitmentTxid(hosts, id), sweepHeight, next: nextOfFailed(channel, sweepHeight, tip, next) }
  }
  const closing = closingTxid(channel)
  if (closing !== undefined || stage !== 'signed') return { ...base, ...(closing === undefined ? {} : { closingTxid: closing }) }
  const madeAt = hosts.chainTables.fundingSeen.get(id)?.height
  const confirmations = madeAt === undefined || tip === undefined ? 0 : Math.max(0, tip - madeAt + 1)
  const wanted = hosts.channel.chain?.terms(asset)?.confirmations
  return { ...base, confirmations, confirmationsWanted: wanted, next: `Waits for the funding transaction: ${confirmations} of ${wanted ?? 'several'} confirmations.` }
}

function nextOfFailed ({ state, failure }: Enforced, sweepHeight: number | undefined, tip: number | undefined, next: string): string {
  if (state.behind) return next
  const why = whyFailed(failure)
  if (sweepHeight === undefined) return `The chain decides: ${why}. What is ours is taken when the closing transaction is confirmed.`
  return tip !== undefined && tip >= sweepHeight
    ? `The chain decides: ${why}. What is ours is being taken.`
    : `The chain decides: ${why}. The last of what is ours can be taken at height ${sweepHeight}.`
}

/** Height at which the last of what is ours can be taken; undefined while no close is in the chain. */
function sweepHeightOf (hosts: Hosts, { id, state }: Enforced): number | undefined {
  const closed = confirmed(indexSpends(hosts.channel.chainFacts.get(id) ?? NO_FACTS)(state.terms.funding))
  const closing = closed === undefined ? undefined : dutiesFor(hosts.channel, id)?.closing
  if (closed === undefined || closing === undefined) return undefined
  const locks = [...hosts.state.channel.locks.group(id).values()].filter(({ ended, offeredBy, secret }) => !ended && offeredBy === 'local' && secret === undefined)
  const expiries = locks.map(({ terms }) => terms.expiry.value)
  const delay = closing.type === 'ours' ? state.terms.delayBlocks : 0
  return Math.max(closed.by.height, ...expiries) + delay
}

export function walletBalances ({ wallet }: Hosts): readonly WalletBalance[] {
  return wallet === undefined ? [] : [...wallet.chains.keys()].filter((chain) => wallet.tables.accounts.has(chain)).map((chain) => balanceOf(wallet, chain))
}

export const walletSends = ({ wallet }: Hosts, chain: ChainName): readonly SendView[] =>
  wallet?.tables.accounts.has(chain) === true ? sendViews(wallet, chain) : []

export const resumeOf = (hosts: Hosts, chain: ChainName): readonly BlockName[] => hosts.chainTables.tips.get(chain)?.blocks ?? []

/** What a backup of now holds: nothing of it grows old. Channels that came from an earlier one are in it until they have ended. */
export function backupContent (hosts: Hosts, network: Network, createdMs: number): BackupContent {
  return {
    network: network.name,
    peerId: hosts.self,
    identity: undefined,
    peers: peersOf(hosts).slice(0, BACKUP_PEERS_MAX),
    chains: [...hosts.chainTables.tips.values()].map(({ chain, sinceHeight }) => ({ chain, sinceHeight })),
    channels: [...hosts.state.channel.channels.values()].flatMap((channel) => backupOf(channel) ?? []).slice(0, BACKUP_CHANNELS_MAX),
    createdMs
  }
}

function peersOf ({ state, chainTables }: Hosts): Array<BackupContent['peers'][number]> {
  const peers = new Map<string, BackupContent['peers'][number]>()
  const add = (peer: BackupContent['peers'][number]['peer'], addresses: readonly string[]): void => {
    peers.set(peer, { peer, addresses: addresses.filter((address) => address.length <= BACKUP_ADDRESS_BYTES_MAX).slice(0, BACKUP_ADDRESSES_MAX) })
  }
  for (const { peer, addresses } of chainTables.restored.values()) add(peer, addresses)
  for (const { peer, addresses } of state.link.links.values()) add(peer, addresses)
  return [...peers.values()]
}

/** What someone should look at because of the chains. */
export function chainWarnings (hosts: Hosts): readonly string[] {
  const warnings: string[] = []
  for (const chain of hosts.chains.keys()) {
    const channels = enforcedOn(hosts.state, chain)
    const state = hosts.chainTables.news.get(chain)?.state ?? 'unreachable'
    if (channels > 0 && state !== 'ok') warnings.push(`the chain ${chain} is ${state} while ${channels} channels hang on it: what happens to them there is not seen`)
    const missing = hosts.wallet?.tables.shortages.get(chain)?.missingCoins
    if (missing !== undefined && channels > 0) warnings.push(`the wallet keeps ${missing} coins of ${reserveFor(channels).coinSat} sat on ${chain} too few for fees: pay some to \`amiko wallet address\``)
  }
  for (const channel of enforcedChannels(hosts.state)) warnings.push(...warningsOf(hosts, channel))
  return warnings
}

function warningsOf ({ env }: Hosts, channel: Enforced): readonly string[] {
  const { id, peer, opener, state: { terms, stage, sinceHeight, behind } } = channel
  if (behind) return [`channel ${id}: this side lost data; ${peer} is asked to close it`]
  const tip = env.heights[terms.clock]
  const late = FUNDING_LATE_BLOCKS * CHAIN_NUMBERS[terms.clock].blocksPerTenMinutes
  if (opener === 'local' && isSigned(channel) && stage === 'signed' && tip !== undefined && tip - sinceHeight > late) return [`channel ${id} has waited ${tip - sinceHeight} blocks for its funding transaction ${named(terms.funding).txid}`]
  return []
}
