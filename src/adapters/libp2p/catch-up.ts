import * as lp from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import { messageStreamToDuplex } from '@libp2p/utils'
import { limitedTime } from './gated-noise.js'
import { ANNOUNCEMENTS_KEPT_MAX, CATCH_UP_ANNOUNCEMENTS_MAX, CATCH_UP_MS_MAX, GOSSIP_MESSAGE_BYTES_MAX } from './limits.js'
import type { Stream } from '@libp2p/interface'

/** One-shot: the announcements that a peer knows, for those who were away when they were published. @see NEIGH-12 */
export const catchUpProtocol = (network: string): string => `/amiko/${network}/meeting-points/1.0.0`

const ASK = Uint8Array.of(1)

/** The newest announcement of each meeting point, bounded: the one heard longest ago makes room. */
export class KnownAnnouncements {
  readonly #byId = new Map<string, Uint8Array>()

  add (id: string, bytes: Uint8Array): void {
    this.#byId.delete(id)
    this.#byId.set(id, bytes)
    if (this.#byId.size <= ANNOUNCEMENTS_KEPT_MAX) return
    for (const oldest of this.#byId.keys()) return void this.#byId.delete(oldest)
  }

  get (id: string): Uint8Array | undefined { return this.#byId.get(id) }
  /** Those heard last. */
  newest (count: number): Uint8Array[] { return [...this.#byId.values()].slice(-count) }
}

/** Asks once what the other side knows; gives what came before the time was over or the bound was reached. */
export async function askAnnouncements (stream: Stream): Promise<Uint8Array[]> { // NEIGH-12
  const found: Uint8Array[] = []
  await oneShot(stream, async () => {
    await pipe([ASK], (source) => lp.encode(source), messageStreamToDuplex(stream), (source) => lp.decode(source, { maxDataLength: GOSSIP_MESSAGE_BYTES_MAX, maxLengthLength: 3 }), async (items) => {
      for await (const item of items) if (found.push(item.slice()) >= CATCH_UP_ANNOUNCEMENTS_MAX) return
    })
  })
  return found
}

/** Answers one such question. */
export async function answerAnnouncements (stream: Stream, known: KnownAnnouncements): Promise<void> { // NEIGH-12
  await oneShot(stream, async () => {
    const duplex = messageStreamToDuplex(stream)
    await pipe(duplex.source, (source) => lp.decode(source, { maxDataLength: ASK.length, maxLengthLength: 1 }), async (asked) => {
      for await (const _ask of asked) return
    })
    await pipe(known.newest(CATCH_UP_ANNOUNCEMENTS_MAX), (source) => lp.encode(source), duplex.sink)
  })
}

async function oneShot (stream: Stream, exchange: () => Promise<void>): Promise<void> {
  const time = limitedTime(CATCH_UP_MS_MAX)
  // An abort of the stream ends every loop over it.
  time.signal.addEventListener('abort', () => { stream.abort(new Error('took too long')) })
  try {
    await exchange()
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    throw error
  } finally {
    time.clear()
  }
}
