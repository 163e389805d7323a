import assert from 'node:assert/strict'
import { memoryMesh, memoryNetwork } from '../../../src/adapters/memory/mesh.js'
import { countOf, framesOf, meshCompliance, recordMesh, testAnnouncementId } from '../../compliance/mesh.js'

meshCompliance('memory mesh', async () => {
  const network = memoryNetwork({ announcementId: testAnnouncementId })
  let count = 0
  return {
    peer: async (judge) => {
      const recorder = recordMesh(judge)
      const mesh = memoryMesh(network, new Uint8Array(32).fill(++count))
      await mesh.start(recorder.events)
      return { mesh, recorder, addresses: () => [] }
    },
    cut: (a, b) => { network.cut(a.mesh.self, b.mesh.self) },
    settled: async (peers) => {
      for (const peer of peers) await peer.recorder.until('connected', (seen) => countOf(seen, 'connected') > 0)
    },
    close: async () => {}
  }
})

describe('memory network, held', () => {
  const pair = async (): Promise<{ network: ReturnType<typeof memoryNetwork>, a: ReturnType<typeof memoryMesh>, b: ReturnType<typeof memoryMesh>, atB: ReturnType<typeof recordMesh> }> => {
    const network = memoryNetwork()
    network.held = true
    const [a, b] = [memoryMesh(network, new Uint8Array(32).fill(1)), memoryMesh(network, new Uint8Array(32).fill(2))]
    const atB = recordMesh()
    await a.start(recordMesh().events)
    await b.start(atB.events)
    a.keep(b.self, [])
    network.deliver()
    return { network, a, b, atB }
  }

  it('delivers as much as it is told to', async () => {
    const { network, a, b, atB } = await pair()
    for (const byte of [1, 2, 3]) a.send(b.self, 'link', Uint8Array.of(byte))
    assert.equal(framesOf(atB.seen).length, 0)
    assert.equal(network.deliver(2), 2)
    assert.deepEqual(framesOf(atB.seen).map((bytes) => bytes[0]), [1, 2])
  })

  it('loses what is on its way when the connection is cut', async () => {
    const { network, a, b, atB } = await pair()
    a.send(b.self, 'link', Uint8Array.of(1))
    network.cut(a.self, b.self)
    network.deliver()
    assert.equal(framesOf(atB.seen).length, 0)
    assert.deepEqual(atB.seen.map((event) => event.type), ['connected', 'disconnected', 'connected'])
  })

  it('keeps peers apart until they may meet again', async () => {
    const { network, a, b, atB } = await pair()
    network.setApart(a.self, b.self, true)
    network.deliver()
    assert.equal(b.isConnected(a.self), false)
    network.setApart(a.self, b.self, false)
    network.deliver()
    assert.equal(b.isConnected(a.self), true)
    assert.equal(countOf(atB.seen, 'connected'), 2)
  })
})
