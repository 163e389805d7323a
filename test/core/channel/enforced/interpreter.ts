import { parseTransaction } from '../../../../src/adapters/chain-embedded/parsed-transaction.js'
import { verifyScripts } from '../../../../src/adapters/chain-embedded/interpreter.js'
import { transactionBytes, type Transaction, type TransactionOutput } from '../../../../src/core/channel/enforced/transaction.js'

/** What a real interpreter of scripts finds wrong with a signed transaction; undefined when all its inputs are valid. Lock times are the chain's to check. */
export function wrongWith (tx: Transaction, prevouts: readonly TransactionOutput[]): string | undefined {
  const parsed = parseTransaction(transactionBytes(tx))
  if (parsed === undefined) return 'not a transaction'
  return verifyScripts(parsed, prevouts.map(({ valueSat, script }) => ({ valueSat, script, height: 1, coinbase: false })))
}
