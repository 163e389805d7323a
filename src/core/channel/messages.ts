import type { ChannelId, AssetId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { Update } from './lock.js'

/**
 * Messages of the channel protocol, after decoding. `protocols/channel/codec.ts` has checked presence, ranges,
 * lengths, and that points are on the curve and scalars are below the order; nothing is checked again here but meaning.
 *
 * The evidence fields differ by kind: a trust line carries one signature over the statement; an enforced channel
 * carries signatures and pre-signatures. A kind ignores nothing: fields that are not its own are a fault (CHAN-…).
 */
export type ChannelMessage =
  | OpenMessage | AcceptMessage | RefuseMessage | FundedMessage | SignedMessage
  | ProposeMessage | AgreeMessage | CommitMessage | AckMessage | SecretMessage
  | ReestablishMessage | ClosedMessage | FaultMessage
  | CloseReadyMessage | CloseOfferMessage | CloseSignMessage

interface OfChannel { readonly channelId: ChannelId }

export interface TrustLineOpening {
  readonly kind: 'trust-line'
  /** What the acceptor may owe the opener. */
  readonly openerLimit: Units
  /** What the opener asks to be allowed to owe the acceptor. */
  readonly acceptorLimit: Units
}

/** An enforced channel's opening. */
export interface EnforcedOpening {
  readonly kind: 'chain'
  readonly format: 'v3-zero-fee' | 'v2-fee'
  /** Satoshi of the funding output: the opener puts them in, but for the contribution. */
  readonly fundingSat: bigint
  /** What is the acceptor's in the first state, its contribution included. */
  readonly push: Units
  /** What the acceptor is asked to put in. @see ENF-25 */
  readonly contribution?: Contribution | undefined
  readonly toSelfDelayBlocks: number
  readonly feeRatePerKw: number
  /** Static keys of the opener: funding, payment, delayed, ptlc, revocation base; 33 bytes each. */
  readonly keys: readonly Uint8Array[]
  /** Per-commitment points 0 and 1. */
  readonly points: readonly Uint8Array[]
}

/** What the acceptor of an enforced channel is asked to put in. */
export interface Contribution {
  readonly sat: bigint
  /** Fee rate of the funding transaction: satoshis for 1,000 virtual bytes. */
  readonly satPerKvb: bigint
}

/** What one side puts into a funding transaction, and takes back. All scripts are taproot outputs, spent by their key. @see ENF-26 */
export interface Share {
  /** 1 to `FUNDING_INPUTS_MAX`, all different. `txid` in the order of the wire. */
  readonly inputs: ReadonlyArray<{ readonly txid: Uint8Array, readonly index: number, readonly output: ShareOutput }>
  readonly change: ShareOutput | undefined
}
export interface ShareOutput { readonly valueSat: bigint, readonly script: Uint8Array }

export interface OpenMessage extends OfChannel {
  readonly type: 'open'
  readonly asset: AssetId
  readonly opening: TrustLineOpening | EnforcedOpening
  readonly evidence: Evidence
}
export interface AcceptMessage extends OfChannel {
  readonly type: 'accept'
  readonly evidence: Evidence
  /** Of an enforced channel: the acceptor's static keys, and its per-commitment points 0 and 1. */
  readonly acceptance?: { readonly keys: readonly Uint8Array[], readonly points: readonly Uint8Array[], readonly share?: Share | undefined } | undefined
}
/** The opener of an enforced channel names the funding output and signs the acceptor's commitment 0. `txid` in the order of the wire. @see ENF-16 */
export interface FundedMessage extends OfChannel { readonly type: 'funded', readonly txid: Uint8Array, readonly index: number, readonly share?: Share | undefined, readonly evidence: Evidence }
/** The acceptor signs the opener's commitment 0, and its inputs of the funding transaction. @see ENF-16, ENF-28 */
export interface SignedMessage extends OfChannel { readonly type: 'signed', readonly evidence: Evidence, readonly witnesses?: readonly Uint8Array[] | undefined }
export interface RefuseMessage extends OfChannel { readonly type: 'refuse', readonly reason: RefuseReason }
export const REFUSE_REASONS = ['not-accepted', 'limit', 'unknown-asset', 'unknown-kind', 'too-many', 'exists', 'no-link', 'no-coins', 'bad-input'] as const
export type RefuseReason = typeof REFUSE_REASONS[number]

/** What a side hands over so that a state can be enforced. Empty lists where the kind has none. */
export interface Evidence {
  /** 64-byte BIP 340 signatures: of the statement (trust line), or of the commitment and its second stage (enforced). */
  readonly signatures: readonly Uint8Array[]
  /** 65-byte adaptor pre-signatures (33-byte nonce point, 32-byte scalar); enforced only. */
  readonly preSignatures: readonly Uint8Array[]
  /** The per-commitment secret that revokes the sender's previous commitment; enforced only. */
  readonly revocation: { readonly secret: Uint8Array, readonly nextPoint: Uint8Array } | undefined
}
export const NO_EVIDENCE: Evidence = { signatures: [], preSignatures: [], revocation: undefined }

/** Row 1 of the round: the proposer's updates. */
export interface ProposeMessage extends OfChannel {
  readonly type: 'propose'
  readonly round: number
  readonly updates: readonly Update[]
  readonly evidence: Evidence
}
/** Row 2. */
export interface AgreeMessage extends OfChannel { readonly type: 'agree', readonly round: number, readonly evidence: Evidence }
/** Row 3. */
export interface CommitMessage extends OfChannel { readonly type: 'commit', readonly round: number, readonly evidence: Evidence }
/** Row 4. */
export interface AckMessage extends OfChannel { readonly type: 'ack', readonly round: number, readonly evidence: Evidence }

/** Outside any round: secrets of locks that the receiver of this message offered. Idempotent. */
export interface SecretMessage extends OfChannel {
  readonly type: 'secret'
  readonly secrets: ReadonlyArray<{ readonly id: number, readonly secret: Uint8Array }>
}

export type RoundPhaseName = 'idle' | 'proposed' | 'agreed' | 'committed'

/** Sent by both when a connection (again) exists, first of all messages of the channel. */
export interface ReestablishMessage extends OfChannel {
  readonly type: 'reestablish'
  /** Commitment numbers of the sender and, as it knows them, of the receiver. Equal to `round` on a trust line. */
  readonly localNumber: number
  readonly remoteNumber: number
  /** The round that runs, or the next one when idle. */
  readonly round: number
  readonly phase: RoundPhaseName
  /** Digest of the last state that both sides are bound to, seen by the sender; 32 bytes. */
  readonly digest: Uint8Array
  /** Secret of the receiver's last revoked commitment, as proof; enforced only. */
  readonly lastSecret: Uint8Array | undefined
  /** The sender's per-commitment point of the commitment after `localNumber`; enforced only. */
  readonly nextPoint?: Uint8Array | undefined
}

/** The sender has deleted the channel: nothing is owed and no lock is left (trust line), or the close is buried. */
export interface ClosedMessage extends OfChannel { readonly type: 'closed' }
/** The sender saw a fault and stops using the channel. Its field is not named as that of a `Fault`, with which it would be mistaken. */
export interface FaultMessage extends OfChannel { readonly type: 'fault', readonly broken: string }

/** Nothing is locked and no round runs: where the sender wants its part of the close, and its nonce for signing the receiver's transaction. @see ENF-17 */
export interface CloseReadyMessage extends OfChannel { readonly type: 'close-ready', readonly script: Uint8Array, readonly nonce: Uint8Array }
/** A closing transaction of which the sender pays the fee, with its part of the signature. @see ENF-17 */
export interface CloseOfferMessage extends OfChannel { readonly type: 'close-offer', readonly feeSat: bigint, readonly nonce: Uint8Array, readonly partial: Uint8Array }
/** The receiver's part, and its nonce for another offer. @see ENF-17 */
export interface CloseSignMessage extends OfChannel { readonly type: 'close-sign', readonly partial: Uint8Array, readonly nonce: Uint8Array }
