import { toHex } from '../../src/core/base/bytes.js'
import type { MeetingPointId } from '../../src/core/base/ids.js'
import { scalarOf, mulG } from '../../src/core/crypto/curve.js'
import { beaconOf } from '../../src/core/routing/beacon.js'
import { levelOf } from '../../src/core/routing/bucket.js'
import { ATTESTATIONS_FULL, ATTESTATIONS_MAX, ATTESTERS_MAX } from '../../src/core/routing/limits.js'
import { startOf } from '../../src/core/routing/own-vector.js'
import { rosterSizeOf } from '../../src/core/routing/roster.js'
import { lowestLots, ticketOf, weightOf, type Attested } from '../../src/core/routing/ticket.js'
import { ASSET } from './buckets.js'
import { degreeOf, type Graph } from './graph.js'

/** A meeting point of the network that is studied. */
export interface MeetingPoint {
  readonly place: number
  readonly node: number
  readonly id: MeetingPointId
  readonly secret: Uint8Array
  /** What it advertises: its secret start and one. */
  readonly distance: number
}

/**
 * Who would be elected if every node with three channels were a candidate: the lowest tickets, weighted as
 * their neighbours attest. With fewer than three candidates, every node with a channel is one.
 *
 * @param secretOf - identity secret of a node, 32 bytes
 */
export function electRoster (graph: Graph, seed: bigint, secretOf: (node: number) => Uint8Array): readonly MeetingPoint[] {
  const candidates = (least: number): number[] => Array.from({ length: graph.nodes }, (_, node) => node).filter((node) => degreeOf(graph, node) >= least)
  const full = candidates(ATTESTATIONS_FULL)
  const standing = full.length >= ATTESTATIONS_FULL ? full : candidates(1)
  const beacon = beaconOf(Uint8Array.from({ length: 8 }, (_, i) => Number((seed >> BigInt(8 * i)) & 0xffn)), 0)
  const tickets = standing.map((node) => {
    const secret = scalarOf(secretOf(node))
    const id = toHex(mulG(secret)) as MeetingPointId
    const weight = weightOf(id, attestedOf(graph, node, id, secretOf))
    return { node, id, secret, weight, ticket: ticketOf(beacon, id, weight) }
  })
  tickets.sort((a, b) => a.ticket - b.ticket)
  return tickets.slice(0, rosterSizeOf(tickets)).map(({ node, id, secret }, place) =>
    ({ place, node, id, secret, distance: startOf(secretOf(node), id, 'elected') + 1 }))
}

/** What the neighbours behind the largest channels would attest, as much of it as an announcement holds. */
function attestedOf ({ offset, head, balance, mate }: Graph, node: number, id: MeetingPointId, secretOf: (node: number) => Uint8Array): readonly Attested[] {
  const channels: Array<{ readonly other: number, readonly capacity: number }> = []
  for (let slot = offset[node]!; slot < offset[node + 1]!; slot++) channels.push({ other: head[slot]!, capacity: balance[slot]! + balance[mate[slot]!]! })
  const attested = channels.sort((a, b) => b.capacity - a.capacity).slice(0, ATTESTERS_MAX).flatMap(({ other, capacity }) => {
    const level = levelOf(ASSET, BigInt(capacity), 1_000)
    return level === 0 ? [] : [{ key: secretOf(other), bucket: level - 1 }]
  })
  return lowestLots(id, attested, ATTESTATIONS_MAX)
}
