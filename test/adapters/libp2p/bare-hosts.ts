import '../../../src/polyfill.js'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LevelDatastore } from 'datastore-level'
import { createHost, type Host } from '../../../src/adapters/libp2p/services.js'

/** Hosts of one process without a node around them, not started, that listen nowhere; their records end with the use. */
export async function withHosts (count: number, use: (...hosts: readonly Host[]) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'amiko-hosts-'))
  const stores = Array.from({ length: count }, (_, at) => new LevelDatastore(join(folder, String(at))))
  try {
    for (const store of stores) await store.open()
    await use(...await Promise.all(stores.map(async (datastore, at) =>
      await createHost({ identitySecret: new Uint8Array(32).fill(at + 1), network: 'bare', networkKey: undefined, listen: [], datastore, validate: () => {}, select: () => 0 }))))
  } finally {
    for (const store of stores) await store.close()
    await rm(folder, { recursive: true })
  }
}
