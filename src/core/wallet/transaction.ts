import { Transaction } from 'bitcoinjs-lib'
import { fromHex, toHex, type Hex } from '../base/bytes.js'
import { mulDivCeil } from '../base/money.js'
import { signSchnorr } from '../crypto/schnorr.js'
import type { Outpoint, Output } from './chain-facts.js'

/** A transaction as far as the wallet reads it. */
export interface ReadTransaction {
  readonly txid: Hex
  /** Empty for a coinbase. */
  readonly inputs: readonly Outpoint[]
  readonly outputs: readonly Output[]
  readonly coinbase: boolean
}

/** Reads a transaction of the chain; undefined when the bytes are none. */
export function readTransaction (raw: Uint8Array): ReadTransaction | undefined {
  let tx: Transaction
  try {
    tx = Transaction.fromBuffer(raw)
  } catch {
    return undefined // the package has no other way to say "not a transaction"; what a backend says is not believed
  }
  const coinbase = tx.isCoinbase()
  return {
    txid: tx.getId(),
    inputs: coinbase ? [] : tx.ins.map(({ hash, index }) => ({ txid: toHex(hash.slice().reverse()), vout: index })),
    outputs: tx.outs.map(({ value, script }) => ({ valueSat: BigInt(value), script })),
    coinbase
  }
}

/** An input that spends a taproot output of ours by its key. */
export interface OwnInput extends Outpoint {
  readonly output: Output
  /** Of the output key. */
  readonly secret: Uint8Array
}

/** Signals that it may be replaced, and lets lock times count. @see BIP 125 */
export const SEQUENCE_REPLACEABLE = 0xfffffffd
const SIGHASH_DEFAULT = 0
const SIGNATURE_BYTES = 64
/** Bytes of the witness of an input of ours with its count and length. */
export const OWN_WITNESS_BYTES = 1 + 1 + SIGNATURE_BYTES

export interface SignedTransaction {
  readonly txid: Hex
  readonly raw: Uint8Array
  readonly vsize: number
}

function unsigned (inputs: readonly Outpoint[], outputs: readonly Output[]): Transaction {
  const tx = new Transaction()
  tx.version = 2
  // No lock time: what was signed stays valid when blocks are taken back.
  for (const { txid, vout } of inputs) tx.addInput(fromHex(txid).reverse(), vout, SEQUENCE_REPLACEABLE)
  for (const { script, valueSat } of outputs) tx.addOutput(script, valueSat)
  return tx
}

/** Virtual size of a transaction of our inputs, which is known before it is signed. */
export function vsizeOf (inputs: readonly Outpoint[], outputs: readonly Output[]): number {
  const tx = unsigned(inputs, outputs)
  inputs.forEach((_input, i) => { tx.setWitness(i, [new Uint8Array(SIGNATURE_BYTES)]) })
  return tx.virtualSize()
}

/** Builds and signs a transaction whose inputs are all ours. */
export function signTransaction (inputs: readonly OwnInput[], outputs: readonly Output[]): SignedTransaction {
  const tx = unsigned(inputs, outputs)
  inputs.forEach(({ secret }, i) => { tx.setWitness(i, [signInput(tx, i, inputs.map(({ output }) => output), secret)]) })
  return { txid: tx.getId(), raw: tx.toBuffer(), vsize: tx.virtualSize() }
}

/** Signs one input by its key, for all inputs and outputs. @see BIP 341, BIP 86 */
const signInput = (tx: Transaction, index: number, prevouts: readonly Output[], secret: Uint8Array): Uint8Array =>
  signSchnorr(tx.hashForWitnessV1(index, prevouts.map(({ script }) => script), prevouts.map(({ valueSat }) => valueSat), SIGHASH_DEFAULT), secret)

/** A transaction made by another part of the node, as plain data; `txid` in the order of the wire. */
export interface PlainTransaction {
  readonly version: number
  readonly lockTime: number
  readonly inputs: ReadonlyArray<{ readonly txid: Uint8Array, readonly index: number, readonly sequence: number }>
  readonly outputs: readonly Output[]
}

/** The witness of one input of a transaction that another part of the node made. @param prevouts - what all inputs spend */
export function signPlainInput (plain: PlainTransaction, index: number, prevouts: readonly Output[], secret: Uint8Array): readonly Uint8Array[] {
  const tx = new Transaction()
  tx.version = plain.version
  tx.locktime = plain.lockTime
  for (const input of plain.inputs) tx.addInput(input.txid.slice(), input.index, input.sequence)
  for (const { script, valueSat } of plain.outputs) tx.addOutput(script, valueSat)
  return [signInput(tx, index, prevouts, secret)]
}

/** Fee of a size at a rate in satoshis for 1,000 virtual bytes, rounded up. */
export const feeFor = (satPerKvb: bigint, vsize: number): bigint => mulDivCeil(satPerKvb, BigInt(vsize), 1_000n)
