import { join, resolve } from 'node:path'
import type { CoreChain } from '../core/node/core.js'
import { chainParameters, dustLimit, type ChainParameters } from '../ports/chain-parameters.js'
import type { Chain, ChainStatus } from '../ports/chain.js'
import type { Clock } from '../ports/clock.js'
import type { Logger } from '../ports/logger.js'
import { readBackends, type Backend } from './backends.js'
import type { OpenedChain } from './driven-chain.js'
import type { ChainView, NodeConfig } from './nouns.js'

/** Confirmations of a funding transaction before its channel carries locks, on a chain with a block each ten minutes. */
export const CONFIRMATIONS = { regtest: 1, testnet: 3, mainnet: 6 } as const

export interface NodeChainsOptions {
  readonly dir: string
  readonly config: Pick<NodeConfig, 'kind' | 'chains' | 'allowMainnet'>
  readonly clock: Clock
  readonly logger: Logger
}

/** The chains of a node. A backend that is down is a state that is shown; it never ends the node. */
export interface NodeChains {
  /** What the core must know of each, whether its backend answers or not. */
  readonly facts: readonly CoreChain[]
  /** Makes what speaks to the backends; asks them nothing yet. */
  open: () => Promise<void>
  /** After {@link open}. */
  opened: () => readonly OpenedChain[]
  /** Ends what was opened; who started the chains has stopped them. */
  close: () => Promise<void>
  list: () => readonly ChainView[]
  warnings: () => readonly string[]
}

interface Used {
  readonly backend: Backend
  chain: Chain | undefined
  /** What is known without a chain: it could not be opened. */
  status: ChainStatus
  end: () => Promise<void>
}

/** The chains that the settings name. Throws bad-request. */
export function createChains ({ dir, config, clock, logger }: NodeChainsOptions): NodeChains {
  const used: readonly Used[] = readBackends(config).map((backend) => ({ backend, chain: undefined, status: { state: 'unreachable', detail: 'not asked yet' }, end: async () => undefined }))

  const open = async (one: Used): Promise<Chain> => {
    const { backend: { name, network, url, cookieFile } } = one
    if (url !== undefined) {
      // Loaded here, so that a node without chains does not load what speaks to them.
      const { bitcoindChain } = await import('../adapters/chain-bitcoind/bitcoind-chain.js')
      return bitcoindChain({ chain: name, network, clock, url, ...(cookieFile === undefined ? {} : { cookieFile: resolve(dir, cookieFile) }) })
    }
    const { serveChain } = await import('./served-chain.js')
    const served = await serveChain({
      dir: join(dir, 'chain'),
      chain: name,
      clock,
      onFailure: (error) => { logger.error(error.message) }
    })
    one.end = served.stop
    return served.chain
  }
  const openOne = async (one: Used): Promise<void> => {
    try {
      one.chain = await open(one)
    } catch (error) {
      one.status = { state: 'unreachable', detail: error instanceof Error ? error.message : String(error) }
      logger.error('the chain could not be opened', { chain: one.backend.name, reason: one.status.detail })
    }
  }
  const list = (): readonly ChainView[] => used.map(({ backend, chain, status }) => {
    const { state, detail } = chain?.status() ?? status
    const tip = chain?.tip()
    return { name: backend.name, network: backend.network, backend: backend.kind, height: tip?.height, hash: tip?.hash, status: state, detail, capabilities: chain?.capabilities() }
  })
  return {
    facts: used.flatMap(({ backend: { name, network } }) => {
      const facts = chainParameters(name, network)
      return facts === undefined ? [] : [{ facts, dustLimit: (script: Uint8Array) => dustLimit(facts, script), confirmations: confirmationsOn(facts, config.kind) }]
    }),
    open: async () => { await Promise.all(used.map(openOne)) },
    opened: () => used.map(({ backend, chain, status }) => ({ name: backend.name, chain, status })),
    close: async () => { await Promise.all(used.map(async (one) => { await one.end() })) },
    list,
    warnings: () => [
      ...(used.length > 0 && config.kind === 'mainnet' ? ['The chains of this node are of mainnet: this program is young, use no more money than you can lose.'] : []),
      ...list().filter(({ status }) => status !== 'ok').map(({ name, status, detail }) => `The chain ${name} is ${status}: ${detail}`)
    ]
  }
}

/** More blocks where they come faster: what counts is the work on top. A private chain has none. */
const confirmationsOn = ({ blockIntervalSeconds }: ChainParameters, kind: NodeConfig['kind']): number =>
  kind === 'regtest' ? CONFIRMATIONS.regtest : Math.ceil(CONFIRMATIONS[kind] * 600 / blockIntervalSeconds)
