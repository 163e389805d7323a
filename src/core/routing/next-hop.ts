import { compareBytes, utf8Bytes } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { AssetId, ChannelId, MeetingPointId, PeerId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import { bucketOf } from './bucket.js'
import type { RoutingHost } from './host.js'
import { BUCKET_BELOW_HOPS, BUCKETS, LEAF_HOPS, SCORES_MAX, SCORE_HALF_LIFE_MS } from './limits.js'
import { isOnlyNeighbour } from './neighbour.js'
import { usableIn } from './publish.js'
import { vectorKey, type Score } from './tables.js'
import { choiceOf, type Direction, type Vector } from './vector.js'

/** What a half route asks of a node: the shape of `NextHopQuery` of payments. */
export interface HopQuery {
  readonly meetingPoint: MeetingPointId
  readonly direction: Direction
  readonly asset: AssetId
  readonly amount: Units
  readonly exclude: ReadonlySet<PeerId>
  /** 32 bytes; ties are broken by it. */
  readonly random: Uint8Array
  readonly reserved: (channelId: ChannelId, direction: Direction) => Units
}

/** A neighbour to try: the shape of `NextHop` of payments. */
export interface Hop {
  readonly peer: PeerId
  readonly channelId: ChannelId
  readonly hops: number
  readonly detour: boolean
}

/**
 * Link neighbours in the order in which a half route tries them.
 *
 * @see HINT-19
 */
export function nextHops (host: RoutingHost, query: HopQuery): readonly Hop[] {
  const { asset, meetingPoint, direction, exclude } = query
  const vector = host.tables.vectors.get(vectorKey(asset, meetingPoint))
  const bucket = bucketOf(asset, query.amount)
  const promised = promisesIn(host, vector, direction, bucket)
  const neighbours = host.tables.neighbours.group(asset)
  const found: Array<Hop & { readonly late: boolean, readonly available: bigint, readonly tie: Uint8Array }> = []
  for (const { peer } of neighbours.values()) {
    if (exclude.has(peer)) continue
    const promise = promised.get(peer) ?? (isOnlyNeighbour(host, peer, asset) ? { hops: LEAF_HOPS, detour: false } : undefined) // HINT-20
    if (promise === undefined) continue // HINT-19: a neighbour that says nothing is not tried
    const channel = roomiest(host, peer, query)
    if (channel === undefined) continue
    const tie = taggedHash('amiko/hint/tie', query.random, utf8Bytes(peer))
    found.push({ peer, ...promise, ...channel, late: isFailing(host, peer, meetingPoint), tie })
  }
  found.sort((a, b) => Number(a.late) - Number(b.late) || a.hops - b.hops || compareAmounts(b.available, a.available) || compareBytes(a.tie, b.tie)) // HINT-19
  return found.map(({ peer, channelId, hops, detour }) => ({ peer, channelId, hops, detour }))
}

/** Meeting points that this node can reach (or that reach it) with an amount, nearest first. */
export function meetingPoints (host: RoutingHost, asset: AssetId, amount: Units, direction: Direction): ReadonlyArray<{ readonly id: MeetingPointId, readonly hops: number }> {
  const found: Array<{ id: MeetingPointId, hops: number }> = [...host.tables.hosted.values()].map(({ id }) => ({ id, hops: 0 }))
  const bucket = bucketOf(asset, amount)
  for (const vector of host.tables.vectors.group(asset).values()) {
    if (vector.own !== undefined) continue
    let nearest: number | undefined
    for (const { hops } of promisesIn(host, vector, direction, bucket).values()) nearest = Math.min(nearest ?? hops, hops)
    if (nearest !== undefined) found.push({ id: vector.meetingPoint, hops: nearest + 1 })
  }
  return found.sort((a, b) => a.hops - b.hops || (a.id < b.id ? -1 : 1))
}

/** A neighbour delivered for a meeting point, or did not. Old scores fade. */
export function scored (host: RoutingHost, peer: PeerId, meetingPoint: MeetingPointId, delivered: boolean): void {
  const { scores } = host.tables
  const key = `${peer}/${meetingPoint}`
  const before = faded(scores.get(key), host.env.nowMs)
  const [oldest] = scores.entries()
  if (!scores.has(key) && scores.size >= SCORES_MAX && oldest !== undefined) scores.delete(oldest[0])
  scores.set(key, { asked: before.asked + 1, delivered: before.delivered + (delivered ? 1 : 0), atMs: host.env.nowMs })
}

/** Distances that neighbours promise for a bucket, or (as a detour) for the one below. @see HINT-19 */
function promisesIn (host: Pick<RoutingHost, 'tables'>, vector: Vector | undefined, direction: Direction, bucket: number): ReadonlyMap<PeerId, { readonly hops: number, readonly detour: boolean }> {
  const promised = new Map<PeerId, { hops: number, detour: boolean }>()
  if (vector === undefined) return promised
  const usable = usableIn(host, vector.asset)
  const present = bucket === BUCKETS ? undefined : choiceOf(vector, direction, bucket, usable)
  if (bucket > 0) {
    const { claims } = vector[direction][bucket - 1]!
    const nearest = choiceOf(vector, direction, bucket - 1, usable)?.hops ?? least(claims)
    // HINT-19: without a way in the amount's bucket the normal path is that of the bucket below, whose distances get
    // strictly smaller too, until a node has a way; from there on all nodes have one.
    for (const { peer, hops } of claims) promised.set(peer, { hops: BUCKET_BELOW_HOPS + hops, detour: present !== undefined || hops > nearest })
  }
  if (bucket === BUCKETS) return promised
  const { claims } = vector[direction][bucket]!
  const nearest = present?.hops ?? least(claims)
  // HINT-19: on the normal path the distance gets strictly smaller; a neighbour as far as this node, or farther, is a detour.
  for (const { peer, hops } of claims) promised.set(peer, { hops, detour: hops > nearest })
  return promised
}

const least = (claims: ReadonlyArray<{ readonly hops: number }>): number => Math.min(...claims.map(({ hops }) => hops))

/** The channel with a peer that has most left after reservations, if that is enough. */
function roomiest (host: RoutingHost, peer: PeerId, { asset, amount, direction, reserved }: HopQuery): { readonly channelId: ChannelId, readonly available: bigint } | undefined {
  let best: { channelId: ChannelId, available: bigint } | undefined
  for (const { id, spendable, receivable } of host.channelsWith(peer, asset)) {
    const available = (direction === 'to' ? spendable : receivable) - reserved(id, direction)
    if (available >= amount && (best === undefined || available > best.available)) best = { channelId: id, available }
  }
  return best
}

/** Whether most of what a neighbour was lately asked for came to nothing. */
function isFailing (host: RoutingHost, peer: PeerId, meetingPoint: MeetingPointId): boolean {
  const score = host.tables.scores.get(`${peer}/${meetingPoint}`)
  if (score === undefined) return false
  const { asked, delivered } = faded(score, host.env.nowMs)
  return asked >= FAILING_ASKED_MIN && delivered * 2 < asked
}
const FAILING_ASKED_MIN = 2

function faded (score: Score | undefined, nowMs: number): { readonly asked: number, readonly delivered: number } {
  if (score === undefined) return { asked: 0, delivered: 0 }
  const weight = 0.5 ** (Math.max(0, nowMs - score.atMs) / SCORE_HALF_LIFE_MS)
  return { asked: score.asked * weight, delivered: score.delivered * weight }
}

const compareAmounts = (a: bigint, b: bigint): number => a < b ? -1 : a > b ? 1 : 0
