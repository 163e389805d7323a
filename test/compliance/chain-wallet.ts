import assert from 'node:assert/strict'
import { Transaction, crypto } from 'bitcoinjs-lib'
import { concatBytes, fromHex, toHex } from '../../src/core/base/bytes.js'
import { taggedHash } from '../../src/core/base/hash.js'
import { addMulG, mulG } from '../../src/core/crypto/curve.js'
import { signSchnorr } from '../../src/core/crypto/schnorr.js'

/** Keys of a test: everybody may know them. */
export const secretOf = (n: number): Uint8Array => { const secret = new Uint8Array(32).fill(0x11); secret[31] = n; return secret }
export const xOnly = (secret: Uint8Array): Uint8Array => mulG(secret).subarray(1)

/** A coin and how it is spent. */
export interface Coin {
  readonly txid: string
  readonly vout: number
  readonly valueSat: bigint
  readonly lock: Lock
}

/** An output script and what its spending needs. */
export interface Lock {
  readonly script: Uint8Array
  /** Signs for the key path. */
  readonly secret?: Uint8Array
  readonly leaf?: Uint8Array
  readonly control?: Uint8Array
  /** Keys that sign the leaf, in the order of their checks. */
  readonly leafSecrets?: readonly Uint8Array[]
}

export const ANCHOR: Lock = { script: Uint8Array.of(0x51, 0x02, 0x4e, 0x73) }
const taproot = (key: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(0x51, 0x20), key)

/** A taproot output whose key is the key itself. */
export const keyLock = (n = 1): Lock => ({ script: taproot(xOnly(secretOf(n))), secret: secretOf(n) })

/** A taproot output of one leaf. @param internalSecret - of the key under it */
export function leafLock (leaf: Uint8Array, leafSecrets: readonly Uint8Array[], internalSecret = secretOf(1)): Lock {
  const leafHash = leafHashOf(leaf)
  const internal = xOnly(internalSecret)
  const output = addMulG(concatBytes(Uint8Array.of(2), internal), taggedHash('TapTweak', concatBytes(internal, leafHash)))
  assert.ok(output !== undefined)
  return { script: taproot(output.subarray(1)), leaf, control: concatBytes(Uint8Array.of(0xc0 | (output[0]! & 1)), internal), leafSecrets }
}

export const leafHashOf = (leaf: Uint8Array): Uint8Array => taggedHash('TapLeaf', concatBytes(Uint8Array.of(0xc0, leaf.length), leaf))

// The few opcodes that the leaves here need.
export const op = { checkSig: 0xac, checkSigVerify: 0xad, csv: 0xb2, cltv: 0xb1, drop: 0x75, success: 0x50 } as const

/** A script of opcodes, small numbers and pushes. */
export function script (...parts: ReadonlyArray<number | Uint8Array | { readonly number: number }>): Uint8Array {
  return concatBytes(...parts.map((part) => {
    if (typeof part === 'number') return Uint8Array.of(part)
    if (part instanceof Uint8Array) return concatBytes(Uint8Array.of(part.length), part)
    if (part.number >= 1 && part.number <= 16) return Uint8Array.of(0x50 + part.number)
    const bytes: number[] = []
    for (let rest = part.number; rest > 0; rest >>>= 8) bytes.push(rest & 0xff)
    if (bytes.at(-1)! >= 0x80) bytes.push(0)
    return Uint8Array.of(bytes.length, ...bytes)
  }))
}

export interface SpendInput {
  readonly coin: Coin
  readonly sequence?: number
  /** 0 is DEFAULT. */
  readonly hashType?: number
  /** Spends by the leaf although there is a key, or the other way round. */
  readonly byLeaf?: boolean
  /** Last touch to the witness, for what must be refused. */
  readonly bend?: (witness: Uint8Array[]) => Uint8Array[]
}

export interface Spend {
  readonly inputs: readonly SpendInput[]
  readonly outputs: ReadonlyArray<{ readonly script: Uint8Array, readonly valueSat: bigint }>
  readonly version?: number
  readonly lockTime?: number
}

export const SEQUENCE = 0xfffffffd

/** Builds a transaction and signs every input. */
export function spend ({ inputs, outputs, version = 2, lockTime = 0 }: Spend): Transaction {
  const tx = new Transaction()
  tx.version = version
  tx.locktime = lockTime
  for (const { coin, sequence = SEQUENCE } of inputs) tx.addInput(fromHex(coin.txid).reverse(), coin.vout, sequence)
  for (const { script: output, valueSat } of outputs) tx.addOutput(output, valueSat)
  signAll(tx, inputs)
  return tx
}

export function signAll (tx: Transaction, inputs: readonly SpendInput[]): void {
  const scripts = inputs.map(({ coin }) => coin.lock.script)
  const values = inputs.map(({ coin }) => coin.valueSat)
  inputs.forEach(({ coin: { lock }, hashType = 0, bend = (witness) => witness }, i) => {
    const typed = (signature: Uint8Array): Uint8Array => hashType === 0 ? signature : concatBytes(signature, Uint8Array.of(hashType))
    if (lock.leaf !== undefined) {
      const hash = tx.hashForWitnessV1(i, scripts, values, hashType, leafHashOf(lock.leaf))
      // The last check finds its signature deepest.
      const signatures = (lock.leafSecrets ?? []).map((secret) => typed(signSchnorr(hash, secret))).reverse()
      tx.setWitness(i, bend([...signatures, lock.leaf, lock.control!]))
    } else if (lock.secret !== undefined) {
      tx.setWitness(i, bend([typed(signSchnorr(tx.hashForWitnessV1(i, scripts, values, hashType), lock.secret))]))
    } else tx.setWitness(i, bend([]))
  })
}

/** The coin that an output of a transaction is. */
export const coinOf = (tx: Transaction, vout: number, lock: Lock): Coin => ({ txid: tx.getId(), vout, valueSat: BigInt(tx.outs[vout]!.value), lock })

/** The coins of a list of raw transactions that pay to a lock. */
export const paidTo = (raw: Uint8Array, lock: Lock): readonly Coin[] => {
  const tx = Transaction.fromBuffer(raw)
  return tx.outs.flatMap((output, vout) => toHex(output.script) === toHex(lock.script) ? [coinOf(tx, vout, lock)] : [])
}

export const flip = (bytes: Uint8Array, at: number): Uint8Array => { const out = Uint8Array.from(bytes); out[at]! ^= 1; return out }
export const hash160 = (bytes: Uint8Array): Uint8Array => crypto.hash160(bytes)
