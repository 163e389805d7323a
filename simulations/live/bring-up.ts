import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AmikoError } from '../../src/core/base/errors.js'
import { initialise } from '../../src/node/config.js'
import type { Random } from '../harness/random.js'
import type { Topology } from '../topologies/topologies.js'
import { HINTS_MS_MAX, LINKS_MS_MAX, LOOK_MS, OPENS_AT_ONCE, SETTLED_MS, STARTS_AT_ONCE, TRY_AGAIN_MS } from './limits.js'
import { startLiveNode, type Home, type LiveNode } from './live-node.js'
import { inParallel } from './parallel.js'

/** The nodes of a run by their place in the topology; a place is empty while its node is away. */
export interface LiveNetwork {
  readonly topology: Topology
  readonly nodes: Array<LiveNode | undefined>
  readonly start: (at: number) => Promise<void>
}

export const present = ({ nodes }: LiveNetwork): readonly LiveNode[] => nodes.filter((node) => node !== undefined)

/** Folders with the settings that `amiko init` writes, but for the ports; nothing starts yet. */
export async function makeNetwork (topology: Topology, home: Home, folder: string, random: Random): Promise<LiveNetwork> {
  const ports = await freePorts(topology.nodes, random)
  const network = `live-${random.bits().toString(16)}`
  const names = Array.from({ length: topology.nodes }, (_, at) => `n${at}`)
  await inParallel(names, STARTS_AT_ONCE, async (name, at) => {
    await initialise(join(folder, name), { version: 1, network, kind: 'regtest', listen: [`/ip4/127.0.0.1/tcp/${ports[at]!}`], api: '127.0.0.1:0', chains: [], bootstrap: [], pacing: 'private' })
  })
  const nodes: Array<LiveNode | undefined> = names.map(() => undefined)
  return { topology, nodes, start: async (at) => { nodes[at] = await startLiveNode(home, names[at]!, join(folder, names[at]!)) } }
}

export async function startAll (network: LiveNetwork): Promise<void> {
  await inParallel(network.nodes.map((_, at) => at), STARTS_AT_ONCE, network.start)
}

/** Opens every link of the topology with a trust line on it, the same both ways. @returns how often that had to be tried again */
export async function openAll (network: LiveNetwork, capacitySat: number): Promise<number> {
  const limit = `${capacitySat}sat`
  const nodes = present(network)
  await inParallel(nodes, OPENS_AT_ONCE, async ({ ask }) => await ask('link.set', { peer: 'default', accept: [`trust-line:btc:${limit}`] }))
  let again = 0
  await inParallel(network.topology.edges, OPENS_AT_ONCE, async ([a, b]) => {
    const [{ ask }, { peer, address }] = [nodes[a]!, nodes[b]!]
    again += await patiently(async () => await ask('link.open', { target: address }))
    again += await patiently(async () => {
      const { channels } = await ask('channel.list', {})
      if (!channels.some((channel) => channel.peer === peer)) await ask('channel.open', { peer, kind: 'trust-line', limit, amount: limit })
    })
  })
  return again
}

/** What a neighbour may answer when all nodes of a machine open their links at once. */
const NOT_YET: ReadonlySet<string> = new Set(['peer-offline', 'timed-out', 'unreachable', 'busy'])

/** Does it, and does it again while the neighbour is not there, as a user would. @returns how often it was done again */
async function patiently (action: () => Promise<unknown>): Promise<number> {
  const endMs = performance.now() + LINKS_MS_MAX
  for (let again = 0; ; again++) {
    try {
      await action()
      return again
    } catch (error) {
      if (!(error instanceof AmikoError) || !NOT_YET.has(error.name) || performance.now() > endMs) throw error
      await delay(TRY_AGAIN_MS)
    }
  }
}

/** Waits until both ends of every link between present nodes have it open and connected, with its line open. */
export async function allLinksUp (network: LiveNetwork): Promise<void> {
  const ends = network.topology.edges.flatMap(([a, b]) => [[a, b], [b, a]] as const)
  let missing: readonly string[] = []
  const isUp = async (): Promise<boolean> => {
    const found = await inParallel(network.nodes, OPENS_AT_ONCE, async (node) => {
      if (node === undefined) return new Set<string>()
      const [{ links }, { channels }] = [await node.ask('link.list', {}), await node.ask('channel.list', {})]
      const open = new Set(channels.filter(({ status }) => status === 'open').map(({ peer }) => peer))
      return new Set(links.filter(({ status, connected, peer }) => status === 'open' && connected && open.has(peer)).map(({ peer }) => peer))
    })
    missing = ends.filter(([a, b]) => network.nodes[a] !== undefined && network.nodes[b] !== undefined && !found[a]!.has(network.nodes[b].peer)).map(([a, b]) => `n${a} to n${b}`)
    return missing.length === 0
  }
  await until(isUp, LINKS_MS_MAX, () => `links that did not come up: ${missing.join(', ')}`)
}

/** What hints say in the whole network at one moment. */
export interface HintsSeen {
  /** Meeting points that nodes serve, each with its node's place. */
  readonly served: ReadonlyMap<string, number>
  /** Nodes that know no way to one of them, and ways that nodes know to one that nobody serves. */
  readonly missing: number
  readonly stale: number
  /** Nodes that know no way to any. */
  readonly lost: number
  /** All known distances together, and those of the shortest ways. */
  readonly hops: number
  readonly hopsShortest: number
}

export async function seeHints (network: LiveNetwork): Promise<HintsSeen> {
  const known = await inParallel(network.nodes, OPENS_AT_ONCE, async (node) => node === undefined ? undefined : (await node.ask('meetingPoint.list', {})).meetingPoints)
  const served = new Map(known.flatMap((list, at) => (list ?? []).filter(({ hosted }) => hosted).map(({ id }) => [id, at] as const)))
  const distances = new Map([...served].map(([id, at]) => [id, distancesFrom(network, at)]))
  let [missing, stale, lost, hops, hopsShortest] = [0, 0, 0, 0, 0]
  for (const [at, list] of known.entries()) {
    if (list === undefined) continue
    const reached = list.filter(({ hosted, hops }) => hosted || hops !== undefined)
    if (reached.length === 0) lost++
    stale += reached.filter(({ id }) => !served.has(id)).length
    missing += served.size - reached.filter(({ id }) => served.has(id)).length
    for (const { id, hosted, hops: said } of reached) {
      if (hosted || !served.has(id)) continue
      hops += said!
      // Hints count the meeting point too: its neighbours say 2.
      hopsShortest += 1 + (distances.get(id)![at] ?? said!)
    }
  }
  return { served, missing, stale, lost, hops, hopsShortest }
}

/**
 * Waits until hints have converged: every node knows a way to every meeting point that a node serves and to no other, and
 * who serves one has not changed since and does not change for {@link SETTLED_MS}.
 *
 * @returns when each node knew a way to at least one, when it became so (performance time), and what was seen
 */
export async function hintsConverged (network: LiveNetwork): Promise<{ readonly usableMs: number, readonly convergedMs: number, readonly seen: HintsSeen }> {
  let usableMs: number | undefined
  let since: { readonly atMs: number, readonly ids: string } | undefined
  let seen: HintsSeen | undefined
  await until(async () => {
    const atMs = performance.now()
    seen = await seeHints(network)
    const whole = seen.served.size > 0 && seen.missing === 0 && seen.stale === 0
    if (seen.served.size > 0 && seen.lost === 0) usableMs ??= atMs
    const ids = [...seen.served.keys()].sort().join()
    if (!whole) since = undefined
    else if (since?.ids !== ids) since = { atMs, ids }
    return since !== undefined && atMs - since.atMs >= SETTLED_MS
  }, HINTS_MS_MAX, () => `hints did not converge: ${seen?.served.size ?? 0} meeting points, ${seen?.missing ?? 0} ways missing, ${seen?.stale ?? 0} stale, ${seen?.lost ?? 0} nodes without any`)
  return { usableMs: usableMs!, convergedMs: since!.atMs, seen: seen! }
}

/** Looks until it is so. Throws with what is wrong when the time is over. */
export async function until (isSo: () => Promise<boolean>, limitMs: number, wrong: () => string): Promise<void> {
  const endMs = performance.now() + limitMs
  while (!await isSo()) {
    if (performance.now() > endMs) throw new Error(`${wrong()}, after ${Math.round(limitMs / 1_000)} s`)
    await delay(LOOK_MS)
  }
}

/** Shortest ways over present nodes. */
function distancesFrom ({ topology, nodes }: LiveNetwork, from: number): ReadonlyArray<number | undefined> {
  const neighbours = topology.edges.reduce<number[][]>((lists, [a, b]) => {
    if (nodes[a] === undefined || nodes[b] === undefined) return lists
    lists[a]!.push(b)
    lists[b]!.push(a)
    return lists
  }, nodes.map(() => []))
  const distances: Array<number | undefined> = nodes.map(() => undefined)
  distances[from] = 0
  for (let front = [from]; front.length > 0;) {
    const next: number[] = []
    for (const at of front) {
      for (const near of neighbours[at]!) {
        if (distances[near] !== undefined) continue
        distances[near] = distances[at]! + 1
        next.push(near)
      }
    }
    front = next
  }
  return distances
}

// Below the range from which systems take ports of outgoing connections.
const PORTS_FROM = 10_000
const PORTS_TO = 32_000

async function freePorts (count: number, random: Random): Promise<readonly number[]> {
  const found: number[] = []
  // Not from the seed alone: two runs of one seed may be under way on one machine.
  const first = PORTS_FROM + (random.below(PORTS_TO - PORTS_FROM) + process.pid) % (PORTS_TO - PORTS_FROM)
  for (let tried = 0; found.length < count && tried < PORTS_TO - PORTS_FROM; tried++) {
    const port = PORTS_FROM + (first - PORTS_FROM + tried) % (PORTS_TO - PORTS_FROM)
    if (await isFree(port)) found.push(port)
  }
  return found
}

const isFree = async (port: number): Promise<boolean> => await new Promise((resolve) => {
  const server = createServer()
  server.once('error', () => { resolve(false) })
  server.listen(port, '127.0.0.1', () => { server.close(() => { resolve(true) }) })
})
