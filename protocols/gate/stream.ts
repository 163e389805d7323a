import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { lpStream, type LengthPrefixedStream } from '@libp2p/utils'
import { concatBytes, equalBytes, utf8Bytes } from '../../src/core/base/bytes.js'
import type { MessageStream } from '@libp2p/interface'

/** What takes the place of `/noise` in a network that has a key. It crosses the wire in the clear, so it names no network. */
export const GATE_PROTOCOL = '/amiko/gate/1.0.0'
/** Every error of a peer that did not pass starts with this, since libp2p keeps only an error's text. */
export const GATE_REFUSED = 'network gate'

export interface GateSides {
  readonly role: 'dialler' | 'listener'
  /** 33-byte identity keys as the Noise handshake authenticated them. @see GATE-3 */
  readonly dialler: Uint8Array
  readonly listener: Uint8Array
  readonly network: string
  /** 32 bytes. */
  readonly networkKey: Uint8Array
  /** 32 fresh random bytes. @see GATE-2 */
  readonly nonce: Uint8Array
  readonly signal: AbortSignal
}

const NONCE = 1
const PROOF = 2
const REFUSED = 3
const BODY_BYTES = 32
const TAG = utf8Bytes('amiko/gate/1.0.0/proof')

/**
 * Runs the gate on an encrypted connection before its muxer starts, and gives the connection back for the muxer.
 * Throws when the other side does not prove that it holds the network key; the caller closes the connection.
 */
export async function passGate (connection: MessageStream, sides: GateSides): Promise<MessageStream> { // GATE-1
  const framed = lpStream(connection, { maxDataLength: 1 + BODY_BYTES }) // GATE-7
  if (sides.role === 'dialler') await dial(framed, sides)
  else await listen(framed, sides)
  return framed.unwrap()
}

/** The proof of one side. @see protocols/gate */
export function gateProof (role: 'dialler' | 'listener', sides: Omit<GateSides, 'role' | 'nonce' | 'signal'>, diallerNonce: Uint8Array, listenerNonce: Uint8Array): Uint8Array {
  const name = utf8Bytes(sides.network)
  return hmac(sha256, sides.networkKey, concatBytes(
    TAG, Uint8Array.of(name.length), name, Uint8Array.of(role === 'dialler' ? 1 : 2), sides.dialler, sides.listener, diallerNonce, listenerNonce))
}

async function dial (framed: LengthPrefixedStream, sides: GateSides): Promise<void> {
  await write(framed, NONCE, sides.nonce, sides.signal)
  const theirs = await read(framed, NONCE, sides.signal)
  await write(framed, PROOF, gateProof('dialler', sides, sides.nonce, theirs), sides.signal)
  const proof = await read(framed, PROOF, sides.signal)
  if (!equalBytes(proof, gateProof('listener', sides, sides.nonce, theirs))) throw refused('the listener has another network key') // GATE-5
}

async function listen (framed: LengthPrefixedStream, sides: GateSides): Promise<void> {
  const theirs = await read(framed, NONCE, sides.signal)
  await write(framed, NONCE, sides.nonce, sides.signal)
  const proof = await read(framed, PROOF, sides.signal)
  if (!equalBytes(proof, gateProof('dialler', sides, theirs, sides.nonce))) { // GATE-4, GATE-5
    await write(framed, REFUSED, new Uint8Array(0), sides.signal)
    // The dialler closes when it has read that; closing first could destroy the message on its way.
    await framed.read({ signal: sides.signal }).catch(() => {})
    throw refused('the dialler has another network key')
  }
  await write(framed, PROOF, gateProof('listener', sides, theirs, sides.nonce), sides.signal)
}

async function write (framed: LengthPrefixedStream, kind: number, body: Uint8Array, signal: AbortSignal): Promise<void> {
  await framed.write(concatBytes(Uint8Array.of(kind), body), { signal })
}

async function read (framed: LengthPrefixedStream, kind: number, signal: AbortSignal): Promise<Uint8Array> {
  const message = (await framed.read({ signal })).slice()
  if (message[0] === REFUSED) throw refused('refused by the listener')
  if (message[0] !== kind || message.length !== 1 + BODY_BYTES) throw refused('not a message of the gate') // GATE-7
  return message.subarray(1)
}

const refused = (reason: string): Error => new Error(`${GATE_REFUSED}: ${reason}`)
