import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { withHosts } from './bare-hosts.js'

describe('nodes of one process', () => {
  it('do not wait for the locks that another holds on the record of a peer', async () => {
    await withHosts(2, async (one, two) => {
      const { peerId } = two
      const { store } = one.peerStore as unknown as { readonly store: { readonly getWriteLock: (of: typeof peerId) => Promise<() => void> } }
      const release = await store.getWriteLock(peerId)
      let own = false
      const waiting = one.peerStore.has(peerId).then(() => { own = true })
      assert.equal(await two.peerStore.has(peerId), false)
      await delay(20)
      assert.equal(own, false)
      release()
      await waiting
    })
  })
})
