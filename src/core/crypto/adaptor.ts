/**
 * Adaptor signatures of one signer over BIP 340: a signature short of the secret t of a point T = t·G.
 *
 * A pre-signature is `R0 (33 bytes, with its parity) ‖ s0 (32 bytes)`, R0 = k·G + T being the nonce of the final
 * signature. Who knows t makes it a signature; who then sees both learns t. The convention, the nonce included, is that
 * of the vectors in `test/fixtures/vectors/schnorr-adaptor`.
 */
import { concatBytes, equalBytes, xorBytes } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import { invariant } from '../base/invariant.js'
import { addPoints, addScalars, isPoint, mulAddG, mulG, mulScalars, negatePoint, negateScalar, POINT_BYTES, scalarOf, subScalars } from './curve.js'
import { ORDER, toNumber } from './scalar.js'
import { keyPoint, publicKeyOf, xOnly } from './schnorr.js'

/** R0 and s0. */
export const PRE_SIGNATURE_BYTES = 65

const EVEN = 2
const ODD = 3

/** The challenge of BIP 340, from 1 to n - 1. */
const challenge = (nonceX: Uint8Array, keyX: Uint8Array, message: Uint8Array): Uint8Array =>
  scalarOf(taggedHash('BIP0340/challenge', nonceX, keyX, message))

/**
 * Pre-signs.
 *
 * @param message - 32 bytes
 * @param secret - 1 to n - 1; hand over the same array each time, its public key is remembered with it
 * @param adaptorPoint - T
 * @param aux - 32 bytes; the pre-signature is a function of the four arguments
 * @returns {@link PRE_SIGNATURE_BYTES} bytes
 */
export function preSign (message: Uint8Array, secret: Uint8Array, adaptorPoint: Uint8Array, aux: Uint8Array): Uint8Array {
  const publicKey = publicKeyOf(secret)
  const keyX = xOnly(publicKey)
  const d = publicKey[0] === EVEN ? secret : negateScalar(secret)
  // The nonce depends on T as well: two points under one nonce would give away the key.
  const masked = xorBytes(d, taggedHash('SchnorrAdaptor/aux', aux))
  const k = scalarOf(taggedHash('SchnorrAdaptor/nonce', masked, adaptorPoint, keyX, message))
  const nonce = addPoints(mulG(k), adaptorPoint)
  invariant(nonce !== undefined, 'a nonce that is a hash of the adaptor point is not its negation')
  const e = challenge(xOnly(nonce), keyX, message)
  const s0 = addScalars(nonce[0] === EVEN ? k : negateScalar(k), mulScalars(e, d))
  return concatBytes(nonce, s0)
}

/**
 * Whether the secret of the adaptor point makes this pre-signature a signature.
 *
 * @param publicKey - 32 bytes, or 33 of which the parity does not matter
 * @returns false also for wrong lengths, a wrong parity byte, points off the curve, s0 of n or more, and infinity
 */
export function preVerify (preSignature: Uint8Array, message: Uint8Array, publicKey: Uint8Array, adaptorPoint: Uint8Array): boolean {
  if (preSignature.length !== PRE_SIGNATURE_BYTES || message.length !== 32) return false
  const nonce = preSignature.subarray(0, POINT_BYTES)
  const s0 = preSignature.subarray(POINT_BYTES)
  const key = keyPoint(publicKey)
  if (key === undefined || toNumber(s0) >= ORDER || !isPoint(nonce)) return false
  const e = challenge(xOnly(nonce), xOnly(key), message)
  // s0·G - e·P is k·G, or its negation when R0 is odd; then R0 must be k·G + T.
  const part = mulAddG(key, negateScalar(e), s0)
  if (part === undefined) return false
  const rest = addPoints(nonce, nonce[0] === ODD ? part : negatePoint(part))
  return rest !== undefined && equalBytes(rest, adaptorPoint) // so T is a point, too, without asking
}

/**
 * Makes a pre-signature a signature by the secret: s = s0 + t, or s0 - t when R0 is odd.
 *
 * @param t - 1 to n - 1
 * @returns 64 bytes, a BIP 340 signature when the pre-signature was verified for t·G
 */
export function adapt (preSignature: Uint8Array, t: Uint8Array): Uint8Array {
  invariant(preSignature.length === PRE_SIGNATURE_BYTES, 'a pre-signature was verified on receipt')
  const s0 = preSignature.subarray(POINT_BYTES)
  const s = preSignature[0] === EVEN ? addScalars(s0, t) : subScalars(s0, t)
  return concatBytes(preSignature.subarray(1, POINT_BYTES), s)
}

/**
 * The secret that made a pre-signature this signature.
 *
 * @returns t with t·G = T, or undefined when the two do not belong together or t is not that of the adaptor point
 */
export function extractSecret (preSignature: Uint8Array, signature: Uint8Array, adaptorPoint: Uint8Array): Uint8Array | undefined {
  if (preSignature.length !== PRE_SIGNATURE_BYTES || signature.length !== 64) return undefined
  const parity = preSignature[0]
  if ((parity !== EVEN && parity !== ODD) || !equalBytes(preSignature.subarray(1, POINT_BYTES), signature.subarray(0, 32))) return undefined
  const s0 = preSignature.subarray(POINT_BYTES)
  const s = signature.subarray(32)
  if (toNumber(s0) >= ORDER || toNumber(s) >= ORDER) return undefined
  const t = parity === EVEN ? subScalars(s, s0) : subScalars(s0, s)
  if (toNumber(t) === 0n) return undefined
  return equalBytes(mulG(t), adaptorPoint) ? t : undefined
}
