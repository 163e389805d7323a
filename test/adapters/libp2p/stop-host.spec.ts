import '../../../src/polyfill.js'
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LevelDatastore } from 'datastore-level'
import { createHost, stopHost } from '../../../src/adapters/libp2p/services.js'

describe('stopping a host', () => {
  it('leaves no timer of gossip when a stream of a peer never closes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'amiko-stop-'))
    const datastore = new LevelDatastore(folder)
    await datastore.open()
    try {
      const host = await createHost({ identitySecret: new Uint8Array(32).fill(9), network: 'stop', networkKey: undefined, listen: [], datastore, validate: () => {}, select: () => 0 })
      await host.start()
      const { pubsub } = host.services
      const { streamsOutbound, score } = pubsub as unknown as { readonly streamsOutbound: Map<string, unknown>, readonly score: { readonly _backgroundInterval?: unknown } }
      streamsOutbound.set('a peer', { close: async () => await new Promise(() => {}) })
      assert.notEqual(score._backgroundInterval, undefined)
      await assert.rejects(stopHost(host), /no end after/)
      assert.equal(score._backgroundInterval, undefined)
    } finally {
      await datastore.close()
      await rm(folder, { recursive: true })
    }
  })
})
