import { fromHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { MeetingPointId } from '../base/ids.js'

/** Weight of a meeting point that is hosted on request and that nobody attests. @see HINT-18 */
export const HOSTED_WEIGHT = 1

/** Weight of a candidate: each attested neighbour counts with the logarithm of its capacity. @see HINT-18 */
export const weightOf = (attestations: ReadonlyArray<{ readonly bucket: number }>): number =>
  Math.max(HOSTED_WEIGHT, attestations.reduce((sum, { bucket }) => sum + bucket + 1, 0))

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
