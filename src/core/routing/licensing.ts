import { fromHex } from '../base/bytes.js'
import type { MeetingPointId, PeerId } from '../base/ids.js'
import type { LicenceMessage } from '../link/messages.js'
import { neighbourPeers } from './attesting.js'
import type { RoutingHost } from './host.js'
import { isLicence, isLicenceEpoch, license } from './licence.js'
import { FALSE_LICENCES_MAX, LICENCES_MAX, LICENCES_PER_NEIGHBOUR_MAX, LICENCE_COST, UNLICENSED_HOPS } from './limits.js'
import { roleSecret } from './meeting-point.js'
import { ignore, spendCredit } from './receive.js'
import { licenceKey, type HostedPoint, type OwnLicence } from './tables.js'
import { DIRECTIONS } from './vector.js'

/** Shows a neighbour how near this node is to meeting points, before it says so in hints. @see HINT-29 */
export function showLicences (host: RoutingHost, peer: PeerId): void {
  for (const role of host.tables.hosted.values()) if (role.role === 'elected') show(host, peer, licenceAsHost(host, role))
  for (const licence of [...host.tables.ownLicences.values()]) if (licence.hops === 2) show(host, peer, licence)
}

/** The meeting points here have been elected, or elected again: their neighbours hear of it. @see HINT-29 */
export function renewLicences (host: RoutingHost): void {
  for (const role of [...host.tables.hosted.values()]) {
    if (role.role !== 'elected' || host.tables.ownLicences.get(role.id)?.epoch === role.epoch) continue
    const licence = licenceAsHost(host, role)
    for (const peer of neighbourPeers(host)) show(host, peer, licence)
  }
}

/** A neighbour shows how near it is; a meeting point licenses this node too, which then shows that to its others. @see HINT-29, HINT-30 */
export function onLicence (host: RoutingHost, peer: PeerId, { meetingPoint: id, epoch, hops, proof, next }: LicenceMessage): void {
  const { licences, ignored } = host.tables
  if (!spendCredit(host, peer, LICENCE_COST)) return // HINT-12
  const key = licenceKey(peer, id)
  const known = licences.get(key)
  if (known !== undefined && known.epoch >= epoch && known.hops <= hops) return
  const full = known === undefined && (licences.size >= LICENCES_MAX || licences.group(peer).size >= LICENCES_PER_NEIGHBOUR_MAX)
  const terms = { network: host.network.id, id, epoch }
  const roleKey = fromHex(id)
  if (full || host.tables.hosted.has(id) || !isLicenceEpoch(host, epoch) ||
    (ignored.get(peer)?.['HINT-29'] ?? 0) >= FALSE_LICENCES_MAX || // each costs a verification
    !isLicence({ ...terms, hops, peer }, proof, roleKey)) {
    ignore(host, peer, 'HINT-29', 'a licence that does not hold')
    return
  }
  licences.set(key, { peer, epoch, hops })
  if (next !== undefined && isLicence({ ...terms, hops: 2, peer: host.self }, next, roleKey)) {
    const licence: OwnLicence = { id, epoch, hops: 2, proof: next }
    host.tables.ownLicences.set(id, licence)
    for (const other of neighbourPeers(host)) if (other !== peer) show(host, other, licence)
  }
  askWhatWasRaised(host, peer, id)
}

/** Forgets what is of epochs gone by. */
export function forgetLicences (host: RoutingHost): void {
  const { licences, ownLicences } = host.tables
  for (const [key, { epoch }] of [...licences.entries()]) if (!isLicenceEpoch(host, epoch)) licences.delete(key)
  for (const [id, { epoch }] of [...ownLicences.entries()]) if (!isLicenceEpoch(host, epoch)) ownLicences.delete(id)
}

/** The licence of a meeting point for the node that it is at. */
function licenceAsHost (host: RoutingHost, { id, index, epoch }: HostedPoint): OwnLicence {
  const known = host.tables.ownLicences.get(id)
  if (known?.hops === 1 && known.epoch === epoch) return known
  const proof = license({ network: host.network.id, id, epoch, hops: 1, peer: host.self }, roleSecret(host, index))
  const licence: OwnLicence = { id, epoch, hops: 1, proof }
  host.tables.ownLicences.set(id, licence)
  return licence
}

function show (host: RoutingHost, peer: PeerId, { id, epoch, hops, proof }: OwnLicence): void {
  const role = host.tables.hosted.get(id)
  if (hops === 2) {
    // To the meeting point itself it says nothing, and a light node says no such distance. HINT-28
    if (host.duty !== 'light' && host.tables.licences.get(licenceKey(peer, id))?.hops !== 1) host.send(peer, { type: 'licence', meetingPoint: id, epoch, hops, proof, next: undefined })
  } else if (role !== undefined) {
    const next = license({ network: host.network.id, id, epoch, hops: 2, peer }, roleSecret(host, role.index))
    host.send(peer, { type: 'licence', meetingPoint: id, epoch, hops, proof, next })
  }
}

/** Hints that came before the licence count as farther than they said: they are asked for once more. */
function askWhatWasRaised (host: RoutingHost, peer: PeerId, id: MeetingPointId): void {
  for (const vector of [...host.tables.vectors.values()]) {
    if (vector.meetingPoint !== id) continue
    const raised = DIRECTIONS.some((direction) => vector[direction].some(({ claims }) => claims.some((claim) => claim.peer === peer && claim.hops === UNLICENSED_HOPS)))
    if (raised) host.send(peer, { type: 'hintRequest', asset: vector.asset, meetingPoint: id, sequence: 0, hopsLeft: 0 })
  }
}
