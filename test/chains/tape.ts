import type { ChainControl } from '../../src/adapters/chain-embedded/embedded-chain.js'
import type { MempoolVerdict } from '../../src/adapters/chain-embedded/mempool.js'
import type { ParsedTransaction } from '../../src/adapters/chain-embedded/parsed-transaction.js'

/** One thing that was done to an embedded chain, with what came of it. */
export type TapeStep =
  /** A block: its transactions, the coinbase first. */
  | { readonly type: 'block', readonly height: number, readonly transactions: readonly ParsedTransaction[] }
  /** So many blocks left the chain. */
  | { readonly type: 'disconnected', readonly depth: number }
  /** Transactions were offered, a parent with its child or one alone. `taken`: of each, whether it is in the mempool now. */
  | { readonly type: 'offered', readonly transactions: readonly ParsedTransaction[], readonly taken: readonly boolean[], readonly texts: readonly string[] }
  /** What cannot be done to a node: a transaction was dropped from the mempool. */
  | { readonly type: 'meddled' }

/**
 * An embedded chain that remembers what is done to it, so that a real node can be taken through the same and must judge
 * every transaction in the same way.
 */
export function taped (chain: ChainControl): { readonly chain: ChainControl, readonly tape: readonly TapeStep[] } {
  const tape: TapeStep[] = []
  const offered = (transactions: readonly ParsedTransaction[], verdicts: readonly MempoolVerdict[]): void => {
    tape.push({ type: 'offered', transactions, taken: verdicts.map(({ status }) => status !== 'rejected'), texts: verdicts.map((verdict) => verdict.status === 'rejected' ? verdict.text : verdict.status) })
  }
  /** Does what may mine, and writes down the blocks above a height. */
  const mining = <T>(above: () => number, action: () => T): T => {
    const from = above()
    const result = action()
    for (let height = from + 1; height <= chain.ledger.tip.height; height++) tape.push({ type: 'block', height, transactions: chain.ledger.blockAt(height)!.transactions })
    return result
  }
  const tip = (): number => chain.ledger.tip.height
  const recorder: ChainControl = {
    ...chain,
    get ledger () { return chain.ledger },
    mine: (blocks, address) => mining(tip, () => chain.mine(blocks, address)),
    invalidate: (depth) => {
      chain.invalidate(depth)
      tape.push({ type: 'disconnected', depth })
    },
    reorg: (depth, address) => {
      tape.push({ type: 'disconnected', depth })
      return mining(() => tip() - depth, () => chain.reorg(depth, address))
    },
    fund: (address, sat) => {
      const outpoint = mining(tip, () => chain.fund(address, sat))
      const entry = chain.mempool.pool.entries.get(outpoint.txid)
      if (entry !== undefined) offered([entry.tx], [{ status: 'accepted', txid: outpoint.txid, replaced: [] }])
      return outpoint
    },
    accept: (tx, test) => {
      const verdict = chain.accept(tx, test)
      if (test !== true) offered([tx], [verdict])
      return verdict
    },
    acceptPackage: (txs) => {
      const verdicts = chain.acceptPackage(txs)
      offered(txs, verdicts)
      return verdicts
    },
    forget: (txid) => {
      tape.push({ type: 'meddled' })
      chain.forget(txid)
    }
  }
  return { chain: recorder, tape }
}
