import { Agent, request, type IncomingMessage } from 'node:http'

/** Connections of this process to nodes; idle ones keep no process alive. */
const agent = new Agent({ keepAlive: true })

export interface Question {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal | undefined
}

/** No answer came, or only a part of it. */
export class Unanswered extends Error {
  /** Whether the request may have arrived. */
  readonly sent: boolean

  constructor (cause: unknown, sent: boolean) {
    super('there is no answer', { cause })
    this.sent = sent
  }
}

/**
 * Sends one HTTP request, and gives the answer as soon as its headers are there. By node:http and not by `fetch`, which
 * takes twice as long for a call over loopback. Redirections are not followed.
 *
 * Throws {@link Unanswered}, and the reason of `signal` when that ended the waiting.
 */
export async function exchange ({ url, method, headers, body, signal }: Question): Promise<IncomingMessage> {
  let connected = false
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const outgoing = request(url, { agent, method, headers: { ...headers, ...length }, ...(signal === undefined ? {} : { signal }) })
      outgoing.once('socket', (socket) => {
        connected = !socket.connecting
        // One that is used again is connected, and would collect listeners.
        if (socket.connecting) socket.once('connect', () => { connected = true })
      })
      outgoing.once('response', resolve)
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw new Unanswered(error, connected)
  }
}

/** The body as text. Throws {@link Unanswered} when it ends early or is longer than `bytesMax`, and the reason of `signal`. */
export async function textOf (response: IncomingMessage, bytesMax: number, signal: AbortSignal | undefined): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > bytesMax) throw new RangeError(`the answer is longer than ${bytesMax} bytes`)
      parts.push(part)
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw new Unanswered(error, true)
  }
  return Buffer.concat(parts).toString('utf8')
}
