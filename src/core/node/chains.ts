import { FEE_TARGETS } from '../wallet/fees.js'
import type { ChainName, SeenTransaction } from '../wallet/chain-facts.js'
import type { WalletHost } from '../wallet/host.js'
import { publishAgain } from '../wallet/replace.js'
import * as wallets from '../wallet/wallet.js'
import { unreachable } from '../base/invariant.js'
import { askAboutFundings, moveAll, onFundingFound, onHeightLost, onNewHeight, onPublishedVerdict, onSpendSeen, restartEnforcement, reviewHeight } from './enforcement.js'
import type { BlockName, ChainEvent, ChainState, WatchHistory } from './events.js'
import { restartFundings, reviewFundings } from './fundings.js'
import type { Hosts } from './hosts.js'
import { onInputFound, onJointVerdict, restartShares, reviewShares } from './joint-fundings.js'
import { RESUME_BLOCKS_MAX } from './limits.js'
import { restartRestored } from './restoration.js'
import { askHistories, historiesWanted, historyKnown } from './watching.js'

/**
 * What the chains tell, handed to the wallet and to the channels that they enforce, in this order: the wallet first,
 * because channels take coins from it. Without a wallet only heights count.
 */

/** After all entities are loaded: everything is watched again, before the chains are heard of. */
export function restartChains (hosts: Hosts): void {
  if (hosts.wallet === undefined) return
  wallets.restart(hosts.wallet)
  restartFundings(hosts)
  restartShares(hosts)
  restartEnforcement(hosts)
  restartRestored(hosts)
}

export function onChainEvent (hosts: Hosts, event: ChainEvent): void {
  const { chain } = event
  if (!hosts.chains.has(chain)) return
  const { wallet } = hosts
  switch (event.type) {
    case 'chainStatus': return onStatus(hosts, chain, event.state, event.formats)
    case 'blockConnected': return onBlock(hosts, chain, event.tip, event.transactions)
    case 'blockDisconnected': return onBlockLost(hosts, chain, event.block)
    case 'transactionSeen': {
      if (wallet !== undefined) wallets.onTransactionSeen(wallet, chain, event.transaction)
      return onSpendSeen(hosts, chain, event.transaction.raw, undefined)
    }
    case 'chainHistory': {
      if (event.of.type === 'outpoint') return onOutputHistory(hosts, chain, event)
      if (wallet !== undefined) wallets.onHistory(wallet, chain, event.of.script, event.history)
      return
    }
    case 'outputFound': {
      if (wallet !== undefined) wallets.onUnspent(wallet, chain, event.outpoint, event.found === undefined ? undefined : event.found !== 'none')
      onInputFound(hosts, chain, event.outpoint, event.found)
      return onFundingFound(hosts, chain, event.outpoint, event.found)
    }
    case 'broadcastVerdict': {
      event.txids.forEach((txid, i) => {
        const verdict = event.verdicts[i]
        if (verdict === undefined || wallet === undefined) return
        wallets.onVerdict(wallet, chain, txid, verdict)
        onPublishedVerdict(hosts, chain, txid, verdict)
        onJointVerdict(hosts, chain, txid, verdict)
      })
      return
    }
    case 'feeRate': {
      // What was published at a guess, while no rate was known, is published again at once.
      if (wallet !== undefined && wallets.onFeeRate(wallet, chain, event.targetBlocks, event.satPerKvb)) moveAll(hosts, chain)
      return
    }
    default: return unreachable(event)
  }
}

const isHeard = (state: ChainState): boolean => state === 'ok' || state === 'syncing' || state === 'stale'

function onStatus (hosts: Hosts, chain: ChainName, state: ChainState, formats: Extract<ChainEvent, { type: 'chainStatus' }>['formats']): void {
  const before = hosts.chainTables.news.get(chain)
  const same = before?.state === state
  hosts.chainTables.news.set(chain, { state, formats, sinceMs: same ? before.sinceMs : hosts.env.nowMs, heard: before?.heard === true || isHeard(state) })
  hosts.heightsChanged()
  if (!same) hosts.notify({ type: 'chain:status', chain, state })
  if (isHeard(state)) askEverything(hosts, chain)
}

/**
 * What was asked, or published, while the chain did not answer is lost: it is said again. What blocks told while its
 * height was not believed yet is judged now: the next block may be long in coming. @see ENF-20
 */
function askEverything (hosts: Hosts, chain: ChainName): void {
  const { wallet } = hosts
  if (wallet === undefined) return
  for (const targetBlocks of FEE_TARGETS) wallet.askFeeRate(chain, targetBlocks)
  publishAgain(wallet, chain)
  askAboutFundings(hosts, chain)
  askHistories(hosts, chain)
  reviewHeight(hosts, chain)
}

/** Its tip is known, whatever the last word about its state was. */
function heard (hosts: Hosts, chain: ChainName): void {
  const news = hosts.chainTables.news.get(chain)
  if (news?.heard !== true) hosts.chainTables.news.set(chain, { state: news?.state ?? 'ok', formats: news?.formats ?? [], sinceMs: news?.sinceMs ?? hosts.env.nowMs, heard: true })
  hosts.heightsChanged()
}

function onBlock (hosts: Hosts, chain: ChainName, tip: BlockName, transactions: readonly SeenTransaction[]): void {
  const { tips } = hosts.chainTables
  const before = tips.get(chain)
  const last = before?.blocks[0]
  const follows = last === undefined || tip.height === last.height + 1
  if (last !== undefined && last.height === tip.height && last.hash === tip.hash) {
    heard(hosts, chain)
    if (hosts.wallet !== undefined) askEverything(hosts, chain)
    return
  }
  const blocks = follows ? [{ height: tip.height, hash: tip.hash }, ...before?.blocks ?? []].slice(0, RESUME_BLOCKS_MAX) : [{ height: tip.height, hash: tip.hash }]
  tips.set(chain, { chain, sinceHeight: before?.sinceHeight ?? tip.height, blocks })
  heard(hosts, chain)
  if (hosts.wallet === undefined) return onNewHeight(hosts, chain)
  wallets.onBlockConnected(hosts.wallet, chain, tip, transactions)
  if (last !== undefined && !follows) onGap(hosts, hosts.wallet, chain, Math.min(last.height, tip.height))
  for (const { raw } of transactions) onSpendSeen(hosts, chain, raw, tip.height)
  onNewHeight(hosts, chain)
  reviewFundings(hosts, chain)
  reviewShares(hosts, chain)
  askHistories(hosts, chain)
}

/** Blocks were not told: what happened in them is asked for, a little further back than the last that was. */
function onGap (hosts: Hosts, wallet: WalletHost, chain: ChainName, height: number): void {
  const from = Math.max(0, height - RESUME_BLOCKS_MAX)
  wallets.scanChain(wallet, chain, from)
  historiesWanted(hosts, chain, from)
  askAboutFundings(hosts, chain)
}

function onBlockLost (hosts: Hosts, chain: ChainName, block: BlockName): void {
  const { tips } = hosts.chainTables
  const before = tips.get(chain)
  if (before === undefined) return
  tips.set(chain, { ...before, blocks: before.blocks.filter(({ height }) => height < block.height) })
  heard(hosts, chain)
  if (hosts.wallet !== undefined) wallets.onBlockDisconnected(hosts.wallet, chain, block)
  onHeightLost(hosts, chain, block.height)
}

function onOutputHistory (hosts: Hosts, chain: ChainName, { of, history }: { readonly of: Extract<ChainEvent, { type: 'chainHistory' }>['of'], readonly history: WatchHistory | undefined }): void {
  if (history === undefined) return // Asked again at the next block.
  if (hosts.wallet !== undefined) wallets.onSpends(hosts.wallet, chain, history.confirmed)
  for (const { raw, block } of history.confirmed) onSpendSeen(hosts, chain, raw, block.height)
  for (const { raw } of history.unconfirmed) onSpendSeen(hosts, chain, raw, undefined)
  historyKnown(hosts, chain, of)
}
