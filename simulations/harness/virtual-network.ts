import type { PeerId } from '../../src/core/base/ids.js'
import type { MeshEvents, MeshStream } from '../../src/ports/mesh.js'
import type { Random } from './random.js'
import type { EventQueue } from './virtual-clock.js'

/** Latencies and waits of a network, in virtual milliseconds. */
export interface LatencyModel {
  /** Each pair of nodes has a base latency, drawn once between the two. */
  readonly minMs: number
  readonly maxMs: number
  /** Drawn anew for each message, 0 to this; it changes no order within a stream. */
  readonly jitterMs: number
  /** How long after a loss a side notices it, 0 to this, each side on its own. */
  readonly noticeMs: number
}

export const LOCAL_LATENCY: LatencyModel = { minMs: 1, maxMs: 1, jitterMs: 0, noticeMs: 0 }

/** First and longest wait before a lost connection is dialled again. */
export const REDIAL_MS = 200
export const REDIAL_MS_MAX = 3_200
/** Bytes under way from one peer to another; a connection with more is dropped, as a full queue is. */
export const IN_FLIGHT_BYTES_MAX = 1_048_576
/** Announcements a process remembers, so that each is heard once. */
export const HEARD_MAX = 4_096

/** A frame on its way, as filters and recorders see it. */
export interface Frame {
  readonly from: PeerId
  readonly to: PeerId
  readonly stream: MeshStream
  readonly bytes: Uint8Array
}

/**
 * What becomes of a frame: nothing more, later, other bytes, or (where it leaves) other frames in its place. A delay
 * holds all later frames of the stream too.
 */
export type FrameFate = 'pass' | 'drop' | { readonly delayMs: number } | { readonly bytes: Uint8Array } | { readonly frames: readonly Uint8Array[] }

/** Told what the network does; every part is optional. */
export interface NetworkObserver {
  readonly sent?: (frame: Frame) => void
  readonly received?: (frame: Frame) => void
  readonly connected?: (a: PeerId, b: PeerId) => void
  readonly disconnected?: (self: PeerId, peer: PeerId) => void
  readonly announced?: (self: PeerId, bytes: Uint8Array) => void
  readonly heard?: (self: PeerId, bytes: Uint8Array) => void
  /** Decides about a frame that leaves (`out`) or arrives (`in`) at a node. */
  readonly fate?: (frame: Frame, direction: 'in' | 'out') => FrameFate
}

/** The place of one process in the network. */
export interface Endpoint {
  readonly self: PeerId
  readonly kept: Set<PeerId>
  readonly connections: Map<PeerId, Connection>
  readonly heard: Set<string>
  events: MeshEvents | undefined
  alive: boolean
}

export interface Connection {
  readonly a: Endpoint
  readonly b: Endpoint
  alive: boolean
  /** When the newest frame of a direction and stream arrives: the next may not overtake it. */
  readonly lastArrivalMs: Map<string, number>
  readonly inFlightBytes: Map<PeerId, number>
}

export interface VirtualNetwork {
  attach: (self: PeerId) => Endpoint
  /** The process is gone or stopped: its connections die. */
  detach: (endpoint: Endpoint) => void
  send: (endpoint: Endpoint, peer: PeerId, stream: MeshStream, bytes: Uint8Array) => boolean
  keep: (endpoint: Endpoint, peer: PeerId) => void
  release: (endpoint: Endpoint, peer: PeerId) => void
  announce: (endpoint: Endpoint, bytes: Uint8Array) => void
  find: (endpoint: Endpoint, id: string) => void
  drop: (endpoint: Endpoint, peer: PeerId) => void
  isConnected: (a: PeerId, b: PeerId) => boolean
  /** Loses the connection of a pair, frames under way included, and lets none come back before `forMs` are over. */
  cut: (a: PeerId, b: PeerId, forMs: number) => void
  /** No connection across the groups for `forMs`. */
  partition: (groups: ReadonlyArray<readonly PeerId[]>, forMs: number) => void
  /** Ends all cuts and partitions now. */
  heal: () => void
}

export interface VirtualNetworkOptions {
  readonly queue: EventQueue
  readonly random: Random
  readonly latency: LatencyModel
  readonly observer: NetworkObserver
  /** The id under which a record stands in the hash table; undefined when the bytes are no record. */
  readonly recordId: (bytes: Uint8Array) => string | undefined
}

const pairOf = (a: PeerId, b: PeerId): string => a < b ? `${a} ${b}` : `${b} ${a}`

/**
 * A network of peers on virtual time: connections that come, break and come back; ordered streams with latency;
 * announcements passed from neighbour to neighbour; a table of records that any connected node can ask.
 */
export function createVirtualNetwork (options: VirtualNetworkOptions): VirtualNetwork {
  const { queue, random, latency, observer } = options
  const endpoints = new Map<PeerId, Endpoint>()
  const blockedUntil = new Map<string, number>()
  const baseMs = new Map<string, number>()
  const dialling = new Set<string>()
  const records = new Map<string, Uint8Array>()

  const latencyOf = (a: PeerId, b: PeerId): number => {
    const pair = pairOf(a, b)
    let base = baseMs.get(pair)
    if (base === undefined) baseMs.set(pair, base = random.fork(`latency ${pair}`).between(latency.minMs, latency.maxMs))
    return base + (latency.jitterMs === 0 ? 0 : random.between(0, latency.jitterMs))
  }
  const noticeMs = (): number => latency.noticeMs === 0 ? 0 : random.between(0, latency.noticeMs)
  const isBlocked = (a: PeerId, b: PeerId): boolean => (blockedUntil.get(pairOf(a, b)) ?? 0) > queue.nowMs
  const wanted = (a: PeerId, b: PeerId): boolean => endpoints.get(a)?.kept.has(b) === true || endpoints.get(b)?.kept.has(a) === true

  function dial (a: PeerId, b: PeerId, waitMs: number): void {
    const pair = pairOf(a, b)
    if (dialling.has(pair)) return
    dialling.add(pair)
    queue.schedule(queue.nowMs + waitMs, () => {
      dialling.delete(pair)
      const [one, other] = [endpoints.get(a), endpoints.get(b)]
      if (!wanted(a, b) || one?.connections.has(b) === true && other?.connections.has(a) === true) return
      const reachable = one?.events !== undefined && other?.events !== undefined && !isBlocked(a, b)
      // A side that has not noticed the loss yet keeps the pair apart a little longer, as a stale connection does.
      if (!reachable || one.connections.has(b) || other.connections.has(a)) { dial(a, b, Math.min(Math.max(2 * waitMs, REDIAL_MS), REDIAL_MS_MAX)); return }
      connect(one, other)
    })
  }

  function connect (a: Endpoint, b: Endpoint): void {
    const connection: Connection = { a, b, alive: true, lastArrivalMs: new Map(), inFlightBytes: new Map() }
    a.connections.set(b.self, connection)
    b.connections.set(a.self, connection)
    observer.connected?.(a.self, b.self)
    a.events!.connected(b.self)
    if (b.alive) b.events!.connected(a.self)
  }

  function lose (connection: Connection): void {
    if (!connection.alive) return
    connection.alive = false
    for (const [self, peer] of [[connection.a, connection.b], [connection.b, connection.a]] as const) {
      const notice = (): void => {
        if (self.connections.get(peer.self) !== connection) return
        self.connections.delete(peer.self)
        if (!self.alive || self.events === undefined) return
        observer.disconnected?.(self.self, peer.self)
        self.events.disconnected(peer.self)
      }
      queue.schedule(queue.nowMs + noticeMs(), notice)
    }
    if (wanted(connection.a.self, connection.b.self)) dial(connection.a.self, connection.b.self, latency.noticeMs + REDIAL_MS)
  }

  function send (endpoint: Endpoint, peer: PeerId, stream: MeshStream, bytes: Uint8Array): boolean {
    const connection = endpoint.connections.get(peer)
    if (connection === undefined) return false
    if (!connection.alive) return true // the loss is not noticed yet: the frame goes nowhere
    const frame: Frame = { from: endpoint.self, to: peer, stream, bytes: bytes.slice() }
    const fate = observer.fate?.(frame, 'out') ?? 'pass'
    if (fate === 'drop') return true
    if (typeof fate === 'object' && 'frames' in fate) {
      for (const other of fate.frames) if (connection.alive) carry(connection, { ...frame, bytes: other }, 0)
      return true
    }
    carry(connection, typeof fate === 'object' && 'bytes' in fate ? { ...frame, bytes: fate.bytes } : frame, typeof fate === 'object' && 'delayMs' in fate ? fate.delayMs : 0)
    return true
  }

  function carry (connection: Connection, frame: Frame, delayMs: number): void {
    const { from, to, stream, bytes } = frame
    const inFlight = (connection.inFlightBytes.get(from) ?? 0) + bytes.length
    if (inFlight > IN_FLIGHT_BYTES_MAX) { lose(connection); return }
    connection.inFlightBytes.set(from, inFlight)
    observer.sent?.(frame)
    arriveLater(connection, frame, latencyOf(from, to) + delayMs, () => {
      connection.inFlightBytes.set(from, (connection.inFlightBytes.get(from) ?? 0) - bytes.length)
      const fate = observer.fate?.(frame, 'in') ?? 'pass'
      if (fate === 'drop') return
      const arrived = typeof fate === 'object' && 'bytes' in fate ? { ...frame, bytes: fate.bytes } : frame
      if (typeof fate === 'object' && 'delayMs' in fate) arriveLater(connection, arrived, fate.delayMs, () => { deliver(arrived) }, `${from} ${stream} held`)
      else if ((connection.lastArrivalMs.get(`${from} ${stream} held`) ?? 0) > queue.nowMs) arriveLater(connection, arrived, 0, () => { deliver(arrived) }, `${from} ${stream} held`)
      else deliver(arrived)
    })
  }

  function arriveLater (connection: Connection, frame: Frame, afterMs: number, action: () => void, lane = `${frame.from} ${frame.stream}`): void {
    const at = Math.max(connection.lastArrivalMs.get(lane) ?? 0, queue.nowMs + afterMs)
    connection.lastArrivalMs.set(lane, at)
    queue.schedule(at, () => { if (connection.alive) action() })
  }

  function deliver (frame: Frame): void {
    const endpoint = endpoints.get(frame.to)
    if (endpoint?.events === undefined || !endpoint.alive) return
    observer.received?.(frame)
    endpoint.events.frame(frame.from, frame.stream, frame.bytes)
  }

  /** Passes an announcement to the neighbours that have not heard it, each of which judges and passes it on. */
  function spread (endpoint: Endpoint, bytes: Uint8Array, from: PeerId | undefined): void {
    for (const [peer, connection] of endpoint.connections) {
      if (peer === from || !connection.alive) continue
      queue.schedule(queue.nowMs + latencyOf(endpoint.self, peer), () => {
        if (connection.alive) hear(connection.a.self === peer ? connection.a : connection.b, bytes, endpoint.self)
      })
    }
  }

  function hear (endpoint: Endpoint, bytes: Uint8Array, from: PeerId | undefined): void {
    const key = Buffer.from(bytes).toString('latin1')
    if (endpoint.events === undefined || !endpoint.alive || endpoint.heard.has(key)) return
    if (endpoint.heard.size >= HEARD_MAX) endpoint.heard.clear()
    endpoint.heard.add(key)
    if (endpoint.events.judge(bytes) !== 'accept') return
    observer.heard?.(endpoint.self, bytes)
    endpoint.events.announcement(bytes)
    if (endpoint.alive) spread(endpoint, bytes, from)
  }

  const network: VirtualNetwork = {
    attach (self) {
      const endpoint: Endpoint = { self, kept: new Set(), connections: new Map(), heard: new Set(), events: undefined, alive: true }
      endpoints.set(self, endpoint)
      return endpoint
    },
    detach (endpoint) {
      endpoint.alive = false
      endpoint.events = undefined
      const lost = [...endpoint.connections.values()]
      // The process itself notices nothing any more; its neighbours do.
      endpoint.connections.clear()
      endpoint.kept.clear()
      if (endpoints.get(endpoint.self) === endpoint) endpoints.delete(endpoint.self)
      for (const connection of lost) lose(connection)
    },
    send,
    keep (endpoint, peer) {
      endpoint.kept.add(peer)
      if (!endpoint.connections.has(peer)) dial(endpoint.self, peer, latencyOf(endpoint.self, peer))
    },
    release (endpoint, peer) {
      endpoint.kept.delete(peer)
      const connection = endpoint.connections.get(peer)
      if (connection !== undefined && !wanted(endpoint.self, peer)) lose(connection)
    },
    announce (endpoint, bytes) {
      const copy = bytes.slice()
      const id = options.recordId(copy)
      if (id !== undefined) records.set(id, copy)
      endpoint.heard.add(Buffer.from(copy).toString('latin1'))
      observer.announced?.(endpoint.self, copy)
      spread(endpoint, copy, undefined)
    },
    find (endpoint, id) {
      const peers = [...endpoint.connections].filter(([, connection]) => connection.alive)
      if (peers.length === 0) return
      queue.schedule(queue.nowMs + 4 * latencyOf(endpoint.self, peers[0]![0]), () => {
        const record = records.get(id)
        if (record !== undefined && endpoint.connections.size > 0) hear(endpoint, record, undefined)
      })
    },
    drop (endpoint, peer) {
      const connection = endpoint.connections.get(peer)
      if (connection !== undefined) lose(connection)
    },
    isConnected: (a, b) => endpoints.get(a)?.connections.get(b)?.alive === true,
    cut (a, b, forMs) {
      blockedUntil.set(pairOf(a, b), queue.nowMs + forMs)
      const connection = endpoints.get(a)?.connections.get(b)
      if (connection !== undefined) lose(connection)
    },
    partition (groups, forMs) {
      groups.forEach((group, index) => {
        for (const other of groups.slice(index + 1)) for (const a of group) for (const b of other) network.cut(a, b, forMs)
      })
    },
    heal () { blockedUntil.clear() }
  }
  return network
}
