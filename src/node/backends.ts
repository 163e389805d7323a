import { AmikoError } from '../core/base/errors.js'
import { chainParameters, type ChainName, type ChainNetwork } from '../ports/chain-parameters.js'
import type { NodeConfig } from './nouns.js'

/** One entry of `chains` in the settings, read. */
export interface Backend {
  readonly name: ChainName
  readonly network: ChainNetwork
  readonly kind: 'embedded' | 'bitcoind' | 'litecoind'
  /** Of the JSON-RPC, with user and password when they were written; absent for `embedded`. */
  readonly url?: string
  /** As written: absolute, or from the data folder on. */
  readonly cookieFile?: string
}

const CHAIN_OF = { bitcoind: 'bitcoin', litecoind: 'litecoin' } as const
const NETWORKS: Readonly<Record<NodeConfig['kind'], readonly ChainNetwork[]>> = { mainnet: ['mainnet'], testnet: ['testnet4', 'signet', 'testnet'], regtest: ['regtest'] }

/**
 * Reads the chain backends of the settings:
 * - `embedded`: a regtest chain of bitcoin within the node, kept in `chain` of the data folder, for private networks
 * - `bitcoind=URL`, `litecoind=URL`: a full node, or `amiko chain serve`. The URL may carry a user and a password, or name
 *   the node's cookie file with `?cookiefile=PATH` (absolute, or from the data folder on), and with `&network=signet`
 *   (`testnet4`, `testnet`) one of several test networks.
 *
 * Each chain has one backend at most. Throws bad-request.
 */
export function readBackends ({ kind, chains, allowMainnet = false }: Pick<NodeConfig, 'kind' | 'chains' | 'allowMainnet'>): readonly Backend[] {
  const backends = chains.map((text) => readBackend(text, kind))
  if (backends.length > 0 && kind === 'mainnet' && !allowMainnet) {
    throw wrong('a chain of mainnet holds real money, and this program is young; whoever wants it all the same sets "allowMainnet": true in config.json (amiko init --allow-mainnet)')
  }
  for (const [at, { name }] of backends.entries()) if (backends.findIndex((other) => other.name === name) !== at) throw wrong(`two backends are named for ${name}`)
  return backends
}

function readBackend (text: string, networkKind: NodeConfig['kind']): Backend {
  if (text === 'embedded') {
    if (networkKind !== 'regtest') throw wrong(`an embedded chain is for networks of the kind regtest, not ${networkKind}`)
    return { name: 'bitcoin', network: 'regtest', kind: 'embedded' }
  }
  const match = /^(bitcoind|litecoind)=(.+)$/.exec(text)
  // The text is not repeated: it may hold a password.
  if (match === null || !URL.canParse(match[2]!)) throw wrong('a chain is written embedded, bitcoind=URL or litecoind=URL')
  const kind = match[1] as 'bitcoind' | 'litecoind'
  const url = new URL(match[2]!)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw wrong(`the URL of ${kind} begins with http:// or https://`)
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'cookiefile' && key !== 'network')
  if (unknown !== undefined) throw wrong(`the URL of ${kind} has the parameter ${unknown}; cookiefile and network are known`)
  const name = CHAIN_OF[kind]
  const possible = NETWORKS[networkKind].filter((network) => chainParameters(name, network) !== undefined)
  const network = url.searchParams.get('network') ?? possible[0]
  const chosen = possible.find((each) => each === network)
  if (chosen === undefined) throw wrong(`a node of the kind ${networkKind} uses ${name} on ${possible.join(', ')}, not on ${String(network)}`)
  const cookieFile = url.searchParams.get('cookiefile') ?? undefined
  if (cookieFile !== undefined && url.username !== '') throw wrong(`the URL of ${kind} names both a password and a cookie file`)
  url.search = ''
  return { name, network: chosen, kind, url: url.href, ...(cookieFile === undefined ? {} : { cookieFile }) }
}

const wrong = (reason: string): AmikoError => new AmikoError('bad-request', { reason: `chains: ${reason}` })
