import type { TraceOptions } from './harness/trace.js'
import { parseSeed } from './harness/random.js'
import { run, type RunReport } from './run.js'
import type { ScenarioOptions } from './scenarios/scenario.js'
import { scenarioOf } from './scenarios/scenarios.js'

/** First line of a trace file: how the run was made. */
const HEADER = /^amiko-trace 1 scenario=([a-z0-9-]+) seed=(\d+) nodes=(\d+|-) curve=(fake|real)(?: without=([a-z0-9,]+))?(?: until=(\d+))?$/

export interface TraceFile {
  readonly scenario: string
  readonly options: ScenarioOptions
  readonly lines: readonly string[]
}

/** Text of a trace file: the header, then the lines. */
export function traceText (scenario: string, options: ScenarioOptions, lines: readonly string[]): string {
  const { leaveOut = [], untilMs } = options
  return [`amiko-trace 1 scenario=${scenario} seed=${options.seed} nodes=${options.nodes ?? '-'} curve=${options.curve ?? 'fake'}${leaveOut.length === 0 ? '' : ` without=${leaveOut.join(',')}`}${untilMs === undefined ? '' : ` until=${untilMs}`}`, ...lines, ''].join('\n')
}

/** Reads a trace file; a string says what is wrong with it. */
export function parseTrace (text: string): TraceFile | string {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const match = HEADER.exec(lines[0] ?? '')
  if (match === null) return 'the first line is not the header of a trace'
  const [, scenario, seedText, nodes, curve, without, until] = match
  const seed = parseSeed(seedText!)
  if (seed === undefined) return `not a seed: ${seedText}`
  const cuts = { ...(without === undefined ? {} : { leaveOut: without.split(',') }), ...(until === undefined ? {} : { untilMs: Number(until) }) }
  return { scenario: scenario!, options: { seed, nodes: nodes === '-' ? undefined : Number(nodes), curve: curve as 'fake' | 'real', ...cuts }, lines: lines.slice(1) }
}

/** Where a run left its trace. */
export interface Difference { readonly line: number, readonly recorded: string | undefined, readonly now: string | undefined }

/** Runs a trace again and names the first line that differs; undefined when all are the same. */
export async function replay (trace: TraceFile): Promise<{ readonly report: RunReport, readonly difference: Difference | undefined }> {
  const scenario = scenarioOf(trace.scenario)
  if (scenario === undefined) throw new RangeError(`there is no scenario ${trace.scenario}`)
  let difference: Difference | undefined
  const compare: TraceOptions = {
    onLine (line, index) {
      if (difference === undefined && line !== trace.lines[index]) difference = { line: index + 2, recorded: trace.lines[index], now: line }
    }
  }
  const report = await run(scenario, trace.options, compare)
  if (difference === undefined && report.traceLines < trace.lines.length) difference = { line: report.traceLines + 2, recorded: trace.lines[report.traceLines], now: undefined }
  return { report, difference }
}
