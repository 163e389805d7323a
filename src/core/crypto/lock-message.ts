/**
 * The message that a lock carries: 160 bytes that every hop changes by its tweak, and inside it, for the end of the
 * route, at most 128 bytes under authenticated encryption.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { concatBytes, equalBytes } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import { invariant } from '../base/invariant.js'
import { streamXor } from './hash.js'

/** Bytes of a sealed message. `LOCK_MESSAGE_BYTES` of the channel is the same number. */
export const SEALED_MESSAGE_BYTES = 160
/** Most bytes of the plain message. */
export const PLAIN_MESSAGE_MAX = 128

const LENGTH_BYTES = 1
const TAG_BYTES = 16
const SALT_BYTES = SEALED_MESSAGE_BYTES - TAG_BYTES - LENGTH_BYTES - PLAIN_MESSAGE_MAX
const NO_NONCE = new Uint8Array(12)

/**
 * What a hop does to a message: exclusive or with the stream of its tweak. Its own inverse, and the order of
 * several does not matter, so the payer can apply its half in advance and the payee can take off the other.
 */
export const maskMessage = (message: Uint8Array, tweak: Uint8Array): Uint8Array =>
  streamXor(taggedHash('amiko/lock-message/mask', tweak), message)

/**
 * Encrypts and authenticates. The salt is a hash of key and text, so that one key may seal several texts (the parts
 * of a payment) without a random number: equal texts give equal bytes, different ones never share a stream.
 *
 * @param plain - at most {@link PLAIN_MESSAGE_MAX} bytes
 * @param key - 32 bytes shared by the ends
 * @returns {@link SEALED_MESSAGE_BYTES} bytes, whatever the length of the text
 */
export function sealMessage (plain: Uint8Array, key: Uint8Array): Uint8Array {
  invariant(plain.length <= PLAIN_MESSAGE_MAX, 'a lock message has a bounded length')
  const padded = new Uint8Array(LENGTH_BYTES + PLAIN_MESSAGE_MAX)
  padded[0] = plain.length
  padded.set(plain, LENGTH_BYTES)
  const salt = saltOf(padded, key)
  return concatBytes(salt, chacha20poly1305(textKey(salt, key), NO_NONCE).encrypt(padded))
}

/** The text of a sealed message, or undefined when it was altered or is for another key. */
export function openMessage (sealed: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  if (sealed.length !== SEALED_MESSAGE_BYTES) return undefined
  const salt = sealed.subarray(0, SALT_BYTES)
  const padded = decrypt(sealed.subarray(SALT_BYTES), textKey(salt, key))
  // The salt is checked as well, so that a text has exactly one sealed form.
  if (padded === undefined || !equalBytes(salt, saltOf(padded, key))) return undefined
  const length = padded[0]!
  return length > PLAIN_MESSAGE_MAX ? undefined : padded.slice(LENGTH_BYTES, LENGTH_BYTES + length)
}

const saltOf = (padded: Uint8Array, key: Uint8Array): Uint8Array => taggedHash('amiko/lock-message/salt', key, padded).subarray(0, SALT_BYTES)
const textKey = (salt: Uint8Array, key: Uint8Array): Uint8Array => taggedHash('amiko/lock-message/key', key, salt)

function decrypt (bytes: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  try {
    return chacha20poly1305(key, NO_NONCE).decrypt(bytes)
  } catch {
    return undefined // the library has no other way to say that the tag is wrong
  }
}
