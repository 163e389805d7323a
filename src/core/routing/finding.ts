import type { RoutingHost } from './host.js'
import { FIND_DELAY_MS, FIND_SPACING_MS, FIND_TRIES_MAX } from './limits.js'
import { paceOf, type Unannounced } from './tables.js'

export const FIND_TIMER = 'routing/find'

/** A vector of a meeting point that nobody announced: most announcements are only a little late, so it is looked up after a while. */
export const newlyUnannounced = (host: RoutingHost, peer: Unannounced['peer']): Unannounced => ({ peer, findMs: host.env.nowMs + FIND_DELAY_MS, tries: 0 })

/** Looks up the one that is due, one at a time, each a few times. @see HINT-11 */
export function onFindTimer (host: RoutingHost): void {
  const { unannounced, pace } = host.tables
  const { nowMs } = host.env
  pace.set('all', { ...paceOf(host.tables), findAtMs: undefined })
  const [first] = [...unannounced.entries()].filter(([, { findMs }]) => findMs <= nowMs).sort(([, a], [, b]) => a.findMs - b.findMs)
  if (first !== undefined) {
    const [key, { peer, tries }] = first
    const findMs = tries + 1 < FIND_TRIES_MAX ? nowMs + FIND_SPACING_MS * 2 ** (tries + 1) : Infinity
    unannounced.set(key, { peer, findMs, tries: tries + 1 })
    host.findMeetingPoint(key.slice(key.indexOf('/') + 1))
  }
  findLater(host, nowMs + FIND_SPACING_MS)
}

/** Sets the timer of the next look-up, if there is one to come. */
export function findLater (host: RoutingHost, earliestMs: number = host.env.nowMs): void {
  const { unannounced, pace } = host.tables
  const now = paceOf(host.tables)
  if (now.findAtMs !== undefined) return
  let nextMs = Infinity
  for (const { findMs } of unannounced.values()) nextMs = Math.min(nextMs, findMs)
  if (nextMs === Infinity) return
  const findAtMs = Math.max(earliestMs, nextMs)
  pace.set('all', { ...now, findAtMs })
  host.setTimer(FIND_TIMER, findAtMs)
}
