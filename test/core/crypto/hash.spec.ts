import assert from 'node:assert/strict'
import { createCipheriv, createHmac, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { fromHex, toHex, utf8Bytes } from '../../../src/core/base/bytes.js'
import { hkdf, hmacSha256, streamXor } from '../../../src/core/crypto/hash.js'
import { words } from './engines.js'

describe('hash, with keys', () => {
  it('is HMAC of RFC 4231, case 2', () => {
    assert.equal(toHex(hmacSha256(utf8Bytes('Jefe'), utf8Bytes('what do ya want '), utf8Bytes('for nothing?'))), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  })

  it('is HMAC and HKDF as another implementation makes them', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 1, max: 100 }), (key, salt, length) => {
      assert.deepEqual(hmacSha256(key, salt), new Uint8Array(createHmac('sha256', key).update(salt).digest()))
      assert.deepEqual(hkdf(key, salt, 'amiko/test', length), new Uint8Array(hkdfSync('sha256', key, salt, 'amiko/test', length)))
    }))
  })

  it('is HKDF of RFC 5869 with a default length of 32 bytes', () => {
    const keyMaterial = new Uint8Array(22).fill(0x0b)
    const first = fromHex('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d')
    assert.deepEqual(hkdf(keyMaterial, new Uint8Array(0), ''), first)
  })

  it('is the ChaCha20 stream of a zero nonce from block 0, its own inverse', () => {
    fc.assert(fc.property(words, fc.uint8Array({ maxLength: 200 }), (key, bytes) => {
      const cipher = createCipheriv('chacha20', key, new Uint8Array(16))
      assert.deepEqual(streamXor(key, bytes), new Uint8Array(cipher.update(bytes)))
      assert.deepEqual(streamXor(key, streamXor(key, bytes)), bytes)
    }))
  })
})
