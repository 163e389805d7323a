import { coin, parseAmount } from '../../../core/base/assets.js'
import { AmikoError } from '../../../core/base/errors.js'
import { systemClock } from '../../../adapters/system/clock.js'
import { chainBackend, type ChainBackend } from '../../../node/chain-backend.js'
import { loopbackOf, servedAt } from '../../../node/chain-folder.js'
import { CHAIN_OF_DAEMON, type Daemon } from '../../../node/daemon-program.js'
import { serveChain } from '../../../node/served-chain.js'
import { serveDaemon } from '../../../node/served-daemon.js'
import type { ChainName } from '../../../ports/chain-parameters.js'
import { connectTo, runningApi } from '../../connection.js'
import type { Globals } from '../../globals.js'
import { fieldsAsTable, tableOf } from '../../output.js'
import type { Terminal } from '../../terminal.js'
import { chainDir } from '../network/chain-process.js'
import { stopRequests } from '../start.js'

export interface ServeOptions {
  readonly rpc?: string
  readonly chain?: ChainName
  /** A full node in the place of the embedded chain. */
  readonly daemon?: Daemon
  readonly withParent?: boolean
}

/** Which chain a command means: that of the data folder, or the one at a URL. */
export interface TargetOptions {
  readonly rpc?: string
  readonly cookie?: string
}

/** `amiko chain serve`: runs the chain of a folder, embedded or of a full node, until SIGTERM, SIGINT, or the end of its parent. */
export async function serveCommand (options: ServeOptions, globals: Globals, terminal: Terminal): Promise<void> {
  const stopping = stopRequests(options.withParent === true, terminal)
  let failure: AmikoError | undefined
  try {
    if (options.rpc !== undefined) loopbackOf(options.rpc)
    const onFailure = (error: AmikoError): void => {
      failure = error
      stopping.request()
    }
    const { kind, name, height, ...served } = await serve(options, globals.dir, onFailure)
    const network = 'regtest'
    try {
      if (globals.json) terminal.out(JSON.stringify({ event: 'ready', name, network, rpc: served.url, cookieFile: served.cookieFile, height, pid: process.pid }))
      else {
        terminal.out(`${kind} (${name}, ${network}) runs at height ${height}.\nJSON-RPC: ${served.url}\nCookie: ${served.cookieFile}`)
        terminal.err('Ctrl-C stops it.')
      }
      await stopping.requested
    } finally {
      await served.stop()
    }
  } finally {
    stopping.dispose()
  }
  if (failure !== undefined) throw failure
}

interface Served {
  readonly kind: string
  readonly name: ChainName
  readonly url: string
  readonly cookieFile: string
  readonly height: number
  readonly stop: () => Promise<void>
}

async function serve (options: ServeOptions, dir: string, onFailure: (error: AmikoError) => void): Promise<Served> {
  const common = { dir, listen: options.rpc, clock: systemClock(), onFailure }
  if (options.daemon === undefined) {
    const { chain: { parameters, ledger }, ...served } = await serveChain({ ...common, chain: options.chain })
    return { ...served, kind: 'An embedded chain', name: parameters.chain, height: ledger.tip.height }
  }
  if (options.chain !== undefined && options.chain !== CHAIN_OF_DAEMON[options.daemon]) throw new AmikoError('bad-request', { reason: `${options.daemon} is of ${CHAIN_OF_DAEMON[options.daemon]}, not of ${options.chain}` })
  const { chain, ...served } = await serveDaemon({ ...common, daemon: options.daemon })
  return { ...served, kind: options.daemon, name: chain }
}

/** `amiko chain fund`. */
export async function fundCommand (address: string, amount: string, options: TargetOptions, globals: Globals, terminal: Terminal): Promise<void> {
  const { value } = parseAmount(amount, [coin('btc', 'regtest'), coin('ltc', 'regtest')]) ?? { value: 0n }
  if (value === 0n || value % 1_000n !== 0n) throw new AmikoError('bad-amount', { text: amount.slice(0, 64) })
  const target = await targetOf(options, globals, terminal)
  await target.fund(address, value / 1_000n)
  const { height } = await target.mine(1, undefined)
  if (globals.json) terminal.out(JSON.stringify({ address, height }))
  else terminal.out(fieldsAsTable({ address, height }, terminal.framed))
}

/** `amiko chain mine`. */
export async function mineCommand (blocks: number, options: TargetOptions & { readonly address?: string }, globals: Globals, terminal: Terminal): Promise<void> {
  const answer = await (await targetOf(options, globals, terminal)).mine(blocks, options.address)
  if (globals.json) terminal.out(JSON.stringify(answer))
  else terminal.out(fieldsAsTable(answer, terminal.framed))
}

/** `amiko chain status`. */
export async function statusCommand (options: TargetOptions, globals: Globals, terminal: Terminal): Promise<void> {
  if (options.rpc === undefined && await servedIn(globals.dir) === undefined && await runningApi(globals.dir) !== undefined) {
    const client = await connectTo({ dir: globals.dir, api: globals.api, signal: terminal.signal })
    const { chains } = await client.call('chain.status')
    if (chains.length === 0 && !globals.json) return terminal.err('This node uses no chain: `chains` of its config.json names none.')
    return showChains(chains, globals, terminal)
  }
  showChains([await (await targetOf(options, globals, terminal)).status()], globals, terminal)
}

/** Rows of chains, as `chain status` shows them whoever was asked. */
interface ChainRow {
  readonly name: string
  readonly network: string
  readonly height?: number | undefined
  readonly status: string
  readonly detail: string
  readonly capabilities?: Readonly<Record<string, boolean>> | { readonly truc: boolean, readonly packages: boolean, readonly ephemeralAnchors: boolean } | undefined
}

function showChains (chains: readonly ChainRow[], globals: Globals, terminal: Terminal): void {
  if (globals.json) return terminal.out(JSON.stringify({ chains }))
  terminal.out(tableOf(['chain', 'network', 'height', 'status', 'mempool takes'], chains.map(({ name, network, height, status, detail, capabilities = {} }) => [
    name, network, String(height ?? '–'), detail === '' ? status : `${status}: ${detail}`, Object.entries(capabilities).filter(([, has]) => has).map(([what]) => what).join(', ') || '–'
  ]), terminal.framed))
}

async function targetOf ({ rpc, cookie }: TargetOptions, globals: Globals, terminal: Terminal): Promise<ChainBackend> {
  const signal = globals.timeoutMs === undefined ? terminal.signal : AbortSignal.any([terminal.signal, AbortSignal.timeout(globals.timeoutMs)])
  if (rpc !== undefined) return chainBackend({ url: urlOf(rpc), cookieFile: cookie, clock: systemClock(), signal })
  if (cookie !== undefined) throw new AmikoError('bad-request', { reason: '--cookie belongs to the node that --rpc names' })
  const served = await servedIn(globals.dir)
  if (served === undefined) throw new AmikoError('chain-unreachable', { rpc: globals.dir, reason: 'no chain is served from this folder (`amiko chain serve` does)' })
  return chainBackend({ url: served.url, cookieFile: served.cookieFile, clock: systemClock(), signal })
}

/** The chain that is served from a folder, or for the network in it. */
const servedIn = async (dir: string): ReturnType<typeof servedAt> => await servedAt(dir) ?? await servedAt(chainDir(dir))

function urlOf (rpc: string): string {
  const text = /^https?:\/\//.test(rpc) ? rpc : `http://${rpc}`
  if (!URL.canParse(text)) throw new AmikoError('bad-request', { reason: '--rpc is no address; write http://127.0.0.1:PORT' })
  return text
}
