/** Bounds of open routes, and of invoices that can be paid many times. */

/** Open routes of which the money comes from one neighbour, and all that are kept here. */
export const OPEN_ROUTES_PER_NEIGHBOUR_MAX = 256
export const OPEN_ROUTES_MAX = 4_096
/** How long an open route is kept in all, and how long without a lock. */
export const OPEN_ROUTE_MS = 600_000
export const OPEN_ROUTE_IDLE_MS = 60_000
/** Locks of one open route; their numbers are below it. */
export const LOCKS_PER_ROUTE_MAX = 10_000
/** Bytes in which a lock on an open route names its number, in place of an onion. */
export const LOCK_NUMBER_BYTES = 4
/** Answers that a route may carry beyond one a lock. */
export const ANSWERS_AHEAD = 2

/** How many times an invoice can be paid at most. */
export const TIMES_MAX = 100_000
/** Points in one answer. */
export const POINTS_PER_ANSWER = 64
/** Numbers that a payee gives points for, from the lowest it has not claimed. */
export const POINTS_AHEAD = 128
/** Numbers that a payee takes, from the lowest it has not claimed: one bit each is stored. */
export const CLAIM_WINDOW = 256
/** Answers whose points a payer has at hand. */
export const POINT_LISTS_MAX = 8
/** Lists of signed points that are kept as evidence; the oldest goes first. */
export const SIGNED_POINTS_MAX = 16_384
/** Requests to pay that wait for a route or for points, of one invoice. */
export const WAITING_MAX = 256
/** Invoices that a payer pays many times at once. */
export const PAY_STREAMS_MAX = 1_024
/** How often a payment whose lock came back on an open route looks for another one. */
export const COME_BACKS_MAX = 3
