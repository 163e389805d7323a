import assert from 'node:assert/strict'
import { chainParameters, dustLimit, isWitnessProgram } from '../../src/ports/chain-parameters.js'
import { rejectReasonOf, type RejectReason } from '../../src/ports/chain-rejection.js'
import { watches } from '../../src/ports/chain-watches.js'

const script = (version: number, length: number): Uint8Array => Uint8Array.of(version, length, ...new Uint8Array(length))
const A = 'aa'.repeat(32)
const B = 'bb'.repeat(32)

describe('chain parameters', () => {
  it('know the chains and networks there are', () => {
    for (const chain of ['bitcoin', 'litecoin'] as const) {
      for (const network of ['mainnet', 'testnet', 'regtest'] as const) {
        const parameters = chainParameters(chain, network)
        assert.ok(parameters !== undefined, `${chain} ${network}`)
        assert.deepEqual([parameters.chain, parameters.network], [chain, network])
        assert.match(parameters.genesisHash, /^[0-9a-f]{64}$/)
      }
    }
    assert.equal(chainParameters('litecoin', 'signet'), undefined)
  })

  it('say what is dust, as measured on real nodes', () => {
    const [bitcoin, litecoin] = [chainParameters('bitcoin', 'regtest')!, chainParameters('litecoin', 'regtest')!]
    const rows: ReadonlyArray<readonly [Uint8Array, bigint, bigint]> = [
      [script(0x51, 32), 330n, 3_300n], [script(0, 20), 294n, 2_940n], [script(0, 32), 330n, 3_300n], [script(0x51, 2), 240n, 2_400n],
      [Uint8Array.of(0x76, 0xa9, 20, ...new Uint8Array(20), 0x88, 0xac), 546n, 5_460n], [Uint8Array.of(0x6a, 1, 1), 0n, 0n]
    ]
    for (const [output, onBitcoin, onLitecoin] of rows) assert.deepEqual([dustLimit(bitcoin, output), dustLimit(litecoin, output)], [onBitcoin, onLitecoin], String(output))
  })

  it('know a witness program from what only looks like one', () => {
    for (const [version, length] of [[0, 20], [0x51, 2], [0x60, 40]] as const) assert.ok(isWitnessProgram(script(version, length)), `${version} ${length}`)
    for (const bytes of [script(0x50, 20), script(0x61, 20), script(0x51, 1), script(0x51, 41), script(0x51, 32).slice(0, -1), new Uint8Array(0)]) assert.ok(!isWitnessProgram(bytes), String(bytes))
  })
})

describe('reasons of a refusal', () => {
  it('are found in the words of Bitcoin Core 0.21 to 29, Knots and litecoind', () => {
    const rows: ReadonlyArray<readonly [string, RejectReason]> = [
      ['Transaction already in block chain', 'already-confirmed'], ['Transaction outputs already in utxo set', 'already-confirmed'], ['txn-already-known', 'already-confirmed'],
      ['bad-txns-inputs-missingorspent', 'missing-inputs'], ['missing-inputs', 'missing-inputs'], ['Missing inputs', 'missing-inputs'],
      ['mandatory-script-verify-flag-failed (Invalid Schnorr signature)', 'invalid-script'], ['non-mandatory-script-verify-flag (Locktime requirement not satisfied)', 'invalid-script'],
      ['non-final', 'not-final'], ['non-BIP68-final', 'not-final-sequence'], ['bad-txns-premature-spend-of-coinbase, tried to spend coinbase at depth 1', 'immature-coinbase'],
      ['bad-txns-in-belowout, value in (0.1) < value out (0.2)', 'amounts'], ['min fee not met, 1 < 110', 'fee-too-low'], ['mempool min fee not met', 'fee-too-low'],
      ['dust', 'dust'], ['dust, tx with dust output must be 0-fee', 'dust'], ['missing-ephemeral-spends', 'missing-ephemeral-spend'], ['unspent-dust', 'missing-ephemeral-spend'],
      ['insufficient fee, rejecting replacement', 'replacement'], ['txn-mempool-conflict', 'replacement'], ['replacement-adds-unconfirmed', 'replacement'], ['package RBF failed: insufficient fee', 'replacement'],
      ['TRUC-violation, tx 1 would exceed descendant count limit', 'truc'], ['version', 'nonstandard'], ['bad-witness-nonstandard', 'nonstandard'], ['scriptpubkey', 'nonstandard'], ['tx-size', 'nonstandard'],
      ['too-long-mempool-chain, too many unconfirmed ancestors', 'mempool-limits'], ['mempool full', 'mempool-limits'], ['package-not-child-with-unconfirmed-parents', 'package'],
      ['bad-txns-inputs-duplicate', 'malformed'], ['TX decode failed', 'malformed'], ['max-fee-exceeded', 'fee-too-high'], ['Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)', 'fee-too-high'],
      ['something new', 'other'], ['', 'other']
    ]
    for (const [text, reason] of rows) assert.equal(rejectReasonOf(text), reason, text)
  })
})

describe('watches', () => {
  const tx = (txid: string, spends: ReadonlyArray<{ readonly txid: string, readonly vout: number }>, ...scripts: readonly string[]): Parameters<ReturnType<typeof watches>['touches']>[0] => ({ txid, spends, scripts })

  it('see a watched outpoint made and spent', () => {
    const watched = watches()
    watched.add({ type: 'outpoint', outpoint: { txid: A, vout: 1 } })
    assert.ok(watched.touches(tx(A, [], '00', '01')))
    assert.ok(!watched.touches(tx(A, [], '00')), 'it has no output 1')
    assert.ok(watched.touches(tx(B, [{ txid: A, vout: 1 }], '00')))
    assert.ok(!watched.touches(tx(B, [{ txid: A, vout: 0 }], '00')))
  })

  it('see payments to a watched script, and the spending of those alone', () => {
    const watched = watches()
    watched.add({ type: 'script', script: Uint8Array.of(0x51) })
    assert.ok(watched.touches(tx(A, [], '00', '51')))
    assert.ok(watched.touches(tx(B, [{ txid: A, vout: 1 }], '00')))
    assert.ok(!watched.touches(tx(B, [{ txid: A, vout: 0 }], '00')))
  })

  it('see nothing of what is watched no longer', () => {
    const watched = watches()
    watched.add({ type: 'script', script: Uint8Array.of(0x51) })
    watched.touches(tx(A, [], '51'))
    watched.remove({ type: 'script', script: Uint8Array.of(0x51) })
    assert.equal(watched.size, 0)
    assert.ok(!watched.touches(tx(B, [{ txid: A, vout: 0 }], '51')))
  })
})
