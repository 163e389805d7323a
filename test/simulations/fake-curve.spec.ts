import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addMulG, addPoints, addScalars, curve, isPoint, isScalar, mul, mulAddG, mulG, mulScalars, negatePoint, negateScalar, scalarOf, tinyCurve, useCurve } from '../../src/core/crypto/curve.js'
import { liftX, signSchnorr, verifySchnorr, xOnly } from '../../src/core/crypto/schnorr.js'
import { decryptPoint, encryptPoint, isPairOf, makeEndpointPair, rerandomise, rerandomisePair } from '../../src/core/crypto/elgamal.js'
import { fakeCurve } from '../../simulations/harness/fake-curve.js'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const scalar = bytes32.map(scalarOf)

// The same laws hold for the curve itself: a law that only the fake one obeys would prove nothing.
for (const engine of [fakeCurve, tinyCurve]) {
  describe(`curve engine ${engine.name}, laws that the core relies on`, () => {
    const before = curve()
    const runs = { numRuns: engine === fakeCurve ? 200 : 20 }
    beforeEach(() => { useCurve(engine) })
    afterEach(() => { useCurve(before) })

    it('multiplies and adds as a group of prime order does', () => {
      fc.assert(fc.property(scalar, scalar, scalar, (a, b, c) => {
        const [A, B] = [mulG(a), mulG(b)]
        assert.ok(isPoint(A))
        const sum = addScalars(a, b)
        assert.deepEqual(addPoints(A, B), isScalar(sum) ? mulG(sum) : undefined)
        assert.deepEqual(mul(A, b), mulG(mulScalars(a, b)))
        assert.deepEqual(mul(A, b), mul(B, a))
        assert.deepEqual(addMulG(A, b), addPoints(A, B))
        assert.deepEqual(mulAddG(A, b, c), addPoints(mul(A, b), mulG(c)))
        assert.deepEqual(negatePoint(A), mulG(negateScalar(a)))
        assert.equal(addPoints(A, negatePoint(A)), undefined)
      }), runs)
    })

    it('gives each pair of opposite points one 32-byte key, which lifts to one of the two', () => {
      fc.assert(fc.property(scalar, (a) => {
        const A = mulG(a)
        const lifted = liftX(xOnly(A))
        assert.ok(isPoint(lifted))
        assert.ok([A, negatePoint(A)].some((point) => Buffer.from(point).equals(lifted)))
        assert.deepEqual(xOnly(negatePoint(A)), xOnly(A))
      }), runs)
    })

    it('signs so that only the same message and key verify', () => {
      fc.assert(fc.property(scalar, scalar, bytes32, bytes32, (a, b, message, other) => {
        const signature = signSchnorr(message, a)
        assert.deepEqual(signSchnorr(message, a), signature)
        assert.equal(signature.length, 64)
        assert.ok(verifySchnorr(signature, message, mulG(a)))
        assert.ok(verifySchnorr(signature, message, xOnly(mulG(a))))
        assert.equal(verifySchnorr(signature, other, mulG(a)), Buffer.from(other).equals(message))
        assert.equal(verifySchnorr(signature, message, mulG(b)), Buffer.from(xOnly(mulG(a))).equals(xOnly(mulG(b))))
      }), runs)
    })

    it('encrypts points and makes key pairs that can be re-made', () => {
      fc.assert(fc.property(scalar, scalar, scalar, scalar, (secret, message, r, s) => {
        const M = mulG(message)
        const once = encryptPoint(mulG(secret), M, r)
        assert.deepEqual(decryptPoint(rerandomise(once, mulG(secret), s), secret), M)
        assert.ok(isPairOf(rerandomisePair(makeEndpointPair(secret, r), s), secret))
      }), runs)
    })
  })
}

describe('fake curve', () => {
  it('refuses what is no point: zero, and the upper half of the scalars', () => {
    const before = curve()
    useCurve(fakeCurve)
    try {
      assert.equal(isPoint(new Uint8Array(33).fill(0).fill(2, 0, 1)), false)
      assert.equal(isPoint(new Uint8Array(33).fill(0xff).fill(2, 0, 1)), false)
      assert.equal(isPoint(new Uint8Array(33).fill(4)), false)
    } finally {
      useCurve(before)
    }
  })
})
