import { asUnits, type Units } from '../../src/core/base/money.js'
import type { FeePolicy } from '../../src/core/link/rules.js'
import { randomOf, type Random } from '../harness/random.js'
import { sat } from '../harness/world.js'
import { randomTopology, type Topology } from '../topologies/topologies.js'
import type { ScenarioOptions } from './scenario.js'

/** Events of a schedule: a hundred times what the longest needs. Nodes that answer each other for ever are found by it. */
export const SCHEDULE_EVENTS_MAX = 400_000
/** Payments and faults of a schedule begin within this time. */
export const ACTION_MS = 15_000
/** Longest cut, partition or downtime: all end long before the shortest time-lock margin. */
export const FAULT_MS_MAX = 6_000
const PAYMENTS_MAX = 8
const FAULTS_MAX = 6
/** What happens in a schedule, drawn from its seed before it runs. */
export interface Plan {
  readonly topology: Topology
  readonly latency: { readonly minMs: number, readonly maxMs: number, readonly jitterMs: number, readonly noticeMs: number }
  readonly writeMs: { readonly min: number, readonly max: number }
  readonly payments: ReadonlyArray<{ readonly atMs: number, readonly payer: number, readonly payee: number, readonly amount: Units }>
  /** New limits that an end of a link asks for. */
  readonly limits: ReadonlyArray<{ readonly atMs: number, readonly from: number, readonly to: number, readonly limit: Units }>
  readonly fee: FeePolicy | undefined
  readonly faults: readonly PlannedFault[]
}

export type PlannedFault =
  | { readonly type: 'cut', readonly atMs: number, readonly a: number, readonly b: number, readonly forMs: number }
  | { readonly type: 'partition', readonly atMs: number, readonly groups: ReadonlyArray<readonly number[]>, readonly forMs: number }
  | { readonly type: 'crash', readonly atMs: number, readonly node: number, readonly restartMs: number }
  | { readonly type: 'crash-after', readonly atMs: number, readonly node: number, readonly acts: number, readonly restartMs: number }
  | { readonly type: 'misbehave', readonly atMs: number, readonly node: number, readonly how: Misconduct, readonly forMs: number }

export interface Misconduct { readonly stream: 'link' | 'channel' | 'route', readonly direction: 'in' | 'out', readonly act: 'drop' | 'delay', readonly share: number, readonly delayMs: number }

const NODES_MIN = 3
const NODES_MAX = 8

/** The plan of a seed, less what the options leave out. */
export const planOf = (options: ScenarioOptions): Plan => reduced(drawPlan(options.seed, options.nodes), options)

function drawPlan (seed: bigint, nodes: number | undefined): Plan {
  const random = randomOf(seed, '/plan')
  const count = nodes ?? random.between(NODES_MIN, NODES_MAX)
  const topology = randomTopology(random, count)
  const minMs = random.between(1, 50)
  // In some schedules all payments are asked for at the same moment.
  const burstMs = random.chance(0.25) ? random.between(0, ACTION_MS) : undefined
  const payments = Array.from({ length: random.between(1, PAYMENTS_MAX) }, () => {
    const [payer, payee] = random.shuffled(Array.from({ length: count }, (_, index) => index))
    return { atMs: burstMs ?? random.between(0, ACTION_MS), payer: payer!, payee: payee!, amount: amountOf(random) }
  })
  const limits = Array.from({ length: random.pick([0, 0, 1, 3]) }, () => {
    const atMs = random.between(0, ACTION_MS)
    const edge = random.pick(topology.edges)
    const [from, to] = random.pick([edge, [edge[1], edge[0]]] as const)
    return { atMs, from, to, limit: sat(random.between(0, 2_000)) }
  })
  const faults = random.chance(0.2) ? [] : Array.from({ length: random.between(1, FAULTS_MAX) }, () => faultOf(random, topology))
  return {
    topology,
    latency: { minMs, maxMs: minMs + random.between(0, 100), jitterMs: random.between(0, 40), noticeMs: random.pick([0, 50, 2_000]) },
    writeMs: { min: 0, max: random.pick([0, 5, 30]) },
    payments,
    limits,
    fee: random.chance(0.4) ? { base: asUnits(BigInt(random.below(1_000))), ppm: random.below(2_000) } : undefined,
    // One node at most breaks the protocol: who deals with two such nodes at once has chosen them himself.
    faults: faults.filter((fault, index) => fault.type !== 'misbehave' || faults.findIndex(({ type }) => type === 'misbehave') === index)
  }
}

/** From one thousandth of a satoshi to more than a line holds. */
const amountOf = (random: Random): Units => asUnits(BigInt(Math.max(1, Math.floor(2 ** (random.below(2_050) / 100)))))

function faultOf (random: Random, topology: Topology): PlannedFault {
  const atMs = random.between(0, ACTION_MS)
  const node = random.below(topology.nodes)
  const forMs = random.between(0, FAULT_MS_MAX)
  switch (random.pick(['cut', 'cut', 'partition', 'crash', 'crash-after', 'crash-after', 'misbehave'] as const)) {
    case 'cut': {
      const [a, b] = random.pick(topology.edges)
      return { type: 'cut', atMs, a, b, forMs }
    }
    case 'partition': {
      const order = random.shuffled(Array.from({ length: topology.nodes }, (_, index) => index))
      const size = random.between(1, topology.nodes - 1)
      return { type: 'partition', atMs, groups: [order.slice(0, size), order.slice(size)], forMs }
    }
    case 'crash': return { type: 'crash', atMs, node, restartMs: forMs }
    case 'crash-after': return { type: 'crash-after', atMs, node, acts: random.between(0, 12), restartMs: forMs }
    case 'misbehave': return {
      type: 'misbehave',
      atMs,
      node,
      forMs: random.between(1_000, FAULT_MS_MAX),
      how: { stream: random.pick(['link', 'channel', 'route', 'route'] as const), direction: random.pick(['in', 'out'] as const), act: random.pick(['drop', 'delay'] as const), share: random.pick([0.1, 0.5, 1]), delayMs: random.between(1, 3_000) }
    }
  }
}

/**
 * Names of what can be left out of a plan: nodes (`n2`: its links, and all it takes part in), payments (`p0`), new
 * limits (`l0`) and faults (`f0`), numbered as the seed drew them.
 */
export function partsOf (options: ScenarioOptions): readonly string[] {
  const { topology, payments, limits, faults } = drawPlan(options.seed, options.nodes)
  const names = (letter: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${letter}${index}`)
  return [...names('n', topology.nodes), ...names('p', payments.length), ...names('f', faults.length), ...names('l', limits.length)]
}

function reduced (plan: Plan, { leaveOut = [], untilMs = ACTION_MS }: ScenarioOptions): Plan {
  const out = new Set(leaveOut)
  const isIn = (...nodes: readonly number[]): boolean => nodes.every((node) => !out.has(`n${node}`))
  const kept = (letter: string) => ({ atMs }: { readonly atMs: number }, index: number): boolean => !out.has(`${letter}${index}`) && atMs <= untilMs
  return {
    ...plan,
    topology: { ...plan.topology, edges: plan.topology.edges.filter(([a, b]) => isIn(a, b)), meetingPoints: plan.topology.meetingPoints.filter((host) => isIn(host)) },
    payments: plan.payments.filter(kept('p')).filter(({ payer, payee }) => isIn(payer, payee)),
    limits: plan.limits.filter(kept('l')).filter(({ from, to }) => isIn(from, to)),
    faults: plan.faults.filter(kept('f')).filter((fault) => fault.type === 'cut' ? isIn(fault.a, fault.b) : fault.type === 'partition' || isIn(fault.node))
  }
}
