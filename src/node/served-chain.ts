import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AmikoError } from '../core/base/errors.js'
import { embeddedChain, type ChainControl } from '../adapters/chain-embedded/embedded-chain.js'
import { chainServer } from '../adapters/chain-rpc-server/rpc-server.js'
import { levelStore } from '../adapters/level/store.js'
import type { Chain } from '../ports/chain.js'
import type { ChainName } from '../ports/chain-parameters.js'
import type { Clock } from '../ports/clock.js'

/** What waits is mined after this time, so that several transactions find room in one block. */
export const MINE_WAITING_MS = 1_000
/** Without anything that waits a block comes this often: heights pass, as they do on any chain. */
export const MINE_IDLE_MS = 30_000
/** Time between two looks at what waits. */
export const MINE_LOOK_MS = 250

/** Which chain lives in the folder and where it listens: another start takes the same port, because nodes know it. */
const SETTINGS_FILE = 'chain.json'
/** Where the running chain listens, and its process. */
const RUNNING_FILE = '.rpc'

const settingsSchema = z.strictObject({
  version: z.literal(1),
  chain: z.enum(['bitcoin', 'litecoin']),
  rpc: z.string().regex(/^(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/)
})
type Settings = z.output<typeof settingsSchema>

const runningSchema = z.object({ url: z.string(), pid: z.number().int().positive() })

export interface ServedChainOptions {
  /** Folder of the blocks, the settings and the cookie. */
  readonly dir: string
  /** As in the folder; bitcoin in a new one. */
  readonly chain?: ChainName | undefined
  /** Loopback address and port; as in the folder, and any free port for a new one. */
  readonly listen?: string | undefined
  readonly clock: Clock
  /** The folder cannot be written any more; the chain stands still. Called once. */
  readonly onFailure: (error: AmikoError) => void
}

/** An embedded chain that lives in a folder, mines by itself, and answers the JSON-RPC of Bitcoin Core. */
export interface ServedChain {
  readonly chain: Chain & ChainControl
  readonly url: string
  readonly cookieFile: string
  stop: () => Promise<void>
}

/**
 * Opens the chain of a folder, serves it on loopback, and mines: what waits after {@link MINE_WAITING_MS}, and a block
 * every {@link MINE_IDLE_MS}. Throws store-locked, store-corrupt, store-newer, bad-request (another chain lives there, the port is taken).
 */
export async function serveChain (options: ServedChainOptions): Promise<ServedChain> {
  const { dir, clock } = options
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const kept = await readSettings(dir)
  if (kept !== undefined && options.chain !== undefined && kept.chain !== options.chain) throw new AmikoError('bad-request', { reason: `a chain of ${kept.chain} lives in ${dir}, not one of ${options.chain}` })
  const name = kept?.chain ?? options.chain ?? 'bitcoin'
  const { host, port } = loopbackOf(options.listen ?? kept?.rpc ?? '127.0.0.1:0')
  const chain = embeddedChain({ chain: name, clock, store: levelStore(dir) })
  await chain.open().catch((error: unknown) => {
    throw error instanceof AmikoError && error.name === 'store-corrupt' ? new AmikoError('store-corrupt', { ...error.detail, dir }, { cause: error }) : error
  })
  const server = chainServer(chain, { dir, host, port })
  try {
    await server.start().catch((error: NodeJS.ErrnoException) => {
      throw new AmikoError('bad-request', { reason: `the chain cannot listen on ${host}:${port} (${error.code === 'EADDRINUSE' ? 'another program uses the port' : error.message})` }, { cause: error })
    })
    const settings: Settings = { version: 1, chain: name, rpc: new URL(server.url).host }
    await writeFile(join(dir, SETTINGS_FILE), JSON.stringify(settings) + '\n')
    await writeFile(join(dir, RUNNING_FILE), JSON.stringify({ url: server.url, pid: process.pid }), { mode: 0o600 })
  } catch (error) {
    await server.stop()
    await chain.close()
    throw error
  }
  const stopMining = mineByItself(chain, clock, (reason) => { options.onFailure(new AmikoError('store-failed', { dir, reason })) })
  let stopped: Promise<void> | undefined
  return {
    chain,
    url: server.url,
    cookieFile: server.cookieFile,
    stop: async () => {
      stopped ??= (async () => {
        stopMining()
        await rm(join(dir, RUNNING_FILE), { force: true })
        await server.stop()
        await chain.close()
      })()
      await stopped
    }
  }
}

/** Where the chain of a folder was served last; it may have been killed since. Undefined when none is served. */
export async function servedAt (dir: string): Promise<{ readonly url: string, readonly pid: number, readonly cookieFile: string } | undefined> {
  const text = await readIfThere(join(dir, RUNNING_FILE))
  if (text === undefined) return undefined
  try {
    return { ...runningSchema.parse(JSON.parse(text)), cookieFile: join(dir, '.cookie') }
  } catch {
    return undefined // A damaged file says no more than a missing one.
  }
}

/** Whether a chain has ever been served from a folder. */
export const holdsChain = async (dir: string): Promise<boolean> => await readIfThere(join(dir, SETTINGS_FILE)) !== undefined

/** Gives a function that ends the mining. */
export function mineByItself (chain: Chain & ChainControl, clock: Clock, onFailure: (reason: string) => void): () => void {
  let cancel: () => void = () => undefined
  let height = chain.ledger.tip.height
  let blockMs = clock.now()
  let waitingMs: number | undefined
  const look = (): void => {
    const status = chain.status()
    if (status.state !== 'ok') return onFailure(status.detail)
    const nowMs = clock.now()
    // Somebody else's block counts too.
    if (chain.ledger.tip.height !== height) [height, blockMs, waitingMs] = [chain.ledger.tip.height, nowMs, undefined]
    waitingMs = chain.mempool.pool.entries.size === 0 ? undefined : waitingMs ?? nowMs
    if (nowMs - blockMs >= MINE_IDLE_MS || (waitingMs !== undefined && nowMs - waitingMs >= MINE_WAITING_MS)) {
      chain.mine(1)
      ;[height, blockMs, waitingMs] = [chain.ledger.tip.height, nowMs, undefined]
    }
    cancel = clock.at(nowMs + MINE_LOOK_MS, look)
  }
  cancel = clock.at(clock.now() + MINE_LOOK_MS, look)
  return () => { cancel() }
}

async function readSettings (dir: string): Promise<Settings | undefined> {
  const path = join(dir, SETTINGS_FILE)
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  try {
    return settingsSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new AmikoError('bad-request', { reason: `${path} is damaged` }, { cause: error })
  }
}

/** `127.0.0.1:PORT`, `localhost:PORT` or `[::1]:PORT`. Throws bad-request. */
export function loopbackOf (listen: string): { readonly host: string, readonly port: number } {
  const match = /^(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/.exec(listen)
  if (match === null || Number(match[2]) > 65_535) throw new AmikoError('bad-request', { reason: `a chain listens on a loopback address and port such as 127.0.0.1:18443, not on ${listen}` })
  return { host: match[1]!.replace(/[[\]]/g, ''), port: Number(match[2]) }
}

async function readIfThere (path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
}
