import type { ChannelId } from '../../src/core/base/ids.js'
import type { Units } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import type { FeePolicy } from '../../src/core/link/rules.js'
import { distance, type Topology } from '../topologies/topologies.js'
import { plainText, type Asked, type SimulatedNode } from './simulated-node.js'
import { sat, type World } from './world.js'

/** Virtual time within which a network must be ready. */
export const SET_UP_MS_MAX = 60_000
/** How often the harness looks whether hints have spread. */
const LOOK_EVERY_MS = 100

export interface SetUpOptions {
  /** How much each end of a link may owe the other. */
  readonly limit?: Units
  readonly fee?: FeePolicy
  /** False: does not wait until hints have reached every node. */
  readonly spread?: boolean
}

/** Who shares which channel, for checkers. */
export interface Built {
  readonly topology: Topology
  readonly channels: ReadonlyArray<{ readonly a: number, readonly b: number, readonly channelId: ChannelId }>
}

/**
 * Starts all nodes of a world, opens the links of the topology with a trust line on each, hosts the meeting points,
 * and runs until their hints have reached every node that can be reached. Throws when a request is refused:
 * a scenario without a network says nothing.
 */
export async function setUp (world: World, topology: Topology, options: SetUpOptions = {}): Promise<Built> {
  const limit = options.limit ?? sat(1_000)
  await world.start()
  const rules = [{ kind: 'trust-line', asset: world.asset, limit }] as const
  await allOf(world, world.nodes.map((_, index) => world.request(index, { type: 'link.set', peer: 'default', accept: rules, fee: options.fee })))
  await allOf(world, topology.edges.map(([a, b]) => world.request(a, { type: 'link.open', peer: world.nodes[b]!.peer, addresses: [`/memory/${b}`], accept: rules })))
  const opened = await allOf(world, topology.edges.map(([a, b]) =>
    world.request(a, { type: 'channel.open', peer: world.nodes[b]!.peer, kind: 'trust-line', asset: world.asset, limit, amount: limit })))
  await allOf(world, topology.meetingPoints.map((index) => world.request(index, { type: 'meetingPoint.host' })))
  if (options.spread !== false) await hintsSpread(world, topology)
  return {
    topology,
    channels: topology.edges.map(([a, b], index) => ({ a, b, channelId: (opened[index] as { channelId: ChannelId }).channelId }))
  }
}

/** Runs until every node has a distance to each meeting point that a way leads to. */
export async function hintsSpread (world: World, topology: Topology): Promise<void> {
  const wanted = world.nodes.map((_, index) => topology.meetingPoints.filter((host) => distance(topology, index, host) !== undefined).length)
  const knows = (node: SimulatedNode): boolean =>
    node.isUp && node.view.meetingPoints().filter(({ hosted, hops }) => hosted || hops !== undefined).length >= wanted[node.index]!
  let waiting = world.nodes
  for (let waited = 0; waited < SET_UP_MS_MAX; waited += LOOK_EVERY_MS) {
    waiting = waiting.filter((node) => !knows(node))
    if (waiting.length === 0) return
    await world.run(LOOK_EVERY_MS)
  }
  throw new Error(`hints did not reach every node within ${SET_UP_MS_MAX} ms: ${world.nodes.map((node) => `${node.name} ${plainText(node.view.meetingPoints())}`).join('; ')}`)
}

/** Runs until all requests are answered; gives the answers. Throws at a refusal. */
export async function allOf (world: World, asked: readonly Asked[]): Promise<readonly unknown[]> {
  const answered = await world.run(SET_UP_MS_MAX, () => asked.every(({ answers }) => answers.length > 0))
  const open = asked.find(({ answers }) => answers.length === 0)
  if (!answered) throw new Error(`set-up: ${open?.node.name} got no answer to ${open?.request.type} within ${SET_UP_MS_MAX} ms`)
  return asked.map(({ node, request, answers: [result] }) => {
    if (isRefusal(result)) throw new Error(`set-up: ${request.type} of ${node.name} was refused: ${plainText(result)}`)
    return result
  })
}
