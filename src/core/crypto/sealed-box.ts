/** Encryption of what lies on a disk: with a key, or with a passphrase that a person remembers. */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { utf8Bytes } from '../base/bytes.js'
import { invariant } from '../base/invariant.js'

export const SEAL_KEY_BYTES = 32
/** So long that random nonces never meet. */
export const SEAL_NONCE_BYTES = 24
/** What sealing adds. */
export const SEAL_TAG_BYTES = 16

/**
 * Encrypts and authenticates. @see RFC 8439, draft-irtf-cfrg-xchacha
 *
 * @param nonce - 24 fresh random bytes
 * @param associated - is authenticated, and not in the result
 */
export function seal (key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array {
  invariant(key.length === SEAL_KEY_BYTES && nonce.length === SEAL_NONCE_BYTES, 'a key has 32 bytes, a nonce 24')
  return xchacha20poly1305(key, nonce, associated).encrypt(plain)
}

/** The plain bytes, or undefined when the key is another or anything was altered. */
export function unseal (key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
  if (key.length !== SEAL_KEY_BYTES || nonce.length !== SEAL_NONCE_BYTES || sealed.length < SEAL_TAG_BYTES) return undefined
  try {
    return xchacha20poly1305(key, nonce, associated).decrypt(sealed)
  } catch {
    return undefined // the package has no other way to say that the tag does not hold
  }
}

/** How much work a guess of a passphrase is. @see RFC 7914 */
export interface PassphraseCost {
  /** A power of two; memory is 128 · n · r bytes. */
  readonly n: number
  readonly r: number
  readonly p: number
}

/** 128 MiB, about a second in this runtime. */
export const PASSPHRASE_COST: PassphraseCost = { n: 2 ** 17, r: 8, p: 1 }
/** A file may ask for eight times as much work, and no more: it could be anybody's. */
const WORK_MAX = 2 ** 23

export const isBearableCost = ({ n, r, p }: PassphraseCost): boolean =>
  [n, r, p].every((each) => Number.isInteger(each) && each >= 1) && n >= 2 && Math.log2(n) % 1 === 0 && n * r * p <= WORK_MAX

/** A key of 32 bytes from a passphrase. The same words written by another keyboard give the same key. */
export function keyOfPassphrase (passphrase: string, salt: Uint8Array, cost: PassphraseCost): Uint8Array {
  invariant(isBearableCost(cost), 'the cost of a file is judged before it is paid')
  return scrypt(utf8Bytes(passphrase.normalize('NFKC')), salt, { N: cost.n, r: cost.r, p: cost.p, dkLen: SEAL_KEY_BYTES })
}
