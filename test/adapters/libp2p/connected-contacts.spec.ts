import assert from 'node:assert/strict'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { connectedContacts } from '../../../src/adapters/libp2p/connected-contacts.js'
import { withHosts } from './bare-hosts.js'

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
    await withHosts(1, async (host) => {
      const { routingTable } = host.services.dht as unknown as { readonly routingTable: object }
      assert.equal(typeof Object.getPrototypeOf(routingTable).pingContact, 'function')
      assert.equal(Object.hasOwn(routingTable, 'pingContact'), true)
    })
  })
})
