import assert from 'node:assert/strict'
import fc from 'fast-check'
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { toHex } from '../../src/core/base/bytes.js'
import { negatePoint, scalarOf, type CurveEngine } from '../../src/core/crypto/curve.js'
import { negateScalar, ORDER, toNumber, toScalar } from '../../src/core/crypto/scalar.js'

const Point = secp256k1.Point
type ReferencePoint = typeof Point.BASE

/** tiny-secp256k1 fails for ever after some thousand calls with bytes that are no point; its engine must not pass them on. */
const TIMES_THAT_BROKE_A_LIBRARY = 12_000
const RUNS = { numRuns: 25 }
const words = fc.uint8Array({ minLength: 32, maxLength: 32 })
// The ends of the range are where carries and shortcuts go wrong.
const scalars = fc.oneof({ weight: 6, arbitrary: words.map(scalarOf) }, { weight: 1, arbitrary: fc.bigInt(1n, 3n).map(toScalar) }, { weight: 1, arbitrary: fc.bigInt(ORDER - 3n, ORDER - 1n).map(toScalar) })

const multiple = (scalar: Uint8Array): ReferencePoint => Point.BASE.multiply(toNumber(scalar))
const bytesOf = (point: ReferencePoint): Uint8Array => point.toBytes(true)
const bytesOrInfinity = (point: ReferencePoint): Uint8Array | undefined => point.is0() ? undefined : bytesOf(point)

/**
 * What every curve engine must do, held against a third implementation that shares no code with the engines.
 *
 * @param engineOf - gives the engine; called when tests run
 */
export function curveCompliance (engineOf: () => CurveEngine): void {
  let engine: CurveEngine
  before(() => { engine = engineOf() })

  it('multiplies the generator', () => {
    fc.assert(fc.property(scalars, (s) => { assert.deepEqual(engine.mulG(s), bytesOf(multiple(s))) }), RUNS)
  })

  it('multiplies any point', () => {
    fc.assert(fc.property(scalars, scalars, (p, s) => {
      assert.deepEqual(engine.mul(engine.mulG(p), s), bytesOf(multiple(p).multiply(toNumber(s))))
    }), RUNS)
  })

  it('adds points, and says undefined for infinity', () => {
    fc.assert(fc.property(scalars, scalars, (a, b) => {
      assert.deepEqual(engine.add(engine.mulG(a), engine.mulG(b)), bytesOrInfinity(multiple(a).add(multiple(b))))
    }), RUNS)
    const point = engine.mulG(toScalar(7n))
    assert.equal(engine.add(point, negatePoint(point)), undefined)
    assert.deepEqual(engine.add(point, point), engine.mulG(toScalar(14n)), 'a point plus itself is a doubling')
  })

  it('adds a multiple of a point and one of the generator, and says undefined for infinity', () => {
    fc.assert(fc.property(scalars, scalars, scalars, (p, a, s) => {
      const sum = multiple(p).multiply(toNumber(a)).add(multiple(s))
      assert.deepEqual(engine.mulAddG(engine.mulG(p), a, s), bytesOrInfinity(sum))
    }), RUNS)
    const five = engine.mulG(toScalar(5n))
    assert.equal(engine.mulAddG(five, toScalar(3n), negateScalar(toScalar(15n))), undefined)
    assert.deepEqual(engine.mulAddG(five, toScalar(3n), toScalar(15n)), engine.mulG(toScalar(30n)), 'equal terms are a doubling')
  })

  it('signs the bytes that BIP 340 says, and verifies them', () => {
    fc.assert(fc.property(words, scalars, words, (message, secret, aux) => {
      const signature = engine.signSchnorr(message, secret, aux)
      assert.deepEqual(signature, schnorr.sign(message, secret, aux))
      assert.ok(engine.verifySchnorr(signature, message, engine.mulG(secret).subarray(1)))
    }), RUNS)
  })

  it('refuses a signature with any bit changed, of message, key or signature', () => {
    fc.assert(fc.property(words, scalars, fc.nat({ max: 1023 }), (message, secret, bit) => {
      const all = new Uint8Array(128)
      all.set(engine.signSchnorr(message, secret, message))
      all.set(message, 64)
      all.set(engine.mulG(secret).subarray(1), 96)
      all[bit >> 3]! ^= 1 << (bit & 7)
      assert.equal(engine.verifySchnorr(all.subarray(0, 64), all.subarray(64, 96), all.subarray(96)), false, `bit ${bit}`)
    }), { numRuns: 60 })
  })

  it('answers verification with a boolean for any signature and message', () => {
    const edges = fc.oneof(words, fc.constantFrom(toScalar(0n), toScalar(ORDER), toScalar(ORDER - 1n), new Uint8Array(32).fill(255)))
    const key = engine.mulG(toScalar(8n)).subarray(1)
    fc.assert(fc.property(edges, edges, edges, (r, s, message) => {
      const signature = new Uint8Array(64)
      signature.set(r)
      signature.set(s, 32)
      assert.equal(engine.verifySchnorr(signature, message, key), false)
    }), { numRuns: 60 })
  })

  it('tells points from other bytes', () => {
    fc.assert(fc.property(fc.constantFrom(2, 3), words, (first, x) => {
      const bytes = Uint8Array.of(first, ...x)
      assert.equal(engine.isPoint(bytes), isReferencePoint(bytes), toHex(bytes))
    }), { numRuns: 60 })
    for (const first of [0, 1, 4, 5, 6, 7, 255]) {
      const bytes = engine.mulG(toScalar(9n))
      bytes[0] = first
      assert.equal(engine.isPoint(bytes), false, `first byte ${first}`)
    }
    assert.equal(engine.isPoint(new Uint8Array(33)), false)
    assert.equal(engine.isPoint(Uint8Array.of(2, ...new Uint8Array(32).fill(255))), false, 'x at or above the field size')
  })

  it('throws for bytes that are no point, as often as one likes, and goes on working', () => {
    const bad = Uint8Array.of(2, ...new Uint8Array(32).fill(255))
    const [good, scalar] = [engine.mulG(toScalar(3n)), toScalar(5n)]
    for (let i = 0; i < TIMES_THAT_BROKE_A_LIBRARY; i++) {
      const attempt = [() => engine.mul(bad, scalar), () => engine.add(good, bad), () => engine.add(bad, good), () => engine.mulAddG(bad, scalar, scalar)][i % 4]!
      assert.throws(attempt, RangeError)
    }
    assert.equal(engine.isPoint(bad), false)
    assert.deepEqual(engine.mul(good, scalar), engine.mulG(toScalar(15n)))
  })

  it('gives fresh bytes, which the next operation does not change', () => {
    const first = engine.mulG(toScalar(11n))
    const before = first.slice()
    engine.mulG(toScalar(12n))
    engine.add(first, first)
    engine.signSchnorr(new Uint8Array(32), toScalar(13n), new Uint8Array(32))
    assert.deepEqual(first, before)
  })
}

function isReferencePoint (bytes: Uint8Array): boolean {
  try {
    Point.fromBytes(bytes).assertValidity()
    return true
  } catch {
    return false
  }
}
