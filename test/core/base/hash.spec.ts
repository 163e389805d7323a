import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { toHex, utf8Bytes } from '../../../src/core/base/bytes.js'
import { sha256, taggedHash } from '../../../src/core/base/hash.js'

const reference = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

describe('hash', () => {
  it('is SHA-256', () => {
    assert.equal(toHex(sha256(utf8Bytes('abc'))), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('under a tag is what BIP 340 defines: SHA-256(SHA-256(tag) ‖ SHA-256(tag) ‖ message)', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 4 }), fc.constantFrom('BIP0340/challenge', 'amiko/test/hash'), (parts, tag) => {
      const tagHash = reference(utf8Bytes(tag))
      assert.deepEqual(taggedHash(tag, ...parts), reference(tagHash, tagHash, ...parts))
    }))
  })

  it('under a tag is the same again after other tags were used', () => {
    const first = taggedHash('amiko/test/one', Uint8Array.of(1))
    taggedHash('amiko/test/two', Uint8Array.of(1))
    assert.deepEqual(taggedHash('amiko/test/one', Uint8Array.of(1)), first)
  })
})
