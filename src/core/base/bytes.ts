import { hex } from '@scure/base'

/** Bytes as lower-case hexadecimal text; the form ids and map keys take inside the core. */
export type Hex = string

export const toHex = (bytes: Uint8Array): Hex => hex.encode(bytes)

/** Decodes lower-case or upper-case hexadecimal text. Throws on anything else: only for text already checked. */
export const fromHex = (text: Hex): Uint8Array => hex.decode(text.toLowerCase())

const HEX = /^[0-9a-f]*$/

/** Whether `text` is lower-case hexadecimal of exactly `byteLength` bytes. */
export const isHexOf = (text: string, byteLength: number): boolean => text.length === 2 * byteLength && HEX.test(text)

/** Equality in time that depends on the lengths only. */
export function equalBytes (a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** Lexicographic order, shorter first on a tie: negative, zero or positive. */
export function compareBytes (a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export function concatBytes (...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let offset = 0
  for (const part of parts) { out.set(part, offset); offset += part.length }
  return out
}

/** Bytewise exclusive or of two arrays of the same length. */
export function xorBytes (a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== b.length) throw new RangeError(`xorBytes: lengths differ (${a.length} and ${b.length})`)
  const out = new Uint8Array(a.length)
  for (let i = 0; i < a.length; i++) out[i] = a[i]! ^ b[i]!
  return out
}

const UTF8 = new TextEncoder()
// Without `ignoreBOM` a leading byte order mark would vanish, and two byte strings would be one text.
const UTF8_STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const utf8Bytes = (text: string): Uint8Array => UTF8.encode(text)

/** Text of UTF-8 bytes, or undefined when they are not valid UTF-8. */
export function utf8Text (bytes: Uint8Array): string | undefined {
  try {
    return UTF8_STRICT.decode(bytes)
  } catch {
    return undefined // TextDecoder has no other way to say "not UTF-8"; the caller reports it
  }
}
