import type { Env } from '../base/env.js'
import type { ChannelId, InvoiceId, PeerId } from '../base/ids.js'
import type { Refusal } from '../base/step.js'
import type { Change } from '../base/table.js'
import type { Channel, ChannelView } from '../channel/entity.js'
import type { Lock } from '../channel/lock.js'
import type { LinkDescription } from '../link/views.js'
import type { PaymentSettings } from '../payment/host.js'
import type { EntryView } from '../payment/entries.js'
import type { InvoiceText, InvoiceView, PaymentView } from '../payment/views.js'
import type { Duty } from '../routing/host.js'
import type { MeetingPointView, RosterView } from '../routing/views.js'
import type { BackupContent } from '../backup/content.js'
import type { ChainName, WalletChain } from '../wallet/chain-facts.js'
import type { WalletKeys } from '../wallet/keys.js'
import type { SendView, WalletBalance } from '../wallet/views.js'
import type { Network } from './genesis.js'
import type { BlockName, Effect, NodeEvent } from './events.js'

/**
 * The whole node as one machine: events in, changes and effects out. It owns its state, does no I/O, reads no
 * clock, and never throws for a user's or a peer's mistake. A thrown InvariantError leaves the state as it was
 * before the step.
 */
export interface NodeCore {
  readonly self: PeerId
  /** Loads stored entities, before the first step. Throws LayoutError or NewerVersionError. */
  load: (entries: Iterable<readonly [key: string, value: Uint8Array]>) => void
  /** Applies one event. `changes` must be durable before the held effects among `effects` are performed: see `outbox.ts`. */
  step: (event: NodeEvent, env: Env) => StepResult
  /** Freezes one channel after an invariant failed: no more steps for it, its locks keep their timers. */
  freeze: (channelId: ChannelId, reason: string, env: Env) => StepResult
  /** What a validator says of announcement bytes; pure, changes nothing. */
  judgeAnnouncement: (bytes: Uint8Array, env: Env) => 'accept' | 'ignore' | 'reject'
  readonly view: NodeView
}

export interface StepResult {
  readonly changes: readonly Change[]
  readonly effects: readonly Effect[]
}

export interface NodeCoreOptions {
  /** 32-byte secret of the identity key; the peer id follows from it. Never in state, changes, effects or traces. */
  readonly identitySecret: Uint8Array
  readonly network: Network
  readonly settings: NodeSettings
  /** The chains that this node follows; none when left out. */
  readonly chains?: readonly CoreChain[]
  /** Of the phrase; a node without one has no wallet, and opens no enforced channels. */
  readonly walletKeys?: WalletKeys
}

/** A chain, as far as the core must know it. */
export interface CoreChain {
  readonly facts: WalletChain
  /** Least satoshis of an output that nodes of this chain pass on. */
  readonly dustLimit: (script: Uint8Array) => bigint
  /** Confirmations of a funding transaction before its channel carries locks. */
  readonly confirmations: number
}

export interface NodeSettings {
  readonly pacing: 'private' | 'world'
  readonly payment: PaymentSettings
  readonly pingMs: number
  readonly pingTimeoutMs: number
  /** Strangers' links: accepted up to a bound, or kept for a person. */
  readonly acceptLinks: 'all' | 'ask'
  /** What the node does for others. */
  readonly duty: Duty
}

/** Reading without a step: for the API, the dashboard, checkers. Everything returned is frozen or a copy. */
export interface NodeView {
  links: () => readonly LinkDescription[]
  channels: () => readonly ChannelView[]
  invoices: () => readonly InvoiceView[]
  invoice: (id: InvoiceId) => InvoiceView | undefined
  payments: () => readonly PaymentView[]
  payment: (id: string) => PaymentView | undefined
  paymentOfInvoice: (invoice: string) => PaymentView | undefined
  /** What an invoice's text says, signature checked; a Refusal when it is none of this network. */
  readInvoice: (invoice: string) => InvoiceText | Refusal
  meetingPoints: () => readonly MeetingPointView[]
  /** The election as this node sees it. Only after its first step. */
  roster: () => RosterView
  /** The entries that this node has published. */
  waypoints: () => readonly EntryView[]
  /** One row for each chain; empty without a wallet. */
  walletBalances: () => readonly WalletBalance[]
  /** Payments out of the wallet, the newest first. */
  walletSends: (chain: ChainName) => readonly SendView[]
  /** What a backup of now holds. */
  backupContent: (createdMs: number) => BackupContent
  /** The last blocks that were applied, newest first; empty before the first. */
  resume: (chain: ChainName) => readonly BlockName[]
  /** Sentences about what someone should look at. */
  warnings: () => readonly string[]
  /** Raw entities, for checkers. */
  rawChannels: () => readonly Channel[]
  locksOf: (channelId: ChannelId) => readonly Lock[]
  /** Everything volatile or durable that belongs to payments under way: all zero when they have ended (K4, I31). */
  leftovers: () => Readonly<Record<string, number>>
}
