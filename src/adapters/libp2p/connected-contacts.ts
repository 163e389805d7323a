import type { PeerId } from '@libp2p/interface'
import type { kadDHT, KadDHTComponents } from '@libp2p/kad-dht'

type MakeDht = ReturnType<typeof kadDHT>

/** The part of the library's routing table that is replaced. */
interface Contacts { pingContact: (contact: { readonly peerId: PeerId }) => Promise<boolean> }

/**
 * The same DHT, whose routing table holds peers that this node is connected with. The library dials every peer that it
 * reads of in an answer, and opens a ping stream to it, before it takes it into the table; then it keeps the nearest
 * connected for good. So every node of a village soon had a connection with every other, and each costs both ends as
 * much as a hundred messages. Whoever a query asks is connected, and is taken.
 */
export const connectedContacts = (make: MakeDht): MakeDht => (components: KadDHTComponents) => {
  const dht = make(components)
  const { routingTable } = dht as unknown as { readonly routingTable: Contacts }
  routingTable.pingContact = async ({ peerId }) => components.connectionManager.getConnections(peerId).some(({ status }) => status === 'open')
  return dht
}
