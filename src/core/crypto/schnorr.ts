import { equalBytes, toHex } from '../base/bytes.js'
import { curve, isPoint, mulG, POINT_BYTES, type CurveEngine } from './curve.js'

const NO_AUX = new Uint8Array(32)

/**
 * Signs as BIP 340.
 *
 * @param message - 32 bytes, always a hash
 * @param secret - 1 to n - 1
 * @param aux - 32 bytes that blind the nonce; the signature is a function of the three arguments, so the
 *   same aux gives the same signature again. Zeros when left out
 * @returns 64 bytes
 */
export const signSchnorr = (message: Uint8Array, secret: Uint8Array, aux: Uint8Array = NO_AUX): Uint8Array =>
  curve().signSchnorr(message, secret, aux)

/**
 * Verifies as BIP 340.
 *
 * @param publicKey - 32 bytes, or 33 of which the parity does not matter
 * @returns false also for wrong lengths and for keys that are no point; never throws
 */
export function verifySchnorr (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || message.length !== 32) return false
  const point = keyPoint(publicKey)
  return point !== undefined && curve().verifySchnorr(signature, message, xOnly(point))
}

/** The 32-byte form of a public key of 33 or 32 bytes: a view, not a copy. */
export const xOnly = (publicKey: Uint8Array): Uint8Array => publicKey.length === POINT_BYTES ? publicKey.subarray(1) : publicKey

/** The point with an even y that a 32-byte key stands for; {@link isPoint} must still be asked. @see BIP 340, lift_x */
export function liftX (xOnlyKey: Uint8Array): Uint8Array {
  const point = new Uint8Array(POINT_BYTES)
  point[0] = 2
  point.set(xOnlyKey, 1)
  return point
}

/** Most public keys that are remembered to be points: those of all channels of a busy node. */
const KEY_POINTS_MAX = 4_096
const keyPoints = new Map<string, Uint8Array>()
let keyPointsBy: CurveEngine | undefined

/**
 * The point with an even y of a public key, or undefined when there is none. Whether there is one costs a tenth of a
 * verification, and the same keys come again and again, so the answer is remembered.
 *
 * @param publicKey - 32 bytes, or 33 of which the parity does not matter
 */
export function keyPoint (publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== 32 && publicKey.length !== POINT_BYTES) return undefined
  if (keyPointsBy !== curve()) {
    keyPoints.clear()
    keyPointsBy = curve()
  }
  const name = toHex(xOnly(publicKey))
  const remembered = keyPoints.get(name)
  if (remembered !== undefined) return remembered
  const point = liftX(xOnly(publicKey))
  if (!isPoint(point)) return undefined
  if (keyPoints.size >= KEY_POINTS_MAX) keyPoints.clear()
  keyPoints.set(name, point)
  return point
}

interface RememberedKey { readonly secret: Uint8Array, readonly publicKey: Uint8Array, readonly engine: CurveEngine }

// Keys live as long as their channel, and a pre-signature needs the public key too, which costs as much as the nonce.
// The entry goes when its key goes; the copy finds out a buffer that was wiped and used again.
const publicKeys = new WeakMap<Uint8Array, RememberedKey>()

/** The public key of a secret, remembered for as long as the array that holds the secret. */
export function publicKeyOf (secret: Uint8Array): Uint8Array {
  const known = publicKeys.get(secret)
  if (known !== undefined && known.engine === curve() && equalBytes(known.secret, secret)) return known.publicKey
  const publicKey = mulG(secret)
  publicKeys.set(secret, { secret: secret.slice(), publicKey, engine: curve() })
  return publicKey
}
