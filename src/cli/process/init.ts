import { AmikoError } from '../../core/base/errors.js'
import type { NodeConfig } from '../../node/nouns.js'
import type { Globals } from '../globals.js'
import { fieldsAsTable } from '../output.js'
import type { Terminal } from '../terminal.js'

/** Where a node listens when nothing is said: all addresses, its well-known port. */
export const LISTEN_DEFAULT = '/ip4/0.0.0.0/tcp/9735'
/** Where its API listens. */
export const API_DEFAULT = '127.0.0.1:9736'

export interface InitOptions {
  readonly network: string
  readonly kind: NodeConfig['kind']
  readonly networkKey?: string | undefined
  readonly listen: readonly string[]
  readonly api: string | undefined
  readonly chains: readonly string[]
  readonly allowMainnet?: boolean | undefined
  readonly bootstrap: readonly string[]
  readonly pacing: NodeConfig['pacing']
}

/** Makes a data folder with settings and a fresh identity, and gives the peer id. */
export async function initNode (dir: string, options: InitOptions): Promise<{ readonly peerId: string, readonly config: NodeConfig }> {
  const config: NodeConfig = {
    version: 1,
    network: options.network,
    kind: options.kind,
    ...(options.networkKey === undefined ? {} : { networkKey: options.networkKey }),
    listen: options.listen.length === 0 ? [LISTEN_DEFAULT] : options.listen,
    api: hostAndPort(options.api ?? API_DEFAULT),
    chains: options.chains,
    ...(options.allowMainnet === true ? { allowMainnet: true } : {}),
    bootstrap: options.bootstrap,
    pacing: options.pacing
  }
  // Loaded here, so that commands that only ask a node do not load a node.
  const { initialise } = await import('../../node/config.js')
  const { peerId } = await initialise(dir, config)
  return { peerId, config }
}

/** `amiko init`. */
export async function init (options: InitOptions, globals: Globals, terminal: Terminal): Promise<void> {
  const { peerId, config } = await initNode(globals.dir, options)
  const answer = { dir: globals.dir, peerId, network: config.network, kind: config.kind, listen: config.listen, api: config.api }
  if (globals.json) terminal.out(JSON.stringify(answer))
  else {
    terminal.out(fieldsAsTable(answer, terminal.framed))
    terminal.err(`Next: amiko start --dir ${globals.dir}`)
  }
}

/** The address of `--api`, which clients may write as a URL. */
function hostAndPort (api: string): string {
  const match = /^(?:http:\/\/)?((?:127\.0\.0\.1|localhost|\[::1\]):\d{1,5})\/?$/.exec(api)
  if (match === null) throw new AmikoError('bad-request', { reason: `the API listens on a loopback address and port such as ${API_DEFAULT}, not on ${api}` })
  return match[1]!
}
