import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { address } from 'bitcoinjs-lib'
import { repositoryFile } from '../../../../simulations/repository-file.js'
import { embeddedChain } from '../../../../src/adapters/chain-embedded/embedded-chain.js'
import { virtualClock } from '../../../../src/adapters/memory/clock.js'
import { fromHex } from '../../../../src/core/base/bytes.js'
import { describeRealChain, startRealChain, type RealChain } from '../../../chains/real-chain.js'
import { enforcedVectors, replayOf, walletScript, type ReplayStep } from './enforced-vectors.js'

interface Vectors { readonly blocks: readonly string[], readonly steps: readonly ReplayStep[] }
const stored = JSON.parse(readFileSync(repositoryFile('protocols/channel/vectors/enforced.json'), 'utf8')) as Vectors
/** Header and count before the one transaction of a block. */
const COINBASE_AT = 81

describe('enforced channel, own vectors', () => {
  it('are what the code makes [ENF-2] [ENF-3] [ENF-8]', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(enforcedVectors())), stored)
  })

  it('are taken and refused by the embedded chain as they should be [ENF-4] [ENF-6] [ENF-13]', () => {
    const chain = embeddedChain({ clock: virtualClock(1_767_225_600_000) })
    for (const [i, block] of stored.blocks.entries()) chain.ledger.connect(1_296_688_602 + 600 * (i + 1), [chain.parse(fromHex(block).slice(COINBASE_AT))!])
    for (const step of stored.steps) {
      if (step.do === 'mine') {
        chain.mine(step.blocks)
        assert.equal(chain.mempool.pool.entries.size, 0)
        continue
      }
      const txs = step.transactions.map((raw) => chain.parse(fromHex(raw))!)
      const verdicts = step.package ? chain.acceptPackage(txs) : txs.map((tx) => chain.accept(tx))
      for (const verdict of verdicts) {
        const said = verdict.status === 'rejected' ? verdict.text : verdict.status
        assert(said.includes(step.expect), `${step.name}: ${said}`)
      }
    }
  })
})

/** Does the steps on a real node. */
async function replay (node: RealChain, steps: readonly ReplayStep[], prefix: string): Promise<void> {
  for (const step of steps) {
    if (step.do === 'mine') {
      await node.call('generatetoaddress', step.blocks, address.toBech32(walletScript.subarray(2), 1, prefix))
      assert.deepEqual(await node.call('getrawmempool'), [])
    } else if (step.package) {
      const answer = await node.call<{ readonly package_msg: string }>('submitpackage', step.transactions)
      assert.equal(answer.package_msg, 'success', step.name)
    } else {
      const verdict = await node.call('sendrawtransaction', step.transactions[0]).then(() => 'accepted', (error: Error) => error.message)
      assert(verdict.includes(step.expect), `${step.name}: ${verdict}`)
    }
  }
}

/** Blocks before a replay on Litecoin: its relative locks begin at height 432. */
const LITECOIN_BLOCKS = 440

describeRealChain('litecoin', () => {
  describe('enforced channel of v2-fee on a real litecoin node', function () {
    this.timeout(120_000)
    it('is published, claimed, timed out, swept and punished as it should be [ENF-4] [ENF-6] [ENF-13]', async () => {
      const node = await startRealChain('litecoin')
      try {
        const hashes = await node.call<readonly string[]>('generatetoaddress', LITECOIN_BLOCKS, address.toBech32(walletScript.subarray(2), 1, 'rltc'))
        const { tx: [txid] } = await node.call<{ readonly tx: readonly string[] }>('getblock', hashes[0])
        const coin = { txid: fromHex(txid!).reverse(), valueSat: 5_000_000_000n }
        await replay(node, replayOf({ coin, height: LITECOIN_BLOCKS, cases: [['v2-fee', 'published'], ['v2-fee', 'punished']], dustSat: 3_300n }).steps, 'rltc')
      } finally {
        await node.stop()
      }
    })
  })
})

describeRealChain('bitcoin', () => {
  describe('enforced channel, own vectors on a real node', function () {
    this.timeout(120_000)
    it('are taken and refused as they should be [ENF-4] [ENF-6] [ENF-13]', async () => {
      const node = await startRealChain('bitcoin')
      try {
        for (const block of stored.blocks) assert.equal(await node.call('submitblock', block), null)
        await replay(node, stored.steps, 'bcrt')
      } finally {
        await node.stop()
      }
    })
  })
})
