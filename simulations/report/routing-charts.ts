import type { LineChart } from './lines.js'

/** Fields of a study of routing that pictures are made of; other fields are shown as they are. */
export interface RoutingStudy {
  readonly study: 'routing'
  readonly algorithm: string
  readonly nodes: number
  readonly amount: number
  readonly feasible: number
  readonly delivered: number
  readonly stretch: number
  readonly messagesMean: number
  readonly stateBytesPerNode: number
  readonly hintBytesPerNodePerHour: number
  readonly others?: Readonly<Record<string, { readonly feasible: number, readonly delivered: number, readonly stretch: number, readonly messagesMean: number }>>
}

const NUMBERS = ['nodes', 'amount', 'feasible', 'delivered', 'stretch', 'messagesMean', 'stateBytesPerNode', 'hintBytesPerNodePerHour'] as const

/** Whether a file holds what `npm run sim -- routing … --json FILE` wrote. */
export function isRoutingStudy (json: unknown): json is RoutingStudy {
  if (typeof json !== 'object' || json === null) return false
  const fields = json as Readonly<Record<string, unknown>>
  return fields.study === 'routing' && typeof fields.algorithm === 'string' && NUMBERS.every((name) => typeof fields[name] === 'number' && Number.isFinite(fields[name]))
}

/** Bytes of state and of hints an hour for one meeting point, of the model in the design: six links that forward. */
const MODEL_STATE_BYTES = 630
const MODEL_HINT_BYTES_PER_HOUR = 680
const MODEL_NODES = [1e3, 1e4, 17e3, 1e5, 1e6, 1e7, 1e8, 1e9]
const ROSTER_MIN = 64
const ROSTER_MAX = 4_096
const rosterOf = (nodes: number): number => Math.max(ROSTER_MIN, Math.min(ROSTER_MAX, Math.ceil(Math.sqrt(nodes))))

/** Pictures of some studies; none when there are none. */
export function routingCharts (studies: readonly RoutingStudy[]): readonly LineChart[] {
  if (studies.length === 0) return []
  const runs = studies.flatMap((study) => [
    { label: study.algorithm, ...study },
    ...Object.entries(study.others ?? {}).map(([label, one]) => ({ label, amount: study.amount, nodes: study.nodes, ...one }))
  ])
  const byAmount = (pick: (run: typeof runs[number]) => number): LineChart['lines'] => {
    const groups = [...new Set(runs.map(({ label, nodes }) => `${label}, ${nodes}`))]
    return groups.map((group) => ({ label: group, points: runs.filter(({ label, nodes }) => `${label}, ${nodes}` === group).map((run) => [run.amount, pick(run)] as const) }))
  }
  const measured = studies.filter(({ stateBytesPerNode }) => stateBytesPerNode > 0)
  const bySize = (name: string, title: string, pick: (study: RoutingStudy) => number, each: number): LineChart => ({
    name,
    title,
    across: 'nodes',
    logAcross: true,
    logUp: true,
    lines: [
      { label: 'measured', points: measured.map((study) => [study.nodes, pick(study)] as const) },
      { label: 'model', dashed: true, points: MODEL_NODES.map((nodes) => [nodes, each * rosterOf(nodes)] as const) }
    ]
  })
  const amount = { across: 'amount, in the unit of the graph', logAcross: true }
  return [
    { name: 'routing-delivered', title: 'Delivered, as a share of what a single path carries', ...amount, logUp: false, lines: byAmount(({ delivered, feasible }) => feasible === 0 ? 0 : delivered / feasible) },
    { name: 'routing-hops', title: 'Hops over the shortest funded path', ...amount, logUp: false, lines: byAmount(({ stretch }) => stretch) },
    { name: 'routing-messages', title: 'Messages a payment', ...amount, logUp: true, lines: byAmount(({ messagesMean }) => messagesMean) },
    bySize('routing-state', 'State a node, in bytes', ({ stateBytesPerNode }) => stateBytesPerNode, MODEL_STATE_BYTES),
    bySize('routing-traffic', 'Hints a node sends an hour at most, in bytes', ({ hintBytesPerNodePerHour }) => hintBytesPerNodePerHour, MODEL_HINT_BYTES_PER_HOUR)
  ]
}
