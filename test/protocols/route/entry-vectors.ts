import { bech32m } from '@scure/base'
import { concatBytes, toHex } from '../../../src/core/base/bytes.js'
import { sha256 } from '../../../src/core/base/hash.js'
import type { AssetId, MeetingPointId } from '../../../src/core/base/ids.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { mulG, negatePoint, scalarOf } from '../../../src/core/crypto/curve.js'
import { signSchnorr } from '../../../src/core/crypto/schnorr.js'
import { signedText, type InvoiceNetwork } from '../../../src/core/payment/invoice.js'
import { entryStruct, parseEntry, standingPoint, writeEntry, type WaypointEntry } from '../../../src/core/payment/waypoint-entry.js'
import { plain } from './vectors.js'

/** The vectors of waypoint entries, made from fixed values; `generate.ts` writes them, the tests compare. */

const seeded = (text: string): Uint8Array => sha256(new TextEncoder().encode(text))
const scalar = (text: string): Uint8Array => scalarOf(seeded(text))
const idOf = (point: Uint8Array): MeetingPointId => toHex(point) as MeetingPointId

export const NETWORK: InvoiceNetwork = { id: seeded('network').subarray(0, 8), name: 'vectors', kind: 'regtest' }
export const SECRET = scalar('role key')
const AUX = new Uint8Array(32)
const DAY_MS = 86_400_000

export const CONTENT = {
  meetingPoint: idOf(mulG(scalar('meeting point'))),
  asset: toHex(seeded('asset')) as AssetId,
  createdMs: 1_700_000_000_000,
  expiresMs: 1_700_000_000_000 + 7 * DAY_MS
}

/** Signs content however wrong it is. */
export function signedEntry (change: Partial<WaypointEntry>, prefix = 'amkway', secret = SECRET): string {
  const value = { network: NETWORK.id, version: 1, key: idOf(mulG(SECRET)), ...CONTENT, ...change }
  return signedText(prefix, entryStruct.encode(value), signSchnorr(entryStruct.hash(value), secret, AUX))
}

const reencoded = (text: string, alter: (bytes: Uint8Array) => Uint8Array, prefix = 'amkway'): string => {
  const bytes = bech32m.fromWords(bech32m.decode(text as `${string}1${string}`, 4_096).words)
  return bech32m.encode(prefix, bech32m.toWords(alter(bytes)), 8_192)
}

const TEXT = writeEntry(NETWORK, CONTENT, SECRET, AUX).text

/** Entries that are read. */
export const GOOD: ReadonlyArray<{ readonly name: string, readonly text: string }> = [
  { name: 'for seven days', text: TEXT },
  { name: 'for a millisecond', text: writeEntry(NETWORK, { ...CONTENT, expiresMs: CONTENT.createdMs + 1 }, SECRET, AUX).text },
  { name: 'for thirty days', text: writeEntry(NETWORK, { ...CONTENT, expiresMs: CONTENT.createdMs + 30 * DAY_MS }, SECRET, AUX).text },
  { name: 'of another key', text: writeEntry(NETWORK, CONTENT, scalar('another key'), AUX).text },
  { name: 'upper case, as in a QR code', text: TEXT.toUpperCase() }
]

const flippedAt = (position: number): string => reencoded(TEXT, (bytes) => bytes.map((byte, i) => i === (position + bytes.length) % bytes.length ? byte ^ 1 : byte))
const none = ('05'.repeat(33)) as MeetingPointId

/** Texts that must be refused: each is a good one with one thing wrong. `says` is in the reason. */
export function badEntries (): ReadonlyArray<{ readonly why: string, readonly text: string, readonly says: RegExp }> {
  return [
    { why: 'nothing', text: '', says: /checksum/ },
    { why: 'not an entry', text: 'hello', says: /checksum/ },
    { why: 'bad checksum', text: TEXT.slice(0, -1) + (TEXT.endsWith('q') ? 'p' : 'q'), says: /checksum/ },
    { why: 'a character missing', text: TEXT.slice(0, 100) + TEXT.slice(101), says: /checksum/ },
    { why: 'mixed case', text: TEXT.slice(0, 20).toUpperCase() + TEXT.slice(20), says: /checksum/ },
    { why: 'the prefix of an invoice', text: reencoded(TEXT, (bytes) => bytes, 'amkr'), says: /amkway/ },
    { why: 'another network', text: signedEntry({ network: seeded('elsewhere').subarray(0, 8) }), says: /vectors/ },
    { why: 'another network and an unknown version', text: signedEntry({ network: seeded('elsewhere').subarray(0, 8), version: 9 }), says: /vectors/ },
    { why: 'an unknown version', text: signedEntry({ version: 2 }), says: /version 2/ },
    { why: 'truncated', text: reencoded(TEXT, (bytes) => bytes.subarray(0, bytes.length - 5)), says: /well formed/ },
    { why: 'too short for anything', text: reencoded(TEXT, (bytes) => bytes.subarray(0, 40)), says: /short/ },
    { why: 'bytes too many', text: reencoded(TEXT, (bytes) => concatBytes(bytes, Uint8Array.of(0))), says: /well formed/ },
    { why: 'oversize', text: reencoded(TEXT, (bytes) => concatBytes(bytes, new Uint8Array(200))), says: /characters/ },
    { why: 'a bad signature', text: flippedAt(-1), says: /signature/ },
    { why: 'signed by another key', text: signedEntry({}, 'amkway', scalar('another key')), says: /signature/ },
    { why: 'an altered key', text: reencoded(TEXT, (bytes) => bytes.map((byte, i) => i === 9 ? byte ^ 1 : byte)), says: /signature/ },
    { why: 'an altered meeting point', text: reencoded(TEXT, (bytes) => bytes.map((byte, i) => i === 9 + 33 ? byte ^ 1 : byte)), says: /signature/ },
    { why: 'an altered asset', text: flippedAt(9 + 66), says: /signature/ },
    { why: 'an altered expiry', text: flippedAt(9 + 66 + 32 + 6 + 5), says: /signature/ },
    { why: 'a key that is no point', text: signedEntry({ key: none }), says: /key is not on the curve/ },
    { why: 'a meeting point that is no point', text: signedEntry({ meetingPoint: none }), says: /meeting point is not on the curve/ },
    { why: 'the key of its meeting point', text: signedEntry({ meetingPoint: idOf(mulG(SECRET)) }), says: /that of its meeting point/ },
    { why: 'the negative key of its meeting point', text: signedEntry({ meetingPoint: idOf(negatePoint(mulG(SECRET))) }), says: /that of its meeting point/ },
    { why: 'expired before it was made', text: signedEntry({ expiresMs: CONTENT.createdMs }), says: /before it was made/ },
    { why: 'a life of more than thirty days', text: signedEntry({ expiresMs: CONTENT.createdMs + 30 * DAY_MS + 1 }), says: /too long/ }
  ]
}

/** `protocols/route/vectors/entry.json` */
export function entryVectors (): object {
  const meetingPoint = scalar('meeting point')
  return {
    network: plain(NETWORK),
    secret: toHex(SECRET),
    standing: { secret: toHex(SECRET), meetingPoint: toHex(meetingPoint), ofSecret: toHex(standingPoint(SECRET, mulG(meetingPoint))), ofMeetingPoint: toHex(standingPoint(meetingPoint, mulG(SECRET))) },
    entries: GOOD.map(({ name, text }) => ({ name, text, entry: plain(parseEntry(text, NETWORK)) })),
    refused: badEntries().map(({ why, text }) => {
      const parsed = parseEntry(text, NETWORK)
      return { why, text, reason: isRefusal(parsed) ? parsed.detail['reason'] : 'accepted' }
    })
  }
}

/** The bytes of a text's struct and signature. */
export const bytesOfEntry = (text: string): Uint8Array => bech32m.fromWords(bech32m.decode(text.toLowerCase() as `${string}1${string}`, 4_096).words)
