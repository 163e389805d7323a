import assert from 'node:assert/strict'
import type { ChannelId } from '../../../src/core/base/ids.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { capacity, closeChannel, describeChannel, expireLocks, freezeChannel, fulfilLock, nextExpiryMs, offerLock, offerState, setLimit, signedStatement, startRounds } from '../../../src/core/channel/channel.js'
import { asUnits } from '../../../src/core/base/money.js'
import { NO_EVIDENCE } from '../../../src/core/channel/messages.js'
import { channelOf, faultOf, inject, intercept, lockNumbered, locksOf, openLine, START_SECONDS, told } from './two-ends.js'

const EXPIRY = START_SECONDS + 900

/** Alice offered lock 0 and bob lock 0; then bob breaks the protocol. */
function failed (): ReturnType<typeof openLine> & { readonly secret: Uint8Array } {
  const line = openLine()
  const { world, alice, bob, id } = line
  const mine = lockNumbered(1, 100n, EXPIRY)
  const theirs = lockNumbered(2, 50n, EXPIRY)
  alice.step((host) => offerLock(host, id, mine.terms, mine.origin))
  bob.step((host) => offerLock(host, id, theirs.terms, theirs.origin))
  world.settle()
  inject(world, alice, { type: 'ack', channelId: id, round: 9, evidence: NO_EVIDENCE })
  world.settle()
  return { ...line, secret: mine.secret }
}

describe('channel, failed', () => {
  it('stands still on both sides, with its evidence and locks [CHAN-20]', () => {
    const { alice, bob, id } = failed()
    assert.equal(faultOf(alice), 'CHAN-12')
    assert.equal(faultOf(bob), 'CHAN-20')
    for (const end of [alice, bob]) {
      assert.equal(channelOf(end, id).status, 'failed')
      assert.equal(locksOf(end, id).length, 2)
      assert.deepEqual(capacity(end.host, id), { spendable: 0n, receivable: 0n, freeSlots: 0 })
      for (const answer of [
        end.step((host) => offerLock(host, id, lockNumbered(5, 1n, EXPIRY).terms, lockNumbered(5, 1n, EXPIRY).origin)),
        end.step((host) => setLimit(host, id, asUnits(1_000n))),
        end.step((host) => closeChannel(host, id))
      ]) assert.equal(isRefusal(answer) && answer.refused, 'channel-not-open')
    }
    assert.deepEqual(signedStatement(alice.host, channelOf(alice, id))!.bytes, signedStatement(bob.host, channelOf(bob, id))!.bytes)
    assert.match(describeChannel(alice.host, channelOf(alice, id)).next, /CHAN-12/)
  })
  it('answers a peer that goes on as if nothing was, and nothing else [CHAN-20]', () => {
    const { world, alice, id } = failed()
    inject(world, alice, { type: 'reestablish', channelId: id, localNumber: 1, remoteNumber: 1, round: 1, phase: 'idle', digest: new Uint8Array(32), lastSecret: undefined })
    inject(world, alice, { type: 'fault', channelId: id, broken: 'CHAN-1' })
    inject(world, alice, { type: 'closed', channelId: id })
    inject(world, alice, { type: 'commit', channelId: id, round: 1, evidence: NO_EVIDENCE })
    assert.deepEqual(alice.unsynced.flatMap(({ sends }) => sends).map(({ type }) => type), ['fault'])
    assert(alice.host.channels.has(id))
  })
  it('still learns, shows and keeps secrets [CHAN-21]', () => {
    const { world, alice, bob, id, secret } = failed()
    bob.step((host) => { fulfilLock(host, id, 0, secret) })
    world.settle()
    assert.equal(told(alice, 'secretLearnt').length, 1)
    world.disconnect()
    world.connect()
    assert.deepEqual(bob.unsynced.flatMap(({ sends }) => sends).map(({ type }) => type), ['secret'])
    world.seconds = EXPIRY + 60
    alice.step(expireLocks)
    bob.step(expireLocks)
    world.settle()
    assert.equal(told(alice, 'offerSettled').length, 1)
    assert.deepEqual(told(bob, 'lockRemoved').map(({ how }) => how), ['fulfilled'])
    assert.equal(locksOf(alice, id).length, 2, 'the evidence stays')
  })
  it('gives up an offered lock only 60 s after its expiry, and tells it once [CHAN-21]', () => {
    const { world, alice, id } = failed()
    world.seconds = EXPIRY + 59
    alice.step(expireLocks)
    assert.equal(alice.seen.some(({ type }) => type === 'offerFailed'), false)
    assert.equal(nextExpiryMs(alice.host), (EXPIRY + 60) * 1_000)
    world.seconds = EXPIRY + 60
    alice.clocksAgree = false
    alice.step(expireLocks)
    assert.equal(alice.seen.some(({ type }) => type === 'offerFailed'), false)
    alice.clocksAgree = true
    alice.step(expireLocks)
    alice.step(expireLocks)
    alice.sync()
    alice.reload()
    alice.step(expireLocks)
    alice.sync()
    assert.equal(told(alice, 'offerFailed').length, 1)
    assert.deepEqual(told(alice, 'lockRemoved').map(({ how }) => how), ['expired'])
    assert.equal(nextExpiryMs(alice.host), undefined)
    assert.equal(offerState(alice.host, lockNumbered(1, 1n, 1).origin), 'none')
    assert.equal(locksOf(alice, id).length, 2)
  })
  it('gives up a proposal without COMMIT at once, and keeps one with it [CHAN-21]', () => {
    const proposed = openLine()
    const { terms, origin, secret } = lockNumbered(1, 100n, EXPIRY)
    proposed.alice.step((host) => offerLock(host, proposed.id, terms, origin))
    intercept(proposed.world, proposed.alice, 'propose')
    inject(proposed.world, proposed.alice, { type: 'ack', channelId: proposed.id, round: 9, evidence: NO_EVIDENCE })
    proposed.alice.sync()
    assert.deepEqual(told(proposed.alice, 'offerFailed').map(({ sent }) => sent), [true])

    const { world, alice, id } = openLine()
    alice.step((host) => offerLock(host, id, terms, origin))
    intercept(world, alice, 'commit')
    inject(world, alice, { type: 'ack', channelId: id, round: 9, evidence: NO_EVIDENCE })
    alice.sync()
    assert.equal(told(alice, 'offerFailed').length, 0)
    assert.equal(offerState(alice.host, origin), 'live')
    alice.reload()
    assert.equal(offerState(alice.host, origin), 'live')
    inject(world, alice, { type: 'secret', channelId: id, secrets: [{ id: 0, secret }] })
    alice.sync()
    assert.equal(told(alice, 'secretLearnt').length, 1)
    assert.equal(signedStatement(alice.host, channelOf(alice, id))!.statement.sequence, 0)
  })
  it('fails what waits for a round, as never sent', () => {
    const { world, alice, id } = openLine()
    const { terms, origin } = lockNumbered(1, 100n, EXPIRY)
    alice.step((host) => offerLock(host, id, terms, origin))
    inject(world, alice, { type: 'ack', channelId: id, round: 9, evidence: NO_EVIDENCE })
    alice.sync()
    assert.deepEqual(told(alice, 'offerFailed').map(({ sent }) => sent), [false])
    assert.equal(alice.host.queues.size, 0)
  })
})

describe('channel, frozen after a fault of this program', () => {
  it('stands still without a word, and keeps learning secrets [CHAN-21]', () => {
    const { world, alice, id } = openLine()
    const { terms, origin, secret } = lockNumbered(1, 100n, EXPIRY)
    alice.step((host) => offerLock(host, id, terms, origin))
    world.settle()
    alice.step((host) => { freezeChannel(host, id, 'sums differ') })
    alice.step((host) => { freezeChannel(host, id, 'again') })
    inject(world, alice, { type: 'propose', channelId: id, round: 2, updates: [{ type: 'fulfil', id: 0, secret }], evidence: NO_EVIDENCE })
    alice.step(startRounds)
    assert.deepEqual(alice.unsynced.flatMap(({ sends }) => sends), [])
    alice.sync()
    assert.equal(told(alice, 'secretLearnt').length, 1)
    assert.equal(describeChannel(alice.host, channelOf(alice, id)).status, 'frozen')
    assert.match(describeChannel(alice.host, channelOf(alice, id)).next, /sums differ/)
    const answer = alice.step((host) => offerLock(host, id, terms, origin))
    assert.equal(isRefusal(answer) && answer.refused, 'channel-frozen')
  })
})

describe('channel, unknown', () => {
  it('is answered with closed, unless the message ends a conversation [CHAN-22]', () => {
    const { world, bob } = openLine()
    const channelId = 'cd'.repeat(32) as ChannelId
    inject(world, bob, { type: 'secret', channelId, secrets: [{ id: 0, secret: new Uint8Array(32).fill(1) }] })
    inject(world, bob, { type: 'accept', channelId, evidence: NO_EVIDENCE })
    inject(world, bob, { type: 'closed', channelId })
    inject(world, bob, { type: 'fault', channelId, broken: 'CHAN-1' })
    inject(world, bob, { type: 'refuse', channelId, reason: 'limit' })
    assert.deepEqual(bob.unsynced.flatMap(({ sends }) => sends).map(({ type }) => type), ['closed', 'closed'])
  })
})
