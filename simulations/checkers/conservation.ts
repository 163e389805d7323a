import type { AssetId } from '../../src/core/base/ids.js'
import type { World, Violation } from '../harness/world.js'

/** What each node is worth in one asset over all its channels: what others owe it less what it owes them. */
export type Wealth = readonly bigint[]

/** Value that moved for a payment known to have been made. */
export interface Movement { readonly payer: number, readonly payee: number, readonly amount: bigint, readonly fee: bigint }

/** Reads the wealth of every node. All must be up, and no lock may be live. */
export function wealthOf (world: World, asset: AssetId = world.asset): Wealth {
  return world.nodes.map((node) => {
    let sum = 0n
    for (const channel of node.view.rawChannels()) {
      if (channel.asset !== asset || channel.state.kind !== 'trust-line') continue
      sum += channel.state.owedToUs
      // No round takes a lock out of a failed channel: who holds its secret has the claim, and the signed state proves it.
      if (channel.status !== 'failed') continue
      for (const { offeredBy, secret, terms } of node.view.locksOf(channel.id)) if (secret !== undefined) sum += offeredBy === 'remote' ? terms.amount : -terms.amount
    }
    return sum
  })
}

/**
 * Conservation when quiet: value changes hands only as payments and fees say.
 *
 * - I2: the sum over all nodes is what it was; a trust line makes and loses nothing. Only where all keep to the protocol.
 * - I3: no honest node has less than before, after its own payments and the fees it agreed to.
 *
 * @param isHonest - whether a node kept to the protocol; the others may have given value away
 */
export function checkConservation (before: Wealth, after: Wealth, movements: readonly Movement[], isHonest: (index: number) => boolean): readonly Violation[] {
  const violations: Violation[] = []
  const sum = (wealth: Wealth): bigint => wealth.reduce((total, value) => total + value, 0n)
  const allHonest = after.every((_, index) => isHonest(index))
  // The two ends of a channel that a dishonest node broke may see it one round apart; the honest end must not lose by it.
  if (allHonest && sum(before) !== sum(after)) violations.push({ invariant: 'I2', detail: `the sum over all nodes went from ${sum(before)} to ${sum(after)}` })
  let fees = 0n
  const expected = [...before]
  for (const { payer, payee, amount, fee } of movements) {
    expected[payer]! -= amount + fee
    expected[payee]! += amount
    fees += fee
  }
  let earned = 0n
  after.forEach((value, index) => {
    const gain = value - expected[index]!
    earned += gain
    if (gain < 0n && isHonest(index)) violations.push({ invariant: 'I3', detail: `n${index} lost ${-gain}: it had ${before[index]}, should have ${expected[index]}, has ${value}` })
  })
  if (allHonest && earned !== fees) violations.push({ invariant: 'I2', detail: `nodes gained ${earned} beyond their payments, but the fees paid are ${fees}` })
  return violations
}
