import type { Clock } from '../../ports/clock.js'

/** A clock that moves only when it is told to. */
export interface VirtualClock extends Clock {
  /** Moves on by `milliseconds`, running what becomes due, in the order of its time and then of its calls. */
  advance: (milliseconds: number) => void
  /** Runs what was asked for `soon`, and what that asks for, without moving. */
  settle: () => void
  /** When the next callback is due, or undefined. */
  next: () => number | undefined
}

/** Most callbacks of one call of `advance` or `settle`: more is a loop without an end. */
const CALLBACKS_MAX = 1_000_000

interface Due { readonly atMs: number, readonly order: number, readonly callback: () => void }

/** The in-memory twin of the system clock, for tests. */
export function virtualClock (startMs = 1_700_000_000_000): VirtualClock {
  let nowMs = startMs
  let order = 0
  let calls = 0
  const timers = new Set<Due>()
  let ready: Array<() => void> = []

  const call = (callback: () => void): void => {
    if (++calls > CALLBACKS_MAX) throw new RangeError('virtualClock: callbacks without an end')
    callback()
  }
  const runReady = (): void => {
    while (ready.length > 0) {
      const batch = ready
      ready = []
      for (const callback of batch) call(callback)
    }
  }
  const first = (): Due | undefined => {
    let best: Due | undefined
    for (const timer of timers) if (best === undefined || timer.atMs < best.atMs || (timer.atMs === best.atMs && timer.order < best.order)) best = timer
    return best
  }
  const advance = (milliseconds: number): void => {
    if (!(milliseconds >= 0)) throw new RangeError('virtualClock: time does not go back')
    const untilMs = nowMs + milliseconds
    calls = 0
    runReady()
    for (let timer = first(); timer !== undefined && timer.atMs <= untilMs; timer = first()) {
      timers.delete(timer)
      nowMs = Math.max(nowMs, timer.atMs)
      call(timer.callback)
      runReady()
    }
    nowMs = untilMs
  }
  return {
    now: () => nowMs,
    at: (atMs, callback) => {
      const due: Due = { atMs, order: order++, callback }
      timers.add(due)
      return () => { timers.delete(due) }
    },
    soon: (callback) => { ready.push(callback) },
    advance,
    settle: () => { advance(0) },
    next: () => ready.length > 0 ? nowMs : first()?.atMs
  }
}

/** The in-memory twin of the system's randomness: the same bytes for the same seed. */
export function countingEntropy (seed = 1): () => Uint8Array {
  let state = BigInt(seed) || 1n
  return () => {
    const bytes = new Uint8Array(32)
    for (let i = 0; i < 32; i++) {
      // splitmix64: good enough to tell draws apart, and nothing else.
      state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
      let z = state
      z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
      z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
      bytes[i] = Number((z ^ (z >> 31n)) & 0xffn)
    }
    return bytes
  }
}
