import { randomBytes } from 'node:crypto'
import { comparePeers, isPeerId, type PeerId } from '../../core/base/ids.js'
import { answerInvitation, askForSession, inviteProtocol, type InviteAnswer } from '../../../protocols/neighbour/invite.js'
import { NeighbourStream, type StreamLimits } from '../../../protocols/neighbour/stream.js'
import { createTurns } from '../../../protocols/neighbour/turns.js'
import { limitedTime } from './gated-noise.js'
import { INVITE_MS_MAX, NEIGHBOUR_STREAMS_MAX, PEERS_KEPT_MAX, QUEUE_BYTES_MAX, RECORDS_PER_TURN, RETRY_JITTER, RETRY_MS_FIRST, RETRY_MS_MAX, SESSION_MS_MAX, SESSION_SILENT_MS, STRANGER_SESSIONS_MAX, STRANGER_SILENT_MS_MAX } from './limits.js'
import { Session, SESSION_STREAMS } from './session.js'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Logger } from '../../ports/logger.js'
import type { MeshEvents, MeshStream } from '../../ports/mesh.js'

export interface NeighboursOptions {
  readonly self: PeerId
  readonly network: string
  readonly logger: Logger
  readonly events: Pick<MeshEvents, 'connected' | 'disconnected' | 'frame'>
  /** Connects to a peer that has no connection; throws when it cannot be reached. */
  readonly dial: (peer: PeerId, addresses: readonly string[]) => Promise<Connection>
  /** Sessions with peers that are not kept; the limit when absent. */
  readonly strangerSessionsMax?: number | undefined
}

interface Neighbour {
  readonly peer: PeerId
  kept: boolean
  addresses: readonly string[]
  session: Session | undefined
  waitMs: number
  timer: ReturnType<typeof setTimeout> | undefined
  striving: boolean
}

/**
 * Sessions with neighbours: opens them where we are the lower key, asks for them where we are not, accepts those of
 * others within bounds, and keeps those that the node wants. @see protocols/neighbour
 */
export class Neighbours {
  readonly #options: NeighboursOptions
  readonly #libp2p: Libp2p
  readonly #neighbours = new Map<PeerId, Neighbour>()
  readonly #turns = createTurns(RECORDS_PER_TURN)
  readonly #sweeper: ReturnType<typeof setInterval>
  #stopped = false

  constructor (libp2p: Libp2p, options: NeighboursOptions) {
    this.#libp2p = libp2p
    this.#options = options
    this.#sweeper = setInterval(() => { this.#endSilentStrangers() }, STRANGER_SILENT_MS_MAX / 2)
  }

  async register (): Promise<void> {
    const { network, logger } = this.#options
    for (const limits of SESSION_STREAMS) {
      await this.#libp2p.handle(limits.protocol(network), (stream, connection) => {
        // Synchronous: what arrives before a reader is attached may be lost.
        try { this.#onInbound(limits, stream, connection) } catch (error) {
          logger.warn('an inbound stream could not be taken', { error })
          stream.abort(new Error('not taken'))
        }
      }, { maxInboundStreams: NEIGHBOUR_STREAMS_MAX, maxOutboundStreams: NEIGHBOUR_STREAMS_MAX })
    }
    await this.#libp2p.handle(inviteProtocol(network), (stream, connection) => {
      const time = limitedTime(INVITE_MS_MAX)
      answerInvitation(stream, time.signal, () => this.#onInvited(connection))
        .catch((error: unknown) => { logger.debug('an invitation failed', { error }) })
        .finally(time.clear)
    }, { maxInboundStreams: NEIGHBOUR_STREAMS_MAX, maxOutboundStreams: NEIGHBOUR_STREAMS_MAX })
  }

  keep (peer: PeerId, addresses: readonly string[]): void {
    const neighbour = this.#neighbourOf(peer)
    if (!neighbour.kept && this.#count((other) => other.kept) >= PEERS_KEPT_MAX) {
      this.#options.logger.warn('too many kept peers', { peer, limit: PEERS_KEPT_MAX })
      return this.#forget(neighbour)
    }
    neighbour.kept = true
    if (addresses.length > 0) neighbour.addresses = addresses
    neighbour.waitMs = RETRY_MS_FIRST
    void this.#strive(neighbour)
  }

  release (peer: PeerId): void {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour === undefined) return
    neighbour.kept = false
    clearTimeout(neighbour.timer)
    this.#forget(neighbour)
  }

  keeps (peer: PeerId): boolean { return this.#neighbours.get(peer)?.kept === true }
  isConnected (peer: PeerId): boolean { return this.#neighbours.get(peer)?.session?.status === 'connected' }

  send (peer: PeerId, stream: MeshStream, bytes: Uint8Array): boolean {
    return this.#neighbours.get(peer)?.session?.send(stream, bytes) ?? false
  }

  /** A connection came, from either side. */
  connectionOpened (peer: PeerId): void {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour?.kept === true) void this.#strive(neighbour)
  }

  stop (): void {
    this.#stopped = true
    clearInterval(this.#sweeper)
    for (const neighbour of this.#neighbours.values()) {
      clearTimeout(neighbour.timer)
      neighbour.session?.end('this node stops')
    }
    this.#neighbours.clear()
  }

  /** One attempt to have a session with a kept peer; plans the next one when it fails. */
  async #strive (neighbour: Neighbour): Promise<void> {
    if (this.#stopped || !neighbour.kept || neighbour.session !== undefined || neighbour.striving) return
    neighbour.striving = true
    clearTimeout(neighbour.timer)
    const { peer } = neighbour
    try {
      const connection = this.#connectionOf(peer) ?? await this.#options.dial(peer, neighbour.addresses)
      if (this.#stopped || !neighbour.kept || neighbour.session !== undefined) return
      if (comparePeers(this.#options.self, peer) < 0) await this.#open(neighbour, connection) // NEIGH-1
      else await this.#invite(peer, connection)
    } catch (error) {
      this.#options.logger.debug('a neighbour could not be reached', { peer, error })
    } finally {
      neighbour.striving = false
      this.#retryLater(neighbour)
    }
  }

  #retryLater (neighbour: Neighbour): void {
    if (this.#stopped || !neighbour.kept || neighbour.session !== undefined) return
    clearTimeout(neighbour.timer)
    const waitMs = neighbour.waitMs * (1 - RETRY_JITTER * Math.random())
    neighbour.waitMs = Math.min(2 * neighbour.waitMs, RETRY_MS_MAX)
    neighbour.timer = setTimeout(() => { void this.#strive(neighbour) }, waitMs)
  }

  async #invite (peer: PeerId, connection: Connection): Promise<void> {
    const time = limitedTime(INVITE_MS_MAX)
    try {
      const stream = await connection.newStream(inviteProtocol(this.#options.network), { signal: time.signal })
      const answer = await askForSession(stream, time.signal) // NEIGH-9
      if (answer === 'busy') this.#options.logger.info('a neighbour is busy', { peer })
    } finally {
      time.clear()
    }
  }

  #onInvited (connection: Connection): InviteAnswer { // NEIGH-9
    const peer = connection.remotePeer.toString()
    if (this.#stopped || !isPeerId(peer) || comparePeers(this.#options.self, peer) > 0) return 'busy'
    const neighbour = this.#neighbourOf(peer)
    const { session } = neighbour
    if (session !== undefined) {
      // The peer has no session. On the same connection ends are never lost, so ours is on its way there; on
      // another one it may be dead without our knowing.
      const dead = session.connection !== connection && session.heardMs < connection.timeline.open && Date.now() - connection.timeline.open > SESSION_SILENT_MS
      if (!dead) return 'opening'
      session.end('replaced on another connection')
    } else if (!this.#admits(neighbour)) {
      this.#forget(neighbour)
      return 'busy'
    }
    void this.#open(neighbour, connection)
    return 'opening'
  }

  /** Opens the three streams. Never throws: a failure ends the session. */
  async #open (neighbour: Neighbour, connection: Connection): Promise<void> {
    const session = this.#begin(neighbour, randomBytes(8), connection, 'local')
    const time = limitedTime(SESSION_MS_MAX)
    try {
      await Promise.all(SESSION_STREAMS.map(async (limits) => {
        const stream = await connection.newStream(limits.protocol(this.#options.network), { signal: time.signal, maxOutboundStreams: NEIGHBOUR_STREAMS_MAX })
        if (session.status === 'ended') return stream.abort(new Error('too late'))
        session.attach(new NeighbourStream(stream, limits, session.queue, this.#turns, {
          hello: (id) => { session.greeted(limits.name, id) },
          message: (bytes) => { session.message(limits.name, bytes) },
          ended: (reason, fault) => { session.end(reason, fault) }
        }))
      }))
    } catch (error) {
      session.end(error instanceof Error ? error.message : 'no streams')
    } finally {
      time.clear()
    }
  }

  #onInbound (limits: StreamLimits, stream: Stream, connection: Connection): void {
    const peer = connection.remotePeer.toString()
    if (this.#stopped || !isPeerId(peer) || comparePeers(this.#options.self, peer) < 0) return stream.abort(new Error('NEIGH-1')) // NEIGH-1
    let session: Session | undefined
    const taken = new NeighbourStream(stream, limits, { bytes: 0, bytesMax: QUEUE_BYTES_MAX }, this.#turns, {
      hello: (id) => {
        clearTimeout(timer)
        session = this.#join(peer, connection, taken, id)
        session?.greeted(limits.name, id)
      },
      message: (bytes) => { session?.message(limits.name, bytes) },
      ended: (reason, fault) => {
        clearTimeout(timer)
        if (session !== undefined) session.end(reason, fault)
        else if (fault !== undefined) connection.abort(new Error(reason)) // NEIGH-11
      }
    })
    const timer = setTimeout(() => { taken.end('no hello') }, SESSION_MS_MAX) // NEIGH-10
  }

  /** The session that an arriving stream belongs to; a new one replaces what was. NEIGH-3 */
  #join (peer: PeerId, connection: Connection, stream: NeighbourStream, id: Uint8Array): Session | undefined {
    const neighbour = this.#neighbourOf(peer)
    let { session } = neighbour
    if (session?.misses(stream.limits.name, id, connection) !== true) {
      session?.end('replaced by a newer session')
      if (this.#stopped || !this.#admits(neighbour)) {
        this.#forget(neighbour)
        stream.end('busy')
        return undefined
      }
      session = this.#begin(neighbour, id, connection, 'remote')
    }
    session?.attach(stream)
    return session
  }

  #begin (neighbour: Neighbour, id: Uint8Array, connection: Connection, opener: 'local' | 'remote'): Session {
    const { events, logger } = this.#options
    const { peer } = neighbour
    let connected = false
    const session: Session = new Session(id, connection, opener, {
      connected: () => {
        connected = true
        clearTimeout(neighbour.timer)
        logger.debug('neighbour connected', { peer })
        queueMicrotask(() => { this.#tell('connected', () => { events.connected(peer) }) })
      },
      frame: (stream, bytes) => { this.#tell('frame', () => { events.frame(peer, stream, bytes) }) },
      ended: (reason, fault) => {
        if (neighbour.session === session) neighbour.session = undefined
        if (fault !== undefined) logger.warn('a peer broke the protocol and was dropped', { peer, requirement: fault.requirement, detail: fault.detail })
        else logger.debug('session ended', { peer, reason })
        if (connected) queueMicrotask(() => { this.#tell('disconnected', () => { events.disconnected(peer) }) })
        // A session that did not last long does not shorten the wait: two peers who disagree must not spin.
        if (connected && Date.now() - session.openedMs > neighbour.waitMs) neighbour.waitMs = RETRY_MS_FIRST
        this.#retryLater(neighbour)
        this.#forget(neighbour)
      }
    })
    neighbour.session = session
    // The end of the session before may have made us forget the peer.
    this.#neighbours.set(peer, neighbour)
    return session
  }

  /** Calls upward; an error there is ours, and must neither end a stream nor the process. */
  #tell (what: string, call: () => void): void {
    try { call() } catch (error) { this.#options.logger.error('the node failed on an event of the mesh', { event: what, error }) }
  }

  #admits (neighbour: Neighbour): boolean {
    return neighbour.kept || this.#count((other) => !other.kept && other.session !== undefined) < (this.#options.strangerSessionsMax ?? STRANGER_SESSIONS_MAX)
  }

  #endSilentStrangers (): void {
    for (const { kept, session } of [...this.#neighbours.values()]) {
      if (!kept && session !== undefined && Date.now() - session.heardMs > STRANGER_SILENT_MS_MAX) session.end('silent')
    }
  }

  #count (matches: (neighbour: Neighbour) => boolean): number {
    let count = 0
    for (const neighbour of this.#neighbours.values()) if (matches(neighbour)) count++
    return count
  }

  #connectionOf (peer: PeerId): Connection | undefined {
    return this.#libp2p.getConnections().filter((connection) => connection.status === 'open' && connection.remotePeer.toString() === peer).at(-1)
  }

  #neighbourOf (peer: PeerId): Neighbour {
    let neighbour = this.#neighbours.get(peer)
    if (neighbour === undefined) {
      neighbour = { peer, kept: false, addresses: [], session: undefined, waitMs: RETRY_MS_FIRST, timer: undefined, striving: false }
      this.#neighbours.set(peer, neighbour)
    }
    return neighbour
  }

  #forget (neighbour: Neighbour): void {
    if (!neighbour.kept && neighbour.session === undefined && this.#neighbours.get(neighbour.peer) === neighbour) this.#neighbours.delete(neighbour.peer)
  }
}
