import { concatBytes, toHex, type Hex } from '../../base/bytes.js'
import { sha256 } from '../../base/hash.js'
import { invariant } from '../../base/invariant.js'
import { SCRIPT_BYTES_MAX, TRANSACTION_ITEMS_MAX, WITNESS_ITEMS_MAX } from './limits.js'

/** An output by the transaction that made it. `txid`: 32 bytes in the order of the wire, as it is hashed. */
export interface Outpoint {
  readonly txid: Uint8Array
  readonly index: number
}

export interface TransactionInput extends Outpoint {
  readonly sequence: number
  /** Empty while it is not signed. */
  readonly witness: readonly Uint8Array[]
}

export interface TransactionOutput {
  readonly valueSat: bigint
  readonly script: Uint8Array
}

/** A transaction whose inputs are all segregated: none has a signature script. */
export interface Transaction {
  readonly version: number
  readonly lockTime: number
  readonly inputs: readonly TransactionInput[]
  readonly outputs: readonly TransactionOutput[]
}

/** A txid as people and the RPC write it: the last byte first. */
export const displayTxid = (txid: Uint8Array): Hex => toHex(txid.slice().reverse())

/** One outpoint as text, for keys of maps: txid as people write it, a colon, the index. */
export const outpointText = ({ txid, index }: Outpoint): string => `${displayTxid(txid)}:${index}`

/** Compact size, up to 32 bits. */
export function compactSize (value: number): Uint8Array {
  if (value < 0xfd) return Uint8Array.of(value)
  if (value <= 0xffff) return Uint8Array.of(0xfd, value & 0xff, value >> 8)
  return concatBytes(Uint8Array.of(0xfe), u32le(value))
}

/** 32 bits, the lowest byte first. */
export const u32le = (value: number): Uint8Array => Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24)

/** 64 bits, the lowest byte first. */
export function u64le (value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
}

export const outpointBytes = ({ txid, index }: Outpoint): Uint8Array => concatBytes(txid, u32le(index))
export const outputBytes = ({ valueSat, script }: TransactionOutput): Uint8Array => concatBytes(u64le(valueSat), compactSize(script.length), script)

const NO_SCRIPT = Uint8Array.of(0)
const MARKER_AND_FLAG = Uint8Array.of(0, 1)

/** Bytes without witnesses: what the txid is the hash of. */
export const strippedBytes = (tx: Transaction): Uint8Array => concatBytes(u32le(tx.version), bodyOf(tx), u32le(tx.lockTime))

/** Bytes as they are broadcast. */
export function transactionBytes (tx: Transaction): Uint8Array {
  const witnesses = tx.inputs.flatMap(({ witness }) => [compactSize(witness.length), ...witness.flatMap((item) => [compactSize(item.length), item])])
  return concatBytes(u32le(tx.version), MARKER_AND_FLAG, bodyOf(tx), ...witnesses, u32le(tx.lockTime))
}

const bodyOf = ({ inputs, outputs }: Transaction): Uint8Array => concatBytes(
  compactSize(inputs.length),
  ...inputs.flatMap((input) => [outpointBytes(input), NO_SCRIPT, u32le(input.sequence)]),
  compactSize(outputs.length),
  ...outputs.map(outputBytes))

/** 32 bytes in the order of the wire. */
export const txidOf = (tx: Transaction): Uint8Array => sha256(sha256(strippedBytes(tx)))

/** Four times the bytes without witnesses, plus the bytes of the witnesses. @see BIP 141 */
export function weightOf (tx: Transaction): number {
  return 3 * strippedBytes(tx).length + transactionBytes(tx).length
}

/** Weight over four, rounded up. */
export const vsizeOf = (tx: Transaction): number => Math.ceil(weightOf(tx) / 4)

/** The transaction with one input's witness in place. */
export function withWitness (tx: Transaction, index: number, witness: readonly Uint8Array[]): Transaction {
  invariant(tx.inputs[index] !== undefined, 'a witness belongs to an input')
  return { ...tx, inputs: tx.inputs.with(index, { ...tx.inputs[index], witness }) }
}

interface Cursor { readonly bytes: Uint8Array, offset: number, failed: boolean }

/** Reads a transaction of whatever kind; signature scripts are dropped. Undefined when the bytes are not exactly one. */
export function readTransaction (bytes: Uint8Array): Transaction | undefined {
  const from: Cursor = { bytes, offset: 0, failed: false }
  const version = readU32(from)
  const segregated = bytes[from.offset] === 0
  if (segregated && readBytes(from, 2)[1] !== 1) return undefined
  const inputs = readMany(from, TRANSACTION_ITEMS_MAX, (): TransactionInput => {
    const txid = readBytes(from, 32)
    const index = readU32(from)
    readBytes(from, readSize(from, SCRIPT_BYTES_MAX))
    return { txid, index, sequence: readU32(from), witness: [] }
  })
  const outputs = readMany(from, TRANSACTION_ITEMS_MAX, (): TransactionOutput => {
    const valueSat = readU64(from)
    return { valueSat, script: readBytes(from, readSize(from, SCRIPT_BYTES_MAX)) }
  })
  const signed = segregated
    ? inputs.map((input) => ({ ...input, witness: readMany(from, WITNESS_ITEMS_MAX, () => readBytes(from, readSize(from, SCRIPT_BYTES_MAX))) }))
    : inputs
  const lockTime = readU32(from)
  return from.failed || from.offset !== bytes.length ? undefined : { version, lockTime, inputs: signed, outputs }
}

function readBytes (from: Cursor, count: number): Uint8Array {
  const start = from.offset
  if (from.failed || start + count > from.bytes.length) {
    from.failed = true
    return new Uint8Array(0)
  }
  from.offset = start + count
  return from.bytes.slice(start, start + count)
}

const littleEndian = (bytes: Uint8Array): number => bytes.reduceRight((value, byte) => value * 256 + byte, 0)
const readU32 = (from: Cursor): number => littleEndian(readBytes(from, 4))
const readU64 = (from: Cursor): bigint => readBytes(from, 8).reduceRight((value, byte) => value << 8n | BigInt(byte), 0n)

function readSize (from: Cursor, max: number): number {
  const first = readBytes(from, 1)[0] ?? 0
  const size = first < 0xfd ? first : littleEndian(readBytes(from, first === 0xfd ? 2 : first === 0xfe ? 4 : 8))
  if (size <= max) return size
  from.failed = true
  return 0
}

function readMany<T> (from: Cursor, max: number, read: () => T): T[] {
  const count = readSize(from, max)
  const items: T[] = []
  for (let i = 0; i < count && !from.failed; i++) items.push(read())
  return items
}
