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

export function createTrace (options: TraceOptions = {}): Trace {
  const hash = createHash('sha256')
  const lines: string[] = []
  let count = 0
  return {
    line (nowMs, node, code, ...fields) {
      const text = `${nowMs} ${node} ${code}${fields.length === 0 ? '' : ' ' + fields.join(' ')}`
      hash.update(text).update('\n')
      if (options.keep === true) lines.push(text)
      options.onLine?.(text, count)
      count++
    },
    get count () { return count },
    hash: () => hash.copy().digest('hex'),
    lines
  }
}

/** The first eight digits of a hash of bytes: enough to see that two frames differ. */
export const shortHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 8)
