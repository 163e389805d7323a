/**
 * Money inside one asset: whole smallest units, as branded bigints. The smallest unit of `btc` and `ltc`
 * is 1/1000 of a satoshi or litoshi; of an issued asset 10^-decimals. `a + b` gives a plain bigint that does
 * not fit back; only the functions below make `Units`.
 */
declare const unitsBrand: unique symbol
/** A count of smallest units, 0 to {@link UNITS_MAX}. */
export type Units = bigint & { readonly [unitsBrand]: true }
declare const balanceBrand: unique symbol
/** A signed count of smallest units, as a balance between two peers. */
export type Balance = bigint & { readonly [balanceBrand]: true }

/** Largest value of one amount: a signed 64-bit balance holds it. */
export const UNITS_MAX = (1n << 63n) - 1n
export const ZERO = 0n as Units
export const ZERO_BALANCE = 0n as Balance

export const isUnits = (value: bigint): value is Units => value >= 0n && value <= UNITS_MAX

/** Brands a value known to be in range. Throws RangeError otherwise: for input use {@link isUnits} and a named error. */
export function asUnits (value: bigint): Units {
  if (!isUnits(value)) throw new RangeError(`not an amount of smallest units: ${value}`)
  return value
}

export function asBalance (value: bigint): Balance {
  if (value > UNITS_MAX || value < -UNITS_MAX) throw new RangeError(`not a balance of smallest units: ${value}`)
  return value as Balance
}

export const addUnits = (a: Units, b: Units): Units => asUnits(a + b)
/** Throws RangeError when the result would be negative: check first. */
export const subUnits = (a: Units, b: Units): Units => asUnits(a - b)
/** a − b, or 0 when b is larger. */
export const subUnitsOrZero = (a: Units, b: Units): Units => (a > b ? a - b : 0n) as Units
export const minUnits = (a: Units, b: Units): Units => (a < b ? a : b)
export const maxUnits = (a: Units, b: Units): Units => (a > b ? a : b)

/** floor(a · b / c) of non-negative integers, exact in between. */
export const mulDivFloor = (a: bigint, b: bigint, c: bigint): bigint => a * b / c
/** ceil(a · b / c) of non-negative integers, exact in between. */
export const mulDivCeil = (a: bigint, b: bigint, c: bigint): bigint => (a * b + c - 1n) / c
