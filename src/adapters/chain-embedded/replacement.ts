import { feeAt } from './rules.js'
import type { ParsedTransaction } from './parsed-transaction.js'
import type { Pool, PoolEntry } from './pool.js'

/** What a replacement pays for its own bytes, beyond what it replaces. */
const INCREMENTAL_SAT_PER_KVB = 1_000n
const REPLACED_MAX = 100

/** Whether the first pays a higher rate than the second, without a division. */
const paysMore = (feeSat: bigint, vsize: number, other: PoolEntry): boolean => feeSat * BigInt(other.tx.vsize) > other.feeSat * BigInt(vsize)

/** Everything that leaves with what is replaced. */
export function evictedWith (conflicts: Iterable<PoolEntry>, pool: Pool): ReadonlySet<PoolEntry> {
  const evicted = new Set<PoolEntry>()
  for (const conflict of conflicts) {
    evicted.add(conflict)
    for (const descendant of pool.descendantsOf(conflict.tx)) evicted.add(descendant)
  }
  return evicted
}

/** The rules of BIP 125 as version 29 keeps them, without the signal. @returns the reason of a refusal */
export function checkReplacement (tx: ParsedTransaction, feeSat: bigint, conflicts: ReadonlySet<PoolEntry>, pool: Pool, allowed: boolean): string | undefined {
  if (conflicts.size === 0) return undefined
  if (!allowed) return 'txn-mempool-conflict'
  for (const ancestor of pool.ancestorsOf(tx)) if (conflicts.has(ancestor)) return 'bad-txns-spends-conflicting-tx'
  for (const conflict of conflicts) if (!paysMore(feeSat, tx.vsize, conflict)) return 'insufficient fee'
  const evicted = evictedWith(conflicts, pool)
  if (evicted.size > REPLACED_MAX) return 'too many potential replacements'
  const known = new Set([...conflicts].flatMap((conflict) => pool.parentsOf(conflict.tx)))
  for (const parent of pool.parentsOf(tx)) if (!known.has(parent)) return 'replacement-adds-unconfirmed'
  return paysFor(feeSat, tx.vsize, evicted) ? undefined : 'insufficient fee'
}

/** A parent and child that together replace what the parent, or the child, conflicts with. */
export function checkPackageReplacement (parent: PoolEntry, child: PoolEntry, conflicts: ReadonlySet<PoolEntry>, pool: Pool): string | undefined {
  if (conflicts.size === 0) return undefined
  if (pool.ancestorsOf(parent.tx).size > 0 || pool.ancestorsOf(child.tx).size > 0) return 'package RBF failed: new transaction cannot have mempool ancestors'
  const evicted = evictedWith(conflicts, pool)
  if (evicted.size > REPLACED_MAX) return 'package RBF failed: too many potential replacements'
  for (const { tx } of conflicts) if (pool.ancestorsOf(tx).size + pool.descendantsOf(tx).size > 1) return 'package RBF failed: the replaced cluster is larger than two'
  const [feeSat, vsize] = [parent.feeSat + child.feeSat, parent.tx.vsize + child.tx.vsize]
  if (!paysFor(feeSat, vsize, evicted)) return 'package RBF failed: insufficient fee'
  if (!paysMore(feeSat, vsize, parent)) return 'package RBF failed: package feerate is less than or equal to parent feerate'
  for (const entry of evicted) if (!paysMore(feeSat, vsize, entry)) return 'package RBF failed: insufficient fee rate'
  return undefined
}

function paysFor (feeSat: bigint, vsize: number, evicted: ReadonlySet<PoolEntry>): boolean {
  let replacedSat = 0n
  for (const entry of evicted) replacedSat += entry.feeSat
  return feeSat - replacedSat >= feeAt(INCREMENTAL_SAT_PER_KVB, vsize)
}
