import assert from 'node:assert/strict'
import fc from 'fast-check'
import { mulG, negatePoint, negateScalar, scalarOf, tinyCurve, useCurve } from '../../../src/core/crypto/curve.js'
import { keyPoint, liftX, publicKeyOf, signSchnorr, verifySchnorr, xOnly } from '../../../src/core/crypto/schnorr.js'
import { bytesOf, csvRows, describeOnEveryEngine, FEW_RUNS, scalars, words } from './engines.js'

const rows = csvRows('bip-0340', 'test-vectors.csv')
/** Rows with messages of other lengths: this network signs hashes only, and {@link verifySchnorr} refuses the rest. */
const NOT_32_BYTES = ['15', '16', '17', '18']

describeOnEveryEngine('schnorr', () => {
  it('has all 19 rows of BIP 340 to answer for', () => { assert.equal(rows.length, 19) })

  for (const row of rows) {
    const title = `row ${row.index} of BIP 340 ${row.comment === '' ? '' : `(${row.comment})`}`
    const [message, signature, key] = [bytesOf(row.message!), bytesOf(row.signature!), bytesOf(row['public key']!)]
    if (NOT_32_BYTES.includes(row.index!)) {
      it(`refuses ${title}: only hashes are signed here`, () => {
        assert.notEqual(message.length, 32)
        assert.equal(verifySchnorr(signature, message, key), false)
      })
      continue
    }
    it(`${row['verification result'] === 'TRUE' ? 'accepts' : 'refuses'} ${title}`, () => {
      assert.equal(verifySchnorr(signature, message, key), row['verification result'] === 'TRUE')
    })
    const secret = row['secret key']!
    if (secret !== '') {
      it(`signs ${title}`, () => {
        assert.deepEqual(signSchnorr(message, bytesOf(secret), bytesOf(row.aux_rand!)), signature)
        assert.deepEqual(xOnly(mulG(bytesOf(secret))), key)
      })
    }
  }

  it('takes the key with or without its parity', () => {
    fc.assert(fc.property(words, scalars, (message, secret) => {
      const signature = signSchnorr(message, secret)
      for (const key of [mulG(secret), mulG(negateScalar(secret)), xOnly(mulG(secret))]) assert.ok(verifySchnorr(signature, message, key))
    }), FEW_RUNS)
  })

  it('signs the same bytes again without auxiliary bytes as with zeros', () => {
    const [message, secret] = [new Uint8Array(32).fill(4), scalarOf(new Uint8Array(32).fill(5))]
    assert.deepEqual(signSchnorr(message, secret), signSchnorr(message, secret, new Uint8Array(32)))
    assert.notDeepEqual(signSchnorr(message, secret), signSchnorr(message, secret, new Uint8Array(32).fill(1)))
  })

  it('refuses wrong lengths without throwing', () => {
    const [message, secret] = [new Uint8Array(32).fill(4), scalarOf(new Uint8Array(32).fill(5))]
    const [signature, key] = [signSchnorr(message, secret), mulG(secret)]
    assert.ok(verifySchnorr(signature, message, key))
    for (const length of [0, 31, 63, 65]) {
      assert.equal(verifySchnorr(new Uint8Array(length), message, key), false, `signature of ${length}`)
      assert.equal(verifySchnorr(signature, new Uint8Array(length), key), false, `message of ${length}`)
      assert.equal(verifySchnorr(signature, message, new Uint8Array(length)), false, `key of ${length}`)
    }
  })
})

describe('schnorr, public keys', () => {
  it('are those of the secret, also when its buffer was overwritten', () => {
    const secret = scalarOf(new Uint8Array(32).fill(5))
    assert.deepEqual(publicKeyOf(secret), mulG(secret))
    assert.deepEqual(publicKeyOf(secret), mulG(secret))
    secret.set(scalarOf(new Uint8Array(32).fill(6)))
    assert.deepEqual(publicKeyOf(secret), mulG(secret))
  })

  it('are asked for again when another engine is chosen', () => {
    const secret = scalarOf(new Uint8Array(32).fill(5))
    const other = mulG(scalarOf(new Uint8Array(32).fill(6)))
    const [key, point] = [publicKeyOf(secret), keyPoint(other)]
    try {
      useCurve({ ...tinyCurve, name: 'other', mulG: () => other, isPoint: () => false })
      assert.deepEqual(publicKeyOf(secret), other)
      assert.equal(keyPoint(other), undefined)
    } finally {
      useCurve(tinyCurve)
    }
    assert.deepEqual([publicKeyOf(secret), keyPoint(other)], [key, point])
  })

  it('are points or refused, however many were asked for', () => {
    const good = mulG(scalarOf(new Uint8Array(32).fill(5)))
    const bad = new Uint8Array(32).fill(255)
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(keyPoint(good), liftX(xOnly(good)))
      assert.deepEqual(keyPoint(negatePoint(good)), liftX(xOnly(good)))
      assert.equal(keyPoint(bad), undefined)
    }
    assert.equal(keyPoint(new Uint8Array(31)), undefined)
    assert.equal(keyPoint(new Uint8Array(0)), undefined)
  })

  it('are lifted to the point with an even y', () => {
    const key = mulG(scalarOf(new Uint8Array(32).fill(5)))
    assert.deepEqual(liftX(xOnly(key)), Uint8Array.of(2, ...xOnly(key)))
  })
})
