import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { summarise } from './figures.js'
import { parseSeed } from './harness/random.js'
import { complaint, run, type RunReport } from './run.js'
import { parseTrace, replay, traceText } from './replay.js'
import type { Scenario, ScenarioOptions } from './scenarios/scenario.js'
import { scenarioOf, scenarios } from './scenarios/scenarios.js'
import { JOBS_MAX, runBatch } from './shards.js'
import { shrink } from './shrink.js'
import { simulateRouting } from './routing/command.js'

const USAGE = `Usage:
  npm run sim -- list [--json]
  npm run sim -- [run] SCENARIO [--seed N] [--count N] [--jobs N] [--nodes N] [--curve fake|real] [--trace FILE] [--json] [--each]
                                [--leave-out PART,…] [--until MS] [--whole]
  npm run sim -- replay FILE [--json]
  npm run sim -- report FILE… [--json]
  npm run sim -- routing [--graph FILE] [--payments FILE] …        paths on whole graphs; wrong options show all
  npm run sim -- live --nodes N [--processes] …                    real nodes over loopback; wrong options show all

One seed and one commit make one exact run. --count runs so many seeds, beginning with N, on --jobs threads.
A failing schedule is made smaller, unless --whole is given: --leave-out and --until say what is left out of one.
--each writes every report of a batch; report sums up what run --json --each wrote.
Exit: 0 nothing found, 1 a violation or a difference, 3 usage.`

/** Failing runs of a batch that are made smaller: one usually tells enough. */
const SHRUNK_MAX = 3

/** What the user typed cannot be done: exit code 3. */
class UsageError extends Error {
  override name = 'UsageError'
}

function wholeNumber (name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not ${text}`)
  return value
}

/** Where the command writes to. */
export interface Output { readonly out: (text: string) => void, readonly err: (text: string) => void }

/**
 * What `npm run sim -- …` and `amiko sim …` do.
 *
 * @param args - what follows the command's name
 * @returns the exit code: 0 nothing found, 1 a violation or a difference, 3 usage
 */
export async function simulate (args: readonly string[], output: Output): Promise<number> {
  try {
    if (args[0] === 'routing') return simulateRouting(args.slice(1), output)
    // Real nodes bring all of libp2p, which no simulation needs.
    if (args[0] === 'live') return await (await import('./live/command.js')).simulateLive(args.slice(1), output)
    return await obey(args, output)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    output.err(`${error.message}\n\n${USAGE}`)
    return 3
  }
}

async function obey (args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parse(args)
  const [verb, ...words] = positionals
  const json = values.json === true
  if (verb === 'list' && words.length === 0) return list(json, output)
  if (verb === 'replay' && words.length === 1) return await replayFile(words[0]!, json, output)
  if (verb === 'report' && words.length > 0) return reportFiles(words, json, output)
  const [name, ...more] = verb === 'run' ? words : positionals
  if (name === undefined || more.length > 0 || (verb !== 'run' && words.length > 0)) throw new UsageError('one scenario, list, replay FILE, or report FILE…')
  const scenario = scenarioOf(name)
  if (scenario === undefined) throw new UsageError(`there is no scenario ${name}; list shows them`)
  return await runScenario(scenario, values, output)
}

type Values = ReturnType<typeof parse>['values']

async function runScenario (scenario: Scenario, values: Values, output: Output): Promise<number> {
  const options = optionsOf(scenario, values)
  const count = wholeNumber('count', values.count, 1, 1_000_000) ?? 1
  const jobs = wholeNumber('jobs', values.jobs, 1, JOBS_MAX) ?? 1
  const json = values.json === true
  if (values.trace !== undefined) {
    if (count > 1) throw new UsageError('--trace is for one run, not for several')
    let lines: readonly string[] = []
    const report = await run(scenario, options, { keep: true }, (world) => { lines = world.trace.lines })
    writeFileSync(values.trace, traceText(scenario.name, options, lines))
    show(report, json, output)
    return report.violations.length > 0 ? 1 : 0
  }
  const began = performance.now()
  const failing: RunReport[] = []
  const result = await runBatch({ scenario: scenario.name, options, count, jobs }, (report) => {
    if (report.violations.length > 0 && failing.length < SHRUNK_MAX) failing.push(report)
    if (count === 1 || values.each === true || report.violations.length > 0) show(report, json, output)
  })
  const seconds = (performance.now() - began) / 1000
  if (values.whole !== true && scenario.parts !== undefined) {
    for (const report of failing) {
      const shrunk = await shrink(scenario, { ...options, seed: BigInt(report.seed) }, report)
      if (json) output.out(JSON.stringify({ shrunk: shrunk.report, runs: shrunk.runs }))
      else output.out(`made smaller in ${shrunk.runs} runs:\n${complaint(shrunk.report)}`)
    }
  }
  if (count > 1) {
    const summary = { scenario: scenario.name, runs: count, failed: result.failed, seconds: Number(seconds.toFixed(1)), perSecond: Number((count / seconds).toFixed(1)), events: result.events, traceHash: result.traceHash }
    output.out(json ? JSON.stringify(summary) : `${count} runs, ${result.failed} with violations, ${summary.perSecond} a second, all traces ${result.traceHash.slice(0, 16)}`)
  }
  return result.failed > 0 ? 1 : 0
}

function optionsOf (scenario: Scenario, values: Values): ScenarioOptions {
  const seed = parseSeed(values.seed ?? '1')
  if (seed === undefined) throw new UsageError(`--seed takes a whole number of at most 64 bits, not ${values.seed}`)
  if (values.curve !== undefined && values.curve !== 'fake' && values.curve !== 'real') throw new UsageError(`--curve takes fake or real, not ${values.curve}`)
  const { name, sizes } = scenario
  if (values.nodes !== undefined && sizes === undefined) throw new UsageError(`${name} has its own number of nodes; --nodes is not for it`)
  const options = { seed, nodes: sizes === undefined ? undefined : wholeNumber('nodes', values.nodes, sizes.min, sizes.max), curve: values.curve ?? 'fake' } as const
  const leaveOut = values['leave-out']?.split(',')
  const untilMs = wholeNumber('until', values.until, 0, 99_999_999)
  if (leaveOut === undefined && untilMs === undefined) return options
  const parts = scenario.parts?.(options)
  if (parts === undefined) throw new UsageError(`${name} is not made of parts; --leave-out and --until are not for it`)
  const unknown = leaveOut?.find((part) => !parts.includes(part))
  if (unknown !== undefined) throw new UsageError(`seed ${seed} of ${name} has no part ${unknown}; it has ${parts.join(', ')}`)
  return { ...options, ...(leaveOut === undefined ? {} : { leaveOut }), ...(untilMs === undefined ? {} : { untilMs }) }
}

function parse (args: readonly string[]): { values: { [name in 'seed' | 'nodes' | 'count' | 'jobs' | 'curve' | 'trace' | 'leave-out' | 'until']?: string } & { [name in 'json' | 'each' | 'whole']?: boolean }, positionals: string[] } {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { seed: text, nodes: text, count: text, jobs: text, curve: text, trace: text, 'leave-out': text, until: text, json: flag, each: flag, whole: flag }
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function list (json: boolean, { out }: Output): number {
  if (json) out(JSON.stringify({ scenarios: scenarios.map(({ name, question }) => ({ name, question })) }))
  else for (const { name, question } of scenarios) out(`${name.padEnd(12)} ${question}`)
  return 0
}

async function replayFile (file: string, json: boolean, { out }: Output): Promise<number> {
  const trace = parseTrace(read(file))
  if (typeof trace === 'string') throw new UsageError(`${file}: ${trace}`)
  if (scenarioOf(trace.scenario) === undefined) throw new UsageError(`${file}: there is no scenario ${trace.scenario}`)
  const { report, difference } = await replay(trace)
  if (json) out(JSON.stringify({ same: difference === undefined, difference, traceHash: report.traceHash }))
  else if (difference === undefined) out(`the same ${report.traceLines} lines, hash ${report.traceHash}`)
  else out(`line ${difference.line} differs\n  recorded: ${difference.recorded ?? '(the trace had ended)'}\n  now:      ${difference.now ?? '(the run had ended)'}`)
  return difference === undefined ? 0 : 1
}

function reportFiles (files: readonly string[], json: boolean, { out }: Output): number {
  let summaries
  try {
    summaries = summarise(files)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  if (json) out(JSON.stringify({ scenarios: summaries }))
  else {
    for (const { scenario, runs, failed, figures, commands } of summaries) {
      out(`${scenario}: ${runs} runs, ${failed} with violations`)
      for (const [name, { min, mean, max }] of Object.entries(figures)) out(`  ${name}: ${min} to ${max}, mean ${mean.toFixed(1)}`)
      for (const command of commands) out(`  ${command}`)
    }
  }
  return summaries.some(({ failed }) => failed > 0) ? 1 : 0
}

function read (file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function show (report: RunReport, json: boolean, { out }: Output): void {
  if (json) {
    out(JSON.stringify(report))
    return
  }
  out(`${report.scenario} seed ${report.seed}: ${report.violations.length === 0 ? 'nothing found' : `${report.violations.length} violations`}`)
  for (const [name, value] of Object.entries(report.figures)) out(`  ${name}: ${value}`)
  out(`  ${report.events} events, ${(report.virtualMs / 1000).toFixed(1)} virtual seconds, trace ${report.traceHash.slice(0, 16)} (${report.traceLines} lines)`)
  if (report.violations.length > 0) out(complaint(report))
}
