import { watches as createWatches, type Watches } from '../../ports/chain-watches.js'
import type { BlockId, ChainEvents, ChainTip, ConfirmedTransaction, History } from '../../ports/chain.js'
import { headerIn, hashIn, listIn, rawIn, transactionsIn, type BackendTip, type BackendTransaction } from './answers.js'
import { HISTORY_BLOCKS_MAX, MEMPOOL_FETCH_MAX, MEMPOOL_SEEN_MAX, RECENT_BLOCKS_MAX } from './limits.js'
import { readPast, type PastQuestion } from './past.js'
import { UnreachableError, type Rpc } from './rpc.js'

/** A block that was told to the caller. */
interface ToldBlock extends BlockId {
  /** Unknown for blocks of an earlier life. */
  readonly work: string | undefined
  readonly transactions: readonly ConfirmedTransaction[]
  readonly tip: ChainTip | undefined
}

/** How the backend's tip stands to ours after a look. */
export type Standing =
  | { readonly type: 'following' }
  /** The backend has less than it had: it restarts, reindexes, or lies. Nothing is taken back. */
  | { readonly type: 'behind', readonly detail: string }
  | { readonly type: 'lost', readonly detail: string }

/** Walks the caller along the backend's chain, one block at a time. */
export interface Follower {
  readonly watched: Watches
  readonly tip: ChainTip | undefined
  begin: (resume: readonly BlockId[]) => void
  /** Tells what became of the chain. @param best - hash of the backend's tip */
  follow: (best: string, events: ChainEvents, stopped: () => boolean, signal: AbortSignal) => Promise<Standing>
  /** Tells what is new in the mempool. */
  lookAtMempool: (events: ChainEvents, stopped: () => boolean, signal: AbortSignal) => Promise<void>
  /** One answer for each question; undefined: the backend cannot say. */
  history: (questions: readonly PastQuestion[], signal: AbortSignal) => Promise<ReadonlyArray<History | undefined>>
}

/** @param historyBlocksMax - blocks that one question about the past may read */
export function follower (rpc: Rpc, historyBlocksMax = HISTORY_BLOCKS_MAX): Follower {
  const watched = createWatches()
  /** Oldest first; the last is the tip of the caller. */
  let told: ToldBlock[] = []
  let resumed = false
  let seen = new Set<string>()

  const last = (): ToldBlock | undefined => told.at(-1)
  const one = async (method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> => {
    const [answer] = await rpc.batch([{ method, params }], { signal })
    if (answer?.ok !== true) throw new UnreachableError(`${method}: ${answer?.message ?? 'no answer'}`)
    return answer.result
  }
  /** Undefined when the backend does not know the block. */
  const headerOf = async (hash: string, signal: AbortSignal): Promise<BackendTip | undefined> => {
    const [answer] = await rpc.batch([{ method: 'getblockheader', params: [hash] }], { signal })
    return answer?.ok === true ? headerIn(answer.result) : undefined
  }
  const tipOf = ({ height, hash, time, medianTime }: BackendTip): ChainTip => ({ height, hash, time, medianTime })

  const confirmedIn = (block: unknown, id: BlockId, touches: (tx: BackendTransaction) => boolean): readonly ConfirmedTransaction[] =>
    transactionsIn(block).flatMap((tx, position) => {
      if (!touches(tx)) return []
      const read = rawIn(tx.hex)
      if (read?.txid !== tx.txid) throw new UnreachableError(`the bytes of ${tx.txid} are those of ${read?.txid ?? 'no transaction'}`)
      return [{ txid: tx.txid, raw: read.raw, block: { height: id.height, hash: id.hash }, position }]
    })

  const connect = (header: BackendTip, transactions: readonly ConfirmedTransaction[]): ChainTip => {
    const tip = tipOf(header)
    told.push({ height: header.height, hash: header.hash, work: header.work, transactions, tip })
    if (told.length > RECENT_BLOCKS_MAX) told = told.slice(-RECENT_BLOCKS_MAX)
    return tip
  }

  /** Whether the backend's branch has at least the work of ours. Without a number the height decides. */
  const outweighs = (best: BackendTip, ours: ToldBlock): boolean => ours.work === undefined ? best.height >= ours.height : best.work >= ours.work

  const follow = async (bestHash: string, events: ChainEvents, stopped: () => boolean, signal: AbortSignal): Promise<Standing> => {
    if (!resumed) {
      // The first look of a life without a past: events begin here.
      const header = await headerOf(bestHash, signal)
      if (header === undefined) return { type: 'behind', detail: 'the backend does not know its own tip' }
      if (stopped()) return { type: 'following' }
      connect(header, [])
      resumed = true
      return { type: 'following' }
    }
    while (!stopped()) {
      const ours = last()
      if (ours === undefined) return { type: 'lost', detail: 'none of the blocks that were applied is in the chain of the backend' }
      if (ours.hash === bestHash && ours.tip !== undefined) return { type: 'following' }
      const [best, header] = [await headerOf(bestHash, signal), await headerOf(ours.hash, signal)]
      if (best === undefined) return { type: 'following' }
      if (header !== undefined && header.confirmations >= 0) {
        if (ours.tip === undefined) {
          told[told.length - 1] = { ...ours, work: header.work, tip: tipOf(header) }
          continue
        }
        // The tip may have moved on since it was asked for.
        if (best.height <= header.height) return { type: 'following' }
        const id = { height: ours.height + 1, hash: hashIn(await one('getblockhash', [ours.height + 1], signal), 'a block hash') }
        const block = await one('getblock', [id.hash, 2], signal)
        const next = headerIn(block)
        // A reorganisation between the questions: look again.
        if (next.parent !== ours.hash) return { type: 'following' }
        if (next.hash !== id.hash || next.height !== id.height) throw new UnreachableError(`block ${id.height} names itself ${next.hash} at ${next.height}`)
        const transactions = confirmedIn(block, id, watched.touches)
        if (stopped()) break
        events.blockConnected(connect(next, transactions), transactions)
        continue
      }
      if (!outweighs(best, ours)) return { type: 'behind', detail: `the backend went back to height ${best.height}; ${ours.height} was its tip before` }
      told.pop()
      events.blockDisconnected({ height: ours.height, hash: ours.hash }, [...ours.transactions].reverse())
    }
    return { type: 'following' }
  }

  const lookAtMempool = async (events: ChainEvents, stopped: () => boolean, signal: AbortSignal): Promise<void> => {
    if (watched.size === 0) return
    const all = listIn(await one('getrawmempool', [], signal), 'the mempool').map((txid) => hashIn(txid, 'a transaction id'))
    const here = new Set(all.slice(0, MEMPOOL_SEEN_MAX))
    seen = new Set([...seen].filter((txid) => here.has(txid)))
    const unseen = [...here].filter((txid) => !seen.has(txid)).slice(0, MEMPOOL_FETCH_MAX)
    for (const tx of await unconfirmed(unseen, signal)) {
      if (stopped()) return
      if (watched.touches(tx)) events.transactionSeen({ txid: tx.txid, raw: tx.raw })
    }
    for (const txid of unseen) seen.add(txid)
  }

  /** Transactions of the mempool; those that left it meanwhile, or have a form that is not Bitcoin's, are left out. */
  const unconfirmed = async (txids: readonly string[], signal: AbortSignal): Promise<ReadonlyArray<NonNullable<ReturnType<typeof rawIn>>>> => {
    const answers = await rpc.batch(txids.map((txid) => ({ method: 'getrawtransaction', params: [txid, false] })), { signal })
    return answers.flatMap((answer, i) => {
      const tx = answer.ok ? rawIn(answer.result) : undefined
      return tx !== undefined && tx.txid === txids[i] ? [tx] : []
    })
  }

  const history = async (questions: readonly PastQuestion[], signal: AbortSignal): Promise<ReadonlyArray<History | undefined>> => {
    const upTo = last()?.tip
    if (upTo === undefined) return questions.map(() => undefined)
    const waiting = async (max: number): ReturnType<typeof unconfirmed> => {
      const txids = listIn(await one('getrawmempool', [], signal), 'the mempool').map((txid) => hashIn(txid, 'a transaction id'))
      return await unconfirmed(txids.slice(0, max), signal)
    }
    return await readPast({ rpc, blocksMax: historyBlocksMax, watched, headerOf, confirmedIn, waiting }, questions, upTo, signal)
  }

  return {
    watched,
    get tip () { return last()?.tip },
    begin: (resume) => {
      told = [...resume].slice(0, RECENT_BLOCKS_MAX).reverse().map(({ height, hash }) => ({ height, hash, work: undefined, transactions: [], tip: undefined }))
      resumed = resume.length > 0
      seen = new Set()
    },
    follow,
    lookAtMempool,
    history
  }
}
