import type { Units } from '../../src/core/base/money.js'
import type { World } from '../harness/world.js'

/** Value that can flow from one node to its neighbour now, over all usable channels: the most of one channel. */
function spendable (world: World, from: number, to: number): bigint {
  let most = 0n
  const peer = world.nodes[to]!.peer
  for (const channel of world.nodes[from]!.view.channels()) {
    if (channel.peer === peer && channel.status === 'open' && channel.spendable > most) most = channel.spendable
  }
  return most
}

/** Whether a single way exists on which every channel carries the amount. */
function flows (world: World, from: number, to: number, amount: bigint, honestOnly: boolean): boolean {
  const seen = new Set([from])
  const front = [from]
  for (let at = front.pop(); at !== undefined; at = front.pop()) {
    if (at === to) return true
    for (const { index } of world.nodes) {
      if (seen.has(index) || (honestOnly && !world.isHonest(index)) || spendable(world, at, index) < amount) continue
      seen.add(index)
      front.push(index)
    }
  }
  return false
}

/**
 * Whether a payment over a meeting point has a way: both halves may share channels, so each must carry it twice.
 */
export const feasible = (world: World, payer: number, meetingPoint: number, payee: number, amount: Units, honestOnly = false): boolean =>
  flows(world, payer, meetingPoint, 2n * amount, honestOnly) && flows(world, meetingPoint, payee, 2n * amount, honestOnly)
