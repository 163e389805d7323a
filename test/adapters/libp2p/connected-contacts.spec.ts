import '../../../src/polyfill.js'
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { LevelDatastore } from 'datastore-level'
import { connectedContacts } from '../../../src/adapters/libp2p/connected-contacts.js'
import { createHost } from '../../../src/adapters/libp2p/services.js'

describe('contacts of the DHT', () => {
  it('are good while they are connected, and are not dialled for it', async () => {
    const [open, closing, absent] = await Promise.all([1, 2, 3].map(async () => peerIdFromPrivateKey(await generateKeyPair('secp256k1'))))
    const routingTable = { pingContact: async (): Promise<boolean> => { throw new Error('dialled') } }
    const connections = new Map([[open, [{ status: 'open' }]], [closing, [{ status: 'closing' }]]])
    const components = { connectionManager: { getConnections: (peer: never) => connections.get(peer) ?? [] } }
    connectedContacts((() => ({ routingTable })) as never)(components as never)
    const judged = await Promise.all([open, closing, absent].map(async (peerId) => await (routingTable.pingContact as unknown as (contact: unknown) => Promise<boolean>)({ peerId })))
    assert.deepEqual(judged, [true, false, false])
  })

  it('are judged so by the table of a host: the library still has what is replaced', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'amiko-contacts-'))
    const datastore = new LevelDatastore(folder)
    await datastore.open()
    try {
      const host = await createHost({ identitySecret: new Uint8Array(32).fill(7), network: 'contacts', networkKey: undefined, listen: [], datastore, validate: () => {}, select: () => 0 })
      const { routingTable } = host.services.dht as unknown as { readonly routingTable: object }
      assert.equal(typeof Object.getPrototypeOf(routingTable).pingContact, 'function')
      assert.equal(Object.hasOwn(routingTable, 'pingContact'), true)
    } finally {
      await datastore.close()
      await rm(folder, { recursive: true })
    }
  })
})
