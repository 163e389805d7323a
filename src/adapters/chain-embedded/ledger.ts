import { crypto } from 'bitcoinjs-lib'
import { concatBytes, fromHex, toHex, type Hex } from '../../core/base/bytes.js'
import type { ChainParameters } from '../../ports/chain-parameters.js'
import type { ChainTip, HashHex } from '../../ports/chain.js'
import { coinsOf, type Coin } from './coins.js'
import type { ParsedTransaction } from './parsed-transaction.js'

/** A block with what is needed to take it back. */
export interface LedgerBlock extends ChainTip {
  readonly parent: HashHex
  /** 80 bytes. */
  readonly header: Uint8Array
  readonly transactions: readonly ParsedTransaction[]
}

/** The chain of blocks and the coins they leave. It takes blocks that the miner made of judged transactions. */
export interface Ledger {
  readonly tip: LedgerBlock
  readonly coins: ReadonlyMap<string, Coin>
  blockAt: (height: number) => LedgerBlock | undefined
  /** Also blocks that left the chain, while they are remembered. */
  block: (hash: HashHex) => LedgerBlock | undefined
  /** Puts a block of these transactions, coinbase first, on the tip. */
  connect: (time: number, transactions: readonly ParsedTransaction[]) => LedgerBlock
  /** Takes the tip back. Never the genesis block. */
  disconnect: () => LedgerBlock
}

const MEDIAN_BLOCKS = 11
/** Blocks that left the chain and are still found by their hash; the oldest is forgotten first. */
const STALE_BLOCKS_MAX = 10_000
const GENESIS_TIME = 1_296_688_602
const VERSION = 0x20000000
const REGTEST_BITS = 0x207fffff
export const HEADER_BYTES = 80

const reversed = (hash: Hex): Uint8Array => fromHex(hash).reverse()
const displayed = (hash: Uint8Array): Hex => toHex(Uint8Array.from(hash).reverse())

/** Root of a tree of hashes (inner byte order). @see Bitcoin's block header */
export function merkleRoot (hashes: readonly Uint8Array[]): Uint8Array {
  let level = [...hashes]
  while (level.length > 1) {
    const next: Uint8Array[] = []
    for (let i = 0; i < level.length; i += 2) next.push(crypto.hash256(concatBytes(level[i]!, level[i + 1] ?? level[i]!)))
    level = next
  }
  return level[0] ?? new Uint8Array(32)
}

/** A header without work: nobody checks the work of a chain that one process makes. */
function headerOf (parent: HashHex, root: Uint8Array, time: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setUint32(0, VERSION, true)
  header.set(reversed(parent), 4)
  header.set(root, 36)
  view.setUint32(68, time, true)
  view.setUint32(72, REGTEST_BITS, true)
  return header
}

export function ledger (parameters: ChainParameters): Ledger {
  const genesis: LedgerBlock = { height: 0, hash: parameters.genesisHash, parent: '00'.repeat(32), time: GENESIS_TIME, medianTime: GENESIS_TIME, header: new Uint8Array(HEADER_BYTES), transactions: [] }
  const blocks: LedgerBlock[] = [genesis]
  const byHash = new Map<HashHex, LedgerBlock>([[genesis.hash, genesis]])
  const stale = new Set<HashHex>()
  const coins = new Map<string, Coin>()
  const undo = new Map<HashHex, ReadonlyArray<readonly [string, Coin]>>()
  const tip = (): LedgerBlock => blocks[blocks.length - 1]!

  const medianTime = (time: number): number => {
    const times = [...blocks.slice(-(MEDIAN_BLOCKS - 1)).map((block) => block.time), time].sort((a, b) => a - b)
    return times[times.length >> 1]!
  }
  return {
    get tip () { return tip() },
    coins,
    blockAt: (height) => blocks[height],
    block: (hash) => byHash.get(hash),
    connect: (time, transactions) => {
      const parent = tip()
      const height = parent.height + 1
      const header = headerOf(parent.hash, merkleRoot(transactions.map(({ txid }) => reversed(txid))), time)
      const spent: Array<readonly [string, Coin]> = []
      for (const tx of transactions) {
        for (const { key } of tx.coinbase ? [] : tx.inputs) {
          const coin = coins.get(key)
          if (coin === undefined) throw new Error(`block ${height}: ${key} is not there to spend`)
          spent.push([key, coin])
          coins.delete(key)
        }
        for (const [key, coin] of coinsOf(tx, height)) coins.set(key, coin)
      }
      const block: LedgerBlock = { height, hash: displayed(crypto.hash256(header)), parent: parent.hash, time, medianTime: medianTime(time), header, transactions }
      blocks.push(block)
      byHash.set(block.hash, block)
      stale.delete(block.hash)
      undo.set(block.hash, spent)
      return block
    },
    disconnect: () => {
      const block = tip()
      if (block.height === 0) throw new RangeError('the genesis block stays')
      for (const tx of block.transactions) for (const [key] of coinsOf(tx, block.height)) coins.delete(key)
      const made = new Set(block.transactions.map(({ txid }) => txid))
      // What was made and spent within the block was never outside it.
      for (const [key, coin] of undo.get(block.hash) ?? []) if (!made.has(key.slice(0, 64))) coins.set(key, coin)
      undo.delete(block.hash)
      blocks.pop()
      stale.add(block.hash)
      for (const oldest of stale) {
        if (stale.size <= STALE_BLOCKS_MAX) break
        stale.delete(oldest)
        byHash.delete(oldest)
      }
      return block
    }
  }
}
