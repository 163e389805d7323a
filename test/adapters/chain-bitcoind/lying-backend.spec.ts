import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { bitcoindChain, type BitcoindOptions } from '../../../src/adapters/chain-bitcoind/bitcoind-chain.js'
import { feeEstimateIn } from '../../../src/adapters/chain-bitcoind/verdicts.js'
import { embeddedChain, type ChainControl } from '../../../src/adapters/chain-embedded/embedded-chain.js'
import { serveMethod } from '../../../src/adapters/chain-rpc-server/methods.js'
import { systemClock } from '../../../src/adapters/system/clock.js'
import type { Chain, FeeEstimate } from '../../../src/ports/chain.js'
import { broadcast, historyOf, listener, unspent, until, type Told } from '../../compliance/chain.js'
import { keyLock, spend } from '../../compliance/chain-wallet.js'

type Lie = (method: string, params: readonly unknown[], truth: () => unknown) => unknown
interface Call { readonly id: number, readonly method: string, readonly params: readonly unknown[] }

/** A backend between the adapter and an embedded chain, that says what it is told to say. */
class LyingBackend {
  readonly chain: Chain & ChainControl = embeddedChain({ clock: systemClock() })
  lie: Lie = (_method, _params, truth) => truth()
  /** What HTTP itself says; undefined lets the answer through, `hang` never answers. */
  http: { readonly status: number, readonly body: string } | 'hang' | undefined
  calls = 0
  #server: Server | undefined
  url = ''

  async start (): Promise<void> {
    this.#server = createServer((request, response) => {
      let text = ''
      request.on('data', (part: Buffer) => { text += part.toString() })
      request.on('end', () => {
        this.calls++
        if (this.http === 'hang') return
        if (this.http !== undefined) return void response.writeHead(this.http.status).end(this.http.body)
        response.end(JSON.stringify((JSON.parse(text) as Call[]).map(({ id, method, params }) => {
          try {
            return { id, error: null, result: this.lie(method, params, () => serveMethod(this.chain, method, params)) }
          } catch (error) {
            return { id, result: null, error: { code: (error as { code?: number }).code ?? -1, message: String(error) } }
          }
        })))
      })
    })
    await new Promise<void>((resolve) => { this.#server!.listen(0, '127.0.0.1', resolve) })
    const address = this.#server.address()
    this.url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}/` : ''
  }

  async stop (): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }
}

const MINE = keyLock(1)
const POLL_MS = 5

describe('chain behind a backend that lies or fails', () => {
  let backend: LyingBackend
  let chain: Chain
  let told: Told

  const clientOf = (options: Partial<BitcoindOptions> = {}): Chain => bitcoindChain({ chain: 'bitcoin', network: 'regtest', url: backend.url, clock: systemClock(), pollMs: POLL_MS, retryPauseMs: 1, timeoutMs: 100, ...options })
  const begin = async (options: Partial<BitcoindOptions> = {}): Promise<void> => {
    chain = clientOf(options)
    told = listener()
    await chain.start(told.events)
    await until(() => chain.tip() !== undefined, 'a tip')
  }
  const stateIs = async (state: string): Promise<void> => { await until(() => chain.status().state === state, state) }
  const feeRate = async (): Promise<FeeEstimate> => await new Promise((resolve) => { chain.feeRate(6, resolve) })

  beforeEach(async () => {
    backend = new LyingBackend()
    await backend.start()
    backend.chain.mine(5)
  })
  afterEach(async () => {
    await chain.stop()
    await backend.stop()
  })

  it('takes nothing back when the height goes back, and goes on when it is there again', async () => {
    await begin()
    backend.chain.mine(3)
    await until(() => told.lines.length === 3, 'three blocks')
    backend.lie = (method, params, truth) => {
      if (method === 'getblockchaininfo') return { ...truth() as object, blocks: 2, headers: 2, bestblockhash: backend.chain.ledger.blockAt(2)!.hash }
      if (method === 'getblockheader' && params[0] !== backend.chain.ledger.blockAt(2)!.hash) throw new Error('Block not found')
      return truth()
    }
    await stateIs('syncing')
    assert.match(chain.status().detail, /went back to height 2; 8 was its tip/)
    backend.lie = (_method, _params, truth) => truth()
    backend.chain.mine(1)
    await stateIs('ok')
    await until(() => told.lines.length === 4, 'the fourth')
    assert.deepEqual(told.lines, ['+6', '+7', '+8', '+9'])
  })

  it('refuses another genesis, also when it comes later, and believes nothing meanwhile', async () => {
    await begin()
    backend.http = { status: 503, body: 'busy' }
    await stateIs('unreachable')
    backend.lie = (method, params, truth) => method === 'getblockhash' && params[0] === 0 ? 'ee'.repeat(32) : truth()
    backend.http = undefined
    await stateIs('wrong-chain')
    backend.chain.mine(2)
    const tx = spend({ inputs: [{ coin: { txid: '11'.repeat(32), vout: 0, valueSat: 10n, lock: MINE } }], outputs: [{ script: MINE.script, valueSat: 5n }] })
    assert.equal((await broadcast(chain, tx)).status, 'unavailable')
    assert.equal(await unspent(chain, { txid: '11'.repeat(32), vout: 0 }), undefined)
    assert.deepEqual(told.lines, [])
    backend.lie = (_method, _params, truth) => truth()
    await until(() => told.lines.length === 2, 'the blocks, once it is our chain again')
  })

  it('bounds fee rates, and gives one when there is none', async () => {
    await begin()
    const said: unknown[] = [1e9, -5, 0, 0.00002, 'much', Number.NaN, undefined, 1e308]
    const heard: string[] = []
    for (const feerate of said) {
      backend.lie = (method, _params, truth) => method === 'estimatesmartfee' ? { feerate, blocks: 6 } : truth()
      const { satPerKvb, source } = await feeRate()
      heard.push(`${satPerKvb} ${source}`)
    }
    assert.deepEqual(heard, ['1000000 bounded', '1000 bounded', '1000 bounded', '2000 estimated', '10000 fallback', '10000 fallback', '10000 fallback', '1000000 bounded'])
    backend.http = 'hang'
    assert.equal((await feeRate()).source, 'fallback')
    // A floor beyond the bounds is a lie too.
    assert.deepEqual(feeEstimateIn(undefined, 10n ** 15n, {}), { satPerKvb: 10_000n, source: 'fallback' })
  })

  it('of unspent outputs that it names only those count whose blocks pay the script', async () => {
    backend.chain.fund(MINE.script, 50_000n)
    backend.chain.mine(10)
    await begin({ historyBlocksMax: 3 })
    const block = chain.tip()!.height - 9
    const heard = async (result: unknown): Promise<number | undefined> => {
      backend.lie = (method, _params, truth) => method === 'scantxoutset' ? result : truth()
      return (await historyOf(chain, { type: 'script', script: MINE.script }, 0))?.confirmed.length
    }
    const { tx: [coinbase, payment] } = serveMethod(backend.chain, 'getblock', [serveMethod(backend.chain, 'getblockhash', [block]), 1]) as { tx: readonly string[] }
    const row = { txid: payment, vout: 0, height: block }
    assert.deepEqual([
      await heard({ success: true, unspents: [row] }), await heard({ success: true, unspents: [{ ...row, txid: coinbase }, { ...row, height: block + 1 }, { ...row, height: 10_000 }] }),
      await heard({ success: false, unspents: [row] }), await heard({ success: true, unspents: 7 }), await heard(null), await heard({ success: true, unspents: [1, 2, 3, 4].map((height) => ({ ...row, height })) })
    ], [1, 0, undefined, undefined, undefined, undefined])
    backend.lie = (_method, _params, truth) => truth()
    // A backend that does not know how to look.
    assert.equal(await historyOf(chain, { type: 'script', script: MINE.script }, 0), undefined)
  })

  it('says unreachable for silence, errors and nonsense, asks a bounded number of times, and comes back', async () => {
    await begin()
    for (const http of ['hang', { status: 500, body: 'oops' }, { status: 200, body: '{"result":[]}' }, { status: 200, body: '[]' }, { status: 401, body: '' }, { status: 302, body: '' }] as const) {
      backend.http = http
      await stateIs('unreachable')
      const before = backend.calls
      assert.equal((await broadcast(chain, Uint8Array.of(1, 2, 3))).status, 'rejected', 'what is no transaction is never sent')
      assert.equal(await historyOf(chain, { type: 'script', script: MINE.script }, 0), undefined)
      assert.ok(backend.calls - before < 60, `${backend.calls - before} calls`)
      backend.http = undefined
      await stateIs('ok')
    }
    assert.deepEqual(told.lines, [])
  }).timeout(120_000)

  it('survives answers of every wrong form, one at a time', async () => {
    await begin()
    const wrong: readonly unknown[] = [null, 7, 'x', [], {}, [null], { hash: 7 }, { bestblockhash: 'zz', blocks: -1 }, 1e400, { tx: [{}], hash: '00' }]
    chain.watch({ type: 'script', script: MINE.script })
    for (const method of ['getblockchaininfo', 'getblockheader', 'getblock', 'getblockhash', 'getrawmempool', 'getmempoolinfo', 'testmempoolaccept', 'gettxout']) {
      for (const value of wrong) {
        let used = false
        backend.lie = (asked, _params, truth) => { if (asked !== method || used) return truth(); used = true; return value }
        if (/mempoolinfo|accept/.test(method)) {
          // These are asked when the backend is met.
          await chain.stop()
          await begin()
        }
        backend.chain.mine(1)
        const height = backend.chain.ledger.tip.height
        await unspent(chain, { txid: '22'.repeat(32), vout: 0 })
        await until(() => used && chain.tip()?.height === height && chain.status().state === 'ok', `${method} after ${JSON.stringify(value)}`)
      }
    }
  }).timeout(120_000)

  it('refuses a block whose transaction is not what it is called', async () => {
    await begin()
    chain.watch({ type: 'script', script: MINE.script })
    backend.lie = (method, _params, truth) => {
      if (method !== 'getblock') return truth()
      const block = truth() as { readonly tx: ReadonlyArray<Readonly<Record<string, unknown>>> }
      return { ...block, tx: block.tx.map((tx) => ({ ...tx, txid: 'ab'.repeat(32) })) }
    }
    backend.chain.mine(1, MINE.script)
    await stateIs('unreachable')
    assert.match(chain.status().detail, /the bytes of abab/)
    assert.deepEqual(told.lines, [])
  })

  it('calls a public chain stale when no block came for long, and syncing while it downloads', async () => {
    const genesis = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'
    let time = Math.floor(Date.now() / 1_000) - 19 * 600
    let initialblockdownload = false
    backend.lie = (method, params, truth) => {
      if (method === 'getblockhash' && params[0] === 0) return genesis
      if (method === 'getblockchaininfo') return { ...truth() as object, initialblockdownload }
      if (method === 'getblockheader' || method === 'getblock') return { ...truth() as object, time }
      return truth()
    }
    await begin({ network: 'mainnet' })
    await stateIs('stale')
    initialblockdownload = true
    await stateIs('syncing')
    initialblockdownload = false
    time = Math.floor(Date.now() / 1_000)
    backend.chain.mine(1)
    await stateIs('ok')
  })

  it('stops in the middle of anything, and tells nothing after', async () => {
    await begin()
    backend.http = 'hang'
    let answered = false
    chain.unspent({ txid: '11'.repeat(32), vout: 0 }, () => { answered = true })
    await chain.stop()
    await chain.stop()
    backend.http = undefined
    backend.chain.mine(1)
    assert.deepEqual([told.lines, answered], [[], false])
    const again = listener()
    await chain.start(again.events)
    await until(() => chain.tip()?.height === 6, 'another life')
  })
})
