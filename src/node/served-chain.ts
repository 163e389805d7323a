import { mkdir } from 'node:fs/promises'
import { AmikoError } from '../core/base/errors.js'
import { embeddedChain, type ChainControl } from '../adapters/chain-embedded/embedded-chain.js'
import { chainServer } from '../adapters/chain-rpc-server/rpc-server.js'
import { levelStore } from '../adapters/level/store.js'
import type { Chain } from '../ports/chain.js'
import type { ChainName } from '../ports/chain-parameters.js'
import type { Clock } from '../ports/clock.js'
import { forgetRunning, loopbackOf, readChainSettings, writeChainFiles } from './chain-folder.js'

/** What waits is mined after this time, so that several transactions find room in one block. */
export const MINE_WAITING_MS = 1_000
/** Without anything that waits a block comes this often: heights pass, as they do on any chain. */
export const MINE_IDLE_MS = 30_000
/** Time between two looks at what waits. */
export const MINE_LOOK_MS = 250

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
  const kept = await readChainSettings(dir, { chain: options.chain })
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
    await writeChainFiles(dir, { chain: name, rpc: new URL(server.url).host }, { url: server.url, cookieFile: server.cookieFile })
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
        await forgetRunning(dir)
        await server.stop()
        await chain.close()
      })()
      await stopped
    }
  }
}

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
