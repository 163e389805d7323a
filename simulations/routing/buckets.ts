import { coin } from '../../src/core/base/assets.js'
import { thresholdsOf } from '../../src/core/routing/bucket.js'

/** The asset of all studies: a coin's buckets, whatever the unit of the file is called. */
export const ASSET = coin('btc', 'regtest').id
/** Thresholds of its buckets as numbers; they are exact. */
export const THRESHOLDS: readonly number[] = thresholdsOf(ASSET).map(Number)
