import { Transaction, crypto } from 'bitcoinjs-lib'
import { concatBytes, fromHex } from '../../core/base/bytes.js'
import { merkleRoot } from './ledger.js'
import { parseTransaction, type ParsedTransaction } from './parsed-transaction.js'

/** Fifty coins for ever: a private chain that halved as regtest does would soon have nothing to give. */
export const SUBSIDY_SAT = 5_000_000_000n

const COMMITMENT_PREFIX = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed)
const FINAL = 0xffffffff

/**
 * The first transaction of a block: subsidy and fees to `script`, the height (BIP 34) and the witness commitment
 * (BIP 141).
 *
 * @param extra - tells blocks of the same height and time apart
 */
export function coinbaseTransaction (height: number, script: Uint8Array, feesSat: bigint, transactions: readonly ParsedTransaction[], extra: number): ParsedTransaction {
  const tx = new Transaction()
  tx.version = 2
  tx.addInput(new Uint8Array(32), FINAL, FINAL, concatBytes(heightPush(height), Uint8Array.of(4, extra & 0xff, extra >>> 8 & 0xff, extra >>> 16 & 0xff, extra >>> 24)))
  tx.addOutput(script, SUBSIDY_SAT + feesSat)
  const reserved = new Uint8Array(32)
  const root = merkleRoot([reserved, ...transactions.map(({ wtxid }) => fromHex(wtxid).reverse())])
  tx.addOutput(concatBytes(COMMITMENT_PREFIX, crypto.hash256(concatBytes(root, reserved))), 0n)
  tx.setWitness(0, [reserved])
  return parseTransaction(tx.toBuffer())!
}

function heightPush (height: number): Uint8Array {
  if (height <= 16) return Uint8Array.of(0x50 + height)
  const bytes: number[] = []
  for (let rest = height; rest > 0; rest >>>= 8) bytes.push(rest & 0xff)
  if (bytes.at(-1)! >= 0x80) bytes.push(0)
  return Uint8Array.of(bytes.length, ...bytes)
}
