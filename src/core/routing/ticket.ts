import { fromHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { MeetingPointId } from '../base/ids.js'
import { ATTESTATIONS_FULL, ATTESTATIONS_MAX, ATTESTERS_MAX } from './limits.js'

/** Weight of a meeting point that is hosted on request and that nobody attests. @see HINT-18 */
export const HOSTED_WEIGHT = 1

/** What weighing needs of an attestation. */
export interface Attested {
  /** 32 bytes. */
  readonly key: Uint8Array
  readonly bucket: number
}

/**
 * Weight of a candidate: the square of what its attested channels carry. An announcement that is full holds those
 * attestations of which the lots are lowest, and the last of them tells how many more there are, as tickets tell the
 * number of candidates. So a sample of eight stands for all, and nobody needs to see the others.
 *
 * @see HINT-18
 */
export function weightOf (id: MeetingPointId, attestations: readonly Attested[]): number {
  const capacities = attestations.map(({ bucket }) => capacityOf(bucket)).sort((a, b) => b - a)
  // HINT-18: one or two neighbours that say too much gain little.
  const most = Math.min(capacities[0] ?? 0, SPREAD * (capacities[ATTESTATIONS_FULL - 1] ?? Infinity))
  let sum = 0
  if (attestations.length < ATTESTATIONS_MAX) for (const capacity of capacities) sum += Math.min(most, capacity)
  else {
    const drawn = attestations.map((attested) => ({ capacity: capacityOf(attested.bucket), lot: lotOf(id, attested) })).sort((a, b) => a.lot - b.lot)
    const last = drawn[ATTESTATIONS_MAX - 1]!.lot
    for (const { capacity } of drawn.slice(0, ATTESTATIONS_MAX - 1)) sum += Math.min(most, capacity) / -Math.expm1(-capacity * last)
  }
  return Math.max(HOSTED_WEIGHT, Math.min(sum, ATTESTERS_MAX * most) ** 2)
}

/** The attestations that an announcement holds: of the lowest lots. @see HINT-18 */
export const lowestLots = <T extends Attested>(id: MeetingPointId, attestations: readonly T[], count: number): readonly T[] =>
  attestations.length <= count ? attestations : attestations.map((attested) => ({ attested, lot: lotOf(id, attested) })).sort((a, b) => a.lot - b.lot).slice(0, count).map(({ attested }) => attested)

/** The threshold that a bucket promises, in units of the lowest. */
const capacityOf = (bucket: number): number => 4 ** bucket
/** An attestation counts at most this many times the third heaviest. */
const SPREAD = 4

/** −ln(H(id ‖ key) / 2²⁵⁶) / capacity: the lowest of many lots is at a channel with a probability in proportion to what it carries. */
const lotOf = (id: MeetingPointId, { key, bucket }: Attested): number => lottery(taggedHash('amiko/hint/lot', fromHex(id), key)) / capacityOf(bucket)

/**
 * −ln(H(beacon ‖ id) / 2²⁵⁶) / weight: smaller is better. The lowest of many such tickets is at a candidate with a
 * probability in proportion to its weight.
 *
 * @param weight - above 0
 * @see HINT-18
 */
export const ticketOf = (beacon: Uint8Array, id: MeetingPointId, weight: number): number =>
  lottery(taggedHash('amiko/hint/ticket', beacon, fromHex(id))) / weight

/** −ln(hash / 2²⁵⁶). */
function lottery (hash: Uint8Array): number {
  // 48 bits are enough; half a step is added, so that the logarithm is always of something above 0.
  let fraction = 0.5
  for (let i = 0; i < 6; i++) fraction += hash[i]! * 2 ** (8 * (5 - i))
  return -Math.log(fraction / 2 ** 48)
}
