import assert from 'node:assert/strict'
import { fromHex, toHex, utf8Bytes } from '../../../src/core/base/bytes.js'
import { isBearableCost, keyOfPassphrase, seal, unseal } from '../../../src/core/crypto/sealed-box.js'

// The example of draft-irtf-cfrg-xchacha-03, appendix A.3.1.
const KEY = fromHex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f')
const NONCE = fromHex('404142434445464748494a4b4c4d4e4f5051525354555657')
const ASSOCIATED = fromHex('50515253c0c1c2c3c4c5c6c7')
const PLAIN = utf8Bytes('Ladies and Gentlemen of the class of \'99: If I could offer you only one tip for the future, sunscreen would be it.')

describe('sealed box', () => {
  it('seals as the example of its specification', () => {
    const sealed = toHex(seal(KEY, NONCE, PLAIN, ASSOCIATED))
    assert.ok(sealed.startsWith('bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb'), sealed)
    assert.ok(sealed.endsWith('c0875924c1c7987947deafd8780acf49'), sealed)
    assert.deepEqual(unseal(KEY, NONCE, fromHex(sealed), ASSOCIATED), PLAIN)
  })

  it('opens with nothing else, and never throws', () => {
    const sealed = seal(KEY, NONCE, PLAIN, ASSOCIATED)
    for (let i = 0; i < sealed.length; i++) assert.equal(unseal(KEY, NONCE, sealed.with(i, sealed[i]! ^ 1), ASSOCIATED), undefined, `byte ${i}`)
    assert.equal(unseal(KEY.with(0, 0), NONCE, sealed, ASSOCIATED), undefined)
    assert.equal(unseal(KEY, NONCE.with(0, 0), sealed, ASSOCIATED), undefined)
    assert.equal(unseal(KEY, NONCE, sealed, ASSOCIATED.with(0, 0)), undefined)
    for (const cut of [0, 1, 15, 16, sealed.length - 1]) assert.equal(unseal(KEY, NONCE, sealed.subarray(0, cut), ASSOCIATED), undefined, `${cut} bytes`)
    assert.equal(unseal(KEY.subarray(1), NONCE, sealed, ASSOCIATED), undefined)
  })

  it('makes keys of passphrases as RFC 7914, and the same of the same words written otherwise', () => {
    assert.equal(toHex(keyOfPassphrase('', new Uint8Array(0), { n: 16, r: 1, p: 1 })), '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442')
    const cost = { n: 2, r: 1, p: 1 }
    assert.deepEqual(keyOfPassphrase('caf\u00e9', KEY, cost), keyOfPassphrase('cafe\u0301', KEY, cost))
    assert.notDeepEqual(keyOfPassphrase('cafe', KEY, cost), keyOfPassphrase('caf\u00e9', KEY, cost))
  })

  it('bears only a bounded cost', () => {
    assert.ok(isBearableCost({ n: 2 ** 17, r: 8, p: 1 }))
    for (const cost of [{ n: 2 ** 21, r: 8, p: 1 }, { n: 2 ** 17, r: 8, p: 9 }, { n: 3, r: 8, p: 1 }, { n: 1, r: 8, p: 1 }, { n: 2.5, r: 8, p: 1 }, { n: 16, r: 0, p: 1 }, { n: Number.NaN, r: 1, p: 1 }, { n: Infinity, r: 1, p: 1 }]) assert.ok(!isBearableCost(cost), JSON.stringify(cost))
  })
})
