import { equalBytes, toHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { AssetId, MeetingPointId } from '../base/ids.js'
import { refuse, type Refusal } from '../base/step.js'
import { bytesOf, hexOf, LayoutError, struct, u48, u8, type ValueOf } from '../base/struct.js'
import { mul, mulG, pointOfId, scalarOf } from '../crypto/curve.js'
import { signSchnorr, verifySchnorr } from '../crypto/schnorr.js'
import { decodeText, signedText, type InvoiceNetwork } from './invoice.js'
import { ENTRY_CHARACTERS_MAX, ENTRY_EXPIRY_MS_MAX } from './limits.js'

/** The version that this program writes and reads. */
export const ENTRY_VERSION = 1
/** What the text of an entry begins with. */
export const ENTRY_PREFIX = 'amkway'
const NETWORK_BYTES = 8
const SIGNATURE_BYTES = 64

/**
 * What an entry says and signs: by which key, and behind which meeting point, a node that is no meeting point can be a
 * waypoint. It names no peer and no address. @see ROUTE-90
 */
export const entryStruct = struct('amiko/waypoint-entry', {
  network: bytesOf(NETWORK_BYTES),
  version: u8,
  /** The role key, of this entry alone; the signature is by it. */
  key: hexOf<MeetingPointId>(33),
  /** Where the half route to that key ends. */
  meetingPoint: hexOf<MeetingPointId>(33),
  asset: hexOf<AssetId>(32),
  createdMs: u48,
  expiresMs: u48
})

/** An entry as its text says. */
export type WaypointEntry = ValueOf<typeof entryStruct>

/**
 * Signs an entry and writes it as text.
 *
 * @param secret - of the role key; fresh, for this entry alone
 * @param aux - 32 random bytes for the signature's nonce
 */
export function writeEntry (network: InvoiceNetwork, content: Omit<WaypointEntry, 'network' | 'version' | 'key'>, secret: Uint8Array, aux: Uint8Array): { readonly text: string, readonly entry: WaypointEntry } {
  const entry = { ...content, network: network.id, version: ENTRY_VERSION, key: toHex(mulG(secret)) as MeetingPointId }
  return { text: signedText(ENTRY_PREFIX, entryStruct.encode(entry), signSchnorr(entryStruct.hash(entry), secret, aux)), entry }
}

/** Whether a text wants to be an entry, in lower or upper case. */
export const looksLikeEntry = (text: string): boolean => text.trim().toLowerCase().startsWith(`${ENTRY_PREFIX}1`)

/**
 * Reads an entry for this network. Whether it has expired, and whether its asset fits, the caller judges.
 *
 * Refuses with `bad-waypoint` and a reason.
 */
export function parseEntry (input: string, network: InvoiceNetwork): WaypointEntry | Refusal {
  const plain = input.trim()
  if (plain.length > ENTRY_CHARACTERS_MAX) return bad(`it has ${plain.length} characters, at most ${ENTRY_CHARACTERS_MAX} are possible`)
  const decoded = decodeText(plain)
  if (decoded === undefined) return bad('its checksum does not fit: a character is missing or wrong')
  if (decoded.prefix !== ENTRY_PREFIX) return bad(`it does not begin with ${ENTRY_PREFIX}`)
  const { bytes } = decoded
  if (bytes.length < NETWORK_BYTES + 1 + SIGNATURE_BYTES) return bad('it is too short')
  // The network is judged before anything after it, so that entries of other versions and networks are named. ROUTE-91
  const networkId = bytes.subarray(0, NETWORK_BYTES)
  if (!equalBytes(networkId, network.id)) return bad(`it is for the network ${toHex(networkId)}, this node is on ${network.name}`)
  const version = bytes[NETWORK_BYTES]!
  if (version !== ENTRY_VERSION) return bad(`version ${version} is not known to this program`)
  const entry = tryDecode(bytes.subarray(0, bytes.length - SIGNATURE_BYTES))
  if (entry === undefined) return bad('its fields are not well formed')
  const wrong = whatIsWrong(entry)
  if (wrong !== undefined) return bad(wrong)
  const key = pointOfId(entry.key)!.subarray(1)
  return verifySchnorr(bytes.subarray(bytes.length - SIGNATURE_BYTES), entryStruct.hash(entry), key) ? entry : bad('its signature is not valid')
}

const bad = (reason: string): Refusal => refuse('bad-waypoint', { reason })

// ROUTE-91: what a well-formed struct may still say wrongly.
function whatIsWrong (entry: WaypointEntry): string | undefined {
  if (pointOfId(entry.key) === undefined) return 'its key is not on the curve'
  if (pointOfId(entry.meetingPoint) === undefined) return 'its meeting point is not on the curve'
  if (entry.key.slice(2) === entry.meetingPoint.slice(2)) return 'its key is that of its meeting point'
  if (entry.expiresMs <= entry.createdMs) return 'it expires before it was made'
  if (entry.expiresMs - entry.createdMs > ENTRY_EXPIRY_MS_MAX) return 'it lives too long'
  return undefined
}

function tryDecode (bytes: Uint8Array): WaypointEntry | undefined {
  try {
    return entryStruct.decode(bytes)
  } catch (error) {
    if (error instanceof LayoutError) return undefined
    throw error
  }
}

/**
 * The match point of the half route that leads to an entry. Its node makes it from the entry's secret and the meeting
 * point's key, the meeting point from its own secret and the entry's key; nobody else can. @see ROUTE-93
 *
 * @param secret - of one of the two keys
 * @param key - the other one, a point
 */
export const standingPoint = (secret: Uint8Array, key: Uint8Array): Uint8Array =>
  mulG(scalarOf(taggedHash('amiko/waypoint/standing', mul(key, secret))))
