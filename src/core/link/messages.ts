import type { AssetId, MeetingPointId } from '../base/ids.js'

/**
 * Messages of the link stream, after decoding. `protocols/link/codec.ts` has checked presence, ranges, lengths and
 * order; only meaning is judged after it.
 */
export type LinkMessage =
  | LinkStateMessage | LinkOpenMessage | LinkAcceptMessage | LinkRefuseMessage | LinkCloseMessage
  | PingMessage | PongMessage
  | RoutingMessage

/** Messages of the link stream that are about routing. */
export type RoutingMessage = HintsMessage | HintRequestMessage | AttestRequestMessage | AttestationMessage | LicenceMessage
export const ROUTING_MESSAGES: ReadonlySet<string> = new Set<RoutingMessage['type']>(['hints', 'hintRequest', 'attestRequest', 'attestation', 'licence'])
export const isRoutingMessage = (message: LinkMessage): message is RoutingMessage => ROUTING_MESSAGES.has(message.type)

/** First message of a connection from a side that has the link open; the other side answers when it sees it otherwise. @see LINK-4 */
export interface LinkStateMessage { readonly type: 'linkState', readonly status: 'open' }
/** Asks to be neighbours. Sent again on every connection until it is answered. */
export interface LinkOpenMessage { readonly type: 'linkOpen' }
/** The link is open at the sender. */
export interface LinkAcceptMessage { readonly type: 'linkAccept' }
/** `asked`: kept as a request that a person may accept. `full`: no room. `declined`: a person or a rule said no. */
export interface LinkRefuseMessage { readonly type: 'linkRefuse', readonly reason: LinkRefuseReason }
export const LINK_REFUSE_REASONS = ['asked', 'full', 'declined'] as const
export type LinkRefuseReason = typeof LINK_REFUSE_REASONS[number]
/** The sender has no link to the receiver. Never answered. */
export interface LinkCloseMessage { readonly type: 'linkClose' }

export interface PingMessage {
  readonly type: 'ping'
  /** Names the ping in its pong; 0 to 2^32 − 1. */
  readonly nonce: number
  /** The sender's clock, milliseconds since 1970. */
  readonly clockMs: number
}
export interface PongMessage { readonly type: 'pong', readonly nonce: number, readonly clockMs: number }

/** What the sender can reach; each record replaces what the sender said before of that meeting point. */
export interface HintsMessage {
  readonly type: 'hints'
  readonly asset: AssetId
  readonly records: readonly HintRecord[]
}

/** One meeting point's distances in both directions. Two empty lists withdraw it. */
export interface HintRecord {
  readonly meetingPoint: MeetingPointId
  /** From the sender to the meeting point: the way money travels in a payer half. */
  readonly to: readonly HintStep[]
  /** From the meeting point to the sender. */
  readonly from: readonly HintStep[]
}

/** Holds for all buckets above the previous step's, up to and with `bucket`. Steps have rising buckets. */
export interface HintStep {
  readonly bucket: number
  /** 1 to HOPS_MAX; undefined: not reachable with these amounts. */
  readonly hops: number | undefined
  /** The meeting point's number that this distance belongs to; 0 when `hops` is undefined. */
  readonly sequence: number
}

/** Asks for a record with at least this number, or (without a meeting point) for everything the receiver can reach. */
export interface HintRequestMessage {
  readonly type: 'hintRequest'
  readonly asset: AssetId
  readonly meetingPoint: MeetingPointId | undefined
  readonly sequence: number
  /** How many more nodes may pass the request on. */
  readonly hopsLeft: number
}

/** A neighbour that stands for election asks the receiver to attest the capacity between the two. @see HINT-22 */
export interface AttestRequestMessage {
  readonly type: 'attestRequest'
  /** The role key it would serve under. */
  readonly meetingPoint: MeetingPointId
  readonly epoch: number
}

/** Answers an {@link AttestRequestMessage}. */
export interface AttestationMessage {
  readonly type: 'attestation'
  readonly meetingPoint: MeetingPointId
  readonly epoch: number
  /** The sender's attesting key of the epoch and the meeting point: 32 bytes, x only. */
  readonly key: Uint8Array
  /** Largest bucket that the capacity between the two reaches, 0 to BUCKETS − 1. */
  readonly bucket: number
  /** 64 bytes, BIP 340, over the hash of the attestation struct. */
  readonly signature: Uint8Array
}

/** The sender is an elected meeting point, or beside one, and shows that the meeting point says so. @see HINT-29 */
export interface LicenceMessage {
  readonly type: 'licence'
  readonly meetingPoint: MeetingPointId
  /** That it was elected for. */
  readonly epoch: number
  /** 1 at the meeting point itself, 2 beside it. */
  readonly hops: 1 | 2
  /** 64 bytes, BIP 340, by the role key, over the hash of the licence struct that names the sender. */
  readonly proof: Uint8Array
  /** From the meeting point itself: the same of 2 hops for the receiver. Only with 1 hop, and always then. */
  readonly next: Uint8Array | undefined
}
