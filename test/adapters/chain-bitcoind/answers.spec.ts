import assert from 'node:assert/strict'
import fc from 'fast-check'
import { headerIn, rawIn, satIn, transactionsIn } from '../../../src/adapters/chain-bitcoind/answers.js'
import { UnreachableError } from '../../../src/adapters/chain-bitcoind/rpc.js'
import { keyLock, spend } from '../../compliance/chain-wallet.js'
import { toHex } from '../../../src/core/base/bytes.js'

const MINE = keyLock(1)
const tx = spend({ inputs: [{ coin: { txid: '12'.repeat(32), vout: 3, valueSat: 10n, lock: { script: MINE.script } } }], outputs: [{ script: MINE.script, valueSat: 9n }] })

describe('answers of a backend', () => {
  it('give a transaction with what it spends and pays to', () => {
    const read = rawIn(tx.toHex())
    assert.deepEqual([read?.txid, read?.spends, read?.scripts], [tx.getId(), [{ txid: '12'.repeat(32), vout: 3 }], [toHex(MINE.script)]])
  })

  it('give the plain form of a transaction of Litecoin\'s extension', () => {
    const plain = tx.toHex()
    const extended = `${plain.slice(0, 8)}0008${plain.slice(8, -8)}00${plain.slice(-8)}`
    assert.deepEqual(rawIn(extended), rawIn(plain))
    assert.equal(rawIn(`${plain.slice(0, 8)}0009${plain.slice(8, -8)}00${plain.slice(-8)}`), undefined)
  })

  it('give amounts to the satoshi, as far as there are any', () => {
    for (const [coins, sat] of [[0, 0n], [0.00000001, 1n], [0.1 + 0.2, 30_000_000n], [20_999_999.99999999, 2_099_999_999_999_999n], [83_999_999.99999999, 8_399_999_999_999_999n]] as const) assert.equal(satIn(coins, 'x'), sat)
    for (const wrong of [-1, Number.NaN, Infinity, '1', undefined, 1e9]) assert.throws(() => satIn(wrong, 'x'), UnreachableError)
  })

  it('are read, or refused as not understood, whatever they are', () => {
    const anything = fc.oneof(fc.anything(), fc.record({ tx: fc.anything(), hash: fc.anything(), height: fc.anything() }), fc.record({ tx: fc.array(fc.record({ txid: fc.anything(), vin: fc.anything(), vout: fc.anything() })) }))
    fc.assert(fc.property(anything, (value) => {
      for (const read of [headerIn, transactionsIn, rawIn]) {
        try {
          read(value)
        } catch (error) {
          assert.ok(error instanceof UnreachableError, String(error))
        }
      }
    }), { numRuns: 300 })
  })
})
