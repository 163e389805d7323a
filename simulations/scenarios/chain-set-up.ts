import type { ChannelId } from '../../src/core/base/ids.js'
import { allOf, hintsSpread } from '../harness/set-up.js'
import { sat, type World } from '../harness/world.js'
import type { ChainPlan } from './chain-plan.js'

/** Confirmations that the nodes of these worlds want. */
export const CONFIRMATIONS = 3
/** What the opener of an enforced channel puts in, and what of it is the peer's at once. */
export const OPENED_SAT = 400_000
export const PUSHED_SAT = 150_000
/** How much each end of a trust line may owe the other. */
const LIMIT_SAT = 300_000
/** Coins that each wallet is given, and how much is in each. */
const COINS = 4
const COIN_SAT = 600_000n
/** Largest channel that the nodes accept. */
const ACCEPTED_SAT = 100_000_000

/** Satoshis that the faucet gave to each node. */
export const FUNDED_SAT = BigInt(COINS) * COIN_SAT

/** The channels of the topology's edges, in their order. */
export interface ChainBuilt { readonly channels: readonly ChannelId[] }

/**
 * Starts all nodes, gives coins to their wallets, opens a channel on each edge of the topology, waits for the
 * confirmations, and until the hints of the meeting points have spread. Throws when a request is refused.
 */
export async function setUpOnChain (world: World, { topology, kinds }: Pick<ChainPlan, 'topology' | 'kinds'>): Promise<ChainBuilt> {
  const chain = world.chain!
  await world.start()
  const rules = [{ kind: 'chain', asset: world.asset, limit: sat(ACCEPTED_SAT) }, { kind: 'trust-line', asset: world.asset, limit: sat(LIMIT_SAT) }] as const
  await allOf(world, world.nodes.map((_, index) => world.request(index, { type: 'link.set', peer: 'default', accept: rules, fee: undefined })))
  await allOf(world, topology.edges.map(([a, b]) => world.request(a, { type: 'link.open', peer: world.nodes[b]!.peer, addresses: [`/memory/${b}`], accept: rules })))
  for (const { index } of world.nodes) {
    for (let coin = 0; coin < COINS; coin++) {
      const { address } = await world.ask(index, { type: 'wallet.address', chain: 'bitcoin' }) as { address: string }
      chain.fund(address, COIN_SAT)
    }
  }
  chain.mine(1)
  await world.run(1_000)
  const opened = await allOf(world, topology.edges.map(([a, b], index) => {
    const [peer, kind] = [world.nodes[b]!.peer, kinds[index]!]
    return world.request(a, kind === 'trust-line'
      ? { type: 'channel.open', peer, kind, asset: world.asset, limit: sat(LIMIT_SAT), amount: sat(LIMIT_SAT) }
      : { type: 'channel.open', peer, kind: 'chain', asset: world.asset, amount: sat(OPENED_SAT), push: sat(PUSHED_SAT), format: kind })
  }))
  // The funding transactions are on their way.
  await world.run(1_000)
  for (let block = 0; block < CONFIRMATIONS; block++) {
    chain.mine(1)
    await world.run(1_000)
  }
  await allOf(world, topology.meetingPoints.map((index) => world.request(index, { type: 'meetingPoint.host' })))
  await hintsSpread(world, topology)
  return { channels: opened.map((answer) => (answer as { channelId: ChannelId }).channelId) }
}
