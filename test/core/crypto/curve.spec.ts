import assert from 'node:assert/strict'
import fc from 'fast-check'
import { curveCompliance } from '../../compliance/curve.js'
import { addMulG, addPoints, addScalars, curve, curveName, isPoint, mul, mulAddG, mulG, mulScalars, negatePoint, negateScalar, tinyCurve } from '../../../src/core/crypto/curve.js'
import { ORDER, toScalar } from '../../../src/core/crypto/scalar.js'
import { describeOnEveryEngine, FEW_RUNS, scalars } from './engines.js'

const ZERO = toScalar(0n)

describe('curve, default engine', () => {
  curveCompliance(() => tinyCurve)

  it('is in use until another is chosen', () => {
    assert.equal(curve(), tinyCurve)
    assert.equal(curveName(), 'tiny-secp256k1')
  })

  it('adds multiples also to a point whose x is no scalar', () => {
    // x = n + 2 lies on the curve and is below the field size: the shortcut over ECDSA does not serve it.
    const point = Uint8Array.of(2, ...toScalar(ORDER + 2n))
    assert.ok(tinyCurve.isPoint(point))
    const [a, s] = [toScalar(5n), toScalar(8n)]
    assert.deepEqual(tinyCurve.mulAddG(point, a, s), tinyCurve.add(tinyCurve.mul(point, a), tinyCurve.mulG(s)))
  })
})

describeOnEveryEngine('curve', () => {
  it('is a group: multiples add up, in either order', () => {
    fc.assert(fc.property(scalars, scalars, (a, b) => {
      assert.deepEqual(addPoints(mulG(a), mulG(b)), addMulG(mulG(b), a))
      assert.deepEqual(mul(mulG(a), b), mul(mulG(b), a))
      assert.deepEqual(mul(mulG(a), b), mulG(mulScalars(a, b)))
      assert.deepEqual(addMulG(mulG(a), b), mulG(addScalars(a, b)))
    }), FEW_RUNS)
  })

  it('gives a point itself plus zero times the generator', () => {
    const point = mulG(toScalar(3n))
    assert.deepEqual(addMulG(point, ZERO), point)
    assert.deepEqual(mulAddG(point, toScalar(2n), ZERO), mulG(toScalar(6n)))
  })

  it('says undefined for infinity', () => {
    fc.assert(fc.property(scalars, (a) => {
      const point = mulG(a)
      assert.equal(addPoints(point, negatePoint(point)), undefined)
      assert.equal(addMulG(point, negateScalar(a)), undefined)
      assert.equal(mulAddG(point, toScalar(1n), negateScalar(a)), undefined)
    }), FEW_RUNS)
  })

  it('negates to the other point of the same x', () => {
    const point = mulG(toScalar(77n))
    assert.deepEqual(negatePoint(point), mulG(negateScalar(toScalar(77n))))
    assert.deepEqual(negatePoint(negatePoint(point)), point)
  })

  it('takes only the compressed form for a point', () => {
    const point = mulG(toScalar(5n))
    assert.ok(isPoint(point))
    assert.equal(isPoint(point.subarray(1)), false)
    assert.equal(isPoint(Uint8Array.of(...point, 0)), false)
    assert.equal(isPoint(new Uint8Array(0)), false)
    assert.equal(isPoint(new Uint8Array(65).fill(4)), false)
  })

  it('treats a scalar out of range as a bug of the caller', () => {
    const point = mulG(toScalar(5n))
    for (const scalar of [ZERO, toScalar(ORDER), new Uint8Array(32).fill(255), new Uint8Array(31), new Uint8Array(33)]) {
      assert.throws(() => mulG(scalar), { name: 'InvariantError' })
      assert.throws(() => mul(point, scalar), { name: 'InvariantError' })
    }
    assert.throws(() => mulAddG(point, ZERO, toScalar(1n)), { name: 'InvariantError' })
  })
})
