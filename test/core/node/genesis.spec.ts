import assert from 'node:assert/strict'
import { toHex } from '../../../src/core/base/bytes.js'
import { networkOf } from '../../../src/core/node/genesis.js'

describe('genesis', () => {
  it('makes another network of each name, kind, key and beacon [HINT-18]', () => {
    const key = new Uint8Array(32).fill(1)
    const networks = [
      networkOf('shop', 'regtest'), networkOf('shop', 'testnet'), networkOf('other', 'regtest'), networkOf('shop', 'regtest', key),
      networkOf('shop', 'regtest', undefined, 'bitcoin'), networkOf('shop', 'regtest', undefined, 'litecoin')
    ]
    assert.equal(new Set(networks.map(({ id }) => toHex(id))).size, networks.length)
    assert.deepEqual(networks.map(({ beaconChain }) => beaconChain), [undefined, undefined, undefined, undefined, 'bitcoin', 'litecoin'])
    assert.deepEqual(networkOf('shop', 'regtest'), networks[0])
  })
})
