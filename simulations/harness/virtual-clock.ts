import type { Clock } from '../../src/ports/clock.js'

/** Virtual time 0 in milliseconds since 1970: every world starts at the same moment. */
export const WORLD_START_MS = 1_800_000_000_000

/** Most events that may wait at once: more is a world that floods itself. */
export const QUEUE_EVENTS_MAX = 1_000_000

/**
 * The one queue of a world. Events run in the order of their time; at the same time those of phase `ready` first,
 * then in the order in which they were scheduled. No event runs inside another.
 */
export interface EventQueue {
  /** Virtual milliseconds since the world began. */
  readonly nowMs: number
  readonly size: number
  /** How many events have run. */
  readonly count: number
  /** Runs `action` at `atMs`, or now when that has passed; gives a function that takes it back. */
  schedule: (atMs: number, action: () => void, phase?: Phase) => () => void
  /** Runs the next event and advances time to it; false when there is none before or at `untilMs`. */
  runNext: (untilMs: number) => boolean
  /** Advances time with nothing to run. Never back. */
  advance: (toMs: number) => void
}

/** `ready`: input that has arrived. `idle`: what waits until no input of this moment is left. */
export type Phase = 'ready' | 'idle'

interface Entry { readonly at: number, readonly rank: number, readonly order: number, action: (() => void) | undefined }

const before = (a: Entry, b: Entry): boolean =>
  a.at !== b.at ? a.at < b.at : a.rank !== b.rank ? a.rank < b.rank : a.order < b.order

export function createEventQueue (): EventQueue {
  const heap: Entry[] = []
  let order = 0

  const push = (entry: Entry): void => {
    if (heap.length >= QUEUE_EVENTS_MAX) throw new RangeError(`more than ${QUEUE_EVENTS_MAX} events wait: the world floods itself`)
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!before(entry, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = entry
    queue.size = heap.length
  }
  const pop = (): void => {
    const last = heap.pop()!
    queue.size = heap.length
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
  }

  // Its numbers are plain properties: objects with getters of their own are slow to read from.
  const queue: { -readonly [K in keyof EventQueue]: EventQueue[K] } = {
    nowMs: 0,
    size: 0,
    count: 0,
    schedule (atMs, action, phase = 'ready') {
      if (!Number.isFinite(atMs)) throw new RangeError(`schedule: not a time: ${atMs}`)
      const entry: Entry = { at: Math.max(queue.nowMs, Math.ceil(atMs)), rank: phase === 'ready' ? 0 : 1, order: order++, action }
      push(entry)
      // The entry stays in the heap until its time: taking it out of the middle would cost more than passing over it.
      return () => { entry.action = undefined }
    },
    runNext (untilMs) {
      for (;;) {
        const entry = heap[0]
        if (entry === undefined || entry.at > untilMs) return false
        pop()
        if (entry.action === undefined) continue
        queue.nowMs = entry.at
        queue.count++
        entry.action()
        return true
      }
    },
    advance (toMs) { if (toMs > queue.nowMs) queue.nowMs = toMs }
  }
  return queue
}

/**
 * The clock of one process of a node.
 *
 * @param isAlive - false once the process has crashed: its callbacks are then forgotten
 * @param skewMs - how far this node's wall clock is ahead of the world's
 */
export function virtualClock (queue: EventQueue, isAlive: () => boolean, skewMs = 0): Clock {
  const guarded = (callback: () => void) => () => { if (isAlive()) callback() }
  return {
    now: () => WORLD_START_MS + queue.nowMs + skewMs,
    at: (atMs, callback) => queue.schedule(atMs - WORLD_START_MS - skewMs, guarded(callback)),
    soon: (callback) => { queue.schedule(queue.nowMs, guarded(callback), 'idle') }
  }
}
