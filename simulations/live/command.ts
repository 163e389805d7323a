import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseSeed, randomOf } from '../harness/random.js'
import { CHORDS_MAX, NODES_MAX, NODES_MIN, PAYMENTS_MAX, TRIES_MAX, VANISHING } from './limits.js'
import { runLive, type LiveOptions, type LiveReport } from './live.js'

export const LIVE_USAGE = `Usage:
  npm run sim -- live --nodes N [--processes] [--chords N] [--payments N] [--vanishing N] [--seed N] [--dir FOLDER] [--json [FILE]]

Real nodes over loopback TCP with real stores, in one process or, with --processes, in one each: a ring with random chords
(one for each node, unless --chords says otherwise), a trust line on each link, meeting points that elect themselves, payments
between random pairs. When half of them have begun, the nodes of ${VANISHING} elected meeting points vanish (--vanishing), and come back
after the last. Every payment is feasible, since any line carries all of them; one that fails cleanly is tried again, as a user
would, at most ${TRIES_MAX} times. --dir keeps the folders and logs of the nodes.
Exit: 0 done, 1 something was lost, or a payment was not paid though it was not under way when nodes vanished, 3 usage.`

/** What the user typed cannot be done: exit code 3. */
class LiveUsageError extends Error {
  override name = 'LiveUsageError'
}

interface Output { readonly out: (text: string) => void, readonly err: (text: string) => void }

/** What `npm run sim -- live …` does. @returns the exit code: 0 done, 1 not all was paid or something was lost, 3 usage */
export async function simulateLive (args: readonly string[], output: Output): Promise<number> {
  try {
    const { json, ...options } = optionsOf(args)
    const report = await runLive(options, randomOf(options.seed).fork('live'), output.err)
    const failure = failureOf(report)
    output.out(json === undefined ? told(report) : JSON.stringify(report))
    if (json !== undefined && json !== '' && json !== '-') writeFileSync(json, `${JSON.stringify(report)}\n`)
    if (failure !== undefined) output.err(failure)
    return failure === undefined ? 0 : 1
  } catch (error) {
    if (!(error instanceof LiveUsageError)) throw error
    output.err(`${error.message}\n\n${LIVE_USAGE}`)
    return 3
  }
}

/** Why a run counts as failed; undefined when it does not. */
function failureOf ({ lost, failed, complaints }: LiveReport): string | undefined {
  if (lost > 0) return `lost: ${lost}\n${complaints.slice(0, 20).join('\n')}`
  return failed > 0 ? `${failed} feasible payments were not paid` : undefined
}

function optionsOf (args: readonly string[]): LiveOptions & { readonly json: string | undefined } {
  const values = parse(args)
  const seed = parseSeed(values.seed ?? '1')
  if (seed === undefined) throw new LiveUsageError(`--seed takes a whole number of at most 64 bits, not ${values.seed}`)
  const whole = (name: 'nodes' | 'chords' | 'payments' | 'vanishing', min: number, max: number): number | undefined => {
    const text = values[name]
    if (text === undefined) return undefined
    const value = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max)) throw new LiveUsageError(`--${name} takes a whole number from ${min} to ${max}, not ${text}`)
    return value
  }
  const nodes = whole('nodes', NODES_MIN, NODES_MAX)
  if (nodes === undefined) throw new LiveUsageError('--nodes is wanted')
  return {
    nodes,
    chords: whole('chords', 0, CHORDS_MAX) ?? nodes,
    payments: whole('payments', 1, PAYMENTS_MAX) ?? 1_000,
    vanishing: whole('vanishing', 0, nodes - 2) ?? Math.min(VANISHING, nodes - 2),
    seed,
    home: values.processes === true ? 'process' : 'here',
    folder: values.dir,
    json: values.json
  }
}

function parse (args: readonly string[]): { readonly [name in 'nodes' | 'chords' | 'payments' | 'vanishing' | 'seed' | 'dir' | 'json']?: string } & { readonly processes?: boolean } {
  // A --json without a file is --json to standard output.
  const words = args.map((word, i) => word === '--json' && (args[i + 1] === undefined || args[i + 1]!.startsWith('--')) ? '--json=' : word)
  const text = { type: 'string' } as const
  try {
    return parseArgs({ args: words, options: { nodes: text, chords: text, payments: text, vanishing: text, seed: text, dir: text, json: text, processes: { type: 'boolean' } } }).values
  } catch (error) {
    throw new LiveUsageError(error instanceof Error ? error.message : String(error))
  }
}

function told (report: LiveReport): string {
  const { latencyMs: { p50, p95, p99, max }, vanished } = report
  return [
    `${report.nodes} nodes, ${report.links} links, ${report.home === 'here' ? 'one process' : 'a process each'}, seed ${report.seed}`,
    `all nodes run after ${report.startSeconds} s; all links up ${report.linksUpSeconds} s later (asked again ${report.openedAgain} times)`,
    `hints: a way for every node after ${report.hintsUsableSeconds} s, converged after ${report.hintsConvergedSeconds} s (each node knows a way to each of ${report.meetingPoints} meeting points and to no other, and they stay); ways ${report.stretch} times the shortest; ${report.connectionsMean} connections a node beside its links`,
    `payments: ${report.paid} paid (${report.paidAtFirstTry} at the first try), ${report.failed} failed, ${report.lost} lost; ${report.paymentsPerSecond} a second`,
    `from the invoice to the proof: median ${p50} ms, 95 of 100 within ${p95} ms, 99 within ${p99} ms, all within ${max} ms`,
    ...(vanished === undefined
      ? []
      : [`${vanished.nodes} meeting points vanished: of ${Object.values(vanished.disturbed).reduce((a, b) => a + b)} payments under way ${vanished.disturbed.paid} were paid, ${vanished.disturbed.failed} failed, ${vanished.disturbed.pending} stayed open until they were back; after that ${vanished.paidAfter} were paid, ${vanished.triedAgainAfter} of them tried again, the longest took ${vanished.longestAfterMs} ms; ${vanished.elected} stood up in their places; ${vanished.backSeconds} s from their return until hints had converged`]),
    `memory: ${report.memoryMb} MB in all, ${report.memoryMbMax} MB the largest process${report.loopDelayMsMax === undefined ? '' : `; longest turn ${report.loopDelayMsMax} ms`}; processor time ${report.cpuSeconds} s; load ${report.load}`,
    ...Object.entries(report.failures).map(([name, count]) => `refused with ${name}: ${count}`)
  ].join('\n')
}
