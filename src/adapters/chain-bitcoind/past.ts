import { toHex } from '../../core/base/bytes.js'
import { watches as createWatches, type WatchableTransaction, type Watches } from '../../ports/chain-watches.js'
import type { BlockId, ChainTip, ConfirmedTransaction, History, TouchingTransaction, Watch } from '../../ports/chain.js'
import { countIn, hashIn, listIn, recordIn, type BackendTip, type BackendTransaction } from './answers.js'
import { BATCH_MAX, MEMPOOL_SEEN_MAX, SCAN_TIMEOUT_MS } from './limits.js'
import { UnreachableError, type Rpc, type RpcAnswer } from './rpc.js'

/** A question about what has happened to a watched thing since a height. */
export interface PastQuestion {
  readonly watch: Watch
  readonly fromHeight: number
}

/** What the past is read with. */
export interface PastReader {
  readonly rpc: Rpc
  /** Blocks that one question may read. */
  readonly blocksMax: number
  /** What is watched for good: it must learn the outputs that are found. */
  readonly watched: Watches
  headerOf: (hash: string, signal: AbortSignal) => Promise<BackendTip | undefined>
  confirmedIn: (block: unknown, id: BlockId, touches: (tx: BackendTransaction) => boolean) => readonly ConfirmedTransaction[]
  /** Transactions of the mempool as it is now. */
  waiting: (max: number, signal: AbortSignal) => Promise<ReadonlyArray<TouchingTransaction & WatchableTransaction>>
}

/** One question while the blocks are read. `only` is shown what touches any question, in the order of the chain: far less than all. */
interface Reading {
  readonly at: number
  readonly from: number
  readonly only: Watches
  readonly confirmed: ConfirmedTransaction[]
}

type Touches = Watches['touches']

/**
 * Answers questions about the past, all by one walk through the blocks. A past that is too long to be read is answered
 * from what the backend knows without reading: a script by the outputs that are unspent now, an outpoint by whether it
 * is unspent, or by the newest blocks when its spend is in them.
 *
 * @param upTo - the tip of the caller
 * @returns in the order of the questions; undefined where the backend cannot say
 */
export async function readPast (reader: PastReader, questions: readonly PastQuestion[], upTo: ChainTip, signal: AbortSignal): Promise<ReadonlyArray<History | undefined>> {
  const { rpc, blocksMax, watched } = reader
  const oldest = Math.max(0, upTo.height - blocksMax + 1)
  const any = createWatches()
  const touches: Touches = (tx) => [watched.touches(tx), any.touches(tx)].includes(true)
  const readings: Reading[] = []
  const far: Array<Reading & { readonly script: string }> = []
  const lost = new Set<number>()
  for (const [at, { watch, fromHeight }] of questions.entries()) {
    const only = createWatches()
    for (const watches of [only, any]) watches.add(watch)
    const reading = { at, from: Math.max(oldest, fromHeight), only, confirmed: [] }
    if (fromHeight >= oldest) readings.push(reading)
    else if (watch.type === 'script') far.push({ ...reading, script: toHex(watch.script) })
    else {
      const { txid, vout } = watch.outpoint
      const [unspent] = await rpc.batch([{ method: 'gettxout', params: [txid, vout, false] }], { signal })
      if (unspent?.ok === true && unspent.result !== null) far.push({ ...reading, script: '' })
      else {
        readings.push(reading)
        lost.add(at)
      }
    }
  }
  if (readings.length > 0 && !await walk(reader, readings, touches, upTo, signal)) for (const { at } of readings.splice(0)) lost.add(at)
  for (const { at, confirmed } of readings) if (confirmed.length > 0) lost.delete(at)
  const scripts = far.filter(({ script }) => script !== '')
  if (scripts.length > 0 && !await scanUnspent(reader, scripts, touches, upTo, signal)) for (const { at } of scripts) lost.add(at)
  // Our tip must still be in the chain that was read.
  if ((await reader.headerOf(upTo.hash, signal))?.confirmations === -1) return questions.map(() => undefined)
  const waiting = (await reader.waiting(MEMPOOL_SEEN_MAX, signal)).filter(touches)
  const answers = questions.map((): History | undefined => undefined)
  for (const { at, only, confirmed } of [...readings, ...far]) {
    if (lost.has(at)) continue
    answers[at] = { upTo, confirmed, unconfirmed: waiting.flatMap((tx) => only.touches(tx) ? [{ txid: tx.txid, raw: tx.raw }] : []) }
  }
  return answers
}

/** Reads blocks. @returns false when one of them is pruned, or gone */
async function walk ({ rpc, confirmedIn }: PastReader, readings: readonly Reading[], touches: Touches, upTo: ChainTip, signal: AbortSignal): Promise<boolean> {
  const first = Math.min(...readings.map(({ from }) => from))
  for (let from = first; from <= upTo.height; from += BATCH_MAX) {
    const heights = Array.from({ length: Math.min(BATCH_MAX, upTo.height - from + 1) }, (_, i) => from + i)
    const hashes = await rpc.batch(heights.map((height) => ({ method: 'getblockhash', params: [height] })), { signal })
    for (const [i, answer] of hashes.entries()) {
      const block = await blockOf(rpc, answer, heights[i]!, signal)
      if (block === undefined) return false
      if (block.id.height === 0) continue
      const found = new Map<string, BackendTransaction>()
      const confirmed = confirmedIn(block.content, block.id, (tx) => touches(tx) && found.set(tx.txid, tx) !== undefined)
      for (const transaction of confirmed) {
        for (const reading of readings) if (block.id.height >= reading.from && reading.only.touches(found.get(transaction.txid)!)) reading.confirmed.push(transaction)
      }
    }
  }
  return true
}

/** A block, of an answer to `getblockhash`. */
async function blockOf (rpc: Rpc, answer: RpcAnswer | undefined, height: number, signal: AbortSignal): Promise<{ readonly id: BlockId, readonly content: unknown } | undefined> {
  if (answer?.ok !== true) return undefined
  const id = { height, hash: hashIn(answer.result, 'a block hash') }
  if (height === 0) return { id, content: undefined }
  const [block] = await rpc.batch([{ method: 'getblock', params: [id.hash, 2] }], { signal })
  return block?.ok === true ? { id, content: block.result } : undefined
}

/**
 * Looks for scripts in the set of all unspent outputs, which needs no index and takes minutes on a large chain, and
 * reads the blocks that made what was found.
 *
 * @returns false when the backend cannot, or does it for somebody else already
 */
async function scanUnspent ({ rpc, blocksMax, confirmedIn }: PastReader, readings: ReadonlyArray<Reading & { readonly script: string }>, touches: Touches, upTo: ChainTip, signal: AbortSignal): Promise<boolean> {
  const wanted = new Set(readings.map(({ script }) => script))
  const [answer] = await rpc.batch([{ method: 'scantxoutset', params: ['start', [...wanted].map((script) => `raw(${script})`)] }], { signal, once: true, timeoutMs: SCAN_TIMEOUT_MS }).catch(async (error: unknown) => {
    // Without this the backend would go on, and refuse the next scan while it does.
    await rpc.batch([{ method: 'scantxoutset', params: ['abort'] }], { once: true }).catch(() => undefined)
    throw error
  })
  if (answer?.ok !== true) return false
  const result = recordIn(answer.result, 'unspent outputs')
  if (result['success'] !== true) return false
  const byHeight = new Map<number, Set<string>>()
  for (const entry of listIn(result['unspents'], 'unspent outputs')) {
    const row = recordIn(entry, 'an unspent output')
    const height = countIn(row['height'], 'the height of an output')
    // What is above our tip is told with its block.
    if (height > upTo.height || height === 0) continue
    byHeight.set(height, (byHeight.get(height) ?? new Set()).add(hashIn(row['txid'], 'a transaction id')))
  }
  if (byHeight.size > blocksMax) return false
  const heights = [...byHeight.keys()].sort((a, b) => a - b)
  const hashes = await rpc.batch(heights.map((height) => ({ method: 'getblockhash', params: [height] })), { signal })
  for (const [i, hash] of hashes.entries()) {
    const height = heights[i]!
    const block = await blockOf(rpc, hash, height, signal)
    if (block === undefined) return false
    const paid = new Map<string, BackendTransaction>()
    const confirmed = confirmedIn(block.content, block.id, (tx) => byHeight.get(height)!.has(tx.txid) && tx.scripts.some((script) => wanted.has(script)) && paid.set(tx.txid, tx) !== undefined)
    for (const transaction of confirmed) {
      const tx = paid.get(transaction.txid)
      if (tx === undefined) throw new UnreachableError(`${transaction.txid} is not in its block`)
      touches(tx)
      for (const reading of readings) if (reading.only.touches(tx)) reading.confirmed.push(transaction)
    }
  }
  return true
}
