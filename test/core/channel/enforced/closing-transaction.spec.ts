import assert from 'node:assert/strict'
import { closingNonce, closingTransaction, completeClosing, signClosing } from '../../../../src/core/channel/enforced/closing-transaction.js'
import { fixedParts } from '../../../../src/core/channel/enforced/contract.js'
import { vsizeOf } from '../../../../src/core/channel/enforced/transaction.js'
import { wrongWith } from './interpreter.js'
import { hashOf, twoSides } from './two-sides.js'

const scriptOf = (name: string): Uint8Array => Uint8Array.of(0, 20, ...hashOf(name).subarray(0, 20))
const [A, B] = [scriptOf('alice'), scriptOf('bob')]

describe('enforced channel, cooperative close', () => {
  const { alice, bob } = twoSides('v3-zero-fee')
  const terms = { balances: { local: 600_000n, remote: 400_000n }, scripts: { local: A, remote: B }, payer: 'local' as const, feeSat: 300n }
  const mirrored = { balances: { local: 400_000n, remote: 600_000n }, scripts: { local: B, remote: A }, payer: 'remote' as const, feeSat: 300n }

  it('is one transaction of one signature, the same for both ends; who proposes pays the fee [ENF-17]', () => {
    const tx = closingTransaction(alice.contract, terms)!
    assert.deepEqual(closingTransaction(bob.contract, mirrored), tx)
    assert.deepEqual(tx.outputs, [{ valueSat: 400_000n, script: B }, { valueSat: 599_700n, script: A }])
    const nonces = [closingNonce(alice.contract, alice.secrets.funding, hashOf('1')), closingNonce(bob.contract, bob.secrets.funding, hashOf('2'))] as const
    const byBob = signClosing(bob.contract, tx, bob.secrets.funding, nonces[1], nonces[0].public)!
    const byAlice = signClosing(alice.contract, tx, alice.secrets.funding, nonces[0], nonces[1].public)!
    const done = completeClosing(alice.contract, tx, { local: nonces[0].public, remote: nonces[1].public }, { local: byAlice, remote: byBob })!
    assert.equal(wrongWith(done, [fixedParts(alice.contract).fundingSpent]), undefined)
    assert.equal(done.inputs[0]!.witness.length, 1)
    assert.ok(vsizeOf(done) < 145)
    assert.deepEqual(completeClosing(bob.contract, tx, { local: nonces[1].public, remote: nonces[0].public }, { local: byBob, remote: byAlice }), done)
  })

  it('leaves out what is below dust, and is none when the payer cannot pay', () => {
    assert.equal(closingTransaction(alice.contract, { ...terms, balances: { local: 999_800n, remote: 200n } })!.outputs.length, 1)
    assert.equal(closingTransaction(alice.contract, { ...terms, feeSat: 600_001n }), undefined)
    assert.equal(closingTransaction(alice.contract, { ...terms, feeSat: -1n }), undefined)
    assert.equal(closingTransaction(alice.contract, { ...terms, balances: { local: 300n, remote: 100n }, feeSat: 300n }), undefined)
  })

  it('does not come about with a part for another transaction or nonce, and a secret nonce is used once [ENF-18]', () => {
    const tx = closingTransaction(alice.contract, terms)!
    const other = closingTransaction(alice.contract, { ...terms, feeSat: 301n })!
    const [mine, theirs] = [closingNonce(alice.contract, alice.secrets.funding, hashOf('3')), closingNonce(bob.contract, bob.secrets.funding, hashOf('4'))]
    const byBob = signClosing(bob.contract, other, bob.secrets.funding, theirs, mine.public)!
    const byAlice = signClosing(alice.contract, tx, alice.secrets.funding, mine, theirs.public)!
    assert.equal(completeClosing(alice.contract, tx, { local: mine.public, remote: theirs.public }, { local: byAlice, remote: byBob }), undefined)
    assert.ok(theirs.secret.subarray(0, 64).every((byte) => byte === 0))
    assert.equal(signClosing(bob.contract, tx, bob.secrets.funding, theirs, mine.public), undefined)
    assert.equal(signClosing(alice.contract, tx, alice.secrets.funding, closingNonce(alice.contract, alice.secrets.funding, hashOf('5')), new Uint8Array(66)), undefined)
  })
})
