import { HOPS_MAX } from '../../src/core/routing/limits.js'
import type { Graph } from './graph.js'

/**
 * The distance that each node advertises of one meeting point, direction and bucket, once hints have come to rest;
 * 0 where it advertises none.
 */
export type Distances = Uint8Array

/** Nodes that say a distance of their own, whatever they hear: the meeting point, and those who lie. */
export type Sources = ReadonlyMap<number, number>

/**
 * What a channel reaches, for each slot of a node `y` toward `x`, as `x` publishes it: hints flow from `y` to `x`, so
 * it is `x` whose channel must carry.
 */
export type Reaches = Uint8Array

/** Breadth first from the sources over channels that reach the bucket: what event-driven vectors come to. */
export function sweep (graph: Graph, reaches: Reaches, bucket: number, sources: Sources): Distances {
  const { offset, head, nodes } = graph
  const distances = new Uint8Array(nodes)
  for (const [node, distance] of sources) distances[node] = distance
  let edge: number[] = []
  for (let hops = 1; hops < HOPS_MAX; hops++) {
    for (const [node, distance] of sources) if (distance === hops) edge.push(node)
    const next: number[] = []
    for (const y of edge) {
      for (let slot = offset[y]!, end = offset[y + 1]!; slot < end; slot++) {
        if (reaches[slot]! <= bucket) continue
        const x = head[slot]!
        if (distances[x] !== 0) continue
        distances[x] = hops + 1
        next.push(x)
      }
    }
    edge = next
    if (edge.length === 0 && hops > SOURCE_HOPS_MAX) break
  }
  return distances
}

/** Sources begin at 1 to 3, those who lie too. */
const SOURCE_HOPS_MAX = 3

/**
 * Brings distances up to date after some channels reach the bucket no longer, or do again. Gives what {@link sweep}
 * would give, and looks only at nodes whose distance changes and their neighbours.
 *
 * @param changed - slots in the sense of {@link Reaches}
 */
export function repair (graph: Graph, reaches: Reaches, bucket: number, sources: Sources, distances: Distances, changed: readonly number[]): void {
  const { offset, head, tail, mate } = graph
  const lost = levels()
  for (const slot of changed) {
    const x = head[slot]!
    const y = tail[slot]!
    if (reaches[slot]! <= bucket && distances[y] !== 0 && distances[x] === distances[y]! + 1) lost[distances[x]]!.push(x)
  }
  const affected: number[] = []
  for (let hops = 2; hops <= HOPS_MAX; hops++) {
    for (const x of lost[hops]!) {
      if (distances[x] !== hops || sources.has(x) || isSupported(x, hops)) continue
      affected.push(x)
      distances[x] = 0
      if (hops === HOPS_MAX) continue
      for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) if (reaches[slot]! > bucket && distances[head[slot]!] === hops + 1) lost[hops + 1]!.push(head[slot]!)
    }
  }
  const nearer = levels()
  const offer = (x: number, hops: number): void => {
    if (hops <= HOPS_MAX && !sources.has(x) && (distances[x] === 0 || distances[x]! > hops)) nearer[hops]!.push(x)
  }
  for (const x of affected) {
    for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) {
      const y = head[slot]!
      if (distances[y] !== 0 && reaches[mate[slot]!]! > bucket) offer(x, distances[y]! + 1)
    }
  }
  for (const slot of changed) if (reaches[slot]! > bucket && distances[tail[slot]!] !== 0) offer(head[slot]!, distances[tail[slot]!]! + 1)
  for (let hops = 2; hops <= HOPS_MAX; hops++) {
    for (const x of nearer[hops]!) {
      if (distances[x] !== 0 && distances[x]! <= hops) continue
      distances[x] = hops
      for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) if (reaches[slot]! > bucket) offer(head[slot]!, hops + 1)
    }
  }

  function isSupported (x: number, hops: number): boolean {
    for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) {
      if (distances[head[slot]!] === hops - 1 && reaches[mate[slot]!]! > bucket) return true
    }
    return false
  }
}

const levels = (): number[][] => Array.from({ length: HOPS_MAX + 2 }, () => [])
