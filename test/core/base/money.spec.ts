import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  UNITS_MAX, ZERO, addUnits, asBalance, asUnits, isUnits, maxUnits, minUnits, mulDivCeil, mulDivFloor, subUnits, subUnitsOrZero
} from '../../../src/core/base/money.js'

const amount = fc.bigInt(0n, UNITS_MAX).map(asUnits)

describe('money, smallest units', () => {
  it('are 0 to 2^63 - 1 and nothing else', () => {
    assert.equal(UNITS_MAX, 9_223_372_036_854_775_807n)
    for (const good of [0n, 1n, UNITS_MAX]) assert.equal(asUnits(good), good)
    for (const bad of [-1n, UNITS_MAX + 1n]) {
      assert.equal(isUnits(bad), false)
      assert.throws(() => asUnits(bad), RangeError)
    }
  })

  it('throw when a sum is too large or a difference negative', () => {
    fc.assert(fc.property(amount, amount, (a, b) => {
      if (a + b <= UNITS_MAX) assert.equal(addUnits(a, b), a + b)
      else assert.throws(() => addUnits(a, b), RangeError)
      if (a >= b) assert.equal(subUnits(a, b), a - b)
      else assert.throws(() => subUnits(a, b), RangeError)
    }))
  })

  it('stop at zero where that is asked for', () => {
    fc.assert(fc.property(amount, amount, (a, b) => { assert.equal(subUnitsOrZero(a, b), a > b ? a - b : ZERO) }))
  })

  it('have a least and a most', () => {
    fc.assert(fc.property(amount, amount, (a, b) => {
      assert.equal(minUnits(a, b) + maxUnits(a, b), a + b)
      assert.ok(minUnits(a, b) <= maxUnits(a, b))
    }))
  })
})

describe('money, a balance', () => {
  it('reaches the same distance both ways', () => {
    for (const good of [-UNITS_MAX, 0n, UNITS_MAX]) assert.equal(asBalance(good), good)
    for (const bad of [-UNITS_MAX - 1n, UNITS_MAX + 1n]) assert.throws(() => asBalance(bad), RangeError)
  })
})

describe('money, a share', () => {
  it('is exact in between and rounds as its name says', () => {
    fc.assert(fc.property(amount, amount, fc.bigInt(1n, UNITS_MAX), (a, b, c) => {
      const floor = mulDivFloor(a, b, c)
      const ceil = mulDivCeil(a, b, c)
      assert.ok(floor * c <= a * b && (floor + 1n) * c > a * b)
      assert.equal(ceil, (a * b) % c === 0n ? floor : floor + 1n)
    }))
  })
})
