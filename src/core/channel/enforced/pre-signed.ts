import { concatBytes } from '../../base/bytes.js'
import { sha256, taggedHash } from '../../base/hash.js'
import { otherSide, type Lock, type Side } from '../lock.js'
import type { Commitment, PtlcOutput } from './commitment.js'
import { fixedParts } from './contract.js'
import { revealLeaf, type TaprootOutput } from './scripts.js'
import { KEY_VERSION_AND_NO_SEPARATOR, SIGHASH_SINGLE_ANYONE_CAN_PAY } from './sighash.js'
import { u32le, type Transaction } from './transaction.js'

/**
 * The transactions that take the output of a lock, two for each output, signed in advance by the side that does not
 * publish them. Only these exist: the script names neither expiry nor point, they do. @see ENF-8
 *
 * | on the commitment of | spent by | of a lock that it offered | of a lock that the other offered |
 * |---|---|---|---|
 * | its owner | the owner | timeout, after the expiry | success, with t |
 * | its owner | the other | claim, with t | claim-timeout, after the expiry |
 */
export type PtlcSpend = 'timeout' | 'success' | 'claim' | 'claim-timeout'

/** Which transaction takes a lock's output when `spender` publishes it. */
export const spendOf = (lock: Lock, owner: Side, spender: Side): PtlcSpend =>
  spender === owner ? (lock.offeredBy === owner ? 'timeout' : 'success') : lock.offeredBy === owner ? 'claim' : 'claim-timeout'

/** Whether t is needed: the spender is not the one who offered the lock. Then the signature given in advance is one short of t. */
export const needsSecret = (lock: Lock, spender: Side): boolean => lock.offeredBy !== spender

/** Least height of the block before the one that holds the spend. */
export const lockTimeOf = (lock: Lock, spender: Side): number => needsSecret(lock, spender) ? 0 : lock.terms.expiry.value

/** Where the spend pays to: what the owner takes stays revocable, what the other takes is its own at once. */
export const targetOf = ({ contract, owner, revocable }: Commitment, spender: Side): TaprootOutput =>
  spender === owner ? revocable : fixedParts(contract).sides[spender].claimed

/** The spend of one lock's output, without fee and not signed: exactly what was signed in advance. @see ENF-8 */
export function ptlcSpend (commitment: Commitment, ptlc: PtlcOutput, spender: Side): Transaction {
  const { transactionVersion, preSignedSequence } = fixedParts(commitment.contract)
  return {
    version: transactionVersion,
    lockTime: lockTimeOf(ptlc.lock, spender),
    inputs: [{ txid: commitment.txid, index: ptlc.index, sequence: preSignedSequence, witness: [] }],
    outputs: [{ valueSat: ptlc.valueSat, script: targetOf(commitment, spender).script }]
  }
}

/** What is signed in advance of the spends of one spender on one commitment: only lock time, index and value change from lock to lock. */
interface Template {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly output: Uint8Array
  readonly outputView: DataView
}

const LOCK_TIME_AT = 6
const INDEX_AT = 11 + 32
const VALUE_AT = INDEX_AT + 4
const OUTPUT_HASH_AT = VALUE_AT + 8 + 35 + 4

function templateOf (commitment: Commitment, spender: Side): Template {
  const { transactionVersion, preSignedSequence } = fixedParts(commitment.contract)
  const bytes = concatBytes(
    Uint8Array.of(0, SIGHASH_SINGLE_ANYONE_CAN_PAY), u32le(transactionVersion), u32le(0), Uint8Array.of(2),
    commitment.txid, u32le(0), new Uint8Array(8), Uint8Array.of(34), commitment.ptlc.script, u32le(preSignedSequence),
    new Uint8Array(32), commitment.ptlc.leaf!.hash, KEY_VERSION_AND_NO_SEPARATOR)
  const output = concatBytes(new Uint8Array(8), Uint8Array.of(34), targetOf(commitment, spender).script)
  return { bytes, view: new DataView(bytes.buffer), output, outputView: new DataView(output.buffer) }
}

/** What is signed in advance for each of the commitment's locks, in the order of the outputs. @see BIP 341, ENF-8 */
export function preSignedHashes (commitment: Commitment, spender: Side): readonly Uint8Array[] {
  if (commitment.ptlcs.length === 0) return []
  const { bytes, view, output, outputView } = templateOf(commitment, spender)
  return commitment.ptlcs.map(({ lock, index, valueSat }) => {
    view.setUint32(LOCK_TIME_AT, lockTimeOf(lock, spender), true)
    view.setUint32(INDEX_AT, index, true)
    view.setBigUint64(VALUE_AT, valueSat, true)
    outputView.setBigUint64(0, valueSat, true)
    bytes.set(sha256(output), OUTPUT_HASH_AT)
    return taggedHash('TapSighash', bytes)
  })
}

/**
 * The witness of a spend by the script.
 *
 * @param spenderSignature - 64 bytes, of the whole transaction, or 65 with the sign of another hash
 * @param given - the other side's signature: 64 bytes; its 65th byte is put on here
 */
export function ptlcWitness (commitment: Commitment, spender: Side, spenderSignature: Uint8Array, given: Uint8Array): readonly Uint8Array[] {
  const inAdvance = concatBytes(given, Uint8Array.of(SIGHASH_SINGLE_ANYONE_CAN_PAY))
  const [owners, others] = spender === commitment.owner ? [spenderSignature, inAdvance] : [inAdvance, spenderSignature]
  // The script checks the owner's first, so it lies on top.
  return [others, owners, ...revealLeaf(commitment.ptlc)]
}

/** The signature that the other side gave in advance, out of the witness of a spend: 64 bytes; undefined when there is none. */
export function givenIn (witness: readonly Uint8Array[], owner: Side, spender: Side): Uint8Array | undefined {
  const signature = witness[otherSide(spender) === owner ? 1 : 0]
  return witness.length === 4 && signature?.length === 65 ? signature.subarray(0, 64) : undefined
}
