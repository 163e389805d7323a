import { numberBelow } from '../base/env.js'
import { fromHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { AssetId, MeetingPointId } from '../base/ids.js'
import type { RoutingHost } from './host.js'
import { PACING } from './pacing.js'
import { firstOfSlot, slotAt } from './sequence.js'
import { vectorKey, type HostedPoint } from './tables.js'
import { newVector } from './vector.js'
import { replaceVector } from './vectors.js'

/** A meeting point that is hosted on request counts from a secret 0 to 2, so that its neighbours cannot tell. */
const STARTS = 3

/** Makes the vectors of the meeting points hosted here in one asset. */
export function ownVectors (host: RoutingHost, asset: AssetId): void {
  for (const { id } of [...host.tables.hosted.values()]) startOwn(host, asset, id)
}

/** This node begins to answer for a meeting point in one asset. @see HINT-13 */
export function startOwn (host: RoutingHost, asset: AssetId, id: MeetingPointId): void {
  const known = host.tables.vectors.get(vectorKey(asset, id)) ?? newVector(asset, id)
  if (known.own !== undefined) return
  const sequence = firstOfSlot(slotAt(PACING[host.pacing], host.env.nowMs)) // HINT-5
  replaceVector(host, known, { ...known, own: { hops: startOf(host.identitySecret, id, host.tables.hosted.get(id)?.role), sequence } })
}

/** The node no longer answers for it. */
export function stopOwn (host: RoutingHost, id: MeetingPointId): void {
  for (const vector of [...host.tables.vectors.values()]) {
    if (vector.meetingPoint === id && vector.own !== undefined) replaceVector(host, vector, { ...newVector(vector.asset, id) })
  }
}

/** A new slot: every meeting point hosted here takes its first number. @see HINT-5 */
export function renewOwn (host: RoutingHost): void {
  const sequence = firstOfSlot(slotAt(PACING[host.pacing], host.env.nowMs))
  for (const vector of [...host.tables.vectors.values()]) {
    if (vector.own !== undefined && vector.own.sequence < sequence) replaceVector(host, vector, { ...vector, own: { ...vector.own, sequence } })
  }
}

/**
 * The number of hops that a meeting point adds to its distances: a secret one, unless it is elected. Then its neighbours
 * attested it, so there is nothing to hide from them.
 *
 * @see HINT-13
 */
export const startOf = (identitySecret: Uint8Array, id: MeetingPointId, role?: HostedPoint['role']): number =>
  role === 'elected' ? 0 : numberBelow(taggedHash('amiko/hint/start', identitySecret, fromHex(id)), STARTS)
