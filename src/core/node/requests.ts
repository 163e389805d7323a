import type { AssetId, ChannelId, InvoiceId, MeetingPointId, PeerId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { AcceptRule, FeePolicy } from '../link/rules.js'

/**
 * What the world above may ask of the core; each is answered exactly once, by the value named here or by a
 * Refusal. All values were validated by the caller's schema; the core judges only meaning.
 */
export type Request =
  /** → { linkId, status: 'open' | 'requested' }. Answered when the peer accepted, refused, or kept it as a request. */
  | { readonly type: 'link.open', readonly peer: PeerId, readonly addresses: readonly string[], readonly accept: readonly AcceptRule[] | undefined }
  /** → {}. peer 'default' sets the rules of links to come. */
  | { readonly type: 'link.set', readonly peer: PeerId | 'default', readonly accept: readonly AcceptRule[] | undefined, readonly fee: FeePolicy | undefined }
  /** → {}. Refused while the link has channels. */
  | { readonly type: 'link.close', readonly peer: PeerId }
  /** → { channelId }. Answered when both sides hold the signed state. */
  | { readonly type: 'channel.open', readonly peer: PeerId, readonly kind: 'trust-line', readonly asset: AssetId, readonly limit: Units, readonly amount: Units }
  /** → {}. Answered when the round that sets the limit is irrevocable. */
  | { readonly type: 'channel.set', readonly channelId: ChannelId, readonly limit: Units }
  /** → { status: 'closed' | 'closing' }. */
  | { readonly type: 'channel.close', readonly channelId: ChannelId }
  /** → { invoice: text, id, expiresMs } */
  | { readonly type: 'invoice.create', readonly asset: AssetId, readonly amount: Units, readonly description: string, readonly expiryMs: number | undefined, readonly meetingPoints: readonly MeetingPointId[] | undefined }
  /** → {} */
  | { readonly type: 'invoice.cancel', readonly id: InvoiceId }
  /** → PaymentResult. Idempotent per invoice: a second request for the same invoice waits for the same end. */
  | { readonly type: 'pay', readonly invoice: string, readonly feeMax: Units | undefined, readonly via: readonly string[], readonly timeoutMs: number | undefined }
  /** → { id }. Makes a role key when there is none. */
  | { readonly type: 'meetingPoint.host' }
  /** → {} */
  | { readonly type: 'meetingPoint.stop', readonly id: MeetingPointId | undefined }

export type RequestName = Request['type']

export interface PaymentResult {
  readonly status: 'paid'
  readonly paymentId: string
  readonly asset: AssetId
  /** What the payee got. */
  readonly amount: Units
  readonly fee: Units
  /** z, 32 bytes hex: the signed invoice names Z = z·G. */
  readonly proof: string
  readonly parts: number
  readonly attempts: number
  readonly durationMs: number
}
