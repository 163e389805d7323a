import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { LevelDatastore } from 'datastore-level'
import { libp2pMesh, type Libp2pMeshOptions } from '../../../src/adapters/libp2p/host.js'
import { recordMesh, testAnnouncementId, type MeshHarness, type TestPeer } from '../../compliance/mesh.js'
import { createHost, type Host } from '../../../src/adapters/libp2p/services.js'
import type { Logger } from '../../../src/ports/logger.js'
import type { Mesh, MeshAdministration, Verdict } from '../../../src/ports/mesh.js'

export const silentLogger: Logger = {
  error: (message, fields) => { console.error(message, fields) },
  warn: () => {},
  info: () => {},
  debug: () => {},
  child: () => silentLogger
}

export interface Libp2pPeer extends TestPeer { readonly mesh: Mesh & MeshAdministration }

export interface Libp2pHarness extends MeshHarness {
  /** A libp2p host without our sessions: what a peer can be that keeps no rule. Its key is lower than that of the peers. */
  readonly raw: (networkKey?: Uint8Array) => Promise<Host>
  readonly peer: (judge?: (bytes: Uint8Array) => Verdict, options?: Partial<Libp2pMeshOptions>) => Promise<Libp2pPeer>
}

/** Real hosts on loopback TCP, in this process. */
export async function libp2pHarness (): Promise<Libp2pHarness> {
  const dir = await mkdtemp(join(tmpdir(), 'amiko-mesh-'))
  const peers: Libp2pPeer[] = []
  let rawCount = 0
  const raws: Array<{ readonly host: Host, readonly datastore: LevelDatastore }> = []
  return {
    peer: async (judge, options = {}) => {
      const recorder = recordMesh(judge)
      const mesh = libp2pMesh({
        identitySecret: identity('higher'),
        networkName: 'test',
        listen: ['/ip4/127.0.0.1/tcp/0'],
        datastoreDir: join(dir, String(peers.length)),
        announcements: { id: testAnnouncementId, epoch: (bytes) => bytes[33]! },
        logger: silentLogger,
        ...options
      })
      await mesh.start(recorder.events)
      const peer: Libp2pPeer = { mesh, recorder, addresses: () => mesh.addresses() }
      peers.push(peer)
      return peer
    },
    raw: async (networkKey) => {
      const datastore = new LevelDatastore(join(dir, `raw-${rawCount++}`))
      await datastore.open()
      const host = await createHost({ identitySecret: identity('lower'), network: 'test', networkKey, listen: [], datastore, validate: () => {}, select: () => 0 })
      raws.push({ host, datastore })
      await host.start()
      return host
    },
    cut: (a, b) => { (a.mesh as Mesh & MeshAdministration).disconnect(b.mesh.self).catch(() => {}) },
    // gossipsub says nothing to the outside when its mesh stands: it takes a heartbeat or two.
    settled: async () => { await sleep(2_500) },
    close: async () => {
      await Promise.all(peers.map(async (peer) => { await peer.mesh.stop() }))
      for (const { host, datastore } of raws) {
        await host.stop()
        await datastore.close()
      }
      await rm(dir, { recursive: true, force: true })
    }
  }
}

/** Compressed keys start with 2 or 3: that decides who opens streams. */
function identity (which: 'lower' | 'higher'): Uint8Array {
  for (;;) {
    const secret = randomBytes(32)
    if (secp256k1.getPublicKey(secret, true)[0] === (which === 'lower' ? 2 : 3)) return secret
  }
}
