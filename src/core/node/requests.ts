import type { AssetId, ChannelId, InvoiceId, MeetingPointId, PeerId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { AcceptRule, FeePolicy } from '../link/rules.js'
import type { Restoration } from '../backup/backup.js'
import type { EnforcedOpening } from '../channel/messages.js'
import type { ChainName } from '../wallet/chain-facts.js'
import type { SendId } from '../wallet/tables.js'

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
  /**
   * → { channelId, fundingTxid }. Answered when the first state is signed and the funding transaction is on its way, not
   * when it is confirmed. Refused: no-chain, no-wallet, insufficient-coins, channel-refused, timed-out.
   */
  | {
    readonly type: 'channel.open'
    readonly peer: PeerId
    readonly kind: 'chain'
    readonly asset: AssetId
    /** What the wallet puts in: whole satoshis. */
    readonly amount: Units
    /** What of it is the peer's from the first state on. */
    readonly push: Units
    /** What the peer shall put in beside it: whole satoshis, at most the amount. @see ENF-25 */
    readonly theirAmount?: Units | undefined
    readonly format?: EnforcedOpening['format'] | undefined
    /** How long our own money waits after a close without the peer. */
    readonly delayBlocks?: number | undefined
  }
  /** → {}. Answered when the round that sets the limit is irrevocable. */
  | { readonly type: 'channel.set', readonly channelId: ChannelId, readonly limit: Units }
  /**
   * → { status: 'closed' | 'closing', txid? }. An enforced channel is `closing` when both signed the closing transaction,
   * which has that txid; with `force` at once, and the peer is not asked.
   */
  | { readonly type: 'channel.close', readonly channelId: ChannelId, readonly force?: boolean | undefined }
  /** → { invoice: text, id, expiresMs } */
  | { readonly type: 'invoice.create', readonly asset: AssetId, readonly amount: Units, readonly description: string, readonly expiryMs: number | undefined, readonly meetingPoints: readonly MeetingPointId[] | undefined, readonly via?: readonly string[] | undefined, readonly times?: number | undefined }
  /** → {} */
  | { readonly type: 'invoice.cancel', readonly id: InvoiceId }
  /** → PaymentResult. Idempotent per invoice: a second request for the same invoice waits for the same end. */
  | { readonly type: 'pay', readonly invoice: string, readonly feeMax: Units | undefined, readonly via: readonly string[], readonly timeoutMs: number | undefined }
  /** → { id }. Makes a role key when there is none. */
  | { readonly type: 'meetingPoint.host' }
  /** → {} */
  | { readonly type: 'meetingPoint.stop', readonly id: MeetingPointId | undefined }
  /** → EntryView. The text that lets others name this node as a waypoint. Refused: bad-request, busy, wrong-asset, no-meeting-point. */
  | { readonly type: 'waypoint.publish', readonly asset: AssetId, readonly meetingPoint: MeetingPointId | undefined, readonly expiryMs: number | undefined }
  /** → {} */
  | { readonly type: 'waypoint.withdraw', readonly key: MeetingPointId }
  /** → { address }. One that nobody was given before. */
  | { readonly type: 'wallet.address', readonly chain: ChainName }
  /** → { id, txid, feeSat }. Answered when the payment is stored and on its way. */
  | { readonly type: 'wallet.send', readonly chain: ChainName, readonly address: string, readonly valueSat: bigint | 'all', readonly satPerKvb?: bigint | undefined, readonly targetBlocks?: number | undefined }
  /** → { id, txid, feeSat }. Replaces an unconfirmed payment by one of a higher fee. */
  | { readonly type: 'wallet.bump', readonly id: SendId, readonly satPerKvb?: bigint | undefined }
  /** → { channels }. Their peers are asked to close them; what is ours then comes to the wallet. */
  | { readonly type: 'backup.restore', readonly restoration: Restoration }

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
