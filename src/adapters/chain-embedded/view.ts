import { outpointKey, watches as createWatches } from '../../ports/chain-watches.js'
import type { ChainParameters } from '../../ports/chain-parameters.js'
import { rejectReasonOf } from '../../ports/chain-rejection.js'
import type { BlockId, BroadcastVerdict, Chain, ChainCapabilities, ChainEvents, ChainStatus, ChainTip, ConfirmedTransaction, TouchingTransaction } from '../../ports/chain.js'
import type { Clock } from '../../ports/clock.js'
import type { Ledger, LedgerBlock } from './ledger.js'
import type { Mempool, MempoolVerdict } from './mempool.js'
import { parseTransaction, type ParsedTransaction } from './parsed-transaction.js'

/** What a view looks at. */
export interface ViewedChain {
  readonly parameters: ChainParameters
  readonly capabilities: ChainCapabilities
  readonly clock: Clock
  readonly ledger: Ledger
  readonly mempool: Mempool
  status: () => ChainStatus
  accept: (tx: ParsedTransaction, test: boolean) => MempoolVerdict
  acceptPackage: (txs: readonly ParsedTransaction[]) => readonly MempoolVerdict[]
}

/** What the chain tells its views. */
export interface View {
  readonly chain: Chain
  /** Something changed: look. */
  changed: () => void
  /** A transaction entered the mempool. */
  entered: (tx: ParsedTransaction) => void
}

const FEE_SAT_PER_KVB = 2_000n
const TEXT_MAX = 200
/** Transactions that wait to be told; past it the oldest is told only when it confirms. */
const ENTERED_MAX = 10_000

const touching = (tx: ParsedTransaction): TouchingTransaction => ({ txid: tx.txid, raw: tx.raw.slice() })

/** The embedded chain as one caller sees it: what it watches, and what it has been told. */
export function view (viewed: ViewedChain): View {
  const { ledger, mempool, clock } = viewed
  const watched = createWatches()
  let life = 0
  let events: ChainEvents | undefined
  let told: LedgerBlock | undefined
  let toldStatus: ChainStatus | undefined
  let entered: ParsedTransaction[] = []
  let awaited = false

  const confirmedIn = (block: LedgerBlock, touches: (tx: ParsedTransaction) => boolean): ConfirmedTransaction[] =>
    block.transactions.flatMap((tx, position) => touches(tx) ? [{ ...touching(tx), position, block: { height: block.height, hash: block.hash } }] : [])
  const tipOf = ({ height, hash, time, medianTime }: LedgerBlock): ChainTip => ({ height, hash, time, medianTime })
  const isActive = (block: LedgerBlock): boolean => ledger.blockAt(block.height)?.hash === block.hash
  const answering = (): boolean => viewed.status().state === 'ok' || viewed.status().state === 'stale'

  /** Tells what happened since the last look. A callback may stop us, or change the chain. */
  const look = (): void => {
    const mine = life
    const status = viewed.status()
    if (events !== undefined && (status.state !== toldStatus?.state || status.detail !== toldStatus.detail)) {
      toldStatus = status
      events.status(status)
    }
    while (events !== undefined && life === mine && told !== undefined && answering() && told.hash !== ledger.tip.hash) {
      if (isActive(told)) {
        const next: LedgerBlock = ledger.blockAt(told.height + 1)!
        told = next
        events.blockConnected(tipOf(next), confirmedIn(next, watched.touches))
      } else {
        const gone: LedgerBlock = told
        told = ledger.block(gone.parent)!
        events.blockDisconnected({ height: gone.height, hash: gone.hash }, confirmedIn(gone, watched.touches).reverse())
      }
    }
    if (!answering()) return
    for (const tx of entered.splice(0)) {
      if (events === undefined || life !== mine) return
      if (mempool.pool.entries.has(tx.txid) && watched.touches(tx)) events.transactionSeen(touching(tx))
    }
  }
  const soon = (callback: () => void): void => {
    const mine = life
    clock.soon(() => { if (life === mine && events !== undefined) callback() })
  }
  const changed = (): void => {
    if (awaited || events === undefined) return
    awaited = true
    soon(() => { awaited = false; look() })
  }
  /** Answers after everything that happened before was told. */
  const answer = <T>(to: (value: T) => void, compute: () => T): void => {
    soon(() => { look(); if (events !== undefined) to(compute()) })
  }
  const verdictOf = (verdict: MempoolVerdict): BroadcastVerdict => verdict.status === 'rejected'
    ? { status: 'rejected', reason: rejectReasonOf(verdict.text), text: verdict.text.slice(0, TEXT_MAX) }
    : { status: verdict.status, txid: verdict.txid }
  const judge = (raw: Uint8Array, test: boolean): BroadcastVerdict => {
    if (!answering()) return { status: 'unavailable', text: viewed.status().detail }
    const tx = parseTransaction(raw)
    return tx === undefined ? { status: 'rejected', reason: 'malformed', text: 'TX decode failed' } : verdictOf(viewed.accept(tx, test))
  }

  const chain: Chain = {
    parameters: viewed.parameters,
    start: async (to, resume: readonly BlockId[] = []) => {
      if (events !== undefined) throw new Error('the chain is started already')
      life++
      events = to
      awaited = false
      entered = [...mempool.pool.entries.values()].map(({ tx }) => tx)
      // The newest of the caller's blocks that we still know is where it stands.
      const known = resume.findIndex(({ hash }) => ledger.block(hash) !== undefined)
      told = known < 0 ? (resume.length > 0 ? undefined : ledger.tip) : ledger.block(resume[known]!.hash)
      if (told === undefined) return soon(() => { events?.status({ state: 'wrong-chain', detail: 'no block that was applied is in this chain' }) })
      const lost = known > 0 ? resume.slice(0, known) : []
      soon(() => { for (const block of lost) events?.blockDisconnected(block, []) })
      changed()
    },
    stop: async () => { life++; events = undefined; told = undefined; toldStatus = undefined },
    status: () => told === undefined && events !== undefined ? { state: 'wrong-chain', detail: 'no block that was applied is in this chain' } : viewed.status(),
    tip: () => told === undefined ? undefined : tipOf(told),
    capabilities: () => viewed.capabilities,
    watch: watched.add,
    unwatch: watched.remove,
    history: (watch, fromHeight, to) => {
      answer(to, () => {
        if (told === undefined || !answering()) return undefined
        const only = createWatches()
        only.add(watch)
        const touches = (tx: ParsedTransaction): boolean => { watched.touches(tx); return only.touches(tx) }
        const confirmed: ConfirmedTransaction[] = []
        for (let height = Math.max(0, fromHeight); height <= told.height; height++) confirmed.push(...confirmedIn(ledger.blockAt(height)!, touches))
        const unconfirmed = [...mempool.pool.entries.values()].flatMap(({ tx }) => touches(tx) ? [touching(tx)] : [])
        return { upTo: tipOf(told), confirmed, unconfirmed }
      })
    },
    unspent: (outpoint, to) => {
      answer(to, () => {
        if (!answering()) return undefined
        const key = outpointKey(outpoint)
        const coin = ledger.coins.get(key)
        const found = coin ?? mempool.pool.coin(key)
        if (found === undefined || mempool.pool.spenderOf(key) !== undefined) return 'none'
        return { valueSat: found.valueSat, script: found.script.slice(), confirmations: coin === undefined ? 0 : ledger.tip.height - coin.height + 1, coinbase: found.coinbase }
      })
    },
    broadcast: (raw, to) => { answer(to, () => judge(raw, false)) },
    testAccept: (raw, to) => { answer(to, () => judge(raw, true)) },
    submitPackage: (raws, to) => {
      answer(to, () => {
        if (!answering()) return raws.map(() => ({ status: 'unavailable', text: viewed.status().detail }) as const)
        const txs = raws.map(parseTransaction)
        if (!txs.every((tx) => tx !== undefined)) return raws.map(() => ({ status: 'rejected', reason: 'malformed', text: 'TX decode failed' }) as const)
        return viewed.acceptPackage(txs).map(verdictOf)
      })
    },
    feeRate: (_targetBlocks, to) => { answer(to, () => ({ satPerKvb: FEE_SAT_PER_KVB, source: 'fallback' } as const)) }
  }
  return {
    chain,
    changed,
    entered: (tx) => {
      if (events === undefined) return
      entered.push(tx)
      if (entered.length > ENTERED_MAX) entered.shift()
      changed()
    }
  }
}
