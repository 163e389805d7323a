/**
 * A network of channels in typed arrays. Each channel has two slots, one at either end: slots of node `x` stand from
 * `offset[x]` to `offset[x + 1]`, their neighbours rise, and `mate` of a slot is the slot at the other end.
 */
export interface Graph {
  readonly nodes: number
  readonly channels: number
  readonly offset: Int32Array
  /** The node at the other end of a slot. */
  readonly head: Int32Array
  /** The node whose slot it is. */
  readonly tail: Int32Array
  readonly mate: Int32Array
  /** What the slot's node can send over it, in thousandths of the file's unit. Whole numbers, exact to 2^53. */
  readonly balance: Float64Array
  /** Names of the nodes in the file; undefined for a generated graph, whose nodes are called by their numbers. */
  readonly names: ReadonlyMap<string, number> | undefined
}

/** Largest amount of one channel end: so that sums stay exact. */
export const BALANCE_MAX = 2 ** 50
export const NODES_MAX = 2_000_000
export const CHANNELS_MAX = 20_000_000

/** Channels as they are read or drawn: ends and what each can send. */
export interface Edges {
  readonly count: number
  readonly a: Int32Array
  readonly b: Int32Array
  readonly balanceA: Float64Array
  readonly balanceB: Float64Array
}

/** Builds a graph. The edges join different nodes below `nodes`, no two of them the same pair. */
export function graphOf (nodes: number, { count, a, b, balanceA, balanceB }: Edges, names?: ReadonlyMap<string, number>): Graph {
  const offset = new Int32Array(nodes + 1)
  for (let e = 0; e < count; e++) {
    offset[a[e]! + 1]!++
    offset[b[e]! + 1]!++
  }
  for (let x = 0; x < nodes; x++) offset[x + 1]! += offset[x]!
  // Two passes of a counting sort: by neighbour first, so that the slots of each node come out in the neighbours' order.
  const byNeighbour = new Int32Array(2 * count)
  const cursor = offset.slice(0, nodes)
  for (let e = 0; e < count; e++) {
    byNeighbour[cursor[a[e]!]!++] = 2 * e
    byNeighbour[cursor[b[e]!]!++] = 2 * e + 1
  }
  cursor.set(offset.subarray(0, nodes))
  const head = new Int32Array(2 * count)
  const tail = new Int32Array(2 * count)
  const balance = new Float64Array(2 * count)
  const place = new Int32Array(2 * count)
  for (let x = 0; x < nodes; x++) {
    for (let i = offset[x]!; i < offset[x + 1]!; i++) {
      const side = byNeighbour[i]! & 1
      const e = byNeighbour[i]! >> 1
      const other = side === 0 ? b[e]! : a[e]!
      const slot = cursor[other]!++
      head[slot] = x
      tail[slot] = other
      balance[slot] = side === 0 ? balanceB[e]! : balanceA[e]!
      place[2 * e + (1 - side)] = slot
    }
  }
  const mate = new Int32Array(2 * count)
  for (let e = 0; e < count; e++) {
    mate[place[2 * e]!] = place[2 * e + 1]!
    mate[place[2 * e + 1]!] = place[2 * e]!
  }
  return { nodes, channels: count, offset, head, tail, mate, balance, names }
}

/** The slot of one node toward another; −1 when they have no channel. */
export function slotBetween ({ offset, head }: Graph, from: number, to: number): number {
  let low = offset[from]!
  let high = offset[from + 1]! - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const at = head[middle]!
    if (at === to) return middle
    if (at < to) low = middle + 1
    else high = middle - 1
  }
  return -1
}

export const degreeOf = ({ offset }: Graph, node: number): number => offset[node + 1]! - offset[node]!

/** The same channels with balances of their own, so that several algorithms run on one stream. */
export const copyOf = (graph: Graph): Graph => ({ ...graph, balance: graph.balance.slice() })
