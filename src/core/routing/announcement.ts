import { concatBytes, fromHex, toHex } from '../base/bytes.js'
import type { Env } from '../base/env.js'
import type { MeetingPointId } from '../base/ids.js'
import { fault, isFault, type Fault } from '../base/step.js'
import { bool, bytesOf, hexOf, LayoutError, oneOf, struct, u32, u48, u8, type ValueOf } from '../base/struct.js'
import { isPoint } from '../crypto/curve.js'
import { signSchnorr, verifySchnorr } from '../crypto/schnorr.js'
import { beaconOf, epochAt, HOSTED_WEIGHT, ticketOf } from './election.js'
import { ANNOUNCEMENT_BYTES_MAX, ANNOUNCEMENT_LIFE_MAX_MS, ANNOUNCEMENT_SPACING_MS, FUTURE_MAX_MS, MEETING_POINTS_MAX } from './limits.js'
import type { RosterEntry, RoutingTables } from './tables.js'

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
  /** How it came to its role: `hosted` on request. Elected ones will follow with their attestations. */
  role: oneOf('hosted'),
  epoch: u32,
  /** When it was made, and its sequence number: milliseconds since 1970. */
  timeMs: u48,
  expiryMs: u48,
  /** The meeting point ends. */
  withdrawn: bool
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
  readonly network: { readonly id: Uint8Array }
  readonly tables: Pick<RoutingTables, 'roster' | 'hosted'>
}

/**
 * What a validator says of announcement bytes; changes nothing. `reject`: provably bad, counted against whoever sent
 * it on. `ignore`: stale, a duplicate, or not for us.
 *
 * @see HINT-15, HINT-16
 */
export function judgeAnnouncement (context: AnnouncementContext, bytes: Uint8Array): 'accept' | 'ignore' | 'reject' {
  if (bytes.length > 0 && bytes[0] !== ANNOUNCEMENT_VERSION) return 'ignore' // HINT-16: a later version is nobody's fault
  const read = readAnnouncement(bytes)
  if (isFault(read)) return 'reject' // HINT-15
  const { announcement, signature } = read
  const { nowMs } = context.env
  if (toHex(announcement.network) !== toHex(context.network.id)) return 'reject' // HINT-15: another network has another topic
  if (announcement.epoch !== epochAt(announcement.timeMs)) return 'reject' // HINT-15
  if (announcement.expiryMs <= announcement.timeMs || announcement.expiryMs - announcement.timeMs > ANNOUNCEMENT_LIFE_MAX_MS) return 'reject' // HINT-15
  // HINT-16: clocks differ, so what is only early or late is nobody's fault.
  if (announcement.timeMs > nowMs + FUTURE_MAX_MS || announcement.expiryMs <= nowMs) return 'ignore'
  const known = context.tables.roster.get(announcement.id)
  const olderOrSame = known !== undefined && announcement.timeMs <= known.timeMs
  const tooSoon = known !== undefined && !announcement.withdrawn && announcement.timeMs < known.timeMs + ANNOUNCEMENT_SPACING_MS
  // HINT-15 asks for the signature of everything else, but a stale one is ignored either way and costs no curve work.
  if (olderOrSame || tooSoon || context.tables.hosted.has(announcement.id)) return 'ignore' // HINT-16
  const key = fromHex(announcement.id)
  if (!isPoint(key) || !verifySchnorr(signature, announcementStruct.hash(announcement), key)) return 'reject' // HINT-15
  if (known === undefined && announcement.withdrawn) return 'ignore' // HINT-16: nothing to withdraw
  if (known === undefined && context.tables.roster.size >= MEETING_POINTS_MAX && worstOf(context.tables.roster)!.ticket <= entryOf(announcement).ticket) return 'ignore' // HINT-17
  return 'accept'
}

/** What is kept of an announcement. */
export const entryOf = ({ id, network, epoch, timeMs, expiryMs, withdrawn }: Announcement): RosterEntry =>
  ({ id, timeMs, expiryMs, withdrawn, ticket: ticketOf(beaconOf(network, epoch), id, HOSTED_WEIGHT) })

/** The entry with the highest ticket: the first to make room. */
export function worstOf (roster: RoutingTables['roster']): RosterEntry | undefined {
  let worst: RosterEntry | undefined
  for (const entry of roster.values()) if (worst === undefined || entry.ticket > worst.ticket) worst = entry
  return worst
}
