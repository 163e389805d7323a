import type { Random } from '../harness/random.js'
import { randomOf } from '../harness/random.js'
import { studyBaseline, type Baseline } from './baselines.js'
import type { StreamPayment } from './csv.js'
import { UNIT } from './csv.js'
import { drawFaults, type Fault } from './faults.js'
import { figuresOf, rowOf, type Figures, type Row } from './figures.js'
import type { Graph } from './graph.js'
import { profileOf, studyMeetingPoints } from './study.js'

export const ALGORITHMS = ['meeting-points', 'source', 'trees', 'flood'] as const
export type Algorithm = typeof ALGORITHMS[number]

export interface RunOptions {
  readonly seed: bigint
  readonly algorithm: Algorithm
  /** The other algorithms run on the same stream too. */
  readonly compare: boolean
  readonly refreshEvery: number
  readonly partsMax: number
  readonly concurrency: number
  readonly faults: Readonly<Partial<Record<Fault, number>>>
}

/** What `npm run sim -- routing … --json` writes. The first thirteen fields are a contract. */
export interface RoutingReport extends Figures {
  readonly nodes: number
  readonly channels: number
  readonly payments: number
  /** Zero for algorithms other than meeting points, whose state and traffic are not modelled. */
  readonly stateBytesPerNode: number
  readonly hintBytesPerNodePerHour: number
  readonly seconds: number
  readonly study: 'routing'
  readonly algorithm: Algorithm
  readonly seed: string
  /** Median of the stream, in the file's unit. */
  readonly amount: number
  /** Shares: of the feasible, of the delivered, and of all. */
  readonly deliveredShare: number
  readonly firstTryShare: number
  readonly deliveredOfAll: number
  /** Payments that all paths together could carry, when splitting was asked for. */
  readonly feasibleSplit?: number
  readonly meetingPoints?: number
  readonly recordBytes?: number
  /** All route messages, their bytes, a payment: halves that were opened for nothing and answers included. */
  readonly allMessagesMean?: number
  readonly allBytesMean?: number
  readonly refused?: Readonly<Record<string, number>>
  readonly others?: Readonly<Partial<Record<Algorithm, Figures & { readonly seconds: number }>>>
}

/** Runs one study, and the others to compare with when that is asked for. */
export function runRouting (graph: Graph, payments: readonly StreamPayment[], options: RunOptions): RoutingReport {
  const began = performance.now()
  const main = options.algorithm === 'meeting-points' ? withMeetingPoints(graph, payments, options) : { rows: baseline(options.algorithm, graph, payments, options) }
  const seconds = secondsSince(began)
  const others: Partial<Record<Algorithm, Figures & { seconds: number }>> = {}
  if (options.compare) {
    for (const name of ALGORITHMS) {
      if (name === options.algorithm) continue
      const start = performance.now()
      const rows = name === 'meeting-points' ? withMeetingPoints(graph, payments, options).rows : baseline(name, graph, payments, options)
      others[name] = { ...figuresOf(rows), seconds: secondsSince(start) }
    }
  }
  const { rows, ...more } = main
  const figures = figuresOf(rows)
  const amounts = payments.map(({ amount }) => amount).sort((a, b) => a - b)
  return {
    nodes: graph.nodes,
    channels: graph.channels,
    payments: payments.length,
    ...figures,
    stateBytesPerNode: 0,
    hintBytesPerNodePerHour: 0,
    seconds,
    study: 'routing',
    algorithm: options.algorithm,
    seed: String(options.seed),
    amount: amounts[Math.floor(amounts.length / 2)]! / UNIT,
    deliveredShare: share(figures.delivered, figures.feasible),
    firstTryShare: share(figures.firstTry, figures.delivered),
    deliveredOfAll: share(figures.delivered, payments.length),
    ...more,
    ...(options.compare ? { others } : {})
  }
}

function withMeetingPoints (graph: Graph, payments: readonly StreamPayment[], options: RunOptions): { readonly rows: readonly Row[] } & Partial<RoutingReport> {
  const { judged, ...cost } = studyMeetingPoints(graph, payments, { ...options, pacing: profileOf(graph) })
  const refused: Record<string, number> = {}
  for (const { shortest, outcome: { delivered, reason } } of judged) if (shortest >= 0 && !delivered) refused[reason ?? 'unknown'] = (refused[reason ?? 'unknown'] ?? 0) + 1
  const mean = (pick: (judged_: (typeof judged)[number]) => number): number => Number((judged.reduce((sum, one) => sum + pick(one), 0) / judged.length).toFixed(1))
  return {
    rows: judged.map(rowOf),
    ...cost,
    ...(options.partsMax > 1 ? { feasibleSplit: judged.filter(({ flows }) => flows === true).length } : {}),
    allMessagesMean: mean(({ outcome }) => outcome.messagesAll),
    allBytesMean: mean(({ outcome }) => outcome.bytesAll),
    refused
  }
}

/** Nodes that misbehave refuse, whatever they do to meeting points; and they are the same ones. */
function baseline (name: Baseline, graph: Graph, payments: readonly StreamPayment[], { seed, faults }: RunOptions): readonly Row[] {
  const drawn = drawFaults(graph, faults, randomOf(seed).fork('routing').fork('faults'))
  return studyBaseline(name, graph, payments, new Set(drawn.keys()))
}

/** Payments between pairs drawn evenly among the nodes. @param amount - thousandths of the unit */
export function drawPayments (graph: Graph, count: number, amount: number, random: Random): readonly StreamPayment[] {
  return Array.from({ length: count }, () => {
    const payer = random.below(graph.nodes)
    const other = random.below(graph.nodes - 1)
    return { payer, payee: other < payer ? other : other + 1, amount }
  })
}

const secondsSince = (began: number): number => Number(((performance.now() - began) / 1_000).toFixed(2))
const share = (part: number, whole: number): number => whole === 0 ? 0 : Number((part / whole).toFixed(4))
