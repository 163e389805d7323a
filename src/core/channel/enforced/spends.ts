import { concatBytes } from '../../base/bytes.js'
import { invariant } from '../../base/invariant.js'
import { revocationPrivateKey } from '../../crypto/keys.js'
import { signSchnorr } from '../../crypto/schnorr.js'
import { taprootSecret } from '../../crypto/taproot.js'
import type { Commitment } from './commitment.js'
import { fixedParts, type Contract } from './contract.js'
import type { ChannelSecrets } from './keys.js'
import { lockTimeOf, ptlcWitness, targetOf } from './pre-signed.js'
import { revealLeaf, type TaprootOutput } from './scripts.js'
import { SIGHASH_DEFAULT, signatureHash } from './sighash.js'
import { vsizeOf, type Outpoint, type Transaction, type TransactionInput, type TransactionOutput } from './transaction.js'

/** An output that this side can take, and how. */
export interface Takeable extends Outpoint {
  readonly output: TransactionOutput
  readonly sequence: number
  readonly unlock: Unlock
}

export type Unlock =
  /** The key path; `secret` is that of the output key. */
  | { readonly by: 'key', readonly secret: Uint8Array }
  /** A script of one signature. */
  | { readonly by: 'leaf', readonly secret: Uint8Array, readonly taproot: TaprootOutput }
  /** A lock's output, with the other side's signature: 64 bytes, t put in where it was short of it. */
  | { readonly by: 'given', readonly secret: Uint8Array, readonly commitment: Commitment, readonly signature: Uint8Array }
  /** The shared anchor. */
  | { readonly by: 'anyone' }
  /** A coin of the wallet. */
  | { readonly by: 'wallet', readonly wallet: FeeWallet, readonly witnessBytes: number }

/** Coins that a node keeps aside to pay fees with. Implemented above the channels. */
export interface FeeWallet {
  /** Confirmed coins that nothing else uses, in the order in which they are to be used. */
  coins: () => readonly FeeCoin[]
  /** Where what is left of them goes. */
  changeScript: () => Uint8Array
  /** The witness of one input, a coin of this wallet; `prevouts` are what the inputs spend. */
  sign: (tx: Transaction, index: number, prevouts: readonly TransactionOutput[]) => readonly Uint8Array[]
}

export interface FeeCoin extends Outpoint {
  readonly output: TransactionOutput
  /** Bytes that its witness takes, its counts included. */
  readonly witnessBytes: number
}

/** Any relative lock is off, the lock time counts. */
const SEQUENCE_NO_DELAY = 0xfffffffd

/** What our own commitment pays us, or a second stage of it: after the delay. @see ENF-6 */
export function delayedOutput (secrets: ChannelSecrets, commitment: Pick<Commitment, 'contract' | 'revocable'>, at: Outpoint, valueSat: bigint): Takeable {
  return {
    ...at,
    output: { valueSat, script: commitment.revocable.script },
    sequence: commitment.contract.delayBlocks,
    unlock: { by: 'leaf', secret: secrets.delayed, taproot: commitment.revocable }
  }
}

/** Our balance on a commitment of the peer. It needs our static key and nothing else. @see ENF-6 */
export function staticOutputOf (secrets: ChannelSecrets, contract: Contract, at: Outpoint, valueSat: bigint): Takeable {
  const taproot = fixedParts(contract).sides.remote.toOther
  return {
    ...at,
    output: { valueSat, script: taproot.script },
    sequence: taproot.leaf === undefined ? SEQUENCE_NO_DELAY : 1,
    unlock: taproot.leaf === undefined ? { by: 'key', secret: taprootSecret(secrets.payment) } : { by: 'leaf', secret: secrets.payment, taproot }
  }
}

/** What a claim of ours on the peer's commitment paid. */
export const claimedOutput = (secrets: ChannelSecrets, contract: Contract, at: Outpoint, valueSat: bigint): Takeable => ({
  ...at,
  output: { valueSat, script: fixedParts(contract).sides.local.claimed.script },
  sequence: SEQUENCE_NO_DELAY,
  unlock: { by: 'key', secret: taprootSecret(secrets.payment) }
})

/** Our own anchor in `v2-fee`, the shared one in `v3-zero-fee`. */
export function anchorOutput (secrets: ChannelSecrets, commitment: Commitment): Takeable {
  const { owner, kinds, transaction, contract } = commitment
  const wanted = contract.format === 'v3-zero-fee' ? 'shared-anchor' : owner === 'local' ? 'owner-anchor' : 'other-anchor'
  const index = kinds.indexOf(wanted)
  invariant(index >= 0, 'every commitment has anchors')
  return {
    txid: commitment.txid,
    index,
    output: transaction.outputs[index]!,
    sequence: SEQUENCE_NO_DELAY,
    unlock: wanted === 'shared-anchor' ? { by: 'anyone' } : { by: 'key', secret: taprootSecret(secrets.delayed) }
  }
}

/** Our own anchor on a commitment of either side that is in the chain; in `v2-fee` only. */
export const keyedAnchor = (secrets: ChannelSecrets, at: Outpoint, output: TransactionOutput): Takeable =>
  ({ txid: at.txid, index: at.index, output, sequence: SEQUENCE_NO_DELAY, unlock: { by: 'key', secret: taprootSecret(secrets.delayed) } })

/**
 * An output of a revoked commitment of the peer, or of a second stage it came to: by the key path, with the secret
 * that revoked it. Nothing about the locks that were live then is needed. @see ENF-13
 *
 * @param taproot - the commitment's revocable or lock output
 */
export const punishedOutput = (secrets: ChannelSecrets, revealed: Uint8Array, taproot: TaprootOutput, at: Outpoint, valueSat: bigint): Takeable => ({
  ...at,
  output: { valueSat, script: taproot.script },
  sequence: SEQUENCE_NO_DELAY,
  unlock: { by: 'key', secret: taprootSecret(revocationPrivateKey(secrets.revocationBase, revealed), taproot.leaf?.hash) }
})

/** A lock's output on a commitment, with the peer's signature for our spend of it. @see ENF-8 */
export function ptlcTakeable (secrets: ChannelSecrets, commitment: Commitment, place: number, signature: Uint8Array): Takeable {
  const { index, valueSat } = commitment.ptlcs[place]!
  return {
    txid: commitment.txid,
    index,
    output: { valueSat, script: commitment.ptlc.script },
    sequence: fixedParts(commitment.contract).preSignedSequence,
    unlock: { by: 'given', secret: secrets.ptlc, commitment, signature }
  }
}

/**
 * Takes locks' outputs of one commitment, several in one transaction where their lock times agree: each to the output
 * of its own index, exactly as it was signed in advance. Wallet coins pay the fee. @see ENF-8
 *
 * @param places - positions among the commitment's locks
 * @returns the transaction with what it spends, not signed, without change
 */
export function takePtlcs (secrets: ChannelSecrets, commitment: Commitment, places: ReadonlyArray<{ readonly place: number, readonly signature: Uint8Array }>): { readonly tx: Transaction, readonly inputs: readonly Takeable[] } {
  const inputs = places.map(({ place, signature }) => ptlcTakeable(secrets, commitment, place, signature))
  const lockTimes = new Set(places.map(({ place }) => lockTimeOf(commitment.ptlcs[place]!.lock, 'local')))
  invariant(lockTimes.size === 1, 'spends of different lock times are different transactions')
  const target = targetOf(commitment, 'local')
  const tx: Transaction = {
    version: fixedParts(commitment.contract).transactionVersion,
    lockTime: [...lockTimes][0]!,
    inputs: inputs.map(inputOf),
    outputs: inputs.map(({ output }) => ({ valueSat: output.valueSat, script: target.script }))
  }
  return { tx, inputs }
}

const inputOf = ({ txid, index, sequence }: Takeable): TransactionInput => ({ txid, index, sequence, witness: [] })

/** Moves outputs into one. @returns undefined when the fee leaves less than `leastSat` */
export function sweep (takeables: readonly Takeable[], script: Uint8Array, feeRatePerKvb: bigint, leastSat: bigint, aux: Uint8Array): Transaction | undefined {
  const total = takeables.reduce((sum, { output }) => sum + output.valueSat, 0n)
  const bare: Transaction = { version: 2, lockTime: 0, inputs: takeables.map(inputOf), outputs: [{ valueSat: total, script }] }
  const valueSat = total - feeFor(feeRatePerKvb, vsizeOf(weighed(bare, takeables)))
  return valueSat < leastSat ? undefined : signTaken({ ...bare, outputs: [{ valueSat, script }] }, takeables, aux)
}

/** A transaction that needs coins to pay its fee, and who pays. */
export interface FeeRequest {
  readonly tx: Transaction
  /** What its inputs spend, in their order. */
  readonly inputs: readonly Takeable[]
  readonly wallet: FeeWallet
  readonly feeRatePerKvb: bigint
  /** Of a parent that is to confirm with it: its virtual size, and the fee it pays itself. */
  readonly parent?: { readonly vsize: number, readonly feeSat: bigint }
  /** Least fee, whatever the rate. */
  readonly feeSatMin?: bigint
  /** Least value of the output for what is left. */
  readonly leastSat: bigint
  readonly aux: Uint8Array
}

/** Adds coins of a wallet until they pay the fee, and an output for what is left; signs all. Undefined when the wallet has not enough. */
export function payFee ({ tx, inputs, wallet, feeRatePerKvb, parent = { vsize: 0, feeSat: 0n }, feeSatMin = 0n, leastSat, aux }: FeeRequest): Transaction | undefined {
  const added: Takeable[] = []
  let brought = parent.feeSat + inputs.reduce((sum, { output }) => sum + output.valueSat, 0n) - tx.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
  for (const coin of wallet.coins()) {
    added.push({ ...coin, sequence: SEQUENCE_NO_DELAY, unlock: { by: 'wallet', wallet, witnessBytes: coin.witnessBytes } })
    brought += coin.output.valueSat
    const all = [...inputs, ...added]
    const change = { valueSat: 0n, script: wallet.changeScript() }
    const bare: Transaction = { ...tx, inputs: all.map(inputOf), outputs: [...tx.outputs, change] }
    const vsize = vsizeOf(weighed(bare, all))
    const left = brought - [
      feeFor(feeRatePerKvb, parent.vsize + vsize),
      // A parent that pays more than the rate does not pay for its child.
      parent.feeSat + feeFor(feeRatePerKvb, vsize),
      feeSatMin
    ].reduce((most, each) => each > most ? each : most)
    if (left >= leastSat) return signTaken({ ...bare, outputs: bare.outputs.with(-1, { ...change, valueSat: left }) }, all, aux)
  }
  return undefined
}

/** Fee of a size at a rate in satoshis for 1,000 virtual bytes, rounded up. */
export const feeFor = (feeRatePerKvb: bigint, vsize: number): bigint => (feeRatePerKvb * BigInt(vsize) + 999n) / 1000n

/**
 * The child that pays for a commitment: the anchor and coins of the wallet.
 *
 * @param parent - the signed commitment
 * @param feeSatMin - least fee of both, to take the place of another child
 * @see ENF-4
 */
export function bumpCommitment (secrets: ChannelSecrets, commitment: Commitment, parent: { readonly vsize: number, readonly feeSat: bigint }, wallet: FeeWallet, feeRatePerKvb: bigint, aux: Uint8Array, feeSatMin = 0n): Transaction | undefined {
  const { contract } = commitment
  const anchor = anchorOutput(secrets, commitment)
  const tx: Transaction = { version: fixedParts(contract).transactionVersion, lockTime: 0, inputs: [inputOf(anchor)], outputs: [] }
  return payFee({ tx, inputs: [anchor], wallet, feeRatePerKvb, parent, feeSatMin, leastSat: contract.dustSat, aux })
}

/** Signs every input. @param inputs - what each of the transaction's inputs spends */
export function signTaken (tx: Transaction, inputs: readonly Takeable[], aux: Uint8Array): Transaction {
  const prevouts = inputs.map(({ output }) => output)
  return { ...tx, inputs: tx.inputs.map((input, i) => ({ ...input, witness: witnessOf(tx, i, prevouts, inputs[i]!.unlock, aux) })) }
}

function witnessOf (tx: Transaction, index: number, prevouts: readonly TransactionOutput[], unlock: Unlock, aux: Uint8Array): readonly Uint8Array[] {
  switch (unlock.by) {
    case 'anyone': return []
    case 'wallet': return unlock.wallet.sign(tx, index, prevouts)
    case 'key': return [signSchnorr(signatureHash(tx, index, prevouts, SIGHASH_DEFAULT), unlock.secret, aux)]
    case 'leaf': return [signSchnorr(signatureHash(tx, index, prevouts, SIGHASH_DEFAULT, unlock.taproot.leaf!.hash), unlock.secret, aux), ...revealLeaf(unlock.taproot)]
    case 'given': {
      const own = signSchnorr(signatureHash(tx, index, prevouts, SIGHASH_DEFAULT, unlock.commitment.ptlc.leaf!.hash), unlock.secret, aux)
      return ptlcWitness(unlock.commitment, 'local', own, unlock.signature)
    }
  }
}

/** The same transaction with witnesses of the right size, for its weight. */
function weighed (tx: Transaction, inputs: readonly Takeable[]): Transaction {
  return { ...tx, inputs: tx.inputs.map((input, i) => ({ ...input, witness: placeholder(inputs[i]!.unlock) })) }
}

const SIGNATURE = new Uint8Array(64)
function placeholder (unlock: Unlock): readonly Uint8Array[] {
  switch (unlock.by) {
    case 'anyone': return []
    case 'key': return [SIGNATURE]
    case 'leaf': return [SIGNATURE, ...revealLeaf(unlock.taproot)]
    case 'given': return [concatBytes(SIGNATURE, Uint8Array.of(0)), SIGNATURE, ...revealLeaf(unlock.commitment.ptlc)]
    // One item of so many bytes, less its count and length: close enough, and never too small.
    case 'wallet': return [new Uint8Array(unlock.witnessBytes)]
  }
}
