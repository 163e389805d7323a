/** Transactions that are remembered for one channel: its close, a spend of each of 226 locks, those that replace them, and their sweeps. */
export const TRANSACTIONS_SEEN_MAX = 2_048
/** An output of less satoshis is taken when it is worth its fee, but a channel is not kept for it. */
export const WORTH_KEEPING_SAT = 1_000n
/** Virtual bytes that one more input of a sweep takes, at most. */
export const SWEPT_INPUT_VBYTES = 100
