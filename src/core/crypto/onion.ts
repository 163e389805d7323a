/**
 * The tweak onion of half routes: each hop puts its tweak in front, for the endpoint alone to read.
 *
 * A packet always has the same length: `R (33 bytes, in clear) ‖ body`, the body under a ChaCha20 stream whose key
 * is a hash of R and r·K2. The endpoint gets the same key from k·R, since R = r·K1 and K2 = k·K1. A hop's body is
 * its tweak and then the packet it received, of which the last 65 bytes fall off the end; the innermost body, by the
 * meeting point, is `length (2 bytes) ‖ payload ‖ filling`. So neither position nor depth show, and after
 * {@link ONION_TWEAKS_MAX} hops only filling was lost.
 *
 * The stream does not authenticate. It need not: a payload carries a tag that only the endpoint can check
 * (`recognise`), and a tweak that was altered does not add up to the lock point. @see payment.md of the design, ROUTE
 */
import { concatBytes } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import { invariant } from '../base/invariant.js'
import { isPoint, isScalar, mul, POINT_BYTES } from './curve.js'
import type { EndpointPair } from './elgamal.js'
import { streamXor } from './hash.js'

/** Most bytes of a payload. */
export const ONION_PAYLOAD_MAX = 256
/** Most layers around the innermost one. */
export const ONION_TWEAKS_MAX = 24

const TWEAK_BYTES = 32
const LENGTH_BYTES = 2
/** What one hop adds in front. */
const LAYER_BYTES = POINT_BYTES + TWEAK_BYTES
const INNERMOST_BYTES = POINT_BYTES + LENGTH_BYTES + ONION_PAYLOAD_MAX

/** Bytes of every onion, whatever it holds. */
export const ONION_BYTES = INNERMOST_BYTES + ONION_TWEAKS_MAX * LAYER_BYTES
const BODY_BYTES = ONION_BYTES - POINT_BYTES

const streamKey = (point: Uint8Array, shared: Uint8Array): Uint8Array => taggedHash('amiko/onion/key', point, shared)

function seal (body: Uint8Array, pair: EndpointPair, r: Uint8Array): Uint8Array {
  const point = mul(pair.k1, r)
  return concatBytes(point, streamXor(streamKey(point, mul(pair.k2, r)), body))
}

/**
 * Makes the innermost layer.
 *
 * @param pair - the endpoint's key pair as received
 * @param payload - at most {@link ONION_PAYLOAD_MAX} bytes
 * @param r - fresh and random, 1 to n - 1
 * @param filler - 32 fresh random bytes, from which the filling is made
 */
export function sealOnion (pair: EndpointPair, payload: Uint8Array, r: Uint8Array, filler: Uint8Array): Uint8Array {
  invariant(payload.length <= ONION_PAYLOAD_MAX, 'a payload has a bounded length')
  const body = streamXor(taggedHash('amiko/onion/filler', filler), new Uint8Array(BODY_BYTES))
  new DataView(body.buffer, body.byteOffset).setUint16(0, payload.length)
  body.set(payload, LENGTH_BYTES)
  return seal(body, pair, r)
}

/**
 * Puts a hop's layer around an onion.
 *
 * @param onion - {@link ONION_BYTES} bytes, of whatever content
 * @param pair - the key pair this hop received from the endpoint's side
 * @param tweak - this hop's tweak, 1 to n - 1
 * @param r - fresh and random, 1 to n - 1
 */
export function wrapOnion (onion: Uint8Array, pair: EndpointPair, tweak: Uint8Array, r: Uint8Array): Uint8Array {
  invariant(onion.length === ONION_BYTES && isScalar(tweak), 'lengths and scalars were checked by the codec')
  return seal(concatBytes(tweak, onion.subarray(0, BODY_BYTES - TWEAK_BYTES)), pair, r)
}

/** What an onion held. */
export interface OpenedOnion {
  /** The hops' tweaks, outermost first: the endpoint's neighbour put on the last layer. */
  readonly tweaks: readonly Uint8Array[]
  readonly payload: Uint8Array
}

/**
 * Opens all layers, by the endpoint. At most {@link ONION_TWEAKS_MAX} + 1 multiplications, whatever the bytes are.
 *
 * @param k - the endpoint's secret
 * @param recognise - whether bytes are the payload: it must check a tag, as it is also asked about noise
 * @returns undefined when the bytes are no onion for this key
 */
export function openOnion (onion: Uint8Array, k: Uint8Array, recognise: (payload: Uint8Array) => boolean): OpenedOnion | undefined {
  if (onion.length !== ONION_BYTES) return undefined
  const tweaks: Uint8Array[] = []
  let packet = onion
  for (let depth = 0; depth <= ONION_TWEAKS_MAX; depth++) {
    const point = packet.subarray(0, POINT_BYTES)
    if (!isPoint(point)) return undefined
    const body = streamXor(streamKey(point, mul(point, k)), packet.subarray(POINT_BYTES))
    const payload = innermost(body)
    if (payload !== undefined && recognise(payload)) return { tweaks, payload }
    const tweak = body.slice(0, TWEAK_BYTES)
    if (!isScalar(tweak)) return undefined
    tweaks.push(tweak)
    // The tail that fell off is not needed: what is left shrinks, and the stream covers what is left.
    packet = body.subarray(TWEAK_BYTES)
  }
  return undefined
}

function innermost (body: Uint8Array): Uint8Array | undefined {
  const length = new DataView(body.buffer, body.byteOffset).getUint16(0)
  if (length > ONION_PAYLOAD_MAX || LENGTH_BYTES + length > body.length) return undefined
  return body.slice(LENGTH_BYTES, LENGTH_BYTES + length)
}
