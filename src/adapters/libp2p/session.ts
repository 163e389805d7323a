import { equalBytes } from '../../core/base/bytes.js'
import type { Fault } from '../../core/base/step.js'
import { channelStream } from '../../../protocols/channel/stream.js'
import { linkStream } from '../../../protocols/link/stream.js'
import { routeStream } from '../../../protocols/route/stream.js'
import { QUEUE_BYTES_MAX, SESSION_MS_MAX } from './limits.js'
import type { Connection } from '@libp2p/interface'
import type { MeshStream } from '../../ports/mesh.js'
import type { NeighbourStream, SendQueue, StreamLimits } from '../../../protocols/neighbour/stream.js'

/** The three streams of every session. */
export const SESSION_STREAMS: readonly StreamLimits[] = [linkStream, channelStream, routeStream]

export interface SessionEvents {
  connected: () => void
  frame: (stream: MeshStream, bytes: Uint8Array) => void
  /** Comes once; `fault` when the peer broke a rule. */
  ended: (reason: string, fault: Fault | undefined) => void
}

/**
 * The three streams with one peer on one connection: they become a whole together and end together. @see NEIGH-3
 */
export class Session {
  status: 'opening' | 'connected' | 'ended' = 'opening'
  /** When something came from the peer last, milliseconds since 1970. */
  heardMs = Date.now()
  readonly openedMs = Date.now()
  readonly queue: SendQueue = { bytes: 0, bytesMax: QUEUE_BYTES_MAX }
  readonly #streams = new Map<MeshStream, NeighbourStream>()
  readonly #greeted = new Set<MeshStream>()
  readonly #timer: ReturnType<typeof setTimeout>

  /** @param opener - who opens the streams: `local` greets first, `remote` is answered when all three are there */
  constructor (readonly id: Uint8Array, readonly connection: Connection, readonly opener: 'local' | 'remote', readonly events: SessionEvents) {
    this.#timer = setTimeout(() => { this.end(`not complete after ${SESSION_MS_MAX} ms`) }, SESSION_MS_MAX) // NEIGH-10
  }

  /** Whether an arriving stream that said `id` belongs to this session. */
  misses (name: MeshStream, id: Uint8Array, connection: Connection): boolean {
    return this.status === 'opening' && this.opener === 'remote' && this.connection === connection && equalBytes(this.id, id) && !this.#streams.has(name)
  }

  attach (stream: NeighbourStream): void {
    stream.queue = this.queue
    this.#streams.set(stream.limits.name, stream)
    if (this.opener === 'local') stream.sendHello(this.id) // NEIGH-2
  }

  /** The peer said hello on one of the streams. NEIGH-2 */
  greeted (name: MeshStream, id: Uint8Array): void {
    this.heardMs = Date.now()
    if (!equalBytes(id, this.id)) return this.end('hello of another session')
    this.#greeted.add(name)
    if (this.status !== 'opening' || this.#greeted.size < SESSION_STREAMS.length || this.#streams.size < SESSION_STREAMS.length) return
    this.status = 'connected'
    clearTimeout(this.#timer)
    if (this.opener === 'remote') for (const stream of this.#streams.values()) stream.sendHello(this.id)
    this.events.connected()
    for (const stream of this.#streams.values()) stream.deliver()
  }

  message (name: MeshStream, bytes: Uint8Array): void {
    this.heardMs = Date.now()
    if (this.status === 'connected') this.events.frame(name, bytes)
  }

  /** False when the frame found no room: then the session has ended. */
  send (name: MeshStream, bytes: Uint8Array): boolean {
    if (this.status !== 'connected') return false
    if (this.#streams.get(name)?.send(bytes) === true) return true
    this.end('the queue was full') // NEIGH-8
    return false
  }

  end (reason: string, fault?: Fault): void {
    if (this.status === 'ended') return
    this.status = 'ended'
    clearTimeout(this.#timer)
    for (const stream of this.#streams.values()) stream.end(reason) // NEIGH-3
    // NEIGH-11; a full queue too: what is below us may hold megabytes for a peer that does not read.
    if (fault !== undefined || reason === 'the queue was full') this.connection.abort(new Error(reason))
    this.events.ended(reason, fault)
  }
}
