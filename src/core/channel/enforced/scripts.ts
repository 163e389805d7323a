import { concatBytes, fromHex } from '../../base/bytes.js'
import { invariant } from '../../base/invariant.js'
import { aggregateKeys, isMusigFailure, sortKeys } from '../../crypto/musig.js'
import { xOnly } from '../../crypto/schnorr.js'
import { controlBlock, tapLeaf, taprootKey } from '../../crypto/taproot.js'

/** An output that pays to a key, or to a key and one script. */
export interface TaprootOutput {
  /** 33 bytes; the parity does not matter. */
  readonly internalKey: Uint8Array
  readonly outputKey: Uint8Array
  /** What stands in the output: 34 bytes. */
  readonly script: Uint8Array
  readonly leaf: Leaf | undefined
}

/** A script and its hash. The same leaf serves all commitments of a side. */
export interface Leaf {
  readonly script: Uint8Array
  readonly hash: Uint8Array
}

const OP_1 = 0x51
const PUSH_32 = 0x20
const CHECKSIG = 0xac
const CHECKSIGVERIFY = 0xad
const CHECKSEQUENCEVERIFY = 0xb2

/** The pay-to-anchor output, which anybody may spend with an empty witness: 4 bytes. @see Bitcoin Core 28 */
export const SHARED_ANCHOR_SCRIPT = Uint8Array.of(OP_1, 0x02, 0x4e, 0x73)

/** A point of which nobody knows the scalar: SHA-256 of the generator, as BIP 341 gives it. */
const NOTHING_UP_MY_SLEEVE = fromHex('0250929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0')

const leafOf = (script: Uint8Array): Leaf => Object.freeze({ script, hash: tapLeaf(script) })

/** The output of an internal key, and of one script where there is one. @see BIP 341 */
export function taprootOutput (internalKey: Uint8Array, leaf?: Leaf): TaprootOutput {
  const outputKey = taprootKey(internalKey, leaf?.hash)
  return Object.freeze({ internalKey, outputKey, script: concatBytes(Uint8Array.of(OP_1, PUSH_32), xOnly(outputKey)), leaf })
}

/** The last two items of the witness of a spend by the script: script and control block. */
export function revealLeaf ({ leaf, internalKey, outputKey }: TaprootOutput): readonly [Uint8Array, Uint8Array] {
  invariant(leaf !== undefined, 'only an output with a script is spent by it')
  return [leaf.script, controlBlock(internalKey, outputKey)]
}

/** `<first> CHECKSIGVERIFY <second> CHECKSIG`; the witness holds the second's signature below the first's. */
export const twoSignaturesLeaf = (first: Uint8Array, second: Uint8Array): Leaf =>
  leafOf(concatBytes(Uint8Array.of(PUSH_32), xOnly(first), Uint8Array.of(CHECKSIGVERIFY, PUSH_32), xOnly(second), Uint8Array.of(CHECKSIG)))

/** `<key> CHECKSIGVERIFY <blocks> CHECKSEQUENCEVERIFY`. @param blocks - 1 to 65,535 */
export const delayedLeaf = (key: Uint8Array, blocks: number): Leaf =>
  leafOf(concatBytes(Uint8Array.of(PUSH_32), xOnly(key), Uint8Array.of(CHECKSIGVERIFY), numberPush(blocks), Uint8Array.of(CHECKSEQUENCEVERIFY)))

/** The shortest push of a number from 1 to 65,535; the top bit of the last byte is a sign. */
function numberPush (value: number): Uint8Array {
  invariant(Number.isInteger(value) && value >= 1 && value <= 0xffff, 'a delay is 1 to 65,535 blocks')
  if (value <= 16) return Uint8Array.of(OP_1 - 1 + value)
  const bytes = [value & 0xff]
  if (value > 0xff) bytes.push(value >> 8)
  if ((bytes.at(-1)! & 0x80) !== 0) bytes.push(0)
  return Uint8Array.of(bytes.length, ...bytes)
}

/** The funding output: both together by MuSig2, or one signature each by the script. `keys`: sorted. @see ENF-2 */
export interface FundingOutput extends TaprootOutput {
  readonly keys: readonly [Uint8Array, Uint8Array]
}

/** The funding output of two funding keys, in whatever order they are given. @see ENF-2 */
export function fundingOutput (a: Uint8Array, b: Uint8Array): FundingOutput {
  const [first, second] = sortKeys([a, b])
  const internalKey = aggregateKeys([first!, second!])
  invariant(!isMusigFailure(internalKey), 'funding keys were checked to be points')
  return { ...taprootOutput(internalKey, twoSignaturesLeaf(first!, second!)), keys: [first!, second!] }
}

/** What a side's balance on the other's commitment pays to: its static key, at once or, in `v2-fee`, after one block. @see ENF-6 */
export const staticOutput = (paymentKey: Uint8Array, afterOneBlock: boolean): TaprootOutput =>
  afterOneBlock ? taprootOutput(NOTHING_UP_MY_SLEEVE, delayedLeaf(paymentKey, 1)) : taprootOutput(paymentKey)
