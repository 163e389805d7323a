import type { Clock } from '../ports/clock.js'

/** Milliseconds without an event after which a node counts as idle: longer than the pauses within a payment between neighbours. */
export const IDLE_MS = 5

/** Does work that only makes later work shorter. */
export interface IdleWork {
  /** Something happened: the work waits again. */
  touch: () => void
  stop: () => void
}

/**
 * Does a piece of work at a time while nothing happens.
 *
 * @param work - does a piece of a millisecond or two; gives whether there is more
 */
export function whenIdle (clock: Clock, work: () => boolean): IdleWork {
  let touchedMs = 0
  let cancel: (() => void) | undefined
  const look = (): void => {
    const idleFromMs = touchedMs + IDLE_MS
    const nowMs = clock.now()
    if (nowMs < idleFromMs) cancel = clock.at(idleFromMs, look)
    else cancel = work() ? clock.at(nowMs, look) : undefined
  }
  return {
    touch: () => {
      touchedMs = clock.now()
      cancel ??= clock.at(touchedMs + IDLE_MS, look)
    },
    stop: () => { cancel?.() }
  }
}
