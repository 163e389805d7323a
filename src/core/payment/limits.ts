import { asUnits } from '../base/money.js'
import type { PaymentSettings } from './host.js'

/** Half routes of one neighbour's payers that may be under way here. */
export const PAYER_HALVES_PER_NEIGHBOUR_MAX = 1_024
/** Half routes of payers under way here in all. */
export const PAYER_HALVES_MAX = 8_192
/** Half routes of one neighbour's payees that are remembered here. */
export const PAYEE_HALVES_PER_NEIGHBOUR_MAX = 1_024
/** Half routes of payees remembered here in all; when full, the oldest unmatched one is dropped. */
export const PAYEE_HALVES_MAX = 4_096
/** MakeRoute messages of one neighbour a second, and how many may come at once. */
export const MAKES_PER_SECOND_MAX = 1_000
export const MAKES_BURST_MAX = 2_000
/** Soft reservations that one neighbour may cause on one channel. */
export const RESERVATIONS_PER_NEIGHBOUR_MAX = 256
/** Locks in flight that one neighbour may cause on one channel. */
export const HOPS_PER_NEIGHBOUR_MAX = 120
/** Several locks of one neighbour together take at most one part in this many of a channel; a single lock may take all. */
export const NEIGHBOUR_SHARE = 2n

/** Hops that an originator allows, drawn evenly from this range. */
export const HOPS_LEFT_MIN = 16
export const HOPS_LEFT_MAX = 24
/** Messages that a request may cause in all. */
export const FORWARDS_MAX = 64
/** A neighbour gets at least this much of what is left of them. */
export const FORWARDS_GIVEN_MIN = 4
/** Hops off the normal path that a request may take. */
export const DETOURS_MAX = 2
/** Waypoints of a half route, a proxy not counted. */
export const WAYPOINTS_MAX = 8
/** Hops that are thought to be behind each waypoint ahead, when the time is split. */
export const WAYPOINT_HOPS = 8
/** Bytes of one waypoint element: four points. */
export const WAYPOINT_BYTES = 132
/** Entries that a node publishes at once: each keeps a half route. */
export const ENTRIES_MAX = 16
/** Characters of an entry; there are 306. */
export const ENTRY_CHARACTERS_MAX = 320
/** Life of an entry when nothing else is said, and the longest. */
export const ENTRY_EXPIRY_MS = 604_800_000
export const ENTRY_EXPIRY_MS_MAX = 2_592_000_000
/** How often the amount that an entry's half asks for is halved: then there is nothing left of it. */
export const ENTRY_HALVINGS_MAX = 63
/** Longest time a MakeRoute may give. */
export const TIME_LEFT_MS_MAX = 60_000
/** What each hop keeps of the time for itself. */
export const HOP_TIME_MS = 200
/** Time that a hop on the way is thought to need, when the time is split. */
export const HOP_TIME_NEEDED_MS = 400
/** A hop waits this much longer than the time it gave onward. */
export const ANSWER_MARGIN_MS = 100
/** How long a payee half outlives the moment when its owner should have refreshed it. */
export const REFRESH_MARGIN_MS = 20_000
/** Clocks of two neighbours may differ by this much: a quote's end is judged with it. */
export const CLOCK_SKEW_SECONDS = 60
/** Blocks of ten minutes by which the heights that two neighbours see may differ. */
export const HEIGHT_SKEW_BLOCKS = 2
/** Blocks come at most so many times faster or slower than they should, as far as time-locks between clocks depend on it. */
export const BLOCK_INTERVAL_SPREAD = 2

/** Meeting points that an invoice may list, and how many it lists when nothing else is said. */
export const MEETING_POINTS_MAX = 8
export const MEETING_POINTS_LISTED = 4
/** Meeting points, the next nearest, of which one is drawn to stand in an invoice beside the nearest. */
export const DECOYS_MAX = 8
/** Half routes that a payee opens at one meeting point for one invoice, one after the other. */
export const ATTEMPTS_MAX = 64
/** A payee opens its next half so long after Matched, and at most once in this time because of Matched. */
export const MATCHED_INTERVAL_MS = 1_000
/** First wait before a payee's half that failed is opened again; it doubles. */
export const REOPEN_MS = 500
/** Used match tokens are remembered for a day, at most this many. */
export const USED_TOKENS_MAX = 65_536
export const USED_TOKENS_MS = 86_400_000

/** Characters of an invoice. */
export const INVOICE_CHARACTERS_MAX = 4_096
/** Bytes of an invoice's description. */
export const DESCRIPTION_BYTES_MAX = 1_024
/** Longest life of an invoice. */
export const INVOICE_EXPIRY_MS_MAX = 86_400_000
/** Half routes that a node's open invoices keep open, in all. */
export const OPENINGS_MAX = 10_000
/** Invoices and payments kept as history; the oldest that ended goes first. */
export const HISTORY_MAX = 100_000

/** Meeting points that a payer tries. */
export const MEETING_POINTS_TRIED_MAX = 4
/** Half routes that a payment may try in all, and at one meeting point with one amount. */
export const TRIES_MAX = 24
export const TRIES_PER_MEETING_POINT_MAX = 4
/** Attempt numbers that a payer tries beyond the one it believes in, and that one. */
export const ATTEMPTS_AHEAD = 3
/** Parts of a payment, and of what a payee holds back of one. */
export const PARTS_MAX = 16
/** Parts are counted in sixteenths of the amount: so many are all of it. */
export const WHOLE = 16
/** Half routes that a payment in parts may try in all. */
export const TRIES_IN_PARTS_MAX = 96
/** A payer locks the parts it has ways for when this share of the reservation's time is left, in percent, all of them or not. */
export const COLLECT_LEFT_PERCENT = 30
/** How long a payee holds the parts of a payment back after the last one that came. */
export const PARTS_WAIT_MS = 30_000
/** Locks that a payee holds back for one invoice, of all who try to pay it. */
export const HELD_PER_INVOICE_MAX = 64
/** A lock brings at most so many times what its message says. */
export const OVERPAID_FACTOR_MAX = 2n
/** The largest setting `overpayPpm`: with what quotes round up, it stays below that factor. */
export const OVERPAY_PPM_MAX = 500_000
/** A meeting point promises one part in so many more than a payer named, for the fees behind it. */
export const MATCH_ROOM = 8n
/** A payee that could open its half for a part only tries for more after this time. */
export const LESS_RETRY_MS = 15_000
/** How long a payer waits for hints when it knows none of an invoice's meeting points, and how often it looks. */
export const HINTS_WAIT_MS = 5_000
export const HINTS_LOOK_MS = 250
/** Payments under way. */
export const SEARCHES_MAX = 4_096
/** Requests that may wait for one payment. */
export const WAITERS_MAX = 64
/** Characters of the reason kept of a payment that failed. */
export const REASON_CHARACTERS_MAX = 200
/** What one step may cause inside this part of the node. */
export const OUTCOMES_PER_STEP_MAX = 10_000

/** The settings as they are when nobody changes them. */
export const PAYMENT_DEFAULTS: PaymentSettings = {
  forwardDeltaSeconds: 600,
  forwardDeltaRandomSeconds: 240,
  finalDeltaSeconds: 900,
  freezeMaxSeconds: 1_209_600,
  forwardDeltaBlocks: 40,
  forwardDeltaRandomBlocks: 16,
  finalDeltaBlocks: 24,
  routeTimeoutMs: 20_000,
  reservationMs: 10_000,
  matchWaitMs: 2_000,
  refreshMs: 60_000,
  refreshRandomMs: 20_000,
  invoiceExpiryMs: 3_600_000,
  feeMaxBase: asUnits(1_000n),
  feeMaxPpm: 10_000,
  overpayPpm: 0,
  payTimeoutMs: 60_000
}
