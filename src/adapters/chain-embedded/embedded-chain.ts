import { toHex } from '../../core/base/bytes.js'
import { AmikoError } from '../../core/base/errors.js'
import { chainParameters, type ChainName, type ChainParameters } from '../../ports/chain-parameters.js'
import type { Chain, ChainStatus, Outpoint } from '../../ports/chain.js'
import type { Clock } from '../../ports/clock.js'
import type { Store, StoreWrite } from '../../ports/store.js'
import { coinbaseTransaction } from './coinbase.js'
import { faucetPayment, faucetScript, scriptOfAddress } from './faucet.js'
import { ledger as createLedger, type Ledger, type LedgerBlock } from './ledger.js'
import { mempool as createMempool, type Mempool, type MempoolVerdict } from './mempool.js'
import { COINBASE_MATURITY, policyOf, type LockContext } from './rules.js'
import { blockKey, readBlocks, readPool, writeBlock, writePool } from './stored-chain.js'
import { view as createView, type View, type ViewedChain } from './view.js'
import { parseTransaction, type ParsedTransaction } from './parsed-transaction.js'

export interface EmbeddedChainOptions {
  readonly chain?: ChainName
  readonly clock: Clock
  /** Where blocks and the mempool are kept; in memory only without it. */
  readonly store?: Store
}

/** What tests, simulations and `amiko chain` do to an embedded chain. */
export interface ChainControl {
  /** Opens the store and reads what was kept; nothing to do without one. */
  open: () => Promise<void>
  close: () => Promise<void>
  /** Mines blocks of what waits. @param address - a native segwit address or an output script; the faucet's without it */
  mine: (blocks: number, address?: string | Uint8Array) => readonly string[]
  /** Takes the last `depth` blocks out of the chain; their transactions wait again. */
  invalidate: (depth: number) => void
  /** {@link invalidate}, and one block more than that on another branch. */
  reorg: (depth: number, address?: string | Uint8Array) => readonly string[]
  /** Pays from the faucet, mining what it needs to have mature coins. The payment waits in the mempool. */
  fund: (address: string | Uint8Array, sat: bigint) => Outpoint
  /** Keeps a transaction, and what hangs on it, out of blocks until it is let go. */
  withhold: (txid: string, withheld?: boolean) => void
  /** Drops a waiting transaction and what hangs on it, as a node does that was restarted. */
  forget: (txid: string) => void
  /** Seconds that the blocks' time runs ahead of the clock. */
  advanceTime: (seconds: number) => void
  /** What the views are told: for trying what happens when a backend fails. */
  setStatus: (status: ChainStatus) => void
  /** Another caller of the same chain, with watches of its own. */
  view: () => Chain
  readonly ledger: Ledger
  readonly mempool: Mempool
  /** Reads a transaction; undefined when the bytes are none. */
  parse: (raw: Uint8Array) => ParsedTransaction | undefined
  /** Offers a transaction to the mempool, at once. @param test - nothing changes */
  accept: (tx: ParsedTransaction, test?: boolean) => MempoolVerdict
  acceptPackage: (txs: readonly ParsedTransaction[]) => readonly MempoolVerdict[]
}

const BLOCK_WEIGHT_MAX = 3_900_000
const BLOCKS_A_CALL_MAX = 10_000
/** Older than the chain asks, so that a small reorganisation takes no payment of the faucet back. */
const FAUCET_MATURITY = COINBASE_MATURITY + 30

/**
 * A regtest chain within this process. It judges transactions as a full node does (scripts, locks, amounts, policy,
 * packages, replacement); it makes its own blocks, so these carry no work and are not judged again. For private
 * networks, tests and simulations only.
 */
export function embeddedChain (options: EmbeddedChainOptions): Chain & ChainControl {
  const { clock, store } = options
  const parameters: ChainParameters = chainParameters(options.chain ?? 'bitcoin', 'regtest')!
  const ledger = createLedger(parameters)
  const policy = policyOf(parameters)
  const views: View[] = []
  const withheld = new Set<string>()
  let status: ChainStatus = { state: 'ok', detail: '' }
  let aheadSeconds = 0
  let mined = 0

  const locks = (): LockContext => ({
    nextHeight: ledger.tip.height + 1,
    medianTime: ledger.tip.medianTime,
    medianTimeBefore: (height) => ledger.blockAt(Math.min(Math.max(height - 1, 0), ledger.tip.height))!.medianTime
  })
  const mempool = createMempool({ parameters, coin: (key) => ledger.coins.get(key), locks })
  const { pool } = mempool

  const failed = (error?: Error): void => {
    if (error === undefined) return
    status = { state: 'unreachable', detail: error.message }
    changed()
  }
  const keep = (writes: readonly StoreWrite[]): void => { store?.write([...writes, writePool([...pool.entries.values()].map(({ tx }) => tx))], failed) }
  const changed = (): void => { for (const view of views) view.changed() }

  const scriptOf = (address: string | Uint8Array | undefined): Uint8Array => address === undefined ? faucetScript() : typeof address === 'string' ? scriptOfAddress(address, parameters) : address

  const mineOne = (script: Uint8Array): LedgerBlock => {
    const chosen: ParsedTransaction[] = []
    const left = new Set<string>()
    let fees = 0n
    let weight = 0
    for (const { tx, feeSat } of pool.entries.values()) {
      if (withheld.has(tx.txid) || weight + tx.weight > BLOCK_WEIGHT_MAX || tx.inputs.some(({ txid }) => left.has(txid))) { left.add(tx.txid); continue }
      chosen.push(tx)
      fees += feeSat
      weight += tx.weight
    }
    const coinbase = coinbaseTransaction(ledger.tip.height + 1, script, fees, chosen, mined++)
    const time = Math.max(ledger.tip.medianTime + 1, Math.floor(clock.now() / 1_000) + aheadSeconds)
    const block = ledger.connect(time, [coinbase, ...chosen])
    for (const tx of chosen) pool.removeConfirmed(tx.txid)
    return block
  }
  const mine = (blocks: number, address?: string | Uint8Array): readonly string[] => {
    if (!Number.isInteger(blocks) || blocks < 0 || blocks > BLOCKS_A_CALL_MAX) throw new RangeError(`mine: 0 to ${BLOCKS_A_CALL_MAX} blocks, not ${blocks}`)
    const script = scriptOf(address)
    const made = Array.from({ length: blocks }, () => mineOne(script))
    keep(made.map(writeBlock))
    changed()
    return made.map(({ hash }) => hash)
  }

  const invalidate = (depth: number): void => {
    if (!Number.isInteger(depth) || depth < 0 || depth > ledger.tip.height) throw new RangeError(`invalidate: 0 to ${ledger.tip.height} blocks, not ${depth}`)
    const waiting = [...pool.entries.values()].map(({ tx }) => tx)
    const gone = Array.from({ length: depth }, () => ledger.disconnect()).reverse()
    pool.clear()
    // What the lost blocks held comes back first; what waited hangs on it, or conflicts with it and goes.
    for (const tx of gone.flatMap(({ transactions }) => transactions.slice(1))) mempool.accept(tx, { returning: 'block' })
    for (const tx of waiting) mempool.accept(tx, { returning: 'mempool' })
    keep(gone.map(({ height }) => ({ key: blockKey(height), value: undefined })))
    changed()
  }

  const entered = (txs: readonly ParsedTransaction[], verdicts: readonly MempoolVerdict[]): void => {
    const accepted = txs.filter((_tx, i) => verdicts[i]?.status === 'accepted')
    if (accepted.length === 0) return
    keep([])
    for (const tx of accepted) for (const view of views) view.entered(tx)
  }
  const accept = (tx: ParsedTransaction, test = false): MempoolVerdict => {
    const verdict = mempool.accept(tx, { test })
    if (!test) entered([tx], [verdict])
    return verdict
  }
  const acceptPackage = (txs: readonly ParsedTransaction[]): readonly MempoolVerdict[] => {
    const verdicts = mempool.acceptPackage(txs)
    entered(txs, verdicts)
    return verdicts
  }

  const fund = (address: string | Uint8Array, sat: bigint): Outpoint => {
    const faucet = toHex(faucetScript())
    const payment = (): Uint8Array | undefined => faucetPayment([...ledger.coins].filter(([key, coin]) =>
      toHex(coin.script) === faucet && pool.spenderOf(key) === undefined && (!coin.coinbase || ledger.tip.height + 1 - coin.height >= FAUCET_MATURITY)), scriptOf(address), sat)
    for (let more = 0; more <= BLOCKS_A_CALL_MAX; more += FAUCET_MATURITY) {
      const raw = payment()
      if (raw === undefined) { mine(FAUCET_MATURITY); continue }
      const verdict = accept(parseTransaction(raw)!)
      if (verdict.status === 'rejected') throw new RangeError(`fund: ${verdict.text}`)
      return { txid: verdict.txid, vout: 0 }
    }
    throw new RangeError(`fund: ${sat} sat is more than the faucet can give`)
  }

  const viewed: ViewedChain = { parameters, capabilities: { truc: policy.truc, packages: policy.packages, ephemeralAnchors: policy.ephemeralDustMax > 0 }, clock, ledger, mempool, status: () => status, accept, acceptPackage }
  const addView = (): Chain => {
    const added = createView(viewed)
    views.push(added)
    return added.chain
  }
  const control: ChainControl = {
    open: async () => {
      const entries = new Map(await store?.open() ?? [])
      for (const { time, transactions, hash } of readBlocks(entries)) {
        const block = ledger.connect(time, transactions)
        if (block.hash !== hash) throw new AmikoError('store-corrupt', { dir: 'of the embedded chain', reason: `block ${block.height} is ${block.hash}, kept as ${hash}` })
      }
      for (const tx of readPool(entries)) mempool.accept(tx, { returning: 'mempool' })
      mined = ledger.tip.height + Number.parseInt(ledger.tip.hash.slice(-6), 16)
    },
    close: async () => { await store?.close() },
    mine,
    invalidate,
    reorg: (depth, address) => { invalidate(depth); return mine(depth + 1, address) },
    fund,
    withhold: (txid, held = true) => { if (held) withheld.add(txid); else withheld.delete(txid) },
    forget: (txid) => { if (pool.removeWithDescendants(txid).length > 0) keep([]) },
    advanceTime: (seconds) => { aheadSeconds += seconds },
    setStatus: (now) => { status = now; changed() },
    view: addView,
    ledger,
    mempool,
    parse: parseTransaction,
    accept,
    acceptPackage
  }
  return { ...control, ...addView() }
}
