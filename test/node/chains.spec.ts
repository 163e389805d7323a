import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/adapters/system/clock.js'
import { createAmiko } from '../../src/node/amiko.js'
import { createChainDriver, type ChainDriver } from '../../src/node/chain-driver.js'
import { createChains, type NodeChains } from '../../src/node/chains.js'
import { initialise } from '../../src/node/config.js'
import type { ChainView, NodeConfig } from '../../src/node/nouns.js'
import { serveChain, type ServedChain } from '../../src/node/served-chain.js'
import type { Logger } from '../../src/ports/logger.js'
import { describeRealChain, startRealChain, type RealChain } from '../chains/real-chain.js'

const silent: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, child: () => silent }
const clock = systemClock()
const config: NodeConfig = {
  version: 1, network: 'village', kind: 'regtest', listen: ['/ip4/127.0.0.1/tcp/0'], api: '127.0.0.1:0', chains: [], bootstrap: [], pacing: 'private'
}

/** Looks again and again until the first chain is as wanted. */
async function until (list: () => readonly ChainView[], wanted: (row: ChainView) => boolean): Promise<ChainView> {
  for (;;) {
    const [row] = list()
    assert.ok(row !== undefined)
    if (wanted(row)) return row
    await new Promise((resolve) => { setImmediate(resolve) })
  }
}

describe('chains of a node', () => {
  let dir: string
  let served: ServedChain
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'amiko-chains-'))
    served = await serveChain({ dir: join(dir, 'chain'), clock, onFailure: (error) => { throw error } })
  })
  afterEach(async () => {
    await served.stop()
    await rm(dir, { recursive: true, force: true })
  })
  const url = (): string => `bitcoind=${served.url}?cookiefile=../chain/.cookie`
  interface Driven extends NodeChains { readonly heights: ChainDriver['heights'] }
  async function using (chains: readonly string[], act: (chains: Driven) => Promise<void>): Promise<void> {
    const made = createChains({ dir: join(dir, 'node'), config: { kind: 'regtest', chains }, clock, logger: silent })
    const driver = createChainDriver({ chains: made.opened, clock, logger: silent })
    await made.open()
    driver.start((event) => { driver.stepping(event) }, () => [])
    try {
      await act({ ...made, heights: driver.heights })
    } finally {
      await driver.stop()
      await made.close()
    }
  }

  it('a served chain is followed: heights, capabilities, no warning', async () => {
    await using([url()], async (chains) => {
      const row = await until(chains.list, ({ status, height }) => status === 'ok' && height !== undefined)
      assert.deepEqual([row.name, row.network, row.backend, row.capabilities], ['bitcoin', 'regtest', 'bitcoind', { truc: true, packages: true, ephemeralAnchors: true }])
      const height = row.height! + 3
      served.chain.mine(3)
      await until(chains.list, (now) => now.height === height)
      assert.deepEqual([chains.heights(), chains.warnings()], [{ bitcoin: height }, []])
    })
  })

  it('another chain at the address is said so, and its heights are not believed', async () => {
    await using([url().replace('bitcoind', 'litecoind')], async (chains) => {
      await until(chains.list, ({ status }) => status === 'wrong-chain')
      assert.deepEqual(chains.heights(), {})
      assert.match(chains.warnings()[0]!, /litecoin is wrong-chain/)
    })
  })

  it('an embedded chain lives in the folder, and a folder that cannot be opened is a state', async () => {
    await using(['embedded'], async (chains) => {
      await until(chains.list, ({ status, height }) => status === 'ok' && height === 0)
      await using(['embedded'], async (others) => {
        const row = await until(others.list, ({ status }) => status === 'unreachable')
        assert.match(row.detail, /in use by another process/)
      })
    })
  })

  it('a node starts without its backend, says so, and follows it when it comes back', async () => {
    await served.stop()
    await initialise(join(dir, 'node'), { ...config, chains: [url()] })
    const node = await createAmiko({ dir: join(dir, 'node'), logLevel: 'error' })
    try {
      await until(node.chains.list, ({ status, detail }) => status === 'unreachable' && /cookie file/.test(detail))
      assert.match(node.status().warnings[0]!, /bitcoin is unreachable/)
      assert.equal(node.status().chains[0]?.height, undefined)
      served = await serveChain({ dir: join(dir, 'chain'), clock, onFailure: (error) => { throw error } })
      await until(node.chains.list, ({ status, height }) => status === 'ok' && height !== undefined)
      assert.deepEqual(node.status().warnings, [])
    } finally {
      await node.stop()
    }
  })
})

describeRealChain('bitcoin', () => {
  describe('a node beside a real bitcoin node', () => {
    let dir: string
    let real: RealChain
    before(async function () {
      this.timeout(120_000)
      dir = await mkdtemp(join(tmpdir(), 'amiko-chains-'))
      real = await startRealChain('bitcoin')
    })
    after(async () => {
      await real.stop()
      await rm(dir, { recursive: true, force: true })
    })

    it('follows its heights, and outlives its restart', async function () {
      this.timeout(120_000)
      await initialise(join(dir, 'node'), { ...config, chains: [`bitcoind=${real.url}?cookiefile=${encodeURIComponent(real.cookieFile)}`] })
      const node = await createAmiko({ dir: join(dir, 'node'), logLevel: 'error' })
      try {
        await real.call('generatetoaddress', 2, 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080')
        await until(node.chains.list, ({ status, height }) => status === 'ok' && height === 2)
        await real.halt()
        await until(node.chains.list, ({ status }) => status === 'unreachable')
        await real.restart()
        await real.call('generatetoaddress', 1, 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080')
        await until(node.chains.list, ({ status, height }) => status === 'ok' && height === 3)
      } finally {
        await node.stop()
      }
    })
  })
})
