import assert from 'node:assert/strict'
import { isRefusal } from '../../src/core/base/step.js'
import { LayoutError } from '../../src/core/base/struct.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { signSchnorr } from '../../src/core/crypto/schnorr.js'
import { decodeText, signedText } from '../../src/core/payment/invoice.js'
import { ENTRY_PREFIX, entryStruct, parseEntry } from '../../src/core/payment/waypoint-entry.js'
import type { Random } from '../../simulations/harness/random.js'
import { badEntries, GOOD, NETWORK, SECRET } from '../protocols/route/entry-vectors.js'
import { mutated } from './mutate.js'
import type { FuzzTarget, Verdict } from './target.js'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const utf8 = (written: string): Uint8Array => new TextEncoder().encode(written)

const AUX = new Uint8Array(32)
const KEY = mulG(SECRET)
/** Where the key is, and how long the signature behind all is. */
const [KEY_AT, SIGNATURE_BYTES] = [9, 64]

function check (input: Uint8Array): Verdict {
  const written = text(input)
  const entry = parseEntry(written, NETWORK)
  if (isRefusal(entry)) {
    assert.equal(entry.refused, 'bad-waypoint')
    return 'refused'
  }
  const plain = written.trim().toLowerCase()
  const { bytes } = decodeText(plain)!
  assert.equal(signedText(ENTRY_PREFIX, entryStruct.encode(entry), bytes.subarray(bytes.length - SIGNATURE_BYTES)), plain)
  assert.ok(entry.expiresMs > entry.createdMs && entry.key !== entry.meetingPoint)
  return 'value'
}

/** A mutation behind the checksum, which is made anew, and sometimes behind the signature too. */
function mutatedEntry (input: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const decoded = decodeText(text(input))
  if (decoded === undefined || random.chance(0.3)) return mutated(input, random, others)
  const changed = mutated(decoded.bytes, random, [])
  const content = changed.slice(0, Math.max(0, changed.length - SIGNATURE_BYTES))
  if (content.length >= KEY_AT + KEY.length) content.set(KEY, KEY_AT)
  const signed = random.chance(0.5) ? signedAgain(content) : undefined
  if (signed !== undefined) return utf8(signed)
  return changed.length > 2_000 ? mutated(input, random, others) : utf8(signedText(decoded.prefix, changed, new Uint8Array(0)))
}

/** Altered content with a signature that fits it, when it is content at all. */
function signedAgain (content: Uint8Array): string | undefined {
  try {
    return signedText(ENTRY_PREFIX, content, signSchnorr(entryStruct.hash(entryStruct.decode(content)), SECRET, AUX))
  } catch (error) {
    if (error instanceof LayoutError) return undefined
    throw error
  }
}

/** The decoder of waypoint entries. */
export const ENTRY_TARGET: FuzzTarget = { name: 'waypoint-entry', seeds: () => [...GOOD, ...badEntries()].map((one) => utf8(one.text)), check, mutate: mutatedEntry, oneOf: 4 }
