/** Bounds of runs with live nodes. */

export const NODES_MIN = 3
/** Nodes of one run. In one process each needs some 30 open files. */
export const NODES_MAX = 1_000
export const CHORDS_MAX = 10_000
export const PAYMENTS_MAX = 100_000
/** Nodes that start at once, links and lines that are opened at once, and nodes that are asked at once. */
export const STARTS_AT_ONCE = 8
export const OPENS_AT_ONCE = 8
/** Payments under way at once. */
export const PAYMENTS_AT_ONCE = 8
/** Largest amount of a payment, in satoshi. */
export const AMOUNT_SAT_MAX = 1_000
/** Meeting points that vanish after half of the payments. */
export const VANISHING = 3
/** How often one payment is tried: what a patient user does. */
export const TRIES_MAX = 5
/** Pause of such a user. */
export const TRY_AGAIN_MS = 1_000

/** Time a process has to start. */
export const START_MS_MAX = 120_000
/** Time all links have to come up, and hints to converge. */
export const LINKS_MS_MAX = 900_000
export const HINTS_MS_MAX = 300_000
/** Who is elected must have stood still this long: longer than the election's look of every 5 s. */
export const SETTLED_MS = 7_000
/** Time until nothing is under way any more when the last payment is over and all nodes are back. */
export const REST_MS_MAX = 180_000
/** Time between two looks. */
export const LOOK_MS = 250
