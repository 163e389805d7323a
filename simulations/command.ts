import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseSeed } from './harness/random.js'
import { complaint, run, type RunReport } from './run.js'
import { parseTrace, replay, traceText } from './replay.js'
import { scenarioOf, scenarios } from './scenarios/scenarios.js'

const USAGE = `Usage:
  npm run sim -- list [--json]
  npm run sim -- SCENARIO [--seed N] [--count N] [--nodes N] [--curve fake|real] [--trace FILE] [--json]
  npm run sim -- replay FILE [--json]

One seed and one commit make one exact run. --count runs so many seeds, beginning with N.
Exit: 0 nothing found, 1 a violation or a difference, 3 usage.`

/** What the user typed cannot be done: exit code 3. */
class UsageError extends Error {
  override name = 'UsageError'
}

function wholeNumber (name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not ${text}`)
  return value
}

/** Where the command writes to. */
export interface Output { readonly out: (text: string) => void, readonly err: (text: string) => void }

/**
 * What `npm run sim -- …` does.
 *
 * @param args - what follows the command's name
 * @returns the exit code: 0 nothing found, 1 a violation or a difference, 3 usage
 */
export async function simulate (args: readonly string[], output: Output): Promise<number> {
  try {
    return await obey(args, output)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    output.err(`${error.message}\n\n${USAGE}`)
    return 3
  }
}

async function obey (args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parse(args)
  const [name, file, ...more] = positionals
  if (name === undefined || more.length > 0 || (file !== undefined && name !== 'replay')) throw new UsageError('one scenario, list, or replay FILE')
  const json = values.json === true
  if (name === 'list') return list(json, output)
  if (name === 'replay') return await replayFile(file, json, output)
  const scenario = scenarioOf(name)
  if (scenario === undefined) throw new UsageError(`there is no scenario ${name}; list shows them`)
  const first = parseSeed(values.seed ?? '1')
  if (first === undefined) throw new UsageError(`--seed takes a whole number of at most 64 bits, not ${values.seed}`)
  if (values.curve !== undefined && values.curve !== 'fake' && values.curve !== 'real') throw new UsageError(`--curve takes fake or real, not ${values.curve}`)
  const count = wholeNumber('count', values.count, 1, 1_000_000) ?? 1
  const { sizes } = scenario
  if (values.nodes !== undefined && sizes === undefined) throw new UsageError(`${name} has its own number of nodes; --nodes is not for it`)
  const nodes = sizes === undefined ? undefined : wholeNumber('nodes', values.nodes, sizes.min, sizes.max)
  const curve = values.curve ?? 'fake'
  let failed = 0
  const began = performance.now()
  for (let i = 0; i < count; i++) {
    const options = { seed: first + BigInt(i), nodes, curve } as const
    let lines: readonly string[] = []
    const report = await run(scenario, options, { keep: values.trace !== undefined }, (world) => { lines = world.trace.lines })
    if (values.trace !== undefined) writeFileSync(values.trace, traceText(name, options, lines))
    if (report.violations.length > 0) failed++
    if (count === 1 || report.violations.length > 0) show(report, json, output)
  }
  if (count > 1) {
    const seconds = (performance.now() - began) / 1000
    const summary = { scenario: name, runs: count, failed, seconds: Number(seconds.toFixed(1)), perSecond: Number((count / seconds).toFixed(1)) }
    output.out(json ? JSON.stringify(summary) : `${count} runs, ${failed} with violations, ${summary.perSecond} a second`)
  }
  return failed > 0 ? 1 : 0
}

function parse (args: readonly string[]): { values: { seed?: string, nodes?: string, count?: string, curve?: string, trace?: string, json?: boolean }, positionals: string[] } {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { seed: { type: 'string' }, nodes: { type: 'string' }, count: { type: 'string' }, curve: { type: 'string' }, trace: { type: 'string' }, json: { type: 'boolean' } }
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

async function replayFile (file: string | undefined, json: boolean, { out }: Output): Promise<number> {
  if (file === undefined) throw new UsageError('replay takes the file of a trace')
  const trace = parseTrace(read(file))
  if (typeof trace === 'string') throw new UsageError(`${file}: ${trace}`)
  if (scenarioOf(trace.scenario) === undefined) throw new UsageError(`${file}: there is no scenario ${trace.scenario}`)
  const { report, difference } = await replay(trace)
  if (json) out(JSON.stringify({ same: difference === undefined, difference, traceHash: report.traceHash }))
  else if (difference === undefined) out(`the same ${report.traceLines} lines, hash ${report.traceHash}`)
  else out(`line ${difference.line} differs\n  recorded: ${difference.recorded ?? '(the trace had ended)'}\n  now:      ${difference.now ?? '(the run had ended)'}`)
  return difference === undefined ? 0 : 1
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
