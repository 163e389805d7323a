import type { MeetingPointId, PeerId } from '../base/ids.js'
import { bytesOf, hexOf, struct, text, u32, u8, type ValueOf } from '../base/struct.js'
import { signSchnorr, verifySchnorr } from '../crypto/schnorr.js'
import type { HintRecord, HintStep } from '../link/messages.js'
import { isPresent } from './epoch.js'
import type { RoutingHost } from './host.js'
import { UNLICENSED_HOPS } from './limits.js'
import { licenceKey } from './tables.js'
import { DIRECTIONS, withClaims, type Usable, type Vector } from './vector.js'

/** What an elected meeting point signs: that a node, named by its peer id, is so near. @see HINT-29 */
export const licenceStruct = struct('amiko/meeting-point/licence', {
  /** First 8 bytes of the hash of the network's genesis struct. */
  network: bytesOf(8),
  id: hexOf<MeetingPointId>(33),
  epoch: u32,
  /** The smallest distance that the peer may say: 1 at the meeting point itself, 2 beside it. */
  hops: u8,
  peer: text<PeerId>(64)
})
export type LicenceTerms = ValueOf<typeof licenceStruct>

export const license = (terms: LicenceTerms, roleSecret: Uint8Array): Uint8Array => signSchnorr(licenceStruct.hash(terms), roleSecret)

export const isLicence = (terms: LicenceTerms, signature: Uint8Array, roleKey: Uint8Array): boolean =>
  verifySchnorr(signature, licenceStruct.hash(terms), roleKey)

/** Whether licences of an epoch hold: those of the present one, and of the one before, since a meeting point serves to its end. */
export const isLicenceEpoch = (host: Pick<RoutingHost, 'env' | 'network'>, epoch: number): boolean => isPresent(host, epoch) || isPresent(host, epoch + 1)

type Licensed = Pick<RoutingHost, 'env' | 'network' | 'tables'>

/** The smallest distance that a neighbour's claims count as. Who is hosted on request hides, so nobody can be licensed by it. @see HINT-30 */
export function leastHops (host: Licensed, peer: PeerId, id: MeetingPointId): number {
  if (host.tables.roster.get(id)?.role !== 'elected') return 1
  const licence = host.tables.licences.get(licenceKey(peer, id))
  return licence !== undefined && isLicenceEpoch(host, licence.epoch) ? licence.hops : UNLICENSED_HOPS
}

/** A record as it is believed. @see HINT-30 */
export function bounded<T extends Pick<HintRecord, 'meetingPoint' | 'to' | 'from'>> (host: Licensed, peer: PeerId, record: T): T {
  const least = leastHops(host, peer, record.meetingPoint)
  if (least === 1) return record
  const raise = (steps: readonly HintStep[]): readonly HintStep[] => steps.map((step) => step.hops === undefined || step.hops >= least ? step : { ...step, hops: least })
  return { ...record, to: raise(record.to), from: raise(record.from) }
}

/** A vector whose claims are all as they are believed now: its meeting point was not known as elected before. @see HINT-30 */
export function boundedVector (host: Licensed, vector: Vector, usable: Usable): Vector {
  const nearer = new Set<PeerId>()
  for (const direction of DIRECTIONS) {
    for (const { claims } of vector[direction]) for (const { peer, hops } of claims) if (hops < UNLICENSED_HOPS && hops < leastHops(host, peer, vector.meetingPoint)) nearer.add(peer)
  }
  let next = vector
  for (const peer of nearer) {
    const said = (direction: 'to' | 'from'): readonly HintStep[] => vector[direction].map(({ claims }, bucket) => {
      const claim = claims.find((each) => each.peer === peer)
      return { bucket, hops: claim?.hops, sequence: claim?.sequence ?? 0 }
    })
    const record = bounded(host, peer, { meetingPoint: vector.meetingPoint, to: said('to'), from: said('from') })
    next = withClaims(next, peer, record, () => true, usable)
  }
  return next
}
