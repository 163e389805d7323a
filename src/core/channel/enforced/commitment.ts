import { concatBytes } from '../../base/bytes.js'
import { sha256, taggedHash } from '../../base/hash.js'
import { invariant } from '../../base/invariant.js'
import type { Units } from '../../base/money.js'
import { revocationPublicKey } from '../../crypto/keys.js'
import { otherSide, type Lock, type Side } from '../lock.js'
import { compareOutputs, fixedParts, numberFields, openerCostSat, type Contract } from './contract.js'
import { SHARED_ANCHOR_SAT_MAX } from './limits.js'
import { revealLeaf, SHARED_ANCHOR_SCRIPT, taprootOutput, type TaprootOutput } from './scripts.js'
import { KEY_VERSION_AND_NO_SEPARATOR, SIGHASH_DEFAULT } from './sighash.js'
import { compactSize, u32le, type Transaction, type TransactionOutput } from './transaction.js'

/** What a commitment divides, in smallest units, a thousand to the satoshi. */
export interface Division {
  readonly localBalance: Units
  readonly remoteBalance: Units
  /** Live locks of both sides, in any order. */
  readonly locks: readonly Lock[]
}

/** A lock that has an output of its own. */
export interface PtlcOutput {
  readonly lock: Lock
  readonly index: number
  readonly valueSat: bigint
}

export type OutputKind = 'to-local' | 'to-remote' | 'shared-anchor' | 'owner-anchor' | 'other-anchor' | 'ptlc'

/**
 * One commitment of one side, with all that is needed to sign, publish, claim on and punish it.
 *
 * `to-local` is what waits for its owner, `to-remote` what the other side takes at once, in the words of BOLT 3.
 */
export interface Commitment {
  readonly contract: Contract
  /** Whose commitment it is: who may publish it. */
  readonly owner: Side
  readonly number: number
  /** Not signed. */
  readonly transaction: Transaction
  /** In the order of the wire. */
  readonly txid: Uint8Array
  /** What both sides sign. */
  readonly signatureHash: Uint8Array
  /** To the owner after the delay, to the other side at once when revoked; second stages pay to it too. */
  readonly revocable: TaprootOutput
  /** Of every lock. */
  readonly ptlc: TaprootOutput
  readonly ptlcs: readonly PtlcOutput[]
  /** Of each output. */
  readonly kinds: readonly OutputKind[]
}

/** The outputs of a commitment that can be revoked. */
export type RevocableOutputs = Pick<Commitment, 'revocable' | 'ptlc'>

/**
 * The scripts of a commitment follow from its number alone. All that a commitment costs on the curve is here; the output
 * of locks is made when it is first asked for, since many commitments have none. @see ENF-3
 */
export function revocableOutputs (contract: Contract, owner: Side, point: Uint8Array): RevocableOutputs {
  const { delayed, ptlc } = fixedParts(contract).sides[owner]
  const revocationKey = revocationPublicKey(contract.keys[otherSide(owner)].revocationBase, point)
  let ofLocks: TaprootOutput | undefined
  return { revocable: taprootOutput(revocationKey, delayed), get ptlc () { return ofLocks ??= taprootOutput(revocationKey, ptlc) } }
}

/** Whether a lock is too small for an output of its own: the same on both commitments. @see ENF-7 */
export const isTrimmed = (contract: Pick<Contract, 'dustSat'>, lock: Lock): boolean => lock.terms.amount / 1000n < contract.dustSat

interface Draft extends TransactionOutput {
  readonly kind: OutputKind
  readonly lock?: Lock
}

/** Builds the commitment of a side. @param point - its per-commitment point of this number @see ENF-3 to ENF-7 */
export const buildCommitment = (contract: Contract, owner: Side, number: number, point: Uint8Array, division: Division): Commitment =>
  assembleCommitment(contract, owner, number, revocableOutputs(contract, owner, point), division)

/** Builds a commitment whose scripts are known: hashing and copying only. */
export function assembleCommitment (contract: Contract, owner: Side, number: number, scripts: RevocableOutputs, division: Division): Commitment {
  const parts = fixedParts(contract)
  const drafts = draftOutputs(contract, owner, division, scripts)
  const { lockTime, sequence } = numberFields(parts, number)
  const outputs = drafts.map(({ valueSat, script }) => ({ valueSat, script }))
  const transaction: Transaction = { version: parts.transactionVersion, lockTime, inputs: [{ ...contract.funding, sequence, witness: [] }], outputs }
  const outputsBytes = encodeOutputs(outputs)
  const versionBytes = u32le(parts.transactionVersion)
  const [lockTimeBytes, sequenceBytes] = [u32le(lockTime), u32le(sequence)]
  const ptlcs: PtlcOutput[] = []
  drafts.forEach(({ lock, valueSat }, index) => { if (lock !== undefined) ptlcs.push({ lock, index, valueSat }) })
  return {
    contract,
    owner,
    number,
    transaction,
    txid: sha256(sha256(concatBytes(versionBytes, ONE_INPUT, parts.inputBytes, NO_SCRIPT, sequenceBytes, compactSize(outputs.length), outputsBytes, lockTimeBytes))),
    // As BIP 341 says, with the parts put in that do not change in the life of the channel.
    signatureHash: taggedHash('TapSighash', EPOCH_AND_DEFAULT, versionBytes, lockTimeBytes, parts.spentHashes, sha256(sequenceBytes), sha256(outputsBytes), SCRIPT_PATH_OF_FIRST, parts.funding.leaf!.hash, KEY_VERSION_AND_NO_SEPARATOR),
    revocable: scripts.revocable,
    get ptlc () { return scripts.ptlc },
    ptlcs,
    kinds: drafts.map(({ kind }) => kind)
  }
}

const ONE_INPUT = Uint8Array.of(1)
const NO_SCRIPT = Uint8Array.of(0)
const EPOCH_AND_DEFAULT = Uint8Array.of(0, SIGHASH_DEFAULT)
const SCRIPT_PATH_OF_FIRST = Uint8Array.of(2, 0, 0, 0, 0)

function encodeOutputs (outputs: readonly TransactionOutput[]): Uint8Array {
  let length = 0
  for (const { script } of outputs) length += 9 + script.length
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { valueSat, script } of outputs) {
    view.setBigUint64(at, valueSat, true)
    bytes[at + 8] = script.length // our scripts are shorter than 253 bytes
    bytes.set(script, at + 9)
    at += 9 + script.length
  }
  return bytes
}

/** The outputs in their order. @see ENF-5, ENF-7 */
function draftOutputs (contract: Contract, owner: Side, division: Division, scripts: RevocableOutputs): readonly Draft[] {
  const { format, dustSat, fundingSat, opener } = contract
  const { sides } = fixedParts(contract)
  const other = otherSide(owner)
  const drafts: Draft[] = []
  for (const lock of division.locks) {
    if (!isTrimmed(contract, lock)) drafts.push({ kind: 'ptlc', valueSat: lock.terms.amount / 1000n, script: scripts.ptlc.script, lock })
  }
  const cost = openerCostSat(contract, drafts.length)
  const balanceOf = (side: Side): bigint => (side === 'local' ? division.localBalance : division.remoteBalance) / 1000n - (side === opener ? cost : 0n)
  const [toLocal, toRemote] = [balanceOf(owner), balanceOf(other)]
  if (toLocal >= dustSat) drafts.push({ kind: 'to-local', valueSat: toLocal, script: scripts.revocable.script })
  if (toRemote >= dustSat) drafts.push({ kind: 'to-remote', valueSat: toRemote, script: sides[owner].toOther.script })
  if (format === 'v2-fee') {
    drafts.push({ kind: 'owner-anchor', valueSat: dustSat, script: sides[owner].anchor.script }, { kind: 'other-anchor', valueSat: dustSat, script: sides[other].anchor.script })
  } else {
    let rest = fundingSat
    for (const { valueSat } of drafts) rest -= valueSat
    invariant(rest >= 0n, 'a state never divides more than was funded')
    drafts.push({ kind: 'shared-anchor', valueSat: rest < SHARED_ANCHOR_SAT_MAX ? rest : SHARED_ANCHOR_SAT_MAX, script: SHARED_ANCHOR_SCRIPT })
  }
  return drafts.sort((a, b) => compareOutputs(a, b) || (a.lock !== undefined && b.lock !== undefined ? compareLocks(a.lock, b.lock, owner) : 0))
}

/** Locks of equal outputs: the owner's first, then in the order of ids. So each has an output of its own. @see ENF-5 */
function compareLocks (a: Lock, b: Lock, owner: Side): number {
  if (a.offeredBy !== b.offeredBy) return a.offeredBy === owner ? -1 : 1
  return a.terms.id - b.terms.id
}

/** The funding script's witness. @param signatures - by side @see ENF-2 */
export function signedCommitment (commitment: Commitment, signatures: Readonly<Record<Side, Uint8Array>>): Transaction {
  const { contract, transaction } = commitment
  const { funding } = fixedParts(contract)
  const firstIsLocal = funding.keys[0].every((byte, i) => byte === contract.keys.local.funding[i])
  const [first, second] = firstIsLocal ? [signatures.local, signatures.remote] : [signatures.remote, signatures.local]
  return { ...transaction, inputs: [{ ...transaction.inputs[0]!, witness: [second, first, ...revealLeaf(funding)] }] }
}
