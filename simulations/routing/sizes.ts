import { encodeLink } from '../../protocols/link/codec.js'
import type { HintRecord } from '../../src/core/link/messages.js'
import { BUCKETS, RECORDS_PER_MESSAGE_MAX } from '../../src/core/routing/limits.js'
import { PACING } from '../../src/core/routing/pacing.js'
import { firstOfSlot, slotAt } from '../../src/core/routing/sequence.js'
import { DIRECTIONS, toSteps, type Direction } from '../../src/core/routing/vector.js'
import type { Random } from '../harness/random.js'
import { WORLD_START_MS } from '../harness/virtual-clock.js'
import { ASSET } from './buckets.js'
import { degreeOf } from './graph.js'
import type { Hints } from './hints.js'

/** What hints cost one node on average. */
export interface HintCost {
  readonly stateBytesPerNode: number
  readonly hintBytesPerNodePerHour: number
  /** One record of one meeting point in its message. */
  readonly recordBytes: number
}

const NODES_SAMPLED = 1_000
/** Each costs 32 sweeps of the whole graph. */
const POINTS_SAMPLED = 16
const POINTS_SAMPLED_LARGE = 4
const LARGE_NODES_MIN = 100_000
const PACE = PACING.world
const SEQUENCE = firstOfSlot(slotAt(PACE, WORLD_START_MS))
const HOUR_MS = 3_600_000

/**
 * Encodes what sampled nodes know of sampled meeting points with the codec of the link stream, and multiplies by the
 * size of the roster. State: what each neighbour whose claims are kept said of them, and what the node itself last said,
 * the meeting point's id counted once. Traffic: a full vector a slot to every neighbour, and all the deltas that the
 * pacing lets through, which is the most there can be.
 */
export function hintCost (hints: Hints, random: Random): HintCost {
  const { graph, roster } = hints
  const points = random.shuffled(roster.map(({ place }) => place)).slice(0, graph.nodes < LARGE_NODES_MIN ? POINTS_SAMPLED : POINTS_SAMPLED_LARGE)
  const nodes = Array.from({ length: Math.min(NODES_SAMPLED, graph.nodes) }, () => random.below(graph.nodes))
  const advertised = new Map<number, HintRecord[]>(nodes.map((node) => [node, []]))
  let state = 0
  for (const place of points) {
    for (const node of advertised.keys()) {
      const { own, kept } = knownOf(hints, node, place)
      advertised.get(node)!.push(own)
      state += stateBytes(kept.concat(own))
    }
  }
  let sent = 0
  let records = 0
  for (const [node, said] of advertised) {
    const bytes = messageBytes(said)
    records += bytes / said.length
    sent += bytes * degreeOf(graph, node)
  }
  const scale = roster.length / points.length
  const rounds = HOUR_MS / PACE.slotMs + PACE.deltaShare * (HOUR_MS / PACE.deltaMs)
  return {
    stateBytesPerNode: Math.round(state * scale / advertised.size),
    hintBytesPerNodePerHour: Math.round(sent * scale * rounds / advertised.size),
    recordBytes: Number((records / advertised.size).toFixed(1))
  }
}

/** What a node keeps of its neighbours' words, one record each, and its own. */
function knownOf (hints: Hints, node: number, place: number): { readonly own: HintRecord, readonly kept: readonly HintRecord[] } {
  const bySlot = new Map<number, Record<Direction, Array<number | undefined>>>()
  const mine: Record<Direction, Array<number | undefined>> = { to: [], from: [] }
  for (const direction of DIRECTIONS) {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      mine[direction][bucket] = hints.distances(place, direction, bucket)[node] || undefined
      for (const { slot, hops } of hints.claims(node, place, direction, bucket)) {
        const entry = bySlot.get(slot) ?? { to: [], from: [] }
        entry[direction][bucket] = hops
        bySlot.set(slot, entry)
      }
    }
  }
  const { id: meetingPoint } = hints.roster[place]!
  const record = (by: Record<Direction, Array<number | undefined>>): HintRecord => ({ meetingPoint, to: stepsOf(by.to), from: stepsOf(by.from) })
  return { own: record(mine), kept: [...bySlot.values()].map(record) }
}

const stepsOf = (hops: ReadonlyArray<number | undefined>): HintRecord['to'] =>
  toSteps(Array.from({ length: BUCKETS }, (_, bucket) => hops[bucket] === undefined ? undefined : { hops: hops[bucket], sequence: SEQUENCE }))

const bytesOf = (records: readonly HintRecord[]): number => encodeLink({ type: 'hints', asset: ASSET, records }).length
const bareBytesOf = (record: HintRecord): number => bytesOf([{ ...record, to: [], from: [] }])

function stateBytes (records: readonly HintRecord[]): number {
  const [first] = records
  if (first === undefined) return 0
  const bare = bareBytesOf(first)
  return ID_BYTES + records.reduce((sum, record) => sum + bytesOf([record]) - bare, 0)
}

const ID_BYTES = 33

/** Bytes of records in full messages. */
function messageBytes (records: readonly HintRecord[]): number {
  let bytes = 0
  for (let at = 0; at < records.length; at += RECORDS_PER_MESSAGE_MAX) bytes += bytesOf(records.slice(at, at + RECORDS_PER_MESSAGE_MAX))
  return bytes
}
