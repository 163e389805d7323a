import type { ParsedTransaction } from './parsed-transaction.js'
import type { Pool, PoolEntry } from './pool.js'

/** The version that asks for the rules below. @see BIP 431 */
const TRUC_VERSION = 3
const TRUC_VSIZE_MAX = 10_000
const TRUC_CHILD_VSIZE_MAX = 1_000
const VIOLATION = 'TRUC-violation'

export const isTruc = (tx: ParsedTransaction): boolean => tx.version === TRUC_VERSION

/**
 * Version 3 goes with version 3 only, in groups of one parent and one child of bounded sizes.
 *
 * @param conflicts - what it would replace; a sibling that may be evicted is added
 * @returns the reason of a refusal
 */
export function checkTruc (tx: ParsedTransaction, pool: Pool, conflicts: Set<PoolEntry>): string | undefined {
  const ancestors = pool.ancestorsOf(tx)
  for (const ancestor of ancestors) if (isTruc(ancestor.tx) !== isTruc(tx)) return VIOLATION
  if (!isTruc(tx)) return undefined
  if (tx.vsize > TRUC_VSIZE_MAX || ancestors.size > 1) return VIOLATION
  const [parent] = ancestors
  if (parent === undefined) return undefined
  if (tx.vsize > TRUC_CHILD_VSIZE_MAX) return VIOLATION
  for (const sibling of pool.descendantsOf(parent.tx)) {
    if (conflicts.has(sibling)) continue
    // A second child may take the place of the first, when it pays for it as a replacement does.
    if (pool.ancestorsOf(sibling.tx).size !== 1 || pool.descendantsOf(sibling.tx).size > 0) return VIOLATION
    conflicts.add(sibling)
  }
  return undefined
}

/** The same rules for a parent and a child that come together. */
export function checkTrucPackage (parent: ParsedTransaction, child: ParsedTransaction, pool: Pool): string | undefined {
  if (isTruc(parent) !== isTruc(child)) return VIOLATION
  for (const ancestor of [...pool.ancestorsOf(parent), ...pool.ancestorsOf(child)]) if (isTruc(ancestor.tx) !== isTruc(child)) return VIOLATION
  if (!isTruc(child)) return undefined
  if (parent.vsize > TRUC_VSIZE_MAX || child.vsize > TRUC_CHILD_VSIZE_MAX) return VIOLATION
  return pool.ancestorsOf(parent).size > 0 || pool.ancestorsOf(child).size > 0 ? VIOLATION : undefined
}
