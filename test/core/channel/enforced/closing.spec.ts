import assert from 'node:assert/strict'
import { toHex } from '../../../../src/core/base/bytes.js'
import { closeChannel, dutiesFor, fulfilLock, offerClose } from '../../../../src/core/channel/channel.js'
import { fixedParts } from '../../../../src/core/channel/enforced/contract.js'
import { contractOf } from '../../../../src/core/channel/enforced/state.js'
import { readTransaction } from '../../../../src/core/channel/enforced/transaction.js'
import { assertPaid, chainWorld, isForgotten } from '../resolver/chain-world.js'
import { channelOf, faultOf, inject, intercept, told } from '../two-ends.js'
import { wrongWith } from './interpreter.js'
import { enforcedOf, offer, openedChannel, payoutOf, signedChannel } from './open-channel.js'

describe('enforced channel, closing together', () => {
  it('waits for the locks, then signs one transaction; the opener proposes and pays [ENF-17]', () => {
    const { world, alice, bob, id } = openedChannel()
    const { secret } = offer(alice, id, 1, 50_000_000n)
    world.settle()
    bob.step((host) => closeChannel(host, id))
    world.settle()
    assert.equal(channelOf(alice, id).status, 'closing')
    assert.equal(enforcedOf(alice, id).closing.length, 0)
    bob.step((host) => { fulfilLock(host, id, 0, secret) })
    world.settle()
    const [a, b] = [alice, bob].map((end) => enforcedOf(end, id).closing)
    assert.equal(toHex(a!), toHex(b!))
    const tx = readTransaction(a!)!
    assert.equal(wrongWith(tx, [fixedParts(contractOf(alice.host, enforcedOf(alice, id))).fundingSpent]), undefined)
    assert.deepEqual(tx.outputs.map(({ valueSat }) => valueSat), [450_000n, 550_000n - 308n])
    assert.deepEqual(tx.outputs.map(({ script }) => toHex(script)), [payoutOf('bob'), payoutOf('alice')].map(toHex))
    assert.deepEqual([told(alice, 'closeSigned').length, told(bob, 'closeSigned').length], [1, 1])
    assert.deepEqual(dutiesFor(bob.host, id)?.tasks.map(({ type }) => type), ['closing'])
  })

  it('may be proposed again with a higher fee, by either, and after a disconnection with fresh nonces [ENF-17, ENF-18]', () => {
    const { world, alice, bob, id } = openedChannel()
    alice.step((host) => closeChannel(host, id))
    world.settle()
    for (const [end, feeSat] of [[alice, 900n], [bob, 1_000n], [alice, 2_000n]] as const) {
      if (feeSat === 2_000n) {
        world.disconnect()
        world.connect()
        world.settle()
      }
      // Bob's first offer needs the nonce that alice said at the beginning.
      assert.equal(end.step((host) => offerClose(host, id, feeSat)), undefined)
      world.settle()
      const tx = readTransaction(enforcedOf(end, id).closing)!
      assert.equal(1_000_000n - tx.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n), feeSat)
    }
    const nonces = world.sent.flatMap(({ message }) => message.type === 'close-ready' || message.type === 'close-offer' || message.type === 'close-sign' ? [toHex(message.nonce)] : [])
    assert.equal(new Set(nonces).size, nonces.length, 'no nonce is said twice')
    assert(nonces.length >= 12)
    assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
  })

  it('fails on a wrong part, and on an offer that nobody is ready for [ENF-17]', () => {
    for (const type of ['close-offer', 'close-sign'] as const) {
      const { world, alice, bob, id } = openedChannel()
      alice.step((host) => closeChannel(host, id))
      const from = type === 'close-offer' ? alice : bob
      const message = intercept(world, from, type)
      const to = world.peerOf(from)
      inject(world, to, { ...message, partial: message.partial.with(31, message.partial[31]! ^ 1) })
      assert.equal(faultOf(to), 'ENF-17')
      const early = openedChannel()
      inject(early.world, early.bob, { ...message, channelId: early.id })
      assert.equal(faultOf(early.bob), 'ENF-17')
    }
  })

  it('is told of again after a restart, as the funding is that may have been lost with the process [ENF-16, ENF-17]', () => {
    const { world, alice, bob, id } = openedChannel()
    alice.step((host) => closeChannel(host, id))
    world.settle()
    for (const end of [alice, bob]) {
      const before = told(end, 'closeSigned').length
      world.crash(end)
      end.sync()
      assert.equal(told(end, 'closeSigned').length, before + 1)
    }
    const unconfirmed = signedChannel()
    unconfirmed.world.crash(unconfirmed.alice)
    unconfirmed.alice.sync()
    assert.equal(told(unconfirmed.alice, 'fundingSigned').length, 2)
  })

  it('is published, buried, and forgotten by both [ENF-17] [ENF-21]', () => {
    for (const format of ['v3-zero-fee', 'v2-fee'] as const) {
      const world = chainWorld(format)
      const { alice, bob, id } = world
      alice.step((host) => closeChannel(host, id))
      world.world.settle()
      world.tick()
      world.mine(5)
      assert(!isForgotten(alice, id))
      assert.equal(dutiesFor(alice.host, id)?.closing?.type, 'cooperative')
      world.mine(1)
      assert(isForgotten(alice, id) && isForgotten(bob, id))
      assertPaid(world, alice, 600_000n, 400n)
      assertPaid(world, bob, 400_000n, 0n)
    }
  })
})
