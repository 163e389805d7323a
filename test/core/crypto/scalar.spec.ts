import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addScalars, isScalar, isZero, mulScalars, negateScalar, ORDER, scalarOf, subScalars, toNumber, toScalar } from '../../../src/core/crypto/scalar.js'
import { words } from './engines.js'

const numbers = fc.bigInt(0n, ORDER - 1n)

describe('scalar', () => {
  it('reads and writes 32 bytes, the highest first', () => {
    fc.assert(fc.property(words, (bytes) => { assert.deepEqual(toScalar(toNumber(bytes)), bytes) }))
    assert.equal(toNumber(Uint8Array.of(1, ...new Uint8Array(31))), 1n << 248n)
    assert.throws(() => toNumber(new Uint8Array(31)), RangeError)
  })

  it('reads the bytes of a view, and no others', () => {
    const around = new Uint8Array(40).fill(255)
    around.fill(0, 4, 36)
    around[35] = 9
    assert.equal(toNumber(around.subarray(4, 36)), 9n)
  })

  it('computes mod n', () => {
    fc.assert(fc.property(numbers, numbers, (a, b) => {
      const [x, y] = [toScalar(a), toScalar(b)]
      assert.equal(toNumber(addScalars(x, y)), (a + b) % ORDER)
      assert.equal(toNumber(subScalars(x, y)), (a - b + ORDER) % ORDER)
      assert.equal(toNumber(mulScalars(x, y)), a * b % ORDER)
      assert.ok(isZero(addScalars(x, negateScalar(x))))
    }))
    assert.ok(isZero(negateScalar(toScalar(0n))))
  })

  it('is from 1 to n - 1', () => {
    for (const value of [1n, 2n, ORDER - 1n]) assert.ok(isScalar(toScalar(value)), String(value))
    for (const value of [0n, ORDER, ORDER + 1n, (1n << 256n) - 1n]) assert.equal(isScalar(toScalar(value)), false, String(value))
    for (const length of [0, 31, 33]) assert.equal(isScalar(new Uint8Array(length).fill(1)), false, String(length))
  })

  it('of a hash is the hash mod n, and never zero', () => {
    assert.equal(toNumber(scalarOf(toScalar(ORDER + 5n))), 5n)
    assert.equal(toNumber(scalarOf(toScalar(ORDER))), 1n)
    assert.equal(toNumber(scalarOf(toScalar(0n))), 1n)
    fc.assert(fc.property(words, (hash) => isScalar(scalarOf(hash))))
  })
})
