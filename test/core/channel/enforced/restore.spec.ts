import assert from 'node:assert/strict'
import { toHex } from '../../../../src/core/base/bytes.js'
import { backupOf, closeChannel, dutiesFor, forceClose, offerLock, restoreChannel } from '../../../../src/core/channel/channel.js'
import { isRefusal } from '../../../../src/core/base/step.js'
import { displayTxid } from '../../../../src/core/channel/enforced/transaction.js'
import { assertExactly, chainWorld, commitmentOf, isForgotten, type ChainWorld } from '../resolver/chain-world.js'
import { ASSET, channelOf, faultOf, told, type End } from '../two-ends.js'
import { heightLock, offer, signedChannel, twoChainEnds } from './open-channel.js'

/** An end loses all it has, and gets back what never changes. */
function lose (world: ChainWorld, end: End, restores: boolean): void {
  const backup = backupOf(channelOf(end, world.id))!
  end.store.clear()
  world.world.crash(end)
  if (restores) assert.equal(end.step((host) => restoreChannel(host, backup, ASSET)), undefined)
  end.sync()
}

const spendsFunding = (world: ChainWorld, end: End): boolean =>
  world.published.some(({ by, tx }) => by === end && tx.inputs.some(({ txid }) => displayTxid(txid) === displayTxid(world.fundingTxid)))

const outputs = (world: ChainWorld, end: End): bigint => {
  const { state } = channelOf(end, world.id)
  assert(state.kind === 'chain')
  return state.localBalance / 1000n
}

for (const format of ['v3-zero-fee', 'v2-fee'] as const) {
  describe(`enforced channel of ${format}, an end that has only its backup`, () => {
    it('tells the peer, which closes; the end publishes nothing and takes what is its own [ENF-24]', () => {
      const world = chainWorld(format)
      const { alice, bob, id } = world
      offer(alice, id, 1, 50_000_000n, world.world.height + 400)
      world.world.settle()
      const [due, whole] = [outputs(world, bob), commitmentOf(alice, world)]
      lose(world, bob, true)
      assert.deepEqual(dutiesFor(bob.host, id)?.tasks, [])
      world.world.connect()
      world.world.settle()
      assert.equal(faultOf(alice), 'CHAN-20')
      world.tick()
      world.mine(1)
      assert.equal(dutiesFor(bob.host, id)?.closing?.type, 'unknown')
      world.mine(20)
      assert(isForgotten(bob, id))
      assert(!spendsFunding(world, bob))
      assertExactly(world, bob, due)
      assert(whole.outputs.length > 2)
      assert.equal(told(bob, 'closed').length, 1)
    })

    it('finds what the peer published long ago, after any deadline [ENF-24]', () => {
      const world = chainWorld(format)
      const { alice, bob, id } = world
      const due = outputs(world, bob)
      world.active.delete(bob)
      world.world.disconnect()
      alice.step((host) => forceClose(host, id))
      world.tick()
      world.mine(400)
      lose(world, bob, true)
      world.active.add(bob)
      world.tick()
      world.mine(10)
      assert(isForgotten(bob, id))
      assertExactly(world, bob, due)
    })

    it('takes after the delay what its own commitment paid it, published before the loss [ENF-24]', () => {
      const world = chainWorld(format)
      const { bob, id } = world
      const due = outputs(world, bob)
      bob.step((host) => forceClose(host, id))
      world.tick()
      world.mine(3)
      lose(world, bob, true)
      world.mine(160)
      assert(isForgotten(bob, id))
      assertExactly(world, bob, due)
    })

    it('opens, closes and offers nothing with it [ENF-24]', () => {
      const world = chainWorld(format)
      const { bob, id } = world
      lose(world, bob, true)
      const lock = heightLock(1, 10_000_000n, world.world.height + 50)
      assert(isRefusal(bob.step((host) => offerLock(host, id, lock.terms, lock.origin))))
      assert(isRefusal(bob.step((host) => closeChannel(host, id))))
      assert.equal(bob.step((host) => forceClose(host, id)), undefined)
      world.mine(2)
      assert(!spendsFunding(world, bob))
    })
  })

  describe(`enforced channel of ${format}, an end that lost everything`, () => {
    it('does not know the channel; the peer closes, and loses nothing [CHAN-22] [IOU-12]', () => {
      const world = chainWorld(format)
      const { alice, bob, id } = world
      const whole = commitmentOf(alice, world).outputs.reduce((sum, { valueSat, script }) => world.anchors.has(toHex(script)) ? sum : sum + valueSat, 0n)
      const due = whole - outputs(world, bob)
      lose(world, bob, false)
      world.world.connect()
      world.world.settle()
      assert.equal(faultOf(alice), 'IOU-12')
      world.tick()
      world.mine(160)
      assert(isForgotten(alice, id))
      assertExactly(world, alice, due)
    })
  })
}

describe('enforced channel, its backup', () => {
  it('is there when the funding output is named, and not of what is known already [ENF-24]', () => {
    const { alice, id } = signedChannel()
    const backup = backupOf(channelOf(alice, id))!
    assert.equal(backup.channelId, id)
    assert.equal(alice.step((host) => restoreChannel(host, backup, ASSET))?.refused, 'channel-exists')
    assert.equal(twoChainEnds().alice.host.channels.size, 0)
  })
})
