import assert from 'node:assert/strict'
import { fromHex, toHex } from '../../../../src/core/base/bytes.js'
import { asUnits } from '../../../../src/core/base/money.js'
import { buildCommitment } from '../../../../src/core/channel/enforced/commitment.js'
import type { Contract } from '../../../../src/core/channel/enforced/contract.js'
import { commitmentPoint, publicKeys } from '../../../../src/core/channel/enforced/keys.js'
import { signatureHash } from '../../../../src/core/channel/enforced/sighash.js'
import { readTransaction, strippedBytes } from '../../../../src/core/channel/enforced/transaction.js'
import { mulG } from '../../../../src/core/crypto/curve.js'
import { vectorText } from '../../crypto/engines.js'
import { lockOf, twoSides } from './two-sides.js'

interface OfEclair {
  readonly funding_txid: string
  readonly funding_index: number
  readonly funding_amount_satoshis: number
  readonly commitment_number: number
  readonly to_self_delay: number
  readonly local_payment_basepoint_secret: string
  readonly remote_payment_basepoint_secret: string
  readonly tests: ReadonlyArray<{
    readonly name: string
    readonly dust_limit_satoshis: number
    readonly to_local_msat: number
    readonly to_remote_msat: number
    readonly incoming?: readonly Ptlc[]
    readonly outgoing?: readonly Ptlc[]
    readonly signed_commit_tx: string
  }>
}
interface Ptlc { readonly id: number, readonly amount_msat: number, readonly cltv_expiry: number }

describe('enforced channel, published vectors of a zero-fee taproot format', () => {
  const vectors = JSON.parse(vectorText('eclair', 'taproot-zero-fee-commitment-format.json')) as OfEclair
  const secrets = twoSides('v3-zero-fee').alice.secrets
  const keys = twoSides('v3-zero-fee').alice.contract.keys
  for (const vector of vectors.tests) {
    it(`${vector.name}: amounts, order, anchor, number, size [ENF-5, ENF-7]`, () => {
      const contract: Contract = {
        format: 'v3-zero-fee',
        fundingSat: BigInt(vectors.funding_amount_satoshis),
        funding: { txid: fromHex(vectors.funding_txid).reverse(), index: vectors.funding_index },
        delayBlocks: vectors.to_self_delay,
        dustSat: BigInt(vector.dust_limit_satoshis),
        feeRatePerKw: 0,
        opener: 'local',
        keys: {
          local: { ...keys.local, payment: mulG(fromHex(vectors.local_payment_basepoint_secret)) },
          remote: { ...keys.remote, payment: mulG(fromHex(vectors.remote_payment_basepoint_secret)) }
        }
      }
      const locks = [
        ...(vector.incoming ?? []).map((ptlc) => lockOf('remote', ptlc.id, BigInt(ptlc.amount_msat), ptlc.cltv_expiry)),
        ...(vector.outgoing ?? []).map((ptlc) => lockOf('local', ptlc.id, BigInt(ptlc.amount_msat), ptlc.cltv_expiry))
      ]
      const built = buildCommitment(contract, 'local', vectors.commitment_number, commitmentPoint(secrets, vectors.commitment_number), {
        localBalance: asUnits(BigInt(vector.to_local_msat)), remoteBalance: asUnits(BigInt(vector.to_remote_msat)), locks
      }).transaction
      const expected = readTransaction(fromHex(vector.signed_commit_tx))!
      assert.deepEqual(built.outputs.map(({ valueSat }) => valueSat), expected.outputs.map(({ valueSat }) => valueSat))
      const anchorOf = ({ outputs }: typeof built): number => outputs.findIndex(({ script }) => script.length === 4)
      assert.equal(anchorOf(built), anchorOf(expected))
      assert.deepEqual([built.version, built.lockTime, built.inputs[0]!.sequence], [expected.version, expected.lockTime, expected.inputs[0]!.sequence])
      assert.equal(toHex(built.inputs[0]!.txid), toHex(expected.inputs[0]!.txid))
      assert.equal(strippedBytes(built).length, strippedBytes(expected).length)
    })
  }
})

interface OfBip341 {
  readonly keyPathSpending: ReadonlyArray<{
    readonly given: { readonly rawUnsignedTx: string, readonly utxosSpent: ReadonlyArray<{ readonly scriptPubKey: string, readonly amountSats: number }> }
    readonly inputSpending: ReadonlyArray<{ readonly given: { readonly txinIndex: number, readonly hashType: number }, readonly intermediary: { readonly sigHash: string } }>
  }>
}

describe('signature hashes, vectors of BIP 341', () => {
  const { keyPathSpending } = JSON.parse(vectorText('bip-0341', 'wallet-test-vectors.json')) as OfBip341
  for (const { given, inputSpending } of keyPathSpending) {
    const tx = readTransaction(fromHex(given.rawUnsignedTx))!
    const prevouts = given.utxosSpent.map(({ scriptPubKey, amountSats }) => ({ valueSat: BigInt(amountSats), script: fromHex(scriptPubKey) }))
    for (const { given: { txinIndex, hashType }, intermediary } of inputSpending) {
      it(`input ${txinIndex} with hash type ${hashType}`, () => {
        assert.equal(toHex(signatureHash(tx, txinIndex, prevouts, hashType)), intermediary.sigHash)
      })
    }
  }
})

describe('keys of a channel', () => {
  it('are other ones for each salt, and points of their secrets [ENF-1]', () => {
    const { alice, bob } = twoSides('v3-zero-fee')
    assert.deepEqual(publicKeys(alice.secrets), alice.contract.keys.local)
    const all = [...Object.values(alice.contract.keys.local), ...Object.values(bob.contract.keys.local)].map((key: Uint8Array) => toHex(key))
    assert.equal(new Set(all).size, 10)
  })
})
