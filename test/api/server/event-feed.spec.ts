import assert from 'node:assert/strict'
import { apiClient } from '../../../src/api/client/client.js'
import { EVENTS_QUEUED_MAX, LISTENERS_MAX } from '../../../src/api/limits.js'
import { eventFeed } from '../../../src/api/server/event-feed.js'
import { AmikoError } from '../../../src/core/base/errors.js'
import { fakeNode } from '../fake-node.js'
import { servedNode } from '../served-node.js'

const read = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> => new TextDecoder().decode((await reader.read()).value)

describe('event feed', () => {
  it('gives notices as they come, amounts as text and the asset by name, only of the types asked for', async () => {
    const node = fakeNode()
    const reader = eventFeed(node, new AbortController().signal).listen('payment:paid,link:*', new AbortController().signal).getReader()
    assert.equal(await read(reader), ': listening\n\n')
    node.notify({ type: 'payment:failed' })
    node.notify({ type: 'payment:paid', amount: 20_000n, asset: node.assets.resolve('btc').id })
    node.notify({ type: 'link:opened' })
    assert.equal(await read(reader), 'id: 1\ndata: {"type":"payment:paid","amount":"20000","asset":"btc"}\n\nid: 2\ndata: {"type":"link:opened"}\n\n')
    await reader.cancel()
    assert.equal(node.listening(), 0)
  })

  it('a slow listener holds a bounded queue and is told how many it lost', async () => {
    const node = fakeNode()
    const reader = eventFeed(node, new AbortController().signal).listen(undefined, new AbortController().signal).getReader()
    await read(reader)
    for (let at = 0; at < EVENTS_QUEUED_MAX + 50; at++) node.notify({ type: 'test:tick', at })
    const text = await read(reader)
    assert.equal(text.match(/test:tick/g)?.length, EVENTS_QUEUED_MAX)
    assert.match(text, /data: \{"type":"events:lost","count":50\}\n\n$/)
    await reader.cancel()
  })

  it('one listener more than the bound is refused, and one that leaves makes room', () => {
    const node = fakeNode()
    const feed = eventFeed(node, new AbortController().signal)
    const leaving = new AbortController()
    feed.listen(undefined, leaving.signal)
    for (let at = 1; at < LISTENERS_MAX; at++) feed.listen(undefined, new AbortController().signal)
    assert.throws(() => feed.listen(undefined, new AbortController().signal), (error: unknown) => error instanceof AmikoError && error.name === 'busy')
    leaving.abort()
    assert.equal(feed.listeners(), LISTENERS_MAX - 1)
    assert.equal(node.listening(), LISTENERS_MAX - 1)
  })

  it('types that are none are refused', () => {
    for (const types of ['paid', 'payment:', ':paid', 'payment:paid,', 'a:b '.repeat(3), new Array(33).fill('a:b').join(',')]) {
      assert.throws(() => eventFeed(fakeNode(), new AbortController().signal).listen(types, new AbortController().signal), AmikoError, types)
    }
  })

  it('over HTTP: needs a credential, ends when the listener leaves and when the server stops', async () => {
    const served = await servedNode()
    const cookie = await served.cookie('read')
    const stranger = apiClient({ url: served.api.url, cookie: 'wrong' }).events()
    await assert.rejects(stranger.next(), (error: unknown) => error instanceof AmikoError && error.name === 'no-credential')

    const client = apiClient({ url: served.api.url, cookie })
    const events = client.events({ types: ['payment:*'] })
    const first = events.next()
    // The feed listens once the request has arrived; until then there is nobody to notify.
    while (served.node.listening() === 0) await new Promise((resolve) => setImmediate(resolve))
    served.node.notify({ type: 'payment:paid', amount: 1n })
    assert.deepEqual((await first).value, { type: 'payment:paid', amount: '1' })
    await events.return(undefined)
    while (served.node.listening() > 0) await new Promise((resolve) => setImmediate(resolve))

    const others = client.events()
    const next = others.next()
    while (served.node.listening() === 0) await new Promise((resolve) => setImmediate(resolve))
    await served.end()
    assert.equal((await next).done, true)
  })
})
