import { fromHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { MeetingPointId } from '../base/ids.js'
import { encodeLayout, u32 } from '../base/struct.js'
import { EPOCH_MS } from './limits.js'

/**
 * Who is a meeting point is decided without a vote: every candidate has a ticket that nobody can choose, and the
 * lowest tickets are the roster. Meeting points that are hosted on request have weight 1; candidates with attested
 * channels will have the weight of their capacity.
 */
export const HOSTED_WEIGHT = 1

export const epochAt = (timeMs: number): number => Math.floor(timeMs / EPOCH_MS)

/** What makes the tickets of an epoch, for a network without a chain: 32 bytes. @see HINT-18 */
export const beaconOf = (networkId: Uint8Array, epoch: number): Uint8Array => taggedHash('amiko/hint/beacon', networkId, encodeLayout(u32, epoch))

/**
 * −ln(H(beacon ‖ id) / 2²⁵⁶) / weight: smaller is better. The lowest of many such tickets is at a candidate with a
 * probability in proportion to its weight.
 *
 * @param weight - above 0
 * @see HINT-18
 */
export function ticketOf (beacon: Uint8Array, id: MeetingPointId, weight: number): number {
  const hash = taggedHash('amiko/hint/ticket', beacon, fromHex(id))
  // 53 bits are all that a number holds; half a step is added, so that the logarithm is always of something above 0.
  let fraction = 0.5
  for (let i = 0; i < 6; i++) fraction += hash[i]! * 2 ** (8 * (5 - i))
  return -Math.log(fraction / 2 ** 48) / weight
}
