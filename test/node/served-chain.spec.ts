import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedChain } from '../../src/adapters/chain-embedded/embedded-chain.js'
import { virtualClock } from '../../src/adapters/memory/clock.js'
import { systemClock } from '../../src/adapters/system/clock.js'
import { AmikoError } from '../../src/core/base/errors.js'
import { chainBackend } from '../../src/node/chain-backend.js'
import { servedAt } from '../../src/node/chain-folder.js'
import { MINE_IDLE_MS, MINE_LOOK_MS, MINE_WAITING_MS, mineByItself, serveChain } from '../../src/node/served-chain.js'

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'

describe('an embedded chain that mines by itself', () => {
  describe('on time that passes', () => {
    it('without anything that waits a block comes at every interval', () => {
      const clock = virtualClock()
      const chain = embeddedChain({ clock })
      const stop = mineByItself(chain, clock, () => assert.fail())
      clock.advance(MINE_IDLE_MS - MINE_LOOK_MS)
      assert.equal(chain.ledger.tip.height, 0)
      clock.advance(2 * MINE_LOOK_MS)
      assert.equal(chain.ledger.tip.height, 1)
      stop()
      clock.advance(10 * MINE_IDLE_MS)
      assert.equal(chain.ledger.tip.height, 1)
    })

    it('what waits is mined when it has waited for its time, and not before', () => {
      const clock = virtualClock()
      const chain = embeddedChain({ clock })
      chain.fund(ADDRESS, 100_000n)
      const { height } = chain.ledger.tip
      mineByItself(chain, clock, () => assert.fail())
      clock.advance(MINE_WAITING_MS)
      assert.deepEqual([chain.ledger.tip.height, chain.mempool.pool.entries.size], [height, 1])
      clock.advance(2 * MINE_LOOK_MS)
      assert.deepEqual([chain.ledger.tip.height, chain.mempool.pool.entries.size], [height + 1, 0])
    })

    it("somebody else's block puts the next one off", () => {
      const clock = virtualClock()
      const chain = embeddedChain({ clock })
      mineByItself(chain, clock, () => assert.fail())
      clock.advance(MINE_IDLE_MS / 2)
      chain.mine(1)
      clock.advance(MINE_IDLE_MS - MINE_LOOK_MS)
      assert.equal(chain.ledger.tip.height, 1)
      clock.advance(3 * MINE_LOOK_MS)
      assert.equal(chain.ledger.tip.height, 2)
    })

    it('a store that fails ends the mining, and is told once', () => {
      const clock = virtualClock()
      const chain = embeddedChain({ clock })
      const told: string[] = []
      mineByItself(chain, clock, (reason) => { told.push(reason) })
      chain.setStatus({ state: 'unreachable', detail: 'the disk is full' })
      clock.advance(3 * MINE_IDLE_MS)
      assert.deepEqual([told, chain.ledger.tip.height], [['the disk is full'], 0])
    })
  })
})

describe('a served chain', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'amiko-served-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })
  const refused = (name: string) => (error: unknown): boolean => error instanceof AmikoError && error.name === name
  const options = { clock: systemClock(), onFailure: (error: Error) => { throw error } }

  it('is found in its folder while it runs, and answers a person', async () => {
    const served = await serveChain({ ...options, dir })
    try {
      const found = await servedAt(dir)
      assert.deepEqual(found, { url: served.url, pid: process.pid, cookieFile: served.cookieFile })
      const backend = chainBackend({ ...options, ...found })
      assert.deepEqual([(await backend.mine(2, ADDRESS)).mined, (await backend.status()).height], [2, 2])
      await assert.rejects(backend.mine(1, 'no address'), refused('chain-refused'))
    } finally {
      await served.stop()
    }
    assert.equal(await servedAt(dir), undefined)
  })

  it('a port that is taken, and settings that are damaged, are refused and hold nothing', async () => {
    const served = await serveChain({ ...options, dir: join(dir, 'a') })
    try {
      await assert.rejects(serveChain({ ...options, dir: join(dir, 'b'), listen: new URL(served.url).host }), refused('bad-request'))
      const other = await serveChain({ ...options, dir: join(dir, 'b') })
      await other.stop()
    } finally {
      await served.stop()
    }
    await writeFile(join(dir, 'b', 'chain.json'), '{')
    await assert.rejects(serveChain({ ...options, dir: join(dir, 'b') }), refused('bad-request'))
  })

  it('a backend that is not there is unreachable, and its password is not shown', async () => {
    const error = await chainBackend({ ...options, url: 'http://me:secret@127.0.0.1:1/' }).status().then(() => undefined, (reason: unknown) => reason)
    assert.ok(refused('chain-unreachable')(error))
    assert.doesNotMatch((error as Error).message, /secret/)
  })
})
