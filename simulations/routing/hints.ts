import { marginOf } from '../../src/core/routing/bucket.js'
import { HOPS_MAX, NEXT_HOPS_KEPT, UNLICENSED_HOPS } from '../../src/core/routing/limits.js'
import { PACING, type PacingProfile } from '../../src/core/routing/pacing.js'
import type { Direction } from '../../src/core/routing/vector.js'
import { ASSET, THRESHOLDS } from './buckets.js'
import { degreeOf, slotBetween, type Graph } from './graph.js'
import type { MeetingPoint } from './roster.js'
import { repair, sweep, type Distances, type Sources } from './sweep.js'

/** What a neighbour says, and by which slot of the listener. */
export interface Said { readonly slot: number, readonly hops: number }

/** Hints of a whole network in typed arrays: distances are computed for those meeting points, directions and buckets that are asked for. */
export interface Hints {
  readonly graph: Graph
  readonly roster: readonly MeetingPoint[]
  /** Bytes of distances kept now. */
  readonly bytes: () => number
  /** What the nodes advertise of a meeting point; of the channels as they were last published. */
  distances: (place: number, direction: Direction, bucket: number) => Distances
  /** Claims that a node keeps in one cell: the best three over usable channels, and three others. */
  claims: (node: number, place: number, direction: Direction, bucket: number) => readonly Said[]
  /** How many buckets a slot reaches, as its node has published it. */
  level: (slot: number, direction: Direction) => number
  /** Distances of one node to all meeting points in a bucket, by their places; 0 where none gets through. */
  reached: (node: number, direction: Direction, bucket: number, wanted?: ReadonlySet<number>) => Uint8Array
  /** Publishes what a channel, named by either of its slots, reaches now. */
  publish: (slot: number) => void
  /** Publishes everything anew. */
  publishAll: () => void
}

export interface HintsOptions {
  readonly pacing: PacingProfile
  readonly secretOf: (node: number) => Uint8Array
  /** Nodes that claim to be next to every meeting point, as far as that is believed. */
  readonly liars: ReadonlySet<number>
  /** Bytes of distances that may be kept. */
  readonly bytesMax: number
}

interface Kept { readonly distances: Distances, /** Changes of the log that are in it. */ seen: number }

export function createHints (graph: Graph, roster: readonly MeetingPoint[], options: HintsOptions): Hints {
  const { offset, head, mate, balance, nodes } = graph
  const margins = marginsOf(graph, options)
  // By the slot over which a hint comes: see `Reaches`.
  const reaches = { to: new Uint8Array(head.length), from: new Uint8Array(head.length) }
  const kept = new Map<number, Kept>()
  const log = { to: THRESHOLDS.map((): number[] => []), from: THRESHOLDS.map((): number[] => []) }
  // A liar says the least that is believed of it: without a licence that is UNLICENSED_HOPS, whatever it says. @see HINT-30
  const sources = roster.map(({ node, distance }): Sources => new Map([...[...options.liars].map((liar) => [liar, slotBetween(graph, liar, node) < 0 ? UNLICENSED_HOPS : distance + 1] as const), [node, distance]]))
  const placeOf = new Map(roster.map(({ node, place }) => [node, place]))

  const levelNow = (capacity: number, margin: number): number => {
    let level = 0
    while (level < THRESHOLDS.length && capacity * 1_000 >= THRESHOLDS[level]! * margin) level++
    return level
  }
  const measure = (slot: number, direction: Direction): number =>
    levelNow(direction === 'to' ? balance[mate[slot]!]! : balance[slot]!, margins[head[slot]!]!)

  const distances = (place: number, direction: Direction, bucket: number): Distances => {
    const key = (place * 2 + (direction === 'to' ? 0 : 1)) * THRESHOLDS.length + bucket
    const changes = log[direction][bucket]!
    let entry = kept.get(key)
    if (entry === undefined) {
      if ((kept.size + 1) * nodes > options.bytesMax) {
        const [oldest] = kept.keys()
        if (oldest !== undefined) kept.delete(oldest)
      }
      entry = { distances: sweep(graph, reaches[direction], bucket, sources[place]!), seen: changes.length }
    } else {
      kept.delete(key)
      if (entry.seen < changes.length) {
        repair(graph, reaches[direction], bucket, sources[place]!, entry.distances, changes.slice(entry.seen))
        entry.seen = changes.length
      }
    }
    kept.set(key, entry)
    return entry.distances
  }

  /** Whether what `y` says rests on the claim of `x` alone, so that it does not say it to `x`. @see HINT-7 */
  const restsOn = (said: Distances, reach: Uint8Array, bucket: number, y: number, x: number): boolean => {
    for (let slot = offset[y]!; slot < offset[y + 1]!; slot++) {
      const z = head[slot]!
      if (z !== x && said[z] === said[y]! - 1 && reach[mate[slot]!]! > bucket) return false
    }
    return true
  }

  const claims = (node: number, place: number, direction: Direction, bucket: number): readonly Said[] => {
    const said = distances(place, direction, bucket)
    const reach = reaches[direction]
    const own = said[node]!
    const start = offset[node]!
    const degree = offset[node + 1]! - start
    // Which of several equals came first is chance; here it follows from the two names.
    const turn = degree === 0 ? 0 : ((node * 2_654_435_761 + place * 40_503) >>> 0) % degree
    const usable: Said[] = []
    const others: Said[] = []
    for (let i = 0; i < degree; i++) {
      const slot = start + (i + turn) % degree
      const hops = said[head[slot]!]!
      if (hops !== 0) (reach[mate[slot]!]! > bucket ? usable : others).push({ slot, hops })
    }
    const found: Said[] = []
    for (const list of [usable, others]) {
      list.sort((a, b) => a.hops - b.hops)
      let count = 0
      for (const claim of list) {
        if (count === NEXT_HOPS_KEPT) break
        const y = head[claim.slot]!
        const restless = own !== 0 && claim.hops === own + 1 && reach[claim.slot]! > bucket && !sources[place]!.has(y) && restsOn(said, reach, bucket, y, node)
        if (restless) continue
        found.push(claim)
        count++
      }
    }
    return found
  }

  const reached = (node: number, direction: Direction, bucket: number, wanted?: ReadonlySet<number>): Uint8Array => {
    const found = new Uint8Array(roster.length)
    let left = wanted?.size ?? roster.length
    const seen = new Uint8Array(nodes)
    const reach = reaches[direction]
    seen[node] = 1
    let edge = [node]
    const note = (x: number, hops: number): void => {
      const place = placeOf.get(x)
      if (options.liars.has(x)) {
        for (let at = 0; at < roster.length; at++) settle(at, hops + sources[at]!.get(x)!)
      } else if (place !== undefined) settle(place, hops + roster[place]!.distance)
    }
    const settle = (place: number, hops: number): void => {
      if (hops > HOPS_MAX || (found[place] !== 0 && found[place]! <= hops)) return
      if (found[place] === 0 && (wanted === undefined || wanted.has(place))) left--
      found[place] = hops
    }
    // Some levels more than needed: what starts its count lower may be so many steps farther away.
    for (let hops = 1, more = LEVELS_MORE; hops < HOPS_MAX && edge.length > 0 && more > 0; hops++) {
      if (left === 0) more--
      const next: number[] = []
      for (const x of edge) {
        for (let slot = offset[x]!, end = offset[x + 1]!; slot < end; slot++) {
          const y = head[slot]!
          if (seen[y] !== 0 || reach[mate[slot]!]! <= bucket) continue
          seen[y] = 1
          next.push(y)
          note(y, hops)
        }
      }
      edge = next
    }
    return found
  }

  const publish = (slot: number): void => {
    for (const end of [slot, mate[slot]!]) {
      for (const direction of ['to', 'from'] as const) {
        const before = reaches[direction][end]!
        const now = measure(end, direction)
        if (before === now) continue
        reaches[direction][end] = now
        for (let bucket = Math.min(before, now); bucket < Math.max(before, now); bucket++) log[direction][bucket]!.push(end)
      }
    }
  }
  const publishAll = (): void => {
    kept.clear()
    for (const direction of ['to', 'from'] as const) {
      for (const changes of log[direction]) changes.length = 0
      for (let slot = 0; slot < head.length; slot++) reaches[direction][slot] = measure(slot, direction)
    }
  }
  publishAll()
  return {
    graph,
    roster,
    bytes: () => kept.size * nodes,
    distances,
    claims,
    level: (slot, direction) => reaches[direction][mate[slot]!]!,
    reached,
    publish,
    publishAll
  }

  function marginsOf (of: Graph, { pacing, secretOf }: HintsOptions): Uint16Array {
    const margin = new Uint16Array(of.nodes).fill(1_000)
    if (PACING[pacing].marginPermilleMin === 1_000) return margin
    for (let node = 0; node < of.nodes; node++) if (degreeOf(of, node) > 0) margin[node] = marginOf(PACING[pacing], secretOf(node), ASSET)
    return margin
  }
}

const LEVELS_MORE = 3
