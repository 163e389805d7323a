import { accountOf } from './addresses.js'
import type { ChainName } from './chain-facts.js'
import { addressOfScript } from './address.js'
import { coinsOf, confirmationsOf, isSpendable } from './coins.js'
import type { WalletHost } from './host.js'
import type { Send, SendId } from './tables.js'

/** What a wallet holds on one chain, in satoshis. The first number is the sum of the next three. */
export interface WalletBalance {
  readonly chain: ChainName
  readonly totalSat: bigint
  /** Can be sent now. */
  readonly spendableSat: bigint
  /** Kept aside for fees, or for a transaction that is signed and not published. */
  readonly reservedSat: bigint
  /** Not confirmed, or young coinbase. */
  readonly waitingSat: bigint
  /** Not counted: coins of which the chain did not say that they are there. */
  readonly doubtedSat: bigint
  readonly coins: number
  /** Addresses of which the past is not known yet: there may be more coins. */
  readonly scanning: number
}

export function balanceOf (host: WalletHost, chain: ChainName): WalletBalance {
  let [spendableSat, reserved, waiting, doubtedSat, coins] = [0n, 0n, 0n, 0n, 0]
  for (const coin of coinsOf(host, chain)) {
    if (coin.spentBy !== undefined) continue
    coins++
    if (coin.doubted) doubtedSat += coin.valueSat
    else if (coin.reservedFor !== undefined) reserved += coin.valueSat
    else if (isSpendable(host, coin)) spendableSat += coin.valueSat
    else waiting += coin.valueSat
  }
  return { chain, totalSat: spendableSat + reserved + waiting, spendableSat, reservedSat: reserved, waitingSat: waiting, doubtedSat, coins, scanning: host.tables.scans.group(chain).size }
}

export const reservedSat = (host: WalletHost, chain: ChainName): bigint => balanceOf(host, chain).reservedSat
export const waitingSat = (host: WalletHost, chain: ChainName): bigint => balanceOf(host, chain).waitingSat

/** A payment out of the wallet, as people see it. */
export interface SendView {
  readonly id: SendId
  readonly chain: ChainName
  readonly kind: Send['kind']
  readonly status: Send['status']
  readonly txid: string
  /** How many transactions it took so far: more than one when it was replaced. */
  readonly versions: number
  readonly outputs: ReadonlyArray<{ readonly address: string, readonly valueSat: bigint }>
  readonly feeSat: bigint
  readonly satPerKvb: bigint
  readonly confirmations: number
  readonly createdMs: number
}

/** Payments, the newest first. */
export function sendViews (host: WalletHost, chain: ChainName): readonly SendView[] {
  const facts = host.chains.get(chain)
  const { tipHeight } = accountOf(host, chain)
  return [...host.tables.sends.group(chain).values()].sort((a, b) => b.number - a.number).map((each) => ({
    id: each.id,
    chain,
    kind: each.kind,
    status: each.status,
    txid: each.txid,
    versions: each.versions.length,
    outputs: each.outputs.map(({ script, valueSat }) => ({ address: facts === undefined ? '' : addressOfScript(facts, script), valueSat })),
    feeSat: each.feeSat,
    satPerKvb: each.feeSatPerKvb,
    confirmations: confirmationsOf(each.height, tipHeight),
    createdMs: each.createdMs
  }))
}
