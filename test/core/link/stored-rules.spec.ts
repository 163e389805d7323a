import assert from 'node:assert/strict'
import { coin } from '../../../src/core/base/assets.js'
import { asUnits } from '../../../src/core/base/money.js'
import { linkDefaultsLayout, linkLayout, type Link } from '../../../src/core/link/tables.js'
import { peerNumber } from './harness.js'

const asset = coin('btc', 'regtest').id
const rule = { kind: 'chain' as const, asset, limit: asUnits(5_000n), add: asUnits(700n) }
const link: Link = { peer: peerNumber(1), status: 'open', addresses: ['/ip4/127.0.0.1/tcp/1'], accept: [rule], fee: { base: asUnits(1n), ppm: 2 }, automatic: true }

/** The bytes of version 1: the same without the last field of each rule. */
function firstVersion (bytes: Uint8Array, added: Uint8Array): Uint8Array {
  const at = Buffer.from(bytes).indexOf(Buffer.from(added))
  assert.ok(at > 0)
  return Uint8Array.from([1, ...bytes.subarray(1, at), ...bytes.subarray(at + added.length)])
}
/** 700, as an optional amount is written. */
const ADDED = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 2, 188)

describe('links, rules on the disk', () => {
  it('say how much is added to a channel that a peer opens [LINK-14]', () => {
    assert.deepEqual(linkLayout.decode(linkLayout.encode(link)), link)
    const plain = { accept: [{ ...rule, add: undefined }], fee: undefined }
    assert.deepEqual(linkDefaultsLayout.decode(linkDefaultsLayout.encode(plain)), plain)
  })
  it('of the first version say nothing of it, and are read', () => {
    const [first] = link.accept!
    const read = linkLayout.decode(firstVersion(linkLayout.encode(link), ADDED))
    assert.deepEqual(read, { ...link, accept: [{ ...first, add: undefined }] })
    const defaults = { accept: [rule], fee: link.fee }
    assert.deepEqual(linkDefaultsLayout.decode(firstVersion(linkDefaultsLayout.encode(defaults), ADDED)), { accept: [{ ...rule, add: undefined }], fee: link.fee })
    assert.deepEqual(linkDefaultsLayout.decode(Uint8Array.of(1, 0, 0)), { accept: undefined, fee: undefined })
  })
})
