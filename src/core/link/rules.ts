import type { AssetId } from '../base/ids.js'
import type { Units } from '../base/money.js'

/** `chain:ASSET:MAX`, `chain:ASSET:MAX:ADD` or `trust-line:ASSET:LIMIT`: a kind of channel that is accepted on a link, and up to what. */
export interface AcceptRule {
  readonly kind: 'chain' | 'trust-line'
  readonly asset: AssetId
  /** Trust line: most that the peer may owe us. Chain: most capacity. */
  readonly limit: Units
  /** Chain: most that this node puts into one channel that a peer opens; nothing when left out. */
  readonly add?: Units | undefined
}

/** Fees this node asks for forwarding out over a link: amount out × (1 + ppm / 10^6) + base, rounded up. */
export interface FeePolicy {
  readonly base: Units
  /** Parts per million, 0 to 1,000,000. */
  readonly ppm: number
}
