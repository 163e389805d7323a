import assert from 'node:assert/strict'
import fc from 'fast-check'
import { concatBytes } from '../../../src/core/base/bytes.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { mulG } from '../../../src/core/crypto/curve.js'
import { signSchnorr, verifySchnorr, xOnly } from '../../../src/core/crypto/schnorr.js'
import { controlBlock, tapBranch, tapLeaf, taprootKey, taprootSecret, tapTweak } from '../../../src/core/crypto/taproot.js'
import { bytesOf, describeOnEveryEngine, FEW_RUNS, scalars, vectorText, words } from './engines.js'

interface Leaf { readonly id: number, readonly script: string, readonly leafVersion: number }
type Tree = Leaf | readonly [Tree, Tree]
interface Vectors {
  readonly scriptPubKey: ReadonlyArray<{
    readonly given: { readonly internalPubkey: string, readonly scriptTree: Tree | null }
    readonly intermediary: { readonly leafHashes?: readonly string[], readonly merkleRoot: string | null, readonly tweak: string, readonly tweakedPubkey: string }
    /** `bip350Address` is not tested here: addresses are made by the wallet's library. */
    readonly expected: { readonly scriptPubKey: string, readonly scriptPathControlBlocks?: readonly string[] }
  }>
  readonly keyPathSpending: ReadonlyArray<{
    readonly inputSpending: ReadonlyArray<{
      readonly given: { readonly internalPrivkey: string, readonly merkleRoot: string | null, readonly hashType: number }
      /** `sigMsg` and `precomputedUsed` are not tested here: transactions are hashed by the channel's library. */
      readonly intermediary: { readonly internalPubkey: string, readonly tweak: string, readonly tweakedPrivkey: string, readonly sigHash: string }
      readonly expected: { readonly witness: readonly string[] }
    }>
  }>
}
const vectors = JSON.parse(vectorText('bip-0341', 'wallet-test-vectors.json')) as Vectors
const bytesOrNone = (text: string | null): Uint8Array | undefined => text === null ? undefined : bytesOf(text)

/** The root of a tree, and for each leaf by its id: hash, version, and the path to the root. */
function rootOf (tree: Tree, leaves: Map<number, { hash: Uint8Array, version: number, path: Uint8Array[] }>): { root: Uint8Array, ids: number[] } {
  if (!Array.isArray(tree)) {
    const { id, script, leafVersion } = tree as Leaf
    const hash = tapLeaf(bytesOf(script), leafVersion)
    leaves.set(id, { hash, version: leafVersion, path: [] })
    return { root: hash, ids: [id] }
  }
  const [left, right] = (tree as readonly [Tree, Tree]).map((child) => rootOf(child, leaves)) as [ReturnType<typeof rootOf>, ReturnType<typeof rootOf>]
  for (const id of left.ids) leaves.get(id)!.path.push(right.root)
  for (const id of right.ids) leaves.get(id)!.path.push(left.root)
  return { root: tapBranch(left.root, right.root), ids: [...left.ids, ...right.ids] }
}

describeOnEveryEngine('taproot', () => {
  it('has all 7 + 7 published cases to answer for', () => {
    assert.deepEqual([vectors.scriptPubKey.length, vectors.keyPathSpending[0]!.inputSpending.length], [7, 7])
  })

  vectors.scriptPubKey.forEach(({ given, intermediary, expected }, row) => {
    it(`makes output ${row} of BIP 341`, () => {
      const leaves: Parameters<typeof rootOf>[1] = new Map()
      const root = given.scriptTree === null ? undefined : rootOf(given.scriptTree, leaves).root
      const internal = bytesOf(given.internalPubkey)
      assert.deepEqual(root, bytesOrNone(intermediary.merkleRoot))
      assert.deepEqual([...leaves].sort(([a], [b]) => a - b).map(([, { hash }]) => hash), (intermediary.leafHashes ?? []).map(bytesOf))
      assert.deepEqual(tapTweak(internal, root), bytesOf(intermediary.tweak))
      const key = taprootKey(internal, root)
      assert.deepEqual(xOnly(key), bytesOf(intermediary.tweakedPubkey))
      assert.deepEqual(concatBytes(Uint8Array.of(0x51, 0x20), xOnly(key)), bytesOf(expected.scriptPubKey))
      const blocks = [...leaves].sort(([a], [b]) => a - b).map(([, { version, path }]) => controlBlock(internal, key, path, version))
      assert.deepEqual(blocks, (expected.scriptPathControlBlocks ?? []).map(bytesOf))
    })
  })

  vectors.keyPathSpending[0]!.inputSpending.forEach(({ given, intermediary, expected }, row) => {
    it(`signs input ${row} of BIP 341 by key path`, () => {
      const [secret, root] = [bytesOf(given.internalPrivkey), bytesOrNone(given.merkleRoot)]
      assert.deepEqual(xOnly(mulG(secret)), bytesOf(intermediary.internalPubkey))
      assert.deepEqual(tapTweak(mulG(secret), root), bytesOf(intermediary.tweak))
      const tweaked = taprootSecret(secret, root)
      assert.deepEqual(tweaked, bytesOf(intermediary.tweakedPrivkey))
      const witness = bytesOf(expected.witness[0]!)
      const signature = signSchnorr(bytesOf(intermediary.sigHash), tweaked)
      assert.deepEqual(given.hashType === 0 ? signature : concatBytes(signature, Uint8Array.of(given.hashType)), witness)
    })
  })

  it('signs by key path for the key of the output', () => {
    fc.assert(fc.property(scalars, words, words, (secret, root, message) => {
      const signature = signSchnorr(message, taprootSecret(secret, root))
      assert.ok(verifySchnorr(signature, message, taprootKey(mulG(secret), root)))
      assert.equal(verifySchnorr(signature, message, taprootKey(mulG(secret))), false)
    }), FEW_RUNS)
  })

  it('writes the length of a long script in three bytes', () => {
    const leaf = (length: number, ...prefix: readonly number[]): Uint8Array => taggedHash('TapLeaf', Uint8Array.of(0xc0, ...prefix), new Uint8Array(length))
    assert.deepEqual(tapLeaf(new Uint8Array(252)), leaf(252, 252))
    assert.deepEqual(tapLeaf(new Uint8Array(253)), leaf(253, 0xfd, 253, 0))
    assert.deepEqual(tapLeaf(new Uint8Array(300)), leaf(300, 0xfd, 44, 1))
    assert.throws(() => tapLeaf(new Uint8Array(0x1_0000)), { name: 'InvariantError' })
  })
})
