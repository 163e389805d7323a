import { secp256k1 } from '@noble/curves/secp256k1.js'
import { AmikoError } from '../../core/base/errors.js'
import { isPeerId, peerIdOfPublicKey, type PeerId } from '../../core/base/ids.js'
import { limitedTime } from './gated-noise.js'
import { CONNECTIONS_MAX, DIAL_MS_MAX } from './limits.js'
import { within } from './within.js'
import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { LevelDatastore } from 'datastore-level'
import type { Logger } from '../../ports/logger.js'
import type { Mesh, MeshAdministration, MeshEvents } from '../../ports/mesh.js'
import type { AnnouncementReader, Announcements } from './announcements.js'
import type { Neighbours } from './neighbours.js'
import type { Host } from './services.js'

export interface Libp2pMeshOptions {
  /** 32-byte secp256k1 secret; the peer id follows from it. */
  readonly identitySecret: Uint8Array
  /** `[a-z0-9-]{1,32}` */
  readonly networkName: string
  /** 32 bytes: the key of a private network; an open network has none. @see protocols/gate */
  readonly networkKey?: Uint8Array | undefined
  /** Multiaddrs to listen on, such as `/ip4/0.0.0.0/tcp/0`; none is possible. */
  readonly listen: readonly string[]
  /** Folder of the peer store and the DHT's records; made when it is absent. Nothing of value is in it. */
  readonly datastoreDir: string
  /** Multiaddrs ending in /p2p/… that are dialled once at the start. */
  readonly bootstrap?: readonly string[]
  readonly announcements: AnnouncementReader
  readonly logger: Logger
  /** Sessions with peers that are not kept; see `limits.ts`. */
  readonly strangerSessionsMax?: number
}

/** All that lives from a start to the next stop. */
interface Running {
  readonly host: Host
  readonly datastore: LevelDatastore
  readonly neighbours: Neighbours
  readonly announcements: Announcements
  readonly multiaddr: (text: string) => Multiaddr
}

/**
 * The mesh over libp2p: TCP, Noise (and the gate of a private network), yamux, identify, ping, kad-dht, gossipsub.
 * libp2p is imported when the mesh starts, so that whoever only builds a node does not wait for it.
 */
export function libp2pMesh (options: Libp2pMeshOptions): Mesh & MeshAdministration {
  const self = peerIdOfPublicKey(secp256k1.getPublicKey(options.identitySecret, true))
  const { logger } = options
  let running: Running | undefined
  /** Peers to keep that were named before the start: a node knows its links before it has a mesh. */
  const early = new Map<PeerId, readonly string[]>()

  const open = async (events: MeshEvents): Promise<Running> => {
    const [libp2pHost, { LevelDatastore }, { Announcements }, { Neighbours }, { multiaddr }] = await Promise.all([
      import('./services.js'), import('datastore-level'), import('./announcements.js'), import('./neighbours.js'), import('@multiformats/multiaddr')
    ])
    const announcements = new Announcements({ network: options.networkName, reader: options.announcements, logger: logger.child('announcements'), events })
    const datastore = new LevelDatastore(options.datastoreDir)
    await datastore.open()
    try {
      const host = await libp2pHost.createHost({
        identitySecret: options.identitySecret,
        network: options.networkName,
        networkKey: options.networkKey,
        listen: options.listen,
        datastore,
        validate: (key, value) => { announcements.validate(key, value) },
        select: (values) => announcements.select(values)
      })
      const neighbours = new Neighbours(host, {
        self,
        network: options.networkName,
        logger: logger.child('neighbours'),
        events,
        strangerSessionsMax: options.strangerSessionsMax,
        dial: async (peer, addresses) => await dialPeer({ host, multiaddr }, peer, addresses)
      })
      host.addEventListener('connection:open', (event) => {
        onConnection(host, neighbours, event.detail)
        const peer = event.detail.remotePeer.toString()
        if (event.detail.status === 'open') void announcements.catchUp(event.detail, isPeerId(peer) && neighbours.keeps(peer))
      })
      await neighbours.register()
      await announcements.register(host)
      await host.start()
      announcements.start(host)
      return { host, datastore, neighbours, announcements, multiaddr }
    } catch (error) {
      await datastore.close()
      throw error
    }
  }

  /** Peers that we do not keep have no right to a connection beyond the limit; kept ones have. */
  const onConnection = (host: Host, neighbours: Neighbours, connection: Connection): void => {
    const peer = connection.remotePeer.toString()
    if (!isPeerId(peer)) return connection.abort(new Error('not a secp256k1 identity'))
    if (!neighbours.keeps(peer) && host.getConnections().length > CONNECTIONS_MAX) return connection.abort(new Error('too many connections'))
    neighbours.connectionOpened(peer)
  }

  const dialAddress = async (address: string, signal?: AbortSignal): Promise<PeerId> => {
    if (running === undefined) throw new AmikoError('shutting-down')
    const { host, multiaddr } = running
    const { peer, target } = readAddress(multiaddr, address)
    try {
      await host.dial(target, signal === undefined ? {} : { signal })
      return peer
    } catch (error) {
      if (signal?.aborted === true) throw error
      throw dialError(peer, error)
    }
  }

  const cut = (peer: PeerId, reason: string): void => {
    for (const connection of running?.host.getConnections() ?? []) {
      if (connection.remotePeer.toString() === peer) connection.abort(new Error(reason))
    }
  }

  return {
    self,
    start: async (events) => {
      if (running !== undefined) return
      running = await open(events)
      for (const [peer, addresses] of early) running.neighbours.keep(peer, addresses)
      early.clear()
      for (const address of options.bootstrap ?? []) {
        dialAddress(address).catch((error: unknown) => { logger.info('a bootstrap peer could not be reached', { address, error }) })
      }
    },
    stop: async () => {
      if (running === undefined) return
      const { host, datastore, neighbours, announcements } = running
      running = undefined
      neighbours.stop()
      announcements.stop()
      for (const connection of host.getConnections()) connection.abort(new Error('this node stops'))
      // Whatever the peers do: what libp2p still waits for after this has nothing to say any more.
      const { stopHost } = await import('./services.js')
      await stopHost(host).catch((error: unknown) => { logger.warn('the mesh did not stop cleanly', { error }) })
      await datastore.close()
    },
    send: (peer, stream, bytes) => running?.neighbours.send(peer, stream, bytes) ?? false,
    keep: (peer, addresses) => {
      if (running === undefined) early.set(peer, addresses)
      else running.neighbours.keep(peer, addresses)
    },
    release: (peer) => {
      early.delete(peer)
      running?.neighbours.release(peer)
    },
    drop: (peer) => { cut(peer, 'dropped by this node') },
    announce: (bytes) => { running?.announcements.announce(bytes) },
    findMeetingPoint: (id) => { running?.announcements.find(id) },
    isConnected: (peer) => running?.neighbours.isConnected(peer) ?? false,
    addresses: () => running?.host.getMultiaddrs().map(String) ?? [],
    peers: () => peersOf(running),
    connect: async (address, { signal }) => await dialAddress(address, signal),
    disconnect: async (peer) => { cut(peer, 'asked to disconnect') }
  }
}

/** Connects to a peer at the addresses given, at those the peer store knows, or at those the DHT finds. */
async function dialPeer ({ host, multiaddr }: Pick<Running, 'host' | 'multiaddr'>, peer: PeerId, addresses: readonly string[]): Promise<Connection> {
  const { peerIdFromString } = await import('@libp2p/peer-id')
  const id = peerIdFromString(peer)
  // The library's own limits of time are signals that nothing may hold: one that was collected never ends a dial.
  const time = limitedTime(DIAL_MS_MAX)
  try {
    await host.peerStore.merge(id, { multiaddrs: addresses.map((address) => multiaddr(address)), tags: { 'amiko-link': { value: 100 } } }, { signal: time.signal })
    return await within(host.dial(id, { signal: time.signal }), 2 * DIAL_MS_MAX)
  } finally {
    time.clear()
  }
}

function readAddress (multiaddr: (text: string) => Multiaddr, address: string): { readonly peer: PeerId, readonly target: Multiaddr } {
  let target: Multiaddr
  try {
    target = multiaddr(address)
  } catch {
    throw new AmikoError('bad-address', { text: address })
  }
  const peer = target.getComponents().findLast((component) => component.name === 'p2p')?.value
  if (peer === undefined) throw new AmikoError('bad-address', { text: address })
  if (!isPeerId(peer)) throw new AmikoError('bad-peer', { text: peer })
  return { peer, target }
}

/** libp2p tells why a dial failed only in the text of nested errors. */
function dialError (peer: PeerId, error: unknown): AmikoError {
  const reasons = reasonsOf(error)
  const gate = reasons.some((reason) => reason.includes('network gate') || reason.includes('Protocol selection failed'))
  return gate
    ? new AmikoError('wrong-network-key', { peer }, { cause: error })
    : new AmikoError('unreachable', { peer, reason: reasons.at(-1) ?? 'unknown' }, { cause: error })
}

function reasonsOf (error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 4) return []
  const nested = error instanceof AggregateError ? error.errors : [error.cause]
  return [error.message, ...nested.flatMap((inner: unknown) => reasonsOf(inner, depth + 1))]
}

function peersOf (running: Running | undefined): ReturnType<MeshAdministration['peers']> {
  const peers = new Map<PeerId, { peer: PeerId, addresses: string[], direction: 'inbound' | 'outbound', linked: boolean }>()
  for (const connection of running?.host.getConnections() ?? []) {
    const peer = connection.remotePeer.toString()
    if (!isPeerId(peer) || connection.status !== 'open') continue
    const entry = peers.get(peer) ?? { peer, addresses: [], direction: connection.direction, linked: running?.neighbours.keeps(peer) === true }
    entry.addresses.push(connection.remoteAddr.toString())
    peers.set(peer, entry)
  }
  return [...peers.values()]
}
