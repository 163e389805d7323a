import type { Hex } from '../base/bytes.js'
import type { ChainName, Outpoint } from './chain-facts.js'
import { accountOf, markUsed, ownAddress } from './addresses.js'
import type { WalletHost } from './host.js'
import { COINBASE_MATURITY, FOREIGN_INPUTS_WATCHED_MAX, FOREIGN_UNCONFIRMED_MAX, FORGET_AFTER_CONFIRMATIONS, UNCONFIRMED_ANCESTORS_MAX, UNSEEN_BLOCKS_MAX } from './limits.js'
import { coinKey, transactionKey, type Coin, type WalletTransaction } from './tables.js'
import type { ReadTransaction } from './transaction.js'

/** What the ledger of coins tells whoever keeps payments. */
export interface Dropped {
  readonly txid: Hex
  /** Height of what took its coins; undefined while that is unconfirmed too. */
  readonly byHeight: number | undefined
}

/** Confirmations of a height under a tip; 0 when unconfirmed. */
export const confirmationsOf = (height: number | undefined, tipHeight: number): number => height === undefined ? 0 : Math.max(0, tipHeight - height + 1)

/** Confirmed, and mature when it comes from a coinbase. */
export const isConfirmed = (coin: Coin, tipHeight: number): boolean =>
  coin.height !== undefined && (!coin.coinbase || confirmationsOf(coin.height, tipHeight + 1) > COINBASE_MATURITY)

/**
 * The rule of unconfirmed coins: change of our own may be spent before it is confirmed, up to
 * {@link UNCONFIRMED_ANCESTORS_MAX} transactions that hang on each other; what strangers pay may not, because they can take it back.
 */
export function isSpendable (host: WalletHost, coin: Coin): boolean {
  if (coin.spentBy !== undefined || coin.doubted) return false
  if (coin.height !== undefined) return isConfirmed(coin, accountOf(host, coin.chain).tipHeight)
  return coin.own && unconfirmedAncestors(host, coin.chain, coin.txid, UNCONFIRMED_ANCESTORS_MAX) < UNCONFIRMED_ANCESTORS_MAX
}

/** Spendable, and kept for nothing. */
export const isFree = (host: WalletHost, coin: Coin): boolean => coin.reservedFor === undefined && isSpendable(host, coin)

/** Unconfirmed transactions on which this one hangs, itself counted, up to a bound. */
function unconfirmedAncestors (host: WalletHost, chain: ChainName, txid: Hex, max: number): number {
  const found = new Set<Hex>()
  const open = [txid]
  for (let next = open.pop(); next !== undefined && found.size < max; next = open.pop()) {
    const transaction = host.tables.transactions.get(transactionKey(chain, next))
    if (transaction === undefined || transaction.height !== undefined || found.has(next)) continue
    found.add(next)
    for (const { txid: parent } of transaction.inputs) open.push(parent)
  }
  return found.size
}

export function * coinsOf (host: Pick<WalletHost, 'tables'>, chain: ChainName): Iterable<Coin> {
  yield * host.tables.coins.group(chain).values()
}

const setCoin = (host: WalletHost, coin: Coin): void => { host.tables.coins.set(coinKey(coin.chain, coin), coin) }
export const coinAt = (host: Pick<WalletHost, 'tables'>, chain: ChainName, at: Outpoint): Coin | undefined => host.tables.coins.get(coinKey(chain, at))

/**
 * Applies a transaction: a block's when `height` is given, else one that was seen or that we made. Applying it again
 * changes nothing. What conflicts with it, and cannot confirm any more, is dropped.
 *
 * @returns transactions that were dropped
 */
export function applyTransaction (host: WalletHost, chain: ChainName, tx: ReadTransaction, height: number | undefined): readonly Dropped[] {
  const known = host.tables.transactions.get(transactionKey(chain, tx.txid))
  const { tipHeight } = accountOf(host, chain)
  if (height === undefined && known?.height !== undefined) return [] // its block has told more
  const paid = tx.outputs.flatMap((output, vout) => {
    const address = ownAddress(host, chain, output.script)
    return address === undefined ? [] : [{ vout, valueSat: output.valueSat, address }]
  })
  const spentNow = (): readonly Coin[] => tx.inputs.flatMap((input) => coinAt(host, chain, input) ?? [])
  // An old announcement of what a block has decided otherwise.
  if (height === undefined && spentNow().some(({ spentHeight, spentBy }) => spentHeight !== undefined && spentBy !== tx.txid)) return []
  const dropped: Dropped[] = []
  for (const rival of rivalsOf(host, chain, tx)) drop(host, chain, rival, height, dropped)
  const spent = spentNow()
  if (paid.length === 0 && spent.length === 0 && known === undefined) return dropped
  const own = tx.inputs.length > 0 && spent.length === tx.inputs.length
  if (height === undefined && spent.length === 0 && known === undefined && !isCounted(host, chain, tx)) return dropped
  record(host, { chain, txid: tx.txid, inputs: tx.inputs, height, own: known?.own ?? own, seenHeight: tipHeight }, known)
  for (const coin of spent) setCoin(host, { ...coin, spentBy: tx.txid, spentHeight: height })
  for (const { vout, valueSat, address } of paid) {
    const before = coinAt(host, chain, { txid: tx.txid, vout })
    if (before !== undefined) { setCoin(host, { ...before, height }); continue }
    markUsed(host, address)
    const { script, branch, index } = address
    setCoin(host, { chain, txid: tx.txid, vout, valueSat, script, branch, index, height, coinbase: tx.coinbase, own, spentBy: undefined, spentHeight: undefined, reservedFor: undefined, doubted: false })
    host.watch(chain, { type: 'outpoint', outpoint: { txid: tx.txid, vout } })
  }
  if (known === undefined && height === undefined && spent.length === 0) {
    host.notify({ type: 'wallet:received', chain, txid: tx.txid, valueSat: paid.reduce((sum, { valueSat }) => sum + valueSat, 0n) })
  }
  return dropped
}

/** Whether a stranger's unconfirmed payment is counted before it confirms: all its inputs must be watched for a double spend. */
function isCounted (host: WalletHost, chain: ChainName, tx: ReadTransaction): boolean {
  if (tx.inputs.length > FOREIGN_INPUTS_WATCHED_MAX) return false
  let waiting = 0
  for (const { height, own } of host.tables.transactions.group(chain).values()) if (height === undefined && !own) waiting++
  return waiting < FOREIGN_UNCONFIRMED_MAX
}

/** Keeps a transaction; while it is unconfirmed it can be found by its inputs. */
function record (host: WalletHost, transaction: WalletTransaction, before: WalletTransaction | undefined): void {
  const { chain, txid, height, inputs, own } = transaction
  host.tables.transactions.set(transactionKey(chain, txid), transaction)
  if (height === undefined && before === undefined) index(host, transaction)
  if (height === undefined && !own) watchInputs(host, chain, inputs, 'watch')
  if (height !== undefined && before !== undefined && before.height === undefined) unindex(host, before)
}

function watchInputs (host: WalletHost, chain: ChainName, inputs: readonly Outpoint[], how: 'watch' | 'unwatch'): void {
  for (const outpoint of inputs) if (coinAt(host, chain, outpoint) === undefined) host[how](chain, { type: 'outpoint', outpoint })
}

function index (host: WalletHost, { chain, txid, inputs }: WalletTransaction): void {
  for (const input of inputs) {
    const txids = host.tables.spenders.get(coinKey(chain, input))?.txids ?? []
    if (!txids.includes(txid)) host.tables.spenders.set(coinKey(chain, input), { txids: [...txids, txid] })
  }
}

function unindex (host: WalletHost, { chain, txid, inputs, own }: WalletTransaction): void {
  for (const input of inputs) {
    const txids = (host.tables.spenders.get(coinKey(chain, input))?.txids ?? []).filter((other) => other !== txid)
    if (txids.length === 0) host.tables.spenders.delete(coinKey(chain, input))
    else host.tables.spenders.set(coinKey(chain, input), { txids })
  }
  if (!own) watchInputs(host, chain, inputs, 'unwatch')
}

/** Unconfirmed transactions that spend an input of this one. */
function rivalsOf (host: WalletHost, chain: ChainName, tx: ReadTransaction): readonly Hex[] {
  const rivals = new Set<Hex>()
  for (const input of tx.inputs) for (const txid of host.tables.spenders.get(coinKey(chain, input))?.txids ?? []) if (txid !== tx.txid) rivals.add(txid)
  return [...rivals]
}

/** Takes an unconfirmed transaction back, with all that hangs on it. */
function drop (host: WalletHost, chain: ChainName, txid: Hex, byHeight: number | undefined, dropped: Dropped[]): void {
  const transaction = host.tables.transactions.get(transactionKey(chain, txid))
  if (transaction === undefined || transaction.height !== undefined) return
  host.tables.transactions.delete(transactionKey(chain, txid))
  unindex(host, transaction)
  let lostSat = 0n
  for (const coin of [...coinsOf(host, chain)]) {
    if (coin.txid === txid) {
      lostSat += coin.valueSat
      forgetCoin(host, coin)
      if (coin.spentBy !== undefined) drop(host, chain, coin.spentBy, byHeight, dropped)
    } else if (coin.spentBy === txid) setCoin(host, { ...coin, spentBy: undefined, spentHeight: undefined })
  }
  dropped.push({ txid, byHeight })
  if (!transaction.own && lostSat > 0n) host.notify({ type: 'wallet:lost', chain, txid, valueSat: lostSat })
}

/** Takes a transaction of ours back that was never accepted, or never will be. */
export function dropTransaction (host: WalletHost, chain: ChainName, txid: Hex, byHeight: number | undefined): readonly Dropped[] {
  const dropped: Dropped[] = []
  drop(host, chain, txid, byHeight, dropped)
  return dropped
}

function forgetCoin (host: WalletHost, coin: Coin): void {
  host.tables.coins.delete(coinKey(coin.chain, coin))
  host.unwatch(coin.chain, { type: 'outpoint', outpoint: { txid: coin.txid, vout: coin.vout } })
}

/** What came from a height is unconfirmed again; what a coinbase paid is gone with its block. */
export function takeBack (host: WalletHost, chain: ChainName, height: number): readonly Dropped[] {
  const dropped: Dropped[] = []
  for (const transaction of [...host.tables.transactions.group(chain).values()]) {
    if (transaction.height !== height) continue
    const back = { ...transaction, height: undefined }
    host.tables.transactions.set(transactionKey(chain, transaction.txid), back)
    index(host, back)
    if (!back.own) watchInputs(host, chain, back.inputs, 'watch')
  }
  for (const coin of [...coinsOf(host, chain)]) {
    const now = { ...coin, height: coin.height === height ? undefined : coin.height, spentHeight: coin.spentHeight === height ? undefined : coin.spentHeight }
    if (now.height !== coin.height || now.spentHeight !== coin.spentHeight) setCoin(host, now)
  }
  for (const coin of [...coinsOf(host, chain)]) if (coin.coinbase && coin.height === undefined) dropCoinbase(host, coin, dropped)
  return dropped
}

function dropCoinbase (host: WalletHost, coin: Coin, dropped: Dropped[]): void {
  if (host.tables.transactions.has(transactionKey(coin.chain, coin.txid))) return drop(host, coin.chain, coin.txid, undefined, dropped)
  if (coin.spentBy !== undefined) drop(host, coin.chain, coin.spentBy, undefined, dropped)
  forgetCoin(host, coin)
}

/** Forgets what is buried, and unconfirmed payments of strangers of which nothing was heard for long. */
export function forgetOld (host: WalletHost, chain: ChainName): readonly Dropped[] {
  const { tipHeight, scanFrom } = accountOf(host, chain)
  // While old blocks are read, what they spend must be known, or it would come back.
  if (scanFrom !== undefined) return []
  const dropped: Dropped[] = []
  for (const coin of [...coinsOf(host, chain)]) {
    if (coin.spentHeight !== undefined && confirmationsOf(coin.spentHeight, tipHeight) > FORGET_AFTER_CONFIRMATIONS) forgetCoin(host, coin)
  }
  for (const { txid, height, own, seenHeight } of [...host.tables.transactions.group(chain).values()]) {
    if (height !== undefined && confirmationsOf(height, tipHeight) > FORGET_AFTER_CONFIRMATIONS) host.tables.transactions.delete(transactionKey(chain, txid))
    if (height === undefined && !own && tipHeight - seenHeight > UNSEEN_BLOCKS_MAX) drop(host, chain, txid, undefined, dropped)
  }
  return dropped
}

/** After a start: what is volatile is made again, and everything is watched. */
export function resumeCoins (host: WalletHost, chain: ChainName): void {
  for (const { script } of host.tables.addresses.group(chain).values()) host.watch(chain, { type: 'script', script })
  for (const coin of coinsOf(host, chain)) host.watch(chain, { type: 'outpoint', outpoint: { txid: coin.txid, vout: coin.vout } })
  for (const transaction of [...host.tables.transactions.group(chain).values()]) {
    if (transaction.height !== undefined) continue
    index(host, transaction)
    if (!transaction.own) watchInputs(host, chain, transaction.inputs, 'watch')
  }
}

/** Sets aside, or gives free. */
export function reserveCoin (host: WalletHost, coin: Coin, reservedFor: string | undefined): void {
  const now = coinAt(host, coin.chain, coin)
  if (now !== undefined && now.reservedFor !== reservedFor) setCoin(host, { ...now, reservedFor })
}

/** Whether the chain has a coin is asked; it is not used before it said yes. */
export function doubtCoin (host: WalletHost, coin: Coin): void {
  if (!coin.doubted) setCoin(host, { ...coin, doubted: true })
  host.askUnspent(coin.chain, { txid: coin.txid, vout: coin.vout })
}

export function trustCoin (host: WalletHost, coin: Coin): void {
  if (coin.doubted) setCoin(host, { ...coin, doubted: false })
}
