import type { Env } from '../../src/core/base/env.js'
import type { AssetId, ChannelId, MeetingPointId, PeerId } from '../../src/core/base/ids.js'
import { asUnits, type Units } from '../../src/core/base/money.js'
import type { Table } from '../../src/core/base/table.js'
import type { RoutingHost } from '../../src/core/routing/host.js'
import { BUCKETS } from '../../src/core/routing/limits.js'
import type { PacingProfile } from '../../src/core/routing/pacing.js'
import { vectorKey, type HostedPoint, type Neighbour, type RoutingTables, type Score } from '../../src/core/routing/tables.js'
import type { Cell, Direction, Vector } from '../../src/core/routing/vector.js'
import { degreeOf, slotBetween } from './graph.js'
import { ASSET } from './buckets.js'
import type { Hints } from './hints.js'

/** One number stands for all: hints have come to rest. */
const SEQUENCE = 1

export const peerOf = (node: number): PeerId => `n${node}` as PeerId
export const nodeOf = (peer: string): number => Number(peer.slice(1))
/** A channel is called by the lower of its two slots. */
export const channelOf = (slot: number, mate: Int32Array): ChannelId => `c${Math.min(slot, mate[slot]!)}` as ChannelId
export const slotOf = (channel: ChannelId): number => Number(channel.slice(1))

export interface ViewContext {
  readonly hints: Hints
  readonly pacing: PacingProfile
  readonly scoresOf: (node: number) => Table<string, Score>
  readonly nowMs: () => number
  /** Whether a neighbour can be talked to now. */
  readonly isUp: (node: number) => boolean
}

/** Channels of one node, as the parts of a node see them. */
export function channelsOf ({ hints, isUp }: ViewContext, node: number): (peer: PeerId, asset: AssetId) => ReadonlyArray<{ readonly id: ChannelId, readonly spendable: Units, readonly receivable: Units }> {
  const { graph } = hints
  return (peer, asset) => {
    const other = nodeOf(peer)
    const slot = asset === ASSET && isUp(other) ? slotBetween(graph, node, other) : -1
    if (slot < 0) return []
    const mate = graph.mate[slot]!
    return [{ id: channelOf(slot, graph.mate), spendable: asUnits(BigInt(graph.balance[slot]!)), receivable: asUnits(BigInt(graph.balance[mate]!)) }]
  }
}

/** What the rules of `core/routing` need of one node, read from the typed arrays when they ask. */
export function routingView (context: ViewContext, node: number): RoutingHost {
  const { hints, pacing, scoresOf, nowMs } = context
  const { graph, roster } = hints
  const places = placesOf(hints)
  const own = roster.find((point) => point.node === node)
  const vectorOf = (place: number): Vector => vectorView(hints, node, place, own?.place === place)
  const neighbour = (peer: PeerId): Neighbour | undefined => {
    const slot = slotBetween(graph, node, nodeOf(peer))
    if (slot < 0) return undefined
    const level = (direction: Direction): Neighbour[Direction] => {
      const published = hints.level(slot, direction)
      return { published, candidate: published, sinceMs: 0 }
    }
    return { peer, asset: ASSET, to: level('to'), from: level('from'), credit: 0, creditAtMs: 0, fullSentMs: 0, fullAskedMs: 0 }
  }
  const byKey = (key: string): Vector | undefined => {
    const place = key.startsWith(ASSET) ? places.get(key.slice(ASSET.length + 1) as MeetingPointId) : undefined
    return place === undefined ? undefined : vectorOf(place)
  }
  const neighbourGroup: View<string, Neighbour> = mapView<string, Neighbour>({
    size: degreeOf(graph, node),
    get: (key) => neighbour(key.slice(0, key.indexOf('/')) as PeerId),
    * values () {
      for (let slot = graph.offset[node]!; slot < graph.offset[node + 1]!; slot++) yield neighbour(peerOf(graph.head[slot]!))!
    }
  })
  const vectorGroup: View<string, Vector> = mapView<string, Vector>({
    size: roster.length,
    get: (key) => byKey(key),
    * values () { for (const { place } of roster) yield vectorOf(place) }
  })
  const unused = (): never => { throw new Error('the rules that are studied only look') }
  const hosted = new Map<MeetingPointId, HostedPoint>(own === undefined ? [] : [[own.id, { id: own.id, index: 0, startedMs: 0, role: 'hosted', epoch: 0 }]])
  const tables = {
    hosted: tableView<MeetingPointId, HostedPoint>(hosted),
    vectors: tableView(vectorGroup),
    neighbours: tableView(neighbourGroup),
    get scores () { return scoresOf(node) }
  }
  return {
    get env (): Env { return { nowMs: nowMs(), heights: {}, entropy: NO_ENTROPY } },
    draw: unused,
    self: peerOf(node),
    identitySecret: NO_ENTROPY,
    network: { id: NO_ENTROPY.subarray(0, 8), name: 'study' },
    pacing,
    tables: tables as unknown as RoutingTables,
    send: unused,
    linkPeers: unused,
    channelsWith: channelsOf(context, node),
    assets: () => ASSETS,
    peerOf: unused,
    setTimer: unused,
    clearTimer: unused,
    announce: unused,
    findMeetingPoint: unused,
    notify: unused
  }
}

const NO_ENTROPY = new Uint8Array(32)
export const ASSETS: ReadonlySet<AssetId> = new Set([ASSET])

const placesCached = new WeakMap<Hints, ReadonlyMap<MeetingPointId, number>>()
/** Places of meeting points by their ids. */
export function placesOf (hints: Hints): ReadonlyMap<MeetingPointId, number> {
  let places = placesCached.get(hints)
  if (places === undefined) placesCached.set(hints, places = new Map(hints.roster.map(({ id, place }) => [id, place])))
  return places
}

/** The vector of one node and meeting point; its cells are filled when they are looked at. */
export function vectorView (hints: Hints, node: number, place: number, own: boolean): Vector {
  const { graph } = hints
  const point = hints.roster[place]!
  const cells = (direction: Direction): readonly Cell[] => Array.from({ length: BUCKETS }, (_, bucket): Cell => {
    let claims: Cell['claims'] | undefined
    return {
      get claims () {
        claims ??= hints.claims(node, place, direction, bucket).map(({ slot, hops }) => ({ peer: peerOf(graph.head[slot]!), hops, sequence: SEQUENCE }))
        return claims
      },
      get advertised () {
        const hops = hints.distances(place, direction, bucket)[node]!
        return hops === 0 ? undefined : { hops, sequence: SEQUENCE }
      }
    }
  })
  const sides: { to?: readonly Cell[], from?: readonly Cell[] } = {}
  return {
    asset: ASSET,
    meetingPoint: point.id,
    get to () { return sides.to ??= cells('to') },
    get from () { return sides.from ??= cells('from') },
    own: own ? { hops: point.distance - 1, sequence: SEQUENCE } : undefined,
    raisedMs: -Infinity,
    passedMs: -Infinity,
    withdrawnMs: -Infinity
  }
}

interface Look<K, V> { readonly size: number, readonly get: (key: K) => V | undefined, readonly values: () => Generator<V, void> }
interface View<K, V> extends Look<K, V> { readonly has: (key: K) => boolean }

const mapView = <K, V>(look: Look<K, V>): View<K, V> => ({ ...look, has: (key) => look.get(key) !== undefined })

interface Readable<K, V> { readonly size: number, readonly get: (key: K) => V | undefined, readonly has: (key: K) => boolean, readonly values: () => Iterable<V> }

/** A table that can be read, all of it in one group. */
function tableView<K, V> (view: Readable<K, V>): object {
  return { size: view.size, get: (key: K) => view.get(key), has: (key: K) => view.has(key), values: () => view.values(), group: () => view }
}

export const keyOf = (id: MeetingPointId): string => vectorKey(ASSET, id)
