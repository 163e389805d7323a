/** Every bound of the libp2p host that is ours to set; the bounds of the protocols stand in their own folders. */

/** Connections to peers that we do not keep; peers that we keep are admitted beyond it. */
export const CONNECTIONS_MAX = 300
/** Room above it for kept peers; libp2p itself counts to the sum of both. */
export const CONNECTIONS_KEPT_MAX = 200
/** New inbound connections a second from one address, and from loopback, where all nodes of a test share one. */
export const INBOUND_PER_SECOND_MAX = 50
export const INBOUND_PER_SECOND_LOOPBACK_MAX = 1_000
/** Inbound connections that are being encrypted or gated. */
export const INBOUND_PENDING_MAX = 100
export const DIALS_PARALLEL_MAX = 32
export const DIAL_QUEUE_MAX = 500
/** Encryption, gate and muxer of one connection together. */
export const HANDSHAKE_MS_MAX = 10_000
export const DIAL_MS_MAX = 10_000
/** GATE-6 */
export const GATE_MS_MAX = 5_000

/** Largest window of a yamux stream: beyond it a paused reader can be overrun by an honest writer (libp2p js). */
export const MUXER_WINDOW_BYTES = 1 << 20
/** Streams of all protocols that one connection may open to us. */
export const MUXER_INBOUND_STREAMS_MAX = 64
/** Bytes that one muxed stream may hold for writing before libp2p aborts it. */
export const STREAM_WRITE_BYTES_MAX = 2 << 20

/** Of link, channel and route, on one connection: a new one may come before the old one is seen to have ended. */
export const NEIGHBOUR_STREAMS_MAX = 2
/** Of every other protocol, on one connection. */
export const OTHER_STREAMS_MAX = 8

/** Waiting to be sent to one peer, over its three streams. NEIGH-8 */
export const QUEUE_BYTES_MAX = 1 << 20
/** Records processed each turn of the event loop, over all peers. */
export const RECORDS_PER_TURN = 64
/** Sessions with peers that we do not keep. NEIGH-9 */
export const STRANGER_SESSIONS_MAX = 64
/** A session with such a peer ends when nothing came for this long; kept neighbours judge silence by their own pings. */
export const STRANGER_SILENT_MS_MAX = 60_000
/** A session must be complete after this. NEIGH-10 */
export const SESSION_MS_MAX = 10_000
/** NEIGH-9 */
export const INVITE_MS_MAX = 5_000
/** A session on another connection counts as dead when it was silent this long after a new connection came. */
export const SESSION_SILENT_MS = 2_000
export const PEERS_KEPT_MAX = 1_024

/** Reconnecting: first wait, longest wait, and the part of it that is random. */
export const RETRY_MS_FIRST = 200
export const RETRY_MS_MAX = 30_000
export const RETRY_JITTER = 0.3

/** A message on the topic of meeting points. */
export const GOSSIP_MESSAGE_BYTES_MAX = 4_096
/** One gossipsub frame: a few messages and their control. */
export const GOSSIP_FRAME_BYTES_MAX = 64 << 10
/** A record of the DHT. */
export const DHT_RECORD_BYTES_MAX = 1_024
export const DHT_LOOKUPS_MAX = 8
export const DHT_MS_MAX = 15_000
/**
 * Peers that keep a record, peers asked at once on each way of a query, and ways: BitTorrent's numbers. libp2p's own (20, 10
 * and 10) let every node of a village dial every other, and records are few, renewed, and told by gossip too.
 */
export const DHT_REPLICAS = 8
export const DHT_PARALLEL = 3
export const DHT_WAYS = 3
/** A record that changes sooner than this waits for its turn: an announcement lives for two days, and is renewed each minute in small networks. */
export const DHT_PUT_MS = 600_000
/** Announcements kept for peers that come later, and how many of them one answer holds. NEIGH-12 */
export const ANNOUNCEMENTS_KEPT_MAX = 512
export const CATCH_UP_ANNOUNCEMENTS_MAX = 64
export const CATCH_UP_MS_MAX = 5_000
/** Peers whom we ask at the same time. */
export const CATCH_UPS_MAX = 8
/** Whom we link with is always asked. Of others, so many answers are enough for so long. */
export const CATCH_UP_ANSWERS = 3
export const CATCH_UP_FRESH_MS = 600_000

export const STOP_MS_MAX = 4_000
