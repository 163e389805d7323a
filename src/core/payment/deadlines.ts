import { numberBelow, unixSeconds, type Env, type Expiry } from '../base/env.js'
import type { PaymentSettings } from './host.js'
import { CLOCK_SKEW_SECONDS, REFRESH_MARGIN_MS } from './limits.js'

/**
 * All arithmetic on expiries, in seconds. Locks of this version run on the `unix` clock; a lock on another clock is
 * refused here, and a conversion between clocks would have its place in this file.
 */

/** What a forwarder keeps between its two locks: its setting and a random part, so that a way cannot be told by it. */
export const forwardDelta = (settings: PaymentSettings, random: Uint8Array): number =>
  settings.forwardDeltaSeconds + numberBelow(random, settings.forwardDeltaRandomSeconds + 1)

/** What a payee asks for first: time to claim, and one to three hops more, so that its neighbour does not see that it is the end. @see ROUTE-13 */
export const firstDelta = (settings: PaymentSettings, random: Uint8Array): number =>
  settings.finalDeltaSeconds + settings.forwardDeltaSeconds + numberBelow(random, 2 * settings.forwardDeltaSeconds + 1)

/** Time for the locks to reach the payee: as long as reservations last. */
export const lockSlackSeconds = (settings: PaymentSettings): number => Math.ceil(settings.reservationMs / 1000)

/** The longest time that the payer's money would be locked under a quote. */
export const lockedSeconds = (settings: PaymentSettings, deltaSeconds: number): number => deltaSeconds + lockSlackSeconds(settings)

/** Expiry of the payer's lock. */
export const payerExpiry = (env: Env, settings: PaymentSettings, deltaSeconds: number): Expiry =>
  ({ clock: 'unix', value: unixSeconds(env) + lockedSeconds(settings, deltaSeconds) })

/** Seconds until an expiry; undefined on a clock that is not compared yet. */
export const secondsLeft = (env: Env, expiry: Expiry): number | undefined =>
  expiry.clock === 'unix' ? expiry.value - unixSeconds(env) : undefined

/**
 * Expiry of the outgoing lock, or undefined when the incoming one does not honour the quote: too short for what is
 * behind, or longer than we let money be locked. The incoming lock outlasts the outgoing one by `deltaSeconds`. @see ROUTE-33
 *
 * @param nextSeconds - what the way behind asked for
 */
export function outgoingExpiry (env: Env, settings: PaymentSettings, incoming: Expiry, deltaSeconds: number, nextSeconds: number): Expiry | undefined {
  const left = secondsLeft(env, incoming)
  if (left === undefined || left > lockedSeconds(settings, settings.freezeMaxSeconds)) return undefined
  return left - deltaSeconds < nextSeconds ? undefined : { clock: incoming.clock, value: incoming.value - deltaSeconds }
}

/** Whether a payee has the time it wants to claim in. @see ROUTE-41 */
export function claimable (env: Env, settings: PaymentSettings, expiry: Expiry): boolean {
  const left = secondsLeft(env, expiry)
  return left !== undefined && left >= settings.finalDeltaSeconds && left <= lockedSeconds(settings, settings.freezeMaxSeconds)
}

/** End of a quote that is good for a reservation's time, in seconds since 1970. */
export const reservedUntil = (env: Env, settings: PaymentSettings): number => unixSeconds(env) + lockSlackSeconds(settings)

/** How long a payee half is remembered without a refresh. */
export const halfLifeMs = (settings: PaymentSettings): number => settings.refreshMs + settings.refreshRandomMs + REFRESH_MARGIN_MS

/** End of a payee's quote, in seconds since 1970. */
export const rememberedUntil = (env: Env, settings: PaymentSettings): number => Math.ceil((env.nowMs + halfLifeMs(settings)) / 1000)

/** Whether a quote of somebody else's is still good, by clocks that may differ a little. */
export const stillValid = (env: Env, validUntil: number): boolean => validUntil + CLOCK_SKEW_SECONDS >= unixSeconds(env)
