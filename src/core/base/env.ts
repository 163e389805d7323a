import { taggedHash } from './hash.js'
import { utf8Bytes } from './bytes.js'
import { invariant } from './invariant.js'

/** The clocks a lock's expiry can run on. `unix`: value in seconds; a chain: value is a block height. */
export type ClockName = 'unix' | 'bitcoin' | 'litecoin'

/** When a lock ends. */
export interface Expiry {
  readonly clock: ClockName
  /** Seconds since 1970 on `unix`, else a block height. */
  readonly value: number
}

/**
 * All that a step may know of the world, read before the step and recorded in the trace.
 */
export interface Env {
  /**
   * Milliseconds since 1970: the wall clock as it stood when the process started, advanced by monotonic time only.
   * It never jumps while a process lives (S27).
   */
  readonly nowMs: number
  /** Best block height of each chain in use. */
  readonly heights: Readonly<Partial<Record<'bitcoin' | 'litecoin', number>>>
  /** 32 fresh random bytes. */
  readonly entropy: Uint8Array
}

/** Seconds since 1970 on the node's expiry clock. */
export const unixSeconds = (env: Env): number => Math.floor(env.nowMs / 1000)

/** A source of independent 32-byte values drawn from one step's entropy. */
export type Draw = (label: string) => Uint8Array

/** Most draws of one step: what its 16-bit counter can tell apart. */
export const DRAWS_MAX = 65_536

/** Labels are literals of this code; a draw with any other is as good, but is not remembered beyond this many. */
const LABELS_MAX = 256
const labels = new Map<string, Uint8Array>()

function labelBytes (label: string): Uint8Array {
  const known = labels.get(label)
  if (known !== undefined) return known
  const bytes = utf8Bytes(label)
  if (labels.size < LABELS_MAX) labels.set(label, bytes)
  return bytes
}

/** Each call gives 32 fresh bytes: hash of the step's entropy, a label and a counter. At most {@link DRAWS_MAX} calls. */
export function drawFrom (entropy: Uint8Array): Draw {
  let counter = 0
  return (label) => {
    invariant(counter < DRAWS_MAX, 'a step draws less than its counter can tell apart, or a value would be drawn twice')
    return taggedHash('amiko/draw', entropy, Uint8Array.of(counter >> 8, counter++ & 0xff), labelBytes(label))
  }
}

/** A whole number from 0 to `below` − 1 (below ≤ 2^32) of 32 random bytes; the bias is under 2^-16. */
export function numberBelow (random: Uint8Array, below: number): number {
  let value = 0
  for (let i = 0; i < 6; i++) value = value * 256 + random[i]!
  return value % below
}
