/** Taproot: keys that commit to scripts. @see BIP 341 */
import { compareBytes, concatBytes } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import { invariant } from '../base/invariant.js'
import { addMulG, addScalars, isScalar, negatePoint, negateScalar } from './curve.js'
import { liftX, publicKeyOf, xOnly } from './schnorr.js'
import { ORDER, toNumber } from './scalar.js'

/** Leaf version of tapscript. @see BIP 342 */
export const TAPSCRIPT = 0xc0

/** Hash of a leaf. @param script - at most 65,535 bytes */
export function tapLeaf (script: Uint8Array, leafVersion = TAPSCRIPT): Uint8Array {
  invariant(script.length < 0x1_0000, 'our scripts are short')
  const length = script.length < 0xfd ? Uint8Array.of(script.length) : Uint8Array.of(0xfd, script.length & 0xff, script.length >> 8)
  return taggedHash('TapLeaf', Uint8Array.of(leafVersion), length, script)
}

/** Hash of two nodes, in either order. */
export const tapBranch = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  compareBytes(a, b) < 0 ? taggedHash('TapBranch', a, b) : taggedHash('TapBranch', b, a)

/**
 * The tweak of an internal key.
 *
 * @param internalKey - 32 bytes, or 33 of which the parity does not matter
 * @param merkleRoot - 32 bytes; left out when there are no scripts
 */
export const tapTweak = (internalKey: Uint8Array, merkleRoot?: Uint8Array): Uint8Array =>
  merkleRoot === undefined ? taggedHash('TapTweak', xOnly(internalKey)) : taggedHash('TapTweak', xOnly(internalKey), merkleRoot)

/** The output key, 33 bytes: the first one is its parity, 2 or 3; the other 32 go into the output's script. */
export function taprootKey (internalKey: Uint8Array, merkleRoot?: Uint8Array): Uint8Array {
  const tweak = tapTweak(internalKey, merkleRoot)
  invariant(toNumber(tweak) < ORDER, 'no hash is n or more')
  const key = addMulG(withEvenY(internalKey), tweak)
  invariant(key !== undefined, 'a sum with a hash of its term is not infinity')
  return key
}

// A key of 33 bytes is used as it is where possible: then the curve need not be asked again whether it is a point.
const withEvenY = (key: Uint8Array): Uint8Array => key.length === 32 ? liftX(key) : key[0] === 3 ? negatePoint(key) : key

/** The secret of {@link taprootKey}, for a spend by key path. */
export function taprootSecret (internalSecret: Uint8Array, merkleRoot?: Uint8Array): Uint8Array {
  const internalKey = publicKeyOf(internalSecret)
  const secret = addScalars(internalKey[0] === 2 ? internalSecret : negateScalar(internalSecret), tapTweak(internalKey, merkleRoot))
  invariant(isScalar(secret), 'a sum with a hash of its term is not zero')
  return secret
}

/** Last part of the witness of a script-path spend. @param path - hashes from the leaf's sibling to the root */
export const controlBlock = (internalKey: Uint8Array, outputKey: Uint8Array, path: readonly Uint8Array[] = [], leafVersion = TAPSCRIPT): Uint8Array =>
  concatBytes(Uint8Array.of(leafVersion | (outputKey[0]! & 1)), xOnly(internalKey), ...path)
