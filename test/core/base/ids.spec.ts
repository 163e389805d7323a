import assert from 'node:assert/strict'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { toHex } from '../../../src/core/base/bytes.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { comparePeers, isPeerId, keyOf, linkIdOf, peerIdOfPublicKey, publicKeyOfPeerId, type PeerId } from '../../../src/core/base/ids.js'

const madeByLibp2p = async (): Promise<{ peer: PeerId, key: Uint8Array }> => {
  const privateKey = await generateKeyPair('secp256k1')
  return { peer: peerIdFromPrivateKey(privateKey).toString() as PeerId, key: privateKey.publicKey.raw }
}

describe('ids, a peer id', () => {
  it('is the one libp2p makes of the same key, and gives the key back', async () => {
    for (let i = 0; i < 20; i++) {
      const { peer, key } = await madeByLibp2p()
      assert.equal(peerIdOfPublicKey(key), peer)
      assert.deepEqual(publicKeyOfPeerId(peer), new Uint8Array(key))
      assert.ok(peer.startsWith('16Uiu2'), peer)
    }
  })

  it('is not one of another kind of key', async () => {
    const ed25519 = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()
    assert.equal(isPeerId(ed25519), false)
  })

  it('is refused when a letter is missing, added, changed or foreign', async () => {
    const { peer } = await madeByLibp2p()
    const bad = ['', peer.slice(0, -1), peer.slice(1), peer + '1', '1' + peer, peer.replace('16Uiu2', '17Uiu2'), peer.replace(/.$/, '0'), peer + ' ', 'l'.repeat(53), '1'.repeat(100_000)]
    for (const text of bad) assert.equal(isPeerId(text), false, text.slice(0, 80))
    assert.throws(() => keyOf('nobody' as PeerId), RangeError)
  })
})

describe('ids, a link', () => {
  it('is the same from both ends and another with another peer', async () => {
    const [a, b, c] = await Promise.all([madeByLibp2p(), madeByLibp2p(), madeByLibp2p()])
    assert.equal(linkIdOf(a.peer, b.peer), linkIdOf(b.peer, a.peer))
    assert.notEqual(linkIdOf(a.peer, b.peer), linkIdOf(a.peer, c.peer))
    const [low, high] = Buffer.compare(a.key, b.key) < 0 ? [a, b] : [b, a]
    assert.equal(linkIdOf(a.peer, b.peer), toHex(taggedHash('amiko/link/id', low.key, high.key)))
    assert.ok(comparePeers(low.peer, high.peer) < 0 && comparePeers(high.peer, low.peer) > 0)
    assert.equal(comparePeers(a.peer, a.peer), 0)
  })
})
