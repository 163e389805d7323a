import type { AssetId } from '../base/ids.js'
import { UNITS_MAX, ZERO, asUnits, isUnits, maxUnits, minUnits, mulDivCeil, mulDivFloor, type Units } from '../base/money.js'
import { hexOf, record, u128, u32, u48, units } from '../base/struct.js'
import type { FeePolicy } from '../link/rules.js'

/** A rate of 1:1. */
export const RATE_ONE = 1_000_000_000_000_000_000n
export const RATE_MAX = (1n << 128n) - 1n
/** Longest time-lock that a quote can name, 28 days; a payer's own limit is far below. */
export const EXPIRY_DELTA_SECONDS_MAX = 2_419_200

/**
 * What a way costs, seen from the node that the money enters:
 * in = ceil(out · rate / 10^18) + base, for outs from `minOut` to `maxOut`. @see ROUTE-20
 */
export interface Quote {
  readonly assetIn: AssetId
  readonly assetOut: AssetId
  /** In per out, times 10^18, all fees in it; above 0. */
  readonly rate: bigint
  readonly base: Units
  readonly minOut: Units
  readonly maxOut: Units
  /** The incoming lock must outlast the outgoing one by this. */
  readonly expiryDeltaSeconds: number
  /** Seconds since 1970. */
  readonly validUntil: number
}

/** The canonical form, for tags. */
export const quoteLayout = record({
  assetIn: hexOf<AssetId>(32),
  assetOut: hexOf<AssetId>(32),
  rate: u128,
  base: units,
  minOut: units,
  maxOut: units,
  expiryDeltaSeconds: u32,
  validUntil: u48
})

/** What must go in so that `out` comes out; rounded up. Undefined when it is no amount. */
export function quoteIn (quote: Quote, out: Units): Units | undefined {
  const value = mulDivCeil(out, quote.rate, RATE_ONE) + quote.base
  return isUnits(value) ? value : undefined
}

/** The most that comes out of `amountIn`; rounded down, so that {@link quoteIn} of it is at most `amountIn`. Undefined when the base is not covered. */
export function quoteOut (quote: Quote, amountIn: Units): Units | undefined {
  if (amountIn < quote.base) return undefined
  const value = mulDivFloor(amountIn - quote.base, RATE_ONE, quote.rate)
  return asUnits(value > UNITS_MAX ? UNITS_MAX : value)
}

/** The least out that takes at least `least` in. */
function leastOutFor (quote: Quote, least: Units): bigint {
  // ceil(out · rate / one) ≥ wanted holds exactly when out · rate / one > wanted − 1.
  const wanted = least - quote.base
  return wanted <= 0n ? 0n : mulDivFloor(wanted - 1n, RATE_ONE, quote.rate) + 1n
}

/**
 * One quote for `first` and then `second`, in the direction of the money.
 *
 * It never asks less than the two one by one, ways that cost nothing still cost nothing, and no amount within its
 * bounds is outside the bounds of a member. Undefined when the assets do not meet, nothing fits, or a number would
 * overflow. @see ROUTE-21
 */
export function composeQuotes (first: Quote, second: Quote): Quote | undefined {
  if (first.assetOut !== second.assetIn) return undefined
  const rate = mulDivCeil(first.rate, second.rate, RATE_ONE)
  // The second one rounds up by less than one unit, unless its rate is whole; the first multiplies that unit.
  const extra = second.rate % RATE_ONE === 0n ? 0n : 1n
  const base = mulDivCeil(second.base + extra, first.rate, RATE_ONE) + first.base
  const expiryDeltaSeconds = first.expiryDeltaSeconds + second.expiryDeltaSeconds
  if (rate > RATE_MAX || !isUnits(base) || expiryDeltaSeconds > EXPIRY_DELTA_SECONDS_MAX) return undefined
  const least = leastOutFor(second, first.minOut)
  const most = quoteOut(second, first.maxOut)
  if (most === undefined || least > UNITS_MAX) return undefined
  const minOut = maxUnits(second.minOut, asUnits(least))
  const maxOut = minUnits(second.maxOut, most)
  if (minOut > maxOut) return undefined
  return {
    assetIn: first.assetIn,
    assetOut: second.assetOut,
    rate,
    base,
    minOut,
    maxOut,
    expiryDeltaSeconds,
    validUntil: Math.min(first.validUntil, second.validUntil)
  }
}

/** A forwarder's own quote: its fee policy of the outgoing link, inside one asset. */
export function forwardQuote (asset: AssetId, fee: FeePolicy, maxOut: Units, expiryDeltaSeconds: number, validUntil: number): Quote {
  return {
    assetIn: asset,
    assetOut: asset,
    rate: RATE_ONE + BigInt(fee.ppm) * (RATE_ONE / 1_000_000n),
    base: fee.base,
    minOut: ZERO,
    maxOut,
    expiryDeltaSeconds,
    validUntil
  }
}

/** Rounds up to 3 significant bits, as a payer does with the largest amount it names. @see ROUTE-12 */
export function roundedUp (amount: Units): Units {
  let shift = 0n
  while ((amount >> shift) >= 8n) shift++
  const step = 1n << shift
  const rounded = (amount + step - 1n) / step * step
  return rounded > UNITS_MAX ? asUnits(UNITS_MAX) : asUnits(rounded)
}
