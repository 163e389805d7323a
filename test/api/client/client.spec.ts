import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { apiClient } from '../../../src/api/client/client.js'
import { exchange, textOf, Unanswered } from '../../../src/api/client/exchange.js'
import { AmikoError } from '../../../src/core/base/errors.js'
import { servedNode } from '../served-node.js'

describe('API client', () => {
  it('gives results with their types and errors with their names and details', async () => {
    const served = await servedNode()
    const client = apiClient({ url: served.api.url, cookie: await served.cookie() })
    const { channels } = await client.call('channel.list')
    assert.equal(channels[0]!.canSend, '995000')
    await assert.rejects(client.call('payment.show', { id: 'none' }), (error: unknown) => error instanceof AmikoError && error.name === 'not-found' && error.detail['id'] === 'none')
    await served.end()
  })

  it('an abort ends the waiting here and at the node', async () => {
    const served = await servedNode()
    const waiting = new AbortController()
    let ended: () => void = () => undefined
    const endedThere = new Promise<void>((resolve) => { ended = resolve })
    served.node.payment = async (signal) => await new Promise((_resolve, reject) => {
      signal!.addEventListener('abort', () => {
        ended()
        reject(signal!.reason as Error)
      })
      waiting.abort()
    })
    const client = apiClient({ url: served.api.url, cookie: await served.cookie() })
    await assert.rejects(client.call('payment.pay', { invoice: 'i' }, { signal: waiting.signal }), { name: 'AbortError' })
    await endedThere
    await served.end()
  })

  describe('on a server that is none of ours', () => {
    const BODIES = ['', 'hello', 'null', '[]', '{}', '{"jsonrpc":"2.0"}', '{"error":{"message":"odd"}}', '{"error":{"data":{"name":"__proto__"}}}']
    let server: Server
    let body = ''
    before((done) => {
      server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1', done)
    })
    after((done) => { server.close(done) })
    for (const each of BODIES) {
      it(`an answer ${JSON.stringify(each)} is a named error`, async () => {
        body = each
        const client = apiClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cookie: 'x' })
        await assert.rejects(client.call('node.status'), AmikoError)
      })
    }
  })

  it('a connection that breaks after the request was sent says that it may have arrived', async () => {
    const server = createServer((request) => request.socket.destroy())
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    const client = apiClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cookie: 'x' })
    await assert.rejects(client.call('payment.pay', { invoice: 'i' }), (error: unknown) => error instanceof AmikoError && error.name === 'node-unreachable' && error.detail['sent'] === true)
    server.close()
  })

  it('a connection that nobody takes says that nothing was sent', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await new Promise((resolve) => server.close(resolve))
    await assert.rejects(apiClient({ url, cookie: 'x' }).call('node.status'), (error: unknown) => error instanceof AmikoError && error.name === 'node-unreachable' && error.detail['sent'] === false)
  })

  it('an answer that breaks off, and events that do, say that the node is gone', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"jsonrpc"', () => { response.destroy() })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const client = apiClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cookie: 'x' })
    const isGone = (error: unknown): boolean => error instanceof AmikoError && error.name === 'node-unreachable' && error.detail['sent'] === true
    await assert.rejects(client.call('node.status'), isGone)
    await assert.rejects(client.events().next(), isGone)
    server.close()
  })

  it('an abort ends the following of events', async () => {
    const served = await servedNode()
    const following = new AbortController()
    const next = apiClient({ url: served.api.url, cookie: await served.cookie() }).events({ signal: following.signal }).next()
    while (served.node.listening() === 0) await new Promise((resolve) => setImmediate(resolve))
    following.abort()
    await assert.rejects(next, { name: 'AbortError' })
    while (served.node.listening() > 0) await new Promise((resolve) => setImmediate(resolve))
    await served.end()
  })

  it('an answer that is longer than its bound is not read to its end', async () => {
    const server = createServer((_request, response) => response.end('x'.repeat(101))).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const ask = async (bytesMax: number): Promise<string> => await textOf(await exchange({ url, method: 'GET', headers: {}, signal: undefined }), bytesMax, undefined)
    assert.equal((await ask(101)).length, 101)
    await assert.rejects(ask(100), (error: unknown) => error instanceof Unanswered && /longer than 100 bytes/.test((error.cause as Error).message))
    server.close()
  })
})
