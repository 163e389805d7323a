import assert from 'node:assert/strict'
import { stopHost } from '../../../src/adapters/libp2p/services.js'
import { withHosts } from './bare-hosts.js'

describe('stopping a host', () => {
  it('leaves no timer of gossip when a stream of a peer never closes', async () => {
    await withHosts(1, async (host) => {
      await host.start()
      const { streamsOutbound, score } = host.services.pubsub as unknown as { readonly streamsOutbound: Map<string, unknown>, readonly score: { readonly _backgroundInterval?: unknown } }
      streamsOutbound.set('a peer', { close: async () => await new Promise(() => {}) })
      assert.notEqual(score._backgroundInterval, undefined)
      await assert.rejects(stopHost(host), /no end after/)
      assert.equal(score._backgroundInterval, undefined)
    })
  })
})
