import assert from 'node:assert/strict'
import { address } from 'bitcoinjs-lib'
import { bitcoindChain } from '../../../src/adapters/chain-bitcoind/bitcoind-chain.js'
import { systemClock } from '../../../src/adapters/system/clock.js'
import { chainParameters, type ChainName } from '../../../src/ports/chain-parameters.js'
import type { Chain, Watch } from '../../../src/ports/chain.js'
import { describeRealChain, startRealChain, type RealChain } from '../../chains/real-chain.js'
import { simple } from '../../compliance/chain-cases.js'
import { chainCompliance, historyOf, listener, until } from '../../compliance/chain.js'
import { keyLock } from '../../compliance/chain-wallet.js'

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

      it('tells of a past too long to be read what made the unspent outputs of a script, and what spent an outpoint lately', async () => {
        node = await startRealChain(chain)
        const [mine, other] = [keyLock(1), keyLock(7)]
        await node.call('generatetoaddress', 3, addressOf(mine.script))
        await node.call('generatetoaddress', 110, addressOf(other.script))
        const coins = await Promise.all([1, 2].map(async (height) => {
          const { tx: [coinbase] } = await node.call<{ tx: [string] }>('getblock', await node.call<string>('getblockhash', height))
          return { txid: coinbase, vout: 0, valueSat: 5_000_000_000n, lock: mine }
        }))
        const spends = coins.map((coin) => simple(coin, { to: other }))
        await node.call('sendrawtransaction', spends[0]!.toHex())
        await node.call('generatetoaddress', 20, addressOf(other.script))
        await node.call('sendrawtransaction', spends[1]!.toHex())
        await node.call('generatetoaddress', 1, addressOf(other.script))
        const client = bitcoindChain({ chain, network: 'regtest', url: node.url, cookieFile: node.cookieFile, clock: systemClock(), pollMs: POLL_MS, historyBlocksMax: 10 })
        await client.start(listener().events)
        await until(() => client.status().state === 'ok', 'ok')
        const heights = async (watch: Watch): Promise<readonly number[] | undefined> => (await historyOf(client, watch, 0))?.confirmed.map(({ block }) => block.height)
        const third = await node.call<{ tx: [string] }>('getblock', await node.call<string>('getblockhash', 3))
        const found = await Promise.all([
          { type: 'script', script: mine.script },
          { type: 'script', script: keyLock(9).script },
          { type: 'outpoint', outpoint: { txid: third.tx[0], vout: 0 } },
          { type: 'outpoint', outpoint: coins[1]! },
          { type: 'outpoint', outpoint: coins[0]! }
        ].map(async (watch) => await heights(watch as Watch)))
        await client.stop()
        assert.deepEqual(found, [[3], [], [], [134], undefined])
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
