/** Keys of one commitment from keys of the channel. @see BOLT 3, Key Derivation */
import { concatBytes } from '../base/bytes.js'
import { sha256 } from '../base/hash.js'
import { invariant } from '../base/invariant.js'
import { addMulG, addPoints, addScalars, isScalar, mul, mulG, mulScalars, scalarOf } from './curve.js'

const factor = (first: Uint8Array, second: Uint8Array): Uint8Array => scalarOf(sha256(concatBytes(first, second)))

// A peer would have to know a hash before it is made to reach infinity or zero.
function point (value: Uint8Array | undefined): Uint8Array {
  invariant(value !== undefined, 'a sum with a hash of its terms is not infinity')
  return value
}
function scalar (value: Uint8Array): Uint8Array {
  invariant(isScalar(value), 'a sum with a hash of its terms is not zero')
  return value
}

/** basepoint + SHA256(per_commitment_point ‖ basepoint)·G. */
export const derivePublicKey = (basepoint: Uint8Array, perCommitmentPoint: Uint8Array): Uint8Array =>
  point(addMulG(basepoint, factor(perCommitmentPoint, basepoint)))

/** The secret of {@link derivePublicKey}, for the owner of the basepoint. */
export const derivePrivateKey = (basepointSecret: Uint8Array, perCommitmentPoint: Uint8Array): Uint8Array =>
  scalar(addScalars(basepointSecret, factor(perCommitmentPoint, mulG(basepointSecret))))

/**
 * revocation_basepoint · SHA256(revocation_basepoint ‖ per_commitment_point)
 * + per_commitment_point · SHA256(per_commitment_point ‖ revocation_basepoint).
 *
 * @param revocationBasepoint - of the side that may punish
 * @param perCommitmentPoint - of the side whose commitment it is
 */
export const revocationPublicKey = (revocationBasepoint: Uint8Array, perCommitmentPoint: Uint8Array): Uint8Array =>
  point(addPoints(
    mul(revocationBasepoint, factor(revocationBasepoint, perCommitmentPoint)),
    mul(perCommitmentPoint, factor(perCommitmentPoint, revocationBasepoint))
  ))

/** The secret of {@link revocationPublicKey}: known only to who has both secrets, that is after revocation. */
export function revocationPrivateKey (revocationBasepointSecret: Uint8Array, perCommitmentSecret: Uint8Array): Uint8Array {
  const basepoint = mulG(revocationBasepointSecret)
  const perCommitmentPoint = mulG(perCommitmentSecret)
  return scalar(addScalars(
    mulScalars(revocationBasepointSecret, factor(basepoint, perCommitmentPoint)),
    mulScalars(perCommitmentSecret, factor(perCommitmentPoint, basepoint))
  ))
}
