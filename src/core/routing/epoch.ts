import type { RoutingHost } from './host.js'
import { BEACON_DEPTH, EPOCH_BLOCKS, EPOCH_MS, FUTURE_MAX_MS } from './limits.js'

/** What tells the epoch: the time, or the height of the network's chain. */
export type EpochContext = Pick<RoutingHost, 'env'> & { readonly network: Pick<RoutingHost['network'], 'id' | 'beaconChain'> }

/** The epoch of a time, in a network whose beacon is its genesis. @see HINT-18 */
export const epochAt = (timeMs: number): number => Math.floor(timeMs / EPOCH_MS)

/**
 * The epoch that it is now. With a chain it begins when the block of its beacon is buried, so that a reorganisation
 * does not elect anew. Undefined while the height of that chain is not known.
 *
 * @see HINT-18
 */
export function epochOf ({ env, network: { beaconChain } }: EpochContext): number | undefined {
  if (beaconChain === undefined) return epochAt(env.nowMs)
  const height = env.heights[beaconChain]
  return height === undefined || height < BEACON_DEPTH ? undefined : Math.floor((height - BEACON_DEPTH) / EPOCH_BLOCKS[beaconChain])
}

/** Whether a neighbour may take an epoch for the present one: clocks differ a little, and so do tips. */
export function isPresent (context: EpochContext, epoch: number): boolean {
  const { env: { nowMs }, network: { beaconChain } } = context
  if (beaconChain === undefined) return epoch === epochAt(nowMs - FUTURE_MAX_MS) || epoch === epochAt(nowMs + FUTURE_MAX_MS)
  return Math.abs(epoch - (epochOf(context) ?? -Infinity)) <= 1
}
