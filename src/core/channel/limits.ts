/** Bounds of the channel protocol. Each is in the table of `protocols/channel/README.md`. */

/** Bytes of one message of the channel stream. */
export const FRAME_BYTES_MAX = 65_536
/** Updates of one proposal. */
export const UPDATES_PER_ROUND_MAX = 483
/** Bytes that the updates of one proposal may take, so that with its evidence it fits a frame. */
export const ROUND_UPDATE_BYTES_MAX = 57_344
/** Live locks that one side of a trust line may have offered. */
export const TRUST_LINE_LOCKS_MAX = 483
/** Adds of ours that may wait for a round of one channel. The other updates that wait are bounded by the live locks. */
export const QUEUED_ADDS_MAX = 1_024
/** Channels of one link, those being opened included. */
export const CHANNELS_PER_LINK_MAX = 16
/** Answers to `reestablish` on a connection that seemed established: a peer that begins anew more often connects anew. */
export const REESTABLISH_ANSWERS_MAX = 4
/** Secrets in one message. */
export const SECRETS_PER_MESSAGE_MAX = 512
/** Signatures, and pre-signatures, in one message. */
export const EVIDENCE_ITEMS_MAX = 900
/** How far two neighbours' clocks may differ; an offerer waits so long after the expiry before it takes a lock back. */
export const CLOCK_SKEW_SECONDS_MAX = 60
/** How long after a lock on a trust line is over its receiver may hold up its removal; longer than any clock is believed to be wrong. */
export const REMOVAL_SECONDS_MAX = 172_800
/** For so long the neighbour must have been connected before it is blamed for that. */
export const REMOVAL_CONNECTED_SECONDS = 600
/** Blocks after the expiry that an offerer waits before it takes a lock back in a round: neighbours may see blocks at different times. */
export const TAKE_BACK_AFTER_BLOCKS = 1
/** Characters of a stored reason. */
export const REASON_LENGTH_MAX = 256
