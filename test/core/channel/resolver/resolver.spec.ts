import assert from 'node:assert/strict'
import fc from 'fast-check'
import { toHex } from '../../../../src/core/base/bytes.js'
import { dutiesFor, forceClose, freezeChannel, fulfilLock, startRounds } from '../../../../src/core/channel/channel.js'
import { CHAIN_NUMBERS } from '../../../../src/core/channel/enforced/limits.js'
import { payFee, takePtlcs } from '../../../../src/core/channel/enforced/spends.js'
import { displayTxid, transactionBytes, txidOf } from '../../../../src/core/channel/enforced/transaction.js'
import { adapt } from '../../../../src/core/crypto/adaptor.js'
import { holdingsOf } from '../../../../src/core/channel/resolver/holdings.js'
import { channelOf, inject, intercept, locksOf, told, type End } from '../two-ends.js'
import { offer } from '../enforced/open-channel.js'
import { assertAtLeast, assertPaid, chainWorld, commitmentOf, isForgotten } from './chain-world.js'

for (const format of ['v3-zero-fee', 'v2-fee'] as const) {
  const accepted = format === 'v3-zero-fee' ? ['accepted', 'accepted'] : ['accepted']
  describe(`resolver, ${format}, a commitment is published`, () => {
    for (const closer of ['alice', 'bob'] as const) {
      it(`by ${closer}: every lock ends right, all is swept, nothing is kept [ENF-20, ENF-21, ENF-22]`, () => {
        const world = chainWorld(format)
        const { alice, bob, id } = world
        const height = world.world.height
        // Bob learns t of the first when the chain has decided; of the second nobody ever does.
        const claimed = offer(alice, id, 1, 50_000_000n, height + 60)
        const expired = offer(alice, id, 2, 40_000_000n, height + 40)
        const success = offer(bob, id, 3, 30_000_000n, height + 60)
        offer(bob, id, 4, 20_000_000n, height + 40)
        const small = offer(alice, id, 5, 200_000n, height + 40)
        world.world.settle()
        assert.equal(locksOf(bob, id).length, 5)
        world.world.disconnect()
        const [ender, other] = closer === 'alice' ? [alice, bob] : [bob, alice]
        ender.step((host) => forceClose(host, id))
        world.tick()
        bob.step((host) => { fulfilLock(host, id, 0, claimed.secret) })
        alice.step((host) => { fulfilLock(host, id, 0, success.secret) })
        world.tick()
        world.mine(2)
        assert.equal(channelOf(other, id).status, 'failed')
        assert.deepEqual(told(alice, 'secretLearnt').map(({ lock }) => lock.terms.id), [0], 'from the mempool, or from the block')
        assert.deepEqual(told(alice, 'offerFailed'), [], 'nothing is failed early')
        world.mine(45)
        assert.deepEqual(told(alice, 'offerSettled').map(({ origin }) => origin), [claimed.origin])
        assert.deepEqual(told(alice, 'offerFailed').map(({ origin }) => origin).sort(), [expired.origin, small.origin].sort())
        assert.deepEqual(told(bob, 'offerSettled').map(({ origin }) => origin), [success.origin])
        world.mine(160)
        assert(isForgotten(alice, id) && isForgotten(bob, id))
        assertPaid(world, alice, 600_000n - 50_000n + 30_000n, 8_000n)
        assertPaid(world, bob, 400_000n + 50_000n - 30_000n, 8_000n)
        assert.deepEqual(world.refused.filter((text) => !/missingorspent|conflict|insufficient fee|already|replacement|known|missing-inputs/.test(text)), [])
      })
    }

    it('which is revoked: everything is taken by its secret, also what came to a second stage first [ENF-13]', () => {
      const world = chainWorld(format)
      const { alice, bob, id } = world
      const height = world.world.height
      const first = offer(alice, id, 1, 50_000_000n, height + 60)
      offer(bob, id, 2, 30_000_000n, height + 60)
      world.world.settle()
      bob.step((host) => { fulfilLock(host, id, 0, first.secret) })
      world.world.settle()
      // Of two states ago; bob has kept the whole of it.
      const third = offer(alice, id, 3, 60_000_000n, height + 60)
      world.world.settle()
      const old = commitmentOf(bob, world)
      const held = holdingsOf(bob.host, channelOf(bob, id))!
      offer(bob, id, 4, 100_000_000n, height + 60)
      world.world.settle()
      offer(bob, id, 5, 90_000_000n, height + 60)
      world.world.settle()
      world.world.disconnect()
      world.active.delete(bob)
      assert.deepEqual(world.cheat(bob, old), accepted)
      world.active.delete(alice)
      world.mine(1)
      assert.equal(dutiesFor(alice.host, id)?.closing?.type, 'revoked')
      const place = held.own.commitment.ptlcs.findIndex(({ lock }) => lock.offeredBy === 'remote')
      const request = takePtlcs(held.secrets, held.own.commitment, [{ place, signature: adapt(held.own.given.preSignatures[0]!, third.secret) }])
      const success = payFee({ ...request, wallet: world.wallet(bob), feeRatePerKvb: 3_000n, leastSat: 330n, aux: new Uint8Array(32) })!
      assert.equal(world.chain.accept(world.chain.parse(transactionBytes(success))!).status, 'accepted')
      world.mine(1)
      // The t that bob used is of a lock that is still live: it is paid, and taken all the same.
      assert.deepEqual(told(alice, 'secretLearnt').map(({ lock }) => lock.terms.id), [0, 1])
      assert.deepEqual(told(alice, 'offerSettled').map((one) => one.origin), [first.origin, third.origin])
      world.active.add(alice)
      world.mine(10)
      assert(isForgotten(alice, id))
      assertPaid(world, alice, 999_700n, 4_000n)
    })

    it('after COMMIT was sent and lost, or not: either state of the peer is resolved [ENF-21]', () => {
      for (const published of ['before', 'after'] as const) {
        const world = chainWorld(format)
        const { alice, bob, id } = world
        const height = world.world.height
        const { secret, origin } = offer(alice, id, 1, 50_000_000n, height + 60)
        const before = commitmentOf(bob, world)
        const commit = intercept(world.world, alice, 'commit')
        if (published === 'after') inject(world.world, bob, commit)
        world.world.disconnect()
        const tx = published === 'before' ? before : commitmentOf(bob, world)
        world.active.delete(bob)
        assert.deepEqual(world.cheat(bob, tx), accepted)
        world.mine(1)
        assert.equal(dutiesFor(alice.host, id)?.closing?.type, 'theirs')
        if (published === 'before') {
          assert.deepEqual(told(alice, 'offerFailed'), [])
          world.mine(6)
          assert.deepEqual(told(alice, 'offerFailed').map((one) => one.origin), [origin])
        } else {
          world.active.add(bob)
          bob.step((host) => { fulfilLock(host, id, 0, secret) })
          world.mine(4)
          assert.deepEqual(told(alice, 'offerSettled').map((one) => one.origin), [origin])
        }
      }
    })

    it('and reorganised away, and another confirms: all is judged again [ENF-21, ENF-22]', () => {
      const world = chainWorld(format)
      const { alice, bob, id } = world
      const { origin } = offer(alice, id, 1, 50_000_000n, world.world.height + 30)
      world.world.settle()
      const theirs = commitmentOf(bob, world)
      world.world.disconnect()
      world.active.delete(bob)
      alice.step((host) => forceClose(host, id))
      world.tick()
      world.mine(3)
      assert.equal(dutiesFor(alice.host, id)?.closing?.type, 'ours')
      // In the other branch nothing of alice's is known, and bob's commitment comes first.
      world.active.delete(alice)
      for (const { tx } of world.published) world.chain.withhold(displayTxid(txidOf(tx)))
      world.reorg(3)
      assert.equal(dutiesFor(alice.host, id)?.closing, undefined)
      for (const { tx } of world.published) world.chain.forget(displayTxid(txidOf(tx)))
      assert.deepEqual(world.cheat(bob, theirs), accepted)
      world.active.add(alice)
      world.mine(1)
      assert.equal(dutiesFor(alice.host, id)?.closing?.type, 'theirs')
      world.mine(30)
      assert.deepEqual(told(alice, 'offerFailed').map((one) => one.origin), [], 'its output may still be claimed')
      world.mine(10)
      assert.deepEqual(told(alice, 'offerFailed').map((one) => one.origin), [origin])
      assert(isForgotten(alice, id))
      assertPaid(world, alice, 600_000n, 4_000n)
    })
  })
}

describe('resolver, with the machine that talks to the peer frozen', () => {
  it('still closes in time, claims, and ends every lock [ENF-20, ENF-21]', () => {
    const world = chainWorld()
    const { alice, bob, id } = world
    const expiry = world.world.height + 30
    const { secret } = offer(bob, id, 1, 50_000_000n, expiry)
    const own = offer(alice, id, 2, 20_000_000n, expiry)
    world.world.settle()
    alice.step((host) => { freezeChannel(host, id, 'a bug') })
    alice.step((host) => { fulfilLock(host, id, 0, secret) })
    world.mine(11)
    assert.equal(dutiesFor(alice.host, id)?.closing, undefined)
    world.mine(2)
    assert.equal(dutiesFor(alice.host, id)?.closing?.type, 'ours')
    world.mine(200)
    assert.deepEqual(told(alice, 'offerFailed').map(({ origin }) => origin), [own.origin])
    assert.deepEqual(told(alice, 'lockRemoved').map(({ how }) => how), ['fulfilled'])
    assert(isForgotten(alice, id) && isForgotten(bob, id))
    assertPaid(world, alice, 650_000n, 6_000n)
  })
})

describe('resolver, of an end that lost its last rounds', () => {
  it('publishes nothing, and takes its static output when the peer has closed [ENF-21] [ENF-23]', () => {
    for (const format of ['v3-zero-fee', 'v2-fee'] as const) {
      const world = chainWorld(format)
      const { alice, bob, id } = world
      const pay = (n: number): void => {
        const { secret } = offer(alice, id, n, 10_000_000n, world.world.height + 60)
        world.world.settle()
        const [lock] = locksOf(bob, id)
        bob.step((host) => { fulfilLock(host, id, lock!.terms.id, secret) })
        world.world.settle()
      }
      pay(1)
      const backup = new Map(alice.store)
      pay(2)
      pay(3)
      alice.store.clear()
      for (const [key, value] of backup) alice.store.set(key, value)
      world.world.crash(alice)
      world.world.connect()
      world.world.settle()
      world.tick()
      world.mine(1)
      assert.equal(dutiesFor(alice.host, id)?.closing?.type, 'unknown')
      world.mine(200)
      assert(world.published.every(({ by, tx }) => by === bob || tx.inputs.every(({ txid }) => toHex(txid) !== toHex(world.fundingTxid))))
      assert(isForgotten(alice, id) && isForgotten(bob, id))
      assertPaid(world, alice, 570_000n, 4_000n)
      assertPaid(world, bob, 430_000n, 4_000n)
    }
  })
})

describe('resolver, of a balance that is not worth its fee', () => {
  it('forgets the channel without it [ENF-21]', () => {
    const world = chainWorld('v3-zero-fee', 400n)
    const { alice, bob, id } = world
    alice.step((host) => forceClose(host, id))
    world.tick()
    world.mine(8)
    assert(isForgotten(bob, id))
    world.mine(150)
    assert(isForgotten(alice, id))
    assertPaid(world, alice, 999_600n, 4_000n)
  })
})

describe('resolver, on any state of the round', () => {
  it('leaves each end what it had, what it was paid and what it did not pay, less fees [ENF-21] [ENF-22]', () => {
    fc.assert(fc.property(fc.record({ locks: fc.array(fc.record({ mine: fc.boolean(), size: fc.nat(3), shown: fc.constantFrom('before', 'after', 'never') }), { minLength: 1, maxLength: 5 }), second: fc.nat(5), cut: fc.nat(9), closer: fc.boolean(), format: fc.constantFrom('v3-zero-fee' as const, 'v2-fee' as const) }), ({ locks, second, cut, closer, format }) => {
      const world = chainWorld(format)
      const { alice, bob, id } = world
      const made = locks.map(({ mine, size, shown }, n) => {
        const amount = [200_000n, 5_000_000n, 5_000_000n, 40_000_000n][size]!
        const [by, to] = mine ? [alice, bob] : [bob, alice]
        return { ...offer(by, id, n, amount, world.world.height + 45 + n), amount, by, to, shown }
      })
      world.world.settle()
      const show = (when: 'before' | 'after'): void => {
        for (const { to, secret, terms, shown } of made) {
          if (shown !== when) continue
          const lock = locksOf(to, id).find(({ terms: one }) => toHex(one.point) === toHex(terms.point))
          if (lock !== undefined) to.step((host) => { fulfilLock(host, id, lock.terms.id, secret) })
        }
      }
      // A round that is cut off somewhere: some locks are paid in it, one more is offered.
      show('before')
      if (second < 3) offer(second === 0 ? alice : bob, id, 50, 6_000_000n, world.world.height + 60)
      let deliveries = 0
      for (let turn = 0; turn < 20 && deliveries < cut; turn++) {
        for (const end of [alice, bob]) {
          end.step(startRounds)
          end.sync()
        }
        for (const end of [bob, alice]) if (deliveries < cut && world.world.deliver(end)) deliveries++
      }
      for (const end of [alice, bob]) end.sync()
      world.world.disconnect()
      const ender = closer ? alice : bob
      assert.equal(ender.step((host) => forceClose(host, id)), undefined)
      world.tick()
      world.mine(1)
      show('after')
      world.mine(75)
      world.mine(160)
      for (const end of [alice, bob]) {
        assert(isForgotten(end, id), `${end.name} keeps ${[...end.store.keys()].join()}`)
        const ended = [...told(end, 'offerSettled'), ...told(end, 'offerFailed')].map(({ origin }) => origin)
        assert.equal(new Set(ended).size, ended.length, 'every offer ends once')
      }
      const settled = (end: End): ReadonlySet<string> => new Set(told(end, 'offerSettled').map(({ origin }) => origin))
      // Below dust nothing can be claimed: that much may be lost, and the fees.
      const slack = 12_000n + 200n * BigInt(made.length)
      for (const end of [alice, bob]) {
        const paid = made.reduce((sum, one) => one.by === end && settled(end).has(one.origin) ? sum + one.amount / 1000n : sum, 0n)
        const due = made.reduce((sum, one) => one.to === end && one.shown !== 'never' && one.amount > 330_000n ? sum + one.amount / 1000n : sum, 0n)
        assertAtLeast(world, end, (end === alice ? 600_000n : 400_000n) - paid + due - slack)
      }
    }), { numRuns: 12 })
  })
})

describe('resolver, deadlines', () => {
  it('closes when an offered lock is 3 blocks over, and 18 blocks before a received one whose t is known [ENF-20]', () => {
    for (const which of ['offered', 'received'] as const) {
      const world = chainWorld()
      const { alice, bob, id } = world
      const expiry = world.world.height + 30
      const { secret } = offer(alice, id, 1, 50_000_000n, expiry)
      world.world.settle()
      world.world.disconnect()
      if (which === 'received') bob.step((host) => { fulfilLock(host, id, 0, secret) })
      const [watched, at] = which === 'received' ? [bob, expiry - 18] : [alice, expiry + 3]
      world.mine(at - 1 - world.world.height)
      assert.equal(channelOf(watched, id).status, 'open')
      world.mine(1)
      assert.equal(channelOf(watched, id).failure?.slice(0, 6), 'ENF-20')
      world.mine(1)
      assert.notEqual(dutiesFor(watched.host, id)?.closing, undefined)
    }
  })
})

describe('resolver, an output as small as the dust limit', () => {
  it('is swept with a coin of the wallet when its fee leaves too little to stand alone, and nothing is kept [ENF-22]', () => {
    const world = chainWorld('v2-fee', 400_000n, 'litecoin')
    const { alice, id } = world
    const { dustSat } = CHAIN_NUMBERS.litecoin
    const { origin } = offer(alice, id, 1, dustSat * 1000n, world.world.height + 160)
    world.world.settle()
    assert.equal(locksOf(alice, id).length, 1)
    world.world.disconnect()
    world.active.delete(world.bob)
    alice.step((host) => forceClose(host, id))
    world.tick()
    world.rates = () => 5_000n
    world.mine(160 + 2 * 576 + 100)
    assert.deepEqual(told(alice, 'offerFailed').map((failed) => failed.origin), [origin])
    assert(isForgotten(alice, id), JSON.stringify(dutiesFor(alice.host, id)?.tasks.map(({ type }) => type)))
    assertPaid(world, alice, 600_000n, 12_000n)
  })
})
