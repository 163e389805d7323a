import type { Draw, Env } from '../base/env.js'
import type { Hex } from '../base/bytes.js'
import type { ChainName, ChainWatch, Outpoint, WalletChain } from './chain-facts.js'
import type { WalletKeys } from './keys.js'
import type { SendId, WalletTables } from './tables.js'

/** What the wallet may use of the node step around it. Everything written in one step is stored in one batch. */
export interface WalletHost {
  readonly env: Env
  readonly draw: Draw
  /** Secrets: never in state, changes, effects or traces. */
  readonly keys: WalletKeys
  readonly chains: ReadonlyMap<ChainName, WalletChain>
  readonly tables: WalletTables
  /** Least amount of an output that nodes of this chain pass on. */
  readonly dustLimit: (chain: ChainName, script: Uint8Array) => bigint
  /** What shall be kept aside for fees now: nothing while no channel needs it. See `reserve.ts`. */
  readonly reserve: (chain: ChainName) => Reserve
  /** Volatile; asked again after every start. */
  readonly watch: (chain: ChainName, watch: ChainWatch) => void
  readonly unwatch: (chain: ChainName, watch: ChainWatch) => void
  /** Held back until the step is stored. Comes back through `onVerdict`; idempotent. */
  readonly broadcast: (chain: ChainName, txid: Hex, raw: Uint8Array) => void
  /** Whether an output is unspent; comes back through `onUnspent`. */
  readonly askUnspent: (chain: ChainName, outpoint: Outpoint) => void
  /** What has happened to a script since a height; comes back through `onHistory`. */
  readonly askHistory: (chain: ChainName, script: Uint8Array, fromHeight: number) => void
  /** Comes back through `onFeeRate`. */
  readonly askFeeRate: (chain: ChainName, targetBlocks: number) => void
  readonly notify: (notice: WalletNotice) => void
}

/** Coins for fees: so many, each of at least so much. More than one, because each pays for one commitment at a time. */
export interface Reserve {
  readonly coins: number
  readonly coinSat: bigint
}

/** What listeners hear of the wallet. */
export type WalletNotice =
  /** Coins arrived, unconfirmed. Told once for each transaction. */
  | { readonly type: 'wallet:received', readonly chain: ChainName, readonly txid: Hex, readonly valueSat: bigint }
  /** A transaction on which coins of ours hung will not be. */
  | { readonly type: 'wallet:lost', readonly chain: ChainName, readonly txid: Hex, readonly valueSat: bigint }
  | { readonly type: 'wallet:sent' | 'wallet:confirmed' | 'wallet:conflicted' | 'wallet:remade' | 'wallet:abandoned', readonly chain: ChainName, readonly id: SendId, readonly txid: Hex }
  /** The chain's nodes do not take a payment; it is tried again at every block. */
  | { readonly type: 'wallet:refused', readonly chain: ChainName, readonly id: SendId, readonly txid: Hex, readonly reason: string }
  /** Less is kept aside for fees than the channels need. */
  | { readonly type: 'wallet:reserve-short', readonly chain: ChainName, readonly missingCoins: number, readonly coinSat: bigint }
