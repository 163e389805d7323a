/** Longest text of a stranger that is shown in one place. */
export const PRINTABLE_CHARACTERS_MAX = 1_000

// Control characters, line and paragraph separators, zero-width and direction marks, tags, lone surrogates: what could
// forge a log line, move a cursor, or make text read differently from what it is.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu

/**
 * Text that may come from a stranger, made safe for a terminal, a log line and an error message: dangerous characters
 * are written as `\u{…}`, and what is longer than `max` characters is cut with a note of the full length.
 */
export function printable (text: string, max: number = PRINTABLE_CHARACTERS_MAX): string {
  const kept = text.length > max ? text.slice(0, max) : text
  const safe = kept.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
  return text.length > max ? `${safe}… (${text.length} characters)` : safe
}
