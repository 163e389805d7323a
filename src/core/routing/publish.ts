import type { AssetId, PeerId } from '../base/ids.js'
import type { HintRecord } from '../link/messages.js'
import { PACING } from './pacing.js'
import type { RoutingHost } from './host.js'
import { RECORDS_PER_FLUSH_MAX, RECORDS_PER_MESSAGE_MAX } from './limits.js'
import { betterOf, type Distance } from './sequence.js'
import { neighbourKey, paceOf, URGENCIES, vectorKey, type Neighbour, type Outdated, type Pace, type Urgency, type VectorKey } from './tables.js'
import { advertTo, choicesOf, DIRECTIONS, recordFor, withAdvertised, type Choice, type Choices, type Usable, type Vector } from './vector.js'

export const FLUSH_TIMER = 'routing/flush'

/** Which buckets the channels with each neighbour reach, as published now: it is asked often of few, and not kept. */
export function usableIn (host: Pick<RoutingHost, 'tables'>, asset: AssetId): Usable {
  const { neighbours } = host.tables
  const known = new Map<PeerId, Neighbour | undefined>()
  return (peer, direction, bucket) => {
    if (!known.has(peer)) known.set(peer, neighbours.get(neighbourKey(peer, asset)))
    return (known.get(peer)?.[direction].published ?? 0) > bucket
  }
}

/** A light node speaks of meeting points that it hosts itself, and of no others. @see HINT-28 */
export const tellsOf = (host: Pick<RoutingHost, 'duty'>, vector: Pick<Vector, 'own'>): boolean => host.duty !== 'light' || vector.own !== undefined

/** Notes for which neighbours the advertised record changes, and how urgent that is. */
export function markChanges (host: RoutingHost, vector: Pick<Vector, 'asset' | 'meetingPoint'>, before: Choices, after: Choices): void {
  const { asset, meetingPoint } = vector
  const key = vectorKey(asset, meetingPoint)
  const soles = new Set<PeerId>()
  for (const direction of DIRECTIONS) {
    for (const choices of [before, after]) for (const choice of choices[direction]) if (choice?.sole !== undefined) soles.add(choice.sole)
  }
  const forMost = changeOf(before, after, advertToMost)
  for (const { peer } of host.tables.neighbours.group(asset).values()) {
    // Whoever a distance rests on alone hears nothing of it, so for that neighbour other things change.
    const urgency = soles.has(peer) ? changeOf(before, after, (choice) => advertTo(peer, choice)) : forMost
    if (urgency !== undefined) mark(host, peer, asset, key, urgency, false)
  }
}

const advertToMost = (choice: Choice | undefined): Distance | undefined => advertTo(undefined, choice)

/** The most urgent change between what was and what would be said. */
function changeOf (before: Choices, after: Choices, advert: (choice: Choice | undefined) => Distance | undefined): Urgency | undefined {
  let urgency: Urgency | undefined
  for (const direction of DIRECTIONS) {
    before[direction].forEach((was, bucket) => { urgency = moreUrgent(urgency, urgencyOf(advert(was), advert(after[direction][bucket]))) })
  }
  return urgency
}

/** Notes that a neighbour should get a record. `quiet`: unless there is nothing to say. */
export function mark (host: RoutingHost, peer: PeerId, asset: AssetId, vector: VectorKey, urgency: Urgency, quiet: boolean): void {
  const { outdated, pace } = host.tables
  const key = `${neighbourKey(peer, asset)}|${vector}`
  const before = outdated.get(key)
  const next = moreUrgent(before?.urgency, urgency)!
  if (before?.urgency !== next || (before.quiet && !quiet)) outdated.set(key, { peer, vector, urgency: next, quiet: quiet && (before?.quiet ?? true) })
  const now = paceOf(host.tables)
  if (!now[next]) pace.set('all', { ...now, [next]: true })
}

/** Marks all that is known in an asset for one neighbour, as an answer. */
export function markAll (host: RoutingHost, neighbour: Neighbour): void {
  for (const [key, vector] of host.tables.vectors.group(neighbour.asset)) if (tellsOf(host, vector)) mark(host, neighbour.peer, neighbour.asset, key, 'answer', true)
}

/** Sends what is due now and sets the timer for the rest. Called at the end of every step of routing. @see HINT-9 */
export function settle (host: RoutingHost): void {
  const due = dueAt(host, paceOf(host.tables))
  if (due !== undefined && due <= host.env.nowMs) flush(host)
  const pace = paceOf(host.tables)
  const next = dueAt(host, pace)
  if (next === pace.flushAtMs || (next !== undefined && pace.flushAtMs !== undefined && pace.flushAtMs <= next)) return
  host.tables.pace.set('all', { ...pace, flushAtMs: next })
  if (next === undefined) host.clearTimer(FLUSH_TIMER)
  else host.setTimer(FLUSH_TIMER, next)
}

export function onFlushTimer (host: RoutingHost): void {
  host.tables.pace.set('all', { ...paceOf(host.tables), flushAtMs: undefined })
}

/** When the next record may go. @see HINT-9 */
function dueAt (host: RoutingHost, pace: Pace): number | undefined {
  const { deltaMs, refreshMs, withdrawalMs } = PACING[host.pacing]
  const { nowMs } = host.env
  const times = [
    pace.answer ? nowMs : undefined,
    pace.withdrawal ? Math.max(nowMs, withdrawalMs === 0 ? nowMs : pace.lastWithdrawalMs + withdrawalTick(withdrawalMs)) : undefined,
    pace.delta ? Math.max(nowMs, pace.lastDeltaMs + deltaMs) : undefined,
    pace.refresh ? Math.max(nowMs, pace.lastRefreshMs + refreshMs) : undefined
  ].filter((time) => time !== undefined)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Withdrawals of different meeting points are looked at in ticks, so that each gets its own minute cheaply. */
const withdrawalTick = (withdrawalMs: number): number => withdrawalMs / 12

function flush (host: RoutingHost): void {
  const { deltaMs, deltaShare, refreshMs, withdrawalMs } = PACING[host.pacing]
  const { nowMs } = host.env
  const { tables } = host
  const pace = paceOf(tables)
  const due: Record<Urgency, boolean> = {
    answer: pace.answer,
    withdrawal: pace.withdrawal && nowMs >= pace.lastWithdrawalMs + withdrawalTick(withdrawalMs),
    delta: pace.delta && nowMs >= pace.lastDeltaMs + deltaMs,
    refresh: pace.refresh && nowMs >= pace.lastRefreshMs + refreshMs
  }
  tables.pace.set('all', {
    ...pace,
    answer: false,
    withdrawal: pace.withdrawal && !due.withdrawal,
    delta: pace.delta && !due.delta,
    refresh: pace.refresh && !due.refresh,
    lastDeltaMs: due.delta ? nowMs : pace.lastDeltaMs,
    lastRefreshMs: due.refresh ? nowMs : pace.lastRefreshMs,
    lastWithdrawalMs: due.withdrawal ? nowMs : pace.lastWithdrawalMs
  })
  const shareMax = Math.max(RECORDS_PER_MESSAGE_MAX, Math.ceil(deltaShare * tables.vectors.size)) // HINT-9
  for (const neighbour of [...tables.neighbours.values()]) {
    const waiting = [...tables.outdated.group(neighbourKey(neighbour.peer, neighbour.asset)).entries()].filter(([, { urgency }]) => due[urgency])
    const records: HintRecord[] = []
    let deltas = 0
    for (const [key, outdated] of waiting) {
      const full = records.length >= RECORDS_PER_FLUSH_MAX || (outdated.urgency === 'delta' && deltas >= shareMax)
      if (full || !mayWithdraw(host, outdated, withdrawalMs)) {
        tables.outdated.delete(key)
        mark(host, neighbour.peer, neighbour.asset, outdated.vector, full ? 'delta' : 'withdrawal', outdated.quiet)
        continue
      }
      if (outdated.urgency === 'delta') deltas++
      tables.outdated.delete(key)
      const record = say(host, neighbour, outdated)
      if (record !== undefined) records.push(record)
    }
    for (let at = 0; at < records.length; at += RECORDS_PER_MESSAGE_MAX) {
      host.send(neighbour.peer, { type: 'hints', asset: neighbour.asset, records: records.slice(at, at + RECORDS_PER_MESSAGE_MAX) })
    }
  }
}

/** One withdrawal of a meeting point in its time; those of one flush count as one. @see HINT-9 */
function mayWithdraw (host: RoutingHost, outdated: Outdated, withdrawalMs: number): boolean {
  if (outdated.urgency !== 'withdrawal' || withdrawalMs === 0) return true
  const { nowMs } = host.env
  const vector = host.tables.vectors.get(outdated.vector)
  if (vector === undefined || vector.withdrawnMs === nowMs) return true
  if (vector.withdrawnMs + withdrawalMs > nowMs) return false // HINT-9
  host.tables.vectors.set(outdated.vector, { ...vector, withdrawnMs: nowMs })
  return true
}

/** The record of a vector for a neighbour as it is now; what it says counts as advertised. */
function say (host: RoutingHost, { peer, asset }: Neighbour, outdated: Outdated): HintRecord | undefined {
  const { vectors } = host.tables
  const vector = vectors.get(outdated.vector)
  if (vector === undefined) return withdrawalOf(outdated.vector)
  const record = recordFor(peer, vector.meetingPoint, choicesOf(vector, usableIn(host, asset)))
  if (outdated.quiet && record.to.length === 0 && record.from.length === 0) return undefined
  if (vector.own === undefined) {
    const noted = withAdvertised(vector, record, betterOf) // HINT-6
    if (noted !== vector) vectors.set(outdated.vector, noted)
  }
  return record
}

const withdrawalOf = (key: VectorKey): HintRecord => ({ meetingPoint: key.slice(key.indexOf('/') + 1) as HintRecord['meetingPoint'], to: [], from: [] })

function urgencyOf (was: Distance | undefined, is: Distance | undefined): Urgency | undefined {
  if (was === undefined) return is === undefined ? undefined : 'delta'
  if (is === undefined) return 'withdrawal'
  if (was.hops !== is.hops) return 'delta'
  return was.sequence === is.sequence ? undefined : 'refresh'
}

function moreUrgent (a: Urgency | undefined, b: Urgency | undefined): Urgency | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return URGENCIES.indexOf(a) <= URGENCIES.indexOf(b) ? a : b
}
