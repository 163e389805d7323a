/**
 * Per-commitment secrets: a chain of 2^48 of them from one seed, given away from the highest index down, such that
 * whoever receives them keeps at most 49 and derives all the others. @see BOLT 3, Per-commitment Secret Requirements
 */
import { equalBytes } from '../base/bytes.js'
import { sha256 } from '../base/hash.js'
import { invariant } from '../base/invariant.js'
import { bytes32, list, record, u48, type ValueOf } from '../base/struct.js'

const INDEX_BITS = 48

/** The first index given away; the next is one less. */
export const SHACHAIN_FIRST_INDEX = 2 ** INDEX_BITS - 1
/** Most secrets that are kept: one for each number of zero bits at the end of an index. */
export const SHACHAIN_KEPT_MAX = INDEX_BITS + 1

/** The index of the secret of a commitment number, which counts up from 0. */
export const shachainIndexOf = (commitmentNumber: number): number => SHACHAIN_FIRST_INDEX - commitmentNumber

/** A received secret that is kept because nothing kept derives it. */
export const knownSecret = record({ index: u48, secret: bytes32 })
export type KnownSecret = ValueOf<typeof knownSecret>

/** What is kept of all received secrets: the latest is the last, and each derives fewer than the one before it. */
export const shachainLayout = list(knownSecret, SHACHAIN_KEPT_MAX)
export type Shachain = readonly KnownSecret[]

export const EMPTY_SHACHAIN: Shachain = Object.freeze([])

// Indices have 48 bits; the bit operators of the language have 32.
const hasBit = (index: number, bit: number): boolean => Math.floor(index / 2 ** bit) % 2 === 1

function trailingZeros (index: number): number {
  let zeros = 0
  while (zeros < INDEX_BITS && !hasBit(index, zeros)) zeros++
  return zeros
}

/** Descends from a secret by the bits of `index` below `bits`. */
function derive (secret: Uint8Array, bits: number, index: number): Uint8Array {
  let value = secret
  for (let bit = bits - 1; bit >= 0; bit--) {
    if (!hasBit(index, bit)) continue
    const flipped = value.slice()
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    value = sha256(flipped)
  }
  return value
}

const isIndex = (index: number): boolean => Number.isSafeInteger(index) && index >= 0 && index <= SHACHAIN_FIRST_INDEX

/**
 * Our own secret of an index.
 *
 * @param seed - 32 bytes
 * @param index - from {@link SHACHAIN_FIRST_INDEX} down
 * @see BOLT 3, generate_from_seed
 */
export function secretFromSeed (seed: Uint8Array, index: number): Uint8Array {
  invariant(isIndex(index), 'a channel ends before its indices do')
  return derive(seed, INDEX_BITS, index)
}

/** The secret of an index out of those received, or undefined when none of the kept ones derives it. */
export function secretOf (known: Shachain, index: number): Uint8Array | undefined {
  if (!isIndex(index)) return undefined
  for (const { index: parent, secret } of known) {
    const bits = trailingZeros(parent)
    if (parent === index - index % 2 ** bits) return derive(secret, bits, index)
  }
  return undefined
}

/**
 * Takes in the next secret. Those that it derives are dropped, after they were checked.
 *
 * @param index - one less than the last one, or {@link SHACHAIN_FIRST_INDEX}
 * @returns the new chain, or undefined when the secret does not derive one received before: the peer is at fault
 * @see BOLT 3, Efficient Per-commitment Secret Storage
 */
export function receiveSecret (known: Shachain, index: number, secret: Uint8Array): Shachain | undefined {
  invariant(index === (known.at(-1)?.index ?? SHACHAIN_FIRST_INDEX + 1) - 1 && index >= 0, 'a round reveals one secret, the next one')
  if (secret.length !== 32) return undefined
  const bits = trailingZeros(index)
  const kept: KnownSecret[] = []
  for (const entry of known) {
    if (trailingZeros(entry.index) > bits) kept.push(entry)
    else if (trailingZeros(entry.index) < bits && !equalBytes(derive(secret, bits, entry.index), entry.secret)) return undefined
  }
  kept.push(Object.freeze({ index, secret }))
  return Object.freeze(kept)
}
