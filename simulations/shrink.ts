import { run, type RunReport } from './run.js'
import type { Scenario, ScenarioOptions } from './scenarios/scenario.js'

/** Runs that are tried to make one failing run smaller. */
export const SHRINK_RUNS_MAX = 200
/** Virtual time below which a schedule is not shortened further. */
const UNTIL_MS_LEAST = 100
/** Where the search for a shorter time begins, unless a scenario says how long it is. */
const UNTIL_MS_MOST = 16_000

/** A failing run made small. */
export interface Shrunk {
  readonly options: ScenarioOptions
  readonly report: RunReport
  /** Runs it took. */
  readonly runs: number
}

/**
 * Makes a failing run smaller as long as it breaks the same invariant: fewer nodes, payments, limits and faults, then
 * a shorter time. Parts are left out in ever smaller groups, so that a run with few that matter is small soon.
 *
 * @param found - the report of the failing run
 */
export async function shrink (scenario: Scenario, first: ScenarioOptions, found: RunReport): Promise<Shrunk> {
  const invariant = found.violations[0]?.invariant
  let best: Shrunk = { options: first, report: found, runs: 0 }
  if (invariant === undefined || scenario.parts === undefined) return best
  let runs = 0

  async function smaller (options: ScenarioOptions): Promise<boolean> {
    if (runs >= SHRINK_RUNS_MAX) return false
    runs++
    const report = await run(scenario, options)
    if (!report.violations.some((violation) => violation.invariant === invariant)) return false
    best = { options, report, runs }
    return true
  }

  let left = scenario.parts(first).filter((part) => first.leaveOut?.includes(part) !== true)
  for (let size = left.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < left.length;) {
      const group = left.slice(at, at + size)
      if (await smaller({ ...best.options, leaveOut: [...best.options.leaveOut ?? [], ...group] })) left = left.filter((part) => !group.includes(part))
      else at += size
    }
  }
  let works = best.options.untilMs ?? scenario.actionMs ?? UNTIL_MS_MOST
  for (let fails = 0; works - fails > UNTIL_MS_LEAST;) {
    const untilMs = Math.floor((works + fails) / 2)
    if (await smaller({ ...best.options, untilMs })) works = untilMs
    else fails = untilMs
  }
  return { ...best, runs }
}
