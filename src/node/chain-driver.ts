import type { Env } from '../core/base/env.js'
import type { ChainName } from '../core/wallet/chain-facts.js'
import type { BlockName, ChainEffect, NodeEvent } from '../core/node/events.js'
import type { Clock } from '../ports/clock.js'
import type { Logger } from '../ports/logger.js'
import { driveChain, type DrivenChain, type OpenedChain } from './driven-chain.js'

export interface ChainDriverOptions {
  /** Asked once, when the core begins: they are open by then. */
  readonly chains: () => readonly OpenedChain[]
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Stands between the chains of a node and its core: what happens on a chain becomes events, in order; what the core wants
 * of a chain is asked, a bounded number of questions at a time. It decides nothing. A backend that fails, is silent or
 * contradicts itself is a state, and is asked again.
 */
export interface ChainDriver {
  /**
   * Begins to post. The core has begun by then, and said what it watches.
   *
   * @param resume - the blocks that the core has applied, newest first
   */
  start: (post: (event: NodeEvent) => void, resume: (chain: ChainName) => readonly BlockName[]) => void
  /** The runner is about to step this event. */
  stepping: (event: NodeEvent) => void
  perform: (effect: ChainEffect) => void
  /** Of the last block of each chain that the core was told of; never what a backend says meanwhile. */
  heights: () => Env['heights']
  /** No event comes after it resolved. */
  stop: () => Promise<void>
}

/** Asked before every step of a node, most of which have no chain. */
const NO_HEIGHTS: Env['heights'] = {}

export function createChainDriver ({ chains, clock, logger }: ChainDriverOptions): ChainDriver {
  let driven: ReadonlyMap<ChainName, DrivenChain> | undefined
  let heights = NO_HEIGHTS
  const all = (): ReadonlyMap<ChainName, DrivenChain> => driven ??= new Map(chains().map((opened) => [opened.name, driveChain(opened, clock, logger)]))
  return {
    start (post, resume) {
      for (const [name, one] of all()) one.start(post, () => resume(name))
    },
    stepping (event) {
      if (!('chain' in event)) return
      const { [event.chain]: _before, ...others } = heights
      const height = all().get(event.chain)?.stepping(event)
      heights = height === undefined ? others : { ...others, [event.chain]: height }
    },
    perform: (effect) => { all().get(effect.chain)?.perform(effect) },
    heights: () => heights,
    stop: async () => { await Promise.all([...driven?.values() ?? []].map(async (one) => { await one.stop() })) }
  }
}
