import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { utf8Bytes } from './bytes.js'

// A state is copied into this object: to make a new one costs more than to hash a block. It is taken and left within one call.
const work = nobleSha256.create()
const initial = nobleSha256.create()

/** 32 bytes. */
export function sha256 (bytes: Uint8Array): Uint8Array {
  const digest = new Uint8Array(32)
  initial._cloneInto(work).update(bytes).digestInto(digest)
  return digest
}

/** Most distinct tags that may exist; tags are literals of this code, never input. */
const TAGS_MAX = 256
const midstates = new Map<string, ReturnType<typeof nobleSha256.create>>()

/**
 * BIP 340 tagged hash: SHA-256(SHA-256(tag) ‖ SHA-256(tag) ‖ parts…), 32 bytes.
 *
 * @param tag - a literal of this code such as `amiko/link/id`
 */
export function taggedHash (tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  let midstate = midstates.get(tag)
  if (midstate === undefined) {
    if (midstates.size >= TAGS_MAX) throw new RangeError('taggedHash: too many tags; a tag must be a literal')
    const tagHash = nobleSha256(utf8Bytes(tag))
    midstate = nobleSha256.create().update(tagHash).update(tagHash)
    midstates.set(tag, midstate)
  }
  const hash = midstate._cloneInto(work)
  for (const part of parts) hash.update(part)
  const digest = new Uint8Array(32)
  hash.digestInto(digest)
  return digest
}
