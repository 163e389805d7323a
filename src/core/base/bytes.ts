/** Bytes as lower-case hexadecimal text; the form ids and map keys take inside the core. */
export type Hex = string

// Ids are turned into text and back with every message and every stored entity, so tables stand here instead of a library.
const PAIRS: readonly string[] = Array.from({ length: 256 }, (_none, byte) => byte.toString(16).padStart(2, '0'))
const NO_DIGIT = 0xf0
const LOWER_DIGITS = new Uint8Array(128).fill(NO_DIGIT)
for (let digit = 0; digit < 16; digit++) LOWER_DIGITS[digit.toString(16).charCodeAt(0)] = digit

export function toHex (bytes: Uint8Array): Hex {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += PAIRS[bytes[i]!]!
  return text
}

/** Decodes lower-case or upper-case hexadecimal text. Throws on anything else: only for text already checked. */
export function fromHex (text: Hex): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1)
  if (text.length % 2 !== 0 || !putHex(text.toLowerCase(), bytes, 0)) throw new RangeError('not hexadecimal text')
  return bytes
}

/**
 * Writes the bytes of lower-case hexadecimal text of even length into an array.
 *
 * @returns false when the text is something else; then the bytes written mean nothing
 */
export function putHex (text: Hex, into: Uint8Array, at: number): boolean {
  let seen = 0
  for (let i = 0; i < text.length; i += 2) {
    const high = LOWER_DIGITS[text.charCodeAt(i)] ?? NO_DIGIT
    const low = LOWER_DIGITS[text.charCodeAt(i + 1)] ?? NO_DIGIT
    seen |= high | low
    into[at++] = high << 4 | low
  }
  return seen < NO_DIGIT
}

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
