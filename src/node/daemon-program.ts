import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { AmikoError } from '../core/base/errors.js'
import type { ChainName } from '../ports/chain-parameters.js'

/** How a full node is started. */
export interface DaemonProgram {
  readonly command: string
  readonly args: readonly string[]
}

export type Daemon = 'bitcoind' | 'litecoind'
export const CHAIN_OF_DAEMON = { bitcoind: 'bitcoin', litecoind: 'litecoin' } as const satisfies Readonly<Record<Daemon, ChainName>>

const ENVIRONMENT = { bitcoind: 'AMIKO_BITCOIND', litecoind: 'AMIKO_LITECOIND' } as const
const WHAT_TO_INSTALL = { bitcoind: 'Bitcoin Core 29 or Bitcoin Knots 29', litecoind: 'Litecoin Core 0.21' } as const

/** Nodes that the tests unpacked, each with its libraries and loader. */
export const unpackedFolder = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'amiko-chains')

/** Within the folder of its chain. /usr/bin/litecoind of Debian is a script around the program. */
export const UNPACKED_PROGRAM = { bitcoin: 'usr/bin/bitcoind', litecoin: 'usr/lib/litecoin/litecoind' } as const

const LOADERS = ['usr/lib64/ld-linux-x86-64.so.2', 'lib64/ld-linux-x86-64.so.2', 'usr/lib/ld-linux-aarch64.so.1', 'lib/ld-linux-aarch64.so.1']
const LIBRARIES = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'lib/aarch64-linux-gnu', 'usr/lib', 'lib']

/** A node that was unpacked, started through the loader that came with it; undefined when there is none. */
export function unpackedProgram (chain: ChainName): DaemonProgram | undefined {
  const root = join(unpackedFolder(), chain)
  const program = join(root, UNPACKED_PROGRAM[chain])
  const loader = LOADERS.map((path) => join(root, path)).find(existsSync)
  if (loader === undefined || !existsSync(program)) return undefined
  const libraries = LIBRARIES.map((path) => join(root, path)).filter(existsSync)
  return { command: loader, args: ['--library-path', libraries.join(':'), program] }
}

/** The full node of this machine: named by the environment, on the path, or unpacked. Throws bad-request, which says what to install. */
export async function daemonProgram (daemon: Daemon, env: Readonly<Record<string, string | undefined>> = process.env): Promise<DaemonProgram> {
  const variable = ENVIRONMENT[daemon]
  const named = env[variable]
  if (named !== undefined && named !== '') {
    if (await isExecutable(named)) return { command: named, args: [] }
    throw new AmikoError('bad-request', { reason: `${variable} names ${named}, which is no program` })
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, daemon)
    if (folder !== '' && await isExecutable(path)) return { command: path, args: [] }
  }
  const unpacked = unpackedProgram(CHAIN_OF_DAEMON[daemon])
  if (unpacked !== undefined) return unpacked
  throw new AmikoError('bad-request', { reason: `there is no ${daemon} on this machine: install ${WHAT_TO_INSTALL[daemon]}, or name the program with ${variable}; the embedded chain (--chain embedded) needs nothing` })
}

const isExecutable = async (path: string): Promise<boolean> => await access(path, constants.X_OK).then(() => true, () => false)
