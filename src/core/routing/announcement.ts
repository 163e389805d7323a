import { concatBytes, fromHex, toHex } from '../base/bytes.js'
import type { Env } from '../base/env.js'
import type { MeetingPointId } from '../base/ids.js'
import { fault, isFault, type Fault } from '../base/step.js'
import { bool, bytesOf, hexOf, LayoutError, list, oneOf, struct, u32, u48, u8, type ValueOf } from '../base/struct.js'
import { isPoint } from '../crypto/curve.js'
import { signSchnorr, verifySchnorr } from '../crypto/schnorr.js'
import { attestationLayout, isAttestation, keysRise } from './attestation.js'
import { beaconFor } from './beacon.js'
import { epochAt, isPresent } from './epoch.js'
import type { BeaconChain } from './host.js'
import { ANNOUNCEMENT_BYTES_MAX, ANNOUNCEMENT_LIFE_MAX_MS, ANNOUNCEMENT_SPACING_MS, ATTESTATIONS_MAX, FUTURE_MAX_MS, MEETING_POINTS_MAX } from './limits.js'
import { rosterStateOf, worstOf } from './roster.js'
import type { RosterEntry, RoutingTables } from './tables.js'
import { ticketOf, weightOf } from './ticket.js'

/**
 * What a meeting point says of itself, signed with its role key. The same bytes stand on the topic and in the DHT:
 * the struct, then the 64-byte signature of its hash. They are canonical, so one statement is one byte string.
 *
 * @see HINT-14
 */
export const announcementStruct = struct('amiko/meeting-point/announcement', {
  version: u8,
  /** First 8 bytes of the hash of the network's genesis struct. */
  network: bytesOf(8),
  id: hexOf<MeetingPointId>(33),
  /** How it came to its role: `hosted` on request, or `elected`. */
  role: oneOf('hosted', 'elected'),
  epoch: u32,
  /** When it was made, and its sequence number: milliseconds since 1970. */
  timeMs: u48,
  expiryMs: u48,
  /** The meeting point ends. */
  withdrawn: bool,
  /** What its neighbours sign, in the order of their keys. */
  attestations: list(attestationLayout, ATTESTATIONS_MAX)
})
export type Announcement = ValueOf<typeof announcementStruct>
export const ANNOUNCEMENT_VERSION = 1
const SIGNATURE_BYTES = 64

/** Signs an announcement. @param secret - of the role key whose point is `announcement.id` */
export function signAnnouncement (announcement: Announcement, secret: Uint8Array): Uint8Array {
  return concatBytes(announcementStruct.encode(announcement), signSchnorr(announcementStruct.hash(announcement), secret))
}

/** Reads an announcement without judging its time or signature. Total: any bytes give a value or a fault. */
export function readAnnouncement (bytes: Uint8Array): { readonly announcement: Announcement, readonly signature: Uint8Array } | Fault {
  if (bytes.length > ANNOUNCEMENT_BYTES_MAX || bytes.length < SIGNATURE_BYTES) return fault('HINT-14', `an announcement of ${bytes.length} bytes`)
  const end = bytes.length - SIGNATURE_BYTES
  try {
    const announcement = announcementStruct.decode(bytes.subarray(0, end))
    if (announcement.version !== ANNOUNCEMENT_VERSION) return fault('HINT-14', `version ${announcement.version}`)
    return { announcement, signature: bytes.slice(end) }
  } catch (error) {
    if (error instanceof LayoutError) return fault('HINT-14', error.message)
    throw error
  }
}

/** What judging needs of a node. */
export interface AnnouncementContext {
  readonly env: Env
  readonly network: { readonly id: Uint8Array, readonly beaconChain?: BeaconChain | undefined }
  readonly tables: Pick<RoutingTables, 'roster' | 'rosterState' | 'hosted' | 'beacons'>
}

/**
 * What a validator says of announcement bytes; changes nothing. `reject`: provably bad, counted against whoever sent
 * it on. `ignore`: stale, a duplicate, or not for us. What is cheap to find is looked at first, curve work last.
 *
 * @see HINT-15, HINT-16
 */
export function judgeAnnouncement (context: AnnouncementContext, bytes: Uint8Array): 'accept' | 'ignore' | 'reject' {
  if (bytes.length > 0 && bytes[0] !== ANNOUNCEMENT_VERSION) return 'ignore' // HINT-16: a later version is nobody's fault
  const read = readAnnouncement(bytes)
  if (isFault(read)) return 'reject' // HINT-15
  const { announcement, signature } = read
  const { id, epoch, timeMs, expiryMs, attestations } = announcement
  const { network } = context
  if (toHex(announcement.network) !== toHex(network.id)) return 'reject' // HINT-15: another network has another topic
  if (network.beaconChain === undefined && epoch !== epochAt(timeMs)) return 'reject' // HINT-15
  if (expiryMs <= timeMs || expiryMs - timeMs > ANNOUNCEMENT_LIFE_MAX_MS) return 'reject' // HINT-15
  if (!keysRise(attestations) || (announcement.role === 'elected' && attestations.length === 0 && !announcement.withdrawn)) return 'reject' // HINT-26
  // HINT-15 asks for the signatures of everything else, but what is ignored either way costs no curve work.
  const place = placeOf(context, announcement)
  if (place === 'ignore') return 'ignore' // HINT-16
  const key = fromHex(id)
  if (!isPoint(key) || !verifySchnorr(signature, announcementStruct.hash(announcement), key)) return 'reject' // HINT-15
  if (!attestations.every((attestation) => isAttestation({ network: network.id, id, epoch }, attestation))) return 'reject' // HINT-26
  return place === 'unknown' ? 'ignore' : 'accept'
}

/** What would be kept of an announcement; `ignore`, or `unknown` when it withdraws what is not known here. */
export function placeOf (context: AnnouncementContext, announcement: Announcement): RosterEntry | 'ignore' | 'unknown' {
  const { env: { nowMs }, tables: { roster, rosterState, hosted } } = context
  const { id, timeMs, expiryMs, epoch, withdrawn } = announcement
  // HINT-16: clocks differ, so what is only early or late is nobody's fault.
  if (timeMs > nowMs + FUTURE_MAX_MS || expiryMs <= nowMs || hosted.has(id)) return 'ignore' // HINT-16
  const known = roster.get(id)
  if (known !== undefined && timeMs <= known.timeMs) return 'ignore' // HINT-16: a replay
  if (withdrawn) return known === undefined ? 'unknown' : { ...known, timeMs, expiryMs, withdrawn }
  if (known !== undefined && timeMs < known.timeMs + ANNOUNCEMENT_SPACING_MS) return 'ignore' // HINT-16
  if (context.network.beaconChain !== undefined && !isPresent(context, epoch)) return 'ignore' // HINT-16: heights differ too
  const beacon = beaconFor(context, epoch)
  if (beacon === undefined) return 'ignore' // HINT-16: this node has not seen the block
  const entry = entryOf(announcement, beacon, known === undefined || known.withdrawn ? nowMs : known.heardMs)
  if (entry.ticket > rosterStateOf({ rosterState }).ticketMax) return 'ignore' // HINT-24
  if (known === undefined && roster.size >= MEETING_POINTS_MAX && worstOf(roster)!.ticket <= entry.ticket) return 'ignore' // HINT-17
  return entry
}

/** What is kept of an announcement. @param heardMs - when it was first heard of */
export function entryOf ({ id, role, epoch, timeMs, expiryMs, withdrawn, attestations }: Announcement, beacon: Uint8Array, heardMs: number): RosterEntry {
  const weight = weightOf(id, attestations)
  return { id, role, epoch, timeMs, expiryMs, withdrawn, weight, attestations: attestations.length, heardMs, ticket: ticketOf(beacon, id, weight) }
}
