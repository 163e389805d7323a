import { numberBelow, unixSeconds, type Env, type Expiry } from '../base/env.js'
import type { PaymentSettings } from './host.js'
import { CLOCK_SKEW_SECONDS, REFRESH_MARGIN_MS } from './limits.js'
import type { Quote } from './quote.js'

/**
 * All arithmetic on expiries, in seconds. Locks of this version run on the `unix` clock; a lock on another clock is
 * refused here, and a conversion between clocks would have its place in this file.
 */

/**
 * What a forwarder's quote asks for: its setting, a random part, so that a way cannot be told by it, and as much as a
 * neighbour's clock may differ from its own. @see ROUTE-33
 */
export const forwardDelta = (settings: PaymentSettings, random: Uint8Array): number =>
  settings.forwardDeltaSeconds + numberBelow(random, settings.forwardDeltaRandomSeconds + 1) + CLOCK_SKEW_SECONDS

/** What a payee asks for first: time to claim, and one to three hops more, so that its neighbour does not see that it is the end. @see ROUTE-13 */
export const firstDelta = (settings: PaymentSettings, random: Uint8Array): number =>
  settings.finalDeltaSeconds + settings.forwardDeltaSeconds + numberBelow(random, 2 * settings.forwardDeltaSeconds + 1)

/** How long reservations last, in whole seconds. */
const reservationSeconds = (settings: PaymentSettings): number => Math.ceil(settings.reservationMs / 1000)

/** Time for the locks to reach the payee, as long as reservations last, and for the clock of the payer's neighbour. @see ROUTE-48 */
export const lockSlackSeconds = (settings: PaymentSettings): number => reservationSeconds(settings) + CLOCK_SKEW_SECONDS

/** The longest time that the payer's money would be locked under a quote. */
export const lockedSeconds = (settings: PaymentSettings, deltaSeconds: number): number => deltaSeconds + lockSlackSeconds(settings)

/** Expiry of the payer's lock. */
export const payerExpiry = (env: Env, settings: PaymentSettings, deltaSeconds: number): Expiry =>
  ({ clock: 'unix', value: unixSeconds(env) + lockedSeconds(settings, deltaSeconds) }) // ROUTE-48

/** Seconds until an expiry; undefined on a clock that is not compared yet. */
export const secondsLeft = (env: Env, expiry: Expiry): number | undefined =>
  expiry.clock === 'unix' ? expiry.value - unixSeconds(env) : undefined

/** Whether a lock is further away than an honest way would let it be: our longest freeze, and a neighbour's clock. */
const tooFar = (settings: PaymentSettings, left: number): boolean => left > lockedSeconds(settings, settings.freezeMaxSeconds) + CLOCK_SKEW_SECONDS

/**
 * Expiry of the outgoing lock, or undefined when the incoming one does not honour the quote: too short for what is
 * behind, or longer than we let money be locked.
 *
 * The quote asked for a difference of clocks that is not taken off here. So each hop hands on what may be lost between
 * its neighbour's clock and its own, and differences that add up along a way use up no time of the locks. What is
 * taken off is the time between the two locks, and it must be more than what a secret may come late by one clock, and
 * what the neighbour's clock may be ahead. @see ROUTE-33
 *
 * @param deltaSeconds - what the own quote asked for
 * @param nextSeconds - what the way behind asked for
 */
export function outgoingExpiry (env: Env, settings: PaymentSettings, incoming: Expiry, deltaSeconds: number, nextSeconds: number): Expiry | undefined {
  const left = secondsLeft(env, incoming)
  if (left === undefined || tooFar(settings, left)) return undefined
  const takenOff = deltaSeconds - CLOCK_SKEW_SECONDS
  return left - takenOff < nextSeconds ? undefined : { clock: incoming.clock, value: incoming.value - takenOff } // ROUTE-33
}

/** Whether a payee has the time it wants to claim in. @see ROUTE-41 */
export function claimable (env: Env, settings: PaymentSettings, expiry: Expiry): boolean {
  const left = secondsLeft(env, expiry)
  return left !== undefined && left >= settings.finalDeltaSeconds && !tooFar(settings, left)
}

/** End of a quote that is good for a reservation's time, in seconds since 1970. */
export const reservedUntil = (env: Env, settings: PaymentSettings): number => unixSeconds(env) + reservationSeconds(settings)

/** How long a payee half is remembered without a refresh. */
export const halfLifeMs = (settings: PaymentSettings): number => settings.refreshMs + settings.refreshRandomMs + REFRESH_MARGIN_MS

/** End of a payee's quote, in seconds since 1970. */
export const rememberedUntil = (env: Env, settings: PaymentSettings): number => Math.ceil((env.nowMs + halfLifeMs(settings)) / 1000)

/** Whether a quote of somebody else's is still good, by clocks that may differ a little. */
export const stillValid = (env: Env, validUntil: number): boolean => validUntil + CLOCK_SKEW_SECONDS >= unixSeconds(env)

/**
 * A neighbour's quote as it counts here: its end may have been told by a clock behind ours, and is handed on with that
 * difference added, or the differences along a way would add up. @see ROUTE-21
 */
export const byOwnClock = (quote: Quote): Quote => ({ ...quote, validUntil: quote.validUntil + CLOCK_SKEW_SECONDS })
