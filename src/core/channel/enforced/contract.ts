import { compareBytes, concatBytes } from '../../base/bytes.js'
import { sha256 } from '../../base/hash.js'
import { otherSide, type Side } from '../lock.js'
import type { EnforcedOpening } from '../messages.js'
import type { SideKeys } from './keys.js'
import { delayedLeaf, fundingOutput, SHARED_ANCHOR_SCRIPT, staticOutput, taprootOutput, twoSignaturesLeaf, type FundingOutput, type Leaf, type TaprootOutput } from './scripts.js'
import { compactSize, outpointBytes, u64le, type Outpoint, type TransactionOutput } from './transaction.js'

/** How commitments are made and paid for. @see ENF-4 */
export type Format = EnforcedOpening['format']

/** What two ends of a channel agreed on when it was opened, seen from one of them; it never changes. */
export interface Contract {
  readonly format: Format
  readonly fundingSat: bigint
  readonly funding: Outpoint
  /** Blocks that a side waits for what its own commitment pays it. */
  readonly delayBlocks: number
  /** Least value of an output. */
  readonly dustSat: bigint
  /** Satoshis for 1,000 units of weight, paid by the opener in `v2-fee`; 0 in `v3-zero-fee`. */
  readonly feeRatePerKw: number
  readonly opener: Side
  readonly keys: Readonly<Record<Side, SideKeys>>
}

/** What follows from a contract alone, worked out once. */
export interface FixedParts {
  readonly funding: FundingOutput
  /** What commitments and the cooperative close spend. */
  readonly fundingSpent: TransactionOutput
  readonly transactionVersion: 2 | 3
  /** Sequence of the inputs of transactions that are signed in advance. @see ENF-8 */
  readonly preSignedSequence: 0 | 1
  /** 48 bits that hide the commitment numbers. @see BOLT 3, Commitment Transaction */
  readonly obscuring: number
  readonly inputBytes: Uint8Array
  /** The three hashes of the signature hash that are about the spent output. @see BIP 341 */
  readonly spentHashes: Uint8Array
  readonly sides: Readonly<Record<Side, SideParts>>
}

/** Parts of the commitments that one side publishes. */
export interface SideParts {
  readonly delayed: Leaf
  readonly ptlc: Leaf
  /** The other side's balance on them. */
  readonly toOther: TaprootOutput
  /** Where this side's own claims on the other's commitments pay to. */
  readonly claimed: TaprootOutput
  /** This side's own anchor, on every commitment of `v2-fee`. */
  readonly anchor: TaprootOutput
}

const fixed = new WeakMap<Contract, FixedParts>()

/** The fixed parts of a contract; remembered as long as the object. */
export function fixedParts (contract: Contract): FixedParts {
  let parts = fixed.get(contract)
  if (parts === undefined) fixed.set(contract, parts = makeParts(contract))
  return parts
}

function makeParts (contract: Contract): FixedParts {
  const { keys, format, fundingSat, funding: outpoint, opener } = contract
  const funding = fundingOutput(keys.local.funding, keys.remote.funding)
  const spent = { valueSat: fundingSat, script: funding.script }
  return Object.freeze({
    funding,
    fundingSpent: spent,
    transactionVersion: format === 'v3-zero-fee' ? 3 : 2,
    preSignedSequence: format === 'v3-zero-fee' ? 0 : 1,
    obscuring: obscuringOf(keys[opener].payment, keys[otherSide(opener)].payment),
    inputBytes: outpointBytes(outpoint),
    spentHashes: concatBytes(sha256(outpointBytes(outpoint)), sha256(u64le(fundingSat)), sha256(concatBytes(compactSize(spent.script.length), spent.script))),
    sides: { local: sideParts(contract, 'local'), remote: sideParts(contract, 'remote') }
  })
}

function sideParts ({ keys, delayBlocks, format }: Contract, side: Side): SideParts {
  const [own, other] = [keys[side], keys[otherSide(side)]]
  return {
    delayed: delayedLeaf(own.delayed, delayBlocks),
    ptlc: twoSignaturesLeaf(own.ptlc, other.ptlc),
    toOther: staticOutput(other.payment, format === 'v2-fee'),
    claimed: taprootOutput(own.payment),
    anchor: taprootOutput(own.delayed)
  }
}

/** The lowest 48 bits of the hash of both payment keys, the opener's first. @see BOLT 3 */
function obscuringOf (openerKey: Uint8Array, acceptorKey: Uint8Array): number {
  return sha256(concatBytes(openerKey, acceptorKey)).subarray(26).reduce((value, byte) => value * 256 + byte, 0)
}

const HALF = 2 ** 24

/** Lock time and sequence of a commitment: they hold its number, hidden. @see ENF-5 */
export function numberFields ({ obscuring }: FixedParts, number: number): { readonly lockTime: number, readonly sequence: number } {
  const low = (number % HALF) ^ (obscuring % HALF)
  const high = Math.floor(number / HALF) ^ Math.floor(obscuring / HALF)
  return { lockTime: 0x20000000 + low, sequence: 0x80000000 + high }
}

/** The commitment number that lock time and sequence hold; undefined when they hold none. */
export function numberIn ({ obscuring }: FixedParts, lockTime: number, sequence: number): number | undefined {
  if (lockTime >>> 24 !== 0x20 || sequence >>> 24 !== 0x80) return undefined
  const low = (lockTime % HALF) ^ (obscuring % HALF)
  const high = (sequence % HALF) ^ Math.floor(obscuring / HALF)
  return high * HALF + low
}

const OUTPUT_WEIGHT = 4 * (8 + 1 + 34)
/** Version, counts, input, lock time without witness; marker, flag and the witness of two signatures, script and control block. */
const BARE_WEIGHT = 4 * (4 + 1 + 41 + 1 + 4) + 2 + (1 + 2 * 65 + 69 + 34)
const SHARED_ANCHOR_WEIGHT = 4 * (8 + 1 + SHARED_ANCHOR_SCRIPT.length)

/** Weight of a signed commitment with both balances and so many locks above dust. Counts of 253 outputs do not come up. */
export const commitmentWeight = (format: Format, locks: number): number =>
  BARE_WEIGHT + (2 + locks) * OUTPUT_WEIGHT + (format === 'v3-zero-fee' ? SHARED_ANCHOR_WEIGHT : 2 * OUTPUT_WEIGHT)

/** What the opener pays for a commitment with so many locks above dust: the fee and both anchors. @see ENF-7 */
export const openerCostSat = ({ format, feeRatePerKw, dustSat }: Pick<Contract, 'format' | 'feeRatePerKw' | 'dustSat'>, locks: number): bigint =>
  format === 'v3-zero-fee' ? 0n : BigInt(feeRatePerKw) * BigInt(commitmentWeight(format, locks)) / 1000n + 2n * dustSat

/** Order of two outputs of equal kind. @see BIP 69 */
export const compareOutputs = (a: TransactionOutput, b: TransactionOutput): number =>
  a.valueSat < b.valueSat ? -1 : a.valueSat > b.valueSat ? 1 : a.script === b.script ? 0 : compareBytes(a.script, b.script)
