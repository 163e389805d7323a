import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LOCK_MESSAGE_BYTES } from '../../../src/core/channel/lock.js'
import { maskMessage, openMessage, PLAIN_MESSAGE_MAX, sealMessage, SEALED_MESSAGE_BYTES } from '../../../src/core/crypto/lock-message.js'
import { words } from './engines.js'

const plains = fc.uint8Array({ maxLength: PLAIN_MESSAGE_MAX })
const messages = fc.uint8Array({ minLength: SEALED_MESSAGE_BYTES, maxLength: SEALED_MESSAGE_BYTES })

describe('lock message, sealed', () => {
  it('has the length of a lock\'s message, whatever the text', () => {
    assert.equal(SEALED_MESSAGE_BYTES, LOCK_MESSAGE_BYTES)
    fc.assert(fc.property(plains, words, (plain, key) => { assert.equal(sealMessage(plain, key).length, SEALED_MESSAGE_BYTES) }))
  })

  it('opens to its text by its key', () => {
    fc.assert(fc.property(plains, words, (plain, key) => { assert.deepEqual(openMessage(sealMessage(plain, key), key), plain) }))
  })

  it('does not open by another key', () => {
    fc.assert(fc.property(plains, words, words, (plain, key, other) => {
      fc.pre(String(key) !== String(other))
      assert.equal(openMessage(sealMessage(plain, key), other), undefined)
    }))
  })

  it('does not open with any bit changed', () => {
    fc.assert(fc.property(plains, words, fc.nat({ max: SEALED_MESSAGE_BYTES * 8 - 1 }), (plain, key, bit) => {
      const sealed = sealMessage(plain, key)
      sealed[bit >> 3]! ^= 1 << (bit & 7)
      assert.equal(openMessage(sealed, key), undefined, `bit ${bit}`)
    }))
  })

  it('shares no stream between two texts of one key', () => {
    fc.assert(fc.property(words, words, words, (a, b, key) => {
      fc.pre(String(a) !== String(b))
      const [x, y] = [sealMessage(a, key), sealMessage(b, key)]
      // With one stream, the ciphertexts would differ exactly where the texts do; behind the texts both hold zeros.
      assert.notDeepEqual(x.subarray(15 + 1 + 32, 15 + 129), y.subarray(15 + 1 + 32, 15 + 129))
    }))
  })

  it('does not open noise or wrong lengths, and never throws', () => {
    fc.assert(fc.property(messages, words, (noise, key) => { assert.equal(openMessage(noise, key), undefined) }))
    for (const length of [0, 16, 159, 161]) assert.equal(openMessage(new Uint8Array(length), new Uint8Array(32)), undefined, String(length))
  })

  it('takes a text that is too long for a bug of the caller', () => {
    assert.throws(() => sealMessage(new Uint8Array(PLAIN_MESSAGE_MAX + 1), new Uint8Array(32)), { name: 'InvariantError' })
  })
})

describe('lock message, masked', () => {
  it('is masked and unmasked by the same tweaks in any order', () => {
    fc.assert(fc.property(messages, fc.array(words, { maxLength: 6 }), (message, tweaks) => {
      const masked = tweaks.reduce(maskMessage, message)
      assert.deepEqual([...tweaks].reverse().reduce(maskMessage, masked), message)
      assert.deepEqual(tweaks.reduce(maskMessage, masked), message)
    }))
  })

  it('differs everywhere from what came in, and for each tweak', () => {
    fc.assert(fc.property(messages, words, words, (message, a, b) => {
      fc.pre(String(a) !== String(b))
      const [x, y] = [maskMessage(message, a), maskMessage(message, b)]
      for (let at = 0; at < message.length; at += 8) {
        assert.notDeepEqual(x.subarray(at, at + 8), message.subarray(at, at + 8), `at ${at}`)
        assert.notDeepEqual(x.subarray(at, at + 8), y.subarray(at, at + 8), `at ${at}`)
      }
    }))
  })

  it('leaves the message that came in as it was', () => {
    const message = new Uint8Array(SEALED_MESSAGE_BYTES)
    maskMessage(message, new Uint8Array(32))
    assert.deepEqual(message, new Uint8Array(SEALED_MESSAGE_BYTES))
  })
})
