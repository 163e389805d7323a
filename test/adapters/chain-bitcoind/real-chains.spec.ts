import assert from 'node:assert/strict'
import { address } from 'bitcoinjs-lib'
import { bitcoindChain } from '../../../src/adapters/chain-bitcoind/bitcoind-chain.js'
import { systemClock } from '../../../src/adapters/system/clock.js'
import { chainParameters, type ChainName } from '../../../src/ports/chain-parameters.js'
import type { Chain } from '../../../src/ports/chain.js'
import { describeRealChain, startRealChain, type RealChain } from '../../chains/real-chain.js'
import { chainCompliance, listener, until } from '../../compliance/chain.js'

const POLL_MS = 20
const clientOf = (chain: ChainName, node: RealChain): Chain => bitcoindChain({ chain, network: 'regtest', url: node.url, cookieFile: node.cookieFile, clock: systemClock(), pollMs: POLL_MS, retryPauseMs: POLL_MS })

for (const chain of ['bitcoin', 'litecoin'] as const) {
  describeRealChain(chain, () => {
    const addressOf = (script: Uint8Array): string => address.toBech32(script.subarray(2), 1, chainParameters(chain, 'regtest')!.bech32Hrp)

    chainCompliance(`real ${chain}`, async () => {
      const node = await startRealChain(chain)
      const mine = async (blocks: number, script: Uint8Array): Promise<void> => { await node.call('generatetoaddress', blocks, addressOf(script)) }
      return {
        chain: () => clientOf(chain, node),
        mine,
        reorg: async (depth, script) => {
          const height = await node.call<number>('getblockcount')
          await node.call('invalidateblock', await node.call<string>('getblockhash', height - depth + 1))
          await mine(depth + 1, script)
        },
        restart: node.restart,
        close: node.stop,
        // Litecoin's relative locks begin at height 432.
        firstBlocks: chain === 'litecoin' ? 440 : 110
      }
    }, { packages: chain === 'bitcoin' })

    describe(`real ${chain}, as it should not be`, function () {
      this.timeout(120_000)
      let node: RealChain
      afterEach(async () => { await node.stop() })

      it('is refused when it is another chain than was asked for', async () => {
        node = await startRealChain(chain)
        const client = clientOf(chain === 'bitcoin' ? 'litecoin' : 'bitcoin', node)
        const told = listener()
        await client.start(told.events)
        await until(() => client.status().state === 'wrong-chain', 'wrong-chain')
        assert.match(client.status().detail, /block 0 is/)
        assert.equal(client.tip(), undefined)
        await client.stop()
      })

      it('is unreachable while it is down, and the blocks that it then has are told', async () => {
        node = await startRealChain(chain)
        const client = clientOf(chain, node)
        const told = listener()
        await client.start(told.events)
        await until(() => client.tip() !== undefined, 'a tip')
        await node.halt()
        await until(() => client.status().state === 'unreachable', 'unreachable')
        await node.restart()
        await node.call('generatetoaddress', 2, addressOf(Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(2))))
        await until(() => told.lines.length === 2, 'two blocks')
        await client.stop()
        assert.deepEqual(told.lines, ['+1', '+2'])
      })

      it('loses nothing by a reindex', async () => {
        node = await startRealChain(chain)
        const client = clientOf(chain, node)
        const told = listener()
        await client.start(told.events)
        await until(() => client.tip() !== undefined, 'a tip')
        const to = addressOf(Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(2)))
        await node.call('generatetoaddress', 5, to)
        await until(() => client.tip()!.height === 5, 'five blocks')
        await node.restart({ args: ['-reindex'] })
        await until(() => client.status().state === 'ok' && told.statuses.length > 1, 'ok again')
        await node.call('generatetoaddress', 1, to)
        await until(() => client.tip()!.height === 6, 'one block more')
        await client.stop()
        assert.deepEqual(told.lines, ['+1', '+2', '+3', '+4', '+5', '+6'])
      })
    })
  })
}

describeRealChain('bitcoin', () => {
  describe('real bitcoin, capabilities', function () {
    this.timeout(60_000)
    it('are found missing where the settings are the node\'s own', async () => {
      const node = await startRealChain('bitcoin', [])
      const client = clientOf('bitcoin', node)
      await client.start(listener().events)
      await until(() => client.capabilities() !== undefined, 'capabilities')
      assert.deepEqual(client.capabilities(), { truc: false, packages: true, ephemeralAnchors: false })
      await client.stop()
      await node.stop()
    })
  })
})
