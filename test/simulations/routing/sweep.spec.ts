import assert from 'node:assert/strict'
import { BUCKETS, HOPS_MAX, UNLICENSED_HOPS } from '../../../src/core/routing/limits.js'
import { startOf } from '../../../src/core/routing/own-vector.js'
import { usableIn } from '../../../src/core/routing/publish.js'
import { vectorKey } from '../../../src/core/routing/tables.js'
import { levelOf } from '../../../src/core/routing/bucket.js'
import { betterOf } from '../../../src/core/routing/sequence.js'
import { choiceOf, choicesOf, DIRECTIONS, newVector, recordFor, withAdvertised, withClaims, type Choices, type Usable, type Vector } from '../../../src/core/routing/vector.js'
import { ASSET } from '../../../simulations/routing/buckets.js'
import { peerOf } from '../../../simulations/routing/views.js'
import { randomOf, type Random } from '../../../simulations/harness/random.js'
import { graphOf, slotBetween, type Graph } from '../../../simulations/routing/graph.js'
import { createHints, type Hints } from '../../../simulations/routing/hints.js'
import type { MeetingPoint } from '../../../simulations/routing/roster.js'
import { repair, sweep } from '../../../simulations/routing/sweep.js'
import { BTC, VirtualNetwork } from '../../core/routing/harness.js'

/** A connected graph, its balances anywhere between nothing and the upper thresholds. */
function randomGraph (random: Random, nodes: number, extra: number): Graph {
  const pairs = new Map<number, readonly [number, number]>()
  for (let i = 1; i < nodes; i++) pairs.set(i * nodes + random.below(i), [i, random.below(i)])
  for (const [i, [a]] of [...pairs.values()].entries()) pairs.set(i, [a, random.below(a)])
  const unique = new Map<string, readonly [number, number]>()
  for (const [a, b] of pairs.values()) unique.set(`${Math.max(a, b)}/${Math.min(a, b)}`, [a, b])
  for (let i = 0; i < extra; i++) {
    const [a, b] = [random.below(nodes), random.below(nodes)]
    if (a !== b) unique.set(`${Math.max(a, b)}/${Math.min(a, b)}`, [a, b])
  }
  const edges = [...unique.values()]
  const balance = (): number => random.chance(0.1) ? 0 : Math.floor(64 * 4 ** (random.below(1_000) / 80))
  return graphOf(nodes, {
    count: edges.length,
    a: Int32Array.from(edges, ([a]) => a),
    b: Int32Array.from(edges, ([, b]) => b),
    balanceA: Float64Array.from(edges, balance),
    balanceB: Float64Array.from(edges, balance)
  })
}

/** Whether a channel of a node reaches a bucket, for each node. */
function usables (graph: Graph): readonly Usable[] {
  return Array.from({ length: graph.nodes }, (_, x) => {
    const levels = new Map<string, Readonly<Record<'to' | 'from', number>>>()
    for (let slot = graph.offset[x]!; slot < graph.offset[x + 1]!; slot++) {
      const level = (at: number): number => levelOf(ASSET, BigInt(graph.balance[at]!), 1_000)
      levels.set(peerOf(graph.head[slot]!), { to: level(slot), from: level(graph.mate[slot]!) })
    }
    return (peer, direction, bucket) => levels.get(peer)![direction] > bucket
  })
}

/** What a node would say, to notice when it changes. */
const summary = (choices: Choices): string => DIRECTIONS.map((direction) => choices[direction].map((choice) => `${choice?.hops}${choice?.sole ?? ''}`).join()).join()

/** Vectors of all nodes after each has told its neighbours of every change, in an order by chance. */
function converge (graph: Graph, host: number, start: number, random: Random, usable: readonly Usable[]): readonly Vector[] {
  const id = 'x' as MeetingPoint['id']
  const vectors = Array.from({ length: graph.nodes }, () => newVector(ASSET, id))
  vectors[host] = { ...vectors[host]!, own: { hops: start, sequence: 1 } }
  const said = vectors.map((vector, x) => summary(choicesOf(vector, usable[x]!)))
  const waiting: Array<readonly [number, number]> = []
  const queued = new Set<number>()
  const tellAll = (from: number): void => {
    for (let slot = graph.offset[from]!; slot < graph.offset[from + 1]!; slot++) {
      if (queued.has(slot)) continue
      queued.add(slot)
      waiting.push([slot, graph.head[slot]!])
    }
  }
  tellAll(host)
  while (waiting.length > 0) {
    const at = random.below(waiting.length)
    const [slot, to] = waiting[at]!
    waiting[at] = waiting.at(-1)!
    waiting.pop()
    queued.delete(slot)
    const from = graph.tail[slot]!
    const record = recordFor(peerOf(to), id, choicesOf(vectors[from]!, usable[from]!))
    if (vectors[from]!.own === undefined) vectors[from] = withAdvertised(vectors[from]!, record, betterOf)
    if (to === host) continue
    vectors[to] = withClaims(vectors[to]!, peerOf(from), record, () => true, usable[to]!)
    const now = summary(choicesOf(vectors[to], usable[to]!))
    if (now === said[to]) continue
    said[to] = now
    tellAll(to)
  }
  return vectors
}

const hintsFor = (graph: Graph, roster: readonly MeetingPoint[], liars: readonly number[] = []): Hints =>
  createHints(graph, roster, { pacing: 'private', secretOf: () => new Uint8Array(32), liars: new Set(liars), bytesMax: 2 ** 28 })

const pointAt = (node: number, distance: number): MeetingPoint => ({ place: 0, node, id: 'x' as MeetingPoint['id'], secret: new Uint8Array(32), distance })

describe('sweep', () => {
  it('gives what event-driven vectors come to, on 50 random graphs of 200 nodes', function () {
    this.timeout(120_000)
    for (let seed = 1; seed <= 50; seed++) {
      const random = randomOf(BigInt(seed)).fork('sweep')
      const graph = randomGraph(random, 200, 150)
      const host = random.below(graph.nodes)
      const start = random.below(3)
      const usable = usables(graph)
      const vectors = converge(graph, host, start, random, usable)
      const hints = hintsFor(graph, [pointAt(host, start + 1)])
      let compared = 0
      for (const direction of DIRECTIONS) {
        for (let bucket = 0; bucket < BUCKETS; bucket++) {
          const distances = hints.distances(0, direction, bucket)
          for (let x = 0; x < graph.nodes; x++) {
            if (x === host) continue
            const choice = choiceOf(vectors[x]!, direction, bucket, usable[x]!)
            assert.equal(choice === undefined ? 0 : choice.hops + 1, distances[x], `seed ${seed}, node ${x}, ${direction}, bucket ${bucket}`)
            if (choice !== undefined) compared++
            // What a node keeps is what its view keeps, as far as no tie is broken.
            const kept = vectors[x]![direction][bucket]!.claims.map(({ hops }) => hops).sort((a, b) => a - b)
            const seen = hints.claims(x, 0, direction, bucket).map(({ hops }) => hops).sort((a, b) => a - b)
            assert.equal(seen[0], kept[0], `seed ${seed}, node ${x}, ${direction}, bucket ${bucket}: nearest claim`)
          }
        }
      }
      assert.ok(compared > 1_000, `seed ${seed}: ${compared} distances compared`)
    }
  })

  it('gives what whole routing layers under one clock come to', function () {
    this.timeout(60_000)
    const random = randomOf(77n).fork('sweep')
    const graph = randomGraph(random, 60, 50)
    const network = new VirtualNetwork(graph.nodes, 'private', 77)
    for (let slot = 0; slot < graph.head.length; slot++) {
      const [x, y] = [graph.tail[slot]!, graph.head[slot]!]
      if (x < y) network.connect(x, y, BigInt(graph.balance[slot]!), BigInt(graph.balance[graph.mate[slot]!]!))
    }
    const host = random.below(graph.nodes)
    const id = network.hostAt(host)
    network.run(5_000)
    const hints = hintsFor(graph, [pointAt(host, startOf(network.node(host).host.identitySecret, id) + 1)])
    for (const direction of DIRECTIONS) {
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        const distances = hints.distances(0, direction, bucket)
        for (const { index, host: at } of network.nodes) {
          if (index === host) continue
          const vector = at.tables.vectors.get(vectorKey(BTC, id))
          const choice = vector === undefined ? undefined : choiceOf(vector, direction, bucket, usableIn(at, BTC))
          assert.equal(choice === undefined ? 0 : choice.hops + 1, distances[index], `node ${index}, ${direction}, bucket ${bucket}`)
        }
      }
    }
  })

  it('stops at the largest distance that is said', () => {
    const nodes = HOPS_MAX + 5
    const count = nodes - 1
    const line = graphOf(nodes, { count, a: Int32Array.from({ length: count }, (_, i) => i), b: Int32Array.from({ length: count }, (_, i) => i + 1), balanceA: new Float64Array(count).fill(1e6), balanceB: new Float64Array(count).fill(1e6) })
    const distances = hintsFor(line, [pointAt(0, 1)]).distances(0, 'to', 0)
    assert.equal(distances[HOPS_MAX - 1], HOPS_MAX)
    assert.equal(distances[HOPS_MAX], 0)
  })

  it('lets a liar stand as near to the meeting point as is believed of it [HINT-30]', () => {
    const nodes = 6
    const count = nodes - 1
    const line = graphOf(nodes, { count, a: Int32Array.from({ length: count }, (_, i) => i), b: Int32Array.from({ length: count }, (_, i) => i + 1), balanceA: new Float64Array(count).fill(1e6), balanceB: new Float64Array(count).fill(1e6) })
    assert.deepEqual([...hintsFor(line, [pointAt(0, 1)], [5]).distances(0, 'to', 0)], [1, 2, 3, 4, UNLICENSED_HOPS + 1, UNLICENSED_HOPS])
    assert.deepEqual([...hintsFor(line, [pointAt(0, 1)], [1]).distances(0, 'to', 0)], [1, 2, 3, 4, 5, 6], 'beside it, it says no more than is true')
  })
})

describe('repair', () => {
  it('gives what a sweep gives, whatever channels change', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomOf(BigInt(seed)).fork('repair')
      const graph = randomGraph(random, random.between(2, 60), random.below(80))
      const reaches = Uint8Array.from(graph.head, () => random.below(3))
      const sources = new Map([[0, random.between(1, 3)], ...(random.chance(0.3) && graph.nodes > 1 ? [[graph.nodes - 1, 1] as const] : [])])
      const distances = sweep(graph, reaches, 0, sources)
      for (let round = 0; round < 5; round++) {
        const changed: number[] = []
        for (let i = random.between(1, 6); i > 0; i--) {
          const slot = random.below(graph.head.length)
          reaches[slot] = random.below(3)
          changed.push(slot)
        }
        repair(graph, reaches, 0, sources, distances, changed)
        assert.deepEqual(distances, sweep(graph, reaches, 0, sources), `seed ${seed}, round ${round}`)
      }
    }
  })

  it('follows balances that are published, and only those', () => {
    const random = randomOf(9n)
    const graph = randomGraph(random, 80, 100)
    const hints = hintsFor(graph, [pointAt(0, 1)])
    const before = Array.from({ length: BUCKETS }, (_, bucket) => hints.distances(0, 'to', bucket).slice())
    const slot = slotBetween(graph, 0, graph.head[0]!)
    graph.balance[graph.mate[slot]!] = 1e12
    graph.balance[slot] = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) assert.deepEqual(hints.distances(0, 'to', bucket), before[bucket])
    hints.publish(slot)
    const fresh = hintsFor(graph, [pointAt(0, 1)])
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      for (const direction of DIRECTIONS) assert.deepEqual(hints.distances(0, direction, bucket), fresh.distances(0, direction, bucket), `${direction} ${bucket}`)
    }
  })
})
