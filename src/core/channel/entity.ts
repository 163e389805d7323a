import type { Units, Balance } from '../base/money.js'
import type { AssetId, ChannelId, OriginId, PeerId } from '../base/ids.js'
import type { Contribution, Evidence, RoundPhaseName, EnforcedOpening, Share } from './messages.js'
import type { FailReason, Side, Update } from './lock.js'
import type { Shachain } from '../crypto/shachain.js'

/**
 * A channel as it is stored (without its locks, which are entities of their own), under `channel/<id>`.
 * Frozen; replaced on change.
 */
export interface Channel {
  readonly id: ChannelId
  readonly peer: PeerId
  readonly asset: AssetId
  readonly opener: Side
  readonly status: ChannelStatus
  readonly round: Round
  /** The state that the last completed round made, of the channel's kind. */
  readonly state: ChannelState
  /** Why it stands still after a fault of this program: set when an invariant failed. */
  readonly frozen: string | undefined
  /** Of a `failed` channel: the requirement that was broken. */
  readonly failure: string | undefined
}

/**
 * `opening`: our open is sent, no accept yet. `open`. `closing`: a shutdown is agreed, no adds. `failed`: the peer
 * broke the protocol or denied the state; the evidence is kept, nothing moves (a trust line) or the chain decides.
 * A closed channel is deleted.
 */
export type ChannelStatus = 'opening' | 'open' | 'closing' | 'failed'

/** What a round changes, of either kind. */
export type ChannelState = TrustLineState | EnforcedState

/** An update in a proposal; of our own adds we remember the origin, and the secret should the peer show it early. */
export type ProposedUpdate =
  | (Extract<Update, { readonly type: 'add' }> & { readonly origin?: OriginId | undefined, readonly secret?: Uint8Array | undefined })
  | Exclude<Update, { readonly type: 'add' }>

/** Where the round protocol stands: all that must survive a crash. */
export interface Round {
  /** The round that runs, or the next one when idle. Counts from 1. */
  readonly number: number
  readonly phase: RoundPhaseName
  /** `proposed`, `committed`: ours. `agreed`: the peer's. `idle`: empty. */
  readonly updates: readonly ProposedUpdate[]
  /** What this side holds for the state after these updates, as far as it has come; its form is the kind's. */
  readonly evidence: Evidence
  /** Who proposed the round before this one: a duplicate of its last message is answered again. */
  readonly lastBy: Side | undefined
}

/** One trust line as its two ends see it; amounts in the asset's smallest units, seen from here. */
export interface TrustLineState {
  readonly kind: 'trust-line'
  /** What the peer owes us; negative when we owe. */
  readonly owedToUs: Balance
  /** How much the peer may owe us. */
  readonly localLimit: Units
  /** How much we may owe the peer. */
  readonly remoteLimit: Units
  /** Number of the statement in force; equals the number of completed rounds. */
  readonly sequence: number
  readonly nextLocalAddId: number
  readonly nextRemoteAddId: number
  /** Sums and counts of the live locks that each side offered: kept, never folded anew. */
  readonly localLocked: Units
  readonly remoteLocked: Units
  readonly localLocks: number
  readonly remoteLocks: number
  readonly shutdown: boolean
  /** Both sides' signatures of the statement in force: the evidence a person takes to a court. */
  readonly localSignature: Uint8Array
  readonly remoteSignature: Uint8Array
}

/** What an enforced channel's opening fixed for its life, seen from here. */
export interface EnforcedTerms {
  readonly format: EnforcedOpening['format']
  /** The chain that enforces it; its clock is that of the locks. */
  readonly clock: 'bitcoin' | 'litecoin'
  readonly fundingSat: bigint
  /** Zeros until the opener named it. `txid` in the order of the wire. */
  readonly funding: { readonly txid: Uint8Array, readonly index: number }
  readonly delayBlocks: number
  readonly feeRatePerKw: number
  /** 32 random bytes: with the identity key they make our secrets. */
  readonly salt: Uint8Array
  /** The peer's static keys, in the order of `EnforcedOpening.keys`; empty until it accepted. */
  readonly remoteKeys: readonly Uint8Array[]
}

/**
 * How far an enforced channel has come. `offered`: our open is sent. `accepted`: keys are exchanged, the opener's
 * wallet makes the funding transaction. `funded`: the opener named it and waits for the peer's signature. `signed`:
 * commitments 0 are signed, the chain must confirm. `confirmed`: it carries locks.
 */
export const ENFORCED_STAGES = ['offered', 'accepted', 'funded', 'signed', 'confirmed'] as const
export type EnforcedStage = typeof ENFORCED_STAGES[number]

/** One enforced channel as its end sees it; amounts in the asset's smallest units, a thousand to the satoshi. */
export interface EnforcedState {
  readonly kind: 'chain'
  /** The same object as long as the channel lives in memory: what is worked out of it is remembered with it. */
  readonly terms: EnforcedTerms
  readonly opener: Side
  readonly stage: EnforcedStage
  /** Number of the commitments of both sides: of completed rounds. */
  readonly number: number
  readonly localBalance: Units
  readonly remoteBalance: Units
  readonly nextLocalAddId: number
  readonly nextRemoteAddId: number
  /** Sums and counts of the live locks that each side offered: kept, never folded anew. */
  readonly localLocked: Units
  readonly remoteLocked: Units
  readonly localLocks: number
  readonly remoteLocks: number
  /** Sum and count of those of both sides that are below dust. */
  readonly trimmed: Units
  readonly trimmedLocks: number
  readonly shutdown: boolean
  /** The peer's per-commitment points of this number and of the next; the next is empty in a draft. */
  readonly remotePoint: Uint8Array
  readonly remoteNextPoint: Uint8Array
  /** The peer's secrets of its revoked commitments. */
  readonly revealed: Shachain
  /** The peer's evidence of this state: see `HeldEvidence`. */
  readonly evidence: Evidence
  /** The peer proved that it was told more than we remember: nothing of ours is published any more. */
  readonly behind: boolean
  /** Height when it was opened: the chain is looked through from there. */
  readonly sinceHeight: number
  /** The last closing transaction that both signed; empty while there is none. */
  readonly closing: Uint8Array
}

/**
 * What both sides put into the funding transaction of a channel, under `joint-funding/<channel id>`: kept from the opening
 * until the channel is forgotten, since the acceptor's inputs tell whether the transaction can still be.
 *
 * @see ENF-25 to ENF-29
 */
export interface JointFunding {
  readonly channelId: ChannelId
  readonly contribution: Contribution
  readonly acceptor: Share | undefined
  readonly opener: Share | undefined
  /** The acceptor's signatures of its inputs, in the order of its share; empty before. */
  readonly witnesses: readonly Uint8Array[]
}

/** What people see of a channel. */
export interface ChannelView {
  readonly id: ChannelId
  readonly peer: PeerId
  readonly kind: string
  readonly asset: AssetId
  readonly status: ChannelStatus | 'frozen'
  readonly owedToUs: bigint
  readonly localLimit: bigint
  readonly remoteLimit: bigint
  readonly spendable: bigint
  readonly receivable: bigint
  readonly locks: ReadonlyArray<{ readonly id: number, readonly offeredBy: Side, readonly amount: bigint, readonly expiry: number, readonly status: string, readonly reason?: FailReason }>
  readonly round: number
  /** What happens next, as a sentence. */
  readonly next: string
  /** Of a channel that a chain enforces, as far as it is known: its funding output, `txid` as people write it. */
  readonly fundingTxid?: string | undefined
  readonly fundingIndex?: number | undefined
  /** Of the funding transaction, while they are waited for. */
  readonly confirmations?: number | undefined
  readonly confirmationsWanted?: number | undefined
  readonly format?: string | undefined
  /** Height at which the last of what is ours can be taken, after a close without the peer. */
  readonly sweepHeight?: number | undefined
  /** What closes the channel, signed or in the chain. */
  readonly closingTxid?: string | undefined
}
