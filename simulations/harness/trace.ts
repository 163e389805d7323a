import { createHash } from 'node:crypto'

/**
 * The record of a run: one line an event, `time node code fields…`. The same seed and commit give the same lines,
 * so the same hash (I30). The codes are explained in `simulations/README.md`.
 */
export interface Trace {
  line: (nowMs: number, node: string, code: TraceCode, ...fields: ReadonlyArray<string | number>) => void
  readonly count: number
  /** Hash over all lines so far, hex. */
  hash: () => string
  /** The lines, when they are kept. */
  readonly lines: readonly string[]
}

/** Code of a line, with what it says. */
export const TRACE_LEGEND = {
  '+': 'a process of the node started',
  x: 'the process crashed',
  c: 'connected to PEER',
  d: 'disconnected from PEER',
  '>': 'sent a frame: PEER STREAM/TAG LENGTH HASH',
  '<': 'received a frame: PEER STREAM/TAG LENGTH HASH',
  '!': 'a filter of a misbehaving node acted: WHAT PEER STREAM/TAG',
  t: 'a timer fired',
  w: 'handed a batch to the store: ENTRIES HASH',
  s: 'the batch became durable: ENTRIES',
  q: 'a request was made: ID TYPE',
  a: 'a request was answered: ID HASH',
  n: 'a notice: TYPE',
  g: 'published an announcement: LENGTH HASH',
  h: 'heard an announcement: LENGTH HASH',
  '#': 'the harness acted: WHAT',
  v: 'a checker found a violation: INVARIANT'
} as const
export type TraceCode = keyof typeof TRACE_LEGEND

export interface TraceOptions {
  /** Keeps the lines; otherwise only their hash. */
  readonly keep?: boolean
  /** Told of each line as it is made. */
  readonly onLine?: (line: string, index: number) => void
}

/** Characters of lines that wait to be hashed. */
const HASHED_AT_ONCE = 4_096

export function createTrace (options: TraceOptions = {}): Trace {
  const hash = createHash('sha256')
  /** Lines not hashed yet: one long update is cheaper than many short ones. */
  let waiting = ''
  const lines: string[] = []
  let count = 0
  return {
    line (nowMs, node, code, ...fields) {
      const text = `${nowMs} ${node} ${code}${fields.length === 0 ? '' : ' ' + fields.join(' ')}`
      waiting += text + '\n'
      if (waiting.length > HASHED_AT_ONCE) {
        hash.update(waiting)
        waiting = ''
      }
      if (options.keep === true) lines.push(text)
      options.onLine?.(text, count)
      count++
    },
    get count () { return count },
    hash () {
      hash.update(waiting)
      waiting = ''
      return hash.copy().digest('hex')
    },
    lines
  }
}

const FNV_PRIME = 0x01000193

function hashOfText (text: string, before: number): number {
  let hash = before
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash
}

/** Four bytes at a time: all of what is stored and sent comes by here. The shift brings high bits down, which a product does not. */
function hashOfBytes (bytes: Uint8Array, before: number): number {
  let hash = before
  let i = 0
  for (; i + 4 <= bytes.length; i += 4) {
    hash = Math.imul(hash ^ (bytes[i]! | bytes[i + 1]! << 8 | bytes[i + 2]! << 16 | bytes[i + 3]! << 24), FNV_PRIME)
    hash ^= hash >>> 15
  }
  for (; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME)
  return hash
}

/**
 * Eight digits that tell two byte strings apart, after FNV-1a. Cheap, and good enough to see that two
 * frames differ; the whole trace has a real hash.
 */
export function shortHash (...parts: ReadonlyArray<Uint8Array | string>): string {
  let hash = 0x811c9dc5
  for (const part of parts) {
    hash = Math.imul((typeof part === 'string' ? hashOfText(part, hash) : hashOfBytes(part, hash)) ^ part.length, FNV_PRIME)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
