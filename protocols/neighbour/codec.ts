import { fault, type Fault } from '../../src/core/base/step.js'

/** What a record of a neighbour stream is. @see NEIGH-5 */
export type NeighbourRecord =
  /** 8 bytes that name the session; first on every stream. */
  | { readonly kind: 'hello', readonly session: Uint8Array }
  | { readonly kind: 'message', readonly bytes: Uint8Array }
  /** Cost units the other side may send again. */
  | { readonly kind: 'credit', readonly units: number }

export const SESSION_BYTES = 8
/** What a message costs beyond its bytes, so that many tiny messages are bounded too. @see NEIGH-6 */
export const MESSAGE_COST_BASE = 32
/** A length takes at most this many bytes (values below 2^21). @see NEIGH-4 */
const LENGTH_BYTES_MAX = 3

const HELLO = 0
const MESSAGE = 1
const CREDIT = 2

/** What sending a message costs of the credit. @see NEIGH-6 */
export const costOf = (bytes: Uint8Array): number => bytes.length + MESSAGE_COST_BASE

/** Bytes of one record on the wire: length, kind, body. */
export function encodeRecord (record: NeighbourRecord): Uint8Array {
  switch (record.kind) {
    case 'hello': return framed(HELLO, record.session)
    case 'message': return framed(MESSAGE, record.bytes)
    case 'credit': {
      const body = new Uint8Array(4)
      new DataView(body.buffer).setUint32(0, record.units)
      return framed(CREDIT, body)
    }
  }
}

/** Decodes kind and body of one record, without its length. Total. @see NEIGH-5 */
export function decodeRecord (bytes: Uint8Array): NeighbourRecord | Fault {
  switch (bytes[0]) {
    case HELLO:
      if (bytes.length !== 1 + SESSION_BYTES) return fault('NEIGH-5', `hello of ${bytes.length} bytes`)
      return { kind: 'hello', session: bytes.slice(1) }
    case MESSAGE:
      if (bytes.length === 1) return fault('NEIGH-5', 'message without bytes')
      return { kind: 'message', bytes: bytes.subarray(1) }
    case CREDIT:
      if (bytes.length !== 5) return fault('NEIGH-5', `credit of ${bytes.length} bytes`)
      return { kind: 'credit', units: new DataView(bytes.buffer, bytes.byteOffset + 1).getUint32(0) }
    default:
      return fault('NEIGH-5', 'unknown kind of record')
  }
}

/**
 * Cuts a byte stream into records. It grows the buffer of a record with what arrived, never with what a length
 * promises, and refuses a length above the limit when the length is read.
 */
export interface RecordAssembler {
  /** Bytes of records that are not complete. */
  readonly pendingBytes: number
  /** Whole records (kind and body; each the callee's to keep) that `chunk` completed, or what is wrong with it. */
  push: (chunk: Uint8Array) => { readonly records: readonly Uint8Array[], readonly fault?: Fault }
}

/** Smallest buffer of a record that is not complete. */
const RECORD_BUFFER_BYTES = 256

/**
 * @param bytesMax - most bytes of kind and body of a record
 */
export function createRecordAssembler (bytesMax: number): RecordAssembler {
  let length = 0
  let lengthBytes = 0
  let inBody = false
  let body = new Uint8Array(0)
  let filled = 0

  const take = (chunk: Uint8Array, offset: number): number => {
    const wanted = Math.min(length - filled, chunk.length - offset)
    if (filled + wanted > body.length) {
      const grown = new Uint8Array(filled + wanted === length ? length : Math.min(length, Math.max(RECORD_BUFFER_BYTES, 2 * (filled + wanted))))
      grown.set(body.subarray(0, filled))
      body = grown
    }
    body.set(chunk.subarray(offset, offset + wanted), filled)
    filled += wanted
    return wanted
  }

  return {
    get pendingBytes () { return lengthBytes + filled },
    push: (chunk) => {
      const records: Uint8Array[] = []
      let offset = 0
      while (offset < chunk.length) {
        if (!inBody) {
          const byte = chunk[offset++]!
          length += (byte & 0x7f) * 2 ** (7 * lengthBytes++)
          const last = byte < 0x80
          if (last && byte === 0) return { records, fault: fault('NEIGH-4', 'length is zero or not in its shortest form') }
          if (length > bytesMax || (!last && lengthBytes === LENGTH_BYTES_MAX)) return { records, fault: fault('NEIGH-4', `record longer than ${bytesMax} bytes`) }
          inBody = last
          continue
        }
        offset += take(chunk, offset)
        if (filled < length) break
        records.push(body)
        length = lengthBytes = filled = 0
        body = new Uint8Array(0)
        inBody = false
      }
      return { records }
    }
  }
}

function framed (kind: number, body: Uint8Array): Uint8Array {
  let length = 1 + body.length
  const head: number[] = []
  while (length >= 0x80) { head.push((length & 0x7f) | 0x80); length >>>= 7 }
  head.push(length, kind)
  const out = new Uint8Array(head.length + body.length)
  out.set(head)
  out.set(body, head.length)
  return out
}
