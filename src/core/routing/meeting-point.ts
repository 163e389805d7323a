import { toHex } from '../base/bytes.js'
import type { MeetingPointId } from '../base/ids.js'
import { isFault, refuse, type Refusal } from '../base/step.js'
import { taggedHash } from '../base/hash.js'
import { encodeLayout, u32 } from '../base/struct.js'
import { mulG, scalarOf } from '../crypto/curve.js'
import { ANNOUNCEMENT_VERSION, entryOf, judgeAnnouncement, readAnnouncement, signAnnouncement, worstOf, type Announcement } from './announcement.js'
import { epochAt } from './election.js'
import type { RoutingHost } from './host.js'
import { ANNOUNCEMENT_LIFE_MAX_MS, ANNOUNCEMENT_SPACING_MS, ANNOUNCE_DELAY_MS, MEETING_POINTS_MAX } from './limits.js'
import { startOwn, stopOwn } from './own-vector.js'
import { PACING } from './pacing.js'
import type { Vector } from './vector.js'
import { countAsAnnounced, replaceVector } from './vectors.js'

const announceKey = (id: MeetingPointId): string => `routing/announce/${id}`

/** Makes this node a meeting point; gives the one it is already. */
export function hostMeetingPoint (host: RoutingHost): { readonly id: MeetingPointId } | Refusal {
  const { hosted, roleCounter, neighbours } = host.tables
  const [present] = hosted.values()
  if (present !== undefined) return { id: present.id }
  const index = roleCounter.get('all')?.next ?? 0
  const id = toHex(mulG(roleSecret(host, index))) as MeetingPointId
  roleCounter.set('all', { next: index + 1 })
  hosted.set(id, { id, index, startedMs: host.env.nowMs })
  for (const asset of new Set([...neighbours.values()].map((neighbour) => neighbour.asset))) startOwn(host, asset, id)
  announce(host, id)
  host.notify({ type: 'meeting-point:hosted', id })
  return { id }
}

/** Ends one meeting point hosted here, or all, and says so to the network. */
export function stopMeetingPoint (host: RoutingHost, id: MeetingPointId | undefined): { readonly ids: readonly MeetingPointId[] } | Refusal {
  const { hosted, announced } = host.tables
  if (id !== undefined && !hosted.has(id)) return refuse('not-found', { what: 'meeting point hosted here', id })
  const ids = id === undefined ? [...hosted.values()].map((role) => role.id) : [id]
  for (const each of ids) {
    publishAnnouncement(host, each, true) // HINT-14
    hosted.delete(each)
    announced.delete(each)
    host.clearTimer(announceKey(each))
    stopOwn(host, each)
    host.notify({ type: 'meeting-point:stopped', id: each })
  }
  return { ids }
}

/** Role-key secrets, 32 bytes, of the meeting points hosted here. */
export function hostedSecrets (host: Pick<RoutingHost, 'tables' | 'identitySecret' | 'network'>): ReadonlyMap<MeetingPointId, Uint8Array> {
  return new Map([...host.tables.hosted.values()].map(({ id, index }) => [id, roleSecret(host, index)]))
}

/** A validated announcement, from the topic or from the DHT. Judged again: another may have come in between. */
export function applyAnnouncement (host: RoutingHost, bytes: Uint8Array): void {
  if (judgeAnnouncement(host, bytes) !== 'accept') return
  const read = readAnnouncement(bytes)
  if (isFault(read)) return
  const { roster, vectors } = host.tables
  const entry = entryOf(read.announcement)
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
  announceAt(host, id, host.env.nowMs + PACING[host.pacing].announceMs)
}

/** Somebody new is connected who may not have heard of the meeting points here. */
export function announceSoon (host: RoutingHost): void {
  const { nowMs } = host.env
  for (const id of [...host.tables.hosted.values()].map((role) => role.id)) {
    const last = host.tables.announced.get(id)
    const atMs = Math.max(nowMs + ANNOUNCE_DELAY_MS, (last?.atMs ?? -Infinity) + ANNOUNCEMENT_SPACING_MS) // HINT-16
    if (last === undefined || last.nextMs > atMs || last.nextMs < nowMs) announceAt(host, id, atMs)
  }
}

function announceAt (host: RoutingHost, id: MeetingPointId, nextMs: number): void {
  host.tables.announced.set(id, { atMs: host.tables.announced.get(id)?.atMs ?? -Infinity, nextMs })
  host.setTimer(announceKey(id), nextMs)
}

function publishAnnouncement (host: RoutingHost, id: MeetingPointId, withdrawn: boolean): void {
  const role = host.tables.hosted.get(id)
  if (role === undefined) return
  const timeMs = Math.floor(host.env.nowMs)
  const announcement: Announcement = {
    version: ANNOUNCEMENT_VERSION, network: host.network.id, id, role: 'hosted', epoch: epochAt(timeMs), timeMs,
    expiryMs: timeMs + ANNOUNCEMENT_LIFE_MAX_MS, withdrawn
  }
  host.announce(signAnnouncement(announcement, roleSecret(host, role.index)))
  host.tables.announced.set(id, { atMs: timeMs, nextMs: host.tables.announced.get(id)?.nextMs ?? timeMs })
}

/** The role key is not the node's key, and the one does not tell the other. */
const roleSecret = (host: Pick<RoutingHost, 'identitySecret' | 'network'>, index: number): Uint8Array =>
  scalarOf(taggedHash('amiko/role-key', host.identitySecret, host.network.id, encodeLayout(u32, index)))

function withoutClaims (vector: Vector): Vector {
  const clear = (cells: Vector['to']): Vector['to'] => cells.map((cell) => cell.claims.length === 0 ? cell : { ...cell, claims: [] })
  return { ...vector, to: clear(vector.to), from: clear(vector.from) }
}
