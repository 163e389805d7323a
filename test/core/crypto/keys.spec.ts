import assert from 'node:assert/strict'
import fc from 'fast-check'
import { mulG } from '../../../src/core/crypto/curve.js'
import { derivePrivateKey, derivePublicKey, revocationPrivateKey, revocationPublicKey } from '../../../src/core/crypto/keys.js'
import { bytesOf, describeOnEveryEngine, FEW_RUNS, scalars, vectorText } from './engines.js'

const vector = JSON.parse(vectorText('bolt-03', 'key-derivation.json')) as Readonly<Record<string, string>>
const published = (name: string): Uint8Array => bytesOf(vector[name]!)

describeOnEveryEngine('keys of a commitment', () => {
  it('start from the published points', () => {
    assert.deepEqual(mulG(published('base_secret')), published('base_point'))
    assert.deepEqual(mulG(published('per_commitment_secret')), published('per_commitment_point'))
  })

  it('are the published public key', () => {
    assert.deepEqual(derivePublicKey(published('base_point'), published('per_commitment_point')), published('localpubkey'))
  })

  it('are the published private key', () => {
    assert.deepEqual(derivePrivateKey(published('base_secret'), published('per_commitment_point')), published('localprivkey'))
  })

  it('are the published revocation public key', () => {
    assert.deepEqual(revocationPublicKey(published('base_point'), published('per_commitment_point')), published('revocationpubkey'))
  })

  it('are the published revocation private key', () => {
    assert.deepEqual(revocationPrivateKey(published('base_secret'), published('per_commitment_secret')), published('revocationprivkey'))
  })

  it('belong together, the private and the public one', () => {
    fc.assert(fc.property(scalars, scalars, (base, commitment) => {
      const [basepoint, point] = [mulG(base), mulG(commitment)]
      assert.deepEqual(mulG(derivePrivateKey(base, point)), derivePublicKey(basepoint, point))
      assert.deepEqual(mulG(revocationPrivateKey(base, commitment)), revocationPublicKey(basepoint, point))
    }), FEW_RUNS)
  })
})
