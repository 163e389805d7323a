import assert from 'node:assert/strict'
import { expireLocks, failLock, fulfilLock, offerLock, startRounds } from '../../../src/core/channel/channel.js'
import { InvariantError } from '../../../src/core/base/invariant.js'
import { NO_EVIDENCE } from '../../../src/core/channel/messages.js'
import { channelOf, faultOf, inject, intercept, lockNumbered, locksOf, openLine, START_SECONDS, stateOf, told } from './two-ends.js'

const EXPIRY = START_SECONDS + 900

/** Alice offered lock 0 to bob, irrevocably. */
function locked (): ReturnType<typeof openLine> & { readonly secret: Uint8Array } {
  const line = openLine()
  const { terms, origin, secret } = lockNumbered(1, 100n, EXPIRY)
  line.alice.step((host) => offerLock(host, line.id, terms, origin))
  line.world.settle()
  return { ...line, secret }
}

describe('secret, of a live lock', () => {
  describe('on being shown', () => {
    it('is stored and told once, however it comes [CHAN-13]', () => {
      const { world, alice, id, secret } = locked()
      const message = { type: 'secret', channelId: id, secrets: [{ id: 0, secret }] } as const
      inject(world, alice, message)
      inject(world, alice, message)
      alice.sync()
      assert.deepEqual(locksOf(alice, id)[0]!.secret, secret)
      assert.equal(told(alice, 'secretLearnt').length, 1)
      assert.deepEqual(told(alice, 'secretLearnt')[0]!.secret, secret)
    })
    it('counts inside a proposal that is refused, and inside one that loses [CHAN-11] [CHAN-13] (S36)', () => {
      const refused = locked()
      const round = channelOf(refused.alice, refused.id).round.number
      inject(refused.world, refused.alice, { type: 'propose', channelId: refused.id, round, updates: [{ type: 'fulfil', id: 0, secret: refused.secret }, { type: 'fail', id: 7, reason: 'busy' }], evidence: NO_EVIDENCE })
      assert.equal(faultOf(refused.alice), 'CHAN-8')
      assert.deepEqual(locksOf(refused.alice, refused.id)[0]!.secret, refused.secret)

      const lost = locked()
      const { terms, origin } = lockNumbered(2, 5n, EXPIRY)
      assert.equal(channelOf(lost.alice, lost.id).round.number, 2, 'the opener, alice, wins even rounds')
      lost.alice.step((host) => offerLock(host, lost.id, terms, origin))
      lost.alice.step(startRounds)
      inject(lost.world, lost.alice, { type: 'propose', channelId: lost.id, round: 2, updates: [{ type: 'fulfil', id: 0, secret: lost.secret }], evidence: NO_EVIDENCE })
      assert.equal(channelOf(lost.alice, lost.id).round.phase, 'proposed')
      assert.deepEqual(locksOf(lost.alice, lost.id)[0]!.secret, lost.secret)
    })
    it('fails the channel when it does not fit, but keeps those that do [CHAN-13] [CHAN-20]', () => {
      const { world, alice, id, secret } = locked()
      inject(world, alice, { type: 'secret', channelId: id, secrets: [{ id: 5, secret }, { id: 0, secret }] })
      assert.equal(faultOf(alice), 'CHAN-13')
      assert.deepEqual(locksOf(alice, id)[0]!.secret, secret)
      const other = locked()
      inject(other.world, other.alice, { type: 'secret', channelId: other.id, secrets: [{ id: 0, secret: lockNumbered(3, 1n, 1).secret }] })
      assert.equal(faultOf(other.alice), 'CHAN-13')
      assert.equal(locksOf(other.alice, other.id)[0]!.secret, undefined)
    })
    it('is old news when the lock is gone', () => {
      const { world, alice, bob, id, secret } = locked()
      bob.step((host) => { failLock(host, id, 0, 'refused') })
      world.settle()
      inject(world, alice, { type: 'secret', channelId: id, secrets: [{ id: 0, secret }] })
      assert.equal(faultOf(alice), undefined)
      assert.equal(alice.seen.some(({ type }) => type === 'secretLearnt'), false)
    })
    it('counts for an add whose round is not complete [CHAN-13]', () => {
      const { world, alice, id } = openLine()
      const { terms, origin, secret } = lockNumbered(1, 100n, EXPIRY)
      alice.step((host) => offerLock(host, id, terms, origin))
      intercept(world, alice, 'commit')
      const message = { type: 'secret', channelId: id, secrets: [{ id: 0, secret }] } as const
      inject(world, alice, message)
      inject(world, alice, message)
      alice.sync()
      world.crash(alice)
      world.connect()
      world.settle()
      assert.equal(told(alice, 'secretLearnt').length, 1)
      assert.deepEqual(locksOf(alice, id)[0]!.secret, secret)
    })
    it('wins over a removal that is under way [CHAN-19]', () => {
      const { world, alice, bob, id, secret } = locked()
      bob.step((host) => { failLock(host, id, 0, 'refused') })
      const commit = intercept(world, bob, 'commit')
      inject(world, alice, { type: 'secret', channelId: id, secrets: [{ id: 0, secret }] })
      inject(world, alice, commit)
      alice.sync()
      assert.equal(told(alice, 'secretLearnt').length, 1)
      assert.equal(told(alice, 'offerSettled').length, 1)
      assert.equal(told(alice, 'offerFailed').length, 0)
    })
    it('keeps its lock from being expired [CHAN-19]', () => {
      const { world, alice, id, secret } = locked()
      inject(world, alice, { type: 'secret', channelId: id, secrets: [{ id: 0, secret }] })
      world.seconds += 5_000
      alice.step(expireLocks)
      assert.equal(alice.host.queues.size, 0)
    })
  })
})

describe('secret, of a lock to settle', () => {
  it('is shown at once while a round runs, and with the proposal when none does [CHAN-14]', () => {
    const idle = locked()
    idle.bob.step((host) => { fulfilLock(host, idle.id, 0, idle.secret) })
    idle.bob.step(startRounds)
    assert.deepEqual(idle.bob.unsynced.flatMap(({ sends }) => sends).map(({ type }) => type), ['propose'])

    const busy = locked()
    const { terms, origin } = lockNumbered(2, 5n, EXPIRY)
    busy.bob.step((host) => offerLock(host, busy.id, terms, origin))
    busy.bob.step(startRounds)
    busy.bob.sync()
    busy.bob.step((host) => { fulfilLock(host, busy.id, 0, busy.secret) })
    busy.bob.step(startRounds)
    assert.deepEqual(busy.bob.unsynced.flatMap(({ sends }) => sends).map(({ type }) => type), ['secret'])
    busy.world.settle()
    assert.equal(told(busy.alice, 'secretLearnt').length, 1)
    assert.equal(stateOf(busy.bob, busy.id).owedToUs, 100n)
  })
  it('is shown before reestablish at each connection until the removal is irrevocable [CHAN-2] [CHAN-14]', () => {
    const { world, bob, id, secret } = locked()
    bob.step((host) => { fulfilLock(host, id, 0, secret) })
    bob.sync()
    world.crash(bob)
    world.connect()
    const sends = bob.unsynced.flatMap(({ sends }) => sends)
    assert.deepEqual(sends.map(({ type }) => type), ['secret', 'reestablish'])
    world.settle()
    world.disconnect()
    world.connect()
    assert.deepEqual(bob.unsynced.flatMap(({ sends }) => sends).map(({ type }) => type), ['reestablish'])
    assert.equal(stateOf(bob, id).owedToUs, 100n)
  })
  it('is not shown for a lock whose fail was proposed, and shown for one whose fail waits', () => {
    const proposed = locked()
    proposed.bob.step((host) => { failLock(host, proposed.id, 0, 'busy') })
    proposed.bob.step(startRounds)
    proposed.bob.step((host) => { fulfilLock(host, proposed.id, 0, proposed.secret) })
    proposed.world.settle()
    assert.equal(told(proposed.alice, 'secretLearnt').length, 0)
    assert.equal(told(proposed.alice, 'offerFailed').length, 1)

    const waiting = locked()
    waiting.bob.step((host) => { failLock(host, waiting.id, 0, 'busy') })
    waiting.bob.step((host) => { fulfilLock(host, waiting.id, 0, waiting.secret) })
    waiting.world.settle()
    assert.equal(told(waiting.alice, 'offerSettled').length, 1)
  })
  it('must be that of the point: else this program has a bug, and shows nothing', () => {
    const { bob, id } = locked()
    assert.throws(() => { bob.step((host) => { fulfilLock(host, id, 0, lockNumbered(9, 1n, 1).secret) }) }, InvariantError)
    assert.equal(locksOf(bob, id)[0]!.secret, undefined)
  })
})
