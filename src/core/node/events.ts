import type { PeerId, RequestId } from '../base/ids.js'
import type { Fault } from '../base/step.js'
import type { ChannelMessage } from '../channel/messages.js'
import type { LinkMessage } from '../link/messages.js'
import type { RouteMessage } from '../payment/messages.js'
import type { ChainName, ChainWatch, Outpoint, SeenTransaction, Verdict } from '../wallet/chain-facts.js'
import type { Hex } from '../base/bytes.js'
import type { EnforcedOpening } from '../channel/messages.js'
import type { Request } from './requests.js'

/** The long-lived streams of a neighbour. */
export type StreamName = 'link' | 'channel' | 'route'

/** How a chain's backend is; the states of the chain port. Heights of a `wrong-chain` are not in the environment. */
export type ChainState = 'ok' | 'syncing' | 'stale' | 'unreachable' | 'wrong-chain'

/** The name of a block; `hash` as people write it. */
export interface BlockName {
  readonly height: number
  readonly hash: Hex
}

/** What has happened to a watched thing, in the order of the chain. */
export interface WatchHistory {
  readonly upTo: { readonly height: number }
  readonly confirmed: ReadonlyArray<SeenTransaction & { readonly block: { readonly height: number } }>
  readonly unconfirmed: readonly SeenTransaction[]
}

/** An output that is unspent in the chain and in the mempool. */
export interface OutputFound {
  readonly valueSat: bigint
  readonly script: Uint8Array
  /** 0 while it is unconfirmed. */
  readonly confirmations: number
  readonly coinbase: boolean
}

/**
 * What a chain tells. Events of one chain come in its order, and the height that the environment of a step has is that
 * of the last block event that was stepped. Answers to what was asked may come in any order, twice, or never.
 */
export type ChainEvent =
  /** At the start, and whenever it changes. `formats`: what channels the mempool behind the backend can enforce, best first. */
  | { readonly type: 'chainStatus', readonly chain: ChainName, readonly state: ChainState, readonly formats: ReadonlyArray<EnforcedOpening['format']> }
  /** The next block, with the transactions in it that touch what is watched. The first of all may have any height. */
  | { readonly type: 'blockConnected', readonly chain: ChainName, readonly tip: BlockName, readonly transactions: readonly SeenTransaction[] }
  /** The last block left the chain. */
  | { readonly type: 'blockDisconnected', readonly chain: ChainName, readonly block: BlockName }
  /** An unconfirmed transaction touches what is watched. It may come again. */
  | { readonly type: 'transactionSeen', readonly chain: ChainName, readonly transaction: SeenTransaction }
  /** Answers `askHistory`; undefined: the backend cannot say. */
  | { readonly type: 'chainHistory', readonly chain: ChainName, readonly of: ChainWatch, readonly history: WatchHistory | undefined }
  /** Answers `askOutput`; undefined: the backend cannot say. */
  | { readonly type: 'outputFound', readonly chain: ChainName, readonly outpoint: Outpoint, readonly found: OutputFound | 'none' | undefined }
  /** Answers `broadcast`, one verdict for each transaction. */
  | { readonly type: 'broadcastVerdict', readonly chain: ChainName, readonly txids: readonly Hex[], readonly verdicts: readonly Verdict[] }
  /** Answers `askFeeRate`. */
  | { readonly type: 'feeRate', readonly chain: ChainName, readonly targetBlocks: number, readonly satPerKvb: bigint }

/** Everything that can happen to a node. */
export type NodeEvent =
  | ChainEvent
  /** First event of a process, after all entities are loaded. */
  | { readonly type: 'started' }
  /** A connection to a peer exists, passed the network gate, and all three streams are up. */
  | { readonly type: 'peerConnected', readonly peer: PeerId }
  | { readonly type: 'peerDisconnected', readonly peer: PeerId }
  | { readonly type: 'linkMessage', readonly peer: PeerId, readonly message: LinkMessage }
  | { readonly type: 'channelMessage', readonly peer: PeerId, readonly message: ChannelMessage }
  | { readonly type: 'routeMessage', readonly peer: PeerId, readonly message: RouteMessage }
  /** The codec could not make a message of a frame. */
  | { readonly type: 'frameFault', readonly peer: PeerId, readonly stream: StreamName, readonly fault: Fault }
  /** A validated meeting-point announcement from gossipsub or the DHT. */
  | { readonly type: 'announcement', readonly bytes: Uint8Array }
  | { readonly type: 'timerFired', readonly key: string }
  | { readonly type: 'request', readonly requestId: RequestId, readonly request: Request }
  /** The runner drained what was ready: rounds may start now, so that one round takes all that waited. */
  | { readonly type: 'flush' }

/** What is asked of a chain. All but `broadcast` reveals nothing that must be stored first, and is performed at once. */
export type ChainEffect =
  /** Idempotent; asked again after every start. */
  | { readonly type: 'watchChain' | 'unwatchChain', readonly chain: ChainName, readonly watch: ChainWatch }
  | { readonly type: 'askHistory', readonly chain: ChainName, readonly of: ChainWatch, readonly fromHeight: number }
  | { readonly type: 'askOutput', readonly chain: ChainName, readonly outpoint: Outpoint }
  | { readonly type: 'askFeeRate', readonly chain: ChainName, readonly targetBlocks: number }
  /** Publishes one transaction, or a parent and the child that pays for it. Held until the step's batch is durable. */
  | { readonly type: 'broadcast', readonly chain: ChainName, readonly txids: readonly Hex[], readonly raws: readonly Uint8Array[] }

/** What the runner performs. `send`, `announce`, `broadcast`, `answer` and `notify` are held until their step's batch is durable. */
export type Effect =
  | ChainEffect
  | { readonly type: 'send', readonly peer: PeerId, readonly stream: 'link', readonly message: LinkMessage }
  | { readonly type: 'send', readonly peer: PeerId, readonly stream: 'channel', readonly message: ChannelMessage }
  | { readonly type: 'send', readonly peer: PeerId, readonly stream: 'route', readonly message: RouteMessage }
  /** Keep a connection to this peer (and its three streams): dial now and after losses, with back-off. Idempotent. */
  | { readonly type: 'keep', readonly peer: PeerId, readonly addresses: readonly string[] }
  /** Stop keeping it. */
  | { readonly type: 'release', readonly peer: PeerId }
  /** Cut the connection now; a kept peer is dialled again with back-off. */
  | { readonly type: 'drop', readonly peer: PeerId }
  /** Publish on the gossipsub topic of meeting points, and put the record into the DHT. */
  | { readonly type: 'announce', readonly bytes: Uint8Array }
  /** Look a meeting point's record up in the DHT; found records come as `announcement`. */
  | { readonly type: 'findMeetingPoint', readonly id: string }
  | { readonly type: 'setTimer', readonly key: string, readonly atMs: number }
  | { readonly type: 'clearTimer', readonly key: string }
  | { readonly type: 'answer', readonly requestId: RequestId, readonly result: unknown }
  | { readonly type: 'notify', readonly notice: Notice }

/** `noun:verb` and flat, JSON-friendly fields (bigints as bigint). */
export interface Notice { readonly type: string, readonly [field: string]: unknown }
