/** Liquidity buckets: thresholds base × 4^b. @see HINT-2 */
export const BUCKETS = 16
/** Largest distance that is said or believed. @see HINT-4 */
export const HOPS_MAX = 64
/** Next hops kept of each meeting point, direction and bucket, of the usable ones and of the others each. */
export const NEXT_HOPS_KEPT = 3
/** Meeting points in the roster, and vectors (one an asset and meeting point). @see HINT-17 */
export const MEETING_POINTS_MAX = 8_192
export const VECTORS_MAX = 8_192
/** Vectors of meeting points whose announcement was not seen: in all, and by one neighbour. @see HINT-11 */
export const UNANNOUNCED_MAX = 64
export const UNANNOUNCED_PER_NEIGHBOUR_MAX = 16
/** Records in one message: with 16 steps each way in all of them it is under 16 KB. */
export const RECORDS_PER_MESSAGE_MAX = 24
/** Records sent to one neighbour at once; the rest follows with the next delta. @see HINT-9 */
export const RECORDS_PER_FLUSH_MAX = 1_024
/** Records a neighbour may send at once. @see HINT-12 */
export const RECORDS_BURST = 16_384
/** Neighbours whose question for a newer number is remembered, for one meeting point. */
export const ASKERS_MAX = 16
/** How long such a question is remembered. */
export const ASKER_LIFE_MS = 30_000
/** Times a question for a newer number is repeated, each after twice the time. */
export const ASK_TRIES_MAX = 4
/** Neighbours asked at once. */
export const ASKED_AT_ONCE_MAX = 8
/** Nodes that may pass a question on: drawn from the range, so that the asker does not show. */
export const REQUEST_HOPS_MIN = 16
export const REQUEST_HOPS_MAX = 24
/** Numbers a meeting point may use in one slot. @see HINT-5 */
export const SEQUENCES_PER_SLOT = 64
/** How far a slot may be ahead by this node's clock: the clocks of neighbours agree within a minute. @see HINT-5 */
export const FUTURE_MAX_MS = 60_000
/** Scores kept, and how long one takes to lose half of its weight. */
export const SCORES_MAX = 4_096
export const SCORE_HALF_LIFE_MS = 600_000
/** Added to the distance of a neighbour that promises only the bucket below the amount's. @see HINT-19 */
export const BUCKET_BELOW_HOPS = 100
/** What a leaf says of its only neighbour when it knows no distance. */
export const LEAF_HOPS = 99
/** Bytes of an announcement: what a DHT record may have. With all attestations it has 902. @see HINT-14 */
export const ANNOUNCEMENT_BYTES_MAX = 1_024
/** An epoch, in a network whose beacon is its genesis, and in blocks of the chain whose blocks are its beacons. @see HINT-18 */
export const EPOCH_MS = 86_400_000
export const EPOCH_BLOCKS = { bitcoin: 144, litecoin: 576 } as const
/** Blocks over the one that is an epoch's beacon when the epoch begins. */
export const BEACON_DEPTH = 6
/** Beacons kept: of the present epoch, the ones beside it, and one to come. */
export const BEACONS_KEPT = 4
/** Longest life of an announcement: two epochs. */
export const ANNOUNCEMENT_LIFE_MAX_MS = 2 * EPOCH_MS
/** Shortest time between two announcements of one meeting point that are believed. @see HINT-16 */
export const ANNOUNCEMENT_SPACING_MS = 20_000
/** Wait after a connection, so that the topic's mesh has formed, before announcing into it. */
export const ANNOUNCE_DELAY_MS = 2_000
/** Wait before an announcement that did not come is looked up in the DHT, shortest time between two look-ups, and look-ups of one. @see HINT-11 */
export const FIND_DELAY_MS = 5_000
export const FIND_SPACING_MS = 10_000
export const FIND_TRIES_MAX = 4
/** Channel changes of this long are looked at together. */
export const LEVELS_DELAY_MS = 100

/** Attestations in an announcement. @see HINT-14 */
export const ATTESTATIONS_MAX = 8
/** Attestations that make a candidate a full one. @see HINT-23 */
export const ATTESTATIONS_FULL = 3
/** While fewer meeting points than this are there, candidates with less than full attestations stand too. @see HINT-23 */
export const MEETING_POINTS_FEW = 3
/** Neighbours that are asked to attest, in one epoch, and what each counts at most. @see HINT-18 */
export const ATTESTERS_MAX = 512
export const WORTH_MAX = 8
/** How long a candidate waits for the answers of those it asked. */
export const ATTEST_WAIT_MS = 5_000
/** Shortest time between two questions of one neighbour that are answered, and neighbours attested in the epochs that are remembered. @see HINT-22 */
export const ATTEST_SPACING_MS = 1_000
export const ATTESTED_MAX = 4_096
/** Smallest and largest roster; between them it is the root of the number of nodes, told by channel ends. @see HINT-24 */
export const ROSTER_MIN = 64
export const ROSTER_MAX = 4_096
export const ENDS_A_NODE = 6
/** How many times the last ticket of the roster is still accepted, and how many rosters a present member may fall back. @see HINT-24, HINT-25 */
export const ROSTER_SLACK = 2
/** A ticket as high as this waits longest, and one that is lower by e to the power of so many not at all: the best of millions, of the largest weight. @see HINT-23 */
export const TICKET_LAST = 8
export const TICKET_FOLDS = 36
/** The same of a candidate that is not a full one, whose ticket counts without its weight for this. */
export const TICKET_FOLDS_FEW = 18
/** Wait after a neighbour came or attested, so that one look serves several. */
export const STAND_DELAY_MS = 500
/** How much heavier a meeting point must have become to announce itself again before its time. */
export const HEAVIER = 1.5
/** What a neighbour without a licence of an elected meeting point says of it counts as so many hops at least. @see HINT-30 */
export const UNLICENSED_HOPS = 3
/** Licences kept: in all, and of one neighbour. @see HINT-29 */
export const LICENCES_MAX = 65_536
export const LICENCES_PER_NEIGHBOUR_MAX = 4_096
/** Records that a licence counts as in a neighbour's allowance, since it has to be verified. @see HINT-12 */
export const LICENCE_COST = 2
/** Licences that did not hold after which no others of the neighbour are looked at while it is connected. */
export const FALSE_LICENCES_MAX = 16
/** Meeting points that a light node keeps. @see HINT-28 */
export const LIGHT_VECTORS_MAX = 64
