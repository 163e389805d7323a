import { accountOf, scan, scanned, widen } from './addresses.js'
import type { ChainName, Outpoint, SeenTransaction, Verdict } from './chain-facts.js'
import { applyTransaction, coinAt, coinsOf, doubtCoin, dropTransaction, forgetOld, resumeCoins, takeBack, trustCoin } from './coins.js'
import { FEE_TARGETS } from './fees.js'
import type { WalletHost } from './host.js'
import { publishAgain, reviewSends } from './replace.js'
import { ADDRESS_GAP } from './limits.js'
import { keepReserve } from './reserve.js'
import { onDropped } from './sends.js'
import type { Send } from './tables.js'
import { readTransaction } from './transaction.js'

/**
 * The node's own coins on chains. In reading order: `chain-facts` (what a chain is here), `phrase`, `keys` and `address`
 * (where coins lie), `host` (what the wallet may use), `tables` (what is kept), `limits`, this file (what the chain
 * tells), `addresses` (the gap), `coins` (who owns what, through reorganisations and double spends), `fees`,
 * `selection` and `transaction` (choosing, building, signing), `sends` and `replace` (payments out, and all that may
 * happen to them), `reserve` (coins kept aside for fees), `shares` (coins in a transaction
 * with somebody else's), `views`.
 *
 * A chain's events come from the chain port in its order. One wallet has one phrase and one account on each chain.
 */
export { freshAddress } from './addresses.js'
export { onFeeRate } from './fees.js'
export { abandonSend, prepareSend, publishSend, send } from './sends.js'
export { bumpSend } from './replace.js'
export { doubtFeeCoins, feeWallet, giveFeeCoinsBack, keepReserve, reserveFor, takeFeeCoins } from './reserve.js'
export { giveShareBack, isShareDead, publishJoint, setShareAside, sharesOf, signShare } from './shares.js'
export { balanceOf, sendViews } from './views.js'

/** After a start, once all entities are loaded: everything is watched, and what is pending is published again. */
export function restart (host: WalletHost): void {
  for (const chain of host.chains.keys()) {
    const { scanFrom } = accountOf(host, chain)
    resumeCoins(host, chain)
    if (scanFrom !== undefined) scanAll(host, chain, scanFrom)
    publishAgain(host, chain)
    askAgain(host, chain)
  }
}

/**
 * Looks for coins that this phrase was paid before, as after a restore.
 *
 * @param fromHeight - of a block that is older than the phrase
 * @param gap - addresses that are looked for behind the used ones
 */
export function scanChain (host: WalletHost, chain: ChainName, fromHeight: number, gap = ADDRESS_GAP): void {
  widen(host, chain, gap)
  host.tables.accounts.set(chain, { ...accountOf(host, chain), scanFrom: fromHeight })
  scanAll(host, chain, fromHeight)
}

function scanAll (host: WalletHost, chain: ChainName, fromHeight: number): void {
  for (const { script } of [...host.tables.addresses.group(chain).values()]) scan(host, chain, script, fromHeight)
}

interface History {
  readonly confirmed: ReadonlyArray<SeenTransaction & { readonly block: { readonly height: number } }>
  readonly unconfirmed: readonly SeenTransaction[]
}

/** What has happened to a script; undefined: the backend cannot say, and is asked again at the next block. */
export function onHistory (host: WalletHost, chain: ChainName, script: Uint8Array, history: History | undefined): void {
  if (history === undefined) return
  for (const { raw, block } of history.confirmed) apply(host, chain, raw, block.height)
  for (const { raw } of history.unconfirmed) apply(host, chain, raw, undefined)
  scanned(host, chain, script)
  if (host.tables.scans.group(chain).size === 0) host.tables.accounts.set(chain, { ...accountOf(host, chain), scanFrom: undefined })
  reviewSends(host, chain)
}

/** Spends in blocks that were asked for by name: what can no longer be because of them is dropped. */
export function onSpends (host: WalletHost, chain: ChainName, confirmed: History['confirmed']): void {
  for (const { raw, block } of confirmed) apply(host, chain, raw, block.height)
  reviewSends(host, chain)
}

/** The next block, with the transactions in it that touch what is watched, in their order. */
export function onBlockConnected (host: WalletHost, chain: ChainName, tip: { readonly height: number }, transactions: readonly SeenTransaction[]): void {
  host.tables.accounts.set(chain, { ...accountOf(host, chain), tipHeight: tip.height })
  for (const { raw } of transactions) apply(host, chain, raw, tip.height)
  onDropped(host, chain, forgetOld(host, chain))
  reviewSends(host, chain)
  keepReserve(host, chain)
  publishAgain(host, chain)
  askAgain(host, chain)
}

/** The last block left the chain. */
export function onBlockDisconnected (host: WalletHost, chain: ChainName, block: { readonly height: number }): void {
  onDropped(host, chain, takeBack(host, chain, block.height))
  host.tables.accounts.set(chain, { ...accountOf(host, chain), tipHeight: block.height - 1 })
  reviewSends(host, chain)
}

/** A watched thing is touched by an unconfirmed transaction. It may come again. */
export function onTransactionSeen (host: WalletHost, chain: ChainName, transaction: SeenTransaction): void {
  // An older version of ours was in the mempool when this was said; the newer one is on its way and pays more.
  for (const { status, txid, versions } of host.tables.sends.group(chain).values()) {
    if (status === 'pending' && txid !== transaction.txid && versions.some((version) => version.txid === transaction.txid)) return
  }
  apply(host, chain, transaction.raw, undefined)
  reviewSends(host, chain)
}

function apply (host: WalletHost, chain: ChainName, raw: Uint8Array, height: number | undefined): void {
  const tx = readTransaction(raw)
  if (tx === undefined) return // a backend may say anything
  onDropped(host, chain, applyTransaction(host, chain, tx, height))
}

function askAgain (host: WalletHost, chain: ChainName): void {
  for (const targetBlocks of FEE_TARGETS) host.askFeeRate(chain, targetBlocks)
  for (const coin of [...coinsOf(host, chain)]) if (coin.doubted) doubtCoin(host, coin)
  const { scanFrom } = accountOf(host, chain)
  if (scanFrom === undefined) return
  for (const { script } of [...host.tables.scans.group(chain).values()]) host.askHistory(chain, script, scanFrom)
}

/** What became of a broadcast of ours. */
export function onVerdict (host: WalletHost, chain: ChainName, txid: string, verdict: Verdict): void {
  const found = [...host.tables.sends.group(chain).values()].find((each) => each.txid === txid && each.status === 'pending')
  if (found === undefined || verdict.status === 'unavailable') return // published again at the next block
  if (verdict.status !== 'rejected') {
    for (const at of found.inputs) { const coin = coinAt(host, chain, at); if (coin !== undefined) trustCoin(host, coin) }
    return
  }
  if (verdict.reason === 'already-confirmed') return // its block is told soon
  noteRefusal(host, found, verdict.reason)
  // Whichever input it is, the chain knows.
  if (verdict.reason === 'missing-inputs' || verdict.reason === 'replacement') for (const at of found.inputs) { const coin = coinAt(host, chain, at); if (coin?.height !== undefined) doubtCoin(host, coin) }
}

const REFUSALS_COUNTED_MAX = 65_535

function noteRefusal (host: WalletHost, refused: Send, reason: string): void {
  host.tables.sends.set(refused.id, { ...refused, refusals: Math.min(REFUSALS_COUNTED_MAX, refused.refusals + 1) })
  if (refused.refusals === 0) host.notify({ type: 'wallet:refused', chain: refused.chain, id: refused.id, txid: refused.txid, reason })
}

/** Whether a doubted coin is there. @param unspent - undefined: the backend cannot say */
export function onUnspent (host: WalletHost, chain: ChainName, at: Outpoint, unspent: boolean | undefined): void {
  const coin = coinAt(host, chain, at)
  if (coin?.doubted !== true || unspent === undefined) return
  if (unspent) {
    trustCoin(host, coin)
    reviewSends(host, chain)
    return
  }
  if (coin.spentBy === undefined || coin.spentHeight !== undefined) return
  // Somebody else took it whom we have not seen: what we made of it is in conflict, and is made anew without it.
  onDropped(host, chain, dropTransaction(host, chain, coin.spentBy, accountOf(host, chain).tipHeight))
  reviewSends(host, chain)
}
