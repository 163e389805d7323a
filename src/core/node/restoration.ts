import { equalBytes, fromHex, utf8Bytes } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { ChannelId, PeerId } from '../base/ids.js'
import { refuse, type Refusal } from '../base/step.js'
import type { Restoration } from '../backup/backup.js'
import type { ChannelBackup } from '../backup/content.js'
import { confirmed, depthOf, indexSpends, NO_FACTS, withoutBlock, withTransaction, type SeenTransaction } from '../channel/chain-facts.js'
import { fixedParts, type Contract } from '../channel/enforced/contract.js'
import { BURIED_CONFIRMATIONS, CHAIN_NUMBERS } from '../channel/enforced/limits.js'
import { staticOutputOf, sweep, type Takeable } from '../channel/enforced/spends.js'
import { contractOf, secretsOf } from '../channel/enforced/state.js'
import { displayTxid, readTransaction, transactionBytes, txidOf, type Outpoint as WireOutpoint } from '../channel/enforced/transaction.js'
import type { EnforcedTerms } from '../channel/entity.js'
import { freshScript } from '../wallet/addresses.js'
import type { ChainName } from '../wallet/chain-facts.js'
import { feeRate } from '../wallet/fees.js'
import { scanChain } from '../wallet/wallet.js'
import { enforcedAt } from './chain-heights.js'
import type { Restored } from './chain-tables.js'
import { named } from './enforcement.js'
import type { Hosts } from './hosts.js'
import { RESTORED_CHANNELS_MAX } from './limits.js'
import { endWatches, startWatch, wantHistory } from './watching.js'

/**
 * Channels that came from a backup. Of these only what never changes is known, so nothing of ours may be published: the
 * peer is asked to close, at every connection, and what its commitment pays us is taken from the chain.
 */

const REQUIREMENT = 'ENF-23'
/** Blocks in which what has no deadline is to confirm. */
const SWEEP_TARGET_BLOCKS = 144

/** Takes a backup over: channels to be closed by their peers, and a look through the chains for the wallet's coins. */
export function restore (hosts: Hosts, { channels, chains }: Restoration): { readonly channels: number } | Refusal {
  const { wallet } = hosts
  if (wallet === undefined) return hosts.chains.size === 0 ? refuse('no-chain', { chain: channels[0]?.chain ?? 'bitcoin' }) : refuse('no-wallet')
  const unknown = channels.find(({ chain }) => !hosts.chains.has(chain))
  if (unknown !== undefined) return refuse('no-chain', { chain: unknown.chain })
  const fresh = channels.filter(({ channelId }) => !hosts.chainTables.restored.has(channelId) && !hosts.state.channel.channels.has(channelId))
  if (hosts.chainTables.restored.size + fresh.length > RESTORED_CHANNELS_MAX) return refuse('too-large', { what: 'A backup', limit: RESTORED_CHANNELS_MAX })
  for (const { addresses, behind: _behind, ...backup } of fresh) {
    const restored: Restored = { backup, addresses, payout: freshScript(wallet, backup.chain, 'change') }
    hosts.chainTables.restored.set(backup.channelId, restored)
    follow(hosts, restored)
    askToClose(hosts, restored)
  }
  for (const { chain, sinceHeight } of chains) {
    if (!hosts.chains.has(chain)) continue
    const tip = hosts.chainTables.tips.get(chain)
    hosts.chainTables.tips.set(chain, { chain, blocks: tip?.blocks ?? [], sinceHeight: Math.min(sinceHeight, tip?.sinceHeight ?? sinceHeight) })
    scanChain(wallet, chain, sinceHeight)
  }
  return { channels: fresh.length }
}

const fundingWatch = ({ backup: { funding } }: Restored): Parameters<typeof startWatch>[3] => ({ type: 'outpoint', outpoint: funding })

function follow (hosts: Hosts, restored: Restored): void {
  const { channelId, chain, sinceHeight, peer } = restored.backup
  startWatch(hosts, channelId, chain, fundingWatch(restored), sinceHeight)
  hosts.perform({ type: 'keep', peer, addresses: restored.addresses })
}

/** After a start: what is kept is followed again. */
export function restartRestored (hosts: Hosts): void {
  for (const restored of [...hosts.chainTables.restored.values()]) follow(hosts, restored)
}

/** The chain answers again: the way to the end is asked for anew. */
export function askAboutRestored (hosts: Hosts, chain: ChainName): void {
  for (const restored of [...hosts.chainTables.restored.values()]) if (restored.backup.chain === chain) wantHistory(hosts, chain, fundingWatch(restored), restored.backup.sinceHeight)
}

/** The peer of a restored channel is here: it is asked to close. @see ENF-23 */
export function onPeerOfRestored (hosts: Hosts, peer: PeerId): void {
  for (const restored of [...hosts.chainTables.restored.values()]) if (restored.backup.peer === peer) askToClose(hosts, restored)
}

// ENF-23: the peer publishes its commitment, and that pays us.
function askToClose (hosts: Hosts, { backup: { peer, channelId } }: Restored): void {
  if (hosts.connected.has(peer)) hosts.channel.send(peer, { type: 'fault', channelId, broken: REQUIREMENT })
}

/** A transaction that spends what a restored channel watches. */
export function onRestoredSpend (hosts: Hosts, channelId: ChannelId, raw: Uint8Array, height: number | undefined): void {
  const tx = readTransaction(raw)
  if (tx === undefined || !hosts.chainTables.restored.has(channelId)) return
  const { restoredFacts } = hosts.chainTables
  restoredFacts.set(channelId, withTransaction(restoredFacts.get(channelId) ?? NO_FACTS, tx, height))
}

/** The last block left the chain. */
export function onRestoredHeightLost (hosts: Hosts, chain: ChainName, height: number): void {
  for (const [channelId, facts] of [...hosts.chainTables.restoredFacts.entries()]) {
    if (hosts.chainTables.restored.get(channelId)?.backup.chain === chain) hosts.chainTables.restoredFacts.set(channelId, withoutBlock(facts, height))
  }
}

interface Known { readonly terms: EnforcedTerms, readonly contract: Contract }
const known = new WeakMap<Restored, Known>()

/** What follows from a backup, worked out once. */
function knownOf (hosts: Hosts, restored: Restored): Known {
  let found = known.get(restored)
  if (found === undefined) {
    const { backup: { format, chain, fundingSat, funding, delayBlocks, feeRatePerKw, salt, remoteKeys, opener } } = restored
    const terms = { format, clock: chain, fundingSat, funding: { txid: fromHex(funding.txid).reverse(), index: funding.vout }, delayBlocks, feeRatePerKw, salt, remoteKeys }
    known.set(restored, found = { terms, contract: contractOf(hosts.channel, { terms, opener }) })
  }
  return found
}

/** Takes, at every block, what the closing transactions of restored channels pay us; forgets those of which all is taken. */
export function tendRestored (hosts: Hosts, chain: ChainName): void {
  for (const restored of [...hosts.chainTables.restored.values()]) if (restored.backup.chain === chain) tend(hosts, restored)
}

function tend (hosts: Hosts, restored: Restored): void {
  const { backup: { channelId, chain }, payout } = restored
  const tip = hosts.env.heights[chain]
  const facts = hosts.chainTables.restoredFacts.get(channelId)
  const chainFacts = hosts.wallet?.chains.get(chain)
  if (tip === undefined || facts === undefined || hosts.wallet === undefined || chainFacts === undefined) return
  const { terms, contract } = knownOf(hosts, restored)
  const spendsOf = indexSpends(facts)
  const closed = confirmed(spendsOf(terms.funding))
  if (closed === undefined) return
  const own = ownOutputs(hosts, terms, contract, closed.by)
  for (const output of own) startWatch(hosts, channelId, chain, { type: 'outpoint', outpoint: named(output) }, closed.by.height)
  const open = own.filter((output) => confirmed(spendsOf(output)) === undefined)
  const secret = secretsOf(hosts.channel, terms)
  const swept = open.length === 0 ? undefined : sweep(open, payout, feeRate(hosts.wallet, chainFacts, SWEEP_TARGET_BLOCKS), CHAIN_NUMBERS[chain].dustSat, taggedHash('amiko/channel/aux', secret.auxSeed, utf8Bytes('sweep')))
  if (swept !== undefined) hosts.perform({ type: 'broadcast', chain, txids: [displayTxid(txidOf(swept))], raws: [transactionBytes(swept)] })
  // What is not worth its fee keeps nothing waiting.
  else if (isBuried(closed.by, tip) && own.every((output) => open.includes(output) || isBuried(confirmed(spendsOf(output))!.by, tip))) forget(hosts, restored)
}

const isBuried = (seen: SeenTransaction, tip: number): boolean => depthOf(seen, tip) >= BURIED_CONFIRMATIONS

/** Our balance on whatever commitment of the peer was published: found by its script. @see ENF-6 */
function ownOutputs (hosts: Hosts, terms: EnforcedTerms, contract: Contract, { tx, txid }: SeenTransaction): readonly Takeable[] {
  const { script } = fixedParts(contract).sides.remote.toOther
  return tx.outputs.flatMap((output, index) => equalBytes(output.script, script) ? [staticOutputOf(secretsOf(hosts.channel, terms), contract, { txid, index }, output.valueSat)] : [])
}

function forget (hosts: Hosts, { backup: { channelId, peer } }: Restored): void {
  hosts.chainTables.restored.delete(channelId)
  hosts.chainTables.restoredFacts.delete(channelId)
  endWatches(hosts, channelId)
  if (!hosts.isLinked(peer) && [...hosts.chainTables.restored.values()].every((other) => other.backup.peer !== peer)) hosts.perform({ type: 'release', peer })
  hosts.notify({ type: 'channel:closed', channelId })
}

/** The closing transaction of a restored channel, when it is known, for people. */
export function closingOf (hosts: Hosts, { backup }: Restored): { readonly txid: string, readonly height: number | undefined } | undefined {
  const facts = hosts.chainTables.restoredFacts.get(backup.channelId) ?? NO_FACTS
  const funding: WireOutpoint = { txid: fromHex(backup.funding.txid).reverse(), index: backup.funding.vout }
  const spends = indexSpends(facts)(funding)
  const spend = confirmed(spends) ?? spends[0]
  return spend === undefined ? undefined : { txid: displayTxid(spend.by.txid), height: spend.by.height }
}

/** What a backup holds of a channel; undefined before its funding output is named and signed. */
export function backupOf (hosts: Hosts, id: ChannelId): ChannelBackup | undefined {
  const channel = enforcedAt(hosts.state, id)
  if (channel === undefined || (channel.state.stage !== 'signed' && channel.state.stage !== 'confirmed')) return undefined
  const { terms, opener, sinceHeight } = channel.state
  const { clock, format, funding, fundingSat, delayBlocks, feeRatePerKw, salt, remoteKeys } = terms
  return {
    channelId: id, peer: channel.peer, chain: clock, format, opener, funding: named(funding), fundingSat, delayBlocks,
    dustSat: CHAIN_NUMBERS[clock].dustSat, feeRatePerKw, salt, remoteKeys: [...remoteKeys], sinceHeight
  }
}
