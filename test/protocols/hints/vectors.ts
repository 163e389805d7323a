import { toHex } from '../../../src/core/base/bytes.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { signAnnouncement, type Announcement } from '../../../src/core/routing/announcement.js'
import { attest, keysRise, type Attestation, type AttestationTerms } from '../../../src/core/routing/attestation.js'
import { beaconOf } from '../../../src/core/routing/beacon.js'
import { epochAt } from '../../../src/core/routing/epoch.js'
import { WORTH_MAX } from '../../../src/core/routing/limits.js'
import { ticketOf } from '../../../src/core/routing/ticket.js'

/** A row of `protocols/hints/vectors/announcements.json`, judged at `nowMs` by a node that knows nothing. */
export interface AnnouncementVector {
  readonly comment: string
  readonly nowMs: number
  readonly bytes: string
  readonly verdict: 'accept' | 'ignore' | 'reject'
  readonly ticket?: number
}

export const NETWORK = new Uint8Array(8).fill(7)
const NOW_MS = 1_750_000_000_000
const SECRET = scalarOf(taggedHash('amiko/test/role', new Uint8Array(1)))
const ID = toHex(mulG(SECRET)) as MeetingPointId

function signed (changes: Partial<Announcement> = {}): Uint8Array {
  const timeMs = changes.timeMs ?? NOW_MS
  return signAnnouncement({ version: 1, network: NETWORK, id: ID, role: 'hosted', epoch: epochAt(timeMs), timeMs, expiryMs: timeMs + 172_800_000, withdrawn: false, attestations: [], ...changes }, SECRET)
}
/** An attestation of {@link ID} by one of the test's attesting keys. */
export const attestationBy = (number: number, changes: Partial<AttestationTerms> = {}): Attestation =>
  attest({ network: NETWORK, id: ID, epoch: epochAt(NOW_MS), bucket: 9, ...changes }, scalarOf(taggedHash('amiko/test/attester', Uint8Array.of(number))))
const inOrder = (attestations: readonly Attestation[]): readonly Attestation[] => [...attestations].sort((a, b) => keysRise([a, b]) ? -1 : 1)
const THREE = inOrder([1, 2, 3].map((number) => attestationBy(number)))
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, index) => index === at ? byte ^ 1 : byte)

/** All rows, made from the code: what the file must hold. */
export function announcementVectors (): readonly AnnouncementVector[] {
  const row = (comment: string, bytes: Uint8Array, verdict: AnnouncementVector['verdict']): AnnouncementVector => ({ comment, nowMs: NOW_MS, bytes: toHex(bytes), verdict })
  return [
    { ...row('an announcement', signed(), 'accept'), ticket: ticketOf(beaconOf(NETWORK, epochAt(NOW_MS)), ID, 1) },
    { ...row('an elected one with three attestations of bucket 9', signed({ role: 'elected', attestations: THREE }), 'accept'), ticket: ticketOf(beaconOf(NETWORK, epochAt(NOW_MS)), ID, (3 * WORTH_MAX) ** 2) },
    row('an elected one with eight attestations', signed({ role: 'elected', attestations: inOrder([1, 2, 3, 4, 5, 6, 7, 8].map((number) => attestationBy(number))) }), 'accept'),
    row('an elected one without attestations', signed({ role: 'elected' }), 'reject'),
    row('attestations in falling order', signed({ role: 'elected', attestations: [...THREE].reverse() }), 'reject'),
    row('one attestation twice', signed({ role: 'elected', attestations: [THREE[0]!, THREE[0]!] }), 'reject'),
    row('an attestation of another epoch', signed({ role: 'elected', attestations: [attestationBy(1, { epoch: epochAt(NOW_MS) - 1 })] }), 'reject'),
    row('an attestation of another network', signed({ role: 'elected', attestations: [attestationBy(1, { network: new Uint8Array(8) })] }), 'reject'),
    row('an attestation for another meeting point', signed({ role: 'elected', attestations: [attestationBy(1, { id: '02' + ID.slice(2).replace(/./, '0') as MeetingPointId })] }), 'reject'),
    row('an attestation whose bucket was raised', signed({ role: 'elected', attestations: [{ ...attestationBy(1), bucket: 15 }] }), 'reject'),
    row('an attestation of a bucket beyond the last', signed({ role: 'elected', attestations: [attestationBy(1, { bucket: 16 })] }), 'reject'),
    row('a minute early', signed({ timeMs: NOW_MS + 60_000 }), 'accept'),
    row('more than a minute early', signed({ timeMs: NOW_MS + 60_001 }), 'ignore'),
    row('expired', signed({ timeMs: NOW_MS - 172_800_000 }), 'ignore'),
    row('a withdrawal of something unknown', signed({ withdrawn: true }), 'ignore'),
    row('a later version', Uint8Array.of(2, ...signed().subarray(1)), 'ignore'),
    row('nothing', new Uint8Array(0), 'reject'),
    row('one byte too many', Uint8Array.of(...signed(), 0), 'reject'),
    row('a flag that is neither 0 nor 1', signed().map((byte, index) => index === 59 ? 2 : byte), 'reject'),
    row('another network', signed({ network: new Uint8Array(8) }), 'reject'),
    row('another epoch', signed({ epoch: epochAt(NOW_MS) - 1 }), 'reject'),
    row('a life of more than 48 hours', signed({ expiryMs: NOW_MS + 172_800_001 }), 'reject'),
    row('no life', signed({ expiryMs: NOW_MS }), 'reject'),
    row('a bit of the id flipped', flipped(signed(), 20), 'reject'),
    row('a bit of the signature flipped', flipped(signed(), 100), 'reject')
  ]
}
