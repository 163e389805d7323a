import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AmikoError } from '../../../core/base/errors.js'
import { chainBackend, type BackendView, type ChainBackend } from '../../../node/chain-backend.js'
import { servedAt } from '../../../node/chain-folder.js'
import { systemClock } from '../../../adapters/system/clock.js'
import { ended, isAlive } from '../../process-alive.js'
import { CHAIN_STOP_MS_MAX, OPEN_MS_MAX, STOP_MS_MAX } from './limits.js'
import type { NetworkFile } from './network-file.js'
import { startReady } from './node-process.js'
import { kill } from './stop-processes.js'

/** Folder of a network's chain, beside those of its nodes. */
export const CHAIN_FOLDER = 'chain'
export const chainDir = (dir: string): string => join(dir, CHAIN_FOLDER)

/** A chain that runs for a network. */
export interface ChainProcess {
  readonly name: string
  readonly network: string
  readonly rpc: string
  readonly dir: string
  readonly pid: number
  /** Only of a chain that ends with this process. */
  readonly child: ChildProcess | undefined
}

/** The backend that each node of a network is given: its folder lies beside the chain's. */
export const backendOf = ({ rpc, backend }: ChainOfNetwork): string =>
  `${backend === 'embedded' ? 'bitcoind' : backend}=http://${rpc}/?cookiefile=../${CHAIN_FOLDER}/${backend === 'embedded' ? '' : 'regtest/'}.cookie`

export type ChainOfNetwork = NonNullable<NetworkFile['chain']>
/** What a chain is called in sentences. */
export const CHAIN_WORDS = { embedded: 'embedded chain', bitcoind: 'full node bitcoind', litecoind: 'full node litecoind' } as const

/** Starts the chain of a network unless it runs. */
export async function runningOrStartedChain (dir: string, { rpc, backend }: ChainOfNetwork, attached: boolean): Promise<{ readonly chain: ChainProcess, readonly isNew: boolean }> {
  const own = chainDir(dir)
  const running = await servedAt(own)
  const view = await viewOf(dir)
  if (running !== undefined && view !== undefined) return { chain: { name: view.name, network: view.network, rpc: running.url, dir: own, pid: running.pid, child: undefined }, isNew: false }
  const { ready, child } = await startReady<{ event: 'ready', name: string, network: string, rpc: string }>(['chain', 'serve', '--rpc', rpc, ...(backend === 'embedded' ? [] : ['--daemon', backend])], own, attached)
  return { chain: { name: ready.name, network: ready.network, rpc: ready.rpc, dir: own, pid: child.pid!, child: attached ? child : undefined }, isNew: true }
}

/** What makes blocks and coins on the chain of a network. Throws chain-unreachable. */
export async function backendIn (dir: string): Promise<ChainBackend> {
  const running = await servedAt(chainDir(dir))
  if (running === undefined) throw new AmikoError('chain-unreachable', { rpc: chainDir(dir), reason: 'it does not run' })
  return chainBackend({ ...running, clock: systemClock(), signal: AbortSignal.timeout(OPEN_MS_MAX) })
}

/** How the chain of a network stands; undefined when it does not run. */
export async function viewOf (dir: string): Promise<BackendView | undefined> {
  const running = await servedAt(chainDir(dir))
  if (running === undefined || !await isAlive(running.pid)) return undefined
  return await chainBackend({ ...running, clock: systemClock(), signal: AbortSignal.timeout(STOP_MS_MAX) }).status().catch((error: unknown) => {
    if (error instanceof AmikoError && error.name === 'chain-unreachable') return undefined
    throw error
  })
}

/** Ends the chain of a network, whoever started it. */
export async function stopChainOf (dir: string): Promise<'stopped' | 'killed' | 'absent'> {
  const own = chainDir(dir)
  const running = await servedAt(own)
  if (running === undefined || !await isAlive(running.pid)) return 'absent'
  // Its number may belong to another program by now: it must answer with our cookie, or carry our folder in its words.
  if (await viewOf(dir) === undefined && !await isChainOf(running.pid, own)) return 'absent'
  kill(running.pid, 'SIGTERM')
  if (await ended(running.pid, CHAIN_STOP_MS_MAX)) return 'stopped'
  if (!await isChainOf(running.pid, own)) return 'stopped'
  kill(running.pid, 'SIGKILL')
  await ended(running.pid, STOP_MS_MAX)
  return 'killed'
}

async function isChainOf (pid: number, dir: string): Promise<boolean> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0') // Only Linux has it.
  return words.includes('serve') && words[words.indexOf('--dir') + 1] === dir
}
