import { readAnnouncement, type Announcement } from '../../../src/core/routing/announcement.js'
import { isFault, isRefusal } from '../../../src/core/base/step.js'
import type { PeerId } from '../../../src/core/base/ids.js'
import { curve, mulG, useCurve } from '../../../src/core/crypto/curve.js'
import { networkOf } from '../../../src/core/node/genesis.js'
import { parseInvoice } from '../../../src/core/payment/invoice.js'
import { asUnits } from '../../../src/core/base/money.js'
import type { PacingProfile } from '../../../src/core/routing/pacing.js'
import { fakeCurve } from '../../../simulations/harness/fake-curve.js'
import { isPaid, makeInvoice, startPayment } from '../../../simulations/harness/payments.js'
import { messageOf, type FrameMessage } from '../../../simulations/harness/frame-messages.js'
import type { Random } from '../../../simulations/harness/random.js'
import { allOf } from '../../../simulations/harness/set-up.js'
import { createWorld, sat, type World } from '../../../simulations/harness/world.js'
import type { Topology } from '../../../simulations/topologies/topologies.js'

/** Something that a node hears or says on one of its own links. */
export interface Heard {
  readonly atMs: number
  /** The other end of the link, by its index. */
  readonly peer: number
  readonly direction: 'in' | 'out'
  readonly bytes: Uint8Array
  readonly message: FrameMessage
}

/** An announcement, as the topic and the DHT show it to everybody. */
export interface Published {
  readonly atMs: number
  readonly bytes: Uint8Array
  readonly announcement: Announcement
  /** Who published it: not in the announcement, and known to an attacker only where an envelope tells it. */
  readonly publisher: number
}

/** Everything that happened in one network of one seed: the truth, and what each node hears. */
export interface Shape {
  readonly seed: bigint
  readonly nodes: number
  /** Who has which name: names are public, since the DHT knows them. */
  readonly peers: readonly PeerId[]
  /** Their node keys, 33 bytes. */
  readonly keys: readonly Uint8Array[]
  readonly links: ReadonlySet<string>
  /** By the index of the node that hears it. */
  readonly heard: ReadonlyArray<readonly Heard[]>
  readonly published: readonly Published[]
  /** Invoices in the order in which they were made, with their payees, who are known to those who pay them. */
  readonly invoices: ReadonlyArray<{ readonly payee: number, readonly listed: readonly string[] }>
  readonly paid: number
}

export const pairKey = (a: number, b: number): string => a < b ? `${a} ${b}` : `${b} ${a}`

/** Capacity of a link each way, in satoshi: several buckets, so that balances that move cross some. */
const LIMITS = [20, 80, 300, 1_000] as const
const AMOUNTS = [1, 3, 8, 20] as const
/** Invoices that every node makes at last, for those who buy from all of them. */
const INVOICES_EACH = 3
const PACE: Readonly<Record<PacingProfile, { readonly settleMs: number, readonly roundMs: number }>> = {
  private: { settleMs: 40_000, roundMs: 4_000 },
  world: { settleMs: 2 * 3_600_000, roundMs: 900_000 }
}

/** A random connected graph of four links a node on average. */
export function randomGraph (random: Random, nodes: number): Topology {
  const order = random.shuffled(Array.from({ length: nodes }, (_, index) => index))
  const edges = new Map<string, readonly [number, number]>()
  const add = (a: number, b: number): void => { if (a !== b) edges.set(pairKey(a, b), [a, b]) }
  for (let i = 1; i < nodes; i++) add(order[i]!, order[random.below(i)]!)
  while (edges.size < 2 * nodes) add(random.below(nodes), random.below(nodes))
  return { name: 'shape', nodes, edges: [...edges.values()], meetingPoints: [] }
}

export interface ShapeOptions {
  readonly seed: bigint
  readonly nodes: number
  readonly pacing: PacingProfile
  /** Rounds of payments, each with one payment for every eight nodes. */
  readonly rounds: number
  /** The share of nodes that stand for election. */
  readonly volunteers?: number
}

/** Lets a network live: links, an election, and payments that move balances. */
export async function liveThrough (options: ShapeOptions): Promise<Shape> {
  const { seed, nodes, pacing, rounds } = options
  const { settleMs, roundMs } = PACE[pacing]
  const share = options.volunteers ?? 1
  const world = createWorld({
    seed, nodes, pacing, pingMs: 3_600_000,
    duty: (index) => (index * 7919 % nodes) < share * nodes ? 'volunteer' : 'forwarder',
    latency: { minMs: 5, maxMs: 60, jitterMs: 10, noticeMs: 0 }
  })
  const random = world.random.fork('shape')
  const topology = randomGraph(random.fork('graph'), nodes)
  const indexOf = new Map(world.nodes.map(({ peer, index }) => [peer, index]))
  const heard: Heard[][] = world.nodes.map(() => [])
  const published: Published[] = []
  const invoices: Array<{ payee: number, text: string }> = []
  world.listen((frame) => {
    const message = messageOf(frame)
    const [from, to] = [indexOf.get(frame.from)!, indexOf.get(frame.to)!]
    if (message === undefined) return
    heard[from]!.push({ atMs: world.nowMs, peer: to, direction: 'out', bytes: frame.bytes, message })
    heard[to]!.push({ atMs: world.nowMs, peer: from, direction: 'in', bytes: frame.bytes, message })
  })
  world.onAnnounced((node, bytes) => {
    const read = readAnnouncement(bytes)
    if (!isFault(read)) published.push({ atMs: world.nowMs, bytes, announcement: read.announcement, publisher: node.index })
  })
  try {
    await openLinks(world, topology, random.fork('limits'))
    await world.run(settleMs)
    let paid = 0
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < nodes / 8; i++) paid += await payOne(world, random, invoices) ? 1 : 0
      await world.run(roundMs)
    }
    for (let i = 0; i < INVOICES_EACH * nodes; i++) await invoiceOf(world, i % nodes, random, invoices)
    const links = new Set(topology.edges.map(([a, b]) => pairKey(a, b)))
    return withFakeCurve(() => ({
      seed, nodes, links, heard, published, paid,
      peers: world.nodes.map(({ peer }) => peer),
      keys: world.nodes.map(({ identitySecret }) => mulG(identitySecret).slice()),
      invoices: invoices.map(({ payee, text }) => ({ payee, listed: listedIn(text) }))
    }))
  } finally {
    await world.stop()
  }
}

/** The engine is a setting of the process, and the world's is the fake one. */
function withFakeCurve<T> (action: () => T): T {
  const before = curve()
  useCurve(fakeCurve)
  try {
    return action()
  } finally {
    useCurve(before)
  }
}

function listedIn (text: string): readonly string[] {
  const invoice = parseInvoice(text, networkOf('simulation', 'regtest'))
  return isRefusal(invoice) ? [] : invoice.meetingPoints
}

async function openLinks (world: World, { edges }: Topology, random: Random): Promise<void> {
  const most = sat(Math.max(...LIMITS))
  const rules = [{ kind: 'trust-line', asset: world.asset, limit: most }] as const
  await world.start()
  await allOf(world, world.nodes.map((_, index) => world.request(index, { type: 'link.set', peer: 'default', accept: rules, fee: undefined })))
  await allOf(world, edges.map(([a, b]) => world.request(a, { type: 'link.open', peer: world.nodes[b]!.peer, addresses: [`/memory/${b}`], accept: rules })))
  await allOf(world, edges.map(([a, b]) => world.request(a, { type: 'channel.open', peer: world.nodes[b]!.peer, kind: 'trust-line', asset: world.asset, limit: sat(random.pick(LIMITS)), amount: sat(random.pick(LIMITS)) })))
}

async function invoiceOf (world: World, payee: number, random: Random, invoices: Array<{ payee: number, text: string }>): Promise<void> {
  const made = await makeInvoice(world, { payer: (payee + 1) % world.nodes.length, payee, amount: asUnits(sat(random.pick(AMOUNTS))) })
  if (!isRefusal(made)) invoices.push({ payee, text: made.invoice })
}

async function payOne (world: World, random: Random, invoices: Array<{ payee: number, text: string }>): Promise<boolean> {
  const payee = random.below(world.nodes.length)
  const payer = (payee + 1 + random.below(world.nodes.length - 1)) % world.nodes.length
  const made = await makeInvoice(world, { payer, payee, amount: asUnits(sat(random.pick(AMOUNTS))) })
  if (isRefusal(made)) return false
  invoices.push({ payee, text: made.invoice })
  await world.run(500)
  const asked = startPayment(world, made)
  await world.run(60_000, () => asked.answers.length > 0)
  return isPaid(made)
}
