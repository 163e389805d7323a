import type { Hex } from '../core/base/bytes.js'
import type { ChainParameters } from './chain-parameters.js'
import type { RejectReason } from './chain-rejection.js'

/** Hash of a block or a transaction as people and the RPC write it: the last byte first. */
export type HashHex = Hex

export interface Outpoint {
  readonly txid: HashHex
  readonly vout: number
}

/** The name of a block. */
export interface BlockId {
  readonly height: number
  readonly hash: HashHex
}

export interface ChainTip extends BlockId {
  /** Seconds since 1970 that the block says. */
  readonly time: number
  /** Median of the last eleven times: what lock times in seconds are compared with. @see BIP 113 */
  readonly medianTime: number
}

/** What a node wants to hear of: the spending of an outpoint, or payments to and from a script. */
export type Watch =
  | { readonly type: 'outpoint', readonly outpoint: Outpoint }
  | { readonly type: 'script', readonly script: Uint8Array }

/** A transaction that touches what is watched: it spends it, makes it, or pays to it. */
export interface TouchingTransaction {
  readonly txid: HashHex
  readonly raw: Uint8Array
}

export interface ConfirmedTransaction extends TouchingTransaction {
  readonly block: BlockId
  /** Place in its block; 0 is the coinbase, whose outputs cannot be spent for 100 blocks. */
  readonly position: number
}

/**
 * A fault of the backend is a state, never a throw.
 *
 * - `ok`: the tip is the chain's, as far as anybody can tell
 * - `syncing`: the backend is behind itself or its network; what it says of the past is true, of the tip it is old
 * - `stale`: no block for so long that somebody may be keeping them from us
 * - `unreachable`: it does not answer, or answers nothing we understand
 * - `wrong-chain`: another genesis, or no block of ours is in its chain; nothing is believed until this is mended
 */
export interface ChainStatus {
  readonly state: 'ok' | 'syncing' | 'stale' | 'unreachable' | 'wrong-chain'
  /** What happened and the numbers that disagree; empty when ok. */
  readonly detail: string
}

/** What the mempool behind the backend enforces. Probed at every connection, because it hangs on the node's settings. */
export interface ChainCapabilities {
  /** Version 3 transactions are topologically restricted. @see BIP 431 */
  readonly truc: boolean
  /** A parent below the least fee is accepted together with the child that pays for it. */
  readonly packages: boolean
  /** Anchors of 0 to 239 satoshis are accepted when the same package spends them. */
  readonly ephemeralAnchors: boolean
}

export type BroadcastVerdict =
  | { readonly status: 'accepted', readonly txid: HashHex }
  /** It is there already: in the mempool, or confirmed with an output that is unspent. */
  | { readonly status: 'known', readonly txid: HashHex }
  /** @property text - the node's own words, printable and cut to a bound; for people only */
  | { readonly status: 'rejected', readonly reason: RejectReason, readonly text: string }
  /** Nobody knows whether it arrived: try again. */
  | { readonly status: 'unavailable', readonly text: string }

export interface FeeEstimate {
  /** Satoshis a kilo-virtual-byte, always within the bounds of the backend's options. */
  readonly satPerKvb: bigint
  /** `fallback`: the backend had no estimate. `bounded`: it had one beyond the bounds. */
  readonly source: 'estimated' | 'fallback' | 'bounded'
}

/** An output that is unspent in the chain and in the mempool. */
export interface UnspentOutput {
  readonly valueSat: bigint
  readonly script: Uint8Array
  /** 0 while it is unconfirmed. */
  readonly confirmations: number
  readonly coinbase: boolean
}

/** What happened to a watched thing up to and including the block `upTo`; the events tell what happens after it. */
export interface History {
  readonly upTo: ChainTip
  /** In the order of the chain. */
  readonly confirmed: readonly ConfirmedTransaction[]
  readonly unconfirmed: readonly TouchingTransaction[]
}

/** Calls arrive in the order of the chain, one at a time, and never within a call of a method. */
export interface ChainEvents {
  status: (status: ChainStatus) => void
  /** The next block: its parent is the tip of the last call. `transactions` are those that touch what is watched, in their order. */
  blockConnected: (tip: ChainTip, transactions: readonly ConfirmedTransaction[]) => void
  /**
   * The last connected block left the chain. `transactions` are those of it that are known to have touched what is
   * watched, in reverse order; what came from this height must be taken back, named here or not.
   */
  blockDisconnected: (block: BlockId, transactions: readonly ConfirmedTransaction[]) => void
  /** A watched thing is touched by an unconfirmed transaction. May come again, and may never confirm. */
  transactionSeen: (transaction: TouchingTransaction) => void
}

/** Callbacks of the methods: called once, never within the call, never after `stop`. */
export type Answer<T> = (answer: T) => void

/**
 * One blockchain as the node sees it. The embedded regtest chain is one, a full node over JSON-RPC another, the
 * simulator's on virtual time a third; the same suite runs against them.
 */
export interface Chain {
  readonly parameters: ChainParameters
  /**
   * Begins to call. With `resume`, the blocks that the caller has applied, newest first, the first calls are what
   * happened since: blocks that left the chain are disconnected, those that came are connected. Without it the tip at
   * the start is where events begin, and is itself not connected. Resolves at once, whether the backend answers or not.
   */
  start: (events: ChainEvents, resume?: readonly BlockId[]) => Promise<void>
  /** No call comes after it resolved. May be started again. */
  stop: () => Promise<void>
  status: () => ChainStatus
  /** The block that the last call of `blockConnected` or `blockDisconnected` left as the tip. */
  tip: () => ChainTip | undefined
  /** Undefined until the backend was probed. */
  capabilities: () => ChainCapabilities | undefined
  /** Asks for events about `watch`; before `start` too. Asking twice is asking once. Forgotten by a new process. */
  watch: (watch: Watch) => void
  unwatch: (watch: Watch) => void
  /**
   * What has happened to a watched thing since the block `fromHeight`, for watching what may be older than the watch.
   * Undefined when the backend cannot say: unreachable, pruned, or more than the bound of blocks to read. Where there
   * are more, a script may still be answered by what made its unspent outputs, without what spent the others.
   */
  history: (watch: Watch, fromHeight: number, answer: Answer<History | undefined>) => void
  /** `none` when it is spent or never was; undefined when the backend cannot say. */
  unspent: (outpoint: Outpoint, answer: Answer<UnspentOutput | 'none' | undefined>) => void
  broadcast: (raw: Uint8Array, answer: Answer<BroadcastVerdict>) => void
  /** Parents first, the child that pays for them last. One verdict for each. */
  submitPackage: (raws: readonly Uint8Array[], answer: Answer<readonly BroadcastVerdict[]>) => void
  /** What `broadcast` would say, without doing it. */
  testAccept: (raw: Uint8Array, answer: Answer<BroadcastVerdict>) => void
  /** A fee rate that confirms within `targetBlocks`. Always answers: a silent or absurd backend gives a bounded rate. */
  feeRate: (targetBlocks: number, answer: Answer<FeeEstimate>) => void
}
