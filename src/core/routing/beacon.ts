import { fromHex, type Hex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import { encodeLayout, u32 } from '../base/struct.js'
import type { EpochContext } from './epoch.js'
import type { BeaconChain, RoutingHost } from './host.js'
import { BEACONS_KEPT, EPOCH_BLOCKS } from './limits.js'
import type { RoutingTables } from './tables.js'

/**
 * What makes the tickets of an epoch: 32 bytes that no candidate chose.
 *
 * @param blockHash - of the block that begins the epoch, 32 bytes as people write them; left out when the network's
 *   beacon is its genesis
 * @see HINT-18
 */
export const beaconOf = (networkId: Uint8Array, epoch: number, blockHash: Uint8Array = new Uint8Array(0)): Uint8Array =>
  taggedHash('amiko/hint/beacon', networkId, encodeLayout(u32, epoch), blockHash)

/** The beacon of an epoch; undefined when this node has not seen its block. */
export function beaconFor (context: EpochContext & { readonly tables: Pick<RoutingTables, 'beacons'> }, epoch: number): Uint8Array | undefined {
  const { network, tables } = context
  if (network.beaconChain === undefined) return beaconOf(network.id, epoch)
  const block = tables.beacons.get(String(epoch))
  return block === undefined ? undefined : beaconOf(network.id, epoch, block.hash)
}

/** A block was connected; those at which epochs begin are kept. The block of another branch takes the place. @see HINT-18 */
export function noteBlock (host: Pick<RoutingHost, 'network' | 'tables'>, chain: BeaconChain, block: { readonly height: number, readonly hash: Hex }): void {
  if (chain !== host.network.beaconChain || block.height % EPOCH_BLOCKS[chain] !== 0) return
  const { beacons } = host.tables
  beacons.set(String(block.height / EPOCH_BLOCKS[chain]), { hash: fromHex(block.hash) })
  for (const [oldest] of [...beacons.entries()].sort(([a], [b]) => Number(a) - Number(b))) {
    if (beacons.size <= BEACONS_KEPT) return
    beacons.delete(oldest)
  }
}
