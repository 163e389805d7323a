import { readFile } from 'node:fs/promises'
import type { Clock } from '../../ports/clock.js'
import { ANSWER_BYTES_MAX, BATCH_MAX, CALL_TIMEOUT_MS, RETRY_PAUSE_MS, TEXT_MAX, TRIES_MAX } from './limits.js'

export interface RpcOptions {
  /** `http://127.0.0.1:8332/`; a user and password in it are used. */
  readonly url: string
  /** The node's cookie file; read again whenever the node refuses what was in it. */
  readonly cookieFile?: string
  readonly user?: string
  readonly password?: string
  readonly clock: Clock
  readonly timeoutMs?: number
  /** First pause between tries; doubles. */
  readonly retryPauseMs?: number
}

export interface RpcCall {
  readonly method: string
  readonly params?: readonly unknown[]
}

/** What the node said to one call: a result, or its own error. */
export type RpcAnswer =
  | { readonly ok: true, readonly result: unknown }
  | { readonly ok: false, readonly code: number, readonly message: string }

/** The node could not be asked: no connection, no answer in time, not JSON, not allowed. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** The node starts, or is too busy: ask again later. */
const NOT_NOW_CODES = new Set([-28, -9, -10])

/** JSON-RPC as Bitcoin Core speaks it. Every request is a batch, so that errors of one call do not hide another's. */
export interface Rpc {
  /** @throws {@link UnreachableError} when the last try failed too, or the signal was aborted */
  batch: (calls: readonly RpcCall[], options?: { readonly signal?: AbortSignal, readonly once?: boolean, readonly timeoutMs?: number }) => Promise<readonly RpcAnswer[]>
}

export function rpc (options: RpcOptions): Rpc {
  const target = new URL(options.url)
  const fixed = options.user === undefined ? (target.username === '' ? undefined : `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`) : `${options.user}:${options.password ?? ''}`
  target.username = target.password = ''
  let cookie: string | undefined
  const { clock } = options

  const credentials = async (): Promise<string | undefined> => {
    if (options.cookieFile === undefined) return fixed
    try {
      cookie ??= (await readFile(options.cookieFile, 'utf8')).trim()
    } catch {
      throw new UnreachableError(`the cookie file ${options.cookieFile} is not readable: is the node running?`)
    }
    return cookie
  }

  const post = async (body: string, signal: AbortSignal): Promise<unknown> => {
    const secret = await credentials()
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...secret === undefined ? {} : { authorization: `Basic ${Buffer.from(secret).toString('base64')}` } },
      body,
      signal,
      redirect: 'error'
    })
    if (response.status === 401 || response.status === 403) {
      // A node writes a new cookie whenever it starts.
      cookie = undefined
      throw new UnreachableError('the node refuses the password or cookie')
    }
    const text = await boundedText(response)
    try {
      return JSON.parse(text)
    } catch {
      throw new UnreachableError(`the answer is not JSON (HTTP ${response.status}): ${printable(text)}`)
    }
  }

  const request = async (calls: readonly RpcCall[], outer: AbortSignal | undefined, timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS): Promise<readonly RpcAnswer[]> => {
    const inner = new AbortController()
    const cancel = clock.at(clock.now() + timeoutMs, () => { inner.abort() })
    const stop = (): void => { inner.abort() }
    outer?.addEventListener('abort', stop)
    try {
      if (outer?.aborted === true) throw new UnreachableError('stopped')
      const answers = await post(JSON.stringify(calls.map(({ method, params = [] }, id) => ({ jsonrpc: '1.0', id, method, params }))), inner.signal)
      return readAnswers(answers, calls.length)
    } catch (error) {
      if (error instanceof UnreachableError) throw error
      throw new UnreachableError(inner.signal.aborted ? 'no answer in time' : causeOf(error))
    } finally {
      cancel()
      outer?.removeEventListener('abort', stop)
    }
  }

  const pause = async (ms: number): Promise<void> => { await new Promise<void>((resolve) => { clock.at(clock.now() + ms, resolve) }) }

  const withTries = async (calls: readonly RpcCall[], signal: AbortSignal | undefined, once: boolean, timeoutMs: number | undefined): Promise<readonly RpcAnswer[]> => {
    for (let tried = 1; ; tried++) {
      try {
        const answers = await request(calls, signal, timeoutMs)
        const notNow = answers.find((answer) => !answer.ok && NOT_NOW_CODES.has(answer.code))
        if (notNow !== undefined && !notNow.ok) throw new UnreachableError(notNow.message)
        return answers
      } catch (error) {
        if (once || tried >= TRIES_MAX || signal?.aborted === true) throw error
        await pause((options.retryPauseMs ?? RETRY_PAUSE_MS) * 2 ** (tried - 1))
      }
    }
  }

  return {
    batch: async (calls, { signal, once = false, timeoutMs } = {}) => {
      const answers: RpcAnswer[] = []
      for (let from = 0; from < calls.length; from += BATCH_MAX) answers.push(...await withTries(calls.slice(from, from + BATCH_MAX), signal, once, timeoutMs))
      return answers
    }
  }
}

/** Printable and bounded: what a backend says is shown to people and trusted by nobody. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ').trim().slice(0, TEXT_MAX)

function causeOf (error: unknown): string {
  const cause = error instanceof Error ? error.cause ?? error : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return printable(`${code} ${cause instanceof Error ? cause.message : String(cause)}`)
}

async function boundedText (response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  if (response.body === null) return ''
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    length += part.length
    if (length > ANSWER_BYTES_MAX) throw new UnreachableError(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Puts the answers of a batch into the order of the calls. */
function readAnswers (body: unknown, count: number): readonly RpcAnswer[] {
  if (!Array.isArray(body)) {
    const error = isRecord(body) && isRecord(body['error']) ? printable(String(body['error']['message'])) : 'not a batch'
    throw new UnreachableError(`the answer is no answer to our calls: ${error}`)
  }
  const answers: Array<RpcAnswer | undefined> = Array.from({ length: count })
  for (const row of body as unknown[]) {
    if (!isRecord(row) || typeof row['id'] !== 'number' || !(row['id'] in answers)) continue
    const error = row['error']
    answers[row['id']] = isRecord(error) ? { ok: false, code: Number(error['code']), message: printable(String(error['message'])) } : { ok: true, result: row['result'] }
  }
  return answers.map((answer) => answer ?? { ok: false, code: 0, message: 'the node left this call without an answer' })
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
