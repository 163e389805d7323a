import { createWorld, type Violation, type World } from './harness/world.js'
import type { TraceOptions } from './harness/trace.js'
import type { Figures, Scenario, ScenarioOptions } from './scenarios/scenario.js'

/** What came of one run. */
export interface RunReport {
  readonly scenario: string
  readonly seed: string
  readonly nodes: number
  readonly curve: 'fake' | 'real'
  readonly violations: readonly Violation[]
  readonly figures: Figures
  /** Hash over the trace: the same for the same seed and commit (I30). */
  readonly traceHash: string
  readonly traceLines: number
  readonly events: number
  readonly virtualMs: number
  /** One command that makes this run again. */
  readonly command: string
}

/** The command that makes a run again. */
export const commandOf = (scenario: Scenario, options: ScenarioOptions): string =>
  `npm run sim -- ${scenario.name} --seed ${options.seed}${options.nodes === undefined ? '' : ` --nodes ${options.nodes}`}${options.curve === 'real' ? ' --curve real' : ''}${optionsText(options)}`

/** What is left out of a run, as the command line has it. */
const optionsText = ({ leaveOut = [], untilMs }: ScenarioOptions): string =>
  `${leaveOut.length === 0 ? '' : ` --leave-out ${leaveOut.join(',')}`}${untilMs === undefined ? '' : ` --until ${untilMs}`}`

/**
 * Runs a scenario once. An error that the scenario throws is a violation too: a run always gives a report.
 *
 * @param onWorld - called with the world when the run is over and before its nodes stop
 */
export async function run (scenario: Scenario, options: ScenarioOptions, trace: TraceOptions = {}, onWorld?: (world: World) => void): Promise<RunReport> {
  const curve = scenario.curve ?? options.curve ?? 'fake'
  const world = createWorld({ ...scenario.world(options), seed: options.seed, curve, trace })
  let figures: Figures = {}
  try {
    figures = await scenario.run(world, options)
  } catch (error) {
    world.violate({ invariant: 'no-bug', detail: error instanceof Error ? error.stack ?? error.message : String(error) })
  }
  onWorld?.(world)
  const { violations, events, nowMs } = world
  const [traceHash, traceLines] = [world.trace.hash(), world.trace.count]
  await world.stop()
  return { scenario: scenario.name, seed: options.seed.toString(), nodes: world.nodes.length, curve, violations, figures, traceHash, traceLines, events, virtualMs: nowMs, command: commandOf(scenario, options) }
}

/** A report's violations as text, with the command that makes them again; empty when there are none. */
export const complaint = (report: RunReport): string =>
  report.violations.length === 0 ? '' : [...report.violations.map(({ invariant, detail }) => `${invariant}: ${detail}`), report.command].join('\n')
