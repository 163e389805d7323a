import type { IncomingMessage } from 'node:http'
import { AmikoError, isErrorName } from '../../core/base/errors.js'
import { ANSWER_BYTES_MAX } from '../limits.js'
import type { MethodName, ParamsOf, ResultOf } from '../methods/methods.js'
import { readEvents, type ApiNotice } from './event-reader.js'
import { exchange, textOf, Unanswered, type Question } from './exchange.js'

// The command line and the dashboard learn all of the API from this folder.
export { allMethods, methodNamed, type MethodName, type ParamsOf, type ResultOf } from '../methods/methods.js'
export { readParams, type AnyMethod, type Column, type CommandForm, type Scope } from '../methods/method.js'
export { isDialable, parseDuration } from '../methods/fields.js'
export type { ApiNotice } from './event-reader.js'

export interface ApiClientOptions {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Content of a cookie file of the node's data folder. */
  readonly cookie: string
  /** Ends all waiting of this client. */
  readonly signal?: AbortSignal
}

export interface ApiClient {
  readonly url: string
  /**
   * Calls one method. Throws the AmikoError the node gave; `node-unreachable` when nobody answers (`detail.sent` is true
   * when the request may have arrived: then the outcome of a payment is open); AbortError when `signal` ended the waiting.
   */
  readonly call: <N extends MethodName>(method: N, params?: ParamsOf<N>, options?: { readonly signal?: AbortSignal }) => Promise<ResultOf<N>>
  /** As {@link ApiClient.call}, for names and parameters that are known only at run time. */
  readonly callNamed: (method: string, params: unknown, options?: { readonly signal?: AbortSignal }) => Promise<unknown>
  /** Notices as they come. @param options.types - `payment:paid`, `link:*` */
  readonly events: (options?: { readonly types?: readonly string[], readonly signal?: AbortSignal }) => AsyncGenerator<ApiNotice>
}

/** A typed client of a node's local API. */
export function apiClient ({ url, cookie, signal }: ApiClientOptions): ApiClient {
  let requests = 0

  const signalOf = (own: AbortSignal | undefined): AbortSignal | undefined =>
    own === undefined ? signal : signal === undefined ? own : AbortSignal.any([own, signal])

  async function reach (path: string, question: Omit<Question, 'url'>): Promise<IncomingMessage> {
    return await reached(url, exchange({ ...question, url: new URL(path, url), headers: { ...question.headers, authorization: `Bearer ${cookie}` } }))
  }

  async function callNamed (method: string, params: unknown, options: { readonly signal?: AbortSignal } = {}): Promise<unknown> {
    const waiting = signalOf(options.signal)
    const response = await reach('/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++requests, method, params }),
      signal: waiting
    })
    return resultOf(await bodyOf(response, url, waiting), url)
  }

  return {
    url,
    callNamed,
    call: async (method, params, options) => await callNamed(method, params ?? {}, options) as never,
    async * events (options = {}) {
      const waiting = signalOf(options.signal)
      const query = options.types === undefined ? '' : `?types=${encodeURIComponent(options.types.join(','))}`
      const response = await reach(`/events${query}`, { method: 'GET', headers: {}, signal: waiting })
      if (response.statusCode !== 200) {
        resultOf(await bodyOf(response, url, waiting), url)
        return
      }
      try {
        yield * readEvents(response)
      } catch (error) {
        waiting?.throwIfAborted()
        throw new AmikoError('node-unreachable', { api: url, sent: true }, { cause: error })
      }
    }
  }
}

async function reached<T> (url: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    throw new AmikoError('node-unreachable', { api: url, sent: error.sent }, { cause: error.cause })
  }
}

async function bodyOf (response: IncomingMessage, url: string, signal: AbortSignal | undefined): Promise<unknown> {
  const text = await reached(url, textOf(response, ANSWER_BYTES_MAX, signal))
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AmikoError('node-unreachable', { api: url, sent: true }, { cause: error })
  }
}

interface RpcBody { readonly result?: unknown, readonly error?: { readonly message?: unknown, readonly data?: { readonly name?: unknown, readonly detail?: unknown } } }

function resultOf (body: unknown, url: string): unknown {
  const { result, error } = (body ?? {}) as RpcBody
  if (error === undefined) {
    if (result === undefined) throw new AmikoError('node-unreachable', { api: url, sent: true })
    return result
  }
  const name = error.data?.name
  if (typeof name === 'string' && isErrorName(name)) throw new AmikoError(name, (error.data?.detail ?? {}) as Record<string, unknown>)
  throw new AmikoError('internal', { reason: typeof error.message === 'string' ? error.message : 'the answer is not understood' })
}
