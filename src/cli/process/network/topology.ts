import { AmikoError } from '../../../core/base/errors.js'
import { printable } from '../../../core/base/printable.js'
import { LINKS_MAX, NODES_MAX, NODES_PER_MEETING_POINT } from './limits.js'

/** One link of a topology; capacities in sat: `capacityAb` is what `a` can send to `b` at first. */
export interface TopologyLink { readonly a: string, readonly b: string, readonly capacityAb: bigint, readonly capacityBa: bigint }
export interface Topology { readonly nodes: readonly string[], readonly links: readonly TopologyLink[] }

export const SHAPES = ['line', 'ring', 'star', 'small-world'] as const
export type Shape = typeof SHAPES[number]
export const isShape = (text: string): text is Shape => (SHAPES as readonly string[]).includes(text)

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/
export const isNodeName = (text: string): boolean => NAME.test(text)
/** All bitcoin there will be, in sat. */
const CAPACITY_MAX = 2_100_000_000_000_000n

/** A network of `count` nodes n0, n1, …, every link with the same capacity each way. */
export function shaped (shape: Shape, count: number, capacity: bigint, seed: number): Topology {
  if (!Number.isInteger(count) || count < 2) throw new AmikoError('bad-request', { reason: 'a network has at least 2 nodes' })
  if (count > NODES_MAX) throw new AmikoError('too-large', { what: 'The network', limit: `${NODES_MAX} nodes` })
  const nodes = Array.from({ length: count }, (_, at) => `n${at}`)
  const pairs = new Map<string, readonly [number, number]>()
  const add = (a: number, b: number): void => {
    const [low, high] = a < b ? [a, b] : [b, a]
    if (low !== high) pairs.set(`${low} ${high}`, [low, high])
  }
  for (let at = 1; at < count; at++) add(shape === 'star' ? 0 : at - 1, at)
  if (shape === 'ring' || shape === 'small-world') add(count - 1, 0)
  if (shape === 'small-world') {
    // A ring with as many chords as half its nodes (Newman and Watts): always in one piece, and a few hops across.
    const draw = drawing(seed)
    for (let chord = 0; chord < Math.floor(count / 2); chord++) add(draw(count), draw(count))
  }
  return { nodes, links: [...pairs.values()].map(([a, b]) => ({ a: `n${a}`, b: `n${b}`, capacityAb: capacity, capacityBa: capacity })) }
}

/** Whole numbers below a bound, the same for the same seed (mulberry32: good enough for a picture of a network). */
function drawing (seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/**
 * Reads a topology file: CSV `node_a,node_b,capacity_ab,capacity_ba` in sat, with or without that head; `#` starts a
 * comment. Throws bad-topology with the line and the reason, too-large.
 */
export function parseTopology (text: string, file: string): Topology {
  const nodes = new Set<string>()
  const links: TopologyLink[] = []
  const pairs = new Set<string>()
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || (links.length === 0 && /^node_a\s*,/i.test(line))) continue
    const bad = (reason: string): AmikoError => new AmikoError('bad-topology', { file, line: at + 1, reason })
    const cells = line.split(',').map((cell) => cell.trim())
    if (cells.length !== 4) throw bad(`${cells.length} values where node_a,node_b,capacity_ab,capacity_ba are four`)
    const [a, b, ab, ba] = cells as [string, string, string, string]
    for (const name of [a, b]) if (!isNodeName(name)) throw bad(`${JSON.stringify(printable(name, 40))} is no name: letters, digits, - and _, at most 32`)
    if (a === b) throw bad(`${a} cannot have a link to itself`)
    const pair = [a, b].sort().join(' ')
    if (pairs.has(pair)) throw bad(`the link between ${a} and ${b} is there already`)
    const capacityAb = capacityOf(ab, bad)
    const capacityBa = capacityOf(ba, bad)
    if (capacityAb === 0n && capacityBa === 0n) throw bad('a link needs a capacity in one direction at least')
    pairs.add(pair)
    nodes.add(a).add(b)
    links.push({ a, b, capacityAb, capacityBa })
    if (nodes.size > NODES_MAX) throw new AmikoError('too-large', { what: `The network of ${file}`, limit: `${NODES_MAX} nodes` })
    if (links.length > LINKS_MAX) throw new AmikoError('too-large', { what: `The network of ${file}`, limit: `${LINKS_MAX} links` })
  }
  if (links.length === 0) throw new AmikoError('bad-topology', { file, line: 1, reason: 'there is no link in it' })
  return { nodes: [...nodes], links }
}

function capacityOf (text: string, bad: (reason: string) => AmikoError): bigint {
  if (!/^\d{1,16}$/.test(text)) throw bad(`${JSON.stringify(printable(text, 40))} is no capacity: a whole number of sat`)
  const capacity = BigInt(text)
  if (capacity > CAPACITY_MAX) throw bad(`the capacity ${text} sat is more than there is`)
  return capacity
}

/** Hops from one node to every node that can be reached from it. */
export function distancesFrom (topology: Topology, start: string): ReadonlyMap<string, number> {
  const neighbours = new Map<string, string[]>(topology.nodes.map((name) => [name, []]))
  for (const { a, b } of topology.links) {
    neighbours.get(a)!.push(b)
    neighbours.get(b)!.push(a)
  }
  const distances = new Map([[start, 0]])
  for (const name of distances.keys()) { // A Map gives what is added while it is walked.
    for (const next of neighbours.get(name)!) if (!distances.has(next)) distances.set(next, distances.get(name)! + 1)
  }
  return distances
}

/** Where meeting points are hosted when nobody says: the most central node, and in larger networks those farthest from all chosen. */
export function centralNodes (topology: Topology): readonly string[] {
  const distances = new Map(topology.nodes.map((name) => [name, distancesFrom(topology, name)]))
  const first = topology.nodes.reduce((best, name) => isMoreCentral(distances.get(name)!, distances.get(best)!) ? name : best)
  const chosen = [first]
  const wanted = Math.max(1, Math.floor(topology.nodes.length / NODES_PER_MEETING_POINT))
  while (chosen.length < wanted) {
    const gapOf = (name: string): number => Math.min(...chosen.map((each) => distances.get(each)!.get(name) ?? Infinity))
    chosen.push(topology.nodes.reduce((best, name) => gapOf(name) > gapOf(best) ? name : best))
  }
  return [...new Set(chosen)]
}

/** Reaches more nodes; then the farthest is nearer; then all together are nearer. */
function isMoreCentral (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  if (a.size !== b.size) return a.size > b.size
  const [farA, farB] = [Math.max(...a.values()), Math.max(...b.values())]
  if (farA !== farB) return farA < farB
  const sum = (each: ReadonlyMap<string, number>): number => [...each.values()].reduce((total, hops) => total + hops, 0)
  return sum(a) < sum(b)
}
