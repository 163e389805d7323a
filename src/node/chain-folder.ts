import { readFile, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { AmikoError } from '../core/base/errors.js'
import type { ChainName } from '../ports/chain-parameters.js'

/** Which chain lives in the folder and where it listens: another start takes the same port, because nodes know it. */
const SETTINGS_FILE = 'chain.json'
/** Where the running chain listens, and its process. */
const RUNNING_FILE = '.rpc'

const settingsSchema = z.strictObject({
  version: z.literal(1),
  chain: z.enum(['bitcoin', 'litecoin']),
  rpc: z.string().regex(/^(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/),
  /** The full node that keeps the chain; the embedded chain without it. */
  daemon: z.enum(['bitcoind', 'litecoind']).optional()
})
/** The settings of a chain's folder. */
export type ChainSettings = z.output<typeof settingsSchema>

const runningSchema = z.object({ url: z.string(), pid: z.number().int().positive(), cookieFile: z.string().refine(isAbsolute).optional() })

/** How a chain that is served can be asked; `pid` is of the process that keeps it. */
export interface ServedAt { readonly url: string, readonly pid: number, readonly cookieFile: string }

/** Undefined in a folder of no chain. Throws bad-request: damaged, or another chain lives there than the one that is wanted. */
export async function readChainSettings (dir: string, wanted: { readonly chain?: ChainName | undefined, readonly daemon?: ChainSettings['daemon'] }): Promise<ChainSettings | undefined> {
  const path = join(dir, SETTINGS_FILE)
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  let kept: ChainSettings
  try {
    kept = settingsSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new AmikoError('bad-request', { reason: `${path} is damaged` }, { cause: error })
  }
  if (wanted.chain !== undefined && kept.chain !== wanted.chain) throw new AmikoError('bad-request', { reason: `a chain of ${kept.chain} lives in ${dir}, not one of ${wanted.chain}` })
  if (kept.daemon !== wanted.daemon) throw new AmikoError('bad-request', { reason: `the chain in ${dir} is kept by ${kept.daemon ?? 'this program'}, not by ${wanted.daemon ?? 'this program'}` })
  return kept
}

/** Keeps what a chain's folder must know: for the next start, and for those who look for the running chain. */
export async function writeChainFiles (dir: string, settings: Omit<ChainSettings, 'version'>, served: Omit<ServedAt, 'pid'>): Promise<void> {
  await writeFile(join(dir, SETTINGS_FILE), JSON.stringify({ version: 1, ...settings }) + '\n')
  await writeFile(join(dir, RUNNING_FILE), JSON.stringify({ ...served, pid: process.pid }), { mode: 0o600 })
}

/** The chain of a folder runs no longer. */
export async function forgetRunning (dir: string): Promise<void> {
  await rm(join(dir, RUNNING_FILE), { force: true })
}

/** Where the chain of a folder was served last; it may have been killed since. Undefined when none is served. */
export async function servedAt (dir: string): Promise<ServedAt | undefined> {
  const text = await readIfThere(join(dir, RUNNING_FILE))
  if (text === undefined) return undefined
  try {
    const { url, pid, cookieFile = join(dir, '.cookie') } = runningSchema.parse(JSON.parse(text))
    return { url, pid, cookieFile }
  } catch {
    return undefined // A damaged file says no more than a missing one.
  }
}

/** Whether a chain has ever been served from a folder. */
export const holdsChain = async (dir: string): Promise<boolean> => await readIfThere(join(dir, SETTINGS_FILE)) !== undefined

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
