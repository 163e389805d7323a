import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addPoints, mul, mulG, negatePoint, scalarOf } from '../../../src/core/crypto/curve.js'
import { decryptPoint, encryptIdentity, encryptPoint, isPairOf, makeEndpointPair, rerandomise, rerandomiseIdentity, rerandomisePair, rerandomiseWith, stripKey, type Ciphertext } from '../../../src/core/crypto/elgamal.js'
import { describeOnEveryEngine, FEW_RUNS, scalars } from './engines.js'

const distinct = (...points: readonly Uint8Array[]): boolean => new Set(points.map(String)).size === points.length

describeOnEveryEngine('elgamal', () => {
  it('decrypts what was encrypted, also after it was re-randomised', () => {
    fc.assert(fc.property(scalars, scalars, scalars, scalars, (secret, m, r, s) => {
      const [recipient, message] = [mulG(secret), mulG(m)]
      const ciphertext = encryptPoint(recipient, message, r)
      const again = rerandomise(ciphertext, recipient, s)
      assert.deepEqual(decryptPoint(ciphertext, secret), message)
      assert.deepEqual(decryptPoint(again, secret), message)
      assert.ok(distinct(ciphertext.c1, ciphertext.c2, again.c1, again.c2, message))
    }), FEW_RUNS)
  })

  it('gives another point to another key', () => {
    fc.assert(fc.property(scalars, scalars, scalars, scalars, (secret, other, m, r) => {
      fc.pre(distinct(secret, other))
      assert.notDeepEqual(decryptPoint(encryptPoint(mulG(secret), mulG(m), r), other), mulG(m))
    }), FEW_RUNS)
  })

  it('says undefined for an encryption of infinity', () => {
    const secret = scalarOf(new Uint8Array(32).fill(1))
    const c1 = mulG(scalarOf(new Uint8Array(32).fill(2)))
    assert.equal(decryptPoint({ c1, c2: mul(c1, secret) }, secret), undefined)
    assert.notEqual(decryptPoint({ c1, c2: negatePoint(mul(c1, secret)) }, secret), undefined)
  })

  it('lets hops that do not know the sum of keys re-randomise, and each waypoint take out its own', () => {
    fc.assert(fc.property(fc.array(scalars, { minLength: 1, maxLength: 3 }), scalars, scalars, scalars, (keys, m, r, s) => {
      fc.pre(distinct(...keys))
      const sum = keys.map(mulG).reduce((a, b) => addPoints(a, b)!)
      let element: Ciphertext = encryptPoint(sum, mulG(m), r)
      let identity: Ciphertext | undefined = encryptIdentity(sum, s)
      for (const key of keys) {
        assert.ok(identity !== undefined)
        const moved: Ciphertext = rerandomiseWith(element, identity, s)
        const movedIdentity: Ciphertext = rerandomiseIdentity(identity, r)
        assert.ok(distinct(moved.c1, moved.c2, element.c1, element.c2))
        const stripped = stripKey(moved, key)
        assert.ok(stripped !== undefined)
        element = stripped
        identity = stripKey(movedIdentity, key)
      }
      assert.deepEqual(element.c2, mulG(m), 'when no key is left, it is in clear')
      assert.equal(identity, undefined, 'and of infinity nothing is left')
    }), { numRuns: 10 })
  })
})

describeOnEveryEngine('endpoint pair', () => {
  it('is the endpoint\'s, however often it was re-randomised, and nobody else\'s', () => {
    fc.assert(fc.property(scalars, scalars, scalars, scalars, (k, other, s, u) => {
      fc.pre(distinct(k, other))
      const pair = makeEndpointPair(k, s)
      assert.deepEqual(pair, { k1: mulG(s), k2: mul(mulG(s), k) })
      const moved = rerandomisePair(pair, u)
      assert.ok(isPairOf(pair, k) && isPairOf(moved, k))
      assert.equal(isPairOf(moved, other), false)
      assert.equal(isPairOf({ k1: moved.k1, k2: pair.k2 }, k), false)
      assert.ok(distinct(pair.k1, pair.k2, moved.k1, moved.k2))
    }), FEW_RUNS)
  })
})
