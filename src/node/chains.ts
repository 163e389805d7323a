import { join, resolve } from 'node:path'
import type { Env } from '../core/base/env.js'
import type { Chain, ChainStatus } from '../ports/chain.js'
import type { Clock } from '../ports/clock.js'
import type { Logger } from '../ports/logger.js'
import { readBackends, type Backend } from './backends.js'
import type { ChainView, NodeConfig } from './nouns.js'

export interface NodeChainsOptions {
  readonly dir: string
  readonly config: Pick<NodeConfig, 'kind' | 'chains' | 'allowMainnet'>
  readonly clock: Clock
  readonly logger: Logger
}

/** The chains of a node. A backend that is down is a state that is shown; it never ends the node. */
export interface NodeChains {
  /** Resolves whether the backends answer or not. */
  start: () => Promise<void>
  stop: () => Promise<void>
  list: () => readonly ChainView[]
  /** Of each chain whose backend has told a block that is believed. */
  heights: () => Env['heights']
  warnings: () => readonly string[]
}

interface Used {
  readonly backend: Backend
  chain: Chain | undefined
  /** What is known without a chain: it could not be opened. */
  status: ChainStatus
  end: () => Promise<void>
}

/** Asked before every step of a node, most of which have no chain. */
const NO_HEIGHTS: Env['heights'] = {}

/** The chains that the settings name. Throws bad-request. */
export function createChains ({ dir, config, clock, logger }: NodeChainsOptions): NodeChains {
  const used: readonly Used[] = readBackends(config).map((backend) => ({ backend, chain: undefined, status: { state: 'unreachable', detail: 'not asked yet' }, end: async () => undefined }))

  const open = async (one: Used): Promise<Chain> => {
    const { backend: { name, network, url, cookieFile } } = one
    if (url !== undefined) {
      // Loaded here, so that a node without chains does not load what speaks to them.
      const { bitcoindChain } = await import('../adapters/chain-bitcoind/bitcoind-chain.js')
      const chain = bitcoindChain({ chain: name, network, clock, url, ...(cookieFile === undefined ? {} : { cookieFile: resolve(dir, cookieFile) }) })
      one.end = async () => { await chain.stop() }
      return chain
    }
    const { serveChain } = await import('./served-chain.js')
    const served = await serveChain({
      dir: join(dir, 'chain'),
      chain: name,
      clock,
      onFailure: (error) => { logger.error(error.message) }
    })
    one.end = async () => {
      await served.chain.stop()
      await served.stop()
    }
    return served.chain
  }
  const start = async (one: Used): Promise<void> => {
    const { name } = one.backend
    try {
      one.chain = await open(one)
      await one.chain.start({
        status: ({ state, detail }) => {
          if (state === 'ok') logger.info('the chain is followed', { chain: name, height: one.chain?.tip()?.height })
          else logger.warn('the chain is not well', { chain: name, state, detail })
        },
        blockConnected: (tip) => { logger.debug('block', { chain: name, height: tip.height, hash: tip.hash }) },
        blockDisconnected: (block) => { logger.warn('a block has left the chain', { chain: name, height: block.height, hash: block.hash }) },
        transactionSeen: () => undefined
      })
    } catch (error) {
      one.status = { state: 'unreachable', detail: error instanceof Error ? error.message : String(error) }
      logger.error('the chain could not be opened', { chain: name, reason: one.status.detail })
    }
  }
  const list = (): readonly ChainView[] => used.map(({ backend, chain, status }) => {
    const { state, detail } = chain?.status() ?? status
    const tip = chain?.tip()
    return { name: backend.name, network: backend.network, backend: backend.kind, height: tip?.height, hash: tip?.hash, status: state, detail, capabilities: chain?.capabilities() }
  })
  return {
    start: async () => { await Promise.all(used.map(start)) },
    stop: async () => { await Promise.all(used.map(async (one) => { await one.end() })) },
    list,
    heights: () => {
      if (used.length === 0) return NO_HEIGHTS
      const heights: { -readonly [name in keyof Env['heights']]: number } = {}
      for (const { backend, chain } of used) {
        const height = chain?.tip()?.height
        // What another chain says of heights would end locks at a wrong time.
        if (height !== undefined && chain?.status().state !== 'wrong-chain') heights[backend.name] = height
      }
      return heights
    },
    warnings: () => [
      ...(used.length > 0 && config.kind === 'mainnet' ? ['The chains of this node are of mainnet: this program is young, use no more money than you can lose.'] : []),
      ...list().filter(({ status }) => status !== 'ok').map(({ name, status, detail }) => `The chain ${name} is ${status}: ${detail}`)
    ]
  }
}
