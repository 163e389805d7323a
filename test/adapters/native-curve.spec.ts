import assert from 'node:assert/strict'
import fc from 'fast-check'
import { curveCompliance } from '../compliance/curve.js'
import { loadNativeCurve } from '../../src/adapters/native-curve/native-curve.js'
import { scalarOf, tinyCurve } from '../../src/core/crypto/curve.js'

const reasons: string[] = []
const engine = loadNativeCurve((reason) => { reasons.push(reason) })

if (engine === undefined) {
  describe('native curve, without its library', () => {
    it('says why there is none', () => { assert.equal(reasons.length, 1) })
  })
} else {
  describe('native curve', () => {
    curveCompliance(() => engine)

    it('gives no reason for its absence', () => { assert.deepEqual(reasons, []) })

    it('gives the same bytes as the default engine', () => {
      const words = fc.uint8Array({ minLength: 32, maxLength: 32 })
      fc.assert(fc.property(words.map(scalarOf), words.map(scalarOf), words, (a, b, word) => {
        const point = tinyCurve.mulG(a)
        assert.deepEqual(engine.mulG(a), point)
        assert.deepEqual(engine.mul(point, b), tinyCurve.mul(point, b))
        assert.deepEqual(engine.add(point, tinyCurve.mulG(b)), tinyCurve.add(point, tinyCurve.mulG(b)))
        assert.deepEqual(engine.mulAddG(point, b, a), tinyCurve.mulAddG(point, b, a))
        assert.deepEqual(engine.signSchnorr(word, a, b), tinyCurve.signSchnorr(word, a, b))
        const candidate = Uint8Array.of(2, ...word)
        assert.equal(engine.isPoint(candidate), tinyCurve.isPoint(candidate))
      }), { numRuns: 100 })
    })

    it('throws for what is no point, instead of ending the process', () => {
      const [bad, good, scalar] = [new Uint8Array(33), tinyCurve.mulG(scalarOf(new Uint8Array(32))), scalarOf(new Uint8Array(32).fill(7))]
      assert.throws(() => engine.mul(bad, scalar), RangeError)
      assert.throws(() => engine.add(good, bad), RangeError)
      assert.throws(() => engine.add(bad, good), RangeError)
      assert.throws(() => engine.mulAddG(bad, scalar, scalar), RangeError)
      assert.throws(() => engine.mulG(new Uint8Array(32)), RangeError)
      assert.throws(() => engine.mul(good, new Uint8Array(32)), RangeError)
      assert.throws(() => engine.signSchnorr(new Uint8Array(32), new Uint8Array(32), new Uint8Array(32)), RangeError)
    })

    it('can be loaded twice', () => {
      const other = loadNativeCurve()
      assert.ok(other !== undefined)
      const scalar = scalarOf(new Uint8Array(32).fill(3))
      assert.deepEqual(other.mulG(scalar), engine.mulG(scalar))
    })
  })
}
