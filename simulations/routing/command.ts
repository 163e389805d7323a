import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseSeed, randomOf } from '../harness/random.js'
import { CsvError, readGraph, readPayments, UNIT, PAYMENTS_MAX } from './csv.js'
import { FAULTS, type Fault } from './faults.js'
import { scaleFree } from './generate.js'
import { BALANCE_MAX, NODES_MAX } from './graph.js'
import { ALGORITHMS, drawPayments, runRouting, type RoutingReport, type RunOptions } from './run.js'

export const ROUTING_USAGE = `Usage:
  npm run sim -- routing [--graph FILE.csv[.gz] | --nodes N] [--payments FILE.csv[.gz] | --count N --amount A]
      [--algorithm ${ALGORITHMS.join('|')}] [--compare] [--stale never|N] [--split 2|4|8|16] [--concurrency N]
      ${FAULTS.map((fault) => `[--${fault} SHARE]`).join(' ')} [--seed N] [--json [OUT]]

FILE of a graph: node_a,node_b,capacity_ab,capacity_ba; of payments: payer,payee,amount. Without --graph a scale-free
graph of --nodes nodes is drawn. Amounts are in the unit of the file, satoshi for a coin. --stale N refreshes hints after
every N payments, never not at all; without it they are fresh. SHARE is of the nodes that forward, such as 0.05.
--json OUT writes one object to the file OUT as well as to standard output.
Exit: 0 done, 3 usage or a file that cannot be used.`

/** What the user typed cannot be done: exit code 3. */
class RoutingUsageError extends Error {
  override name = 'RoutingUsageError'
}

const TEXTS = ['graph', 'nodes', 'payments', 'count', 'amount', 'algorithm', 'stale', 'split', 'concurrency', 'seed', 'json', ...FAULTS] as const
type Values = { readonly [name in typeof TEXTS[number]]?: string } & { readonly compare?: boolean }

const CONCURRENCY_MAX = 1_024
const NODES_MIN = 2

/** What `npm run sim -- routing …` does. @returns the exit code: 0 done, 3 usage */
export function simulateRouting (args: readonly string[], output: { readonly out: (text: string) => void, readonly err: (text: string) => void }): number {
  try {
    const values = parse(args)
    const options = optionsOf(values)
    const random = randomOf(options.seed).fork('routing')
    const graph = values.graph === undefined ? scaleFree(whole(values, 'nodes', NODES_MIN, NODES_MAX) ?? 1_000, random.fork('graph')) : readGraph(values.graph)
    if (values.graph !== undefined && values.nodes !== undefined) throw new RoutingUsageError('--graph or --nodes, not both')
    const payments = values.payments === undefined
      ? drawPayments(graph, whole(values, 'count', 1, PAYMENTS_MAX) ?? 1_000, amountOf(values.amount ?? '100000'), random.fork('payments'))
      : readPayments(values.payments, graph).slice(0, whole(values, 'count', 1, PAYMENTS_MAX) ?? PAYMENTS_MAX)
    const report = runRouting(graph, payments, options)
    if (values.json === undefined) output.out(told(report))
    else output.out(JSON.stringify(report))
    if (values.json !== undefined && values.json !== '' && values.json !== '-') write(values.json, report)
    return 0
  } catch (error) {
    if (error instanceof RoutingUsageError) output.err(`${error.message}\n\n${ROUTING_USAGE}`)
    else if (error instanceof CsvError) output.err(error.message)
    else throw error
    return 3
  }
}

function parse (args: readonly string[]): Values {
  // A --json without a file is --json to standard output.
  const words = args.map((word, i) => word === '--json' && (args[i + 1] === undefined || args[i + 1]!.startsWith('--')) ? '--json=' : word)
  try {
    const text = { type: 'string' } as const
    return parseArgs({ args: words, options: { ...Object.fromEntries(TEXTS.map((name) => [name, text])), compare: { type: 'boolean' } } }).values
  } catch (error) {
    throw new RoutingUsageError(error instanceof Error ? error.message : String(error))
  }
}

function optionsOf (values: Values): RunOptions {
  const seed = parseSeed(values.seed ?? '1')
  if (seed === undefined) throw new RoutingUsageError(`--seed takes a whole number of at most 64 bits, not ${values.seed}`)
  const algorithm = ALGORITHMS.find((name) => name === (values.algorithm ?? 'meeting-points'))
  if (algorithm === undefined) throw new RoutingUsageError(`--algorithm takes ${ALGORITHMS.join(', ')}, not ${values.algorithm}`)
  const split = values.split ?? '1'
  if (!['1', '2', '4', '8', '16'].includes(split)) throw new RoutingUsageError(`--split takes 2, 4, 8 or 16, not ${split}`)
  const faults: Partial<Record<Fault, number>> = {}
  let sum = 0
  for (const fault of FAULTS) {
    const text = values[fault]
    if (text === undefined) continue
    const share = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(share >= 0 && share <= 1)) throw new RoutingUsageError(`--${fault} takes a share from 0 to 1, not ${text}`)
    faults[fault] = share
    sum += share
  }
  if (sum > 1) throw new RoutingUsageError('the shares of nodes that misbehave are more than all')
  return {
    seed,
    algorithm,
    compare: values.compare === true,
    refreshEvery: values.stale === 'never' ? Infinity : whole(values, 'stale', 1, PAYMENTS_MAX) ?? 1,
    partsMax: Number(split),
    concurrency: whole(values, 'concurrency', 1, CONCURRENCY_MAX) ?? 1,
    faults
  }
}

function whole (values: Values, name: 'nodes' | 'count' | 'stale' | 'concurrency', min: number, max: number): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new RoutingUsageError(`--${name} takes a whole number from ${min} to ${max}, not ${text}`)
  return value
}

function amountOf (text: string): number {
  const value = /^(\d+(?:\.\d{1,3})?)(?:sat)?$/.exec(text)?.[1]
  const amount = value === undefined ? 0 : Math.round(Number(value) * UNIT)
  if (amount < 1 || amount > BALANCE_MAX) throw new RoutingUsageError(`--amount takes an amount in the unit of the file, not ${text}`)
  return amount
}

function write (file: string, report: RoutingReport): void {
  try {
    writeFileSync(file, `${JSON.stringify(report)}\n`)
  } catch (error) {
    throw new RoutingUsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function told (report: RoutingReport): string {
  const { nodes, channels, payments, feasible, delivered, firstTry, stretch, messagesMean, messagesP95, stateBytesPerNode, hintBytesPerNodePerHour, seconds, others } = report
  const lines = [
    `${nodes} nodes, ${channels} channels, ${payments} payments, ${feasible} of them with a single funded path`,
    `${report.algorithm}: ${delivered} delivered (${report.deliveredShare} of the feasible), ${firstTry} at the first try`,
    `hops over the shortest funded path ${stretch}; messages ${messagesMean} on average, 95 of 100 within ${messagesP95}`,
    ...(stateBytesPerNode > 0 ? [`hints: ${stateBytesPerNode} bytes of state a node, at most ${hintBytesPerNodePerHour} bytes an hour a node, ${report.meetingPoints} meeting points`] : []),
    ...Object.entries(others ?? {}).map(([name, one]) => `${name}: ${one.delivered} of ${one.feasible} delivered, ${one.firstTry} at the first try, hops ${one.stretch}, messages ${one.messagesMean}`),
    `${seconds} s`
  ]
  return lines.join('\n')
}
