import assert from 'node:assert/strict'
import { toHex } from '../../../src/core/base/bytes.js'
import { comparePeers, linkIdOf } from '../../../src/core/base/ids.js'
import { asUnits, UNITS_MAX } from '../../../src/core/base/money.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { capacity, fulfilLock, offerLock, setLimit, signedStatement, startRounds } from '../../../src/core/channel/channel.js'
import { leafOf } from '../../../src/core/channel/lock.js'
import { NO_EVIDENCE } from '../../../src/core/channel/messages.js'
import { locksRoot, statement } from '../../../src/core/channel/trust-line/statement.js'
import { channelOf, faultOf, inject, lockNumbered, locksOf, openLine, START_SECONDS, stateOf, told, twoEnds } from './two-ends.js'

const EXPIRY = START_SECONDS + 900

describe('trust line, open', () => {
  it('states what is owed, by whom, and what is locked, in the order of keys [IOU-1] [IOU-3]', () => {
    for (const names of [['alice', 'bob'], ['bob', 'alice']] as const) {
      const { world, alice, bob, id } = openLine(700n, 300n, twoEnds(names))
      const locks = [1, 2, 3].map((n) => lockNumbered(n, BigInt(n), EXPIRY))
      alice.step((host) => offerLock(host, id, locks[0]!.terms, locks[0]!.origin))
      world.settle()
      alice.step((host) => offerLock(host, id, locks[1]!.terms, locks[1]!.origin))
      bob.step((host) => offerLock(host, id, locks[2]!.terms, locks[2]!.origin))
      world.settle()
      bob.step((host) => { fulfilLock(host, id, 0, locks[0]!.secret) })
      world.settle()
      const { statement: value, bytes } = signedStatement(alice.host, channelOf(alice, id))!
      const aliceIsLow = comparePeers(alice.self, bob.self) < 0
      const leaves = { alice: [leafOf({ ...locks[1]!.terms, id: 1 })], bob: [leafOf({ ...locks[2]!.terms, id: 0 })] }
      assert.deepEqual(value, {
        linkId: linkIdOf(alice.self, bob.self),
        channelId: id,
        asset: channelOf(alice, id).asset,
        sequence: stateOf(alice, id).sequence,
        owed: aliceIsLow ? -1n : 1n,
        lowLimit: aliceIsLow ? 700n : 300n,
        highLimit: aliceIsLow ? 300n : 700n,
        lowNextAddId: aliceIsLow ? 2 : 1,
        highNextAddId: aliceIsLow ? 1 : 2,
        shutdown: false,
        locksRoot: aliceIsLow ? locksRoot(leaves.alice, leaves.bob) : locksRoot(leaves.bob, leaves.alice)
      })
      assert.deepEqual(statement.decode(bytes), value)
      assert.equal(value.sequence, channelOf(alice, id).round.number - 1)
    }
  })
  it('has a root that tells apart whose lock it is, and how many there are [IOU-1]', () => {
    const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const roots = [locksRoot([], []), locksRoot([a], []), locksRoot([], [a]), locksRoot([a, b], []), locksRoot([a], [b]), locksRoot([b], [a]), locksRoot([b, a], [])]
    assert.equal(new Set(roots.map(toHex)).size, roots.length)
  })
  it('gives the same statement after a restart that read its locks in another order [IOU-1]', () => {
    const { world, alice, bob, id } = openLine()
    for (let n = 0; n < 12; n++) {
      const { terms, origin } = lockNumbered(n, 1n, EXPIRY)
      alice.step((host) => offerLock(host, id, terms, origin))
    }
    world.settle()
    const sorted = [...bob.store].sort(([a], [b]) => a < b ? -1 : 1)
    bob.store.clear()
    for (const [key, value] of sorted) bob.store.set(key, value)
    world.crash(bob)
    assert.deepEqual(locksOf(bob, id).slice(0, 3).map(({ terms }) => terms.id), [0, 1, 10])
    world.connect()
    world.settle()
    assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
  })
  describe('on a new limit', () => {
    it('is raised by the truster alone, lowered to what is owed and locked [IOU-6]', () => {
      const { world, alice, bob, id } = openLine(700n, 300n)
      const { terms, origin } = lockNumbered(1, 200n, EXPIRY)
      bob.step((host) => offerLock(host, id, terms, origin))
      world.settle()
      assert.equal(alice.step((host) => setLimit(host, id, asUnits(900n))), undefined)
      world.settle()
      assert.equal(stateOf(bob, id).remoteLimit, 900n)
      assert.equal(capacity(bob.host, id).spendable, 700n)
      const low = alice.step((host) => setLimit(host, id, asUnits(199n)))
      assert.deepEqual(isRefusal(low) && [low.refused, low.detail.least], ['limit-too-low', 200n])
      alice.step((host) => setLimit(host, id, asUnits(200n)))
      world.settle()
      assert.equal(capacity(bob.host, id).spendable, 0n)
      assert.equal(stateOf(bob, id).remoteLimit, 200n)
    })
    it('is a fault below what is owed and locked [IOU-6]', () => {
      const { world, alice, bob, id } = openLine(700n, 300n)
      const { terms, origin } = lockNumbered(1, 200n, EXPIRY)
      bob.step((host) => offerLock(host, id, terms, origin))
      world.settle()
      inject(world, bob, { type: 'propose', channelId: id, round: channelOf(bob, id).round.number, updates: [{ type: 'set-limit', limit: asUnits(199n) }], evidence: NO_EVIDENCE })
      assert.equal(faultOf(bob), 'IOU-6')
      assert.equal(faultOf(alice), undefined)
    })
    it('is refused when more was locked before it could be proposed', () => {
      const { world, alice, bob, id } = openLine(700n, 300n)
      const { terms, origin } = lockNumbered(1, 200n, EXPIRY)
      bob.step((host) => offerLock(host, id, terms, origin))
      bob.step(startRounds)
      bob.sync()
      alice.step((host) => setLimit(host, id, asUnits(100n)))
      world.deliver(alice)
      world.settle()
      assert.deepEqual(told(alice, 'limitRefused').map(({ limit }) => limit), [100n])
      assert.equal(stateOf(alice, id).localLimit, 700n)
      assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
    })
    it('tells when a newer wish takes the place of one that still waits', () => {
      const { world, alice, id } = openLine(700n, 300n)
      world.disconnect()
      for (const limit of [800n, 800n, 900n]) alice.step((host) => setLimit(host, id, asUnits(limit)))
      world.connect()
      world.settle()
      assert.deepEqual(told(alice, 'limitReplaced').map(({ limit }) => limit), [800n])
      assert.equal(stateOf(alice, id).localLimit, 900n)
    })
    it('tells when a newer wish takes the place of one whose proposal lost [CHAN-10]', () => {
      const { world, alice, bob, id } = openLine(700n, 300n)
      const ends = [alice, bob]
      for (const limit of [800n, 900n]) {
        for (const end of ends) end.step((host) => setLimit(host, id, asUnits(limit)))
        if (limit === 900n) break
        for (const end of ends) {
          end.step(startRounds)
          end.sync()
        }
      }
      world.settle()
      // Each number has one winner, whose first wish came true; the other's was replaced before it was proposed again.
      assert.deepEqual(ends.flatMap((end) => told(end, 'limitReplaced').map(({ limit }) => limit)), [800n])
      assert.deepEqual(ends.map((end) => stateOf(end, id).localLimit), [900n, 900n])
    })
    it('stays in range at the largest limits [IOU-4]', () => {
      const { world, alice, bob, id } = openLine(UNITS_MAX, UNITS_MAX)
      assert.equal(capacity(alice.host, id).spendable, UNITS_MAX)
      const { terms, origin, secret } = lockNumbered(1, UNITS_MAX, EXPIRY)
      alice.step((host) => offerLock(host, id, terms, origin))
      world.settle()
      bob.step((host) => { fulfilLock(host, id, 0, secret) })
      world.settle()
      assert.equal(stateOf(alice, id).owedToUs, -UNITS_MAX)
      assert.deepEqual([capacity(alice.host, id).spendable, capacity(bob.host, id).spendable], [0n, UNITS_MAX])
    })
  })
})
