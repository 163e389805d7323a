import type { Frame } from '../harness/virtual-network.js'
import type { Violation } from '../harness/world.js'

/** Length of the byte strings that may not be seen twice: shorter ones repeat by chance or carry nothing. */
export const WINDOW_BYTES = 16
/** A window with fewer distinct bytes is padding, a length or a small number, not a value that could link anything. */
const DISTINCT_BYTES_MIN = 8

/**
 * The privacy oracle (I21): no value of 16 bytes or more of a payment occurs on two links. It reads the bytes of all
 * frames at every offset, so it needs to understand no message, and no field can escape it.
 *
 * @param frames - the frames of one payment
 * @param known - values that everybody may know: the asset, the meeting point's public key
 */
export function checkPrivacy (frames: readonly Frame[], known: readonly Uint8Array[]): readonly Violation[] {
  const publicValues = known.map((value) => Buffer.from(value).toString('latin1'))
  const seen = new Map<string, { readonly link: string, readonly stream: string, readonly offset: number }>()
  const reported = new Set<string>()
  const violations: Violation[] = []
  for (const frame of frames) {
    const link = frame.from < frame.to ? `${frame.from} ${frame.to}` : `${frame.to} ${frame.from}`
    for (const { text, offset } of windowsOf(frame.bytes, publicValues)) {
      const first = seen.get(text)
      if (first === undefined) seen.set(text, { link, stream: frame.stream, offset })
      else if (first.link !== link) {
        const where = `${first.stream} at ${first.offset} and ${frame.stream} at ${offset}`
        // Neighbouring windows of one value say the same thing.
        const pair = `${first.link} ${link} ${first.stream} ${frame.stream}`
        if (reported.has(pair)) continue
        reported.add(pair)
        violations.push({ invariant: 'I21', detail: `the bytes ${Buffer.from(text, 'latin1').toString('hex')} are on two links: ${where}` })
      }
    }
  }
  return violations
}

/** All windows of a frame that could link two frames: no padding, and nothing that overlaps a public value. */
function * windowsOf (bytes: Uint8Array, known: readonly string[]): Generator<{ readonly text: string, readonly offset: number }> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const skipped = new Uint8Array(bytes.length)
  for (const value of known) {
    for (let at = all.indexOf(value); at >= 0; at = all.indexOf(value, at + 1)) skipped.fill(1, Math.max(0, at - WINDOW_BYTES + 1), at + value.length)
  }
  for (let offset = 0; offset + WINDOW_BYTES <= bytes.length; offset++) {
    if (skipped[offset] === 1) continue
    const text = all.slice(offset, offset + WINDOW_BYTES)
    if (new Set(text).size >= DISTINCT_BYTES_MIN) yield { text, offset }
  }
}
