/** Transactions that are remembered for one channel: its close, a spend of each of 226 locks, those that replace them, and their sweeps. */
export const TRANSACTIONS_SEEN_MAX = 2_048
