import type { Graph } from './graph.js'

/** Whether a payment may go through a node. */
export type Serves = (node: number) => boolean

/** Hops of the shortest single path that carries an amount, by all balances; −1 when there is none. */
export function shortestPath ({ offset, head, balance, nodes }: Graph, from: number, to: number, amount: number, serves: Serves): number {
  const seen = new Uint8Array(nodes)
  seen[from] = 1
  let edge = [from]
  for (let hops = 1; edge.length > 0; hops++) {
    const next: number[] = []
    for (const x of edge) {
      for (let slot = offset[x]!, end = offset[x + 1]!; slot < end; slot++) {
        const y = head[slot]!
        if (seen[y] !== 0 || balance[slot]! < amount) continue
        if (y === to) return hops
        seen[y] = 1
        if (serves(y)) next.push(y)
      }
    }
    edge = next
  }
  return -1
}

/** The most that any single path carries. */
export function widestPath ({ offset, head, balance, nodes }: Graph, from: number, to: number, serves: Serves): number {
  const width = new Float64Array(nodes)
  width[from] = Infinity
  const heap: number[] = [from]
  const done = new Uint8Array(nodes)
  while (heap.length > 0) {
    const x = popWidest(heap, width)
    if (x === to) return width[to]!
    if (done[x] !== 0) continue
    done[x] = 1
    if (x !== from && !serves(x)) continue
    for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) {
      const y = head[slot]!
      const through = Math.min(width[x]!, balance[slot]!)
      if (done[y] !== 0 || through <= width[y]!) continue
      width[y] = through
      pushWidest(heap, width, y)
    }
  }
  return 0
}

// Widths only grow, so an entry that is passed on is at worst too low in the heap, and comes again at its true place.
function pushWidest (heap: number[], width: Float64Array, node: number): void {
  let at = heap.push(node) - 1
  while (at > 0 && width[heap[(at - 1) >> 1]!]! < width[node]!) {
    heap[at] = heap[(at - 1) >> 1]!
    at = (at - 1) >> 1
  }
  heap[at] = node
}

function popWidest (heap: number[], width: Float64Array): number {
  const top = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return top
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && width[heap[child + 1]!]! > width[heap[child]!]!) child++
    if (width[heap[child]!]! <= width[last]!) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return top
}

/** What flows from one node to another over all paths together, or `enough` as soon as that much does: Dinic's algorithm. */
export function maxFlow (graph: Graph, from: number, to: number, enough: number, serves: Serves): number {
  const { offset, head, tail, mate, nodes } = graph
  const left = new Map<number, number>()
  const free = (slot: number): number => left.get(slot) ?? graph.balance[slot]!
  const endCut = (node: number, out: boolean): number => {
    let sum = 0
    for (let slot = offset[node]!; slot < offset[node + 1]!; slot++) sum += graph.balance[out ? slot : mate[slot]!]!
    return sum
  }
  const most = Math.min(enough, endCut(from, true), endCut(to, false))
  const level = new Int32Array(nodes)
  const cursor = new Int32Array(nodes)
  let total = 0
  while (total < most) {
    if (!layers()) break
    cursor.set(offset.subarray(0, nodes))
    for (let pushed = path(); pushed > 0; pushed = total < most ? path() : 0) total += pushed
  }
  return Math.min(total, enough)

  function layers (): boolean {
    level.fill(-1)
    level[from] = 0
    let edge = [from]
    for (let depth = 1; edge.length > 0 && level[to] === -1; depth++) {
      const next: number[] = []
      for (const x of edge) {
        for (let slot = offset[x]!; slot < offset[x + 1]!; slot++) {
          const y = head[slot]!
          if (level[y] !== -1 || free(slot) <= 0 || !(y === to || serves(y))) continue
          level[y] = depth
          next.push(y)
        }
      }
      edge = next
    }
    return level[to] !== -1
  }

  /** One augmenting path through the layers, without recursion. */
  function path (): number {
    const slots: number[] = []
    let x = from
    for (;;) {
      if (x === to) {
        let width = most - total
        for (const slot of slots) width = Math.min(width, free(slot))
        for (const slot of slots) {
          left.set(slot, free(slot) - width)
          left.set(mate[slot]!, free(mate[slot]!) + width)
        }
        return width
      }
      let advanced = false
      for (; cursor[x]! < offset[x + 1]!; cursor[x]!++) {
        const slot = cursor[x]!
        if (free(slot) <= 0 || level[head[slot]!] !== level[x]! + 1) continue
        slots.push(slot)
        x = head[slot]!
        advanced = true
        break
      }
      if (advanced) continue
      if (x === from) return 0
      level[x] = -1
      const back = slots.pop()!
      x = tail[back]!
      cursor[x]!++
    }
  }
}
