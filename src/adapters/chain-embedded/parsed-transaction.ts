import { Transaction } from 'bitcoinjs-lib'
import { toHex, type Hex } from '../../core/base/bytes.js'
import { outpointKey, type WatchableTransaction } from '../../ports/chain-watches.js'

export interface ParsedInput {
  readonly txid: Hex
  readonly vout: number
  /** `txid:vout`. */
  readonly key: string
  readonly script: Uint8Array
  readonly sequence: number
  readonly witness: readonly Uint8Array[]
}

export interface ParsedOutput {
  readonly valueSat: bigint
  readonly script: Uint8Array
}

/** A transaction read once, with everything the rules ask for. */
export interface ParsedTransaction extends WatchableTransaction {
  readonly wtxid: Hex
  readonly raw: Uint8Array
  readonly version: number
  readonly lockTime: number
  readonly inputs: readonly ParsedInput[]
  readonly outputs: readonly ParsedOutput[]
  readonly weight: number
  /** Weight over four, rounded up. */
  readonly vsize: number
  /** Bytes without witnesses. */
  readonly strippedBytes: number
  readonly coinbase: boolean
}

const NULL_TXID = '00'.repeat(32)
const NULL_VOUT = 0xffffffff

const displayHash = (hash: Uint8Array): Hex => toHex(Uint8Array.from(hash).reverse())

/** Reads a transaction; undefined when the bytes are not exactly one. */
export function parseTransaction (raw: Uint8Array): ParsedTransaction | undefined {
  let tx: Transaction
  try {
    tx = Transaction.fromBuffer(raw)
  } catch {
    return undefined
  }
  const inputs = tx.ins.map((input): ParsedInput => {
    const outpoint = { txid: displayHash(input.hash), vout: input.index }
    return { ...outpoint, key: outpointKey(outpoint), script: input.script, sequence: input.sequence, witness: input.witness }
  })
  const outputs = tx.outs.map((output): ParsedOutput => ({ valueSat: BigInt(output.value), script: output.script }))
  const coinbase = inputs.length === 1 && inputs[0]!.txid === NULL_TXID && inputs[0]!.vout === NULL_VOUT
  const weight = tx.weight()
  return {
    txid: tx.getId(),
    wtxid: displayHash(tx.getHash(true)),
    raw: Uint8Array.from(raw),
    version: tx.version >>> 0,
    lockTime: tx.locktime,
    inputs,
    outputs,
    weight,
    vsize: Math.ceil(weight / 4),
    strippedBytes: tx.byteLength(false),
    coinbase,
    spends: coinbase ? [] : inputs.map(({ txid, vout }) => ({ txid, vout })),
    scripts: outputs.map(({ script }) => toHex(script))
  }
}
