import { fromHex } from '../base/bytes.js'
import { isRefusal } from '../base/step.js'
import { accountOf, freshScript } from './addresses.js'
import type { ChainName, Outpoint, Output } from './chain-facts.js'
import { coinAt, coinsOf, doubtCoin, dropTransaction, isConfirmed, isFree, reserveCoin } from './coins.js'
import { feeRate } from './fees.js'
import type { Reserve, WalletHost } from './host.js'
import { FEE_COINS_MAX, SET_ASIDE_COINS_MAX } from './limits.js'
import { largestFirst, sumOf } from './selection.js'
import { FOR_FEES, onDropped, send } from './sends.js'
import type { Coin } from './tables.js'
import { feeFor, OWN_WITNESS_BYTES, signPlainInput, type PlainTransaction } from './transaction.js'

/** A coin that pays a fee: `txid` in the order of the wire. The shape that the enforced channel asks for. */
export interface FeeCoin {
  readonly txid: Uint8Array
  readonly index: number
  readonly output: Output
  readonly witnessBytes: number
}

/** The wallet as the enforced channel sees it. */
export interface FeeWallet {
  readonly coins: () => readonly FeeCoin[]
  readonly changeScript: () => Uint8Array
  readonly sign: (tx: PlainTransaction, index: number, prevouts: readonly Output[]) => readonly Uint8Array[]
}

/** Coins for the fees of one matter. @param matter - names it, such as a channel's id */
const feesOf = (matter: string): string => `${FOR_FEES}/${matter}`

/**
 * Coins to pay the fees of one matter with. Confirmed ones only, because a version 3 child has one unconfirmed parent.
 * Those that the matter uses already come first, also when they are spent by an unconfirmed transaction, so that a
 * replacement conflicts with what it replaces; then those kept aside; then all that are free: a deadline goes before
 * everything else. The largest of each first, at most {@link FEE_COINS_MAX}.
 */
export function feeWallet (host: WalletHost, chain: ChainName, matter: string): FeeWallet {
  let change: Uint8Array | undefined
  return {
    coins: () => feeCoins(host, chain, matter).map(({ txid, vout, valueSat, script }) => ({ txid: fromHex(txid).reverse(), index: vout, output: { valueSat, script }, witnessBytes: OWN_WITNESS_BYTES })),
    changeScript: () => change ??= freshScript(host, chain, 'change'),
    sign (tx, index, prevouts) {
      const { txid, index: vout } = tx.inputs[index]!
      const coin = coinAt(host, chain, { txid: displayTxid(txid), vout })
      const facts = host.chains.get(chain)
      if (coin === undefined || facts === undefined) return []
      return signPlainInput(tx, index, prevouts, host.keys.account(facts.coinType).secret(coin))
    }
  }
}

function feeCoins (host: WalletHost, chain: ChainName, matter: string): readonly Coin[] {
  const { tipHeight } = accountOf(host, chain)
  const rankOf = (coin: Coin): number | undefined => {
    if (!isConfirmed(coin, tipHeight) || coin.doubted || coin.spentHeight !== undefined) return undefined
    if (coin.reservedFor === feesOf(matter)) return 0
    if (coin.spentBy !== undefined) return undefined
    return coin.reservedFor === FOR_FEES ? 1 : coin.reservedFor === undefined ? 2 : undefined
  }
  return [...coinsOf(host, chain)]
    .flatMap((coin) => { const rank = rankOf(coin); return rank === undefined ? [] : [{ coin, rank }] })
    .sort((a, b) => a.rank - b.rank || largestFirst(a.coin, b.coin))
    .slice(0, FEE_COINS_MAX)
    .map(({ coin }) => coin)
}

const displayTxid = (wire: Uint8Array): string => [...wire].reverse().map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Sets the coins that a matter's transaction spends aside for it, before it is published, so that nothing else takes them. */
export function takeFeeCoins (host: WalletHost, chain: ChainName, matter: string, outpoints: readonly Outpoint[]): void {
  for (const at of outpoints) {
    const coin = coinAt(host, chain, at)
    if (coin !== undefined) reserveCoin(host, coin, feesOf(matter))
  }
}

/**
 * A matter has ended: coins that it did not spend are free again. What spends one and is in no block was the child of a
 * commitment that lost, which no input of ours tells; should it confirm after all, it counts again.
 */
export function giveFeeCoinsBack (host: WalletHost, chain: ChainName, matter: string): void {
  for (const coin of [...coinsOf(host, chain)]) {
    if (coin.reservedFor !== feesOf(matter)) continue
    if (coin.spentBy !== undefined && coin.spentHeight === undefined) onDropped(host, chain, dropTransaction(host, chain, coin.spentBy, undefined))
    reserveCoin(host, coin, undefined)
  }
  keepReserve(host, chain)
}

/**
 * A transaction that spends these coins was refused because an input is missing: they are not offered again before the
 * chain has said that they are there.
 *
 * @see S28
 */
export function doubtFeeCoins (host: WalletHost, chain: ChainName, outpoints: readonly Outpoint[]): void {
  for (const at of outpoints) {
    const coin = coinAt(host, chain, at)
    if (coin !== undefined) doubtCoin(host, coin)
  }
}

/** A commitment of two locks and the child that pays for it have about 620 virtual bytes: at 200 sat each this pays for them. @see S19 */
const RESERVE_COIN_SAT = 150_000n
const RESERVE_COINS_MAX = 8

/** What a node with so many enforced channels on a chain keeps aside: a coin for each and one more, up to a bound. */
export const reserveFor = (channels: number): Reserve =>
  ({ coins: channels === 0 ? 0 : Math.min(RESERVE_COINS_MAX, channels + 1), coinSat: RESERVE_COIN_SAT })

/** A coin of up to this many times the wanted size is kept aside whole; a larger one is divided first. */
const FITTING_TIMES = 2n
/** Coins are divided only when that costs at most this part of what is set aside. */
const DIVIDING_COST_PERCENT = 25n
/** Virtual bytes of a transaction with one input and change, and of each piece it makes. */
const DIVIDING_VBYTES = 111
const DIVIDED_VBYTES = 43

/**
 * Keeps so many confirmed coins aside as the channels need: whole coins of a fitting size, else pieces of larger ones
 * by a transaction to ourselves; when neither can be, all there is.
 */
export function keepReserve (host: WalletHost, chain: ChainName): void {
  const reserve = host.reserve(chain)
  release(host, chain, reserve)
  const isGood = (coin: Coin): boolean => coin.valueSat >= reserve.coinSat
  const kept = keptAside(host, chain).filter(isGood)
  let missing = reserve.coins - kept.length
  if (missing <= 0) return host.tables.shortages.delete(chain)
  const fitting = freeConfirmed(host, chain).filter((coin) => isGood(coin) && coin.valueSat <= FITTING_TIMES * reserve.coinSat).reverse()
  for (const coin of fitting.slice(0, missing)) reserveCoin(host, coin, FOR_FEES)
  missing -= Math.min(missing, fitting.length)
  if (missing === 0 || divide(host, chain, reserve, missing)) return host.tables.shortages.delete(chain)
  for (const coin of freeConfirmed(host, chain)) {
    if (sumOf(keptAside(host, chain)) >= BigInt(reserve.coins) * reserve.coinSat) break
    reserveCoin(host, coin, FOR_FEES)
  }
  if (host.tables.shortages.get(chain)?.missingCoins === missing) return
  host.tables.shortages.set(chain, { missingCoins: missing })
  host.notify({ type: 'wallet:reserve-short', chain, missingCoins: missing, coinSat: reserve.coinSat })
}

const keptAside = (host: WalletHost, chain: ChainName): readonly Coin[] => [...coinsOf(host, chain)].filter((coin) => coin.reservedFor === FOR_FEES && coin.spentBy === undefined && !coin.doubted)
const freeConfirmed = (host: WalletHost, chain: ChainName): readonly Coin[] => [...coinsOf(host, chain)].filter((coin) => coin.height !== undefined && isFree(host, coin)).sort(largestFirst)

/** Gives free what is more than wanted, too large to be kept whole, or too small now that there are better ones. */
function release (host: WalletHost, chain: ChainName, reserve: Reserve): void {
  const fits = keptAside(host, chain)
    .filter(({ valueSat }) => valueSat >= reserve.coinSat && valueSat <= FITTING_TIMES * reserve.coinSat)
    .sort((a, b) => Number(b.height !== undefined) - Number(a.height !== undefined) || -largestFirst(a, b))
  const staying = new Set(fits.slice(0, reserve.coins))
  for (const coin of keptAside(host, chain)) if (!staying.has(coin)) reserveCoin(host, coin, undefined)
}

function divide (host: WalletHost, chain: ChainName, { coinSat }: Reserve, missing: number): boolean {
  const facts = host.chains.get(chain)
  if (facts === undefined) return false
  const pieces = Math.min(missing, SET_ASIDE_COINS_MAX)
  const wanted = coinSat * BigInt(pieces)
  const free = [...coinsOf(host, chain)].filter((coin) => isFree(host, coin))
  // Asked before anything is handed out or written: it may be asked at every block.
  const feeSat = feeFor(feeRate(host, facts), DIVIDING_VBYTES + DIVIDED_VBYTES * pieces)
  if (sumOf(free) < wanted + feeSat || feeSat * 100n > DIVIDING_COST_PERCENT * wanted) return false
  const outputs = Array.from({ length: pieces }, () => ({ valueSat: coinSat, script: freshScript(host, chain, 'change') }))
  return !isRefusal(send(host, { chain, kind: 'set-aside', outputs }))
}
