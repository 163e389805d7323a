import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Random } from '../harness/random.js'
import { ringWithChords } from '../topologies/topologies.js'
import { allLinksUp, hintsConverged, makeNetwork, openAll, present, seeHints, startAll, until, type HintsSeen, type LiveNetwork } from './bring-up.js'
import { AMOUNT_SAT_MAX, HINTS_MS_MAX, OPENS_AT_ONCE, VANISHING } from './limits.js'
import type { Home } from './live-node.js'
import { inParallel } from './parallel.js'
import { payAtRandom, type Wanted } from './traffic.js'
import { atRest, disagreements } from './verdict.js'

/**
 * Live nodes: production nodes with real libp2p over loopback TCP, real stores and the system's clock, in one process or
 * in one each. Nothing here is exact from the seed but who is linked with whom and who pays whom. Reading order:
 * - `live.ts` (here): one run from beginning to end, and its report
 * - `live-node.ts`: a node of a folder, wherever it runs
 * - `bring-up.ts`: folders, links, lines, and when hints have converged
 * - `traffic.ts`: payments as users make them
 * - `verdict.ts`: the books of all nodes, compared
 * - `command.ts`: `npm run sim -- live`
 */
export interface LiveOptions {
  readonly nodes: number
  /** Links beside the ring, between random nodes. */
  readonly chords: number
  readonly payments: number
  readonly seed: bigint
  readonly home: Home
  /** Meeting points whose nodes vanish when half of the payments have begun, and come back after the last. */
  readonly vanishing?: number
  /** Holds the data of all nodes and stays; a temporary folder when absent. */
  readonly folder?: string | undefined
}

/** What came of a run. Times are in seconds, `…Ms` in milliseconds. */
export interface LiveReport {
  readonly nodes: number
  readonly links: number
  readonly home: Home
  readonly seed: string
  /** From nothing to the last node that runs; from there to the last link that is up; from there to a way for every node, and to hints that have converged. */
  readonly startSeconds: number
  readonly linksUpSeconds: number
  readonly hintsUsableSeconds: number
  readonly hintsConvergedSeconds: number
  /** Links and lines that had to be asked for again, because the neighbour was not reached. */
  readonly openedAgain: number
  readonly meetingPoints: number
  /** Mean of known distances over mean of shortest ones. */
  readonly stretch: number
  /** Connections a node has beside its links: those of the DHT. */
  readonly connectionsMean: number
  readonly paid: number
  readonly paidAtFirstTry: number
  /** Of those that were not under way when nodes vanished: all are feasible. */
  readonly failed: number
  /** Payments that are unresolved, on which both ends disagree, or whose money is not where it should be. */
  readonly lost: number
  readonly paymentsPerSecond: number
  /** From asking for the invoice to the proof, of payments that were not under way when nodes vanished. */
  readonly latencyMs: Percentiles
  readonly vanished: Vanished | undefined
  /** All nodes and the program that asks them, at the end, and the most of a single process. */
  readonly memoryMb: number
  readonly memoryMbMax: number
  /** The longest time in which the one process did nothing else, while payments were made; undefined with processes. */
  readonly loopDelayMsMax: number | undefined
  /** Of this program; with one process, of all nodes. */
  readonly cpuSeconds: number
  /** Of the machine over the last minute, at the end. */
  readonly load: number
  readonly failures: Readonly<Record<string, number>>
  readonly complaints: readonly string[]
}

export interface Percentiles { readonly p50: number, readonly p95: number, readonly p99: number, readonly max: number }

/** What the nodes that vanished meant for the others. */
export interface Vanished {
  readonly nodes: number
  /** Payments that were under way then: paid at once or in the end, failed cleanly, and open until the nodes came back. */
  readonly disturbed: { readonly paid: number, readonly failed: number, readonly pending: number }
  readonly paidAfter: number
  /** Of those that began after, how many needed more than one try. */
  readonly triedAgainAfter: number
  readonly longestAfterMs: number
  /** Meeting points that stood up in their places before they came back. */
  readonly elected: number
  /** From their return until hints have converged again. */
  readonly backSeconds: number
}

/** Says what happens, step by step. */
export type Progress = (text: string) => void

/** Runs it. Throws when links do not come up or hints do not converge. */
export async function runLive (options: LiveOptions, random: Random, progress: Progress): Promise<LiveReport> {
  const folder = options.folder ?? await mkdtemp(join(tmpdir(), 'amiko-live-'))
  const topology = ringWithChords(random.fork('links'), options.nodes, options.chords)
  const network = await makeNetwork(topology, options.home, folder, random.fork('network'))
  try {
    return await perform(network, options, random, progress)
  } finally {
    progress('stopping all nodes')
    await inParallel(present(network), OPENS_AT_ONCE, async ({ stop }) => { await stop() })
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
  }
}

async function perform (network: LiveNetwork, options: LiveOptions, random: Random, progress: Progress): Promise<LiveReport> {
  const { edges } = network.topology
  const [began, say] = [performance.now(), (text: string): void => { progress(`${((performance.now() - began) / 1_000).toFixed(1)} s: ${text}`) }]
  await startAll(network)
  const started = performance.now()
  say(`${options.nodes} nodes run`)
  // All payments together fit through any one line, so each of them is feasible whatever was paid before.
  const openedAgain = await openAll(network, 2 * AMOUNT_SAT_MAX * options.payments)
  await allLinksUp(network)
  const linked = performance.now()
  say(`${edges.length} links are up`)
  const { usableMs, convergedMs, seen } = await hintsConverged(network)
  say(`hints have converged: ${seen.served.size} meeting points`)
  const connections = await inParallel(network.nodes, OPENS_AT_ONCE, async (node) => (await node!.ask('node.status', {})).connectedPeers)

  const loop = options.home === 'here' ? monitorEventLoopDelay({ resolution: 20 }) : undefined
  loop?.enable()
  const payingMs = performance.now()
  const half = Math.ceil(options.payments / 2)
  const first = payAtRandom(network, half, random.fork('first half'))
  await first.begun
  const vanished = await vanish(network, options.vanishing ?? VANISHING, seen, random.fork('vanishing'), say)
  const later = await payAtRandom(network, options.payments - half, random.fork('second half')).ended
  const paidMs = performance.now()
  loop?.disable()
  say(`${later.filter(({ outcome }) => outcome === 'paid').length} of the ${later.length} payments of the second half are paid`)
  const back = vanished === undefined ? undefined : await comeBack(network, vanished, say)
  // Some of these cannot end before those that vanished are back.
  const early = await first.ended
  const wanted = [...early, ...later]
  const left = await atRest(network)
  say('at rest')
  const { wrong, paid } = await disagreements(network, wanted.flatMap(({ tries }) => tries))
  const complaints = [...left, ...wrong]
  const disturbed = early.filter(({ endedMs }) => vanished !== undefined && endedMs > vanished.atMs)
  const calm = wanted.filter((one) => !disturbed.includes(one))
  return {
    nodes: options.nodes,
    links: edges.length,
    home: options.home,
    seed: String(options.seed),
    startSeconds: seconds(began, started),
    linksUpSeconds: seconds(started, linked),
    hintsUsableSeconds: seconds(linked, usableMs),
    hintsConvergedSeconds: seconds(linked, convergedMs),
    openedAgain,
    meetingPoints: seen.served.size,
    stretch: round(seen.hops / Math.max(1, seen.hopsShortest), 3),
    connectionsMean: round(connections.reduce((sum, each) => sum + each, 0) / options.nodes - 2 * edges.length / options.nodes, 1),
    paid,
    paidAtFirstTry: wanted.filter(({ outcome, tries }) => outcome === 'paid' && tries.length === 1).length,
    failed: calm.filter(({ outcome }) => outcome !== 'paid').length,
    lost: complaints.length,
    paymentsPerSecond: round(paid / ((paidMs - payingMs) / 1_000), 1),
    latencyMs: percentiles(calm.filter(({ outcome }) => outcome === 'paid').map(timeOf)),
    vanished: back === undefined ? undefined : {
      ...back,
      disturbed: { paid: numberOf(disturbed, 'paid'), failed: numberOf(disturbed, 'failed'), pending: numberOf(disturbed, 'pending') },
      paidAfter: numberOf(later, 'paid'),
      triedAgainAfter: later.filter(({ reasons }) => reasons.length > 0).length,
      longestAfterMs: Math.round(Math.max(0, ...later.map(timeOf)))
    },
    ...await memoryOf(network, options.home),
    loopDelayMsMax: loop === undefined ? undefined : Math.round(loop.max / 1e6),
    cpuSeconds: round((process.cpuUsage().user + process.cpuUsage().system) / 1e6, 1),
    load: round(loadavg()[0]!, 1),
    failures: counted(wanted.flatMap(({ reasons }) => reasons)),
    complaints
  }
}

interface Gone { readonly places: readonly number[], readonly atMs: number, readonly served: ReadonlySet<string> }

/** Lets the nodes of some meeting points vanish, all at once. */
async function vanish (network: LiveNetwork, count: number, { served }: HintsSeen, random: Random, say: Progress): Promise<Gone | undefined> {
  const places = random.shuffled([...new Set(served.values())]).slice(0, count)
  if (places.length === 0) return undefined
  const nodes = places.map((at) => network.nodes[at]!)
  for (const at of places) network.nodes[at] = undefined
  const atMs = performance.now()
  await Promise.all(nodes.map(async ({ vanish: end }) => { await end() }))
  say(`the nodes of ${nodes.length} meeting points have vanished: ${nodes.map(({ name }) => name).join(', ')}`)
  return { places, atMs, served: new Set(served.keys()) }
}

/** Brings them back when the others have forgotten their meeting points. */
async function comeBack (network: LiveNetwork, { places, served }: Gone, say: Progress): Promise<Pick<Vanished, 'nodes' | 'elected' | 'backSeconds'>> {
  // Hints to them end by themselves, and the places they leave are taken by others, if there are any.
  await until(async () => (await seeHints(network)).stale === 0, HINTS_MS_MAX, () => 'hints to meeting points that are gone stay')
  const elected = [...(await seeHints(network)).served.keys()].filter((id) => !served.has(id)).length
  say(`${elected} meeting points stood up instead; the nodes come back`)
  const returning = performance.now()
  await Promise.all(places.map(network.start))
  await allLinksUp(network)
  const { convergedMs } = await hintsConverged(network)
  say('all links are up again, and hints have converged')
  return { nodes: places.length, elected, backSeconds: seconds(returning, convergedMs) }
}

async function memoryOf (network: LiveNetwork, home: Home): Promise<Pick<LiveReport, 'memoryMb' | 'memoryMbMax'>> {
  const own = process.memoryUsage.rss()
  const bytes = home === 'here' ? [own] : [own, ...await inParallel(present(network), OPENS_AT_ONCE, async ({ ask }) => (await ask('node.status', {})).rssBytes)]
  return { memoryMb: Math.round(bytes.reduce((sum, each) => sum + each, 0) / 1e6), memoryMbMax: Math.round(Math.max(...bytes) / 1e6) }
}

const timeOf = ({ beganMs, endedMs }: Wanted): number => endedMs - beganMs
const numberOf = (wanted: readonly Wanted[], outcome: Wanted['outcome']): number => wanted.filter((one) => one.outcome === outcome).length
const round = (value: number, digits: number): number => Number(value.toFixed(digits))
const seconds = (from: number, to: number): number => round(Math.max(0, to - from) / 1_000, 1)

function percentiles (values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0)
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

function counted (words: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries(counts)
}
