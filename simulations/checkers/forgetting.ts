import type { Violation, World } from '../harness/world.js'

/** What one node's store holds: its keys, and the bytes of all values. */
export interface Stored { readonly keys: ReadonlySet<string>, readonly valueBytes: number }

/** Bytes by which the values of a store may differ from before: numbers in them may have grown by a digit. */
export const VALUE_BYTES_TOLERANCE = 64

export function storedOf (world: World): readonly Stored[] {
  return world.nodes.map(({ disk }) => {
    let valueBytes = 0
    for (const value of disk.entries.values()) valueBytes += value.length
    return { keys: new Set(disk.entries.keys()), valueBytes }
  })
}

/**
 * Forgetting (I31): the store of a node that was on the way of payments holds what it held before them.
 *
 * @param name - of the node, for the report
 */
export function checkForgetting (name: string, before: Stored, after: Stored): readonly Violation[] {
  const violations: Violation[] = []
  for (const key of after.keys) if (!before.keys.has(key)) violations.push({ invariant: 'I31', detail: `${name} still stores ${key}` })
  for (const key of before.keys) if (!after.keys.has(key)) violations.push({ invariant: 'I31', detail: `${name} no longer stores ${key}` })
  if (violations.length === 0 && Math.abs(after.valueBytes - before.valueBytes) > VALUE_BYTES_TOLERANCE) {
    violations.push({ invariant: 'I31', detail: `${name} stores ${after.valueBytes} bytes, before ${before.valueBytes}` })
  }
  return violations
}

/** Nothing of a payment is left anywhere when all have ended (K4): no route, lock, reservation, timer, token or message. */
export function checkLeftovers (name: string, leftovers: Readonly<Record<string, number>>): readonly Violation[] {
  return Object.entries(leftovers).filter(([, count]) => count !== 0).map(([what, count]) => ({ invariant: 'I31', detail: `${name} has ${count} ${what} left` }))
}
