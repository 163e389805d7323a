import type { Random } from '../harness/random.js'

/** Who has links with whom, and who hosts meeting points. */
export interface Topology {
  readonly name: string
  readonly nodes: number
  /** Pairs of neighbours; the first opens the link. */
  readonly edges: ReadonlyArray<readonly [number, number]>
  readonly meetingPoints: readonly number[]
}

/**
 * The twelve nodes of the first prototype's scenarios; node 4 hosts the only meeting point.
 *
 * ```
 *             (3)         (6)
 *              |           |
 * (0) - (1) - (2) - (4) - (5) - (7)
 *              |           |
 *             (8)         (10)
 *              |           |
 *             (9)         (11)
 * ```
 */
export const PROTOTYPE: Topology = {
  name: 'prototype',
  nodes: 12,
  edges: [[0, 1], [1, 2], [2, 3], [2, 8], [8, 9], [2, 4], [4, 5], [5, 6], [5, 7], [5, 10], [10, 11]],
  meetingPoints: [4]
}

/** The same topology with some links missing. */
export const without = (topology: Topology, ...missing: ReadonlyArray<readonly [number, number]>): Topology => ({
  ...topology,
  edges: topology.edges.filter(([a, b]) => !missing.some(([c, d]) => (a === c && b === d) || (a === d && b === c)))
})

/** n0 – n1 – … ; the node in the middle hosts the meeting point. */
export const line = (nodes: number): Topology => ({
  name: 'line',
  nodes,
  edges: Array.from({ length: nodes - 1 }, (_, index) => [index, index + 1] as const),
  meetingPoints: [Math.floor(nodes / 2)]
})

/** A closed line; one node in three hosts a meeting point. */
export const ring = (nodes: number): Topology => ({
  name: 'ring',
  nodes,
  edges: Array.from({ length: nodes }, (_, index) => [index, (index + 1) % nodes] as const),
  meetingPoints: Array.from({ length: Math.max(1, Math.floor(nodes / 3)) }, (_, index) => 3 * index)
})

/** A closed line with links across it between random nodes, each pair once; who hosts is left open. */
export function ringWithChords (random: Random, nodes: number, chords: number): Topology {
  const edges: Array<readonly [number, number]> = [...ring(nodes).edges]
  const taken = new Set(edges.flatMap(([a, b]) => [`${a},${b}`, `${b},${a}`]))
  for (let tries = 0; edges.length < nodes + chords && tries < 20 * chords; tries++) {
    const [a, b] = [random.below(nodes), random.below(nodes)]
    if (a === b || taken.has(`${a},${b}`)) continue
    taken.add(`${a},${b}`).add(`${b},${a}`)
    edges.push([a, b])
  }
  return { name: 'ring with chords', nodes, edges, meetingPoints: [] }
}

/** Node 0 in the middle, hosting the meeting point; all others linked to it alone. */
export const star = (nodes: number): Topology => ({
  name: 'star',
  nodes,
  edges: Array.from({ length: nodes - 1 }, (_, index) => [0, index + 1] as const),
  meetingPoints: [0]
})

/** A random tree with some edges more, and one or two meeting points. */
export function randomTopology (random: Random, nodes: number): Topology {
  const order = random.shuffled(Array.from({ length: nodes }, (_, index) => index))
  const edges: Array<readonly [number, number]> = []
  const has = (a: number, b: number): boolean => edges.some(([c, d]) => (a === c && b === d) || (a === d && b === c))
  for (let i = 1; i < nodes; i++) edges.push([order[i]!, order[random.below(i)]!])
  const extra = random.between(0, Math.floor(nodes / 2))
  for (let i = 0; i < extra; i++) {
    const a = random.below(nodes)
    const b = random.below(nodes)
    if (a !== b && !has(a, b)) edges.push([a, b])
  }
  const hosts = random.shuffled(order).slice(0, nodes > 4 && random.chance(0.5) ? 2 : 1)
  return { name: 'random', nodes, edges, meetingPoints: hosts }
}

/** Number of links on the shortest way between two nodes; undefined when there is none. */
export function distance (topology: Topology, from: number, to: number): number | undefined {
  let front = [from]
  const seen = new Set(front)
  for (let hops = 0; front.length > 0; hops++) {
    if (front.includes(to)) return hops
    const next: number[] = []
    for (const [a, b] of topology.edges) {
      for (const [near, far] of [[a, b], [b, a]] as const) {
        if (!front.includes(near) || seen.has(far)) continue
        seen.add(far)
        next.push(far)
      }
    }
    front = next
  }
  return undefined
}
