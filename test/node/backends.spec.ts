import assert from 'node:assert/strict'
import { AmikoError } from '../../src/core/base/errors.js'
import { readBackends } from '../../src/node/backends.js'
import type { NodeConfig } from '../../src/node/nouns.js'

const read = (kind: NodeConfig['kind'], ...chains: string[]): ReturnType<typeof readBackends> => readBackends({ kind, chains })

describe('chain backends of the settings', () => {
  describe('on what can be asked', () => {
    it('a full node with a password, and one with a cookie file', () => {
      assert.deepEqual(read('regtest', 'bitcoind=http://me:secret@127.0.0.1:18443', 'litecoind=http://127.0.0.1:19443/?cookiefile=../chain/.cookie'), [
        { name: 'bitcoin', network: 'regtest', kind: 'bitcoind', url: 'http://me:secret@127.0.0.1:18443/' },
        { name: 'litecoin', network: 'regtest', kind: 'litecoind', url: 'http://127.0.0.1:19443/', cookieFile: '../chain/.cookie' }
      ])
    })

    it('the test network that is named, else the usual one of the chain', () => {
      const networks = (...chains: string[]): string[] => read('testnet', ...chains).map(({ network }) => network)
      assert.deepEqual(networks('bitcoind=http://127.0.0.1:1', 'litecoind=http://127.0.0.1:2'), ['testnet4', 'testnet'])
      assert.deepEqual(networks('bitcoind=http://127.0.0.1:1/?network=signet'), ['signet'])
    })

    it('the embedded chain of a private network', () => {
      assert.deepEqual(read('regtest', 'embedded'), [{ name: 'bitcoin', network: 'regtest', kind: 'embedded' }])
    })

    it('mainnet when it is allowed by name', () => {
      assert.equal(readBackends({ kind: 'mainnet', chains: ['bitcoind=http://127.0.0.1:8332'], allowMainnet: true })[0]?.network, 'mainnet')
    })
  })

  describe('on what cannot be asked', () => {
    const REFUSED: ReadonlyArray<readonly [NodeConfig['kind'], readonly string[], RegExp]> = [
      ['mainnet', ['bitcoind=http://127.0.0.1:8332'], /allowMainnet/],
      ['mainnet', ['embedded'], /regtest/],
      ['regtest', ['bitcoind'], /written/],
      ['regtest', ['bitcoind=no address'], /written/],
      ['regtest', ['dogecoind=http://127.0.0.1:1'], /written/],
      ['regtest', ['bitcoind=ftp://127.0.0.1:1'], /http/],
      ['regtest', ['bitcoind=http://127.0.0.1:1/?cookie=x'], /cookiefile/],
      ['regtest', ['bitcoind=http://a:b@127.0.0.1:1/?cookiefile=x'], /both/],
      ['regtest', ['bitcoind=http://127.0.0.1:1/?network=mainnet'], /regtest/],
      ['regtest', ['embedded', 'bitcoind=http://127.0.0.1:1'], /two backends/]
    ]
    for (const [kind, chains, reason] of REFUSED) {
      it(`${kind} with ${chains.join(' and ')} is refused with the reason`, () => {
        assert.throws(() => read(kind, ...chains), (error) => error instanceof AmikoError && error.name === 'bad-request' && reason.test(error.message))
      })
    }

    it('a password is not repeated in the refusal', () => {
      assert.throws(() => read('regtest', 'bitcoind=http//me:secret@127.0.0.1'), (error) => error instanceof AmikoError && !error.message.includes('secret'))
    })
  })
})
