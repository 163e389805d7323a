/**
 * What a payee says back over an open route: bytes of one length that only the ends can read, and that every hop changes
 * by its seed.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { taggedHash } from '../base/hash.js'
import { streamXor } from './hash.js'

const NO_NONCE = new Uint8Array(12)
/** What authentication adds to the plain bytes. */
export const ANSWER_TAG_BYTES = 16

const numberBytes = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff)

/**
 * What a hop does to an answer: exclusive or with a stream that it uses once. Its own inverse.
 *
 * @param seed - the hop's seed of this route, 32 bytes
 * @param count - answers that went this way before, on this route
 */
export const maskAnswer = (answer: Uint8Array, seed: Uint8Array, count: number): Uint8Array =>
  streamXor(taggedHash('amiko/route/answer', seed, numberBytes(count)), answer)

/**
 * Encrypts and authenticates an answer.
 *
 * @param key - 32 bytes that the ends share, for this answer alone
 */
export const sealAnswer = (plain: Uint8Array, key: Uint8Array): Uint8Array => chacha20poly1305(key, NO_NONCE).encrypt(plain)

/** The plain bytes of an answer, or undefined when it was altered or is for another key. */
export function openAnswer (sealed: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  try {
    return chacha20poly1305(key, NO_NONCE).decrypt(sealed)
  } catch {
    return undefined // the library has no other way to say that the tag is wrong
  }
}
