import type { Hex } from '../base/bytes.js'
import { bool, bytesOf, entity, hexOf, list, oneOf, optional, record, text, u16, u32, u48, u64, varBytes, type ValueOf } from '../base/struct.js'
import { createTable, type Journal, type Table } from '../base/table.js'
import { outpointText, type ChainName, type Outpoint } from './chain-facts.js'
import { PAYEES_MAX, PAYEE_SCRIPT_BYTES_MAX, PURPOSE_BYTES_MAX, TRANSACTION_BYTES_MAX, TRANSACTION_INPUTS_MAX, VERSIONS_MAX } from './limits.js'

const chainName = oneOf('bitcoin', 'litecoin')
const branch = oneOf('receive', 'change')
const txid = hexOf(32)
const outpoint = record({ txid, vout: u32 })

const accountRecord = record({
  chain: chainName,
  /** Height of the last block that was applied. */
  tipHeight: u32,
  /** Next index that is handed out. */
  nextReceive: u32,
  nextChange: u32,
  /** Number of indexes up to the last one that was ever paid to. */
  usedReceive: u32,
  usedChange: u32,
  /** The height from which the chain is being looked through for coins; undefined when it was. */
  scanFrom: optional(u32)
})
/** Where the wallet of a chain stands, under `wallet-account/<chain>`. */
export type WalletAccount = ValueOf<typeof accountRecord>
export const walletAccountLayout = entity<WalletAccount>('wallet-account', 1, accountRecord)

const addressRecord = record({ chain: chainName, script: bytesOf(34), branch, index: u32, used: bool })
/** An output script of ours that is watched, under `wallet-address/<chain>:<script>`. */
export type WalletAddress = ValueOf<typeof addressRecord>
export const walletAddressLayout = entity<WalletAddress>('wallet-address', 1, addressRecord)

const coinRecord = record({
  chain: chainName,
  txid,
  vout: u32,
  valueSat: u64,
  script: bytesOf(34),
  branch,
  index: u32,
  /** Undefined: unconfirmed. */
  height: optional(u32),
  coinbase: bool,
  /** Made by a transaction of ours alone, so that nobody else can double spend it. */
  own: bool,
  /** The transaction that spends it, as far as is known, and its height. */
  spentBy: optional(txid),
  spentHeight: optional(u32),
  /** What it is kept for; payments do not touch it then. */
  reservedFor: optional(text(PURPOSE_BYTES_MAX)),
  /** A transaction that spends it was refused: it is not used until the chain has said that it is there. */
  doubted: bool
})
/** A coin of ours, spent or not, under `wallet-coin/<chain>:<txid>:<vout>`. */
export type Coin = ValueOf<typeof coinRecord>
export const coinLayout = entity<Coin>('wallet-coin', 1, coinRecord)

const transactionRecord = record({
  chain: chainName,
  txid,
  inputs: list(outpoint, TRANSACTION_INPUTS_MAX),
  height: optional(u32),
  /** All of its inputs are ours. */
  own: bool,
  /** Height of the tip when it was last heard of. */
  seenHeight: u32
})
/** A transaction that touches the wallet and is not buried yet, under `wallet-transaction/<chain>:<txid>`. */
export type WalletTransaction = ValueOf<typeof transactionRecord>
export const walletTransactionLayout = entity<WalletTransaction>('wallet-transaction', 1, transactionRecord)

export type SendId = Hex & { readonly __sendId: true }

const sendRecord = record({
  id: hexOf<SendId>(16),
  chain: chainName,
  /** `payment`: somebody asked. `set-aside`: coins for fees. `fixed`: others rely on its txid, as of a funding transaction. `joint`: so, and some of its coins are not ours. */
  kind: oneOf('payment', 'set-aside', 'fixed', 'joint'),
  /**
   * `prepared`: signed, its coins are set aside, not published. `pending`: published. `conflicted`: a coin of it was spent
   * otherwise. `confirmed`. `abandoned`: it will never be, and nothing was paid.
   */
  status: oneOf('prepared', 'pending', 'conflicted', 'confirmed', 'abandoned'),
  outputs: list(record({ script: varBytes(PAYEE_SCRIPT_BYTES_MAX), valueSat: u64 }), PAYEES_MAX),
  feeSatPerKvb: u64,
  feeSat: u64,
  vsize: u32,
  /** The version that counts now, and how to publish it. */
  txid,
  raw: varBytes(TRANSACTION_BYTES_MAX),
  inputs: list(outpoint, TRANSACTION_INPUTS_MAX),
  /** Every version that was ever published, the oldest first: at most one of them may ever confirm. */
  versions: list(record({ txid, inputs: list(outpoint, TRANSACTION_INPUTS_MAX) }), VERSIONS_MAX),
  height: optional(u32),
  /** Height at which a coin of it was taken or lost; undefined while what took it is unconfirmed too. */
  conflictHeight: optional(u32),
  createdMs: u48,
  /** Counts the payments of a wallet, so that they have an order. */
  number: u48,
  refusals: u16
})
/** A payment out of the wallet, through all its replacements, under `wallet-send/<id>`. */
export type Send = ValueOf<typeof sendRecord>
export const sendLayout = entity<Send>('wallet-send', 1, sendRecord)

/** A fee rate that the chain's backend said. Volatile. */
export interface FeeQuote { readonly satPerKvb: bigint, readonly atMs: number }

/** Unconfirmed transactions that spend an outpoint: more than one when they conflict. Volatile, made again at a start. */
export interface Spenders { readonly txids: readonly Hex[] }

/** A script whose history was asked for. Volatile. */
export interface Scan { readonly chain: ChainName, readonly script: Uint8Array }

/** How many coins for fees were missing when it was last told. Volatile. */
export interface Shortage { readonly missingCoins: number }

export interface WalletTables {
  readonly accounts: Table<ChainName, WalletAccount>
  /** Grouped by chain. */
  readonly addresses: Table<string, WalletAddress>
  /** Grouped by chain. */
  readonly coins: Table<string, Coin>
  /** Grouped by chain. */
  readonly transactions: Table<string, WalletTransaction>
  /** Grouped by chain. */
  readonly sends: Table<SendId, Send>
  /** By chain and target. */
  readonly feeQuotes: Table<string, FeeQuote>
  /** By chain and outpoint. */
  readonly spenders: Table<string, Spenders>
  /** Grouped by chain. */
  readonly scans: Table<string, Scan>
  readonly shortages: Table<ChainName, Shortage>
}

/** Key of what belongs to one outpoint of a chain. */
export const coinKey = (chain: ChainName, at: Outpoint): string => `${chain}:${outpointText(at)}`
export const transactionKey = (chain: ChainName, id: Hex): string => `${chain}:${id}`

export function createWalletTables (journal: Journal): WalletTables {
  return {
    accounts: createTable(journal, 'wallet-account', { layout: walletAccountLayout }),
    addresses: createTable(journal, 'wallet-address', { layout: walletAddressLayout, groupBy: (_key, { chain }) => chain }),
    coins: createTable(journal, 'wallet-coin', { layout: coinLayout, groupBy: (_key, { chain }) => chain }),
    transactions: createTable(journal, 'wallet-transaction', { layout: walletTransactionLayout, groupBy: (_key, { chain }) => chain }),
    sends: createTable(journal, 'wallet-send', { layout: sendLayout, groupBy: (_key, { chain }) => chain }),
    feeQuotes: createTable(journal, 'wallet-fee-quote'),
    spenders: createTable(journal, 'wallet-spenders'),
    scans: createTable(journal, 'wallet-scan', { groupBy: (_key, { chain }) => chain }),
    shortages: createTable(journal, 'wallet-shortage')
  }
}
