import { numberBelow, unixSeconds, type ClockName, type Env, type Expiry } from '../base/env.js'
import { CHAIN_NUMBERS } from '../channel/enforced/limits.js'
import type { PaymentSettings } from './host.js'
import { BLOCK_INTERVAL_SPREAD, CLOCK_SKEW_SECONDS, HEIGHT_SKEW_BLOCKS, REFRESH_MARGIN_MS } from './limits.js'
import type { Quote } from './quote.js'
import { OPEN_ROUTE_MS } from './stream-limits.js'

/**
 * All arithmetic on expiries, and the only place where clocks are converted.
 *
 * A lock's expiry is on the clock of its channel: seconds on trust lines, a height on channels that a chain enforces.
 * A quote's delta is in seconds, and says what a lock has left at least: on `unix` its seconds, on a chain its blocks
 * should all of them come fast. Blocks come between half and twice as far apart as they should: what must be over in
 * time is counted with slow blocks, what must last long enough with fast ones. @see ROUTE-49
 */

type Chain = Exclude<ClockName, 'unix'>
const TEN_MINUTES = 600

/** Blocks of this chain for so many blocks of ten minutes. */
const blocksOn = (clock: Chain, tenMinuteBlocks: number): number => tenMinuteBlocks * CHAIN_NUMBERS[clock].blocksPerTenMinutes
/** Seconds from block to block, as it should be; and its bounds. */
const interval = (clock: Chain): number => TEN_MINUTES / CHAIN_NUMBERS[clock].blocksPerTenMinutes
const fastest = (clock: Chain): number => interval(clock) / BLOCK_INTERVAL_SPREAD
const slowest = (clock: Chain): number => interval(clock) * BLOCK_INTERVAL_SPREAD
/** Blocks that take at least so many seconds. */
const blocksLasting = (clock: Chain, seconds: number): number => Math.ceil(seconds / fastest(clock))
/** By how much the heights that neighbours see may differ, blocks that come while locks travel included. */
const heightSkew = (clock: Chain): number => blocksOn(clock, HEIGHT_SKEW_BLOCKS)

/** How long reservations last, in whole seconds. */
const reservationSeconds = (settings: PaymentSettings): number => Math.ceil(settings.reservationMs / 1000)

/** Time for the locks to reach the payee, as long as reservations last, and for the clock of the payer's neighbour. @see ROUTE-48 */
export const lockSlackSeconds = (settings: PaymentSettings): number => reservationSeconds(settings) + CLOCK_SKEW_SECONDS

const randomSeconds = (settings: PaymentSettings, random: Uint8Array | 'most'): number =>
  random === 'most' ? settings.forwardDeltaRandomSeconds : numberBelow(random, settings.forwardDeltaRandomSeconds + 1)
const randomBlocks = (settings: PaymentSettings, clock: Chain, random: Uint8Array | 'most'): number => {
  const most = blocksOn(clock, settings.forwardDeltaRandomBlocks)
  return random === 'most' ? most : numberBelow(random, most + 1)
}

/**
 * How long a lock lasts that is begun now: what the quote of the way behind asks for, the slack of the way, and a
 * random part, so that the receiver does not see that it begins here. Seconds, or blocks. @see ROUTE-48
 */
const lasting = (settings: PaymentSettings, clock: ClockName, deltaSeconds: number, random: Uint8Array | 'most'): number => clock === 'unix'
  ? deltaSeconds + lockSlackSeconds(settings) + randomSeconds(settings, random)
  : blocksLasting(clock, deltaSeconds + reservationSeconds(settings)) + heightSkew(clock) + randomBlocks(settings, clock, random)

/** Seconds after which a lock that was begun now, on another clock than the incoming one, is over for certain. */
const overAfterSeconds = (settings: PaymentSettings, clock: ClockName, deltaSeconds: number): number => clock === 'unix'
  ? lasting(settings, clock, deltaSeconds, 'most') + settings.forwardDeltaSeconds
  : (lasting(settings, clock, deltaSeconds, 'most') + blocksOn(clock, settings.forwardDeltaBlocks)) * slowest(clock)

/** What a lock must have left, on its own clock, so that one that is begun on another clock is over before it. @see ROUTE-49 */
const leastLeft = (settings: PaymentSettings, incoming: ClockName, outgoing: ClockName, nextSeconds: number): number => {
  const over = overAfterSeconds(settings, outgoing, nextSeconds)
  return incoming === 'unix' ? over : blocksLasting(incoming, over) + blocksOn(incoming, settings.forwardDeltaBlocks)
}

/** What a forwarder's quote asks for between two clocks. */
function deltaBetween (settings: PaymentSettings, incoming: ClockName, outgoing: ClockName, nextSeconds: number, random: Uint8Array): number {
  if (incoming === 'unix') {
    const own = outgoing === 'unix' ? settings.forwardDeltaSeconds : leastLeft(settings, incoming, outgoing, nextSeconds) - nextSeconds
    return own + randomSeconds(settings, random) + CLOCK_SKEW_SECONDS
  }
  const least = outgoing === incoming
    ? blocksLasting(incoming, nextSeconds) + blocksOn(incoming, settings.forwardDeltaBlocks)
    : leastLeft(settings, incoming, outgoing, nextSeconds)
  return (least + randomBlocks(settings, incoming, random) + heightSkew(incoming)) * fastest(incoming) - nextSeconds
}

/** Clocks of the channels that a lock may come by, and go by. */
export interface Clocks { readonly incoming: Iterable<ClockName>, readonly outgoing: Iterable<ClockName> }

/**
 * What a forwarder's quote asks for: its setting, a random part, so that a way cannot be told by it, and as much as a
 * neighbour's clock may differ from its own; where the clocks of its channels differ, also what makes the incoming
 * lock outlast the outgoing one with the slowest and with the fastest blocks. @see ROUTE-33, ROUTE-49
 *
 * @param nextSeconds - what the way behind asks for
 */
export function forwardDelta (settings: PaymentSettings, clocks: Clocks, nextSeconds: number, random: Uint8Array): number {
  let most = 0
  for (const incoming of clocks.incoming) {
    for (const outgoing of clocks.outgoing) most = Math.max(most, deltaBetween(settings, incoming, outgoing, nextSeconds, random))
  }
  return most
}

/** What a payee asks for first: time to claim, and one to three hops more, so that its neighbour does not see that it is the end. @see ROUTE-13 */
export function firstDelta (settings: PaymentSettings, incoming: Iterable<ClockName>, random: Uint8Array): number {
  let most = 0
  for (const clock of incoming) {
    const [final, forward] = clock === 'unix'
      ? [settings.finalDeltaSeconds, settings.forwardDeltaSeconds]
      : [blocksOn(clock, settings.finalDeltaBlocks), blocksOn(clock, settings.forwardDeltaBlocks)]
    const delta = final + forward + numberBelow(random, 2 * forward + 1)
    most = Math.max(most, clock === 'unix' ? delta : delta * fastest(clock))
  }
  return most
}

/** The longest time that the payer's money would be locked under a quote; on a chain, if blocks come as they should. */
export const lockedSeconds = (settings: PaymentSettings, clock: ClockName, deltaSeconds: number): number =>
  lasting(settings, clock, deltaSeconds, 'most') * (clock === 'unix' ? 1 : interval(clock))

/** Whether a way locks for longer than this node lets money be locked. @see ROUTE-22 */
export function isTooLong (settings: PaymentSettings, incoming: Iterable<ClockName>, deltaSeconds: number): boolean {
  const most = settings.freezeMaxSeconds
  for (const clock of incoming) {
    if ((clock === 'unix' ? deltaSeconds : blocksLasting(clock, deltaSeconds) * interval(clock)) > most) return true
  }
  return false
}

/** What it is on a clock; undefined when this node does not follow that chain. */
const timeOn = (env: Env, clock: ClockName): number | undefined => clock === 'unix' ? unixSeconds(env) : env.heights[clock]

/** Expiry of a lock that is begun here, by the payer or where the clock changes. Undefined when the chain is not followed. */
export function startExpiry (env: Env, settings: PaymentSettings, clock: ClockName, deltaSeconds: number, random: Uint8Array): Expiry | undefined {
  const now = timeOn(env, clock)
  return now === undefined ? undefined : { clock, value: now + lasting(settings, clock, deltaSeconds, random) } // ROUTE-48
}

/** What is left until an expiry, in seconds or blocks; undefined when this node does not follow that chain. */
export function timeLeft (env: Env, { clock, value }: Expiry): number | undefined {
  const now = timeOn(env, clock)
  return now === undefined ? undefined : value - now
}

/** Whether a lock is further away than an honest way would let it be: our longest freeze, and a neighbour's clock. */
function tooFar (settings: PaymentSettings, clock: ClockName, left: number): boolean {
  const most = settings.freezeMaxSeconds
  return clock === 'unix'
    ? left > lasting(settings, clock, most, 'most') + CLOCK_SKEW_SECONDS
    : left > Math.ceil(most / interval(clock)) + 2 * heightSkew(clock) + randomBlocks(settings, clock, 'most')
}

/**
 * Expiry of the outgoing lock, or undefined when the incoming one does not honour the quote: too short for what is
 * behind, or longer than we let money be locked.
 *
 * On one clock the quote asked for a difference of clocks that is not taken off here. So each hop hands on what may be
 * lost between its neighbour's clock and its own, and differences that add up along a way use up no time of the locks.
 * What is taken off is the time between the two locks, and it must be more than what a secret may come late by one
 * clock, and what the neighbour's clock may be ahead. Where the clock changes the outgoing lock is begun anew. @see ROUTE-33, ROUTE-49
 *
 * @param outgoing - clock of the channel that the lock goes by
 * @param deltaSeconds - what the own quote asked for
 * @param nextSeconds - what the way behind asked for
 */
export function outgoingExpiry (env: Env, settings: PaymentSettings, incoming: Expiry, outgoing: ClockName, deltaSeconds: number, nextSeconds: number, random: Uint8Array): Expiry | undefined {
  const { clock, value } = incoming
  const left = timeLeft(env, incoming)
  if (left === undefined || tooFar(settings, clock, left)) return undefined
  if (clock !== outgoing) return left < leastLeft(settings, clock, outgoing, nextSeconds) ? undefined : startExpiry(env, settings, outgoing, nextSeconds, random) // ROUTE-49
  const [takenOff, next] = clock === 'unix'
    ? [deltaSeconds - CLOCK_SKEW_SECONDS, nextSeconds]
    : [Math.floor((nextSeconds + deltaSeconds) / fastest(clock)) - blocksLasting(clock, nextSeconds) - heightSkew(clock), blocksLasting(clock, nextSeconds)]
  return left - takenOff < next ? undefined : { clock, value: value - takenOff } // ROUTE-33
}

/** Whether a payee has the time it wants to claim in. @see ROUTE-41 */
export function claimable (env: Env, settings: PaymentSettings, expiry: Expiry): boolean {
  const left = timeLeft(env, expiry)
  const final = expiry.clock === 'unix' ? settings.finalDeltaSeconds : blocksOn(expiry.clock, settings.finalDeltaBlocks)
  return left !== undefined && left >= final && !tooFar(settings, expiry.clock, left)
}

/** End of a quote that is good for a reservation's time, in seconds since 1970. */
export const reservedUntil = (env: Env, settings: PaymentSettings): number => unixSeconds(env) + reservationSeconds(settings)

/** How long a payee half is remembered without a refresh. */
export const halfLifeMs = (settings: PaymentSettings): number => settings.refreshMs + settings.refreshRandomMs + REFRESH_MARGIN_MS

/** End of a payee's quote, in seconds since 1970. */
export const rememberedUntil = (env: Env, settings: PaymentSettings): number => Math.ceil((env.nowMs + halfLifeMs(settings)) / 1000)

/** End of a quote for a route that stays open, in seconds since 1970. @see ROUTE-70 */
export const openUntil = (env: Env): number => unixSeconds(env) + Math.ceil(OPEN_ROUTE_MS / 1000)

/** Whether a quote of somebody else's is still good, by clocks that may differ a little. */
export const stillValid = (env: Env, validUntil: number): boolean => validUntil + CLOCK_SKEW_SECONDS >= unixSeconds(env)

/**
 * A neighbour's quote as it counts here: its end may have been told by a clock behind ours, and is handed on with that
 * difference added, or the differences along a way would add up. @see ROUTE-21
 */
export const byOwnClock = (quote: Quote): Quote => ({ ...quote, validUntil: quote.validUntil + CLOCK_SKEW_SECONDS })
