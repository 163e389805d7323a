import type { StreamPayment } from './csv.js'
import type { Row } from './figures.js'
import { copyOf, degreeOf, type Graph } from './graph.js'
import { shortestPath, type Serves } from './oracle.js'

/**
 * Other ways to find a path, on the same stream, for comparison. What each may know is stated with it. Messages are
 * counted as for meeting points: steps of a request onward, and steps of a refusal back.
 */
export const BASELINES = ['source', 'trees', 'flood'] as const
export type Baseline = typeof BASELINES[number]

/** Paths that a payer with a map tries. */
const SOURCE_TRIES = 10
/** Trees, and steps of a request in one. */
const TREES = 3
const TREE_STEPS_MAX = 64
/** Steps that a flood goes. */
const FLOOD_HOPS_MAX = 24

/** What a search came to: slots of the path from payer to payee. */
interface Found { readonly slots: readonly number[] | undefined, readonly messages: number, readonly first: boolean }
type Search = (graph: Graph, payment: StreamPayment, serves: Serves) => Found

/** Runs a stream on balances of its own. @param misbehaves - nodes that refuse to forward */
export function studyBaseline (name: Baseline, from: Graph, payments: readonly StreamPayment[], misbehaves: ReadonlySet<number>): readonly Row[] {
  const graph = copyOf(from)
  const search = name === 'trees' ? treeSearch(graph) : name === 'source' ? sourceSearch : floodSearch
  return payments.map((payment) => {
    const { payer, payee, amount } = payment
    const serves = (node: number): boolean => node === payer || node === payee || !misbehaves.has(node)
    const shortest = shortestPath(graph, payer, payee, amount, serves)
    const { slots, messages, first } = search(graph, payment, serves)
    for (const slot of slots ?? []) {
      graph.balance[slot]! -= amount
      graph.balance[graph.mate[slot]!]! += amount
    }
    return { amount, shortest, delivered: slots !== undefined, firstTry: slots !== undefined && first, hops: slots?.length ?? 0, messages, parts: 1 }
  })
}

/**
 * Source routing: the payer knows every channel and its capacity, not how it is split, and learns from each refusal
 * which channel end has too little.
 */
const sourceSearch: Search = (graph, { payer, payee, amount }, serves) => {
  const { balance, mate, head } = graph
  const failed = new Set<number>()
  let messages = 0
  for (let tries = 1; tries <= SOURCE_TRIES; tries++) {
    const path = pathBy(graph, payer, payee, (slot) => balance[slot]! + balance[mate[slot]!]! >= amount && !failed.has(slot) && (graph.tail[slot] !== payer || balance[slot]! >= amount))
    if (path === undefined) break
    const stop = path.findIndex((slot) => balance[slot]! < amount || !serves(head[slot]!))
    if (stop < 0) return { slots: path, messages: messages + path.length, first: tries === 1 }
    messages += 2 * (stop + (balance[path[stop]!]! < amount ? 0 : 1))
    failed.add(path[stop]!)
  }
  return { slots: undefined, messages, first: false }
}

/** Flooding: a request goes out over every channel that carries the amount, and everywhere once. */
const floodSearch: Search = (graph, { payer, payee, amount }, serves) => {
  const { offset, head, balance, nodes } = graph
  const came = new Int32Array(nodes).fill(-1)
  let messages = 0
  let edge = [payer]
  for (let hops = 0; hops < FLOOD_HOPS_MAX && edge.length > 0; hops++) {
    const next: number[] = []
    for (const x of edge) {
      if (x === payee || !serves(x)) continue
      for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) {
        if (balance[slot]! < amount) continue
        messages++
        const y = head[slot]!
        if (y === payer || came[y] !== -1) continue
        came[y] = slot
        next.push(y)
      }
    }
    edge = next
  }
  return { slots: came[payee] === -1 ? undefined : backFrom(graph, came, payer, payee), messages, first: true }
}

/** Slots of the shortest path over those that `usable` allows. */
function pathBy (graph: Graph, from: number, to: number, usable: (slot: number) => boolean): readonly number[] | undefined {
  const { offset, head, nodes } = graph
  const came = new Int32Array(nodes).fill(-1)
  let edge = [from]
  while (edge.length > 0 && came[to] === -1) {
    const next: number[] = []
    for (const x of edge) {
      for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) {
        const y = head[slot]!
        if (y === from || came[y] !== -1 || !usable(slot)) continue
        came[y] = slot
        next.push(y)
      }
    }
    edge = next
  }
  return came[to] === -1 ? undefined : backFrom(graph, came, from, to)
}

function backFrom ({ tail }: Graph, came: Int32Array, from: number, to: number): readonly number[] {
  const slots: number[] = []
  for (let x = to; x !== from; x = tail[came[x]!]!) slots.push(came[x]!)
  return slots.reverse()
}

/**
 * Embedding in prefix trees: each node has the path from the root of each of several spanning trees as its address, and
 * a request goes to the neighbour with enough balance whose address is nearest to the payee's, nearer than the present
 * one's; where there is none it goes back a step. One tree is tried after the other.
 */
function treeSearch (graph: Graph): Search {
  const { offset, head, tail, balance, nodes } = graph
  const roots = Array.from({ length: nodes }, (_, node) => node).sort((a, b) => degreeOf(graph, b) - degreeOf(graph, a) || a - b).slice(0, TREES)
  const trees = roots.map((root) => spanningTree(graph, root))
  return (_graph, { payer, payee, amount }, serves) => {
    let messages = 0
    for (const [index, { parent, depth }] of trees.entries()) {
      const distance = (a: number, b: number): number => {
        let steps = 0
        let [x, y] = [a, b]
        while (x !== y) {
          if (depth[x]! >= depth[y]!) x = parent[x]!
          else y = parent[y]!
          steps++
        }
        return steps
      }
      if (depth[payer] === -1 || depth[payee] === -1) continue
      const tried = new Set<number>([payer])
      const slots: number[] = []
      let back = 0
      for (let steps = 0; steps < TREE_STEPS_MAX; steps++) {
        const x = slots.length === 0 ? payer : head[slots.at(-1)!]!
        if (x === payee) return { slots, messages, first: index === 0 && back === 0 }
        let best = -1
        let nearest = serves(x) ? distance(x, payee) : 0
        for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) {
          const y = head[slot]!
          if (tried.has(y) || balance[slot]! < amount) continue
          const far = distance(y, payee)
          if (far < nearest) [best, nearest] = [slot, far]
        }
        if (best >= 0) {
          slots.push(best)
          tried.add(head[best]!)
        } else {
          back++
          if (slots.pop() === undefined) break
        }
        messages++
      }
    }
    return { slots: undefined, messages, first: false }
  }

  function spanningTree (of: Graph, root: number): { readonly parent: Int32Array, readonly depth: Int32Array } {
    const parent = new Int32Array(of.nodes).fill(-1)
    const depth = new Int32Array(of.nodes).fill(-1)
    depth[root] = 0
    let edge = [root]
    for (let hops = 1; edge.length > 0; hops++) {
      const next: number[] = []
      for (const x of edge) {
        for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) {
          const y = head[slot]!
          if (depth[y] !== -1) continue
          depth[y] = hops
          parent[y] = tail[slot]!
          next.push(y)
        }
      }
      edge = next
    }
    return { parent, depth }
  }
}
