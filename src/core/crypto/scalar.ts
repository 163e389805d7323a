/**
 * Arithmetic modulo n, the order of the group: 32-byte big-endian strings in and out.
 *
 * The same code serves every engine, so that it cannot differ between them. It runs on bigints and is therefore
 * not constant in time; the operations that an attacker could measure at leisure, multiplications of points and
 * signatures, are done by the engine. @see curve.ts
 */

/** The order of the group. @see SEC 2, section 2.4.1 */
export const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

export const SCALAR_BYTES = 32
const WORD = 0xffff_ffff_ffff_ffffn

/** The number that 32 big-endian bytes mean, from 0 to 2^256 - 1. */
export function toNumber (bytes: Uint8Array): bigint {
  if (bytes.length !== SCALAR_BYTES) throw new RangeError(`a scalar has 32 bytes, not ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, SCALAR_BYTES)
  return view.getBigUint64(0) << 192n | view.getBigUint64(8) << 128n | view.getBigUint64(16) << 64n | view.getBigUint64(24)
}

/** 32 big-endian bytes of a number from 0 to 2^256 - 1. */
export function toScalar (value: bigint): Uint8Array {
  const bytes = new Uint8Array(SCALAR_BYTES)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, value >> 192n)
  view.setBigUint64(8, value >> 128n & WORD)
  view.setBigUint64(16, value >> 64n & WORD)
  view.setBigUint64(24, value & WORD)
  return bytes
}

/** Whether the bytes are a scalar from 1 to n - 1: a secret key, a tweak, a factor. */
export function isScalar (bytes: Uint8Array): boolean {
  if (bytes.length !== SCALAR_BYTES) return false
  const value = toNumber(bytes)
  return value > 0n && value < ORDER
}

export const isZero = (scalar: Uint8Array): boolean => {
  let bits = 0
  for (const byte of scalar) bits |= byte
  return bits === 0
}

/** a + b mod n; may be zero. */
export const addScalars = (a: Uint8Array, b: Uint8Array): Uint8Array => toScalar((toNumber(a) + toNumber(b)) % ORDER)

/** a - b mod n; may be zero. */
export const subScalars = (a: Uint8Array, b: Uint8Array): Uint8Array => toScalar((toNumber(a) + ORDER - toNumber(b) % ORDER) % ORDER)

/** -a mod n; zero for zero. */
export const negateScalar = (a: Uint8Array): Uint8Array => toScalar((ORDER - toNumber(a) % ORDER) % ORDER)

/** a · b mod n; may be zero only when a factor is. */
export const mulScalars = (a: Uint8Array, b: Uint8Array): Uint8Array => toScalar(toNumber(a) * toNumber(b) % ORDER)

/** The scalar that a hash stands for: 32 bytes reduced mod n; zero, which no hash will ever give, becomes 1. */
export function scalarOf (hash: Uint8Array): Uint8Array {
  const value = toNumber(hash) % ORDER
  return toScalar(value === 0n ? 1n : value)
}
