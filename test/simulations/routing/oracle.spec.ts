import assert from 'node:assert/strict'
import { randomOf, type Random } from '../../../simulations/harness/random.js'
import { graphOf, type Graph } from '../../../simulations/routing/graph.js'
import { maxFlow, shortestPath, widestPath } from '../../../simulations/routing/oracle.js'

/** A graph of a few nodes; not all of it need be connected. */
function tiny (random: Random): Graph {
  const nodes = random.between(2, 6)
  const pairs: Array<readonly [number, number]> = []
  for (let a = 0; a < nodes; a++) for (let b = 0; b < a; b++) if (random.chance(0.6)) pairs.push([a, b])
  return graphOf(nodes, {
    count: pairs.length,
    a: Int32Array.from(pairs, ([a]) => a),
    b: Int32Array.from(pairs, ([, b]) => b),
    balanceA: Float64Array.from(pairs, () => random.below(10)),
    balanceB: Float64Array.from(pairs, () => random.below(10))
  })
}

/** Every simple path, as its slots. */
function paths ({ offset, head, nodes }: Graph, from: number, to: number): number[][] {
  const found: number[][] = []
  const go = (x: number, slots: number[], seen: ReadonlySet<number>): void => {
    if (x === to) { found.push(slots); return }
    for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) if (!seen.has(head[slot]!)) go(head[slot]!, [...slots, slot], new Set([...seen, head[slot]!]))
  }
  if (from < nodes) go(from, [], new Set([from]))
  return found
}

/** The least cut: over all sets with the one end and without the other. */
function leastCut (graph: Graph, from: number, to: number): number {
  let least = Infinity
  for (let set = 0; set < 1 << graph.nodes; set++) {
    const has = (x: number): boolean => (set >> x & 1) === 1
    if (!has(from) || has(to)) continue
    let cut = 0
    for (let slot = 0; slot < graph.head.length; slot++) if (has(graph.tail[slot]!) && !has(graph.head[slot]!)) cut += graph.balance[slot]!
    least = Math.min(least, cut)
  }
  return least
}

const all = (): boolean => true

describe('oracle', () => {
  it('finds what counting all paths and all cuts finds, on 300 tiny graphs', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const graph = tiny(randomOf(BigInt(seed)).fork('oracle'))
      const [from, to] = [0, graph.nodes - 1]
      const every = paths(graph, from, to).map((slots) => ({ hops: slots.length, width: Math.min(...slots.map((slot) => graph.balance[slot]!)) }))
      for (const amount of [1, 4, 8]) {
        const able = every.filter(({ width }) => width >= amount)
        assert.equal(shortestPath(graph, from, to, amount, all), able.length === 0 ? -1 : Math.min(...able.map(({ hops }) => hops)), `seed ${seed}, amount ${amount}`)
        assert.equal(maxFlow(graph, from, to, amount, all), Math.min(amount, leastCut(graph, from, to)), `seed ${seed}, flow of ${amount}`)
      }
      assert.equal(widestPath(graph, from, to, all), Math.max(0, ...every.map(({ width }) => width)), `seed ${seed}, width`)
      assert.equal(maxFlow(graph, from, to, 1_000, all), leastCut(graph, from, to), `seed ${seed}, flow`)
    }
  })

  it('goes round nodes that do not serve, but not round the ends', () => {
    const square = graphOf(4, { count: 4, a: Int32Array.of(0, 1, 0, 2), b: Int32Array.of(1, 3, 2, 3), balanceA: Float64Array.of(9, 9, 5, 5), balanceB: new Float64Array(4) })
    const serves = (node: number): boolean => node !== 1
    assert.deepEqual([widestPath(square, 0, 3, all), widestPath(square, 0, 3, serves)], [9, 5])
    assert.deepEqual([shortestPath(square, 0, 3, 6, all), shortestPath(square, 0, 3, 6, serves)], [2, -1])
    assert.deepEqual([maxFlow(square, 0, 3, 99, all), maxFlow(square, 0, 3, 99, serves)], [14, 5])
  })
})
