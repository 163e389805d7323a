/** Longest wait for an answer, and for the work of a whole block. */
export const CALL_TIMEOUT_MS = 15_000
/** Reads are tried so often before the backend counts as unreachable, with a pause that doubles. */
export const TRIES_MAX = 3
export const RETRY_PAUSE_MS = 200
/** While the backend is unreachable the next look waits, twice as long each time up to this. */
export const BACK_OFF_MAX_MS = 30_000
/** Looks at the tip and the mempool: on a private chain, and on one with real blocks. */
export const POLL_REGTEST_MS = 250
export const POLL_MS = 5_000
/** Bytes of one answer: a full block as JSON is about 15 MB. */
export const ANSWER_BYTES_MAX = 64 * 1024 * 1024
/** Calls in one HTTP request. */
export const BATCH_MAX = 100
/** Unconfirmed transactions fetched at one look; the rest at the next. */
export const MEMPOOL_FETCH_MAX = 500
/** Unconfirmed transactions that are remembered as seen. */
export const MEMPOOL_SEEN_MAX = 500_000
/** Blocks that are remembered to be disconnected, and so the deepest reorganisation that is followed. */
export const RECENT_BLOCKS_MAX = 2_016
/** Blocks that one question about the past may read. */
export const HISTORY_BLOCKS_MAX = 20_000
/** Longest wait for a scan of all unspent outputs: an HTTP client gives up after five minutes without a word. */
export const SCAN_TIMEOUT_MS = 290_000
/** Intervals without a block after which the tip is called stale: by chance it happens once in 65 million blocks. */
export const STALE_INTERVALS = 18
/** Blocks that headers may be ahead before the backend counts as syncing. */
export const HEADERS_AHEAD_MAX = 2
/** Characters kept of a backend's own words. */
export const TEXT_MAX = 200
/** Fee rates that are believed, in satoshis a kilo-virtual-byte: 1 to 1,000 satoshis a virtual byte. */
export const FEE_RATE_MIN = 1_000n
export const FEE_RATE_MAX = 1_000_000n
export const FEE_RATE_FALLBACK = 10_000n
