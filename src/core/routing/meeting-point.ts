import { toHex } from '../base/bytes.js'
import type { MeetingPointId } from '../base/ids.js'
import { isFault, refuse, type Refusal } from '../base/step.js'
import { taggedHash } from '../base/hash.js'
import { encodeLayout, u32 } from '../base/struct.js'
import { mulG, scalarOf } from '../crypto/curve.js'
import { ANNOUNCEMENT_VERSION, placeOf, readAnnouncement, signAnnouncement, type Announcement } from './announcement.js'
import { attestationsFor } from './attesting.js'
import { epochOf } from './epoch.js'
import type { RoutingHost } from './host.js'
import { ANNOUNCEMENT_LIFE_MAX_MS, ANNOUNCEMENT_SPACING_MS, ANNOUNCE_DELAY_MS, MEETING_POINTS_MAX } from './limits.js'
import { startOwn, stopOwn } from './own-vector.js'
import { PACING } from './pacing.js'
import { worstOf } from './roster.js'
import type { HostedPoint } from './tables.js'
import { weightOf } from './ticket.js'
import type { Vector } from './vector.js'
import { countAsAnnounced, replaceVector } from './vectors.js'

const announceKey = (id: MeetingPointId): string => `routing/announce/${id}`

/** Makes this node a meeting point on request; gives the one it is already, which then stays until it is stopped. */
export function hostMeetingPoint (host: RoutingHost): { readonly id: MeetingPointId } | Refusal {
  const { hosted } = host.tables
  const [present] = hosted.values()
  if (present === undefined) return { id: beginMeetingPoint(host, 'hosted', 0) }
  if (present.role === 'elected') hosted.set(present.id, { ...present, role: 'hosted' })
  return { id: present.id }
}

/** Becomes a meeting point under the next role key. @param epoch - that it is elected for */
export function beginMeetingPoint (host: RoutingHost, role: HostedPoint['role'], epoch: number): MeetingPointId {
  const { candidate, hosted, roleCounter, neighbours } = host.tables
  const index = roleCounter.get('all')?.next ?? 0
  const id = toHex(mulG(roleSecret(host, index))) as MeetingPointId
  roleCounter.set('all', { next: index + 1 })
  candidate.delete('all')
  hosted.set(id, { id, index, startedMs: host.env.nowMs, role, epoch })
  for (const asset of new Set([...neighbours.values()].map((neighbour) => neighbour.asset))) startOwn(host, asset, id)
  announce(host, id)
  host.notify({ type: role === 'hosted' ? 'meeting-point:hosted' : 'meeting-point:elected', id })
  return id
}

/** Ends one meeting point hosted here, or all, and says so to the network. */
export function stopMeetingPoint (host: RoutingHost, id: MeetingPointId | undefined): { readonly ids: readonly MeetingPointId[] } | Refusal {
  const { hosted } = host.tables
  if (id !== undefined && !hosted.has(id)) return refuse('not-found', { what: 'meeting point hosted here', id })
  const ids = id === undefined ? [...hosted.values()].map((role) => role.id) : [id]
  for (const each of ids) endMeetingPoint(host, each)
  return { ids }
}

/** It says so, and answers for the id no more. @see HINT-14 */
export function endMeetingPoint (host: RoutingHost, id: MeetingPointId): void {
  const { hosted, announced } = host.tables
  publishAnnouncement(host, id, true) // HINT-14
  hosted.delete(id)
  announced.delete(id)
  host.clearTimer(announceKey(id))
  stopOwn(host, id)
  host.ended?.(id)
  host.notify({ type: 'meeting-point:stopped', id })
}

/** Role-key secrets, 32 bytes, of the meeting points hosted here. */
export function hostedSecrets (host: Pick<RoutingHost, 'tables' | 'identitySecret' | 'network'>): ReadonlyMap<MeetingPointId, Uint8Array> {
  return new Map([...host.tables.hosted.values()].map(({ id, index }) => [id, roleSecret(host, index)]))
}

/** A validated announcement, from the topic or from the DHT. What depends on time is judged again: another may have come in between. */
export function applyAnnouncement (host: RoutingHost, bytes: Uint8Array): void {
  const read = readAnnouncement(bytes)
  if (isFault(read)) return
  const entry = placeOf(host, read.announcement)
  if (typeof entry === 'string') return
  const { roster, vectors } = host.tables
  const { id } = entry
  if (!roster.has(id) && roster.size >= MEETING_POINTS_MAX) roster.delete(worstOf(roster)!.id) // HINT-17
  const known = roster.get(id)
  roster.set(id, entry)
  if (entry.withdrawn) {
    for (const vector of [...vectors.values()]) {
      // Its own word ends it at once; what this node had advertised is remembered, so that no echo comes back.
      if (vector.meetingPoint === id) replaceVector(host, vector, withoutClaims(vector))
    }
    host.notify({ type: 'meeting-point:withdrawn', id })
    return
  }
  countAsAnnounced(host, id)
  if (known === undefined || known.withdrawn) host.notify({ type: 'meeting-point:announced', id })
}

/** Announces now, and again in a while. */
export function announce (host: RoutingHost, id: MeetingPointId): void {
  if (!host.tables.hosted.has(id)) return
  publishAnnouncement(host, id, false)
  announceAt(host, id, host.env.nowMs + spacingMs(host, id, PACING[host.pacing].announceMs))
}

/** A new one is told often, since its network may still be coming together; who comes later is told what was announced before. */
function spacingMs (host: RoutingHost, id: MeetingPointId, leastMs: number): number {
  const { startedMs } = host.tables.hosted.get(id)!
  return Math.max(leastMs, Math.min(PACING[host.pacing].announceMsMax, host.env.nowMs - startedMs))
}

/** Somebody new is connected who may not have heard of the meeting points here, nor those behind it. */
export function announceSoon (host: RoutingHost): void {
  const { nowMs } = host.env
  for (const id of [...host.tables.hosted.values()].map((role) => role.id)) {
    const last = host.tables.announced.get(id)
    // Whoever was alone told nobody.
    const leastMs = host.tables.neighbours.size === 0 ? ANNOUNCEMENT_SPACING_MS : spacingMs(host, id, ANNOUNCEMENT_SPACING_MS)
    const atMs = Math.max(nowMs + ANNOUNCE_DELAY_MS, (last?.atMs ?? -Infinity) + leastMs) // HINT-16
    if (last === undefined || last.nextMs > atMs || last.nextMs < nowMs) announceAt(host, id, atMs)
  }
}

/** Sets when it announces itself next. */
export function announceAt (host: RoutingHost, id: MeetingPointId, nextMs: number): void {
  const last = host.tables.announced.get(id)
  host.tables.announced.set(id, { atMs: last?.atMs ?? -Infinity, nextMs, weight: last?.weight ?? 0 })
  host.setTimer(announceKey(id), nextMs)
}

function publishAnnouncement (host: RoutingHost, id: MeetingPointId, withdrawn: boolean): void {
  const role = host.tables.hosted.get(id)
  const epoch = epochOf(host)
  if (role === undefined || epoch === undefined) return
  const attestations = withdrawn ? [] : attestationsFor(host, id, epoch)
  // HINT-25: of an epoch for which it was not elected it says nothing; what it said before holds until it ends.
  if (role.role === 'elected' && !withdrawn && (role.epoch !== epoch || attestations.length === 0)) return
  const timeMs = Math.floor(host.env.nowMs)
  const announcement: Announcement = {
    version: ANNOUNCEMENT_VERSION, network: host.network.id, id, role: role.role, epoch, timeMs,
    expiryMs: timeMs + ANNOUNCEMENT_LIFE_MAX_MS, withdrawn, attestations
  }
  host.announce(signAnnouncement(announcement, roleSecret(host, role.index)))
  host.tables.announced.set(id, { atMs: timeMs, nextMs: host.tables.announced.get(id)?.nextMs ?? timeMs, weight: weightOf(id, attestations) })
}

/** The role key is not the node's key, and the one does not tell the other. @see HINT-21 */
export const roleSecret = (host: Pick<RoutingHost, 'identitySecret' | 'network'>, index: number): Uint8Array =>
  scalarOf(taggedHash('amiko/role-key', host.identitySecret, host.network.id, encodeLayout(u32, index)))

function withoutClaims (vector: Vector): Vector {
  const clear = (cells: Vector['to']): Vector['to'] => cells.map((cell) => cell.claims.length === 0 ? cell : { ...cell, claims: [] })
  return { ...vector, to: clear(vector.to), from: clear(vector.from) }
}
