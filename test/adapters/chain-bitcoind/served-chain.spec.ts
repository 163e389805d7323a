import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { bitcoindChain } from '../../../src/adapters/chain-bitcoind/bitcoind-chain.js'
import { embeddedChain } from '../../../src/adapters/chain-embedded/embedded-chain.js'
import { chainServer, type ChainServer } from '../../../src/adapters/chain-rpc-server/rpc-server.js'
import { systemClock } from '../../../src/adapters/system/clock.js'
import { chainCompliance } from '../../compliance/chain.js'

const POLL_MS = 10

for (const chain of ['bitcoin', 'litecoin'] as const) {
  chainCompliance(`embedded ${chain} served over JSON-RPC`, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'amiko-served-'))
    const embedded = embeddedChain({ chain, clock: systemClock() })
    const server = chainServer(embedded, { dir })
    await server.start()
    return {
      chain: () => bitcoindChain({ chain, network: 'regtest', url: server.url, cookieFile: server.cookieFile, clock: systemClock(), pollMs: POLL_MS, retryPauseMs: POLL_MS }),
      mine: async (blocks, script) => { embedded.mine(blocks, script) },
      reorg: async (depth, script) => { embedded.reorg(depth, script) },
      restart: async () => { await server.stop(); await server.start() },
      close: async () => { await server.stop(); await rm(dir, { recursive: true }) },
      firstBlocks: 110
    }
  }, { packages: chain === 'bitcoin' })
}

describe('chain server, asked by anybody', () => {
  let server: ChainServer
  let dir: string
  let cookie: string

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'amiko-server-'))
    server = chainServer(embeddedChain({ clock: systemClock() }), { dir })
    await server.start()
    cookie = await readFile(server.cookieFile, 'utf8')
  })
  after(async () => { await server.stop(); await rm(dir, { recursive: true }) })

  const ask = async (headers: Readonly<Record<string, string>>, body = '{"id":7,"method":"getblockcount","params":[]}', method = 'POST'): Promise<{ readonly status: number, readonly text: string }> => await new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const call = request({ hostname, port, method, headers }, (response) => {
      let text = ''
      response.on('data', (part: Buffer) => { text += part.toString() })
      response.on('end', () => { resolve({ status: response.statusCode ?? 0, text }) })
    })
    call.on('error', reject)
    call.end(method === 'POST' ? body : undefined)
  })
  const basic = (secret: string): string => `Basic ${Buffer.from(secret).toString('base64')}`

  it('answers who has the cookie', async () => {
    const { status, text } = await ask({ authorization: basic(cookie) })
    assert.equal(status, 200)
    assert.deepEqual(JSON.parse(text), { result: 0, error: null, id: 7 })
  })

  it('refuses who has none, or another', async () => {
    assert.equal((await ask({})).status, 401)
    assert.equal((await ask({ authorization: basic('__cookie__:00') })).status, 401)
  })

  it('refuses another Host and a page of a browser, with the cookie too', async () => {
    assert.equal((await ask({ authorization: basic(cookie), host: 'evil.example' })).status, 403)
    assert.equal((await ask({ authorization: basic(cookie), origin: 'http://127.0.0.1' })).status, 403)
  })

  it('answers what is no call with an error, and goes on', async () => {
    for (const body of ['', '{', 'null', '7', '[7]', '{"method":7}', '{"method":"no-such","params":[]}', '{"method":"getblock","params":["x"]}', '{"method":"sendrawtransaction","params":["zz"]}', '{"method":"generatetoaddress","params":[1e9,"x"]}', '{"method":"gettxout","params":[]}']) {
      const { status, text } = await ask({ authorization: basic(cookie) }, body)
      assert.equal(status, 200, body)
      const answer = JSON.parse(text) as unknown
      const { error } = (Array.isArray(answer) ? answer[0] : answer) as { readonly error: { readonly code: number } | null }
      assert.ok(error !== null && error.code < 0, `${body} gave ${text}`)
    }
    assert.equal((await ask({ authorization: basic(cookie) }, '', 'GET')).status, 405)
    assert.equal((await ask({ authorization: basic(cookie) })).status, 200)
  })

  it('keeps its cookie to its owner, and listens on loopback only', async () => {
    assert.equal((await stat(server.cookieFile)).mode & 0o777, 0o600)
    assert.throws(() => chainServer(embeddedChain({ clock: systemClock() }), { dir, host: '0.0.0.0' }), /loopback/)
  })
})
