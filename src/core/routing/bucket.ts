import { coin } from '../base/assets.js'
import { fromHex } from '../base/bytes.js'
import { numberBelow } from '../base/env.js'
import { taggedHash } from '../base/hash.js'
import type { AssetId } from '../base/ids.js'
import { BUCKETS } from './limits.js'
import type { Pacing } from './pacing.js'

/** Lowest threshold of coins, in thousandths of a satoshi: the top one is then 0.69 of a coin. */
const COIN_BASE = 64n
/** Of issued assets, whose smallest unit is worth something. */
const ISSUED_BASE = 1n
const coins = new Set((['btc', 'ltc'] as const).flatMap((code) => [coin(code, 'mainnet').id, coin(code, 'regtest').id]))

const coinThresholds = thresholdsFrom(COIN_BASE)
const issuedThresholds = thresholdsFrom(ISSUED_BASE)

function thresholdsFrom (base: bigint): readonly bigint[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => base * 4n ** BigInt(bucket))
}

/** Thresholds of an asset's buckets, in smallest units, the same for every node. @see HINT-2 */
export const thresholdsOf = (asset: AssetId): readonly bigint[] => coins.has(asset) ? coinThresholds : issuedThresholds

/** The bucket whose promise covers an amount: 0 to BUCKETS − 1, or BUCKETS when none does. @see HINT-2 */
export function bucketOf (asset: AssetId, amount: bigint): number {
  const thresholds = thresholdsOf(asset)
  const bucket = thresholds.findIndex((threshold) => threshold >= amount)
  return bucket < 0 ? BUCKETS : bucket
}

/**
 * How many buckets a channel reaches that can carry `capacity`.
 *
 * @param marginPermille - share of a threshold that is enough, so that the moment of crossing tells no balance
 * @see HINT-3
 */
export function levelOf (asset: AssetId, capacity: bigint, marginPermille: number): number {
  const margin = BigInt(marginPermille)
  let level = 0
  for (const threshold of thresholdsOf(asset)) {
    if (capacity * 1_000n < threshold * margin) break
    level++
  }
  return level
}

/** This node's own margin of an asset: secret, and the same after a restart. @see HINT-3 */
export function marginOf (pacing: Pacing, identitySecret: Uint8Array, asset: AssetId): number {
  const spread = 1_000 - pacing.marginPermilleMin
  return 1_000 - numberBelow(taggedHash('amiko/hint/margin', identitySecret, fromHex(asset)), spread + 1)
}
