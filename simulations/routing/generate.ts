import type { Random } from '../harness/random.js'
import { UNIT } from './csv.js'
import { graphOf, type Edges, type Graph } from './graph.js'

/** Channels that a node of a generated graph opens when it comes. */
const OPENED = 3
/** Of the logarithm of capacities, in sat: the spread that Lightning's channels have. */
const CAPACITY_LOG_MEAN = Math.log(2_000_000)
const CAPACITY_LOG_DEVIATION = 1.6
const CAPACITY_SAT_MIN = 20_000
const CAPACITY_SAT_MAX = 1_000_000_000

/**
 * A scale-free graph: every node that comes opens channels to others with a probability in proportion to the channels
 * they have. Capacities are log-normal; each is split between its ends evenly drawn.
 */
export function scaleFree (nodes: number, random: Random): Graph {
  const seedNodes = Math.min(nodes, OPENED + 1)
  const most = (seedNodes * (seedNodes - 1)) / 2 + Math.max(0, nodes - seedNodes) * OPENED
  const edges: Edges & { count: number } = { count: 0, a: new Int32Array(most), b: new Int32Array(most), balanceA: new Float64Array(most), balanceB: new Float64Array(most) }
  const ends = new Int32Array(2 * most)
  const open = (a: number, b: number): void => {
    const { count } = edges
    const capacity = capacityOf(random)
    const mine = Math.floor(capacity * (random.bits() / 2 ** 32))
    edges.a[count] = a
    edges.b[count] = b
    edges.balanceA[count] = mine
    edges.balanceB[count] = capacity - mine
    ends[2 * count] = a
    ends[2 * count + 1] = b
    edges.count++
  }
  for (let a = 0; a < seedNodes; a++) for (let b = 0; b < a; b++) open(a, b)
  for (let node = seedNodes; node < nodes; node++) {
    const chosen: number[] = []
    const before = 2 * edges.count
    while (chosen.length < OPENED) {
      const other = ends[random.below(before)]!
      if (!chosen.includes(other)) chosen.push(other)
    }
    for (const other of chosen) open(node, other)
  }
  return graphOf(nodes, edges)
}

function capacityOf (random: Random): number {
  const u = (random.bits() + 1) / (2 ** 32 + 1)
  const v = random.bits() / 2 ** 32
  const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
  const sat = Math.exp(CAPACITY_LOG_MEAN + CAPACITY_LOG_DEVIATION * normal)
  return Math.floor(Math.min(CAPACITY_SAT_MAX, Math.max(CAPACITY_SAT_MIN, sat))) * UNIT
}
