import { compareBytes, equalBytes } from '../../base/bytes.js'
import { mulDivCeil } from '../../base/money.js'
import { fault, isFault, type Fault } from '../../base/step.js'
import { verifySchnorr } from '../../crypto/schnorr.js'
import type { JointFunding } from '../entity.js'
import type { Contribution, Share, ShareOutput } from '../messages.js'
import { compareOutputs } from './contract.js'
import { CONTRIBUTION_SAT_MIN, FUNDING_SAT_PER_KVB_MAX } from './limits.js'
import { SIGHASH_DEFAULT, signatureHash } from './sighash.js'
import { displayTxid, outpointText, withWitness, type Outpoint, type Transaction } from './transaction.js'

/**
 * The funding transaction that both sides put coins into: what each share must hold, and the one transaction that two
 * shares make. Nothing is negotiated: each side says once what it puts in.
 */

/** Signals that it may be replaced, as payments of the wallet do. @see BIP 125 */
const SEQUENCE = 0xfffffffd
/** An input without its witness; its witness of one signature. */
const INPUT_WEIGHT = 4 * 41 + 1 + 1 + 64
const OUTPUT_WEIGHT = 4 * (8 + 1 + 34)
/** Version, counts, the funding output and the lock time; marker and flag. */
const COMMON_WEIGHT = 4 * (4 + 1 + 1 + 4) + OUTPUT_WEIGHT + 2
const WEIGHT_PER_KVB = 4_000n

/** Who of the two a share is of. */
export type Funder = 'opener' | 'acceptor'

/** What a side pays for what it adds to the transaction; the opener pays for the rest too. @see ENF-26 */
export function shareFeeSat (funder: Funder, satPerKvb: bigint, inputs: number, change: boolean): bigint {
  const weight = (funder === 'opener' ? COMMON_WEIGHT : 0) + inputs * INPUT_WEIGHT + (change ? OUTPUT_WEIGHT : 0)
  return mulDivCeil(satPerKvb, BigInt(weight), WEIGHT_PER_KVB)
}

/** Why nobody should ask for such a contribution, or make it; undefined when it is sound. @see ENF-25 */
export function judgeContribution ({ sat, satPerKvb }: Contribution, { fundingSat, push }: { readonly fundingSat: bigint, readonly push: bigint }): string | undefined {
  if (sat < CONTRIBUTION_SAT_MIN) return `a contribution of ${sat} sat is less than ${CONTRIBUTION_SAT_MIN}`
  if (2n * sat > fundingSat) return `a contribution of ${sat} sat is more than the opener puts in`
  if (push < sat * 1000n) return 'the acceptor would begin with less than it puts in'
  return satPerKvb < 1n || satPerKvb > FUNDING_SAT_PER_KVB_MAX ? `a fee rate of ${satPerKvb} is out of range` : undefined
}

/**
 * What is wrong with a share: the values must come to what the side puts in, its change and its fee.
 *
 * @param putsInSat - what of the funding output is this side's
 * @see ENF-26
 */
export function judgeShare (funder: Funder, { inputs, change }: Share, putsInSat: bigint, { satPerKvb }: Contribution, { dustSat, fundingScript }: { readonly dustSat: bigint, readonly fundingScript: Uint8Array }): Fault | undefined {
  const wrong = (detail: string): Fault => fault('ENF-26', detail)
  if (change !== undefined && change.valueSat < dustSat) return wrong(`a change of ${change.valueSat} sat is below dust`)
  if (change !== undefined && equalBytes(change.script, fundingScript)) return wrong('the change pays to the channel')
  const left = sumSat(inputs) - putsInSat - (change?.valueSat ?? 0n)
  const feeSat = shareFeeSat(funder, satPerKvb, inputs.length, change !== undefined)
  return left < feeSat ? wrong(`the inputs leave ${left} sat for a fee of ${feeSat}`) : undefined
}

const sumSat = (inputs: Share['inputs']): bigint => inputs.reduce((sum, { output }) => sum + output.valueSat, 0n)

/** The funding transaction without witnesses, what its inputs spend, and where the funding output is. */
export interface JointTransaction {
  readonly tx: Transaction
  readonly prevouts: readonly ShareOutput[]
  readonly fundingIndex: number
}

/**
 * The transaction that two shares make: version 2, no lock time, inputs and outputs in the order of BIP 69. Both sides
 * build it, so nothing of it is told but the shares. A fault when both name one input.
 *
 * @see ENF-26
 */
export function jointTransaction (opener: Share, acceptor: Share, funding: ShareOutput): JointTransaction | Fault {
  const inputs = [...opener.inputs, ...acceptor.inputs].sort(compareOutpoints)
  if (inputs.some((input, i) => i > 0 && compareOutpoints(inputs[i - 1]!, input) === 0)) return fault('ENF-26', 'both sides name one input')
  const outputs = [funding, ...[opener.change, acceptor.change].filter((change) => change !== undefined)].sort(compareOutputs)
  const tx = { version: 2, lockTime: 0, inputs: inputs.map(({ txid, index }) => ({ txid, index, sequence: SEQUENCE, witness: [] })), outputs }
  return { tx, prevouts: inputs.map(({ output }) => output), fundingIndex: outputs.indexOf(funding) }
}

const compareOutpoints = (a: Outpoint, b: Outpoint): number => compareBytes(a.txid.slice().reverse(), b.txid.slice().reverse()) || a.index - b.index

/** The transaction of a funding whose two shares are known. */
export function transactionOf ({ opener, acceptor }: JointFunding, funding: ShareOutput): JointTransaction | undefined {
  const made = opener === undefined || acceptor === undefined ? undefined : jointTransaction(opener, acceptor, funding)
  return made === undefined || isFault(made) ? undefined : made
}

/** Puts one side's signatures, in the order of its share, into the transaction. */
export const withWitnesses = (tx: Transaction, { inputs }: Share, witnesses: readonly Uint8Array[]): Transaction =>
  inputs.reduce((signed, input, i) => withWitness(signed, indexIn(signed, input), [witnesses[i]!]), tx)

const indexIn = (tx: Transaction, outpoint: Outpoint): number => tx.inputs.findIndex((input) => compareOutpoints(input, outpoint) === 0)

/** What is wrong with the acceptor's signatures of its inputs. @see ENF-28 */
export function judgeWitnesses ({ tx, prevouts }: JointTransaction, { inputs }: Share, witnesses: readonly Uint8Array[]): Fault | undefined {
  if (witnesses.length !== inputs.length) return fault('ENF-28', `${inputs.length} witnesses wanted; ${witnesses.length} came`)
  const bad = inputs.find((input, i) => !verifySchnorr(witnesses[i]!, signatureHash(tx, indexIn(tx, input), prevouts, SIGHASH_DEFAULT), input.output.script.subarray(2)))
  return bad === undefined ? undefined : fault('ENF-28', `the signature of the input ${outpointText(bad)} does not hold`)
}

/** Blocks on top of a coinbase after which its outputs can be spent. */
const COINBASE_CONFIRMATIONS = 100

/** What the chain says of an input. */
export interface InputFound extends ShareOutput { readonly confirmations: number, readonly coinbase: boolean }

/** Why an input that the peer named cannot be relied on; undefined when it is what was named. @see ENF-27 */
export function judgeInput (named: Share['inputs'][number], found: InputFound | 'none' | undefined): string | undefined {
  const name = `the input ${displayTxid(named.txid)}:${named.index}`
  if (found === undefined) return `the chain cannot say whether ${name} is there`
  if (found === 'none') return `${name} is absent or spent`
  if (found.valueSat !== named.output.valueSat) return `${name} holds ${found.valueSat} sat, not ${named.output.valueSat}`
  if (!equalBytes(found.script, named.output.script)) return `${name} has another script`
  if (found.confirmations < 1) return `${name} is unconfirmed`
  return found.coinbase && found.confirmations < COINBASE_CONFIRMATIONS ? `${name} is of a coinbase that is not ripe` : undefined
}
