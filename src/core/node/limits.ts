/** Bounds of what the node does with chains. */

/** Applied blocks that are kept of each chain, so that a start can take back those that left it meanwhile. */
export const RESUME_BLOCKS_MAX = 144
/** How long an opening may take until both have signed; then the coins prepared for it are free again. */
export const OPENING_PATIENCE_MS = 120_000
/** How long a chain may be out of reach before its height is no longer used to judge expiries. */
export const CHAIN_SILENCE_MAX_MS = 15 * 60_000
/** Blocks of ten minutes after which a funding transaction without confirmation is worth a warning. */
export const FUNDING_LATE_BLOCKS = 36
/** Parts of the node that may watch one output or script: the wallet, and channels, of which a cheat may name the same output often. */
export const WATCHERS_MAX = 64
/** Channels that one restore may bring. */
export const RESTORED_CHANNELS_MAX = 4_096
