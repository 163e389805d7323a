import type { AssetId, PeerId } from '../base/ids.js'
import { levelOf, marginOf } from './bucket.js'
import { standSoon } from './election.js'
import type { RoutingHost } from './host.js'
import { showLicences } from './licensing.js'
import { LEVELS_DELAY_MS, RECORDS_BURST, REQUEST_HOPS_MIN } from './limits.js'
import { ownVectors } from './own-vector.js'
import { PACING } from './pacing.js'
import { markAll, usableIn } from './publish.js'
import { replaceVector } from './vectors.js'
import { neighbourKey, paceOf, type Level, type Neighbour } from './tables.js'
import { choicesOf, DIRECTIONS, withClaims, type Choices, type Direction, type Vector } from './vector.js'

export const LEVELS_TIMER = 'routing/levels'
const NOTHING = { to: [], from: [] } as const

/** A peer's channels may have changed: they are looked at soon, together. */
export function unsettle (host: RoutingHost, peer: PeerId, delayMs: number = LEVELS_DELAY_MS): void {
  // Every lock on a busy channel comes here, so the usual case writes nothing.
  if (!host.tables.unsettled.has(peer)) host.tables.unsettled.set(peer, { peer })
  const pace = paceOf(host.tables)
  const atMs = host.env.nowMs + delayMs
  if (pace.levelsAtMs !== undefined && pace.levelsAtMs <= atMs) return
  host.tables.pace.set('all', { ...pace, levelsAtMs: atMs })
  host.setTimer(LEVELS_TIMER, atMs)
}

export function onLevelsTimer (host: RoutingHost): void {
  const { unsettled, pace } = host.tables
  pace.set('all', { ...paceOf(host.tables), levelsAtMs: undefined })
  for (const { peer } of [...unsettled.values()]) {
    unsettled.delete(peer)
    reviewPeer(host, peer)
  }
}

/** Compares what is published of a peer's channels with what they can carry now. @see HINT-1, HINT-3 */
export function reviewPeer (host: RoutingHost, peer: PeerId): void {
  const linked = [...host.linkPeers()].some((link) => link.peer === peer && link.connected)
  const assets = new Set<AssetId>(linked ? host.assets() : [])
  for (const neighbour of host.tables.neighbours.values()) if (neighbour.peer === peer) assets.add(neighbour.asset)
  for (const asset of assets) {
    const channels = linked ? host.channelsWith(peer, asset) : []
    const neighbour = host.tables.neighbours.get(neighbourKey(peer, asset))
    if (channels.length === 0) {
      if (neighbour !== undefined) dropNeighbour(host, neighbour) // HINT-1
      continue
    }
    const margin = marginOf(PACING[host.pacing], host.identitySecret, asset)
    const most = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a > b ? a : b)
    const levels: Record<Direction, number> = {
      to: levelOf(asset, most(channels.map(({ spendable }) => spendable)), margin),
      from: levelOf(asset, most(channels.map(({ receivable }) => receivable)), margin)
    }
    if (neighbour === undefined) addNeighbour(host, peer, asset, levels)
    else review(host, neighbour, levels)
  }
}

/** Forgets all that a peer said, in every asset. */
export function dropPeer (host: RoutingHost, peer: PeerId): void {
  for (const neighbour of [...host.tables.neighbours.values()]) if (neighbour.peer === peer) dropNeighbour(host, neighbour)
  host.tables.ignored.delete(peer)
  for (const key of [...host.tables.licences.group(peer).keys()]) host.tables.licences.delete(key)
  host.tables.unsettled.delete(peer)
}

/** Whether a peer is the only one with a live channel in an asset. @see HINT-20 */
export const isOnlyNeighbour = (host: Pick<RoutingHost, 'tables'>, peer: PeerId, asset: AssetId): boolean => {
  const group = host.tables.neighbours.group(asset)
  return group.size === 1 && group.has(neighbourKey(peer, asset))
}

function addNeighbour (host: RoutingHost, peer: PeerId, asset: AssetId, levels: Readonly<Record<Direction, number>>): void {
  const { nowMs } = host.env
  const level = (published: number): Level => ({ published, candidate: published, sinceMs: nowMs })
  const neighbour: Neighbour = {
    peer, asset, to: level(levels.to), from: level(levels.from), credit: RECORDS_BURST, creditAtMs: nowMs, fullSentMs: -Infinity, fullAskedMs: nowMs
  }
  host.tables.neighbours.set(neighbourKey(peer, asset), neighbour)
  ownVectors(host, asset)
  standSoon(host)
  showLicences(host, peer) // HINT-29
  // HINT-8: either side may see the channel live first, so each both tells and asks.
  markAll(host, neighbour)
  askAll(host, peer, asset)
}

function dropNeighbour (host: RoutingHost, { peer, asset }: Neighbour): void {
  const { vectors, neighbours, outdated } = host.tables
  const key = neighbourKey(peer, asset)
  for (const vector of [...vectors.group(asset).values()]) {
    const next = withClaims(vector, peer, NOTHING, () => false, usableIn(host, asset))
    replaceVector(host, vector, next)
  }
  neighbours.delete(key)
  for (const each of [...outdated.group(key).keys()]) outdated.delete(each)
}

/** A level counts when it has stood still: balances cross buckets all the time. @see HINT-9 */
function review (host: RoutingHost, neighbour: Neighbour, levels: Readonly<Record<Direction, number>>): void {
  const { nowMs } = host.env
  const { stabilityMs, requestMs } = PACING[host.pacing]
  let waitMs: number | undefined
  const look = (level: Level, now: number): Level => {
    if (now === level.published) return level.candidate === now ? level : { ...level, candidate: now }
    const seen: Level = level.candidate === now ? level : { ...level, candidate: now, sinceMs: nowMs }
    const leftMs = seen.sinceMs + stabilityMs - nowMs
    if (leftMs <= 0) return { ...seen, published: now } // HINT-9
    waitMs = Math.max(waitMs ?? 0, leftMs)
    return seen
  }
  const next: Neighbour = { ...neighbour, to: look(neighbour.to, levels.to), from: look(neighbour.from, levels.from) }
  const { peer, asset } = neighbour
  if (DIRECTIONS.some((direction) => next[direction].published !== neighbour[direction].published)) publishLevels(host, neighbour, next)
  else host.tables.neighbours.set(neighbourKey(peer, asset), next)
  const rose = DIRECTIONS.some((direction) => next[direction].published > neighbour[direction].published)
  // HINT-8: claims beyond the best three were not kept while the channel could not use them.
  if (rose && neighbour.fullAskedMs + requestMs <= nowMs) {
    host.tables.neighbours.set(neighbourKey(peer, asset), { ...next, fullAskedMs: nowMs })
    askAll(host, peer, asset)
  }
  if (waitMs !== undefined) unsettle(host, peer, waitMs)
}

function publishLevels (host: RoutingHost, before: Neighbour, after: Neighbour): void {
  const { peer, asset } = before
  const { neighbours, vectors } = host.tables
  const usable = usableIn(host, asset)
  const earlier: Array<readonly [Vector, Choices]> = [...vectors.group(asset).values()].map((vector) => [vector, choicesOf(vector, usable)])
  neighbours.set(neighbourKey(peer, asset), after)
  for (const [vector, choices] of earlier) replaceVector(host, vector, vector, choices)
}

function askAll (host: RoutingHost, peer: PeerId, asset: AssetId): void {
  host.send(peer, { type: 'hintRequest', asset, meetingPoint: undefined, sequence: 0, hopsLeft: REQUEST_HOPS_MIN })
}
