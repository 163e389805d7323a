import { randomOf, type Random } from '../harness/random.js'
import { WRITE_FATES, type WriteFate } from '../harness/virtual-store.js'
import { randomTopology, type Topology } from '../topologies/topologies.js'
import type { ScenarioOptions } from './scenario.js'

/** What the nodes of these schedules take for a block, and the least and most that one takes here. */
export const BLOCK_MS = 600_000
const BLOCK_MS_MIN = 200_000
const BLOCK_MS_MAX = 1_000_000
/** Everything of a schedule begins within this time: 24 blocks. */
export const CHAIN_ACTION_MS = 24 * BLOCK_MS
/** Longest time for which an honest node may be without its process or its chain: the margins of locks are 18 blocks. */
export const PRESENT_MS_MAX = 3 * BLOCK_MS
/** How long one stays away that its neighbours have to do without: longer than any lock and any delay. */
export const GONE_MS = 400 * BLOCK_MS
/** Deepest reorganisation: after six confirmations a spend counts as certain. */
const REORG_MAX = 5

const NODES_MIN = 2
const NODES_MAX = 4
const PAYMENTS_MAX = 6
const FAULTS_MAX = 5
/** What is asked and what goes wrong happens around a few moments, so that one meets the other. */
const MOMENTS_MAX = 3
const MOMENT_MS = 8_000
const LAG_MS_MAX = 90_000

export type EdgeKind = 'v3-zero-fee' | 'v2-fee' | 'trust-line'

/** What happens in a schedule on a chain, drawn from its seed before it runs. */
export interface ChainPlan {
  readonly topology: Topology
  /** Of each edge of the topology. */
  readonly kinds: readonly EdgeKind[]
  /** How late the backend of each node is. */
  readonly lagMs: readonly number[]
  readonly payments: ReadonlyArray<{ readonly atMs: number, readonly payer: number, readonly payee: number, readonly amountSat: number }>
  /** Channels opened and closed while all else happens; an edge is a number of the topology. */
  readonly wishes: readonly Wish[]
  readonly faults: readonly ChainFault[]
}

export type Wish =
  | { readonly type: 'open', readonly atMs: number, readonly edge: number, readonly side: 0 | 1, readonly format: Exclude<EdgeKind, 'trust-line'> }
  | { readonly type: 'close', readonly atMs: number, readonly edge: number, readonly side: 0 | 1, readonly force: boolean }

/** What goes wrong. The last three are of the one node that does not keep to the protocol, or lost what it had. */
export type ChainFault =
  | { readonly type: 'cut', readonly atMs: number, readonly edge: number, readonly forMs: number }
  | { readonly type: 'crash', readonly atMs: number, readonly node: number, readonly restartMs: number }
  | { readonly type: 'crash-after', readonly atMs: number, readonly node: number, readonly acts: number, readonly restartMs: number }
  | { readonly type: 'crash-at-write', readonly atMs: number, readonly node: number, readonly write: number, readonly fate: WriteFate, readonly restartMs: number }
  | { readonly type: 'deaf', readonly atMs: number, readonly node: number, readonly forMs: number }
  | { readonly type: 'reorg', readonly atMs: number, readonly depth: number }
  | { readonly type: 'fees', readonly atMs: number, readonly satPerKvb: number, readonly forMs: number }
  | { readonly type: 'evict', readonly atMs: number, readonly every: number, readonly times: number }
  | { readonly type: 'gone', readonly atMs: number, readonly node: number }
  | { readonly type: 'cheat' | 'stale' | 'restore', readonly atMs: number, readonly node: number, readonly keptMs: number }

/** The plan of a seed, less what the options leave out. */
export const chainPlanOf = (options: ScenarioOptions): ChainPlan => reduced(draw(options), options)

function draw ({ seed, nodes }: ScenarioOptions): ChainPlan {
  const random = randomOf(seed, '/chain-plan')
  const count = nodes ?? random.between(NODES_MIN, NODES_MAX)
  const topology = randomTopology(random, count)
  const kinds = topology.edges.map((_, index): EdgeKind => index === 0 ? random.pick(['v3-zero-fee', 'v2-fee']) : random.pick(['v3-zero-fee', 'v3-zero-fee', 'v2-fee', 'trust-line']))
  const moments = Array.from({ length: random.between(1, MOMENTS_MAX) }, () => random.below(CHAIN_ACTION_MS - MOMENT_MS))
  const moment = (): number => random.pick(moments) + random.below(MOMENT_MS)
  const side = (): 0 | 1 => random.pick([0, 1] as const)
  return {
    topology,
    kinds,
    lagMs: topology.edges.length === 0 ? [] : Array.from({ length: count }, () => random.pick([0, 0, 2_000, LAG_MS_MAX])),
    payments: Array.from({ length: random.between(1, PAYMENTS_MAX) }, () => {
      const [payer, payee] = random.shuffled(Array.from({ length: count }, (_, index) => index))
      return { atMs: moment(), payer: payer!, payee: payee!, amountSat: Math.floor(2 ** (random.between(600, 1_600) / 100)) }
    }),
    wishes: Array.from({ length: random.pick([0, 0, 1, 2]) }, (): Wish => {
      const edge = random.below(topology.edges.length)
      // A trust line closes when what is owed is paid back: nobody knows when.
      return kinds[edge] === 'trust-line' || random.chance(0.5)
        ? { type: 'open', atMs: moment(), edge, side: side(), format: random.pick(['v3-zero-fee', 'v2-fee'] as const) }
        : { type: 'close', atMs: moment(), edge, side: side(), force: random.chance(0.5) }
    }),
    faults: onlyOne(Array.from({ length: random.between(0, FAULTS_MAX) }, () => faultOf(random, topology, moment)))
  }
}

/** One node at most lies, lost its disk, or is gone for long: who deals with two such nodes at once has chosen them himself. */
function onlyOne (faults: readonly ChainFault[]): readonly ChainFault[] {
  const first = faults.findIndex(isDeparture)
  return faults.filter((fault, index) => !isDeparture(fault) || index === first)
}

const isDeparture = ({ type }: ChainFault): boolean => type === 'gone' || type === 'cheat' || type === 'stale' || type === 'restore'

function faultOf (random: Random, topology: Topology, moment: () => number): ChainFault {
  const atMs = moment()
  const node = random.below(topology.nodes)
  const briefMs = random.pick([100, 5_000, 60_000, PRESENT_MS_MAX / 3])
  switch (random.pick(['cut', 'cut', 'crash', 'crash-after', 'crash-after', 'crash-at-write', 'crash-at-write', 'deaf', 'reorg', 'fees', 'evict', 'gone', 'cheat', 'cheat', 'stale', 'restore'] as const)) {
    // A cut may last beyond the end of every lock: the chain then decides.
    case 'cut': return { type: 'cut', atMs, edge: random.below(topology.edges.length), forMs: random.pick([500, 5_000, 100_000, BLOCK_MS, 200 * BLOCK_MS, 200 * BLOCK_MS]) }
    case 'crash': return { type: 'crash', atMs, node, restartMs: briefMs }
    case 'crash-after': return { type: 'crash-after', atMs, node, acts: random.between(0, 12), restartMs: briefMs }
    case 'crash-at-write': return { type: 'crash-at-write', atMs, node, write: random.between(0, 8), fate: random.pick(WRITE_FATES), restartMs: briefMs }
    case 'deaf': return { type: 'deaf', atMs, node, forMs: random.pick([10_000, PRESENT_MS_MAX]) }
    case 'reorg': return { type: 'reorg', atMs, depth: random.between(1, REORG_MAX) }
    case 'fees': return { type: 'fees', atMs, satPerKvb: random.pick([1_000, 10_000, 40_000]), forMs: random.between(1, 40) * BLOCK_MS }
    case 'evict': return { type: 'evict', atMs, every: random.between(1, 3), times: random.between(1, 10) }
    case 'gone': return { type: 'gone', atMs, node }
    case 'cheat': return { type: 'cheat', atMs, node, keptMs: random.below(CHAIN_ACTION_MS) }
    case 'stale': return { type: 'stale', atMs, node, keptMs: random.below(CHAIN_ACTION_MS) }
    case 'restore': return { type: 'restore', atMs, node, keptMs: random.below(CHAIN_ACTION_MS) }
  }
}

/** Virtual milliseconds until the next block. */
export const blockIntervalMs = (random: Random): number => random.between(BLOCK_MS_MIN, BLOCK_MS_MAX)

/**
 * Names of what can be left out of a plan: payments (`p0`), wishes (`w0`), faults (`f0`) and the lateness of backends
 * (`l0`), numbered as the seed drew them.
 */
export function chainPartsOf (options: ScenarioOptions): readonly string[] {
  const { payments, wishes, faults, lagMs } = draw(options)
  const names = (letter: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${letter}${index}`)
  return [...names('p', payments.length), ...names('w', wishes.length), ...names('f', faults.length), ...names('l', lagMs.length)]
}

function reduced (plan: ChainPlan, { leaveOut = [], untilMs = CHAIN_ACTION_MS }: ScenarioOptions): ChainPlan {
  const out = new Set(leaveOut)
  const kept = (letter: string) => ({ atMs }: { readonly atMs: number }, index: number): boolean => !out.has(`${letter}${index}`) && atMs <= untilMs
  return {
    ...plan,
    lagMs: plan.lagMs.map((lagMs, index) => out.has(`l${index}`) ? 0 : lagMs),
    payments: plan.payments.filter(kept('p')),
    wishes: plan.wishes.filter(kept('w')),
    faults: plan.faults.filter(kept('f'))
  }
}
