import type { AssetId, ChannelId, OriginId, PeerId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { Draw, Env } from '../base/env.js'
import type { Table } from '../base/table.js'
import type { Fault } from '../base/step.js'
import type { FailReason, Lock, LockKey, LockTerms } from './lock.js'
import type { ChannelMessage, EnforcedOpening, ProposeMessage } from './messages.js'
import type { MusigNonce } from '../crypto/musig.js'
import type { ChainFacts } from './chain-facts.js'
import type { Channel, JointFunding } from './entity.js'

/**
 * What the channel machines may use of the node step around them. `core/node` implements it; unit tests
 * build two of them back to back.
 *
 * Everything written through the tables in one step is stored in one batch; every `send` and every consequence
 * of an `outcome` is held back until that batch is durable. So a machine writes first and sends after, in the
 * order of `channel.md` section 1, and never waits.
 */
export interface ChannelHost {
  readonly env: Env
  /** 32 fresh bytes a call. */
  readonly draw: Draw
  readonly self: PeerId
  /** The identity key's 32-byte secret; signs trust-line statements. */
  readonly identitySecret: Uint8Array
  readonly channels: Table<ChannelId, Channel>
  /** Grouped by channel id. */
  readonly locks: Table<LockKey, Lock>
  /** Updates of ours that wait for a round, volatile, by channel. */
  readonly queues: Table<ChannelId, UpdateQueue>
  /** Whether the channel's messages can be sent now: connected, and reestablished on this connection. */
  readonly sessions: Table<ChannelId, ChannelSession>
  /** Where each of our offers is, volatile, by origin. All tables are made by `createChannelTables`. */
  readonly offers: Table<OriginId, Offer>
  /** Cooperative closes under way, volatile. */
  readonly closings: Table<ChannelId, ClosingSession>
  /** What the chain holds of enforced channels, volatile. */
  readonly chainFacts: Table<ChannelId, ChainFacts>
  /** What both sides put into a funding transaction. */
  readonly joints: Table<ChannelId, JointFunding>
  send: (peer: PeerId, message: ChannelMessage) => void
  outcome: (outcome: ChannelOutcome) => void
  /** Whether an opening from this peer fits the link's accept rules; else why not. */
  judgeOpening: (peer: PeerId, opening: { kind: string, asset: AssetId, peerMayBeOwed: bigint, peerMayOwe: bigint, contribution?: bigint }) => { accept: true } | { accept: false, reason: 'not-accepted' | 'limit' | 'unknown-asset' | 'too-many' | 'no-link' }
  /** Whether both neighbours' clocks agree within 60 s; else locks are neither accepted nor expired. */
  clocksAgree: (peer: PeerId) => boolean
  /** The chains that this node follows; absent when it follows none, and then it has no enforced channels. */
  readonly chain?: ChainHost
}

/** A chain, as far as channels enforced by it depend on it. */
export interface ChainTerms {
  readonly clock: 'bitcoin' | 'litecoin'
  /** What the chain's backend can enforce, as it was probed. */
  readonly formats: readonly EnforcedOpening['format'][]
  /** Confirmations of a funding transaction before locks are carried. */
  readonly confirmations: number
}

/** What enforced channels ask of the node. */
export interface ChainHost {
  /** The chain of an asset; undefined when the node does not follow it. */
  terms: (asset: AssetId) => ChainTerms | undefined
  /** Where closed channels pay to. */
  payoutScript: (clock: ChainTerms['clock']) => Uint8Array
  /** Satoshis for 1,000 virtual bytes that confirm within so many blocks; always bounded. */
  feeRatePerKvb: (clock: ChainTerms['clock'], targetBlocks: number) => bigint
}

/** An update of ours that waits. An add has no id yet; it gets one when it is proposed. */
export type QueuedUpdate =
  | { readonly type: 'add', readonly terms: Omit<LockTerms, 'id'>, readonly origin: OriginId }
  | { readonly type: 'fulfil', readonly id: number, readonly secret: Uint8Array }
  | { readonly type: 'fail', readonly id: number, readonly reason: FailReason }
  | { readonly type: 'expire', readonly id: number }
  | { readonly type: 'set-limit', readonly limit: Units }
  | { readonly type: 'shutdown' }

/** What waits in one channel. It exists only while something waits, so that rounds are started without looking at idle channels. */
export interface UpdateQueue {
  readonly updates: readonly QueuedUpdate[]
  /** Count and sum of the adds among them. */
  readonly adds: number
  readonly amount: Units
  /** Locks of the peer whose secret was not shown on this connection yet. */
  readonly unshown: readonly number[]
}

export interface Offer {
  readonly channelId: ChannelId
  /** `queued`: it waits for a round. `live`: it is in a proposal or in the state. */
  readonly state: 'queued' | 'live'
}

export interface ChannelSession {
  /** We sent our reestablish on this connection. */
  readonly sent: boolean
  /** We processed the peer's on this connection; only now rounds may run. */
  readonly ready: boolean
  /** How often we answered a reestablish although this connection seemed established. */
  readonly answers?: number | undefined
  /** When a lock was first seen on this connection whose removal is held up for too long, in milliseconds since 1970. */
  readonly heldUpMs?: number | undefined
  /** A proposal that expires locks, which waits until the two clocks agree. */
  readonly held: ProposeMessage | undefined
}

/** A cooperative close of an enforced channel on one connection. Nonces live here and nowhere else. @see ENF-18 */
export interface ClosingSession {
  readonly localScript: Uint8Array
  /** Ours for signing the peer's transaction. */
  readonly localNonce: MusigNonce
  readonly remoteScript: Uint8Array | undefined
  /** The peer's for signing our next transaction. */
  readonly remoteNonce: Uint8Array | undefined
  /** Our offer that waits for the peer's part. */
  readonly offered: { readonly feeSat: bigint, readonly nonce: Uint8Array, readonly remoteNonce: Uint8Array, readonly partial: Uint8Array } | undefined
}

/** What happened in a channel that others care about. */
export type ChannelOutcome =
  | { readonly type: 'opened', readonly channelId: ChannelId }
  /** The peer accepted our enforced channel: the wallet shall make a transaction with this output, and not publish it yet. */
  | { readonly type: 'fundingWanted', readonly channelId: ChannelId, readonly script: Uint8Array, readonly valueSat: bigint }
  /** The peer asks us to put coins into a channel that it opens: the wallet sets them aside, or refuses. @see ENF-25 */
  | { readonly type: 'contributionWanted', readonly channelId: ChannelId }
  /** The opener named its inputs: the chain is asked for them, then ours are signed. @see ENF-27 */
  | { readonly type: 'inputsNamed', readonly channelId: ChannelId }
  /** Commitment 0 is signed: the funding transaction may be published. Told again after a restart. */
  | { readonly type: 'fundingSigned', readonly channelId: ChannelId }
  | { readonly type: 'openRefused', readonly channelId: ChannelId, readonly reason: string }
  /** Spendable, receivable or usability may have changed: hints follow. At most one a step and channel. */
  | { readonly type: 'capacityChanged', readonly channelId: ChannelId }
  /** A lock of the peer is irrevocable: the payment layer now forwards, claims or fails it. */
  | { readonly type: 'lockReceived', readonly channelId: ChannelId, readonly lock: Lock }
  /** A valid t for a lock we offered; it is in the lock's entity. Told once. */
  | { readonly type: 'secretLearnt', readonly channelId: ChannelId, readonly lock: Lock, readonly secret: Uint8Array }
  /** A lock we offered, or wanted to offer, has ended for certain without being paid. `sent` is false when it never reached a round. */
  | { readonly type: 'offerFailed', readonly channelId: ChannelId, readonly origin: OriginId, readonly reason: FailReason, readonly sent: boolean }
  /** A lock we offered was fulfilled and its removal is irrevocable. */
  | { readonly type: 'offerSettled', readonly channelId: ChannelId, readonly origin: OriginId }
  /** The removal of a lock we received is irrevocable. */
  | { readonly type: 'lockRemoved', readonly channelId: ChannelId, readonly id: number, readonly how: 'fulfilled' | 'failed' | 'expired' }
  | { readonly type: 'closed', readonly channelId: ChannelId }
  /** Both signed a closing transaction of an enforced channel: it may be published. Told again after a restart. */
  | { readonly type: 'closeSigned', readonly channelId: ChannelId }
  /** What is owed and locked grew above the limit we wanted before it could be proposed. */
  | { readonly type: 'limitRefused', readonly channelId: ChannelId, readonly limit: Units }
  /** A newer wish took the place of a limit that still waited. */
  | { readonly type: 'limitReplaced', readonly channelId: ChannelId, readonly limit: Units }
  /** The peer broke the protocol: the channel is `failed`; evidence is kept. */
  | { readonly type: 'fault', readonly channelId: ChannelId, readonly fault: Fault }
