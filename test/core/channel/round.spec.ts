import assert from 'node:assert/strict'
import { asUnits } from '../../../src/core/base/money.js'
import { cancelOffer, capacity, failLock, fulfilLock, offerLock, offerState } from '../../../src/core/channel/channel.js'
import { kindOf } from '../../../src/core/channel/kinds.js'
import { channelOf, lockNumbered, locksOf, openLine, START_SECONDS, stateOf, told } from './two-ends.js'

const EXPIRY = START_SECONDS + 900

describe('round, idle', () => {
  describe('on an offer', () => {
    it('makes the lock irrevocable at the receiver and equal on both sides [CHAN-15] [IOU-1]', () => {
      const { world, alice, bob, id } = openLine()
      const { terms, origin } = lockNumbered(1, 100n, EXPIRY)
      assert.equal(alice.step((host) => offerLock(host, id, terms, origin)), undefined)
      assert.equal(alice.step((host) => offerState(host, origin)), 'queued')
      world.settle()
      assert.equal(alice.step((host) => offerState(host, origin)), 'live')
      assert.equal(told(bob, 'lockReceived').length, 1)
      assert.equal(told(bob, 'lockReceived')[0]!.lock.irrevocable, true)
      assert.deepEqual(digests(alice, bob, id)[0], digests(alice, bob, id)[1])
      assert.equal(stateOf(alice, id).localLocked, 100n)
      assert.equal(stateOf(bob, id).remoteLocked, 100n)
      assert.equal(capacity(alice.host, id).spendable, 900n)
      assert.equal(capacity(bob.host, id).receivable, 900n)
    })
  })
  it('fulfils', () => {
    const { world, alice, bob, id } = openLine()
    const { terms, origin, secret } = lockNumbered(1, 100n, EXPIRY)
    alice.step((host) => offerLock(host, id, terms, origin))
    world.settle()
    bob.step((host) => { fulfilLock(host, id, 0, secret) })
    world.settle()
    assert.equal(told(alice, 'secretLearnt').length, 1)
    assert.equal(told(alice, 'offerSettled').length, 1)
    assert.equal(stateOf(alice, id).owedToUs, -100n)
    assert.equal(stateOf(bob, id).owedToUs, 100n)
    assert.deepEqual(locksOf(alice, id), [])
    assert.deepEqual(locksOf(bob, id), [])
    assert.deepEqual([cancelOffer, failLock, asUnits, channelOf].length, 4)
  })
})

const digests = (alice: Parameters<typeof stateOf>[0], bob: Parameters<typeof stateOf>[0], id: Parameters<typeof stateOf>[1]): Uint8Array[] =>
  [alice, bob].map((end) => kindOf(channelOf(end, id).state).digest(end.host, channelOf(end, id)))
