/**
 * The local API of a node: JSON-RPC 2.0 over HTTP on loopback. Reading order:
 * - `server.ts` (here): the routes, the limits of HTTP, start and stop
 * - `guard.ts`: which requests are heard at all
 * - `credentials.ts`: tokens and scopes
 * - `rpc.ts`: JSON-RPC requests to methods and back
 * - `event-feed.ts`: `GET /events`
 */
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { rm } from 'node:fs/promises'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { AmikoError, type ErrorName } from '../../core/base/errors.js'
import type { AmikoNode } from '../../node/nouns.js'
import { BODY_BYTES_MAX, CONNECTIONS_MAX, HEADERS_MS_MAX, HEADER_BYTES_MAX, KEEP_ALIVE_MS, REQUEST_MS_MAX, STOP_MS_MAX } from '../limits.js'
import { scopeAllows, type Scope } from '../methods/method.js'
import { methodNamed } from '../methods/methods.js'
import { createCredentials, tokenOf, writePrivately } from './credentials.js'
import { eventFeed } from './event-feed.js'
import { refusedHeaders } from './guard.js'
import { errorAnswer, rpcDesk } from './rpc.js'

/** File in the data folder that says where the running node's API is: `{"url","pid"}`. */
export const API_FILE = '.api'

export interface ApiOptions {
  readonly node: AmikoNode
  /** Data folder; the cookie files and {@link API_FILE} are written there. */
  readonly dir: string
  /** `127.0.0.1:PORT`, `localhost:PORT` or `[::1]:PORT`; port 0 takes any free one. */
  readonly listen: string
  /** Called when a caller asks the node to stop, after its answer has left. */
  readonly onStopRequest?: () => void
}

export interface Api {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Ends all waiting calls with shutting-down, closes every connection and removes the files. May be called twice. */
  readonly stop: () => Promise<void>
}

/** Serves a node on loopback. Throws bad-address when `listen` is no loopback address, unreachable when it is taken. */
export async function startApi (options: ApiOptions): Promise<Api> {
  const { hostname, port } = loopbackOf(options.listen)
  const credentials = await createCredentials(options.dir)
  const stopping = new AbortController()
  const desk = rpcDesk({
    node: options.node,
    methodNamed,
    stopping: stopping.signal,
    context: {
      usage: () => {
        const { user, system } = process.cpuUsage()
        return { pid: process.pid, cpuMs: Math.round((user + system) / 1_000) }
      },
      // The answer leaves before the process begins to end.
      requestStop: () => { setTimeout(() => options.onStopRequest?.(), 20) }
    }
  })
  const feed = eventFeed(options.node, stopping.signal)
  const app = routes({ scopeOf: credentials.scopeOf, desk, feed })
  const server = createAdaptorServer({
    fetch: app.fetch,
    hostname,
    overrideGlobalObjects: false,
    serverOptions: { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_MS_MAX, requestTimeout: REQUEST_MS_MAX, keepAliveTimeout: KEEP_ALIVE_MS, connectionsCheckingInterval: 1_000 }
  }) as Server
  server.maxConnections = CONNECTIONS_MAX
  await listening(server, hostname, port)
  const url = `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${(server.address() as AddressInfo).port}`
  await writePrivately(join(options.dir, API_FILE), JSON.stringify({ url, pid: process.pid }))

  let stopped: Promise<void> | undefined
  return {
    url,
    stop: async () => {
      stopped ??= (async () => {
        stopping.abort()
        await closed(server)
        await credentials.remove()
        await rm(join(options.dir, API_FILE), { force: true })
      })()
      await stopped
    }
  }
}

interface RouteParts {
  readonly scopeOf: (token: string) => Scope | undefined
  readonly desk: ReturnType<typeof rpcDesk>
  readonly feed: ReturnType<typeof eventFeed>
}

function routes ({ scopeOf, desk, feed }: RouteParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use('*', async (context, next) => {
    const reason = refusedHeaders({ host: context.req.header('host'), origin: context.req.header('origin'), fetchSite: context.req.header('sec-fetch-site') })
    if (reason !== undefined) return refused(context, 403, 'forbidden-origin', { reason })
    await next()
    context.header('Cache-Control', 'no-store')
    context.header('X-Content-Type-Options', 'nosniff')
    return undefined
  })
  app.get('/health', (context) => context.json({ status: 'ok' }))
  app.get('/events', (context) => {
    const scope = scopeOfRequest(context, scopeOf)
    if (scope === undefined) return refused(context, 401, 'no-credential')
    if (!scopeAllows(scope, 'read')) return refused(context, 403, 'not-allowed', { method: 'events', scope: 'read' })
    try {
      return context.body(feed.listen(context.req.query('types'), gone(context.env.outgoing)), 200, { 'Content-Type': 'text/event-stream' })
    } catch (error) {
      return context.json(errorAnswer(null, error), error instanceof AmikoError && error.name === 'busy' ? 503 : 400)
    }
  })
  app.post('/', async (context, next) => {
    // Checked before the body is read: a stranger's body costs nothing.
    if (scopeOfRequest(context, scopeOf) === undefined) return refused(context, 401, 'no-credential')
    // A page can send a form to another site without asking; it cannot send JSON.
    if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? '')) {
      return refused(context, 415, 'bad-request', { reason: 'the Content-Type must be application/json' })
    }
    return await next()
  }, bodyLimit({
    maxSize: BODY_BYTES_MAX,
    onError: (context) => {
      context.header('Connection', 'close') // The rest of the body is not read, so nothing can follow on this connection.
      return refused(context, 413, 'too-large', { what: 'The request', limit: `${BODY_BYTES_MAX} bytes` })
    }
  }), async (context) => {
    const scope = scopeOfRequest(context, scopeOf)!
    const answer = await desk.answer(await context.req.text(), { scope, signal: gone(context.env.outgoing) })
    return answer === undefined ? context.body(null, 204) : context.body(answer, 200, { 'Content-Type': 'application/json' })
  })
  app.all('/', (context) => refused(context, 405, 'bad-request', { reason: 'requests are sent by POST' }))
  app.notFound((context) => refused(context, 404, 'bad-request', { reason: 'there is nothing at this path; POST / takes JSON-RPC requests' }))
  app.onError((error, context) => context.json(errorAnswer(null, error), 500))
  return app
}

/** Aborted when the caller goes away before its answer has left. */
function gone (outgoing: ServerResponse): AbortSignal {
  const controller = new AbortController()
  outgoing.once('close', () => controller.abort())
  return controller.signal
}

const scopeOfRequest = (context: { readonly req: { readonly header: (name: string) => string | undefined } }, scopeOf: RouteParts['scopeOf']): Scope | undefined => {
  const token = tokenOf(context.req.header('authorization'))
  return token === undefined ? undefined : scopeOf(token)
}

/** A refusal of the whole HTTP request has the form of a JSON-RPC error without id. */
const refused = (context: { readonly json: (answer: object, status: ContentfulStatusCode) => Response }, status: ContentfulStatusCode, name: ErrorName, detail: Record<string, unknown> = {}): Response =>
  context.json(errorAnswer(null, new AmikoError(name, detail)), status)

function loopbackOf (listen: string): { hostname: string, port: number } {
  const match = /^(localhost|127\.0\.0\.1|\[::1\]):(\d{1,5})$/.exec(listen)
  if (match === null || Number(match[2]) > 65_535) throw new AmikoError('bad-request', { reason: `the API listens on a loopback address and port, not on ${listen}` })
  return { hostname: match[1]!.replace(/[[\]]/g, ''), port: Number(match[2]) }
}

async function listening (server: Server, hostname: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program uses the port' : error.message
      reject(new AmikoError('bad-request', { reason: `the API cannot listen on ${hostname}:${port} (${reason})` }, { cause: error }))
    })
    server.listen(port, hostname, resolve)
  })
}

async function closed (server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), STOP_MS_MAX)
    // A connection becomes idle when its last answer has left, which is after we began to close.
    const idle = setInterval(() => server.closeIdleConnections(), 20)
    server.close(() => {
      clearTimeout(force)
      clearInterval(idle)
      resolve()
    })
    server.closeIdleConnections()
  })
}
