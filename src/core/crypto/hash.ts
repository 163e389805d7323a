import { hkdf as nobleHkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { chacha20 } from '@noble/ciphers/chacha.js'
import { concatBytes, utf8Bytes } from '../base/bytes.js'

/** HMAC with SHA-256, 32 bytes. @see RFC 2104 */
export const hmacSha256 = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array => hmac(nobleSha256, key, concatBytes(...parts))

/**
 * HKDF with SHA-256. @see RFC 5869
 *
 * @param info - a literal that names the use
 * @param byteLength - at most 255 · 32
 */
export const hkdf = (keyMaterial: Uint8Array, salt: Uint8Array, info: string, byteLength = 32): Uint8Array =>
  nobleHkdf(nobleSha256, keyMaterial, salt, utf8Bytes(info), byteLength)

const NO_NONCE = new Uint8Array(12)

/**
 * Bytes exclusive-or the ChaCha20 stream of a key: its own inverse. The nonce is zero, so **a key is for one
 * text only**; every caller derives it by a hash of something fresh. @see RFC 8439
 */
export const streamXor = (key: Uint8Array, bytes: Uint8Array): Uint8Array => chacha20(key, NO_NONCE, bytes)
