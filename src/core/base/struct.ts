import { taggedHash } from './hash.js'
import { putHex, toHex, utf8Bytes, utf8Text, type Hex } from './bytes.js'
import { UNITS_MAX, type Balance, type Units } from './money.js'

/**
 * Canonical layouts: what is hashed, signed or stored is written with these and never with protobuf.
 * Numbers are big-endian; variable lengths carry a length in front; one value has exactly one encoding,
 * and reading refuses every other.
 */
export interface Layout<T> {
  write: (out: Writer, value: T) => void
  read: (input: Reader) => T
}

/** The value type of a layout. */
export type ValueOf<L> = L extends Layout<infer T> ? T : never

/** Thrown by layouts on bytes that are not an encoding; callers turn it into a typed error at their border. */
export class LayoutError extends Error {
  override name = 'LayoutError'
}

export interface Writer {
  bytes: Uint8Array
  length: number
}

export interface Reader {
  readonly bytes: Uint8Array
  offset: number
}

function reserve (out: Writer, count: number): number {
  const start = out.length
  const end = start + count
  if (end > out.bytes.length) {
    const grown = new Uint8Array(Math.max(end, 2 * out.bytes.length))
    grown.set(out.bytes.subarray(0, start))
    out.bytes = grown
  }
  out.length = end
  return start
}

function take (input: Reader, count: number): number {
  const start = input.offset
  if (start + count > input.bytes.length) throw new LayoutError(`truncated: ${count} bytes wanted at offset ${start} of ${input.bytes.length}`)
  input.offset = start + count
  return start
}

function unsigned (byteLength: number): Layout<number> {
  const max = 2 ** (8 * byteLength) - 1
  return {
    write (out, value) {
      if (!Number.isInteger(value) || value < 0 || value > max) throw new LayoutError(`${value} does not fit ${8 * byteLength} bits`)
      const at = reserve(out, byteLength)
      const { bytes } = out
      // Shifts know 32 bits; what is above them is written first.
      if (byteLength > 4) {
        const high = Math.floor(value / 2 ** 32)
        for (let i = 0; i < byteLength - 4; i++) bytes[at + i] = high >>> 8 * (byteLength - 5 - i)
      }
      for (let i = Math.max(0, byteLength - 4); i < byteLength; i++) bytes[at + i] = value >>> 8 * (byteLength - 1 - i)
    },
    read (input) {
      const at = take(input, byteLength)
      let value = 0
      for (let i = 0; i < byteLength; i++) value = value * 256 + input.bytes[at + i]!
      return value
    }
  }
}

/** Unsigned integers as `number`. */
export const u8 = unsigned(1)
export const u16 = unsigned(2)
export const u32 = unsigned(4)
/** Counters and milliseconds: up to 2^48 − 1. */
export const u48 = unsigned(6)

// A view costs more to make than a number to copy.
const LANE = new Uint8Array(8)
const LANE_VIEW = new DataView(LANE.buffer)

function wide (byteLength: number, min: bigint, max: bigint): Layout<bigint> {
  const bits = BigInt(8 * byteLength)
  return {
    write (out, value) {
      if (value < min || value > max) throw new LayoutError(`${value} does not fit`)
      const at = reserve(out, byteLength)
      let rest = value
      for (let i = byteLength - 8; i >= 0; i -= 8, rest >>= 64n) {
        LANE_VIEW.setBigUint64(0, BigInt.asUintN(64, rest))
        for (let j = 0; j < 8; j++) out.bytes[at + i + j] = LANE[j]!
      }
    },
    read (input) {
      const at = take(input, byteLength)
      const view = new DataView(input.bytes.buffer, input.bytes.byteOffset)
      let raw = 0n
      for (let i = 0; i < byteLength; i += 8) raw = (raw << 64n) | view.getBigUint64(at + i)
      const value = min < 0n ? BigInt.asIntN(Number(bits), raw) : raw
      if (value < min || value > max) throw new LayoutError(`${value} is out of range`)
      return value
    }
  }
}

export const u64 = wide(8, 0n, (1n << 64n) - 1n)
export const u128 = wide(16, 0n, (1n << 128n) - 1n)
/** Smallest units, 0 to 2^63 − 1. */
export const units = wide(8, 0n, UNITS_MAX) as unknown as Layout<Units>
/** Signed smallest units. */
export const balance = wide(8, -UNITS_MAX, UNITS_MAX) as unknown as Layout<Balance>

export const bool: Layout<boolean> = {
  write (out, value) {
    const at = reserve(out, 1) // before `out.bytes` is looked up: the buffer may have been replaced by a larger one
    out.bytes[at] = value ? 1 : 0
  },
  read (input) {
    const byte = input.bytes[take(input, 1)]!
    if (byte > 1) throw new LayoutError(`a flag is 0 or 1, not ${byte}`)
    return byte === 1
  }
}

/** Exactly `length` bytes. */
export const bytesOf = (length: number): Layout<Uint8Array> => ({
  write (out, value) {
    if (value.length !== length) throw new LayoutError(`${length} bytes wanted, ${value.length} given`)
    const at = reserve(out, length)
    out.bytes.set(value, at)
  },
  read (input) {
    const at = take(input, length)
    return input.bytes.slice(at, at + length)
  }
})
export const bytes16 = bytesOf(16)
export const bytes32 = bytesOf(32)
export const bytes33 = bytesOf(33)
export const bytes64 = bytesOf(64)

/**
 * Exactly `length` bytes, as hexadecimal text in memory: for ids.
 *
 * Two signatures, so that without a type argument the type is plain text, whatever the place it is used in expects.
 */
export function hexOf (length: number): Layout<Hex>
export function hexOf<T extends string> (length: number): Layout<T>
export function hexOf<T extends string> (length: number): Layout<T> {
  return {
    write (out, value) {
      const at = reserve(out, length)
      if (value.length !== 2 * length || !putHex(value, out.bytes, at)) throw new LayoutError(`${length} bytes of hexadecimal wanted`)
    },
    read (input) {
      const at = take(input, length)
      return toHex(input.bytes.subarray(at, at + length)) as T
    }
  }
}

/** Up to `max` bytes, behind a 32-bit length. */
export const varBytes = (max: number): Layout<Uint8Array> => ({
  write (out, value) {
    if (value.length > max) throw new LayoutError(`at most ${max} bytes, ${value.length} given`)
    u32.write(out, value.length)
    const at = reserve(out, value.length)
    out.bytes.set(value, at)
  },
  read (input) {
    const length = u32.read(input)
    if (length > max) throw new LayoutError(`at most ${max} bytes, ${length} announced`)
    const at = take(input, length)
    return input.bytes.slice(at, at + length)
  }
})

/** Text of at most `maxBytes` bytes of UTF-8. */
export function text (maxBytes: number): Layout<string>
export function text<T extends string> (maxBytes: number): Layout<T>
export function text<T extends string> (maxBytes: number): Layout<T> {
  const raw = varBytes(maxBytes)
  return {
    write (out, value) { raw.write(out, utf8Bytes(value)) },
    read (input) {
      const value = utf8Text(raw.read(input))
      if (value === undefined) throw new LayoutError('not UTF-8')
      return value as T
    }
  }
}

/** One of at most 256 fixed words, as one byte: the index in the list. Only append to the list. */
export const oneOf = <const T extends readonly string[]>(...words: T): Layout<T[number]> => ({
  write (out, value) {
    const index = words.indexOf(value)
    if (index < 0) throw new LayoutError(`${value} is none of ${words.join(', ')}`)
    u8.write(out, index)
  },
  read (input) {
    const word = words[u8.read(input)]
    if (word === undefined) throw new LayoutError(`none of ${words.join(', ')}`)
    return word
  }
})

export const optional = <T>(layout: Layout<T>): Layout<T | undefined> => ({
  write (out, value) {
    bool.write(out, value !== undefined)
    if (value !== undefined) layout.write(out, value)
  },
  read: (input) => bool.read(input) ? layout.read(input) : undefined
})

/** At most `max` items, behind a 16-bit count. */
export const list = <T>(layout: Layout<T>, max: number): Layout<readonly T[]> => ({
  write (out, values) {
    if (values.length > max) throw new LayoutError(`at most ${max} items, ${values.length} given`)
    u16.write(out, values.length)
    for (const value of values) layout.write(out, value)
  },
  read (input) {
    const count = u16.read(input)
    if (count > max) throw new LayoutError(`at most ${max} items, ${count} announced`)
    const values: T[] = []
    for (let i = 0; i < count; i++) values.push(layout.read(input))
    return values
  }
})

/** A bound that every layout meets. Not `Layout<any>`: fields of a table would be inferred as `any` from it. */
interface AnyLayout {
  write: (out: Writer, value: never) => void
  read: (input: Reader) => unknown
}
type Fields = Readonly<Record<string, AnyLayout>>
/** The object type that a table of layouts describes. */
export type RecordOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> }

/** The fields in the order of the table. */
export function record<F extends Fields> (fields: F): Layout<RecordOf<F>> {
  const names = Object.keys(fields)
  const layouts = Object.values(fields)
  return {
    write (out, value) { for (let i = 0; i < names.length; i++) layouts[i]!.write(out, value[names[i]!] as never) },
    read (input) {
      const value: Record<string, unknown> = {}
      for (let i = 0; i < names.length; i++) value[names[i]!] = layouts[i]!.read(input)
      return value as RecordOf<F>
    }
  }
}

/** A union discriminated by `key`: one byte (the position in the table), then that variant's fields. Only append variants. */
export function union<K extends string, V extends Record<string, Fields>> (key: K, variants: V):
Layout<{ [N in keyof V & string]: { readonly [P in K]: N } & RecordOf<V[N]> }[keyof V & string]> {
  const names = Object.keys(variants)
  const layouts = names.map((name) => record(variants[name]!))
  return {
    write (out, value) {
      const index = names.indexOf((value as Record<string, string>)[key]!)
      if (index < 0) throw new LayoutError(`unknown ${key}`)
      u8.write(out, index)
      layouts[index]!.write(out, value)
    },
    read (input) {
      const index = u8.read(input)
      const layout = layouts[index]
      if (layout === undefined) throw new LayoutError(`unknown ${key} ${index}`)
      return { [key]: names[index]!, ...layout.read(input) } as never
    }
  }
}

/** Encodes to fresh bytes. */
export const encodeLayout = <T>(layout: Layout<T>, value: T): Uint8Array => written((out) => { layout.write(out, value) })

const BUFFER_BYTES = 4_096
/** A buffer that grew beyond this is not kept. */
const BUFFER_BYTES_MAX = 1 << 20
let buffer: Uint8Array | undefined

/** Bytes that `write` writes. The buffer is used again; an encoding inside another gets one of its own. */
function written (write: (out: Writer) => void): Uint8Array {
  const out: Writer = { bytes: buffer ?? new Uint8Array(BUFFER_BYTES), length: 0 }
  buffer = undefined
  try {
    write(out)
    return out.bytes.slice(0, out.length)
  } finally {
    if (out.bytes.length <= BUFFER_BYTES_MAX) buffer = out.bytes
  }
}

/**
 * A layout of objects that are written several times and never changed: the bytes are kept as long as the object lives.
 */
export function kept<T extends object> (layout: Layout<T>): Layout<T> {
  const known = new WeakMap<T, Uint8Array>()
  return {
    write (out, value) {
      let bytes = known.get(value)
      if (bytes === undefined) {
        bytes = encodeLayout(layout, value)
        known.set(value, bytes)
      }
      const at = reserve(out, bytes.length)
      out.bytes.set(bytes, at)
    },
    read: layout.read
  }
}

/** Decodes all of `bytes`; throws {@link LayoutError} when they are truncated, too long or not canonical. */
export function decodeLayout<T> (layout: Layout<T>, bytes: Uint8Array): T {
  const input: Reader = { bytes, offset: 0 }
  const value = layout.read(input)
  if (input.offset !== bytes.length) throw new LayoutError(`${bytes.length - input.offset} bytes too many`)
  return value
}

/** A signed or hashed struct under a domain tag. */
export interface Struct<T> extends Layout<T> {
  readonly domain: string
  encode: (value: T) => Uint8Array
  decode: (bytes: Uint8Array) => T
  /** Tagged hash of the encoding: what is signed, and the id of the value. 32 bytes. */
  hash: (value: T) => Uint8Array
}

/**
 * Declares a canonical struct, so that it reads like the specification.
 *
 * @example
 * const statement = struct('amiko/trust-line/statement', { sequence: u48, owed: balance })
 */
export function struct<F extends Fields> (domain: string, fields: F): Struct<RecordOf<F>> {
  const layout = record(fields)
  const encode = (value: RecordOf<F>): Uint8Array => encodeLayout(layout, value)
  return {
    ...layout,
    domain,
    encode,
    decode: (bytes) => decodeLayout(layout, bytes),
    hash: (value) => taggedHash(domain, encode(value))
  }
}

/** A stored entity: one version byte, then the fields of that version. Old versions load for ever. */
export interface EntityLayout<T> {
  readonly name: string
  encode: (entity: T) => Uint8Array
  /** Throws {@link LayoutError} on corrupt bytes and {@link NewerVersionError} on a version from the future. */
  decode: (bytes: Uint8Array) => T
}

export class NewerVersionError extends Error {
  override name = 'NewerVersionError'
  constructor (readonly entity: string, readonly found: number, readonly known: number) {
    super(`entity ${entity} has version ${found}; this program knows up to ${known}`)
  }
}

/** Thrown when a stored key belongs to no table: a newer program wrote it, or it is damaged. */
export class UnknownKeyError extends Error {
  override name = 'UnknownKeyError'
}

/**
 * Declares a stored entity.
 *
 * @param older - a reader for each older version number, giving the entity of today
 */
export function entity<T> (name: string, version: number, layout: Layout<T>, older: Readonly<Record<number, (bytes: Uint8Array) => T>> = {}): EntityLayout<T> {
  return {
    name,
    encode: (value) => written((out) => {
      u8.write(out, version)
      layout.write(out, value)
    }),
    decode (bytes) {
      const found = bytes[0]
      if (found === undefined) throw new LayoutError(`entity ${name} is empty`)
      if (found > version) throw new NewerVersionError(name, found, version)
      if (found === version) return decodeLayout(layout, bytes.subarray(1))
      const reader = older[found]
      if (reader === undefined) throw new LayoutError(`entity ${name} has unknown version ${found}`)
      return reader(bytes.subarray(1))
    }
  }
}
