import assert from 'node:assert/strict'
import { isRefusal } from '../../../src/core/base/step.js'
import { asUnits } from '../../../src/core/base/money.js'
import { capacity, closeChannel, fulfilLock, offerLock, openTrustLine, setLimit } from '../../../src/core/channel/channel.js'
import { NO_EVIDENCE } from '../../../src/core/channel/messages.js'
import type { ChannelId } from '../../../src/core/base/ids.js'
import { ASSET, channelOf, faultOf, inject, intercept, lockNumbered, openLine, START_SECONDS, stateOf, told, twoEnds, type End } from './two-ends.js'

const EXPIRY = START_SECONDS + 900

function pay (line: ReturnType<typeof openLine>, from: End, n: number, amount: bigint): void {
  const { terms, origin, secret } = lockNumbered(n, amount, EXPIRY)
  assert.equal(from.step((host) => offerLock(host, line.id, terms, origin)), undefined)
  line.world.settle()
  const to = line.world.peerOf(from)
  const lock = [...to.host.locks.values()].find(({ terms }) => terms.amount === amount)!
  to.step((host) => { fulfilLock(host, line.id, lock.terms.id, secret) })
  line.world.settle()
}

describe('trust line, closing', () => {
  it('is forgotten by both when nothing is owed or locked [IOU-11]', () => {
    const { world, alice, bob, id } = openLine()
    assert.deepEqual(alice.step((host) => closeChannel(host, id)), { status: 'closing' })
    assert.deepEqual(alice.step((host) => closeChannel(host, id)), { status: 'closing' })
    world.settle()
    for (const end of [alice, bob]) {
      assert.equal(end.store.size, 0)
      assert.equal(told(end, 'closed').length, 1)
      assert.equal(end.host.sessions.size, 0)
    }
    const gone = alice.step((host) => closeChannel(host, id))
    assert.equal(isRefusal(gone) && gone.refused, 'no-channel')
  })
  it('waits for its locks, takes no new ones, and then ends [IOU-10] [IOU-11]', () => {
    const line = openLine()
    const { world, alice, bob, id } = line
    const { terms, origin, secret } = lockNumbered(1, 100n, EXPIRY)
    alice.step((host) => offerLock(host, id, terms, origin))
    world.settle()
    bob.step((host) => closeChannel(host, id))
    world.settle()
    assert.equal(channelOf(alice, id).status, 'closing')
    const more = alice.step((host) => offerLock(host, id, lockNumbered(2, 1n, EXPIRY).terms, lockNumbered(2, 1n, EXPIRY).origin))
    assert.equal(isRefusal(more) && more.refused, 'limit-exceeded')
    const limit = alice.step((host) => setLimit(host, id, asUnits(5_000n)))
    assert.equal(isRefusal(limit) && limit.refused, 'channel-not-open')
    bob.step((host) => { fulfilLock(host, id, 0, secret) })
    world.settle()
    assert.equal(stateOf(bob, id).owedToUs, 100n)
    // Bob is owed 100: he, and nobody else, may spend it through the line.
    assert.deepEqual([capacity(alice.host, id).spendable, capacity(bob.host, id).spendable], [0n, 100n])
    pay(line, bob, 3, 100n)
    assert.deepEqual([alice.store.size, bob.store.size], [0, 0])
  })
  it('treats an add beyond what is owed as a fault [IOU-10]', () => {
    const { world, alice, bob, id } = openLine()
    const lock = lockNumbered(7, 50n, EXPIRY)
    alice.step((host) => offerLock(host, id, lock.terms, lock.origin))
    world.settle()
    bob.step((host) => closeChannel(host, id))
    world.settle()
    const { terms } = lockNumbered(1, 1n, EXPIRY)
    inject(world, bob, { type: 'propose', channelId: id, round: channelOf(bob, id).round.number, updates: [{ type: 'add', terms: { ...terms, id: 1 } }], evidence: NO_EVIDENCE })
    assert.equal(faultOf(bob), 'IOU-10')
  })
  it('ends on both sides when the last messages are lost [IOU-12] [CHAN-22]', () => {
    for (const lost of ['propose', 'agree', 'commit', 'ack'] as const) {
      const { world, alice, bob, id } = openLine()
      alice.step((host) => closeChannel(host, id))
      intercept(world, lost === 'agree' || lost === 'ack' ? bob : alice, lost)
      assert.equal(alice.host.channels.has(id), true)
      world.disconnect()
      world.connect()
      world.settle()
      assert.deepEqual([alice.store.size, bob.store.size], [0, 0], lost)
      assert.deepEqual([told(alice, 'closed').length, told(bob, 'closed').length], [1, 1])
    }
  })
  it('does not believe a peer that forgot a debt [IOU-12]', () => {
    const line = openLine()
    pay(line, line.alice, 1, 100n)
    inject(line.world, line.bob, { type: 'closed', channelId: line.id })
    assert.equal(faultOf(line.bob), 'IOU-12')
    assert.equal(stateOf(line.bob, line.id).owedToUs, 100n)
    const fresh = openLine()
    inject(fresh.world, fresh.bob, { type: 'closed', channelId: fresh.id })
    assert.equal(fresh.bob.host.channels.size, 0, 'in a line that was never used there is nothing to lose')
  })
  it('takes back an opening that nobody answered', () => {
    const world = twoEnds()
    const id = world.alice.step((host) => openTrustLine(host, { peer: world.bob.self, asset: ASSET, limit: asUnits(1n), amount: asUnits(1n) })) as ChannelId
    assert.deepEqual(world.alice.step((host) => closeChannel(host, id)), { status: 'closed' })
    world.alice.sync()
    assert.equal(world.alice.store.size, 0)
    world.connect()
    world.settle()
    assert.equal(world.bob.host.channels.size, 0)
  })
})
