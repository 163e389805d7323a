import assert from 'node:assert/strict'
import { capacity, expireLocks, fulfilLock, nextExpiryMs, offerLock, startRounds } from '../../../src/core/channel/channel.js'
import { NO_EVIDENCE } from '../../../src/core/channel/messages.js'
import { REMOVAL_CONNECTED_SECONDS, REMOVAL_SECONDS_MAX } from '../../../src/core/channel/limits.js'
import { isUncertain } from '../../../src/core/channel/time.js'
import { channelOf, faultOf, inject, lockNumbered, locksOf, openLine, START_SECONDS, stateOf, told } from './two-ends.js'

const EXPIRY = START_SECONDS + 900

function locked (): ReturnType<typeof openLine> & { readonly secret: Uint8Array } {
  const line = openLine()
  const { terms, origin, secret } = lockNumbered(1, 100n, EXPIRY)
  line.alice.step((host) => offerLock(host, line.id, terms, origin))
  line.world.settle()
  return { ...line, secret }
}

describe('lock, expired', () => {
  it('is taken back by its offerer 60 s after the expiry, not before [CHAN-17]', () => {
    const { world, alice, bob, id } = locked()
    assert.equal(nextExpiryMs(alice.host), (EXPIRY + 60) * 1_000)
    assert.equal(nextExpiryMs(bob.host), undefined)
    world.seconds = EXPIRY + 59
    alice.step(expireLocks)
    world.settle()
    assert.equal(locksOf(alice, id).length, 1)
    world.seconds = EXPIRY + 60
    alice.step(expireLocks)
    alice.step(expireLocks)
    world.settle()
    assert.deepEqual(told(alice, 'offerFailed').map(({ reason, sent }) => [reason, sent]), [['expired', true]])
    assert.deepEqual(told(bob, 'lockRemoved').map(({ how }) => how), ['expired'])
    assert.equal(capacity(alice.host, id).spendable, 1_000n)
    assert.equal(stateOf(alice, id).owedToUs, 0n)
  })
  it('is asked for again after a crash', () => {
    const { world, alice, id } = locked()
    world.seconds = EXPIRY + 60
    alice.step(expireLocks)
    alice.sync()
    world.crash(alice)
    world.connect()
    world.settle()
    assert.deepEqual(locksOf(alice, id), [])
  })
  it('is a fault to take back early by the clock of the receiver [CHAN-17]', () => {
    const { world, bob, id } = locked()
    world.seconds = EXPIRY - 1
    inject(world, bob, { type: 'propose', channelId: id, round: 2, updates: [{ type: 'expire', id: 0 }], evidence: NO_EVIDENCE })
    assert.equal(faultOf(bob), 'CHAN-17')
    assert.equal(locksOf(bob, id).length, 1)
  })
  it('is failed by its receiver when it comes late [CHAN-17]', () => {
    const { world, alice, bob, id } = openLine()
    const { terms, origin } = lockNumbered(1, 100n, START_SECONDS + 10)
    bob.aheadSeconds = 20
    alice.step((host) => offerLock(host, id, terms, origin))
    world.settle()
    assert.equal(told(bob, 'lockReceived').length, 0)
    assert.equal(told(bob, 'lockRemoved').length, 0)
    assert.deepEqual(told(alice, 'offerFailed').map(({ reason }) => reason), ['expired'])
    alice.aheadSeconds = 20
    const late = lockNumbered(2, 100n, START_SECONDS + 10)
    alice.step((host) => offerLock(host, id, late.terms, late.origin))
    alice.step(startRounds)
    assert.equal(channelOf(alice, id).round.phase, 'idle', 'nothing is proposed that is over')
    alice.sync()
    assert.deepEqual(told(alice, 'offerFailed').map(({ reason, sent }) => [reason, sent]).at(-1), ['expired', false])
  })
})

describe('lock, while the clocks of the neighbours differ', () => {
  it('is neither accepted nor expired, a day ahead or not [CHAN-18]', () => {
    const received = openLine()
    received.bob.clocksAgree = false
    const { terms, origin } = lockNumbered(1, 100n, EXPIRY)
    received.alice.step((host) => offerLock(host, received.id, terms, origin))
    received.world.settle()
    assert.equal(told(received.bob, 'lockReceived').length, 0)
    assert.deepEqual(told(received.alice, 'offerFailed').map(({ reason }) => reason), ['refused'])

    const live = locked()
    live.alice.aheadSeconds = 86_400
    live.alice.clocksAgree = false
    live.alice.step(expireLocks)
    live.world.settle()
    assert.equal(locksOf(live.alice, live.id).length, 1)
  })
  it('waits with an expire until they agree, and then takes it [CHAN-18]', () => {
    const { world, alice, bob, id } = locked()
    world.seconds = EXPIRY + 100
    bob.clocksAgree = false
    alice.step(expireLocks)
    world.settle()
    assert.equal(channelOf(alice, id).round.phase, 'proposed')
    assert.equal(channelOf(bob, id).round.phase, 'idle')
    bob.step(expireLocks)
    world.settle()
    assert.equal(channelOf(bob, id).round.phase, 'idle')
    bob.clocksAgree = true
    bob.step(expireLocks)
    world.settle()
    assert.deepEqual([locksOf(alice, id), locksOf(bob, id)], [[], []])
    assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
  })
  it('drops an expire that waits for its round, and asks again later [CHAN-18]', () => {
    const { world, alice, id } = locked()
    world.seconds = EXPIRY + 100
    alice.step(expireLocks)
    alice.clocksAgree = false
    alice.step(startRounds)
    assert.equal(channelOf(alice, id).round.phase, 'idle')
    alice.clocksAgree = true
    alice.step(expireLocks)
    world.settle()
    assert.deepEqual(locksOf(alice, id), [])
  })
})

describe('lock, whose secret comes too late', () => {
  /** Bob settles while alice is away, and she comes back when the time is over. */
  function late (alsoBob = false): ReturnType<typeof locked> {
    const line = locked()
    const { world, alice, bob, id, secret } = line
    if (alsoBob) {
      const { terms, origin } = lockNumbered(2, 70n, EXPIRY)
      bob.step((host) => offerLock(host, id, terms, origin))
      world.settle()
    }
    world.disconnect()
    bob.step((host) => { fulfilLock(host, id, 0, secret) })
    if (alsoBob) alice.step((host) => { fulfilLock(host, id, 0, lockNumbered(2, 70n, EXPIRY).secret) })
    world.seconds = EXPIRY + 60
    return line
  }

  it('is taken back, whoever proposes first and wins, and the channel goes on [CHAN-23]', () => {
    for (const first of ['alice', 'bob'] as const) {
      const { world, alice, bob, id } = late()
      world.connect()
      if (first === 'alice') alice.step(expireLocks)
      world.settle()
      assert.equal(faultOf(alice) ?? faultOf(bob), undefined, first)
      assert.deepEqual([locksOf(alice, id), locksOf(bob, id)], [[], []], first)
      assert.equal(told(alice, 'secretLearnt').length, 0)
      assert.deepEqual(told(alice, 'offerFailed').map(({ reason }) => reason), ['expired'])
      assert.deepEqual(told(bob, 'lockRemoved').map(({ how }) => how), ['expired'])
      assert.equal(stateOf(alice, id).owedToUs, 0n)
    }
  })
  it('is taken back on both sides at once [CHAN-23]', () => {
    const { world, alice, bob, id } = late(true)
    world.connect()
    world.settle()
    assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
    assert.deepEqual([locksOf(alice, id), locksOf(bob, id)], [[], []])
    assert.equal(stateOf(alice, id).owedToUs, 0n)
  })
  it('is taken back in place of a proposal of the offerer that lost, whoever wins the round [CHAN-10] [CHAN-23]', () => {
    for (const extra of [0, 1]) {
      const { world, alice, bob, id, secret } = locked()
      for (let n = 0; n < extra; n++) {
        const { terms, origin } = lockNumbered(20 + n, 1n, EXPIRY + 500)
        alice.step((host) => offerLock(host, id, terms, origin))
        world.settle()
      }
      // Both have a proposal of this round that the other never got; then the time passes.
      const other = lockNumbered(30, 1n, EXPIRY + 500)
      alice.step((host) => offerLock(host, id, other.terms, other.origin))
      bob.step((host) => { fulfilLock(host, id, 0, secret) })
      for (const end of [alice, bob]) {
        end.step(startRounds)
        end.sync()
      }
      world.disconnect()
      world.seconds = EXPIRY + 60
      world.connect()
      world.settle()
      assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
      assert.deepEqual(told(bob, 'lockRemoved').map(({ how }) => how), ['expired'], `${extra}`)
      assert.equal(locksOf(bob, id).some(({ terms }) => terms.amount === 1n), true, 'the rest of the proposal goes on')
      assert.equal(stateOf(alice, id).owedToUs, 0n)
    }
  })
  it('counts until expiry + 60 s, and is not told after [CHAN-19] [CHAN-23]', () => {
    for (const [seconds, counts] of [[EXPIRY + 59, true], [EXPIRY + 60, false]] as const) {
      const { world, alice, id, secret } = locked()
      world.seconds = seconds
      inject(world, alice, { type: 'secret', channelId: id, secrets: [{ id: 0, secret }] })
      assert.equal(alice.seen.some(({ type }) => type === 'secretLearnt'), counts)
      world.seconds = EXPIRY + 5_000
      inject(world, alice, { type: 'propose', channelId: id, round: channelOf(alice, id).round.number, updates: [{ type: 'fulfil', id: 0, secret }], evidence: NO_EVIDENCE })
      assert.equal(faultOf(alice), undefined)
      assert.equal(channelOf(alice, id).round.phase, counts ? 'agreed' : 'idle')
      alice.step(startRounds)
      assert.equal(channelOf(alice, id).round.phase, counts ? 'agreed' : 'proposed')
    }
  })
  it('waits in a proposal while nobody vouches for the clock [CHAN-18] [CHAN-23]', () => {
    const { world, alice, id, secret } = locked()
    world.seconds = EXPIRY + 60
    alice.clocksAgree = false
    inject(world, alice, { type: 'propose', channelId: id, round: channelOf(alice, id).round.number, updates: [{ type: 'fulfil', id: 0, secret }], evidence: NO_EVIDENCE })
    alice.step(startRounds)
    assert.equal(channelOf(alice, id).round.phase, 'idle')
    alice.clocksAgree = true
    alice.step(expireLocks)
    alice.step(startRounds)
    assert.deepEqual(channelOf(alice, id).round.updates, [{ type: 'expire', id: 0 }])
    assert.equal(faultOf(alice), undefined)
  })
})

describe('lock, over for long and not removed', () => {
  /** The last second in which its receiver may still hold it up. */
  const LAST = EXPIRY + 60 + REMOVAL_SECONDS_MAX - 1

  it('fails the channel when the clocks never agree, and stays open until they do [CHAN-24] [CHAN-21]', () => {
    const { world, alice, id } = locked()
    alice.clocksAgree = false
    world.seconds = LAST
    for (let minutes = 0; minutes < 60; minutes++) alice.step(expireLocks)
    assert.equal(isUncertain(alice.host, locksOf(alice, id)[0]!), false)
    world.seconds++
    alice.step(expireLocks)
    assert.equal(isUncertain(alice.host, locksOf(alice, id)[0]!), true)
    world.seconds += REMOVAL_CONNECTED_SECONDS - 1
    alice.step(expireLocks)
    assert.equal(channelOf(alice, id).status, 'open')
    world.seconds++
    alice.step(expireLocks)
    world.settle()
    assert.equal(channelOf(alice, id).status, 'failed')
    assert.equal(faultOf(alice), 'CHAN-24')
    assert.deepEqual(told(alice, 'offerFailed'), [], 'nobody knows whose clock is wrong')
    alice.clocksAgree = true
    alice.step(expireLocks)
    world.settle()
    assert.deepEqual(told(alice, 'offerFailed').map(({ reason }) => reason), ['expired'])
    assert.equal(isUncertain(alice.host, locksOf(alice, id)[0]!), false)
  })
  it('fails the channel when the peer never answers the round that takes it back, and ends then [CHAN-24] [CHAN-21]', () => {
    const { world, alice, id } = locked()
    world.seconds = LAST + 1
    alice.step(expireLocks)
    alice.step(startRounds)
    alice.sync()
    world.seconds += REMOVAL_CONNECTED_SECONDS
    alice.step(expireLocks)
    alice.step(expireLocks)
    alice.sync()
    assert.equal(faultOf(alice), 'CHAN-24')
    assert.deepEqual(told(alice, 'offerFailed').map(({ reason }) => reason), ['expired'])
    assert.equal(channelOf(alice, id).status, 'failed')
  })
  it('blames no peer that was away: it has ten minutes from its connection [CHAN-24]', () => {
    const { world, alice, id } = locked()
    world.disconnect()
    alice.clocksAgree = false
    world.seconds = LAST + 100_000
    alice.step(expireLocks)
    world.connect()
    world.settle()
    alice.step(expireLocks)
    world.seconds += REMOVAL_CONNECTED_SECONDS - 1
    alice.step(expireLocks)
    alice.clocksAgree = true
    alice.step(expireLocks)
    world.settle()
    assert.equal(channelOf(alice, id).status, 'open')
    assert.deepEqual(locksOf(alice, id), [])
  })
  it('fails no channel whose lock is only waiting for its removal with a known secret [CHAN-24]', () => {
    const { world, alice, bob, id, secret } = locked()
    bob.step((host) => { fulfilLock(host, id, 0, secret) })
    bob.step(startRounds)
    bob.sync()
    world.deliver(alice)
    world.seconds = LAST + 1
    alice.step(expireLocks)
    world.seconds += REMOVAL_CONNECTED_SECONDS
    alice.step(expireLocks)
    assert.equal(channelOf(alice, id).status, 'open')
  })
})
