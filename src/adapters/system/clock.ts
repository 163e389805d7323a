import { performance } from 'node:perf_hooks'
import type { Clock } from '../../ports/clock.js'

/** Longest delay that a Node timer takes; a longer wait is made of several. */
const TIMER_MS_MAX = 2 ** 31 - 1

/**
 * The clock of a real node: the wall clock as it stood now, advanced by monotonic time only, so that setting the
 * machine's time neither expires a lock nor revives one. Its timers hold the process.
 */
export function systemClock (): Clock {
  const wallMs = Date.now()
  const monotonicMs = performance.now()
  const now = (): number => Math.floor(wallMs + performance.now() - monotonicMs)

  return {
    now,
    at: (atMs, callback) => {
      let timer: ReturnType<typeof setTimeout>
      const arm = (): void => {
        // Node may wake up to a millisecond early; then it waits again.
        timer = setTimeout(() => { if (now() >= atMs) callback(); else arm() }, Math.max(0, Math.min(Math.ceil(atMs - now()), TIMER_MS_MAX)))
      }
      arm()
      return () => { clearTimeout(timer) }
    },
    // The check phase follows the poll phase: sockets that have data are read first.
    soon: (callback) => { setImmediate(callback) }
  }
}
