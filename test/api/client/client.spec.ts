import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { apiClient } from '../../../src/api/client/client.js'
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
})
