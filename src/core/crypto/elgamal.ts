import { equalBytes } from '../base/bytes.js'
import { invariant } from '../base/invariant.js'
import { addMulG, addPoints, mul, mulG, mulScalars, negatePoint } from './curve.js'

/**
 * A point encrypted to a public key P: c1 = r·G, c2 = M + r·P.
 * Whoever knows P can re-make it so that it cannot be recognised; no one but the owner of P can tell M.
 */
export interface Ciphertext {
  readonly c1: Uint8Array
  readonly c2: Uint8Array
}

// Every sum here has a term that was drawn after the peer chose its points, so a peer cannot make it infinity.
function finite (point: Uint8Array | undefined): Uint8Array {
  invariant(point !== undefined, 'the random term was drawn after the other terms were fixed')
  return point
}

/** @param r - fresh and random, 1 to n - 1 */
export const encryptPoint = (recipient: Uint8Array, message: Uint8Array, r: Uint8Array): Ciphertext =>
  ({ c1: mulG(r), c2: finite(addPoints(message, mul(recipient, r))) })

/** The same message under another r, for whoever knows the recipient's key. */
export const rerandomise = (ciphertext: Ciphertext, recipient: Uint8Array, s: Uint8Array): Ciphertext =>
  ({ c1: finite(addMulG(ciphertext.c1, s)), c2: finite(addPoints(ciphertext.c2, mul(recipient, s))) })

/** M = c2 - x·c1, or undefined when that is infinity, which an honest sender never encrypts. */
export const decryptPoint = (ciphertext: Ciphertext, secret: Uint8Array): Uint8Array | undefined =>
  addPoints(ciphertext.c2, negatePoint(mul(ciphertext.c1, secret)))

/** An encryption of infinity: carried beside a ciphertext, it lets those who do not know the key re-randomise. */
export const encryptIdentity = (recipient: Uint8Array, r: Uint8Array): Ciphertext => ({ c1: mulG(r), c2: mul(recipient, r) })

/** The same message under another r, for whoever knows no key but an encryption of infinity under it. */
export const rerandomiseWith = (ciphertext: Ciphertext, identity: Ciphertext, s: Uint8Array): Ciphertext => ({
  c1: finite(addPoints(ciphertext.c1, mul(identity.c1, s))),
  c2: finite(addPoints(ciphertext.c2, mul(identity.c2, s)))
})

/** Another encryption of infinity under the same key. */
export const rerandomiseIdentity = (identity: Ciphertext, s: Uint8Array): Ciphertext =>
  ({ c1: mul(identity.c1, s), c2: mul(identity.c2, s) })

/**
 * Takes one key out of a ciphertext that is encrypted under a sum of keys; what is left is encrypted under the
 * others. Undefined when nothing is left, as when the last key is taken out of an encryption of infinity.
 */
export function stripKey (ciphertext: Ciphertext, secret: Uint8Array): Ciphertext | undefined {
  const c2 = decryptPoint(ciphertext, secret)
  return c2 === undefined ? undefined : { c1: ciphertext.c1, c2 }
}

/** The key pair of an endpoint as one hop sees it: k2 = k·k1, where only the endpoint knows k. */
export interface EndpointPair {
  readonly k1: Uint8Array
  readonly k2: Uint8Array
}

/** k1 = s·G, k2 = k·k1. @param k - the endpoint's secret @param s - fresh and random */
export const makeEndpointPair = (k: Uint8Array, s: Uint8Array): EndpointPair => ({ k1: mulG(s), k2: mulG(mulScalars(k, s)) })

/** Both points times s: a pair of the same endpoint, which nobody else can recognise. */
export const rerandomisePair = (pair: EndpointPair, s: Uint8Array): EndpointPair => ({ k1: mul(pair.k1, s), k2: mul(pair.k2, s) })

/** Whether k2 = k·k1. */
export const isPairOf = (pair: EndpointPair, k: Uint8Array): boolean => equalBytes(mul(pair.k1, k), pair.k2)
