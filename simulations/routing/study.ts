import { curve, useCurve } from '../../src/core/crypto/curve.js'
import { concatBytes } from '../../src/core/base/bytes.js'
import { encodeLayout, u32 } from '../../src/core/base/struct.js'
import type { PacingProfile } from '../../src/core/routing/pacing.js'
import { fakeCurve } from '../harness/fake-curve.js'
import { randomOf } from '../harness/random.js'
import type { StreamPayment } from './csv.js'
import { drawFaults, liarsOf, type Fault } from './faults.js'
import { copyOf, type Graph } from './graph.js'
import { createHints } from './hints.js'
import { maxFlow, shortestPath } from './oracle.js'
import { payOnce, type Outcome } from './payer.js'
import { electRoster } from './roster.js'
import { hintCost, type HintCost } from './sizes.js'
import { createRouteWorld, newDeed } from './world.js'

export interface StudyOptions {
  readonly seed: bigint
  /** Hints are brought up to date after so many payments: 1 is fresh, Infinity is never. */
  readonly refreshEvery: number
  /** Parts that a payment may be split into; 1 is none. */
  readonly partsMax: number
  /** Shares of the forwarders that misbehave. */
  readonly faults: Readonly<Partial<Record<Fault, number>>>
  /** Payments under way at once. */
  readonly concurrency: number
  readonly pacing: PacingProfile
}

/** One payment, and what an oracle said of it when it began. */
export interface Judged {
  readonly payment: StreamPayment
  /** Hops of the shortest funded path; −1 when there was none. */
  readonly shortest: number
  /** All paths together carry it; undefined when nobody asked. */
  readonly flows: boolean | undefined
  readonly outcome: Outcome
}

export interface Study extends HintCost {
  readonly judged: readonly Judged[]
  readonly meetingPoints: number
}

/** Bytes of distances that may be kept at once. */
const HINT_BYTES_MAX = 6 * 2 ** 30
/** Networks under this many nodes use the profile `private`. */
export const PRIVATE_NODES_MAX = 200
export const profileOf = (graph: Graph): PacingProfile => graph.nodes < PRIVATE_NODES_MAX ? 'private' : 'world'

/** Runs a stream of payments on the production code, on balances of its own. Everything follows from the seed. */
export function studyMeetingPoints (from: Graph, payments: readonly StreamPayment[], options: StudyOptions): Study {
  const graph = copyOf(from)
  const random = randomOf(options.seed).fork('routing')
  const faults = drawFaults(graph, options.faults, random.fork('faults'))
  const secretOf = secretsOf(options.seed)
  const before = curve()
  useCurve(fakeCurve)
  try {
    const roster = electRoster(graph, options.seed, secretOf)
    const hints = createHints(graph, roster, { pacing: options.pacing, secretOf, liars: liarsOf(faults), bytesMax: HINT_BYTES_MAX })
    const world = createRouteWorld({ hints, pacing: options.pacing, faults, random: random.fork('world') })
    const judged: Judged[] = []
    let begun = 0
    let ended = 0
    const begin = (): void => {
      const index = begun++
      const payment = payments[index]!
      const { payer, payee, amount } = payment
      const deed = newDeed(index, [payer, payee])
      const serves = (node: number): boolean => world.serves(node, deed)
      const shortest = shortestPath(graph, payer, payee, amount, serves)
      const flows = options.partsMax > 1 ? shortest >= 0 || maxFlow(graph, payer, payee, amount, serves) >= amount : undefined
      payOnce(world, index, payment, options.partsMax, (outcome) => {
        judged[index] = { payment, shortest, flows, outcome }
        ended++
        if (options.refreshEvery === 1) for (const slot of outcome.touched) hints.publish(slot)
        else if (ended % options.refreshEvery === 0) hints.publishAll()
        if (begun < payments.length) begin()
      })
    }
    while (begun < Math.min(options.concurrency, payments.length)) begin()
    while (ended < payments.length) if (!world.next()) throw new Error(`nothing happens any more, and ${payments.length - ended} payments have no end`)
    return { judged, meetingPoints: roster.length, ...hintCost(hints, random.fork('sizes')) }
  } finally {
    useCurve(before)
  }
}

/** Identity secrets that differ by node and seed. They are no secrets; nothing here needs one. */
function secretsOf (seed: bigint): (node: number) => Uint8Array {
  const first = Uint8Array.from({ length: 28 }, (_, i) => i < 8 ? Number((seed >> BigInt(8 * i)) & 0xffn) : 7)
  return (node) => concatBytes(first, encodeLayout(u32, node))
}
