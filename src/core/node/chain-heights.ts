import type { Env } from '../base/env.js'
import type { ChannelId } from '../base/ids.js'
import type { Channel, EnforcedState } from '../channel/entity.js'
import type { ChainName } from '../wallet/chain-facts.js'
import type { ChainTables } from './chain-tables.js'
import type { CoreChain } from './core.js'
import { CHAIN_SILENCE_MAX_MS } from './limits.js'
import type { NodeState } from './state.js'

/**
 * The environment with the heights of the blocks that were applied, for the chains that this node follows: what a step
 * decides by height agrees with what it was told. A chain of which nothing was heard since the start, that is another
 * one, or that was silent for long, has none: nothing is judged by an old height.
 */
export function heightsOf (chains: ReadonlyMap<ChainName, CoreChain>, tables: ChainTables, env: Env): Env {
  if (chains.size === 0) return env
  const heights: { -readonly [name in keyof Env['heights']]: number } = { ...env.heights }
  for (const chain of chains.keys()) {
    delete heights[chain]
    const height = heightOf(tables, chain, env.nowMs)
    if (height !== undefined) heights[chain] = height
  }
  return { ...env, heights }
}

function heightOf ({ news, tips }: ChainTables, chain: ChainName, nowMs: number): number | undefined {
  const known = news.get(chain)
  if (known?.heard !== true || known.state === 'wrong-chain') return undefined
  if (known.state === 'unreachable' && nowMs - known.sinceMs > CHAIN_SILENCE_MAX_MS) return undefined
  return tips.get(chain)?.blocks[0]?.height
}

/** An enforced channel. */
export interface Enforced extends Channel {
  readonly state: EnforcedState
}

export const isEnforced = (channel: Channel | undefined): channel is Enforced => channel?.state.kind === 'chain'

/** The enforced channels of a chain. */
export function * enforcedChannels (state: NodeState, chain?: ChainName): Iterable<Enforced> {
  for (const channel of [...state.channel.channels.values()]) if (isEnforced(channel) && (chain === undefined || channel.state.terms.clock === chain)) yield channel
}

export const enforcedAt = (state: NodeState, channelId: ChannelId): Enforced | undefined => {
  const channel = state.channel.channels.get(channelId)
  return isEnforced(channel) ? channel : undefined
}

/** Whether commitments of it are signed: the funding transaction may be in the chain. */
export const isSigned = ({ state: { stage } }: Enforced): boolean => stage === 'signed' || stage === 'confirmed'

/** How many channels of a chain may have to be closed by our commitments. @see ENF-23 */
export function enforcedOn (state: NodeState, chain: ChainName): number {
  let count = 0
  for (const channel of enforcedChannels(state, chain)) if (isSigned(channel) && !channel.state.behind) count++
  return count
}
