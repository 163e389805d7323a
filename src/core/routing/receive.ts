import type { AssetId, PeerId } from '../base/ids.js'
import type { HintRecord, HintRequestMessage, HintsMessage } from '../link/messages.js'
import type { RoutingHost } from './host.js'
import { bounded } from './licence.js'
import { ASKERS_MAX, RECORDS_BURST } from './limits.js'
import { PACING } from './pacing.js'
import { mark, markAll, tellsOf, usableIn } from './publish.js'
import { isFuture, isStale } from './sequence.js'
import { neighbourKey, vectorKey, type Neighbour } from './tables.js'
import { choicesOf, DIRECTIONS, withClaims, type Claim, type Vector } from './vector.js'
import { reaches, replaceVector, vectorFor, want } from './vectors.js'

/** A neighbour says what it can reach. @see HINT-1 */
export function onHints (host: RoutingHost, peer: PeerId, message: HintsMessage): void {
  const neighbour = neighbourWithCredit(host, peer, message, message.records.length + 1)
  if (neighbour === undefined) return
  for (const record of message.records) onRecord(host, neighbour, record)
}

/**
 * A neighbour asks for a newer number, or for everything.
 *
 * @returns whether it gets everything now
 * @see HINT-10
 */
export function onHintRequest (host: RoutingHost, peer: PeerId, message: HintRequestMessage): boolean {
  const neighbour = neighbourWithCredit(host, peer, message, 1)
  if (neighbour === undefined) return false
  const { requestMs } = PACING[host.pacing]
  const { nowMs } = host.env
  const { asset, meetingPoint } = message
  if (meetingPoint === undefined) {
    if (neighbour.fullSentMs + requestMs > nowMs) { // HINT-8: asked again too soon, it comes with the next delta
      for (const [key, vector] of host.tables.vectors.group(asset)) if (tellsOf(host, vector)) mark(host, peer, asset, key, 'delta', true)
      return false
    }
    host.tables.neighbours.set(neighbourKey(peer, asset), { ...neighbour, fullSentMs: nowMs })
    markAll(host, neighbour)
    return true
  }
  const vector = host.tables.vectors.get(vectorKey(asset, meetingPoint))
  if (vector === undefined || !tellsOf(host, vector)) return false
  if (vector.own !== undefined) answerForOwn(host, peer, vector, message.sequence)
  else answerOrPass(host, peer, vector, message)
  return false
}

function onRecord (host: RoutingHost, { peer, asset }: Neighbour, record: HintRecord): void {
  const pacing = PACING[host.pacing]
  const { nowMs } = host.env
  if (host.tables.hosted.has(record.meetingPoint)) return // nobody knows the way to here better
  let future = false
  const believe = ({ sequence }: { readonly sequence: number }): boolean => {
    if (isFuture(pacing, nowMs, sequence)) future = true // HINT-5
    return !isFuture(pacing, nowMs, sequence) && !isStale(pacing, nowMs, sequence)
  }
  const empty = record.to.length === 0 && record.from.length === 0
  const known = host.tables.vectors.get(vectorKey(asset, record.meetingPoint))
  const vector = empty ? known : vectorFor(host, asset, record.meetingPoint, peer)
  if (vector === undefined) {
    if (!empty) ignore(host, peer, 'HINT-11')
    return
  }
  const next = withClaims(vector, peer, bounded(host, peer, record), believe, usableIn(host, asset))
  if (future) ignore(host, peer, 'HINT-5', 'a number of a slot to come')
  replaceVector(host, vector, next)
}

/** The meeting point itself raises its number, within its slot and not too often. @see HINT-10 */
function answerForOwn (host: RoutingHost, peer: PeerId, vector: Vector, sequence: number): void {
  const pacing = PACING[host.pacing]
  const { nowMs } = host.env
  const key = vectorKey(vector.asset, vector.meetingPoint)
  const { own } = vector
  if (own !== undefined && sequence > own.sequence && !isFuture(pacing, nowMs, sequence) && vector.raisedMs + pacing.requestMs <= nowMs) {
    replaceVector(host, vector, { ...vector, raisedMs: nowMs, own: { ...own, sequence } }) // HINT-10
  }
  mark(host, peer, vector.asset, key, 'answer', true)
}

/** Answers with what is known, else passes the question on toward the meeting point. @see HINT-10 */
function answerOrPass (host: RoutingHost, peer: PeerId, vector: Vector, message: HintRequestMessage): void {
  const { askers, vectors } = host.tables
  const { nowMs } = host.env
  const { sequence, hopsLeft } = message
  const key = vectorKey(vector.asset, vector.meetingPoint)
  if (reaches(choicesOf(vector, usableIn(host, vector.asset)), peer, sequence)) {
    mark(host, peer, vector.asset, key, 'answer', true)
    return
  }
  const group = askers.group(key)
  const asker = `${key}|${peer}`
  const [oldest] = group.keys()
  if (group.size >= ASKERS_MAX && !group.has(asker) && oldest !== undefined) askers.delete(oldest)
  askers.set(asker, { peer, sequence, hopsLeft, atMs: nowMs })
  // HINT-10: at most one question of a meeting point in its time, whoever asks.
  if (hopsLeft === 0) return
  if (vector.passedMs + PACING[host.pacing].requestMs > nowMs) {
    want(host, key)
    return
  }
  const next = nearestOther(vector, peer)
  if (next === undefined) return
  vectors.set(key, { ...vector, passedMs: nowMs })
  host.send(next, { type: 'hintRequest', asset: vector.asset, meetingPoint: vector.meetingPoint, sequence, hopsLeft: hopsLeft - 1 })
}

/** The neighbour with the smallest claim, feasible or not, other than one. */
function nearestOther (vector: Vector, except: PeerId): PeerId | undefined {
  let best: Claim | undefined
  for (const direction of DIRECTIONS) {
    for (const { claims } of vector[direction]) {
      for (const claim of claims) if (claim.peer !== except && (best === undefined || claim.hops < best.hops)) best = claim
    }
  }
  return best?.peer
}

/** The neighbour behind a message, unless it has no live channel or sends too much. @see HINT-1, HINT-12 */
function neighbourWithCredit (host: RoutingHost, peer: PeerId, message: { readonly asset: AssetId }, cost: number): Neighbour | undefined {
  const key = neighbourKey(peer, message.asset)
  const neighbour = host.tables.neighbours.get(key)
  if (neighbour === undefined) {
    ignore(host, peer, 'HINT-1') // HINT-1
    return undefined
  }
  const { nowMs } = host.env
  const earned = Math.max(0, nowMs - neighbour.creditAtMs) * PACING[host.pacing].recordsPerSecond / 1_000
  const credit = Math.min(RECORDS_BURST, neighbour.credit + earned)
  if (credit < cost) {
    ignore(host, peer, 'HINT-12', 'more records than agreed') // HINT-12
    return undefined
  }
  const paid: Neighbour = { ...neighbour, credit: credit - cost, creditAtMs: nowMs }
  host.tables.neighbours.set(key, paid)
  return paid
}

/** Counts a message that is of no asset against a neighbour's allowance; false for a stranger too. @see HINT-12 */
export function spendCredit (host: RoutingHost, peer: PeerId, cost = 1): boolean {
  for (const { peer: of, asset } of host.tables.neighbours.values()) if (of === peer) return neighbourWithCredit(host, peer, { asset }, cost) !== undefined
  ignore(host, peer, 'HINT-1') // HINT-1
  return false
}

/** Counts what was ignored; a broken rule is said once a connection. */
export function ignore (host: RoutingHost, peer: PeerId, requirement: string, detail?: string): void {
  const counts = host.tables.ignored.get(peer) ?? {}
  const count = (counts[requirement] ?? 0) + 1
  host.tables.ignored.set(peer, { ...counts, [requirement]: count })
  if (count === 1 && detail !== undefined) host.notify({ type: 'link:fault', peer, stream: 'link', requirement, detail })
}
