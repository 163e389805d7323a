/** Bounds and rules of the wallet. Block counts are for ten-minute chains unless said otherwise. */

/** Addresses that are watched behind the last used one of a branch, and handed out before one is given again. @see BIP 44, Address gap limit */
export const ADDRESS_GAP = 20
/** Addresses that are looked for behind the last used one when a wallet is restored: of a long past only unspent coins are found, and they may lie far apart. */
export const RESCAN_GAP = 200
export const RESCAN_GAP_MAX = 1_000
/** Addresses of one branch; past them old ones are handed out again. */
export const ADDRESSES_MAX = 100_000
/** Confirmations without which an output of a coinbase cannot be spent. */
export const COINBASE_MATURITY = 100
/** Confirmations after which what is spent, and the transaction that spent it, are forgotten. No reorganisation is expected to go deeper. */
export const FORGET_AFTER_CONFIRMATIONS = 144
/** Confirmations of a conflicting transaction after which a payment is made anew without an input in common: before, both could confirm. */
export const CONFLICT_BURIED_CONFIRMATIONS = 6
/** Blocks after which an unconfirmed payment of a stranger is no longer counted: nodes forget it after two weeks. */
export const UNSEEN_BLOCKS_MAX = 2_016
/** Inputs of a stranger's unconfirmed transaction that are watched for a double spend; one with more counts when it is confirmed. */
export const FOREIGN_INPUTS_WATCHED_MAX = 100
/** Unconfirmed transactions of strangers that are kept; more count when they are confirmed. */
export const FOREIGN_UNCONFIRMED_MAX = 1_000
/** Unconfirmed transactions on which a coin may hang that is spent; nodes accept 25. */
export const UNCONFIRMED_ANCESTORS_MAX = 10
/** Payments that are kept as history; the oldest that ended is forgotten first. */
export const SENDS_MAX = 10_000
/** Payments that are under way at once. */
export const SENDS_PENDING_MAX = 200
/** Payees of one payment. */
export const PAYEES_MAX = 100
/** How often one payment is replaced by one of a higher fee, or made anew. */
export const VERSIONS_MAX = 64
/** Coins that selection looks at, the largest first: it takes about a millisecond for each. */
export const SELECTION_CANDIDATES_MAX = 100
/** Inputs of one payment. */
export const SEND_INPUTS_MAX = SELECTION_CANDIDATES_MAX
/** Bytes of an output script that is paid to. */
export const PAYEE_SCRIPT_BYTES_MAX = 42
/** Bytes of a transaction that is kept: a standard one has at most 400,000 units of weight. */
export const TRANSACTION_BYTES_MAX = 400_000
/** Inputs of a transaction that is kept. */
export const TRANSACTION_INPUTS_MAX = 10_000
/** Coins offered to pay one fee: a version 3 child has at most 1,000 virtual bytes. */
export const FEE_COINS_MAX = 12
/** Bytes of the name of what coins are set aside for. */
export const PURPOSE_BYTES_MAX = 96
/** Outputs of one transaction that sets coins aside. */
export const SET_ASIDE_COINS_MAX = 16

/** Satoshis for 1,000 virtual bytes. No fee rate of ours is higher, whatever a backend says. */
export const FEE_SAT_PER_KVB_MAX = 500_000n
/** Used while no estimate is known. */
export const FEE_SAT_PER_KVB_FALLBACK = 10_000n
/** An estimate older than this is not used; the fallback is. */
export const FEE_ESTIMATE_AGE_MAX_MS = 3 * 3_600_000
/** Within how many blocks a payment shall confirm when nothing is said. */
export const TARGET_BLOCKS_DEFAULT = 6
/** The fee of a payment is at most this part of what it moves, or the floor below if that is more, unless a rate was named. */
export const FEE_SHARE_MAX_PERCENT = 50n
export const FEE_ALWAYS_ALLOWED_SAT = 20_000n
