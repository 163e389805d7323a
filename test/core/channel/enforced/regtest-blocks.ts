import { crypto } from 'bitcoinjs-lib'
import { coinbaseTransaction } from '../../../../src/adapters/chain-embedded/coinbase.js'
import type { ParsedTransaction } from '../../../../src/adapters/chain-embedded/parsed-transaction.js'
import { concatBytes, fromHex } from '../../../../src/core/base/bytes.js'
import { u32le } from '../../../../src/core/channel/enforced/transaction.js'

/** A block on top of regtest's genesis that holds nothing but its coinbase. */
export interface FixedBlock {
  readonly raw: Uint8Array
  readonly coinbase: ParsedTransaction
}

const GENESIS = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'
const GENESIS_TIME = 1_296_688_602
const BITS = 0x207fffff

/** The first blocks of a regtest chain, always the same: any node takes them (`submitblock`). */
export function firstBlocks (count: number, script: Uint8Array): readonly FixedBlock[] {
  let parent = fromHex(GENESIS).reverse()
  return Array.from({ length: count }, (_, i) => {
    const coinbase = coinbaseTransaction(i + 1, script, 0n, [], 0)
    const base = concatBytes(u32le(0x20000000), parent, fromHex(coinbase.txid).reverse(), u32le(GENESIS_TIME + 600 * (i + 1)), u32le(BITS))
    let header = concatBytes(base, u32le(0))
    // Every second hash is work enough on regtest: its highest bit is zero.
    for (let nonce = 1; crypto.hash256(header)[31]! >= 0x7f; nonce++) header = concatBytes(base, u32le(nonce))
    parent = Uint8Array.from(crypto.hash256(header))
    return { raw: concatBytes(header, Uint8Array.of(1), coinbase.raw), coinbase }
  })
}
