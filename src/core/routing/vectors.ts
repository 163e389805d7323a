import { numberBelow } from '../base/env.js'
import type { AssetId, MeetingPointId, PeerId } from '../base/ids.js'
import { findLater, newlyUnannounced } from './finding.js'
import type { RoutingHost } from './host.js'
import { boundedVector } from './licence.js'
import { ASKED_AT_ONCE_MAX, ASKER_LIFE_MS, ASK_TRIES_MAX, LIGHT_VECTORS_MAX, REQUEST_HOPS_MAX, REQUEST_HOPS_MIN, UNANNOUNCED_MAX, UNANNOUNCED_PER_NEIGHBOUR_MAX, VECTORS_MAX } from './limits.js'
import { PACING } from './pacing.js'
import { mark, markChanges, tellsOf, usableIn } from './publish.js'
import { isFuture } from './sequence.js'
import { paceOf, vectorKey, type VectorKey } from './tables.js'
import { advertTo, choicesOf, DIRECTIONS, newVector, type Choices, type Direction, type Usable, type Vector } from './vector.js'

export const WANTS_TIMER = 'routing/wants'

/** The vector of a meeting point, made if there is room. @see HINT-11 */
export function vectorFor (host: RoutingHost, asset: AssetId, meetingPoint: MeetingPointId, peer: PeerId): Vector | undefined {
  const { vectors, roster, unannounced } = host.tables
  const key = vectorKey(asset, meetingPoint)
  const known = vectors.get(key)
  if (known !== undefined) return known
  if (vectors.size >= (host.duty === 'light' ? LIGHT_VECTORS_MAX : VECTORS_MAX)) return undefined // HINT-28
  if (!roster.has(meetingPoint)) {
    if (unannounced.size >= UNANNOUNCED_MAX || unannounced.group(peer).size >= UNANNOUNCED_PER_NEIGHBOUR_MAX) return undefined // HINT-11
    unannounced.set(key, newlyUnannounced(host, peer))
    findLater(host)
  }
  const vector = newVector(asset, meetingPoint)
  vectors.set(key, vector)
  return vector
}

/**
 * Puts a vector in the place of another and lets follow what must: neighbours hear of it, those who asked are
 * answered, and if a way was lost this node asks for a newer number.
 *
 * @param before - choices before, when something else than the vector changed
 */
export function replaceVector (host: RoutingHost, earlier: Vector, vector: Vector, before: Choices = choicesOf(earlier, usableIn(host, earlier.asset))): void {
  const key = vectorKey(vector.asset, vector.meetingPoint)
  if (host.tables.vectors.get(key) !== vector) host.tables.vectors.set(key, vector)
  const usable = usableIn(host, vector.asset)
  const after = choicesOf(vector, usable)
  if (tellsOf(host, earlier) || tellsOf(host, vector)) markChanges(host, vector, before, after) // HINT-28
  answerAskers(host, key, vector, after)
  if (DIRECTIONS.some((direction) => after[direction].some((choice, bucket) => choice === undefined && lacksNumber(earlier, vector, direction, bucket, before, usable)))) want(host, key)
}

/** Removes a vector that nothing speaks of any more. */
export function deleteVector (host: RoutingHost, key: VectorKey): void {
  const { vectors, unannounced, wanting, askers } = host.tables
  vectors.delete(key)
  unannounced.delete(key)
  wanting.delete(key)
  for (const asker of [...askers.group(key).keys()]) askers.delete(asker)
}

/** A meeting point is announced from now on: its vectors no longer count as unannounced, and what was claimed before counts as it does now. @see HINT-30 */
export function countAsAnnounced (host: RoutingHost, meetingPoint: MeetingPointId): void {
  for (const key of [...host.tables.unannounced.entries()].map(([key]) => key)) {
    if (key.endsWith(meetingPoint)) host.tables.unannounced.delete(key)
  }
  for (const vector of [...host.tables.vectors.values()]) {
    if (vector.meetingPoint !== meetingPoint || vector.own !== undefined) continue
    const next = boundedVector(host, vector, usableIn(host, vector.asset))
    if (next !== vector) replaceVector(host, vector, next)
  }
}

/** Asks for newer numbers where that is due and sets the timer for the rest. @see HINT-10 */
export function settleWants (host: RoutingHost): void {
  const { wanting, pace } = host.tables
  const { nowMs } = host.env
  if (wanting.size > 0) {
    for (const [key, { atMs, tries }] of [...wanting.entries()]) if (atMs <= nowMs) askNewer(host, key, tries)
  }
  let next: number | undefined
  for (const { atMs } of wanting.values()) next = Math.min(next ?? atMs, atMs)
  const now = paceOf(host.tables)
  if (next === undefined || (now.wantsAtMs !== undefined && now.wantsAtMs <= next)) return
  pace.set('all', { ...now, wantsAtMs: next })
  host.setTimer(WANTS_TIMER, next)
}

export function onWantsTimer (host: RoutingHost): void {
  host.tables.pace.set('all', { ...paceOf(host.tables), wantsAtMs: undefined })
}

/** One question for a newer number. @see HINT-10 */
function askNewer (host: RoutingHost, key: VectorKey, tries: number): void {
  const { vectors, wanting, neighbours } = host.tables
  const { requestMs } = PACING[host.pacing]
  const { nowMs } = host.env
  const vector = vectors.get(key)
  if (vector === undefined) {
    wanting.delete(key)
    return
  }
  const usable = usableIn(host, vector.asset)
  const missing = missingNumber(vector, usable)
  // HINT-10: what neighbours asked for in the meantime goes with this node's own question, so that neither starves.
  const pending = pendingQuestion(host, key)
  const sequence = Math.max(missing ?? 0, pending?.sequence ?? 0)
  if (sequence === 0 || tries >= ASK_TRIES_MAX) {
    wanting.delete(key)
    return
  }
  const againMs = nowMs + requestMs * 2 ** tries
  const future = isFuture(PACING[host.pacing], nowMs, sequence)
  if (future || vector.passedMs + requestMs > nowMs) { // HINT-10
    wanting.set(key, { atMs: Math.max(future ? againMs : nowMs + 1, vector.passedMs + requestMs), tries: future ? tries + 1 : tries })
    return
  }
  wanting.set(key, { atMs: againMs, tries: tries + 1 })
  vectors.set(key, { ...vector, passedMs: nowMs })
  const claimants = new Set<PeerId>()
  for (const direction of DIRECTIONS) {
    vector[direction].forEach(({ claims }, bucket) => { for (const { peer } of claims) if (usable(peer, direction, bucket)) claimants.add(peer) })
  }
  if (claimants.size === 0) for (const { peer } of neighbours.group(vector.asset).values()) claimants.add(peer)
  const hopsLeft = missing === undefined && pending !== undefined
    ? pending.hopsLeft - 1
    : REQUEST_HOPS_MIN + numberBelow(host.draw('routing/request-hops'), REQUEST_HOPS_MAX - REQUEST_HOPS_MIN + 1)
  for (const peer of [...claimants].slice(0, ASKED_AT_ONCE_MAX)) {
    host.send(peer, { type: 'hintRequest', asset: vector.asset, meetingPoint: vector.meetingPoint, sequence, hopsLeft })
  }
}

/** What neighbours wait for: the highest number, with the most hops left. Old questions are dropped. */
function pendingQuestion (host: RoutingHost, key: VectorKey): { readonly sequence: number, readonly hopsLeft: number } | undefined {
  let found: { sequence: number, hopsLeft: number } | undefined
  for (const [each, { sequence, hopsLeft, atMs }] of [...host.tables.askers.group(key).entries()]) {
    if (atMs + ASKER_LIFE_MS < host.env.nowMs) host.tables.askers.delete(each)
    else if (hopsLeft > 0) found = { sequence: Math.max(found?.sequence ?? 0, sequence), hopsLeft: Math.max(found?.hopsLeft ?? 0, hopsLeft) }
  }
  return found
}

/** The number that would make a way feasible again, or undefined when none is missing. */
function missingNumber (vector: Vector, usable: Usable): number | undefined {
  let number: number | undefined
  const choices = choicesOf(vector, usable)
  for (const direction of DIRECTIONS) {
    vector[direction].forEach(({ advertised }, bucket) => {
      if (choices[direction][bucket] !== undefined || advertised === undefined) return
      number = Math.max(number ?? 0, advertised.sequence + 1)
    })
  }
  return number
}

/** Whether a feasible way was just lost, or a claim just came that is only too old. @see HINT-10 */
function lacksNumber (earlier: Vector, vector: Vector, direction: Direction, bucket: number, before: Choices, usable: Usable): boolean {
  if (before[direction][bucket] !== undefined) return true
  const was = earlier[direction][bucket]!.claims
  const is = vector[direction][bucket]!.claims
  if (was === is) return false
  return is.some((claim) => usable(claim.peer, direction, bucket) &&
    !was.some(({ peer, hops, sequence }) => peer === claim.peer && hops === claim.hops && sequence === claim.sequence))
}

/** Begins to ask, or begins anew when something has changed since. */
export function want (host: RoutingHost, key: VectorKey): void {
  const { wanting } = host.tables
  const present = wanting.get(key)
  if (present?.tries === 0) return
  wanting.set(key, { atMs: host.env.nowMs, tries: 0 })
}

/** Whoever waits for a number that is now known here gets it at once. @see HINT-10 */
function answerAskers (host: RoutingHost, key: VectorKey, vector: Vector, choices: Choices): void {
  const group = host.tables.askers.group(key)
  if (group.size === 0) return
  for (const [each, { peer, sequence }] of [...group.entries()]) {
    if (!reaches(choices, peer, sequence)) continue
    host.tables.askers.delete(each)
    mark(host, peer, vector.asset, key, 'answer', false)
  }
}

/** Whether what would be said to a neighbour has at least a number. */
export const reaches = (choices: Choices, peer: PeerId, sequence: number): boolean =>
  DIRECTIONS.some((direction) => choices[direction].some((choice) => {
    const said = advertTo(peer, choice)
    return said !== undefined && said.sequence >= sequence
  }))
