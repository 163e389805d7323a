import assert from 'node:assert/strict'
import fc from 'fast-check'
import { toHex } from '../../../src/core/base/bytes.js'
import { adapt, extractSecret, preSign, preVerify } from '../../../src/core/crypto/adaptor.js'
import { addPoints, addScalars, mulG, negatePoint, negateScalar, scalarOf } from '../../../src/core/crypto/curve.js'
import { ORDER, toScalar } from '../../../src/core/crypto/scalar.js'
import { verifySchnorr, xOnly } from '../../../src/core/crypto/schnorr.js'
import { bytesOf, csvRows, describeOnEveryEngine, FEW_RUNS, scalars, words } from './engines.js'

const preRows = csvRows('schnorr-adaptor', 'presig_vectors.csv')
const adaptRows = csvRows('schnorr-adaptor', 'adapt_vectors.csv')
const extractRows = csvRows('schnorr-adaptor', 'secadaptor_vectors.csv')

describeOnEveryEngine('adaptor', () => {
  it('has all 15 + 5 + 4 published rows to answer for', () => {
    assert.deepEqual([preRows.length, adaptRows.length, extractRows.length], [15, 5, 4])
  })

  for (const row of preRows) {
    const title = `pre-signature row ${row.index} (${row.comment})`
    const [message, point, preSignature] = [bytesOf(row.message!), bytesOf(row.adaptor!), bytesOf(row['pre-signature']!)]
    it(`${row.result === 'TRUE' ? 'accepts' : 'refuses'} ${title}`, () => {
      assert.equal(preVerify(preSignature, message, bytesOf(row['public key']!), point), row.result === 'TRUE')
    })
    const secret = row['secret key']!
    if (secret !== '') {
      it(`pre-signs ${title}`, () => {
        assert.deepEqual(preSign(message, bytesOf(secret), point, bytesOf(row.aux_rand!)), preSignature)
      })
    }
  }

  for (const row of adaptRows) {
    it(`adapts row ${row.index} (${row.comment}) to a signature that is ${row.result === 'TRUE' ? 'valid' : 'not valid'}`, () => {
      const signature = adapt(bytesOf(row['pre-signature']!), bytesOf(row.secadaptor!))
      // The published signature of a row that must fail is the adapted one, too: what fails is its verification.
      assert.deepEqual(signature, bytesOf(row['BIP340 signature']!))
      assert.equal(verifySchnorr(signature, bytesOf(row.message!), bytesOf(row.pubkey!)), row.result === 'TRUE')
    })
  }

  for (const row of extractRows) {
    const extracts = row.result === 'TRUE'
    it(`${extracts ? 'extracts' : 'refuses'} row ${row.index} (${row.comment})`, () => {
      const t = bytesOf(row.secadaptor!)
      assert.deepEqual(extractSecret(bytesOf(row['pre-signature']!), bytesOf(row['BIP340 signature']!), mulG(t)), extracts ? t : undefined)
    })
  }

  it('goes round: pre-sign, verify, adapt, verify, extract', () => {
    fc.assert(fc.property(words, scalars, scalars, words, (message, secret, t, aux) => {
      const [key, point] = [mulG(secret), mulG(t)]
      const preSignature = preSign(message, secret, point, aux)
      assert.ok(preVerify(preSignature, message, key, point))
      assert.ok(preVerify(preSignature, message, xOnly(key), point))
      assert.equal(verifySchnorr(preSignature.subarray(1), message, key), false, 'short of t it is no signature')
      const signature = adapt(preSignature, t)
      assert.ok(verifySchnorr(signature, message, key))
      assert.deepEqual(extractSecret(preSignature, signature, point), t)
    }), FEW_RUNS)
  })

  it('is recomputed from the same arguments', () => {
    fc.assert(fc.property(words, scalars, scalars, words, (message, secret, t, aux) => {
      assert.deepEqual(preSign(message, secret.slice(), mulG(t), aux), preSign(message, secret, mulG(t), aux))
    }), FEW_RUNS)
  })

  it('has another nonce when message, key, point or auxiliary bytes differ', () => {
    const [message, secret, t, aux, other] = [1, 2, 3, 4, 9].map((fill) => scalarOf(new Uint8Array(32).fill(fill))) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    // k·G is R0 - T, whatever its sign: two pre-signatures that share it give the key away.
    const nonceOf = (point: Uint8Array, preSignature: Uint8Array): string => toHex(xOnly(addPoints(preSignature.subarray(0, 33), negatePoint(point))!))
    const nonces = new Set([
      nonceOf(mulG(t), preSign(message, secret, mulG(t), aux)),
      nonceOf(mulG(t), preSign(other, secret, mulG(t), aux)),
      nonceOf(mulG(t), preSign(message, other, mulG(t), aux)),
      nonceOf(mulG(other), preSign(message, secret, mulG(other), aux)),
      nonceOf(mulG(t), preSign(message, secret, mulG(t), other))
    ])
    assert.equal(nonces.size, 5)
  })

  it('refuses a pre-signature with any bit changed, of itself, message, key or point', () => {
    fc.assert(fc.property(words, scalars, scalars, fc.nat({ max: (65 + 32 + 32 + 33) * 8 - 1 }), (message, secret, t, bit) => {
      const all = Uint8Array.of(...preSign(message, secret, mulG(t), message), ...message, ...xOnly(mulG(secret)), ...mulG(t))
      all[bit >> 3]! ^= 1 << (bit & 7)
      assert.equal(preVerify(all.subarray(0, 65), all.subarray(65, 97), all.subarray(97, 129), all.subarray(129)), false, `bit ${bit}`)
    }), { numRuns: 100 })
  })

  it('refuses wrong lengths and noise without throwing', () => {
    const point = mulG(toScalar(5n))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 33 }), fc.uint8Array({ maxLength: 34 }), (preSignature, message, key) => {
      assert.equal(preVerify(preSignature, message, key, point), false)
      assert.equal(extractSecret(preSignature, new Uint8Array(64), point), undefined)
    }), { numRuns: 200 })
  })
})

describeOnEveryEngine('adaptor, on extraction', () => {
  const message = new Uint8Array(32).fill(1)
  const secret = scalarOf(new Uint8Array(32).fill(2))
  const t = scalarOf(new Uint8Array(32).fill(3))
  const preSignature = (): Uint8Array => preSign(message, secret, mulG(t), message)

  it('refuses a secret that is not that of the point', () => {
    assert.equal(extractSecret(preSignature(), adapt(preSignature(), addScalars(t, toScalar(1n))), mulG(t)), undefined)
    assert.equal(extractSecret(preSignature(), adapt(preSignature(), t), negatePoint(mulG(t))), undefined)
    assert.equal(extractSecret(preSignature(), adapt(preSignature(), negateScalar(t)), mulG(t)), undefined)
  })

  it('refuses a signature of another nonce, of the wrong length, and an s of n or more', () => {
    const signature = adapt(preSignature(), t)
    assert.deepEqual(extractSecret(preSignature(), signature, mulG(t)), t)
    const moved = signature.slice()
    moved[0]! ^= 1
    assert.equal(extractSecret(preSignature(), moved, mulG(t)), undefined)
    assert.equal(extractSecret(preSignature(), signature.subarray(1), mulG(t)), undefined)
    const high = signature.slice()
    high.set(toScalar(ORDER), 32)
    assert.equal(extractSecret(preSignature(), high, mulG(t)), undefined)
    const highBefore = preSignature()
    highBefore.set(toScalar(ORDER), 33)
    assert.equal(extractSecret(highBefore, signature, mulG(t)), undefined)
  })

  it('refuses a signature that equals the pre-signature: zero is no secret', () => {
    assert.equal(extractSecret(preSignature(), preSignature().subarray(1), mulG(t)), undefined)
  })

  it('refuses a wrong parity byte', () => {
    for (const parity of [0, 1, 4, 255]) {
      const wrong = preSignature()
      wrong[0] = parity
      assert.equal(extractSecret(wrong, adapt(preSignature(), t), mulG(t)), undefined, String(parity))
    }
  })
})
