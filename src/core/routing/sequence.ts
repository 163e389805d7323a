import { FUTURE_MAX_MS, SEQUENCES_PER_SLOT } from './limits.js'
import type { Pacing } from './pacing.js'

/** A distance and the number of the meeting point that it belongs to. */
export interface Distance { readonly hops: number, readonly sequence: number }

export const slotAt = (pacing: Pacing, timeMs: number): number => Math.floor(timeMs / pacing.slotMs)
export const slotOf = (sequence: number): number => Math.floor(sequence / SEQUENCES_PER_SLOT)
/** First number of a slot. @see HINT-5 */
export const firstOfSlot = (slot: number): number => slot * SEQUENCES_PER_SLOT

/** Nobody can darken a meeting point by inventing numbers: those of slots to come are refused. @see HINT-5 */
export const isFuture = (pacing: Pacing, nowMs: number, sequence: number): boolean => slotOf(sequence) > slotAt(pacing, nowMs + FUTURE_MAX_MS)
export const isStale = (pacing: Pacing, nowMs: number, sequence: number): boolean => slotOf(sequence) < slotAt(pacing, nowMs) - pacing.staleSlots

/**
 * Babel's feasibility: newer than, or as new as and strictly nearer than, the best this node has itself advertised.
 * Along chosen next hops the advertised best then gets strictly better at every step, so they cannot form a loop.
 *
 * @see HINT-6, RFC 8966 section 3.5.1
 */
export const isFeasible = (claim: Distance, advertised: Distance | undefined): boolean =>
  advertised === undefined || claim.sequence > advertised.sequence ||
  (claim.sequence === advertised.sequence && claim.hops < advertised.hops) // HINT-6

/** The better of two advertised distances in the order of {@link isFeasible}. */
export const betterOf = (a: Distance | undefined, b: Distance): Distance => isFeasible(b, a) ? b : a!
