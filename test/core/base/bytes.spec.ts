import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareBytes, concatBytes, equalBytes, fromHex, isHexOf, toHex, utf8Bytes, utf8Text, xorBytes } from '../../../src/core/base/bytes.js'

const bytes = fc.uint8Array({ maxLength: 40 })

describe('bytes', () => {
  it('go to lower-case hexadecimal and back', () => {
    fc.assert(fc.property(bytes, (b) => {
      assert.equal(toHex(b), Buffer.from(b).toString('hex'))
      assert.deepEqual(fromHex(toHex(b).toUpperCase()), b)
      assert.ok(isHexOf(toHex(b), b.length))
    }))
    for (const [text, length] of [['0G', 1], ['AB', 1], ['abc', 1], ['ab', 2], ['', 1], ['ab\n', 1]] as const) assert.equal(isHexOf(text, length), false, text)
  })

  it('are equal only when all are', () => {
    fc.assert(fc.property(bytes, bytes, (a, b) => { assert.equal(equalBytes(a, b), Buffer.compare(a, b) === 0) }))
    assert.equal(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0)), false)
  })

  it('order as Buffer.compare does', () => {
    fc.assert(fc.property(bytes, bytes, (a, b) => { assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(a, b)) }))
  })

  it('concatenate', () => {
    fc.assert(fc.property(fc.array(bytes, { maxLength: 5 }), (parts) => { assert.deepEqual(concatBytes(...parts), new Uint8Array(Buffer.concat(parts))) }))
  })

  it('undo an exclusive or by the same, and refuse other lengths', () => {
    fc.assert(fc.property(bytes, (a) => {
      const key = a.map((byte, i) => byte * 31 + i)
      assert.deepEqual(xorBytes(xorBytes(a, key), key), a)
    }))
    assert.throws(() => xorBytes(new Uint8Array(2), new Uint8Array(3)), RangeError)
  })

  it('are text only when they are UTF-8, and every text has one form', () => {
    fc.assert(fc.property(bytes, (b) => {
      const text = utf8Text(b)
      if (text !== undefined) assert.deepEqual(utf8Bytes(text), b)
    }), { numRuns: 2_000 })
    assert.equal(utf8Text(Uint8Array.of(0xc0, 0x80)), undefined)
    assert.deepEqual(utf8Bytes(utf8Text(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))!), Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))
  })
})
