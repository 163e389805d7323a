import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decodeLayout, encodeLayout } from '../../../src/core/base/struct.js'
import { EMPTY_SHACHAIN, receiveSecret, secretFromSeed, secretOf, SHACHAIN_FIRST_INDEX, SHACHAIN_KEPT_MAX, shachainIndexOf, shachainLayout, type Shachain } from '../../../src/core/crypto/shachain.js'
import { bytesOf, vectorText, words } from './engines.js'

interface Vectors {
  readonly generation: ReadonlyArray<{ readonly name: string, readonly seed: string, readonly I: number, readonly output: string }>
  readonly storage: ReadonlyArray<{ readonly name: string, readonly steps: ReadonlyArray<{ readonly I: number, readonly secret: string, readonly ok: boolean }> }>
}
const vectors = JSON.parse(vectorText('bolt-03', 'per-commitment-secrets.json')) as Vectors

/** A chain that received the first secrets of a seed. */
function chainOf (seed: Uint8Array, count: number): Shachain {
  let chain = EMPTY_SHACHAIN
  for (let n = 0; n < count; n++) {
    const next = receiveSecret(chain, shachainIndexOf(n), secretFromSeed(seed, shachainIndexOf(n)))
    assert.ok(next !== undefined, `secret ${n}`)
    chain = next
  }
  return chain
}

describe('shachain', () => {
  it('has all 5 + 9 published cases to answer for', () => {
    assert.deepEqual([vectors.generation.length, vectors.storage.length], [5, 9])
  })

  for (const { name, seed, I, output } of vectors.generation) {
    it(`generates: ${name}`, () => { assert.deepEqual(secretFromSeed(bytesOf(seed), I), bytesOf(output)) })
  }

  for (const { name, steps } of vectors.storage) {
    it(`receives: ${name}`, () => {
      let chain: Shachain = EMPTY_SHACHAIN
      for (const { I, secret, ok } of steps) {
        const next = receiveSecret(chain, I, bytesOf(secret))
        assert.equal(next !== undefined, ok, `index ${I}`)
        if (next !== undefined) chain = next
      }
    })
  }

  it('derives every secret received before, and none to come', () => {
    fc.assert(fc.property(words, fc.integer({ min: 1, max: 300 }), (seed, count) => {
      const chain = chainOf(seed, count)
      for (let n = 0; n < count; n++) assert.deepEqual(secretOf(chain, shachainIndexOf(n)), secretFromSeed(seed, shachainIndexOf(n)), `secret ${n} of ${count}`)
      assert.equal(secretOf(chain, shachainIndexOf(count)), undefined)
    }), { numRuns: 10 })
  })

  it('keeps few secrets, at most one for each number of zero bits', () => {
    const chain = chainOf(new Uint8Array(32).fill(7), 1_000)
    assert.ok(chain.length <= 10, `${chain.length} are kept of 1,000`)
    assert.equal(SHACHAIN_KEPT_MAX, 49)
  })

  it('keeps a secret for each of the 48 bits and one more at the very end', () => {
    // The last indices of a chain, from one that has received all but 3 secrets: every bit has its entry.
    const seed = new Uint8Array(32).fill(8)
    let chain: Shachain = []
    for (let bit = 47; bit >= 2; bit--) chain = [...chain, { index: 2 ** bit, secret: secretFromSeed(seed, 2 ** bit) }]
    for (const index of [3, 2, 1]) chain = receiveSecret(chain, index, secretFromSeed(seed, index))!
    assert.equal(chain.length, 48)
    assert.deepEqual(secretOf(chain, 12_345_678_901), secretFromSeed(seed, 12_345_678_901))
    chain = receiveSecret(chain, 0, secretFromSeed(seed, 0))!
    assert.deepEqual(chain.map(({ index }) => index), [0], 'the seed itself derives all')
    assert.deepEqual(secretOf(chain, SHACHAIN_FIRST_INDEX), secretFromSeed(seed, SHACHAIN_FIRST_INDEX))
  })

  it('refuses a wrong secret as soon as it should derive an earlier one, and stays as it was', () => {
    const seed = new Uint8Array(32).fill(9)
    const chain = chainOf(seed, 7)
    const before = [...chain]
    const wrong = secretFromSeed(seed, shachainIndexOf(7))
    wrong[31]! ^= 1
    assert.equal(receiveSecret(chain, shachainIndexOf(7), wrong), undefined)
    assert.equal(receiveSecret(chain, shachainIndexOf(7), wrong.subarray(1)), undefined)
    assert.deepEqual(chain, before)
    assert.ok(Object.isFrozen(chain))
  })

  it('takes a secret out of turn for a bug of the caller', () => {
    const seed = new Uint8Array(32)
    for (const number of [0, 1, 3]) {
      assert.throws(() => receiveSecret(chainOf(seed, 2), shachainIndexOf(number), seed), { name: 'InvariantError' }, String(number))
    }
    assert.throws(() => receiveSecret(EMPTY_SHACHAIN, shachainIndexOf(1), seed), { name: 'InvariantError' })
    assert.throws(() => secretFromSeed(seed, 2 ** 48), { name: 'InvariantError' })
    assert.equal(secretOf(chainOf(seed, 2), -1), undefined)
  })

  it('is read back from the store as it was written', () => {
    const chain = chainOf(new Uint8Array(32).fill(3), 77)
    assert.deepEqual(decodeLayout(shachainLayout, encodeLayout(shachainLayout, chain)), chain)
  })
})
