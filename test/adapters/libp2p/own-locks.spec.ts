import '../../../src/polyfill.js'
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LevelDatastore } from 'datastore-level'
import { createHost, type Host } from '../../../src/adapters/libp2p/services.js'

describe('nodes of one process', () => {
  it('do not wait for the locks that another holds on the record of a peer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'amiko-locks-'))
    const stores = ['one', 'two'].map((name) => new LevelDatastore(join(folder, name)))
    await Promise.all(stores.map(async (store) => { await store.open() }))
    const hostOf = async (at: number): Promise<Host> =>
      await createHost({ identitySecret: new Uint8Array(32).fill(at + 1), network: 'locks', networkKey: undefined, listen: [], datastore: stores[at]!, validate: () => {}, select: () => 0 })
    try {
      const [one, two] = await Promise.all([hostOf(0), hostOf(1)])
      const peer = two.peerId
      const { store } = one.peerStore as unknown as { readonly store: { readonly getWriteLock: (of: typeof peer) => Promise<() => void> } }
      const release = await store.getWriteLock(peer)
      let own = false
      const waiting = one.peerStore.has(peer).then(() => { own = true })
      assert.equal(await two.peerStore.has(peer), false)
      await delay(20)
      assert.equal(own, false)
      release()
      await waiting
    } finally {
      await Promise.all(stores.map(async (store) => { await store.close() }))
      await rm(folder, { recursive: true })
    }
  })
})
