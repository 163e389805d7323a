import { equalBytes } from '../base/bytes.js'
import { outpointText, txidOf, type Outpoint, type Transaction } from './enforced/transaction.js'
import { TRANSACTIONS_SEEN_MAX } from './resolver/limits.js'

/** A transaction that touches an output which a channel watches. */
export interface SeenTransaction {
  readonly tx: Transaction
  /** In the order of the wire. */
  readonly txid: Uint8Array
  /** Of its block; undefined while it is unconfirmed. */
  readonly height: number | undefined
}

/** What the chain is known to hold of one channel. Volatile: it is asked for again after a restart, from the height at which the channel was opened. */
export interface ChainFacts {
  readonly seen: readonly SeenTransaction[]
}

export const NO_FACTS: ChainFacts = Object.freeze({ seen: [] })

/** The facts with one transaction more, or with its new height. */
export function withTransaction (facts: ChainFacts, tx: Transaction, height: number | undefined): ChainFacts {
  const txid = txidOf(tx)
  const others = facts.seen.filter((one) => !equalBytes(one.txid, txid))
  // Unconfirmed ones may come in any number; the oldest of them is the least use.
  const spare = others.length < TRANSACTIONS_SEEN_MAX ? -1 : others.findIndex((one) => one.height === undefined)
  return { seen: [...spare < 0 ? others : others.toSpliced(spare, 1), { tx, txid, height }] }
}

/** The facts after the block of a height left the chain: what it held counts as unconfirmed. @see ENF-21 */
export const withoutBlock = (facts: ChainFacts, height: number): ChainFacts => facts.seen.every((one) => one.height === undefined || one.height < height)
  ? facts
  : { seen: facts.seen.map((one) => one.height === undefined || one.height < height ? one : { ...one, height: undefined }) }

/** One input that spends a watched output. */
export interface Spend {
  readonly by: SeenTransaction
  readonly input: number
}

/** All known spends of an output. */
export type SpendsOf = (outpoint: Outpoint) => readonly Spend[]

/** Looks spends up by what they spend. */
export function indexSpends ({ seen }: ChainFacts): SpendsOf {
  const spends = new Map<string, Spend[]>()
  for (const by of seen) {
    by.tx.inputs.forEach((input, index) => {
      const key = outpointText(input)
      spends.set(key, [...spends.get(key) ?? [], { by, input: index }])
    })
  }
  return (outpoint) => spends.get(outpointText(outpoint)) ?? []
}

/** The spend that is in the chain. */
export const confirmed = (spends: readonly Spend[]): Spend & { readonly by: { readonly height: number } } | undefined =>
  spends.find((spend): spend is Spend & { readonly by: SeenTransaction & { readonly height: number } } => spend.by.height !== undefined)

/** Confirmations at a height; 0 while unconfirmed. */
export const depthOf = ({ height }: Pick<SeenTransaction, 'height'>, tip: number): number => height === undefined ? 0 : Math.max(0, tip - height + 1)
