import { toHex } from '../../core/base/bytes.js'
import { AmikoError } from '../../core/base/errors.js'
import { printable } from '../../core/base/printable.js'
import type { AmikoNode } from '../../node/nouns.js'
import { BATCH_MAX, CALLS_RUNNING_MAX, CALL_MS_MAX, DETAIL_DEPTH_MAX, DETAIL_ENTRIES_MAX, ID_CHARACTERS_MAX } from '../limits.js'
import { readParams, scopeAllows, type AnyMethod, type CallContext, type Scope } from '../methods/method.js'

/** What JSON-RPC 2.0 itself can say. Everything else carries the code of an AmikoError. */
const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600
const METHOD_NOT_FOUND = -32_601
const INVALID_PARAMS = -32_602
const INTERNAL_ERROR = -32_603

type Id = string | number | null

interface ErrorAnswer {
  readonly jsonrpc: '2.0'
  readonly id: Id
  readonly error: { readonly code: number, readonly message: string, readonly data: { readonly name: string, readonly detail: unknown } }
}
type Answer = { readonly jsonrpc: '2.0', readonly id: Id, readonly result: unknown } | ErrorAnswer

/** Takes the text of one HTTP request body and gives that of the answer. */
export interface RpcDesk {
  /** @returns the answer's text, or undefined when only notifications came */
  readonly answer: (body: string, caller: { readonly scope: Scope, readonly signal: AbortSignal }) => Promise<string | undefined>
  /** Calls that run now. */
  readonly running: () => number
}

export interface RpcDeskParts {
  readonly node: AmikoNode
  readonly methodNamed: (name: string) => AnyMethod | undefined
  readonly context: Omit<CallContext, 'signal'>
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal
}

export function rpcDesk ({ node, methodNamed, context, stopping }: RpcDeskParts): RpcDesk {
  let running = 0

  async function call (raw: unknown, caller: { scope: Scope, signal: AbortSignal }): Promise<Answer | undefined> {
    if (!isRecord(raw) || raw['jsonrpc'] !== '2.0' || typeof raw['method'] !== 'string') return refusedRequest(idOf(raw), 'a request is an object with jsonrpc "2.0" and a method')
    const hasId = Object.hasOwn(raw, 'id')
    const id = idOf(raw)
    if (hasId && id === null && raw['id'] !== null) return refusedRequest(null, `an id is a number, null, or text of at most ${ID_CHARACTERS_MAX} characters`)
    const method = methodNamed(raw['method'])
    let answer: Answer
    try {
      if (method === undefined) throw new AmikoError('unknown-method', { method: printable(raw['method'], 100) })
      answer = { jsonrpc: '2.0', id, result: await perform(method, raw['params'], caller) }
    } catch (error) {
      answer = errorAnswer(id, error)
    }
    return hasId ? answer : undefined
  }

  async function perform (method: AnyMethod, rawParams: unknown, caller: { scope: Scope, signal: AbortSignal }): Promise<unknown> {
    if (!scopeAllows(caller.scope, method.scope)) throw new AmikoError('not-allowed', { method: method.name, scope: method.scope })
    if (stopping.aborted) throw new AmikoError('shutting-down')
    const params = readParams(method, rawParams)
    if (running >= CALLS_RUNNING_MAX) throw new AmikoError('busy', { what: 'calls', limit: CALLS_RUNNING_MAX })
    const limit = AbortSignal.timeout(CALL_MS_MAX)
    running++
    try {
      return await method.handler(node, params as never, { ...context, signal: AbortSignal.any([caller.signal, stopping, limit]) })
    } catch (error) {
      if (error instanceof AmikoError) throw error
      if (stopping.aborted) throw new AmikoError('shutting-down', {}, { cause: error })
      if (limit.aborted) throw new AmikoError('timed-out', { milliseconds: CALL_MS_MAX }, { cause: error })
      throw error
    } finally {
      running--
    }
  }

  return {
    running: () => running,
    async answer (body, caller) {
      let raw: unknown
      try {
        raw = parseJson(body)
      } catch (error) {
        return textOf(protocolError(null, PARSE_ERROR, printable((error as Error).message, 200)))
      }
      if (!Array.isArray(raw)) {
        const answer = await call(raw, caller)
        return answer === undefined ? undefined : textOf(answer)
      }
      if (raw.length === 0) return textOf(refusedRequest(null, 'a batch holds at least one request'))
      if (raw.length > BATCH_MAX) return textOf(errorAnswer(null, new AmikoError('too-large', { what: 'The batch', limit: `${BATCH_MAX} requests` })))
      const answers = await Promise.all(raw.map(async (each) => await call(each, caller)))
      const kept = answers.filter((answer) => answer !== undefined)
      return kept.length === 0 ? undefined : `[${kept.map(textOf).join(',')}]`
    }
  }
}

/** JSON in which no key can reach a prototype. */
export function parseJson (text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__') throw new SyntaxError('the key __proto__ is not allowed')
    return value
  })
}

/** The error a caller sees: its own name and numbers when it is ours, else `internal` without inner details. */
export function errorAnswer (id: Id, error: unknown): ErrorAnswer {
  const known = error instanceof AmikoError ? error : new AmikoError('internal', { reason: error instanceof Error ? printable(error.message, 300) : 'unknown' })
  const code = known.name === 'unknown-method' ? METHOD_NOT_FOUND : known.name === 'bad-request' ? INVALID_PARAMS : known.name === 'internal' ? INTERNAL_ERROR : known.code
  return { jsonrpc: '2.0', id, error: { code, message: printable(known.message), data: { name: known.name, detail: plainOf(known.detail) } } }
}

const protocolError = (id: Id, code: number, reason: string): ErrorAnswer => {
  const error = errorAnswer(id, new AmikoError('bad-request', { reason }))
  return { ...error, error: { ...error.error, code } }
}
const refusedRequest = (id: Id, reason: string): ErrorAnswer => protocolError(id, INVALID_REQUEST, reason)

function idOf (raw: unknown): Id {
  if (!isRecord(raw) || !Object.hasOwn(raw, 'id')) return null
  const id = raw['id']
  return typeof id === 'number' || (typeof id === 'string' && id.length <= ID_CHARACTERS_MAX) ? id : null
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: Answer): string => JSON.stringify(value, (_key, each: unknown) => typeof each === 'bigint' ? each.toString() : each)

/** Plain JSON of what a process says about itself: bigints as decimal text, bytes as hex, strangers' text made printable, all bounded. */
export function plainOf (value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return printable(value)
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return toHex(value.subarray(0, 128))
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null || depth >= DETAIL_DEPTH_MAX) return undefined
  if (Array.isArray(value)) return value.slice(0, DETAIL_ENTRIES_MAX).map((each) => plainOf(each, depth + 1))
  return Object.fromEntries(Object.entries(value).slice(0, DETAIL_ENTRIES_MAX).map(([key, each]) => [printable(key, 100), plainOf(each, depth + 1)]))
}
