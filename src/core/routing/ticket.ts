import { fromHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { MeetingPointId } from '../base/ids.js'
import { ATTESTATIONS_MAX, ATTESTERS_MAX, WORTH_MAX } from './limits.js'

/** Weight of a meeting point that is hosted on request and that nobody attests. @see HINT-18 */
export const HOSTED_WEIGHT = 1

/** What weighing needs of an attestation. */
export interface Attested {
  /** 32 bytes. */
  readonly key: Uint8Array
  readonly bucket: number
}

/**
 * Weight of a candidate: what its neighbours count together, squared. An announcement that is full holds those
 * attestations of which the lots are lowest, and the last of them tells how many more there are, as tickets tell the
 * number of candidates. So a sample of eight stands for all, and nobody needs to see the others.
 *
 * @see HINT-18
 */
export function weightOf (id: MeetingPointId, attestations: readonly Attested[]): number {
  let sum = 0
  if (attestations.length < ATTESTATIONS_MAX) for (const { bucket } of attestations) sum += worthOf(bucket)
  else {
    const drawn = attestations.map((attested) => ({ worth: worthOf(attested.bucket), lot: lotOf(id, attested) })).sort((a, b) => a.lot - b.lot)
    const last = drawn[ATTESTATIONS_MAX - 1]!.lot
    for (const { worth } of drawn.slice(0, ATTESTATIONS_MAX - 1)) sum += worth / -Math.expm1(-worth * last)
  }
  return Math.max(HOSTED_WEIGHT, Math.min(sum, ATTESTERS_MAX * WORTH_MAX) ** 2)
}

/** As many neighbours as a weight stands for, when all count as much as one can. @see HINT-24 */
export const neighboursOf = (weight: number): number => Math.sqrt(weight) / WORTH_MAX

/** The attestations that an announcement holds: of the lowest lots. @see HINT-18 */
export const lowestLots = <T extends Attested>(id: MeetingPointId, attestations: readonly T[], count: number): readonly T[] =>
  attestations.length <= count ? attestations : attestations.map((attested) => ({ attested, lot: lotOf(id, attested) })).sort((a, b) => a.lot - b.lot).slice(0, count).map(({ attested }) => attested)

/** What an attestation counts: dust little, and what carries a payment of a few hundred satoshi as much as a fortune. */
const worthOf = (bucket: number): number => Math.min(WORTH_MAX, bucket + 1)

/** −ln(H(id ‖ key) / 2²⁵⁶) / worth: the lowest of many lots is at a neighbour with a probability in proportion to what it counts. */
const lotOf = (id: MeetingPointId, { key, bucket }: Attested): number => lottery(taggedHash('amiko/hint/lot', fromHex(id), key)) / worthOf(bucket)

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
