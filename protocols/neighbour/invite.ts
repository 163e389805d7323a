import * as lp from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import { messageStreamToDuplex } from '@libp2p/utils'
import type { Stream } from '@libp2p/interface'

/** The invitation: the side with the higher key asks the other to open a session. @see NEIGH-9 */
export const inviteProtocol = (network: string): string => `/amiko/${network}/neighbour/1.0.0`

export type InviteAnswer = 'opening' | 'busy'

const ASK = 1
const OPENING = 1
const BUSY = 2
const INVITE_BYTES_MAX = 16
const LENGTH_BYTES_MAX = 2
const DECODING = { maxDataLength: INVITE_BYTES_MAX, maxLengthLength: LENGTH_BYTES_MAX }

/** Asks once. Throws when the peer answers nothing sensible before `signal`. */
export async function askForSession (stream: Stream, signal: AbortSignal): Promise<InviteAnswer> { // NEIGH-9
  return await oneShot(stream, signal, async () => {
    const answer = await pipe([Uint8Array.of(ASK)], (source) => lp.encode(source), messageStreamToDuplex(stream), (source) => lp.decode(source, DECODING), firstByte)
    if (answer === OPENING) return 'opening'
    if (answer === BUSY) return 'busy'
    throw new Error('the invitation was not answered')
  })
}

/** Answers one invitation. */
export async function answerInvitation (stream: Stream, signal: AbortSignal, decide: () => InviteAnswer): Promise<void> { // NEIGH-9
  await oneShot(stream, signal, async () => {
    const duplex = messageStreamToDuplex(stream)
    const asked = await pipe(duplex.source, (source) => lp.decode(source, DECODING), firstByte)
    if (asked !== ASK) throw new Error('not an invitation')
    await pipe([Uint8Array.of(decide() === 'opening' ? OPENING : BUSY)], (source) => lp.encode(source), duplex.sink)
  })
}

async function oneShot<T> (stream: Stream, signal: AbortSignal, exchange: () => Promise<T>): Promise<T> {
  // An abort of the stream ends every loop over it.
  const onAbort = (): void => { stream.abort(new Error('the invitation took too long')) }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const result = await exchange()
    signal.throwIfAborted()
    return result
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function firstByte (source: AsyncIterable<{ readonly byteLength: number, subarray: () => Uint8Array }>): Promise<number | undefined> {
  for await (const item of source) return item.byteLength === 1 ? item.subarray()[0] : undefined
  return undefined
}
