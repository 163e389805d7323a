import { randomBytes, timingSafeEqual } from 'node:crypto'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { RpcError, serveMethod } from './methods.js'
import type { ServedChain, ServedTransaction } from './served-chain.js'

export interface ChainServerOptions {
  /** Folder of the cookie file. */
  readonly dir: string
  /** A loopback address. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
}

/** A chain of this process for the others of this machine. Started and stopped; stopping twice is stopping once. */
export interface ChainServer {
  /** Where it listens, for the option of the chain adapter. */
  readonly url: string
  readonly cookieFile: string
  start: () => Promise<void>
  stop: () => Promise<void>
}

const BODY_BYTES_MAX = 16 * 1024 * 1024
const BATCH_MAX = 1_000
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])
const PARSE_ERROR = -32700
const INVALID_REQUEST = -32600
const MISC = -1

/**
 * Serves an embedded chain over the JSON-RPC of Bitcoin Core, as far as a node uses it. It listens on loopback only,
 * asks for the cookie, and answers neither another Host (a page that had its name point here) nor a browser's page.
 */
export function chainServer<T extends ServedTransaction> (chain: ServedChain<T>, options: ChainServerOptions): ChainServer {
  const host = options.host ?? '127.0.0.1'
  if (!LOOPBACK.has(host)) throw new RangeError(`the chain is served on loopback only, not on ${host}`)
  const cookieFile = join(options.dir, '.cookie')
  let server: Server | undefined
  let port = options.port ?? 0
  let authorization = Buffer.alloc(0)

  const allowed = (request: IncomingMessage): number | undefined => {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
    if (!LOOPBACK.has(name) || request.headers.origin !== undefined) return 403
    const given = Buffer.from(request.headers.authorization ?? '')
    if (given.length !== authorization.length || !timingSafeEqual(given, authorization)) return 401
    return request.method === 'POST' ? undefined : 405
  }

  const answerOne = (call: unknown): Readonly<Record<string, unknown>> => {
    const { id = null, method, params = [] } = typeof call === 'object' && call !== null ? call as Readonly<Record<string, unknown>> : {}
    try {
      if (typeof method !== 'string' || !Array.isArray(params)) throw new RpcError(INVALID_REQUEST, 'method and a list of params are needed')
      return { result: serveMethod(chain, method, params), error: null, id }
    } catch (error) {
      const code = error instanceof RpcError ? error.code : MISC
      return { result: null, error: { code, message: error instanceof Error ? error.message : String(error) }, id }
    }
  }
  const answerAll = (text: string): unknown => {
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch {
      return { result: null, error: { code: PARSE_ERROR, message: 'Parse error' }, id: null }
    }
    if (!Array.isArray(body)) return answerOne(body)
    return body.length > BATCH_MAX ? { result: null, error: { code: INVALID_REQUEST, message: `at most ${BATCH_MAX} calls at once` }, id: null } : body.map(answerOne)
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = allowed(request)
    if (refused !== undefined) return void response.writeHead(refused, refused === 401 ? { 'www-authenticate': 'Basic realm="jsonrpc"' } : {}).end()
    const parts: Buffer[] = []
    let length = 0
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length
      if (length > BODY_BYTES_MAX) return void response.writeHead(413).end()
      parts.push(part)
    }
    const text = JSON.stringify(answerAll(Buffer.concat(parts).toString('utf8')))
    response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  }

  return {
    get url () { return `http://${host.includes(':') ? `[${host}]` : host}:${port}/` },
    cookieFile,
    start: async () => {
      if (server !== undefined) return
      const cookie = `__cookie__:${randomBytes(32).toString('hex')}`
      authorization = Buffer.from(`Basic ${Buffer.from(cookie).toString('base64')}`)
      const listening = createServer((request, response) => {
        handle(request, response).catch(() => { response.destroy() })
      })
      await new Promise<void>((resolve, reject) => {
        listening.once('error', reject)
        listening.listen(port, host, () => { listening.off('error', reject); resolve() })
      })
      const address = listening.address()
      // A restart keeps the port, because the nodes know it.
      if (typeof address === 'object' && address !== null) port = address.port
      server = listening
      await writeFile(cookieFile, cookie, { mode: 0o600 })
      await chmod(cookieFile, 0o600)
    },
    stop: async () => {
      const stopping = server
      if (stopping === undefined) return
      server = undefined
      await rm(cookieFile, { force: true })
      stopping.closeAllConnections()
      await new Promise<void>((resolve) => { stopping.close(() => { resolve() }) })
    }
  }
}
