import type { ServedChain } from '../../src/node/served-chain.js'
import { spread, rounded, type Benchmark, type BenchmarkOptions, type Figures } from './benchmark.js'
import { compare, ENFORCED_ROUND, LOCK, meanCosts, MEMBERSHIP, paymentDemand, ROUND, sum, type Costs, type Demand } from './floor.js'
import { openEnforcedLine, withChain, type ChainAt } from './enforced-line.js'
import type { LocksDone, Rounds } from './lock-core.js'
import type { Paid } from './member.js'
import { withMembers, type Members, type Reached } from './members.js'
import type { Reading } from './meter.js'

/**
 * Payments and locks between processes: libp2p over TCP on loopback, LevelDB with every batch synced. The nodes are
 * driven through the nouns of `createAmiko`, and invoices cross between the processes by Node's own channel, not over
 * HTTP: what is measured is the protocol.
 */

interface Run<T> { readonly done: T, readonly figures: Figures }

/** What the protocol demands for each payment or lock, when it took so many rounds, and was a member of so many commitments of each side. */
type DemandOf = (rounds: number, memberships: number) => Demand

/** Measures one span of work in all processes, and holds it against its floor. */
export async function measured<T extends { readonly seconds: number }> (members: Members, options: BenchmarkOptions, name: string, count: number, demand: DemandOf, work: () => Promise<T>): Promise<Run<T>> {
  const before = await members.all<Costs>('costs', { entries: 1, bytes: 500 })
  if (options.profile !== undefined) await members.all('profile')
  await members.all('start')
  const done = await work()
  const readings = await members.all<Reading>('read')
  if (options.profile !== undefined) await members.all('profiled', `${options.profile}/${name}`)
  const batches = readings.reduce((all, reading) => all + reading.batches, 0)
  const size = { entries: readings.reduce((all, { entries }) => all + entries, 0) / batches, bytes: readings.reduce((all, { bytes }) => all + bytes, 0) / batches }
  const after = await members.all<Costs>('costs', size)
  const { batchUs, batchWallUs } = meanCosts(after)
  const costs = { ...meanCosts([...before, ...after]), batchUs, batchWallUs }
  // Only pre-signatures are verified by this operation, two of them for each lock of a round.
  const memberships = calls(readings, 'mulAddG') / 2 / count
  // Each round is signed by both, and so are invoices: what is left are the rounds.
  const rounds = (calls(readings, 'signSchnorr') / count - (demand(0, memberships).sign ?? 0)) / 2
  return {
    done,
    figures: {
      perSecond: rounded(count / done.seconds),
      roundsPerSecond: rounded(rounds * count / done.seconds),
      perRound: rounded(1 / rounds),
      ...(options.kind === 'chain' ? { memberships: rounded(memberships) } : {}),
      ...compare(readings, costs, count, demand(rounds, memberships))
    }
  }
}

const calls = (readings: readonly Reading[], operation: string): number => readings.reduce((all, { curve }) => all + (curve[operation] ?? 0), 0)

/** A line of nodes with a channel between neighbours; one is the meeting point. @param chain - of channels that it enforces */
export async function buildLine (members: Members, options: BenchmarkOptions, meetingPoint: number, chain?: ServedChain): Promise<void> {
  const at: ChainAt | undefined = chain === undefined ? undefined : { url: chain.url, cookieFile: chain.cookieFile }
  const reached = await members.all<Reached>('node', { engine: options.engine, chain: at })
  await members.all('accept')
  if (chain !== undefined) await openEnforcedLine(members, reached, chain)
  else for (let i = 1; i < reached.length; i++) await members.ask(members.names[i]!, 'line', reached[i - 1])
  await members.ask(members.names[meetingPoint]!, 'host')
  for (const [i, name] of members.names.entries()) await members.ask(name, 'ready', i === 0 || i === reached.length - 1 ? 1 : 2)
}

/** Runs `work` in a line of nodes of their own processes, over channels of the kind that is asked for. */
export async function withLine<T> (nodes: number, options: BenchmarkOptions, meetingPoint: number, work: (members: Members) => Promise<T>): Promise<T> {
  const run = async (chain?: ServedChain): Promise<T> => await withMembers(nodes, async (members) => {
    await buildLine(members, options, meetingPoint, chain)
    return await work(members)
  })
  return options.kind === 'chain' ? await withChain(2 * nodes, run) : await run()
}

/** Smallest units of a payment or lock: above dust, and below it. */
const [AMOUNT, DUST_AMOUNT] = [1_000_000n, 1_000n]
/** What a payment carries. */
export const amountOf = ({ kind, dust }: BenchmarkOptions): bigint => kind === 'chain' && !dust ? AMOUNT : DUST_AMOUNT

const roundOf = ({ kind }: BenchmarkOptions): Demand => kind === 'chain' ? ENFORCED_ROUND : ROUND

/** Payments from the first to the last, one after the other and many at once. */
export async function payAlong (members: Members, options: BenchmarkOptions, meetingPoint: number, inFlight: number): Promise<Figures> {
  const { names } = members
  const stream = options.only === 'stream'
  const [payer, payee] = [names[0]!, names.at(-1)!]
  const pay = async (count: number, at: number): Promise<Paid> => {
    const paid = await members.ask<Paid>(payer, 'pay', { payee, count, inFlight: at, value: amountOf(options), stream })
    if (paid.failures.length > count / 100) throw new Error(`${paid.failures.length} of ${count} payments failed: ${paid.failures[0]!}`)
    return paid
  }
  const { quick } = options
  const hops = names.length - 1
  // A node runs for days: what is measured is its compiled code, which takes this many payments.
  await pay(quick ? 30 : 2_000, inFlight)
  const one = await pay(quick ? 20 : 200, 1)
  const many = quick ? Math.round(300 / hops) : hops > 1 ? 1_500 : 4_000
  const demand = (rounds: number, memberships: number): Demand => sum(stream ? [hops, LOCK] : [1, paymentDemand(names.length, meetingPoint)], [rounds, roundOf(options)], [memberships, MEMBERSHIP])
  const { done, figures } = await measured(members, options, `payments-${hops}`, many, demand, async () => await pay(many, inFlight))
  return {
    sequential: { invoiceToProof: spread(one.invoiceToProofMs), payToProof: spread(one.payToProofMs) },
    concurrent: { inFlight, payments: many, failed: done.failures.length, ...figures, latency: spread(done.payToProofMs) },
    rssMb: (await members.all<number>('rss')).map((bytes) => Math.round(bytes / 2 ** 20)).join(' ')
  }
}

/** Locks under way: as many as a trust line carries at once, and as one may ask of a chain. */
const [IN_FLIGHT, IN_FLIGHT_ON_CHAIN] = [256, 100]

/** Locks over a route that stands: rounds, and nothing else. */
async function locks (options: BenchmarkOptions): Promise<Figures> {
  const { quick, engine, kind, dust } = options
  const withOutputs = kind === 'chain' && !dust
  const [warm, count] = quick ? [500, 2_000] : withOutputs ? [6_000, 12_000] : [3_000, 20_000]
  const inFlight = withOutputs ? IN_FLIGHT_ON_CHAIN : IN_FLIGHT
  return await withMembers(2, async (members) => {
    const [payer, payee] = members.names as [string, string]
    const amount = amountOf(options)
    const there = await members.ask<Reached>(payee, 'locks', { engine, seed: 2, keep: undefined, points: 0, amount })
    await members.ask<Reached>(payer, 'locks', { engine, seed: 1, keep: there, points: warm + count, amount })
    await members.ask(payer, 'openLocks', { peer: there.peer, kind })
    const pay = async (locks: number): Promise<LocksDone & { readonly seconds: number }> => await members.ask(payer, 'payLocks', { count: locks, inFlight })
    await pay(warm)
    const demand: DemandOf = (rounds, memberships) => sum([1, LOCK], [rounds, roundOf(options)], [memberships, MEMBERSHIP])
    const { done, figures } = await measured(members, options, 'locks', count, demand, async () => await pay(count))
    const told = await members.all<Rounds>('rounds')
    const signed = told.reduce((all, { members: each }) => all + each, 0)
    return { kind, aboveDust: withOutputs, inFlight, locks: count, ...(kind === 'chain' ? { signedPerLockAndSide: rounded(signed / count) } : {}), ...figures, latency: spread(done.latencyMs) }
  })
}

export const channel: Benchmark = {
  name: 'channel',
  question: 'How many locks and how many payments a second does one channel carry between two processes, and how far is that from what the protocol demands?',
  run: async (options) => ({
    lock: options.only === 'payment' ? 'not run' : await locks(options),
    payment: options.only === 'lock' ? 'not run' : await withLine(2, options, 1, async (members) => await payAlong(members, options, 1, options.kind === 'chain' && !options.dust ? IN_FLIGHT_ON_CHAIN : IN_FLIGHT))
  })
}
