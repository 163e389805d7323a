import { utf8Bytes, utf8Text } from '../../core/base/bytes.js'
import { limitedTime } from './gated-noise.js'
import { answerAnnouncements, askAnnouncements, catchUpProtocol, KnownAnnouncements } from './catch-up.js'
import { CATCH_UP_ANSWERS, CATCH_UP_FRESH_MS, CATCH_UPS_MAX, DHT_LOOKUPS_MAX, DHT_MS_MAX, DHT_PUT_MS, DHT_RECORD_BYTES_MAX, GOSSIP_MESSAGE_BYTES_MAX, OTHER_STREAMS_MAX } from './limits.js'
import { DHT_NAMESPACE, meetingPointTopic, type Host } from './services.js'
import type { Connection } from '@libp2p/interface'
import type { Logger } from '../../ports/logger.js'
import type { MeshEvents, Verdict } from '../../ports/mesh.js'

/** What the mesh must know of announcement bytes, without knowing what they say. */
export interface AnnouncementReader {
  /** The role key of the meeting point, as text without a slash; undefined when the bytes are no announcement. */
  readonly id: (bytes: Uint8Array) => string | undefined
  /** Grows with every newer announcement of one meeting point. */
  readonly epoch?: (bytes: Uint8Array) => number
}

export interface AnnouncementsOptions {
  readonly network: string
  readonly reader: AnnouncementReader
  readonly logger: Logger
  readonly events: Pick<MeshEvents, 'judge' | 'announcement'>
}

/**
 * Announcements of meeting points: the gossipsub topic, on which nothing is passed on before the node judged it, and
 * the records of the DHT under `/amiko-mp/<role key>`.
 */
export class Announcements {
  readonly #options: AnnouncementsOptions
  #host: Host | undefined
  readonly #known = new KnownAnnouncements()
  readonly #puts = new Map<string, { next: Uint8Array | undefined, readonly timer: ReturnType<typeof setTimeout> }>()
  #lookups = 0
  #asking = 0
  /** When peers have told us announcements, the last ones. */
  #toldMs: readonly number[] = []

  constructor (options: AnnouncementsOptions) { this.#options = options }

  /** Answers those who ask what we know; call it before the host starts. */
  async register (host: Host): Promise<void> {
    await host.handle(catchUpProtocol(this.#options.network), (stream) => {
      answerAnnouncements(stream, this.#known).catch((error: unknown) => { this.#options.logger.debug('announcements could not be told', { error }) })
    }, { maxInboundStreams: OTHER_STREAMS_MAX, maxOutboundStreams: OTHER_STREAMS_MAX })
  }

  /**
   * Asks a peer that has just connected what was published while we were away; not everyone whom the DHT brings. NEIGH-12
   *
   * @param kept - whether it is one of those we link with
   */
  async catchUp (connection: Connection, kept: boolean): Promise<void> {
    const [oldestMs] = this.#toldMs
    const isFresh = this.#toldMs.length >= CATCH_UP_ANSWERS && Date.now() - oldestMs! < CATCH_UP_FRESH_MS
    if (this.#asking >= CATCH_UPS_MAX || (isFresh && !kept)) return
    this.#asking++
    try {
      const stream = await connection.newStream(catchUpProtocol(this.#options.network))
      const told = await askAnnouncements(stream)
      if (told.length > 0) this.#toldMs = [...this.#toldMs, Date.now()].slice(-CATCH_UP_ANSWERS)
      for (const bytes of told) {
        if (this.#host !== undefined && this.#judge(bytes, GOSSIP_MESSAGE_BYTES_MAX) === 'accept') this.#deliver(bytes)
      }
    } catch (error) {
      this.#options.logger.debug('a peer did not tell its announcements', { error })
    } finally {
      this.#asking--
    }
  }

  /** Subscribes; call it when the host has started. */
  start (host: Host): void {
    this.#host = host
    const topic = meetingPointTopic(this.#options.network)
    const { pubsub } = host.services
    pubsub.topicValidators.set(topic, (_peer, message) => this.#judge(message.data, GOSSIP_MESSAGE_BYTES_MAX) as never)
    pubsub.addEventListener('gossipsub:message', (event) => {
      if (event.detail.msg.topic === topic) this.#deliver(event.detail.msg.data)
    })
    pubsub.subscribe(topic)
  }

  stop (): void {
    this.#host = undefined
    for (const { timer } of this.#puts.values()) clearTimeout(timer)
    this.#puts.clear()
  }

  /** Publishes on the topic and puts the record into the DHT; what fails is logged, since others pass it on too. */
  announce (bytes: Uint8Array): void {
    const host = this.#host
    const id = this.#options.reader.id(bytes)
    if (host === undefined) return
    if (id === undefined || bytes.length > GOSSIP_MESSAGE_BYTES_MAX) {
      return this.#options.logger.error('an announcement of this node is not valid', { bytes: bytes.length })
    }
    this.#remember(bytes)
    host.services.pubsub.publish(meetingPointTopic(this.#options.network), bytes)
      .catch((error: unknown) => { this.#options.logger.debug('publishing failed', { error }) })
    if (bytes.length <= DHT_RECORD_BYTES_MAX) this.#putInTurn(host, id, bytes)
  }

  /** Looks a record up; a found one goes the way of an announcement. */
  find (id: string): void {
    const host = this.#host
    if (host === undefined) return
    if (this.#lookups >= DHT_LOOKUPS_MAX) return this.#options.logger.debug('too many lookups at once', { limit: DHT_LOOKUPS_MAX })
    this.#lookups++
    void this.#get(host, id).finally(() => { this.#lookups-- })
  }

  /** Whether a record may stand in the DHT; throws when it may not. */
  validate (key: Uint8Array, value: Uint8Array): void {
    const id = utf8Text(key)?.split('/')[2]
    if (value.length > DHT_RECORD_BYTES_MAX || id === undefined || this.#options.reader.id(value) !== id) throw new RangeError('not a record of this key')
    // A record that the node has already heard of is stale to the node, not to the DHT.
    if (this.#judge(value, DHT_RECORD_BYTES_MAX) === 'reject') throw new RangeError('a record that is not valid')
  }

  select (values: readonly Uint8Array[]): number {
    let best = 0
    for (let i = 1; i < values.length; i++) if (this.#epochOf(values[i]!) > this.#epochOf(values[best]!)) best = i
    return best
  }

  #epochOf (bytes: Uint8Array): number { return this.#options.reader.epoch?.(bytes) ?? 0 }

  #judge (bytes: Uint8Array, bytesMax: number): Verdict {
    if (bytes.length > bytesMax || this.#options.reader.id(bytes) === undefined) return 'reject'
    try {
      return this.#options.events.judge(bytes)
    } catch (error) {
      this.#options.logger.error('the node failed to judge an announcement', { error })
      return 'ignore'
    }
  }

  #remember (bytes: Uint8Array): void {
    const id = this.#options.reader.id(bytes)
    const before = id === undefined ? undefined : this.#known.get(id)
    if (id !== undefined && (before === undefined || this.#epochOf(bytes) >= this.#epochOf(before))) this.#known.add(id, bytes.slice())
  }

  #deliver (bytes: Uint8Array): void {
    this.#remember(bytes)
    try {
      this.#options.events.announcement(bytes.slice())
    } catch (error) {
      this.#options.logger.error('the node failed on an announcement', { error })
    }
  }

  /** Puts a record of ours at once, or when it is its turn again: the newest that came meanwhile. */
  #putInTurn (host: Host, id: string, bytes: Uint8Array): void {
    const before = this.#puts.get(id)
    if (before !== undefined) {
      before.next = bytes
      return
    }
    const timer = setTimeout(() => {
      const next = this.#puts.get(id)?.next
      this.#puts.delete(id)
      if (next !== undefined) this.#putInTurn(host, id, next)
    }, DHT_PUT_MS)
    this.#puts.set(id, { next: undefined, timer })
    void this.#put(host, id, bytes)
  }

  async #put (host: Host, id: string, bytes: Uint8Array): Promise<void> {
    const time = limitedTime(DHT_MS_MAX)
    try {
      for await (const event of host.services.dht.put(keyOf(id), bytes, { signal: time.signal })) {
        if (event.name === 'QUERY_ERROR') this.#options.logger.debug('a peer did not store the record', { id, error: event.error })
      }
    } catch (error) {
      this.#options.logger.debug('the record was not put into the DHT', { id, error })
    } finally {
      time.clear()
    }
  }

  async #get (host: Host, id: string): Promise<void> {
    const time = limitedTime(DHT_MS_MAX)
    try {
      for await (const event of host.services.dht.get(keyOf(id), { signal: time.signal })) {
        if (event.name === 'VALUE' && this.#judge(event.value, DHT_RECORD_BYTES_MAX) === 'accept') this.#deliver(event.value)
      }
    } catch (error) {
      this.#options.logger.debug('no record was found', { id, error })
    } finally {
      time.clear()
    }
  }
}

const keyOf = (id: string): Uint8Array => utf8Bytes(`/${DHT_NAMESPACE}/${id}`)
