import { pipe } from 'it-pipe'
import { fault, isFault, type Fault } from '../../src/core/base/step.js'
import { costOf, createRecordAssembler, decodeRecord, encodeRecord, type NeighbourRecord, type RecordAssembler } from './codec.js'
import type { Stream } from '@libp2p/interface'
import type { Turns } from './turns.js'

/** What one of the three protocols says of its stream. */
export interface StreamLimits {
  readonly name: 'link' | 'channel' | 'route'
  /** The libp2p protocol id in a network. */
  readonly protocol: (network: string) => string
  /** Most bytes of one message. */
  readonly messageBytesMax: number
  /** Units of credit with which each direction starts. */
  readonly startCredit: number
}

/** What a stream tells the session that it belongs to. All come from a fresh stack or from the reading loop. */
export interface NeighbourStreamEvents {
  /** The first record: comes once. */
  hello: (session: Uint8Array) => void
  /** A message; only after {@link NeighbourStream.deliver}. Bytes are the callee's to keep. */
  message: (bytes: Uint8Array) => void
  /** The stream is no more; comes once. `fault` when the peer broke a rule. */
  ended: (reason: string, fault?: Fault) => void
}

/** Bytes waiting to be sent, shared by the streams of one peer. @see NEIGH-8 */
export interface SendQueue { bytes: number, readonly bytesMax: number }

/** Most bytes handed to the muxer in one write, and the last message may go beyond it. */
const WRITE_BYTES = 65_536
/** A record that is not complete after this long is a fault. @see NEIGH-10 */
const RECORD_MS_MAX = 30_000
/** Part of the start credit that is given back at a time, and the least that a peer may give. @see NEIGH-7 */
const CREDIT_PART = 2
const CREDIT_PART_LEAST = 8

/**
 * One of the three long-lived streams of a neighbour: records, credit, coalesced writes. It attaches to the libp2p
 * stream in its constructor, because what arrives before a reader is attached may be lost (libp2p js).
 */
export class NeighbourStream {
  #credit: number
  #toGive = 0
  #taken = 0
  #blocked = false
  #flushing = false
  #ended = false
  #helloSeen = false
  #wake: (() => void) | undefined
  #recordTimer: ReturnType<typeof setTimeout> | undefined
  #release: () => void = () => {}
  readonly #delivering = new Promise<void>((resolve) => { this.#release = resolve })
  readonly #control: Uint8Array[] = []
  readonly #assembler: RecordAssembler
  /** Messages not yet processed; the peer's credit bounds them. */
  #arrivals: Uint8Array[] = []
  #messages: Uint8Array[] = []

  /** @param queue - shared by the streams of a session; replaced when a stream joins one */
  constructor (readonly stream: Stream, readonly limits: StreamLimits, public queue: SendQueue, readonly turns: Turns, readonly events: NeighbourStreamEvents) {
    this.#credit = limits.startCredit
    this.#assembler = createRecordAssembler(1 + limits.messageBytesMax)
    stream.addEventListener('message', (event) => { this.#arrived(event.data instanceof Uint8Array ? event.data : event.data.subarray()) })
    stream.addEventListener('drain', () => { this.#blocked = false; this.#flush() })
    stream.addEventListener('remoteCloseWrite', () => { this.end('closed by the peer') })
    stream.addEventListener('close', () => { this.end('closed') })
    // It may have ended before we could listen.
    if (stream.status !== 'open' || stream.remoteWriteStatus === 'closed') queueMicrotask(() => { this.end('closed') })
    this.#read().catch((error: unknown) => { this.end(error instanceof Error ? error.message : 'reading failed') })
  }

  get ended (): boolean { return this.#ended }

  /** Says which session this stream is of; first on every stream. */
  sendHello (session: Uint8Array): void { // NEIGH-2
    this.#control.push(encodeRecord({ kind: 'hello', session }))
    this.#flushSoon()
  }

  /** Messages may be delivered: the session is complete. */
  deliver (): void { this.#release() }

  /** Queues a message. False when there is no room for it: the caller drops the peer. */
  send (bytes: Uint8Array): boolean {
    if (this.#ended) return false
    const cost = costOf(bytes)
    if (bytes.length === 0 || bytes.length > this.limits.messageBytesMax) return false
    if (this.queue.bytes + cost > this.queue.bytesMax) return false // NEIGH-8
    this.queue.bytes += cost
    this.#messages.push(bytes)
    this.#flushSoon()
    return true
  }

  /** Ends the stream at once; the peer sees a reset. */
  end (reason: string, broken?: Fault): void {
    if (this.#ended) return
    this.#ended = true
    for (const message of this.#messages) this.queue.bytes -= costOf(message)
    this.#messages = []
    this.#arrivals = []
    clearTimeout(this.#recordTimer)
    this.#wake?.()
    this.#release()
    this.stream.abort(new Error(reason))
    this.events.ended(reason, broken)
  }

  /** Cuts what arrived into records and checks the peer's credit at once, before anything waits here. */
  #arrived (bytes: Uint8Array): void {
    if (this.#ended) return
    const { records, fault: broken } = this.#assembler.push(bytes)
    this.#watchRecord(this.#assembler.pendingBytes > 0, records.length > 0)
    for (const raw of records) {
      const record = decodeRecord(raw)
      if (isFault(record)) return this.end(record.detail, record)
      this.#onRecord(record)
      if (this.#ended) return
    }
    if (broken !== undefined) this.end(broken.detail, broken)
  }

  /** Starts the time of a record with its first byte, and ends it with its last. NEIGH-10 */
  #watchRecord (pending: boolean, restarted: boolean): void {
    if (this.#recordTimer !== undefined && pending && !restarted) return
    clearTimeout(this.#recordTimer)
    this.#recordTimer = pending
      ? setTimeout(() => { this.end('a record took too long', fault('NEIGH-10', `record not complete after ${RECORD_MS_MAX} ms`)) }, RECORD_MS_MAX)
      : undefined
  }

  #onRecord (record: NeighbourRecord): void {
    if (record.kind === 'hello') {
      if (this.#helloSeen) return this.end('a second hello', fault('NEIGH-5', 'a second hello'))
      this.#helloSeen = true
      return this.events.hello(record.session)
    }
    if (!this.#helloSeen) return this.end('no hello', fault('NEIGH-5', `${record.kind} before hello`))
    if (record.kind === 'credit') return this.#onCredit(record.units)
    this.#taken += costOf(record.bytes)
    if (this.#taken > this.limits.startCredit) return this.end('credit exceeded', fault('NEIGH-6', `${this.#taken} units taken`)) // NEIGH-6
    this.#arrivals.push(record.bytes)
    this.#wake?.()
  }

  #onCredit (units: number): void { // NEIGH-7
    if (units < this.limits.startCredit / CREDIT_PART_LEAST || this.#credit + units > this.limits.startCredit) {
      return this.end('false credit', fault('NEIGH-7', `credit of ${units} with ${this.#credit} left`))
    }
    this.#credit += units
    this.#flush()
  }

  /** The reading line: messages that arrived → upward, a bounded number each turn of the event loop. */
  async #read (): Promise<void> {
    await pipe(
      () => this.#messagesOnceDelivering(),
      async (messages) => {
        for await (const bytes of messages) {
          await this.turns.take()
          if (this.#ended) return
          this.events.message(bytes)
          this.#giveCredit(costOf(bytes))
        }
      }
    )
  }

  async * #messagesOnceDelivering (): AsyncGenerator<Uint8Array> {
    await this.#delivering
    while (!this.#ended) {
      const batch = this.#arrivals
      this.#arrivals = []
      yield * batch
      if (this.#arrivals.length === 0 && !this.#ended) await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }

  /** Gives credit back for what was processed, in few and large parts. NEIGH-7 */
  #giveCredit (cost: number): void {
    this.#toGive += cost
    if (this.#toGive < this.limits.startCredit / CREDIT_PART) return
    this.#control.push(encodeRecord({ kind: 'credit', units: this.#toGive }))
    this.#taken -= this.#toGive
    this.#toGive = 0
    this.#flushSoon()
  }

  /** Writes once what one callback queues, as soon as it returns: a turn of the event loop may hold work that takes longer than the write. */
  #flushSoon (): void {
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => { this.#flushing = false; this.#flush() })
  }

  #flush (): void {
    while (!this.#blocked && !this.#ended) {
      const bytes = this.#nextWrite()
      if (bytes === undefined) return
      try {
        this.#blocked = !this.stream.send(bytes)
      } catch (error) {
        // A stream that closed between two events throws here (libp2p js): it is lost like any other.
        this.end(error instanceof Error ? error.message : 'sending failed')
      }
    }
  }

  #nextWrite (): Uint8Array | undefined {
    const parts = this.#control.splice(0)
    let length = parts.reduce((sum, part) => sum + part.length, 0)
    let taken = 0
    while (taken < this.#messages.length && length < WRITE_BYTES) {
      const message = this.#messages[taken]!
      const cost = costOf(message)
      if (cost > this.#credit) break // NEIGH-6
      this.#credit -= cost
      this.queue.bytes -= cost
      const record = encodeRecord({ kind: 'message', bytes: message })
      parts.push(record)
      length += record.length
      taken++
    }
    if (taken > 0) this.#messages = this.#messages.slice(taken)
    if (parts.length === 0) return undefined
    const out = new Uint8Array(length)
    let offset = 0
    for (const part of parts) { out.set(part, offset); offset += part.length }
    return out
  }
}
