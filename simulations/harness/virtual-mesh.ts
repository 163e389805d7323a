import type { PeerId } from '../../src/core/base/ids.js'
import type { Mesh } from '../../src/ports/mesh.js'
import type { VirtualNetwork } from './virtual-network.js'

/**
 * The mesh of one process of a node, over the world's network.
 *
 * @param mayAct - asked before each act that others can see; false once the process has crashed
 */
export function virtualMesh (network: VirtualNetwork, self: PeerId, mayAct: () => boolean): Mesh {
  const endpoint = network.attach(self)
  return {
    self,
    start: async (events) => {
      endpoint.events = events
      for (const peer of endpoint.kept) network.keep(endpoint, peer)
    },
    stop: async () => { network.detach(endpoint) },
    send: (peer, stream, bytes) => mayAct() && network.send(endpoint, peer, stream, bytes),
    keep: (peer) => { if (mayAct()) network.keep(endpoint, peer) },
    release: (peer) => { if (mayAct()) network.release(endpoint, peer) },
    announce: (bytes) => { if (mayAct()) network.announce(endpoint, bytes) },
    findMeetingPoint: (id) => { if (mayAct()) network.find(endpoint, id) },
    drop: (peer) => { if (mayAct()) network.drop(endpoint, peer) },
    isConnected: (peer) => endpoint.alive && endpoint.connections.has(peer)
  }
}
