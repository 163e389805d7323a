import { secp256k1 } from '@noble/curves/secp256k1.js'
import { toHex } from '../../core/base/bytes.js'
import { sha256 } from '../../core/base/hash.js'
import { peerIdOfPublicKey, type PeerId } from '../../core/base/ids.js'
import type { Mesh, MeshEvents, MeshStream } from '../../ports/mesh.js'

/** Waiting to be delivered to one peer from another; what the libp2p host allows. */
const QUEUE_BYTES_MAX = 1 << 20
const FRAME_COST_BASE = 32
/** Longest frames, as in the protocols. */
const FRAME_BYTES_MAX: Readonly<Record<MeshStream, number>> = { link: 16_384, channel: 65_536, route: 16_384 }
/** What one call of `deliver` performs at most: more is a conversation without an end. */
const DELIVERIES_MAX = 1_000_000

export interface MemoryNetworkOptions {
  /** The id of an announcement, as in the libp2p host; without it nothing is found by id. */
  readonly announcementId?: (bytes: Uint8Array) => string | undefined
}

/** The wires between in-memory meshes of one process. */
export interface MemoryNetwork {
  /** While true nothing arrives by itself: {@link MemoryNetwork.deliver} decides. */
  held: boolean
  /** Frames, connections and announcements on their way. */
  readonly waiting: number
  /** Delivers the first `count` of what waits, all (and what follows from it) when absent; gives how many it was. */
  deliver: (count?: number) => number
  /** Breaks the connection of two peers; frames on their way are lost. Who keeps the other connects again. */
  cut: (a: PeerId, b: PeerId) => void
  /** While apart, two peers cannot connect. */
  setApart: (a: PeerId, b: PeerId, apart: boolean) => void
}

interface Session {
  readonly peers: readonly [PeerId, PeerId]
  alive: boolean
  /** Who was told that it is connected. */
  readonly told: Set<PeerId>
  /** Bytes on their way to a peer. */
  readonly queued: Map<PeerId, number>
}

interface Member {
  readonly self: PeerId
  events: MeshEvents | undefined
  readonly kept: Set<PeerId>
  readonly heard: Set<string>
}

interface Hub extends MemoryNetwork {
  readonly options: MemoryNetworkOptions
  readonly members: Map<PeerId, Member>
  readonly sessions: Map<string, Session>
  readonly records: Map<string, Uint8Array>
  post: (task: () => void) => void
  connectKept: () => void
}

const pairKey = (a: PeerId, b: PeerId): string => a < b ? `${a} ${b}` : `${b} ${a}`

export function memoryNetwork (options: MemoryNetworkOptions = {}): MemoryNetwork {
  const tasks: Array<() => void> = []
  const apart = new Set<string>()
  let pumping = false
  let held = false
  const pump = (): void => {
    if (pumping || held || tasks.length === 0) return
    pumping = true
    setImmediate(() => {
      // What is posted meanwhile waits for the next turn, so that timers run in between.
      for (let left = tasks.length; left > 0 && !held; left--) tasks.shift()?.()
      pumping = false
      pump()
    })
  }
  const hub: Hub = {
    options,
    members: new Map(),
    sessions: new Map(),
    records: new Map(),
    get held () { return held },
    set held (value: boolean) { held = value; pump() },
    get waiting () { return tasks.length },
    deliver: (count = DELIVERIES_MAX) => {
      let delivered = 0
      for (; delivered < count && tasks.length > 0; delivered++) {
        if (delivered >= DELIVERIES_MAX) throw new RangeError('memoryNetwork: deliveries without an end')
        tasks.shift()!()
      }
      return delivered
    },
    cut: (a, b) => {
      const session = hub.sessions.get(pairKey(a, b))
      if (session !== undefined) end(hub, session)
    },
    setApart: (a, b, value) => {
      if (value) apart.add(pairKey(a, b))
      else apart.delete(pairKey(a, b))
      if (value) hub.cut(a, b)
      else hub.connectKept()
    },
    post: (task) => { tasks.push(task); pump() },
    connectKept: () => {
      for (const member of hub.members.values()) {
        for (const peer of member.kept) {
          const key = pairKey(member.self, peer)
          if (!hub.sessions.has(key) && !apart.has(key) && member.events !== undefined && hub.members.get(peer)?.events !== undefined) begin(hub, member.self, peer)
        }
      }
    }
  }
  return hub
}

/** The in-memory twin of the libp2p host, without its gate. @param secret - 32-byte identity secret */
export function memoryMesh (network: MemoryNetwork, secret: Uint8Array): Mesh {
  const hub = network as Hub
  const self = peerIdOfPublicKey(secp256k1.getPublicKey(secret, true))
  const member: Member = { self, events: undefined, kept: new Set(), heard: new Set() }
  const sessionsOfSelf = (): Session[] => [...hub.sessions.values()].filter((session) => session.peers.includes(self))

  return {
    self,
    start: async (events) => {
      member.events = events
      hub.members.set(self, member)
      hub.connectKept()
    },
    stop: async () => {
      for (const session of sessionsOfSelf()) end(hub, session)
      member.kept.clear()
      member.events = undefined
      hub.members.delete(self)
    },
    send: (peer, stream, bytes) => {
      const session = hub.sessions.get(pairKey(self, peer))
      if (session?.told.has(self) !== true) return false
      const cost = bytes.length + FRAME_COST_BASE
      const queued = (session.queued.get(peer) ?? 0) + cost
      if (queued > QUEUE_BYTES_MAX || bytes.length === 0 || bytes.length > FRAME_BYTES_MAX[stream]) {
        end(hub, session)
        return false
      }
      session.queued.set(peer, queued)
      const copy = bytes.slice()
      hub.post(() => {
        session.queued.set(peer, session.queued.get(peer)! - cost)
        if (session.alive) hub.members.get(peer)?.events?.frame(self, stream, copy)
      })
      return true
    },
    keep: (peer) => {
      member.kept.add(peer)
      hub.connectKept()
    },
    release: (peer) => { member.kept.delete(peer) },
    drop: (peer) => { hub.cut(self, peer) },
    announce: (bytes) => {
      const id = hub.options.announcementId?.(bytes)
      if (id !== undefined) hub.records.set(id, bytes.slice())
      member.heard.add(toHex(sha256(bytes)))
      spread(hub, self, bytes.slice())
    },
    findMeetingPoint: (id) => {
      hub.post(() => {
        const record = hub.records.get(id)
        if (record !== undefined && member.events?.judge(record) === 'accept') member.events.announcement(record.slice())
      })
    },
    isConnected: (peer) => hub.sessions.get(pairKey(self, peer))?.told.has(self) === true
  }
}

function begin (hub: Hub, a: PeerId, b: PeerId): void {
  const session: Session = { peers: [a, b], alive: true, told: new Set(), queued: new Map() }
  hub.sessions.set(pairKey(a, b), session)
  for (const [one, other] of [[a, b], [b, a]] as const) {
    hub.post(() => {
      if (!session.alive) return
      session.told.add(one)
      hub.members.get(one)?.events?.connected(other)
    })
  }
}

function end (hub: Hub, session: Session): void {
  const [a, b] = session.peers
  session.alive = false
  hub.sessions.delete(pairKey(a, b))
  for (const [one, other] of [[a, b], [b, a]] as const) {
    const events = hub.members.get(one)?.events
    if (session.told.has(one)) hub.post(() => { events?.disconnected(other) })
  }
  hub.post(() => { hub.connectKept() })
}

/** Passes an announcement on to the neighbours that have not heard it; each judges before it passes it on. */
function spread (hub: Hub, from: PeerId, bytes: Uint8Array): void {
  const digest = toHex(sha256(bytes))
  for (const session of hub.sessions.values()) {
    if (!session.peers.includes(from)) continue
    const to = session.peers[0] === from ? session.peers[1] : session.peers[0]
    hub.post(() => {
      const member = hub.members.get(to)
      if (!session.alive || member === undefined || member.heard.has(digest)) return
      member.heard.add(digest)
      if (member.events?.judge(bytes) !== 'accept') return
      member.events.announcement(bytes.slice())
      spread(hub, to, bytes)
    })
  }
}
