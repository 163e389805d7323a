import type { BarChart } from './bars.js'

/** A report as `npm run bench -- NAME --out FILE` writes it; read with care, as it may be of another version. */
export interface Report {
  readonly benchmark: string
  readonly engine: string
  readonly figures: unknown
}

/** Whether a file holds a report of a benchmark. */
export const isReport = (json: unknown): json is Report =>
  typeof at(json, 'benchmark') === 'string' && typeof at(json, 'engine') === 'string' && typeof at(json, 'figures') === 'object'

/** What stands at a path of names. */
function at (json: unknown, ...path: readonly string[]): unknown {
  let value = json
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}

const numberAt = (json: unknown, ...path: readonly string[]): number | undefined => {
  const value = at(json, ...path)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
const entriesOf = (json: unknown): ReadonlyArray<readonly [string, unknown]> => typeof json === 'object' && json !== null ? Object.entries(json) : []

interface Row { readonly label: string, readonly values: ReadonlyArray<number | undefined> }
/** Rows of which every value is there. */
const whole = (rows: readonly Row[]): BarChart['rows'] =>
  rows.flatMap(({ label, values }) => values.every((value) => value !== undefined) ? [{ label, values }] : [])

/** The pictures of some reports; those that would be empty are left out. */
export function chartsOf (reports: readonly Report[]): readonly BarChart[] {
  const of = (name: string): readonly Report[] => reports.filter(({ benchmark }) => benchmark === name)
  const charts = [...trafficCharts(of('channel'), of('line')), ...cryptoCharts(of('crypto')), ...codecCharts(of('codec')), ...startupCharts(of('startup'))]
  return charts.filter(({ rows }) => rows.some(({ values }) => values.some((value) => value > 0)))
}

/** Each measured span: how it is called, and where it stands in the figures. */
const SPANS = [
  ['channel', 'locks, one line', ['lock']],
  ['channel', 'payments, one line', ['payment', 'concurrent']],
  ['line', 'payments, line of six', ['concurrent']]
] as const

function trafficCharts (channel: readonly Report[], line: readonly Report[]): readonly BarChart[] {
  const spans = SPANS.flatMap(([benchmark, label, path]) =>
    (benchmark === 'channel' ? channel : line).map(({ figures, engine }) => ({ label: `${label}, ${engine}`, figures: at(figures, ...path) })))
  const sequential = [...channel.map(({ figures, engine }) => ({ label: `one line, ${engine}`, figures: at(figures, 'payment', 'sequential') })),
    ...line.map(({ figures, engine }) => ({ label: `line of six, ${engine}`, figures: at(figures, 'sequential') }))]
  return [
    { name: 'rates', title: 'Carried at once', unit: 'a second', series: ['rate'], rows: whole(spans.map(({ label, figures }) => ({ label, values: [numberAt(figures, 'perSecond')] }))) },
    {
      name: 'floors',
      title: 'Processor time of each, all processes',
      unit: 'µs',
      series: ['measured', 'floor', 'curve', 'synced writes'],
      rows: whole(spans.map(({ label, figures }) => ({ label, values: ['cpuUs', 'floorUs', 'floorCurveUs', 'floorSyncUs'].map((name) => numberAt(figures, name)) })))
    },
    { name: 'ratios', title: 'Measured time over its floor', unit: 'times', series: ['ratio'], rows: whole(spans.map(({ label, figures }) => ({ label, values: [numberAt(figures, 'ratio')] }))) },
    {
      name: 'latencies',
      title: 'One payment after the other',
      unit: 'ms',
      series: ['median', '95 of 100'],
      rows: whole(sequential.map(({ label, figures }) => ({ label, values: [numberAt(figures, 'invoiceToProof', 'medianMs'), numberAt(figures, 'invoiceToProof', 'p95Ms')] })))
    }
  ]
}

function cryptoCharts (reports: readonly Report[]): readonly BarChart[] {
  return reports.slice(-1).map(({ figures }) => {
    const engines = entriesOf(figures).filter(([, operations]) => typeof operations === 'object')
    const operations = entriesOf(engines[0]?.[1]).map(([operation]) => operation)
    return {
      name: 'crypto',
      title: 'Operations of the curve',
      unit: 'µs',
      series: engines.map(([engine]) => engine),
      rows: whole(operations.map((operation) => ({ label: operation, values: engines.map(([, figuresOf]) => numberAt(figuresOf, operation)) })))
    }
  })
}

function codecCharts (reports: readonly Report[]): readonly BarChart[] {
  return reports.slice(-1).flatMap(({ figures }) => (['messages', 'entities'] as const).map((kind) => ({
    name: `codec-${kind}`,
    title: kind === 'messages' ? 'Messages, written and read' : 'Stored entities, written and read',
    unit: 'µs',
    series: ['write', 'read'],
    rows: whole(entriesOf(at(figures, kind)).map(([label, one]) => ({ label, values: [numberAt(one, 'encodeUs'), numberAt(one, 'decodeUs')] })))
  })))
}

function startupCharts (reports: readonly Report[]): readonly BarChart[] {
  return reports.slice(-1).map(({ figures }) => ({
    name: 'startup',
    title: 'Starting and stopping a node',
    unit: 'ms',
    series: ['median'],
    rows: whole([{ label: 'ready', values: [numberAt(figures, 'ready', 'medianMs')] }, { label: 'stopped', values: [numberAt(figures, 'stopped', 'medianMs')] }])
  }))
}
