import type { ClockName, Draw, Env } from '../base/env.js'
import type { AssetId, ChannelId, MeetingPointId, OriginId, PeerId, RequestId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { Refusal } from '../base/step.js'
import type { FailReason, LockTerms } from '../channel/lock.js'
import type { FeePolicy } from '../link/rules.js'

/**
 * What payments (payer, payee, forwarder, meeting point) may use of the node step around them.
 * `M` is the route message type and `T` the tables; both are declared in this folder.
 */
export interface PaymentHost<M, T> {
  readonly env: Env
  readonly draw: Draw
  readonly self: PeerId
  /** First 8 bytes of the hash of the network's genesis struct, and the network's name. */
  readonly network: { readonly id: Uint8Array, readonly name: string, readonly kind: 'mainnet' | 'testnet' | 'regtest' }
  readonly settings: PaymentSettings
  readonly tables: T
  /** Role-key secrets (32 bytes) of the meeting points hosted here. */
  readonly hosted: ReadonlyMap<MeetingPointId, Uint8Array>
  /** Sends on the route stream; false (and nothing is sent) when the peer is not connected. */
  sendRoute: (peer: PeerId, message: M) => boolean
  isConnected: (peer: PeerId) => boolean
  /** A volatile timer; the key is `payment/…`; setting again replaces. Comes back through `onPaymentTimer`. */
  setTimer: (key: string, atMs: number) => void
  clearTimer: (key: string) => void
  answer: (requestId: RequestId, result: object | Refusal) => void
  notify: (notice: PaymentNotice) => void

  /** Next-hop rule of `routing.md`: link neighbours in the order to be tried, after reservations. */
  nextHops: (query: NextHopQuery) => readonly NextHop[]
  /** Meeting points known here with this node's own distance, nearest first. */
  meetingPoints: (asset: AssetId, amount: Units, direction: 'to' | 'from') => ReadonlyArray<{ readonly id: MeetingPointId, readonly hops: number }>
  /** Score of a neighbour for a meeting point: it delivered, or it did not. */
  scored: (peer: PeerId, meetingPoint: MeetingPointId, delivered: boolean) => void

  /** Open, usable channels with a peer in an asset: largest spendable first, reservations not yet subtracted. */
  channelsWith: (peer: PeerId, asset: AssetId) => ReadonlyArray<{ readonly id: ChannelId, readonly spendable: Units, readonly receivable: Units }>
  /** All assets of open channels. */
  assets: () => ReadonlySet<AssetId>
  /** Sums over all open channels in an asset. */
  capacity: (asset: AssetId) => { readonly spendable: Units, readonly receivable: Units }
  /** Most units of one amount in this asset; of an asset not known here the largest of all. */
  assetMax: (asset: AssetId) => Units
  peerOf: (channelId: ChannelId) => PeerId | undefined
  /** The clock that a channel's locks expire by; absent when all run on `unix`. */
  clockOf?: (channelId: ChannelId) => ClockName | undefined
  /** Queues an add. Its end comes as offerFailed or offerSettled with the same origin; a refusal means nothing was queued. */
  offer: (channelId: ChannelId, terms: Omit<LockTerms, 'id'>, origin: OriginId) => Refusal | undefined
  /** Takes back an add that still waits for its round; true when it will certainly never be sent (no offerFailed follows). */
  cancelOffer: (origin: OriginId) => boolean
  /** Settles a lock we received: the secret goes out at once, the removal follows in a round. Idempotent. */
  fulfil: (channelId: ChannelId, lockId: number, secret: Uint8Array) => void
  /** Gives back a lock we received. Idempotent; ignored once a secret was shown. */
  fail: (channelId: ChannelId, lockId: number, reason: FailReason) => void
  /** Whether a lock with this origin is in a queue, a proposal or the state of a channel: asked at restart. */
  offerState: (origin: OriginId) => 'none' | 'queued' | 'live'
  feePolicy: (peer: PeerId, asset: AssetId) => FeePolicy
  /** Whether there is an open link with a peer, connected or not; without it a channel is taken as the sign of one. */
  isNeighbour?: (peer: PeerId) => boolean
}

export interface NextHopQuery {
  readonly meetingPoint: MeetingPointId
  /** Payer half travels with the money (`to`), payee half against it (`from`). */
  readonly direction: 'to' | 'from'
  readonly asset: AssetId
  readonly amount: Units
  /** Neighbours not to try: where it came from, and those tried. */
  readonly exclude: ReadonlySet<PeerId>
  /** 32 bytes; ties are broken by it. */
  readonly random: Uint8Array
  /** How much of each channel is reserved already, by the caller's reservations. */
  readonly reserved: (channelId: ChannelId, direction: 'to' | 'from') => Units
}

export interface NextHop {
  readonly peer: PeerId
  readonly channelId: ChannelId
  /** Distance of this neighbour's claim; 100 and more for the bucket below. */
  readonly hops: number
  /** This hop is not on the normal path: the bucket-below rule let it in. */
  readonly detour: boolean
}

/** All times and bounds of payments; tests shorten them. Defaults in `limits.ts` of this folder. */
export interface PaymentSettings {
  readonly forwardDeltaSeconds: number
  readonly forwardDeltaRandomSeconds: number
  readonly finalDeltaSeconds: number
  /** The same on channels that a chain enforces, in blocks of ten minutes; on other chains as long. */
  readonly forwardDeltaBlocks: number
  readonly forwardDeltaRandomBlocks: number
  readonly finalDeltaBlocks: number
  /** The longest total time-lock that is accepted. A way may change to the clock of a chain, whose blocks may be slow, out of sight of this node. */
  readonly freezeMaxSeconds: number
  /** Time a half route may take in all. */
  readonly routeTimeoutMs: number
  /** How long a route message may stay unanswered at one hop beyond the time it gave onward. */
  readonly reservationMs: number
  readonly matchWaitMs: number
  readonly refreshMs: number
  readonly refreshRandomMs: number
  readonly invoiceExpiryMs: number
  /** Default limit of the fee of one payment: base and parts per million of the amount. */
  readonly feeMaxBase: Units
  readonly feeMaxPpm: number
  /**
   * What a payment may bring beyond its amount, in parts per million of it, drawn evenly within the fee limit, so that
   * amounts seen far apart differ; invoices of this node leave room for as much. 0: nothing. At most {@link OVERPAY_PPM_MAX}.
   */
  readonly overpayPpm: number
  /** Time-out of `pay` before any lock, all attempts together. */
  readonly payTimeoutMs: number
}

/** What the node tells listeners (events `payment:*`, `invoice:*`). */
export type PaymentNotice =
  | { readonly type: 'payment:locked' | 'payment:paid' | 'payment:failed', readonly paymentId: string }
  | { readonly type: 'invoice:created' | 'invoice:paid' | 'invoice:expired' | 'invoice:cancelled', readonly invoiceId: string }
  | { readonly type: 'forward:settled' | 'forward:failed', readonly incoming: ChannelId, readonly outgoing: ChannelId | undefined }
