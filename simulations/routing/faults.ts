import type { Random } from '../harness/random.js'
import { degreeOf, type Graph } from './graph.js'

/**
 * How a node behaves that does not do its part. All of them pay and are paid like others; they fail others only.
 *
 * - `dead`: gone since hints were last made; its neighbours notice when they send.
 * - `drop`: takes requests and locks, and never answers a request.
 * - `refuse`: says at once that there is no way.
 * - `lie`: claims to be as near to every meeting point as is believed of it, then says that there is no way and that all
 *   messages are used up.
 * - `stall`: finds routes, and then keeps every lock without passing it on or giving it back.
 */
export const FAULTS = ['dead', 'drop', 'refuse', 'lie', 'stall'] as const
export type Fault = typeof FAULTS[number]

export type Faults = ReadonlyMap<number, Fault>

/** Draws the nodes that misbehave, among those that forward: that have two channels and more. */
export function drawFaults (graph: Graph, shares: Readonly<Partial<Record<Fault, number>>>, random: Random): Faults {
  const forwarders = Array.from({ length: graph.nodes }, (_, node) => node).filter((node) => degreeOf(graph, node) > 1)
  const order = random.shuffled(forwarders)
  const faults = new Map<number, Fault>()
  let at = 0
  for (const fault of FAULTS) {
    const count = Math.round((shares[fault] ?? 0) * forwarders.length)
    for (const node of order.slice(at, at + count)) faults.set(node, fault)
    at += count
  }
  return faults
}

export const liarsOf = (faults: Faults): ReadonlySet<number> => new Set([...faults].filter(([, fault]) => fault === 'lie').map(([node]) => node))
