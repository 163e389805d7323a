import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { apiClient } from '../../../src/api/client/client.js'
import { BATCH_MAX, BODY_BYTES_MAX } from '../../../src/api/limits.js'
import { cookieFile } from '../../../src/api/server/credentials.js'
import { startApi } from '../../../src/api/server/server.js'
import { AmikoError } from '../../../src/core/base/errors.js'
import { servedNode, type ServedNode } from '../served-node.js'

interface Answer { readonly status: number, readonly headers: Readonly<Record<string, string | string[] | undefined>>, readonly body: string }

interface Sent { readonly method?: string, readonly path?: string, readonly headers?: Record<string, string>, readonly body?: string }

/** One HTTP request as written: `fetch` would not let us forge Host. */
async function send (url: string, { method = 'POST', path = '/', headers = {}, body = '' }: Sent): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return await new Promise<Answer>((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => resolve({ status: incoming.statusCode!, headers: incoming.headers, body: Buffer.concat(chunks).toString() }))
      incoming.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const STATUS = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'node.status' })

describe('API server', () => {
  let served: ServedNode
  let cookie: string
  const json = (extra: Record<string, string> = {}): Record<string, string> => ({ 'content-type': 'application/json', authorization: `Bearer ${cookie}`, ...extra })
  const errorOf = (answer: Answer): { code: number, message: string, name: string } => {
    const { error } = JSON.parse(answer.body) as { error: { code: number, message: string, data: { name: string } } }
    return { code: error.code, message: error.message, name: error.data.name }
  }

  before(async () => {
    served = await servedNode()
    cookie = await served.cookie()
  })
  after(async () => { await served.end() })

  describe('on a request of a stranger', () => {
    const HOSTS: ReadonlyArray<readonly [string, number]> = [
      ['evil.example', 403], ['127.0.0.1.evil.example', 403], ['localhost.evil.example:80', 403], ['192.168.1.5:9736', 403], ['0.0.0.0:9736', 403],
      ['localhost', 200], ['localhost:1234', 200], ['127.0.0.1:9736', 200], ['[::1]:9736', 200]
    ]
    for (const [host, status] of HOSTS) {
      it(`Host ${host}: ${status}`, async () => {
        const answer = await send(served.api.url, { headers: json({ host }), body: STATUS })
        assert.equal(answer.status, status, answer.body)
        if (status === 403) assert.equal(errorOf(answer).name, 'forbidden-origin')
      })
    }

    it('a foreign Origin is refused, the own one is served, and no answer allows other sites', async () => {
      const own = new URL(served.api.url).origin
      for (const [origin, status] of [['http://evil.example', 403], ['null', 403], ['http://localhost:1', 403], [`https${own.slice(4)}`, 403], [own, 200]] as const) {
        const answer = await send(served.api.url, { headers: json({ origin }), body: STATUS })
        assert.equal(answer.status, status, origin)
        assert.equal(answer.headers['access-control-allow-origin'], undefined)
      }
    })

    it('a request that a browser marks as of another site is refused, on every path', async () => {
      for (const path of ['/', '/health', '/events', '/other']) {
        assert.equal((await send(served.api.url, { method: 'GET', path, headers: json({ 'sec-fetch-site': 'cross-site' }) })).status, 403, path)
      }
    })

    it('a preflight gets no permission', async () => {
      const answer = await send(served.api.url, { method: 'OPTIONS', headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' } })
      assert.equal(answer.status, 403)
      assert.equal(answer.headers['access-control-allow-methods'], undefined)
    })

    it('without a credential, or with a wrong one, nothing is done', async () => {
      const wrong = ['', 'Bearer', 'Bearer ', `Bearer ${'0'.repeat(64)}`, `Bearer ${cookie}x`, `bearer${cookie}`, `Basic ${cookie}`, 'Basic Og==', `Basic ${Buffer.from(cookie).toString('base64')}`]
      for (const authorization of wrong) {
        const answer = await send(served.api.url, { headers: { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) }, body: STATUS })
        assert.equal(answer.status, 401, authorization)
        assert.equal(errorOf(answer).name, 'no-credential')
        assert.ok(!answer.body.includes(cookie))
      }
    })

    it('a form is refused, whatever it contains: pages can send forms without asking', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp']) {
        assert.equal((await send(served.api.url, { headers: json({ 'content-type': type }), body: STATUS })).status, 415, type)
      }
    })

    it('health says that the node is there, and no more', async () => {
      const answer = await send(served.api.url, { method: 'GET', path: '/health' })
      assert.deepEqual([answer.status, answer.body], [200, '{"status":"ok"}'])
    })
  })

  describe('on a credential', () => {
    it('basic with the token as password is served as bearer is', async () => {
      const authorization = `Basic ${Buffer.from(`anyone:${cookie}`).toString('base64')}`
      assert.equal((await send(served.api.url, { headers: json({ authorization }), body: STATUS })).status, 200)
    })

    it('each scope may do what it includes, and no more', async () => {
      const table = [
        ['read', 'node.status', {}, true], ['read', 'invoice.create', { amount: '1sat' }, false], ['read', 'payment.pay', { invoice: 'i' }, false], ['read', 'node.stop', {}, false],
        ['invoice', 'node.status', {}, true], ['invoice', 'invoice.create', { amount: '1sat' }, true], ['invoice', 'payment.pay', { invoice: 'i' }, false], ['invoice', 'link.set', { peer: 'default' }, false],
        ['admin', 'payment.pay', { invoice: 'i' }, true]
      ] as const
      for (const [scope, method, params, allowed] of table) {
        const answer = await send(served.api.url, { headers: json({ authorization: `Bearer ${await served.cookie(scope)}` }), body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) })
        assert.equal('result' in (JSON.parse(answer.body) as object), allowed, `${scope} ${method}: ${answer.body}`)
        if (!allowed) assert.equal(errorOf(answer).name, 'not-allowed')
      }
    })

    it('the files are for their owner only, and differ', async () => {
      const tokens = new Set<string>()
      for (const scope of ['admin', 'invoice', 'read'] as const) {
        assert.equal((await stat(cookieFile(served.dir, scope))).mode & 0o777, 0o600)
        tokens.add(await served.cookie(scope))
      }
      assert.equal(tokens.size, 3)
    })
  })

  describe('on a request that is too much', () => {
    it('a body one byte over the limit is refused, declared or not', async () => {
      const body = STATUS.padEnd(BODY_BYTES_MAX + 1, ' ')
      const declared = await send(served.api.url, { headers: json({ 'content-length': String(body.length) }), body })
      assert.deepEqual([declared.status, errorOf(declared).name], [413, 'too-large'])
      const chunked = await send(served.api.url, { headers: json({ 'transfer-encoding': 'chunked' }), body })
      assert.deepEqual([chunked.status, errorOf(chunked).name], [413, 'too-large'])
      const largest = await send(served.api.url, { headers: json(), body: STATUS.padEnd(BODY_BYTES_MAX, ' ') })
      assert.equal(largest.status, 200)
    })

    it('headers over the limit are refused before anything is read', async () => {
      assert.equal((await send(served.api.url, { headers: json({ 'x-long': 'x'.repeat(20_000) }), body: STATUS })).status, 431)
    })

    it('a batch one over the bound is refused whole; a full one is answered', async () => {
      const batch = (count: number): string => JSON.stringify(Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method: 'asset.list' })))
      assert.equal(errorOf(await send(served.api.url, { headers: json(), body: batch(BATCH_MAX + 1) })).name, 'too-large')
      assert.equal((JSON.parse((await send(served.api.url, { headers: json(), body: batch(BATCH_MAX) })).body) as unknown[]).length, BATCH_MAX)
    })

    it('what is no HTTP is dropped', async () => {
      const { hostname, port } = new URL(served.api.url)
      const text = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), hostname, () => socket.write('\x16\x03\x01 nonsense\r\n\r\n'))
        let got = ''
        socket.on('data', (chunk) => { got += chunk.toString() }).on('close', () => resolve(got)).on('error', reject)
      })
      assert.match(text, /^HTTP\/1\.1 400 /)
    })

    it('other paths and verbs have names too', async () => {
      assert.equal((await send(served.api.url, { method: 'GET', headers: json() })).status, 405)
      assert.equal((await send(served.api.url, { path: '/../../etc/passwd', headers: json(), body: STATUS })).status, 404)
    })
  })

  describe('on stop', () => {
    it('waiting calls end with shutting-down, the files go, and nobody answers any more; twice is as once', async () => {
      const own = await servedNode()
      const client = apiClient({ url: own.api.url, cookie: await own.cookie() })
      let waiting: () => void = () => undefined
      const asked = new Promise<void>((resolve) => { waiting = resolve })
      own.node.payment = async (signal) => await new Promise((_resolve, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason as Error))
        waiting()
      })
      const call = assert.rejects(client.call('payment.pay', { invoice: 'i' }), (error: unknown) => error instanceof AmikoError && error.name === 'shutting-down')
      await asked
      await own.api.stop()
      await own.api.stop()
      await call
      await assert.rejects(readFile(join(own.dir, '.cookie')), { code: 'ENOENT' })
      await assert.rejects(readFile(join(own.dir, '.api')), { code: 'ENOENT' })
      await assert.rejects(client.call('node.status'), (error: unknown) => error instanceof AmikoError && error.name === 'node-unreachable' && error.detail['sent'] === false)
      await own.end()
    })

    it('node.stop answers first and then asks the process to end', async () => {
      const own = await servedNode()
      const { pid, status } = await apiClient({ url: own.api.url, cookie: await own.cookie() }).call('node.stop')
      assert.deepEqual([pid, status], [process.pid, 'stopping'])
      while (own.stopRequests() === 0) await new Promise((resolve) => setImmediate(resolve))
      assert.equal(own.stopRequests(), 1)
      await own.end()
    })
  })

  describe('on start', () => {
    it('an address that is not loopback is refused', async () => {
      for (const listen of ['0.0.0.0:0', '192.168.1.5:0', 'example.org:0', '127.0.0.1', '127.0.0.1:99999', ':0']) {
        await assert.rejects(startApi({ node: served.node, dir: served.dir, listen }), (error: unknown) => error instanceof AmikoError && error.name === 'bad-request', listen)
      }
    })

    it('the cookies of a killed process are replaced', async () => {
      const own = await servedNode()
      const old = await own.cookie()
      const next = await startApi({ node: own.node, dir: own.dir, listen: '127.0.0.1:0' })
      assert.notEqual(await own.cookie(), old)
      await assert.rejects(apiClient({ url: next.url, cookie: old }).call('node.status'), (error: unknown) => error instanceof AmikoError && error.name === 'no-credential')
      await next.stop()
      await own.end()
    })

    it('a port in use is a named refusal', async () => {
      const listen = new URL(served.api.url).host
      const other = await servedNode()
      await assert.rejects(startApi({ node: other.node, dir: other.dir, listen }), (error: unknown) => error instanceof AmikoError && /another program uses the port/.test(error.message))
      await other.end()
    })
  })
})
