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
