import { coin } from '../base/assets.js'
import type { AssetId, ChannelId } from '../base/ids.js'
import { isRefusal, refuse, type Refusal } from '../base/step.js'
import type { Restoration } from '../backup/backup.js'
import { restoreChannel } from '../channel/channel.js'
import type { ChainName } from '../wallet/chain-facts.js'
import { RESCAN_GAP } from '../wallet/limits.js'
import { scanChain } from '../wallet/wallet.js'
import type { Network } from './genesis.js'
import type { Hosts } from './hosts.js'
import { RESTORED_CHANNELS_MAX } from './limits.js'

/**
 * Channels that came from a backup. Of these only what never changes is known, so nothing of ours may be published: the
 * peer is asked to close, at every connection, and what is ours is taken from the chain. What is kept here is where the
 * peers may be reached: the links of before are lost.
 */

/** The asset of a chain on a network. */
const assetOf = (chain: ChainName, network: Network): AssetId => coin(chain === 'bitcoin' ? 'btc' : 'ltc', network.kind === 'mainnet' ? 'mainnet' : 'regtest').id

/** Takes a backup over: channels to be closed by their peers, and a look through the chains for the wallet's coins. */
export function restore (hosts: Hosts, network: Network, { channels, chains }: Restoration): { readonly channels: number } | Refusal {
  const { wallet } = hosts
  if (wallet === undefined) return hosts.chains.size === 0 ? refuse('no-chain', { chain: channels[0]?.chain ?? 'bitcoin' }) : refuse('no-wallet')
  const unknown = channels.find(({ chain }) => !hosts.chains.has(chain))
  if (unknown !== undefined) return refuse('no-chain', { chain: unknown.chain })
  const fresh = channels.filter(({ channelId }) => !hosts.state.channel.channels.has(channelId))
  if (hosts.chainTables.restored.size + fresh.length > RESTORED_CHANNELS_MAX) return refuse('too-large', { what: 'A backup', limit: RESTORED_CHANNELS_MAX })
  for (const { addresses, behind: _behind, ...backup } of fresh) {
    const { channelId, peer, chain } = backup
    if (isRefusal(restoreChannel(hosts.channel, backup, assetOf(chain, network)))) continue
    hosts.chainTables.restored.set(channelId, { channelId, peer, addresses })
    hosts.moved.add(channelId)
    hosts.perform({ type: 'keep', peer, addresses })
  }
  for (const { chain, sinceHeight, gap = RESCAN_GAP } of chains) {
    if (!hosts.chains.has(chain)) continue
    const tip = hosts.chainTables.tips.get(chain)
    hosts.chainTables.tips.set(chain, { chain, blocks: tip?.blocks ?? [], sinceHeight: Math.min(sinceHeight, tip?.sinceHeight ?? sinceHeight) })
    scanChain(wallet, chain, sinceHeight, gap)
  }
  return { channels: fresh.length }
}

/** After a start: the peers are looked for again. */
export function restartRestored (hosts: Hosts): void {
  for (const { peer, addresses } of [...hosts.chainTables.restored.values()]) hosts.perform({ type: 'keep', peer, addresses })
}

/** A channel has ended: when it was the last of a peer without a link, the peer is of no more concern. */
export function onRestoredEnded (hosts: Hosts, channelId: ChannelId): void {
  const { restored } = hosts.chainTables
  const peer = restored.get(channelId)?.peer
  if (peer === undefined) return
  restored.delete(channelId)
  if (!hosts.isLinked(peer) && [...restored.values()].every((other) => other.peer !== peer)) hosts.perform({ type: 'release', peer })
}
