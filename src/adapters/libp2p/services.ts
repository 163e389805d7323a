import { gossipsub, type GossipSub, type GossipsubOpts } from '@chainsafe/libp2p-gossipsub'
import { noise } from '@chainsafe/libp2p-noise'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper, type KadDHT } from '@libp2p/kad-dht'
import { ping, type Ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { sha256 } from '../../core/base/hash.js'
import { publicKeyOfPeerId } from '../../core/base/ids.js'
import { connectedContacts } from './connected-contacts.js'
import { fewWindowUpdates } from './few-window-updates.js'
import { gatedNoise } from './gated-noise.js'
import * as limits from './limits.js'
import { ownLocks } from './own-locks.js'
import { quietLog } from './quiet-log.js'
import { wholeWrites } from './whole-writes.js'
import { within } from './within.js'
import type { Libp2p, PeerId, ServiceMap } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'

/** The services of the host by name. */
export interface HostServices extends ServiceMap {
  readonly ping: Ping
  readonly dht: KadDHT
  readonly pubsub: GossipSub
}

export type Host = Libp2p<HostServices>

export interface HostSettings {
  readonly identitySecret: Uint8Array
  readonly network: string
  readonly networkKey: Uint8Array | undefined
  readonly listen: readonly string[]
  readonly datastore: Datastore
  /** Throws when a record may not stand in the DHT. */
  readonly validate: (key: Uint8Array, value: Uint8Array) => void
  /** Index of the best of some valid records of one key. */
  readonly select: (values: readonly Uint8Array[]) => number
}

/** The names that the DHT, the topic and the records have in a network. */
export const dhtProtocol = (network: string): string => `/amiko/${network}/kad/1.0.0`
export const meetingPointTopic = (network: string): string => `/amiko/${network}/meeting-points`
/** Namespace of the DHT's keys: `/amiko-mp/<role key>`. */
export const DHT_NAMESPACE = 'amiko-mp'

/** Builds the libp2p host of a node; it is not started. All that it may use stands in `limits.ts`. */
export async function createHost (settings: HostSettings): Promise<Host> {
  const { network, networkKey, listen } = settings
  const protocolPrefix = `amiko/${network}`
  const loopback = listen.length > 0 && listen.every((address) => /^\/ip4\/127\.|^\/ip6\/::1\//.test(address))
  const streams = { maxInboundStreams: limits.OTHER_STREAMS_MAX, maxOutboundStreams: limits.OTHER_STREAMS_MAX }
  const host = await createLibp2p<HostServices>({
    privateKey: privateKeyFromRaw(settings.identitySecret),
    datastore: settings.datastore,
    start: false,
    ...(process.env['DEBUG'] === undefined ? { logger: quietLog } : {}),
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [wholeWrites(networkKey === undefined ? noise() : gatedNoise(network, networkKey))],
    streamMuxers: [fewWindowUpdates(yamux({
      maxInboundStreams: limits.MUXER_INBOUND_STREAMS_MAX,
      streamOptions: { maxStreamWindowSize: limits.MUXER_WINDOW_BYTES, maxWriteBufferLength: limits.STREAM_WRITE_BYTES_MAX }
    }))],
    connectionManager: {
      maxConnections: limits.CONNECTIONS_MAX + limits.CONNECTIONS_KEPT_MAX,
      inboundConnectionThreshold: loopback ? limits.INBOUND_PER_SECOND_LOOPBACK_MAX : limits.INBOUND_PER_SECOND_MAX,
      maxIncomingPendingConnections: limits.INBOUND_PENDING_MAX,
      maxParallelDials: limits.DIALS_PARALLEL_MAX,
      maxDialQueueLength: limits.DIAL_QUEUE_MAX,
      dialTimeout: limits.DIAL_MS_MAX,
      inboundUpgradeTimeout: limits.HANDSHAKE_MS_MAX
    },
    // Links are kept alive by pings of their own protocol; this would drop peers that are merely slow.
    connectionMonitor: { enabled: false },
    connectionGater: {
      // Every part of this network takes the identity key out of the peer id.
      denyInboundEncryptedConnection: async (peer: PeerId) => publicKeyOfPeerId(peer.toString()) === undefined,
      denyOutboundEncryptedConnection: async (peer: PeerId) => publicKeyOfPeerId(peer.toString()) === undefined,
      denyDialMultiaddr: async () => false
    },
    services: {
      identify: identify({ protocolPrefix, ...streams }),
      ping: ping({ protocolPrefix, ...streams }),
      dht: connectedContacts(kadDHT({
        protocol: dhtProtocol(network),
        clientMode: false,
        kBucketSize: limits.DHT_REPLICAS,
        alpha: limits.DHT_PARALLEL,
        disjointPaths: limits.DHT_WAYS,
        peerInfoMapper: passthroughMapper,
        validators: { [DHT_NAMESPACE]: async (key: Uint8Array, value: Uint8Array) => { settings.validate(key, value) } },
        selectors: { [DHT_NAMESPACE]: (_key: Uint8Array, values: Uint8Array[]) => settings.select(values) },
        maxInboundStreams: 4 * limits.OTHER_STREAMS_MAX,
        maxOutboundStreams: 4 * limits.OTHER_STREAMS_MAX
      })),
      pubsub: gossipsub(gossipSettings(network))
    }
  })
  ownLocks(host.peerStore, host.peerId)
  return host
}

/** Ends a host within {@link limits.STOP_MS_MAX}, whatever the peers do. Throws when it waited for something longer. */
export async function stopHost (host: Host): Promise<void> {
  try {
    await within(host.stop(), limits.STOP_MS_MAX)
  } finally {
    // Gossipsub waits for its streams before it ends the timer of its scores, which would keep a process alive for good.
    const { score } = host.services.pubsub as unknown as { readonly score: { readonly stop: () => void } }
    score.stop()
  }
}

function gossipSettings (network: string): Partial<GossipsubOpts> {
  const topic = meetingPointTopic(network)
  return {
    D: 6,
    Dlo: 4,
    Dhi: 12,
    Dlazy: 6,
    heartbeatInterval: 1_000,
    floodPublish: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    fallbackToFloodsub: false,
    emitSelf: false,
    // An announcement is signed by its role key; an envelope signed by the node key would tell everybody whose that is. HINT-21
    globalSignaturePolicy: 'StrictNoSign',
    allowedTopics: [topic],
    maxInboundStreams: limits.OTHER_STREAMS_MAX,
    maxOutboundStreams: limits.OTHER_STREAMS_MAX,
    maxInboundDataLength: limits.GOSSIP_FRAME_BYTES_MAX,
    // Announcements are smaller: to tell the mesh that one is not wanted costs more than to get it once more.
    idontwantMinDataSize: limits.GOSSIP_MESSAGE_BYTES_MAX,
    // Addressed by content, so that the same announcement published twice travels once.
    msgIdFn: (message) => sha256(message.data),
    scoreParams: {
      // Many nodes behind one address are the normal case here, and would be scored below zero for it.
      IPColocationFactorWeight: 0,
      topics: {
        [topic]: {
          topicWeight: 1,
          timeInMeshWeight: 0,
          timeInMeshQuantum: 1_000,
          timeInMeshCap: 1,
          firstMessageDeliveriesWeight: 0,
          firstMessageDeliveriesDecay: 0.5,
          firstMessageDeliveriesCap: 1,
          meshMessageDeliveriesWeight: 0,
          meshMessageDeliveriesDecay: 0.5,
          meshMessageDeliveriesCap: 1,
          meshMessageDeliveriesThreshold: 1,
          meshMessageDeliveriesWindow: 10,
          meshMessageDeliveriesActivation: 1_000,
          meshFailurePenaltyWeight: 0,
          meshFailurePenaltyDecay: 0.5,
          // The square of rejected messages: one costs little, ten close the mesh to the sender.
          invalidMessageDeliveriesWeight: -1,
          invalidMessageDeliveriesDecay: 0.99
        }
      }
    }
  }
}
