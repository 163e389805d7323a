import type { AssetId, ChannelId, OriginId, PeerId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { Draw, Env } from '../base/env.js'
import type { Table } from '../base/table.js'
import type { Fault } from '../base/step.js'
import type { FailReason, Lock, LockKey, LockTerms } from './lock.js'
import type { ChannelMessage, ProposeMessage } from './messages.js'
import type { Channel } from './entity.js'

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
  send: (peer: PeerId, message: ChannelMessage) => void
  outcome: (outcome: ChannelOutcome) => void
  /** Whether an opening from this peer fits the link's accept rules; else why not. */
  judgeOpening: (peer: PeerId, opening: { kind: string, asset: AssetId, peerMayBeOwed: bigint, peerMayOwe: bigint }) => { accept: true } | { accept: false, reason: 'not-accepted' | 'limit' | 'unknown-asset' | 'too-many' | 'no-link' }
  /** Whether both neighbours' clocks agree within 60 s; else locks are neither accepted nor expired. */
  clocksAgree: (peer: PeerId) => boolean
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
  /** A proposal that expires locks, which waits until the two clocks agree. */
  readonly held: ProposeMessage | undefined
}

/** What happened in a channel that others care about. */
export type ChannelOutcome =
  | { readonly type: 'opened', readonly channelId: ChannelId }
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
  /** What is owed and locked grew above the limit we wanted before it could be proposed. */
  | { readonly type: 'limitRefused', readonly channelId: ChannelId, readonly limit: Units }
  /** A newer wish took the place of a limit that still waited. */
  | { readonly type: 'limitReplaced', readonly channelId: ChannelId, readonly limit: Units }
  /** The peer broke the protocol: the channel is `failed`; evidence is kept. */
  | { readonly type: 'fault', readonly channelId: ChannelId, readonly fault: Fault }
