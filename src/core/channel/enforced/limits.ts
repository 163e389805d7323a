/** Bounds of channels that a chain enforces. Each is in the table of `protocols/channel/README.md`. */

/** Live locks that one side may have offered: a commitment with 226 of them has 9,927 virtual bytes; 10,000 are the most of a version 3 transaction. */
export const ENFORCED_LOCKS_MAX = 113
/** Bytes that the updates of one proposal may take; the rest of the frame is for 226 pre-signatures. */
export const ENFORCED_UPDATE_BYTES_MAX = 45_056
/** Inputs and outputs of a transaction that is read. */
export const TRANSACTION_ITEMS_MAX = 10_000
/** Items of one input's witness that is read. */
export const WITNESS_ITEMS_MAX = 1_000
/** Bytes of one script or witness item that is read: a block's. */
export const SCRIPT_BYTES_MAX = 4_000_000
/** Second stages that are published in one transaction: its virtual size stays below that of a version 3 child of the mempool's bound. */
export const MERGED_SPENDS_MAX = 32
/** Satoshis that a shared anchor holds at most; at this value it is no dust. */
export const SHARED_ANCHOR_SAT_MAX = 240n
/** Least and most blocks of ten minutes that a delay may have; on a chain of shorter intervals multiplied. */
export const DELAY_BLOCKS_MIN = 72
export const DELAY_BLOCKS_MAX = 2_016
export const DELAY_BLOCKS_DEFAULT = 144
/** Heights of lock times end here; above it they are seconds. @see BIP 65 */
export const HEIGHT_MAX = 499_999_999
/** Enforced channels of one peer, and of all, whose funding is not confirmed. */
export const UNFUNDED_PER_PEER_MAX = 4
export const UNFUNDED_MAX = 50
/** Blocks of ten minutes after which an acceptor forgets a channel whose funding never came. */
export const UNFUNDED_BLOCKS_MAX = 2_016
/** The same, when the opener said that it gave the channel up and the chain does not know the funding output. */
export const GIVEN_UP_BLOCKS = 6
/** Inputs that one side puts into a funding transaction. */
export const FUNDING_INPUTS_MAX = 16
/** Least satoshis that an acceptor is asked to put in: less is not worth an input. */
export const CONTRIBUTION_SAT_MIN = 10_000n
/** Openings with a contribution of ours that are not confirmed, of one peer and of all: so many may keep coins of ours waiting. */
export const CONTRIBUTIONS_PER_PEER_MAX = 1
export const CONTRIBUTIONS_MAX = 8
/** Most satoshis for 1,000 virtual bytes that a funding transaction of both is asked to pay. */
export const FUNDING_SAT_PER_KVB_MAX = 500_000n
/** Least and most satoshis of a channel's funding. */
export const FUNDING_SAT_MIN = 20_000n
export const FUNDING_SAT_MAX = 100_000_000_000n
/** Satoshis for 1,000 units of weight of a `v2-fee` channel: least that nodes pass on, and most that is sane. */
export const FEE_RATE_PER_KW_MIN = 253
export const FEE_RATE_PER_KW_MAX = 100_000
/** Confirmations after which a spend on chain counts as certain. */
export const BURIED_CONFIRMATIONS = 6
/** Blocks of ten minutes: how long after the expiry of a lock that we offered, and how long before that of one that we can claim, a channel is closed on chain. */
export const CLOSE_AFTER_EXPIRY_BLOCKS = 3
export const CLOSE_BEFORE_EXPIRY_BLOCKS = 18

/** What differs from chain to chain. @see ENF-12 */
export interface ChainNumbers {
  /** Blocks in ten minutes. */
  readonly blocksPerTenMinutes: number
  /** Least satoshis of an output. */
  readonly dustSat: bigint
  /** Satoshis of all locks below dust together. */
  readonly dustExposureSat: bigint
}
export const CHAIN_NUMBERS: Readonly<Record<'bitcoin' | 'litecoin', ChainNumbers>> = {
  bitcoin: { blocksPerTenMinutes: 1, dustSat: 330n, dustExposureSat: 50_000n },
  litecoin: { blocksPerTenMinutes: 4, dustSat: 3_300n, dustExposureSat: 500_000n }
}
