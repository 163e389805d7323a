import { concatBytes } from '../../core/base/bytes.js'
import { AmikoError } from '../../core/base/errors.js'
import type { StoreWrite } from '../../ports/store.js'
import type { LedgerBlock } from './ledger.js'
import { parseTransaction, type ParsedTransaction } from './parsed-transaction.js'

/** First byte of every value. */
const VERSION = 1
const BLOCK_PREFIX = 'chain/block/'
const POOL_KEY = 'chain/pool'

/** A block as it is kept; heights sort as text. */
export interface StoredBlock {
  readonly time: number
  readonly hash: string
  readonly transactions: readonly ParsedTransaction[]
}

export const blockKey = (height: number): string => `${BLOCK_PREFIX}${String(height).padStart(9, '0')}`

/** Version, time, block hash in hexadecimal, transactions with their lengths. */
export function writeBlock (block: LedgerBlock): StoreWrite {
  const head = new Uint8Array(5)
  head[0] = VERSION
  new DataView(head.buffer).setUint32(1, block.time, true)
  return { key: blockKey(block.height), value: concatBytes(head, new TextEncoder().encode(block.hash), framed(block.transactions)) }
}

export const writePool = (waiting: readonly ParsedTransaction[]): StoreWrite => ({ key: POOL_KEY, value: concatBytes(Uint8Array.of(VERSION), framed(waiting)) })

/** The blocks of a store from height 1 on. Throws `store-corrupt` when one is missing or not readable. */
export function readBlocks (entries: ReadonlyMap<string, Uint8Array>): readonly StoredBlock[] {
  const blocks: StoredBlock[] = []
  for (let height = 1; ; height++) {
    const value = entries.get(blockKey(height))
    if (value === undefined) break
    if (value[0] !== VERSION || value.length < 69) throw damaged(`block ${height}`)
    const view = new DataView(value.buffer, value.byteOffset)
    blocks.push({ time: view.getUint32(1, true), hash: new TextDecoder().decode(value.subarray(5, 69)), transactions: unframed(value.subarray(69), `block ${height}`) })
  }
  const kept = [...entries.keys()].filter((key) => key.startsWith(BLOCK_PREFIX)).length
  if (kept !== blocks.length) throw damaged(`${kept} blocks are kept, ${blocks.length} of them follow one another`)
  return blocks
}

export function readPool (entries: ReadonlyMap<string, Uint8Array>): readonly ParsedTransaction[] {
  const value = entries.get(POOL_KEY)
  if (value === undefined) return []
  if (value[0] !== VERSION) throw damaged('the waiting transactions')
  return unframed(value.subarray(1), 'the waiting transactions')
}

const damaged = (reason: string): AmikoError => new AmikoError('store-corrupt', { dir: 'of the embedded chain', reason })

function framed (transactions: readonly ParsedTransaction[]): Uint8Array {
  return concatBytes(...transactions.flatMap(({ raw }) => {
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, raw.length, true)
    return [length, raw]
  }))
}

function unframed (bytes: Uint8Array, what: string): ParsedTransaction[] {
  const transactions: ParsedTransaction[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let offset = 0; offset < bytes.length;) {
    const end = offset + 4 > bytes.length ? Infinity : offset + 4 + view.getUint32(offset, true)
    const tx = end > bytes.length ? undefined : parseTransaction(bytes.subarray(offset + 4, end))
    if (tx === undefined) throw damaged(what)
    transactions.push(tx)
    offset = end
  }
  return transactions
}
