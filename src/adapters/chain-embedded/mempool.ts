import type { ChainParameters } from '../../ports/chain-parameters.js'
import { MEMPOOL_HEIGHT, coinsOf, type Coin, type CoinView } from './coins.js'
import { verifyScripts } from './interpreter.js'
import { pool as createPool, type Pool, type PoolEntry } from './pool.js'
import { checkPackageReplacement, checkReplacement, evictedWith } from './replacement.js'
import { checkAmounts, checkFinal, checkSequences, checkShape, checkStandard, checkStandardInputs, feeAt, isDust, policyOf, type LockContext } from './rules.js'
import { checkTruc, checkTrucPackage } from './truc.js'
import type { ParsedTransaction } from './parsed-transaction.js'

const CHAIN_COUNT_MAX = 25
const CHAIN_VSIZE_MAX = 101_000
/** Scripts of so many transactions are remembered as good, so that a reorganisation does not judge them again. */
const JUDGED_MAX = 50_000

/** @property text - the reason in the words of Bitcoin Core, without the word it shares with forwarders */
export type MempoolVerdict =
  | { readonly status: 'accepted', readonly txid: string, readonly replaced: readonly PoolEntry[] }
  | { readonly status: 'known', readonly txid: string }
  | { readonly status: 'rejected', readonly txid: string, readonly text: string }

export interface Mempool {
  readonly pool: Pool
  accept: (tx: ParsedTransaction, options?: AcceptOptions) => MempoolVerdict
  /** One parent and one child. */
  acceptPackage: (txs: readonly ParsedTransaction[]) => readonly MempoolVerdict[]
}

export interface AcceptOptions {
  /** Nothing changes. */
  readonly test?: boolean
  /**
   * What comes back: of a block that left the chain, the fee is not asked for again; of the mempool itself, which stays
   * as it is while blocks leave the chain, neither are its fee and its place among the others.
   */
  readonly returning?: 'block' | 'mempool'
}

export interface MempoolWorld {
  readonly parameters: ChainParameters
  /** Coins of the chain. */
  readonly coin: CoinView
  readonly locks: () => LockContext
}

interface Judged extends PoolEntry {
  readonly coins: readonly Coin[]
  readonly conflicts: Set<PoolEntry>
}

/** Reasons that a package may mend. */
const MENDABLE = new Set(['min fee not met', 'missing-inputs'])
const FEE_NOT_MET = 'min fee not met'

/** The rules by which an unconfirmed transaction is accepted, in the order of Bitcoin Core so that the reasons are the same. */
export function mempool ({ parameters, coin: chainCoin, locks }: MempoolWorld): Mempool {
  const policy = policyOf(parameters)
  const pool = createPool((tx) => coinsOf(tx, MEMPOOL_HEIGHT))
  const goodScripts = new Set<string>()

  const scriptsHold = (tx: ParsedTransaction, coins: readonly Coin[]): string | undefined => {
    if (goodScripts.has(tx.wtxid)) return undefined
    const failure = verifyScripts(tx, coins)
    if (failure !== undefined) return `mandatory-script-verify-flag-failed (${failure})`
    if (goodScripts.size >= JUDGED_MAX) goodScripts.clear()
    goodScripts.add(tx.wtxid)
    return undefined
  }

  /** Everything before fees, replacement and scripts. @param parent - the parent that comes in the same package */
  const judge = (tx: ParsedTransaction, parent?: ParsedTransaction): Judged | string => {
    const context = locks()
    const early = checkShape(tx, parameters) ?? checkStandard(tx, parameters) ?? checkFinal(tx, context)
    if (early !== undefined) return early
    const inPackage = new Map(parent === undefined ? [] : coinsOf(parent, MEMPOOL_HEIGHT))
    const coins: Coin[] = []
    const conflicts = new Set<PoolEntry>()
    for (const { key } of tx.inputs) {
      const spender = pool.spenderOf(key)
      if (spender !== undefined) conflicts.add(spender)
      const coin = chainCoin(key) ?? pool.coin(key) ?? inPackage.get(key)
      if (coin === undefined) return tx.outputs.some((_output, vout) => chainCoin(`${tx.txid}:${vout}`) !== undefined) ? 'txn-already-known' : 'missing-inputs'
      coins.push(coin)
    }
    const sequences = checkSequences(tx, coins, context)
    if (sequences !== undefined) return sequences
    const fee = checkAmounts(tx, coins, context.nextHeight, parameters)
    if (typeof fee === 'string') return fee
    const standard = checkStandardInputs(tx, coins)
    if (standard !== undefined) return standard
    // A dust output must be worth nobody's while to mine alone.
    if (fee > 0n && tx.outputs.some((output) => isDust(output, parameters))) return 'dust, tx with dust output must be 0-fee'
    return { tx, feeSat: fee, coins, conflicts }
  }

  /** Whoever spends an unconfirmed parent must spend its dust with it. */
  const leavesDust = (tx: ParsedTransaction, parents: readonly ParsedTransaction[]): boolean => {
    const spent = new Set(tx.inputs.map(({ key }) => key))
    return parents.some((parent) => parent.outputs.some((output, vout) => isDust(output, parameters) && !spent.has(`${parent.txid}:${vout}`)))
  }

  const chainTooLong = (tx: ParsedTransaction, without: ReadonlySet<PoolEntry>): boolean => {
    const ancestors = [...pool.ancestorsOf(tx)]
    const size = (entries: readonly PoolEntry[]): number => entries.reduce((sum, entry) => sum + entry.tx.vsize, tx.vsize)
    if (ancestors.length + 1 > CHAIN_COUNT_MAX || size(ancestors) > CHAIN_VSIZE_MAX) return true
    return ancestors.some((ancestor) => {
      const descendants = [...pool.descendantsOf(ancestor.tx)].filter((entry) => !without.has(entry))
      return descendants.length + 2 > CHAIN_COUNT_MAX || size([ancestor, ...descendants]) > CHAIN_VSIZE_MAX
    })
  }

  const evict = (conflicts: ReadonlySet<PoolEntry>): readonly PoolEntry[] => {
    const evicted = [...evictedWith(conflicts, pool)]
    for (const { tx } of evicted) pool.removeWithDescendants(tx.txid)
    return evicted
  }

  const refusalOf = (judged: Judged, { returning }: AcceptOptions): string | undefined => {
    const { tx, feeSat, coins, conflicts } = judged
    const isKept = returning === 'mempool'
    if (isKept && conflicts.size > 0) return 'txn-mempool-conflict'
    if (returning === undefined && feeSat < feeAt(parameters.minFeeSatPerKvb, tx.vsize)) return FEE_NOT_MET
    // Several children of one parent may have confirmed; when the block is gone, only one of them waits again.
    const truc = policy.truc && !isKept ? checkTruc(tx, pool, conflicts) : undefined
    if (truc !== undefined) return truc
    const replacement = checkReplacement(tx, feeSat, conflicts, pool, policy.replacement)
    if (replacement !== undefined) return replacement
    if (chainTooLong(tx, evictedWith(conflicts, pool))) return 'too-long-mempool-chain'
    if (!isKept && leavesDust(tx, pool.parentsOf(tx).map((entry) => entry.tx))) return 'missing-ephemeral-spends'
    return scriptsHold(tx, coins)
  }

  const accept = (tx: ParsedTransaction, options: AcceptOptions = {}): MempoolVerdict => {
    const { txid } = tx
    const present = pool.entries.get(txid)
    if (present !== undefined) return { status: 'known', txid }
    const judged = judge(tx)
    const text = typeof judged === 'string' ? judged : refusalOf(judged, options)
    if (text !== undefined || typeof judged === 'string') return text === 'txn-already-known' ? { status: 'known', txid } : { status: 'rejected', txid, text: text! }
    if (options.test === true) return { status: 'accepted', txid, replaced: [] }
    const replaced = evict(judged.conflicts)
    pool.add({ tx, feeSat: judged.feeSat })
    return { status: 'accepted', txid, replaced }
  }

  /** Both or none. @returns the reason for each of them, or what they replaced */
  const together = (parentTx: ParsedTransaction, childTx: ParsedTransaction): readonly [parent: string, child: string] | { readonly replaced: readonly PoolEntry[] } => {
    const parent = judge(parentTx)
    if (typeof parent === 'string') return [parent, 'missing-inputs']
    const child = judge(childTx, parentTx)
    // A parent whose child fails is what it was alone: too cheap.
    if (typeof child === 'string') return [FEE_NOT_MET, child]
    if (parent.feeSat + child.feeSat < feeAt(parameters.minFeeSatPerKvb, parentTx.vsize + childTx.vsize)) return [FEE_NOT_MET, FEE_NOT_MET]
    const conflicts = new Set([...parent.conflicts, ...child.conflicts])
    const failure = checkTrucPackage(parentTx, childTx, pool) ?? checkPackageReplacement(parent, child, conflicts, pool) ??
      (chainTooLong(parentTx, conflicts) || chainTooLong(childTx, conflicts) ? 'package-mempool-limits' : undefined)
    if (failure !== undefined) return [failure, failure]
    const parentScripts = scriptsHold(parentTx, parent.coins)
    if (parentScripts !== undefined) return [parentScripts, 'missing-inputs']
    if (leavesDust(childTx, [parentTx, ...pool.parentsOf(childTx).map(({ tx }) => tx)])) return ['unspent-dust', 'unspent-dust']
    const childFailure = scriptsHold(childTx, child.coins)
    if (childFailure !== undefined) return [FEE_NOT_MET, childFailure]
    const replaced = evict(conflicts)
    pool.add({ tx: parentTx, feeSat: parent.feeSat })
    pool.add({ tx: childTx, feeSat: child.feeSat })
    return { replaced }
  }

  const acceptPackage = (txs: readonly ParsedTransaction[]): readonly MempoolVerdict[] => {
    const rejected = (text: string): readonly MempoolVerdict[] => txs.map(({ txid }) => ({ status: 'rejected', txid, text }))
    const [parent, child] = txs
    if (!policy.packages) return rejected('package: this chain takes none')
    if (parent === undefined || child === undefined || txs.length !== 2 || !child.inputs.some(({ txid }) => txid === parent.txid)) return rejected('package-not-child-with-unconfirmed-parents')
    const spent = new Set(parent.inputs.map(({ key }) => key))
    if (child.inputs.some(({ key }) => spent.has(key))) return rejected('conflict-in-package')
    // Each alone first: only what alone is too cheap, or hangs on it, is judged as a package.
    const first = accept(parent)
    if (first.status === 'rejected' && !MENDABLE.has(first.text)) return [first, { status: 'rejected', txid: child.txid, text: 'missing-inputs' }]
    if (first.status !== 'rejected') return [first, accept(child)]
    const outcome = together(parent, child)
    if (!('replaced' in outcome)) return txs.map(({ txid }, i) => ({ status: 'rejected', txid, text: outcome[i]! }))
    return [{ status: 'accepted', txid: parent.txid, replaced: outcome.replaced }, { status: 'accepted', txid: child.txid, replaced: [] }]
  }

  return { pool, accept, acceptPackage }
}
