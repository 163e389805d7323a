import type { Coin } from './coins.js'
import type { ParsedTransaction } from './parsed-transaction.js'

/** A transaction that waits for a block. */
export interface PoolEntry {
  readonly tx: ParsedTransaction
  readonly feeSat: bigint
}

/** Unconfirmed transactions and how they hang together; it knows no rules. Parents stand before their children. */
export interface Pool {
  readonly entries: ReadonlyMap<string, PoolEntry>
  add: (entry: PoolEntry) => void
  /** Takes a transaction and everything that hangs on it out. @returns what was taken out */
  removeWithDescendants: (txid: string) => readonly PoolEntry[]
  /** Takes one out that was confirmed; its children stay. */
  removeConfirmed: (txid: string) => void
  clear: () => void
  /** The transaction that spends an outpoint. */
  spenderOf: (key: string) => PoolEntry | undefined
  /** The transactions it spends outputs of, directly. */
  parentsOf: (tx: ParsedTransaction) => readonly PoolEntry[]
  childrenOf: (tx: ParsedTransaction) => readonly PoolEntry[]
  ancestorsOf: (tx: ParsedTransaction) => ReadonlySet<PoolEntry>
  /** Without itself. */
  descendantsOf: (tx: ParsedTransaction) => ReadonlySet<PoolEntry>
  coin: (key: string) => Coin | undefined
}

/** @param coinAt - makes a coin of an unconfirmed output */
export function pool (coinsOf: (tx: ParsedTransaction) => ReadonlyArray<readonly [string, Coin]>): Pool {
  const entries = new Map<string, PoolEntry>()
  const spenders = new Map<string, PoolEntry>()
  const coins = new Map<string, Coin>()

  const drop = (entry: PoolEntry): void => {
    entries.delete(entry.tx.txid)
    for (const { key } of entry.tx.inputs) spenders.delete(key)
    for (const [key] of coinsOf(entry.tx)) coins.delete(key)
  }
  const parentsOf = (tx: ParsedTransaction): readonly PoolEntry[] => unique(tx.inputs.map(({ txid }) => entries.get(txid)))
  const childrenOf = (tx: ParsedTransaction): readonly PoolEntry[] => unique(tx.outputs.map((_output, vout) => spenders.get(`${tx.txid}:${vout}`)))
  const closure = (tx: ParsedTransaction, next: (tx: ParsedTransaction) => readonly PoolEntry[]): ReadonlySet<PoolEntry> => {
    const found = new Set<PoolEntry>()
    const open = [...next(tx)]
    for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
      if (found.has(entry)) continue
      found.add(entry)
      open.push(...next(entry.tx))
    }
    return found
  }
  return {
    entries,
    add: (entry) => {
      entries.set(entry.tx.txid, entry)
      for (const { key } of entry.tx.inputs) spenders.set(key, entry)
      for (const [key, coin] of coinsOf(entry.tx)) coins.set(key, coin)
    },
    removeWithDescendants: (txid) => {
      const entry = entries.get(txid)
      if (entry === undefined) return []
      const gone = [entry, ...closure(entry.tx, childrenOf)]
      gone.forEach(drop)
      return gone
    },
    removeConfirmed: (txid) => {
      const entry = entries.get(txid)
      if (entry !== undefined) drop(entry)
    },
    clear: () => { entries.clear(); spenders.clear(); coins.clear() },
    spenderOf: (key) => spenders.get(key),
    parentsOf,
    childrenOf,
    ancestorsOf: (tx) => closure(tx, parentsOf),
    descendantsOf: (tx) => closure(tx, childrenOf),
    coin: (key) => coins.get(key)
  }
}

const unique = (found: ReadonlyArray<PoolEntry | undefined>): readonly PoolEntry[] => [...new Set(found.filter((entry) => entry !== undefined))]
