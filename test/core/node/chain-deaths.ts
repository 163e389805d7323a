import assert from 'node:assert/strict'
import { OPENING_PATIENCE_MS } from '../../../src/core/node/limits.js'
import { CONFIRMATIONS, type ChainNodes, type CrashPlace, type TestNode } from './chain-nodes.js'

/** Batches of either end between the request and the channel that is ready, and a few more. */
const OPENING_BATCHES_MAX = 50

/**
 * Opens a channel again and again in worlds of their own; one end dies at its first batch, at its second, and so on
 * until it no longer comes to that batch. The others go on, and the chain too; then the dead one comes back.
 *
 * @param open - asks for the channel, confirmed or not
 * @param judge - what became of it when all had time
 * @returns how often it came out so
 */
export function dyingWhileOpening<E extends { readonly world: ChainNodes }, V extends string> (make: () => E, victimOf: (all: E) => TestNode, place: CrashPlace, open: (all: E) => void, judge: (all: E) => V): Readonly<Partial<Record<V, number>>> {
  const ends: Partial<Record<V, number>> = {}
  let crashed = true
  for (let batch = 1; crashed; batch++) {
    assert.ok(batch <= OPENING_BATCHES_MAX, 'the opening comes to an end')
    const all = make()
    const { world } = all
    const victim = victimOf(all)
    victim.crashAt(batch, place)
    open(all)
    world.settle()
    for (let i = 0; i < CONFIRMATIONS && victim.isUp; i++) world.mine(1)
    crashed = !victim.isUp
    victim.spare()
    world.mine(1)
    if (crashed) world.revive(victim)
    world.clock.advance(OPENING_PATIENCE_MS + 1_000)
    world.mine(CONFIRMATIONS + 2)
    const end = judge(all)
    ends[end] = (ends[end] ?? 0) + 1
  }
  return ends
}

/** The node comes back with what it had stored at some earlier time, as from a copy of its folder. */
export function revertTo (node: TestNode, disk: ReadonlyMap<string, Uint8Array>): void {
  node.crash()
  node.disk.clear()
  for (const [key, value] of disk) node.disk.set(key, value)
}
