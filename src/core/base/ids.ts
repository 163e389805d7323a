import { base58 } from '@scure/base'
import { compareBytes, concatBytes, equalBytes, toHex, type Hex } from './bytes.js'
import { taggedHash } from './hash.js'

/** A libp2p peer id in its text form, of a secp256k1 identity key: `16Uiu2…`. It contains the key. */
export type PeerId = string & { readonly __peerId: true }
/** 32 bytes: tagged hash of the two sorted identity keys. One link a pair of peers. */
export type LinkId = Hex & { readonly __linkId: true }
/** 32 bytes, made by the opener. */
export type ChannelId = Hex & { readonly __channelId: true }
/** 16 bytes, fresh on every link. */
export type RouteId = Hex & { readonly __routeId: true }
/** 32 bytes: see `assets.ts`. */
export type AssetId = Hex & { readonly __assetId: true }
/** 32 bytes: tagged hash of the invoice's signed struct. Known to payer and payee. */
export type InvoiceId = Hex & { readonly __invoiceId: true }
/** 16 bytes, local: names what caused a lock of ours (a hop or a payment part); never on the wire. */
export type OriginId = Hex & { readonly __originId: true }
/** 33 bytes compressed: the role key of a meeting point, its id. */
export type MeetingPointId = Hex & { readonly __meetingPointId: true }
/** Correlates a request with its answer inside one process. */
export type RequestId = string & { readonly __requestId: true }

// Identity multihash of the protobuf { type: Secp256k1 (2), data: 33 bytes }.
const PEER_ID_PREFIX = Uint8Array.of(0x00, 0x25, 0x08, 0x02, 0x12, 0x21)

/** The peer id of a 33-byte compressed public key. @see libp2p peer-ids specification */
export const peerIdOfPublicKey = (publicKey: Uint8Array): PeerId => base58.encode(concatBytes(PEER_ID_PREFIX, publicKey)) as PeerId

const KEYS_CACHED_MAX = 4_096
const keysCached = new Map<string, Uint8Array>()

/** The 33-byte compressed public key inside a peer id, or undefined when the text is no secp256k1 peer id. */
export function publicKeyOfPeerId (peer: string): Uint8Array | undefined {
  const cached = keysCached.get(peer)
  if (cached !== undefined) return cached
  if (peer.length > 64 || !/^[1-9A-HJ-NP-Za-km-z]+$/.test(peer)) return undefined
  const bytes = base58.decode(peer)
  if (bytes.length !== PEER_ID_PREFIX.length + 33 || !equalBytes(bytes.subarray(0, PEER_ID_PREFIX.length), PEER_ID_PREFIX)) return undefined
  const key = bytes.slice(PEER_ID_PREFIX.length)
  if (keysCached.size >= KEYS_CACHED_MAX) keysCached.clear()
  keysCached.set(peer, key)
  return key
}

export const isPeerId = (text: string): text is PeerId => publicKeyOfPeerId(text) !== undefined

/** The key of a peer id that was checked at the border. */
export function keyOf (peer: PeerId): Uint8Array {
  const key = publicKeyOfPeerId(peer)
  if (key === undefined) throw new RangeError(`not a secp256k1 peer id: ${peer}`)
  return key
}

/** Negative when `a` is the lower of the two by identity key: the lower opens streams and stands first in statements. */
export const comparePeers = (a: PeerId, b: PeerId): number => compareBytes(keyOf(a), keyOf(b))

/** The id of the link between two peers. @see LINK-2 */
export function linkIdOf (a: PeerId, b: PeerId): LinkId {
  const [low, high] = comparePeers(a, b) < 0 ? [a, b] : [b, a]
  return toHex(taggedHash('amiko/link/id', keyOf(low), keyOf(high))) as LinkId
}
