import type { ParsedOutput, ParsedTransaction } from './parsed-transaction.js'

/** An output that is not spent in the chain. */
export interface Coin extends ParsedOutput {
  readonly height: number
  readonly coinbase: boolean
}

/** Height that stands for "in the next block, if at all". */
export const MEMPOOL_HEIGHT = 0x7fffffff

/** Looks an outpoint (`txid:vout`) up. */
export type CoinView = (key: string) => Coin | undefined

/** Outputs that no input can ever spend are not kept. */
const spendable = (script: Uint8Array): boolean => script[0] !== 0x6a && script.length <= 10_000

/** The coins that a transaction makes, by outpoint. */
export function coinsOf (tx: ParsedTransaction, height: number): ReadonlyArray<readonly [key: string, coin: Coin]> {
  return tx.outputs.flatMap((output, vout) => spendable(output.script) ? [[`${tx.txid}:${vout}`, { ...output, height, coinbase: tx.coinbase }] as const] : [])
}
