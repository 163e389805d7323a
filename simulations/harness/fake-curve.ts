import { hash } from 'node:crypto'
import { equalBytes } from '../../src/core/base/bytes.js'
import type { CurveEngine } from '../../src/core/crypto/curve.js'
import { isScalar, ORDER, toNumber, toScalar } from '../../src/core/crypto/scalar.js'

/**
 * An engine with the algebra of the curve and none of its secrecy: the point s·G is s itself. It makes schedules
 * cheap, and it is for simulations alone: anyone can read a secret off a point and forge any signature.
 *
 * A point is written as the curve's are: 32 bytes for the pair {P, -P} and a first byte 2 or 3 that tells the two
 * apart, so that code which flips the parity or takes 32-byte keys behaves the same. The 32 bytes are the smaller
 * of s and n - s; the first byte is 2 for s in the lower half, which is thus the "even" one.
 */
export const fakeCurve: CurveEngine = {
  name: 'fake',
  isPoint: (bytes) => {
    const half = toNumber(bytes.subarray(1))
    return half > 0n && half <= HALF
  },
  mulG: (scalar) => pointOf(toNumber(scalar)),
  mul: (point, scalar) => pointOf(discreteLog(point) * toNumber(scalar) % ORDER),
  add: (a, b) => finite((discreteLog(a) + discreteLog(b)) % ORDER),
  mulAddG: (point, factor, scalar) => finite((discreteLog(point) * toNumber(factor) + toNumber(scalar)) % ORDER),
  signSchnorr: (message, secret) => mac(message, pointOf(toNumber(secret)).subarray(1)),
  verifySchnorr: (signature, message, xOnlyKey) => isScalar(xOnlyKey) && equalBytes(signature, mac(message, xOnlyKey))
}

const HALF = (ORDER - 1n) / 2n

/** The s of s·G, 1 to n - 1: what the real curve hides. */
export function discreteLog (point: Uint8Array): bigint {
  const half = toNumber(point.subarray(1))
  return point[0] === 2 ? half : ORDER - half
}

function pointOf (s: bigint): Uint8Array {
  const point = new Uint8Array(33)
  const even = s <= HALF
  point[0] = even ? 2 : 3
  point.set(toScalar(even ? s : ORDER - s), 1)
  return point
}

const finite = (s: bigint): Uint8Array | undefined => s === 0n ? undefined : pointOf(s)

/** Stands for a signature: 64 bytes that fit one key and one message. */
function mac (message: Uint8Array, xOnlyKey: Uint8Array): Uint8Array {
  const signed = new Uint8Array(xOnlyKey.length + message.length)
  signed.set(xOnlyKey)
  signed.set(message, xOnlyKey.length)
  return new Uint8Array(hash('sha512', signed, 'buffer'))
}
