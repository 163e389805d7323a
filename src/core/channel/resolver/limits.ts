/** Transactions that are remembered for one channel: its close, a spend of each of 226 locks, those that replace them, and their sweeps. */
export const TRANSACTIONS_SEEN_MAX = 2_048
/** An output of less satoshis is taken when it is worth its fee, but neither a channel nor the lock before it waits for that. */
export const WORTH_KEEPING_SAT = 1_000n
/** Virtual bytes that one more input of a sweep takes, at most. */
export const SWEPT_INPUT_VBYTES = 100
/** Virtual bytes that a coin of the wallet and the rest of its transaction add to what is swept with it. */
export const JOINED_COIN_VBYTES = 112
/** Virtual bytes that the spend of one more lock takes, at most: its input with two signatures, and its output. */
export const TAKEN_LOCK_VBYTES = 160
/** Satoshis for 1,000 virtual bytes that a replacement pays for itself, beyond what it replaces. */
export const REPLACEMENT_SAT_PER_KVB = 1_000n
/** How often a fee rate is halved when the coins of the wallet do not pay it: a transaction that waits is better than none. */
export const FEE_HALVINGS_MAX = 8
/** Least satoshis for 1,000 virtual bytes that nodes pass on. */
export const PASSED_ON_SAT_PER_KVB = 1_000n
