import assert from 'node:assert/strict'
import { studyBaseline } from '../../../simulations/routing/baselines.js'
import { graphOf, type Graph } from '../../../simulations/routing/graph.js'

const graph = (nodes: number, ...edges: ReadonlyArray<readonly [number, number, number, number]>): Graph => graphOf(nodes, {
  count: edges.length,
  a: Int32Array.from(edges, ([a]) => a),
  b: Int32Array.from(edges, ([, b]) => b),
  balanceA: Float64Array.from(edges, ([,, balance]) => balance),
  balanceB: Float64Array.from(edges, ([,,, balance]) => balance)
})
const nobody = new Set<number>()
const one = (payer: number, payee: number, amount: number): [{ payer: number, payee: number, amount: number }] => [{ payer, payee, amount }]

/** 0 – 1 – 3 is wide enough by its capacity and not by its balance; 0 – 2 – 4 – 3 carries ten. */
const DETOUR = graph(5, [0, 1, 10, 0], [1, 3, 0, 20], [0, 2, 10, 0], [2, 4, 10, 0], [4, 3, 10, 0])

describe('baselines', () => {
  it('source routing learns from a refusal and takes the next shortest way', () => {
    const [row] = studyBaseline('source', DETOUR, one(0, 3, 10), nobody)
    // One step onward and one back, then three hops.
    assert.deepEqual(row, { amount: 10, shortest: 3, delivered: true, firstTry: false, hops: 3, messages: 5, parts: 1 })
  })

  it('source routing gives up where no channel is large enough', () => {
    assert.deepEqual(studyBaseline('source', DETOUR, one(0, 3, 30), nobody)[0], { amount: 30, shortest: -1, delivered: false, firstTry: false, hops: 0, messages: 0, parts: 1 })
  })

  it('a flood takes the shortest funded way and tells everybody', () => {
    const [row] = studyBaseline('flood', DETOUR, one(0, 3, 10), nobody)
    assert.deepEqual([row!.delivered, row!.hops, row!.messages], [true, 3, 4])
  })

  it('trees go toward the payee, and are blind to ways round', () => {
    const star = graph(4, [0, 1, 5, 5], [0, 2, 5, 5], [0, 3, 5, 5])
    assert.deepEqual(studyBaseline('trees', star, one(1, 2, 5), nobody)[0], { amount: 5, shortest: 2, delivered: true, firstTry: true, hops: 2, messages: 2, parts: 1 })
    // A ring of six whose short side is empty: every tree knows the long side as farther away at some step.
    const ring = graph(6, [0, 1, 0, 0], [1, 2, 9, 9], [2, 3, 9, 9], [3, 4, 9, 9], [4, 5, 9, 9], [5, 0, 9, 9])
    assert.deepEqual([studyBaseline('flood', ring, one(0, 1, 9), nobody)[0]!.delivered, studyBaseline('trees', ring, one(0, 1, 9), nobody)[0]!.shortest], [true, 5])
  })

  it('moves balances from one payment to the next, on a copy', () => {
    const line = graph(2, [0, 1, 10, 0])
    for (const name of ['source', 'flood'] as const) {
      const rows = studyBaseline(name, line, [...one(0, 1, 6), ...one(0, 1, 6), ...one(1, 0, 6)], nobody)
      assert.deepEqual(rows.map(({ delivered, shortest }) => [delivered, shortest]), [[true, 1], [false, -1], [true, 1]], name)
    }
    assert.equal(line.balance[0], 10)
  })

  it('does not go through nodes that refuse', () => {
    for (const name of ['source', 'flood', 'trees'] as const) {
      const [row] = studyBaseline(name, graph(3, [0, 1, 9, 9], [1, 2, 9, 9]), one(0, 2, 5), new Set([1]))
      assert.deepEqual([row!.delivered, row!.shortest], [false, -1], name)
    }
  })
})
