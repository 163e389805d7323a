import assert from 'node:assert/strict'
import type { ChannelId } from '../../src/core/base/ids.js'
import { asUnits } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import { expireLocks, failLock, fulfilLock, offerLock, openTrustLine, signedStatement } from '../../src/core/channel/channel.js'
import { NO_EVIDENCE, type ChannelMessage, type ReestablishMessage } from '../../src/core/channel/messages.js'
import { statement } from '../../src/core/channel/trust-line/statement.js'
import { keyOf } from '../../src/core/base/ids.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { verifySchnorr } from '../../src/core/crypto/schnorr.js'
import { ASSET, channelOf, faultOf, inject, intercept, lockNumbered, locksOf, openLine, START_SECONDS, stateOf, told, twoEnds, type End, type TwoEnds } from '../core/channel/two-ends.js'

const EXPIRY = START_SECONDS + 900
const byText = (a: string, b: string): number => a < b ? -1 : 1
const ROWS = ['propose', 'agree', 'commit', 'ack'] as const

function offer (end: End, id: ChannelId, n: number, amount = 100n): ReturnType<typeof lockNumbered> {
  const lock = lockNumbered(n, amount, EXPIRY)
  assert.equal(end.step((host) => offerLock(host, id, lock.terms, lock.origin)), undefined)
  return lock
}

/** Both ends hold one statement with two good signatures. */
function assertSame ({ alice, bob }: TwoEnds, id: ChannelId): void {
  const [mine, theirs] = [alice, bob].map((end) => signedStatement(end.host, channelOf(end, id))!)
  assert.deepEqual(mine!.bytes, theirs!.bytes)
  assert.deepEqual([mine!.localSignature, mine!.remoteSignature], [theirs!.remoteSignature, theirs!.localSignature])
  assertEvidence(alice, bob, id)
}

/** What an end holds in the hand is signed by both: good at a court. */
function assertEvidence (end: End, other: End, id: ChannelId): void {
  const held = signedStatement(end.host, channelOf(end, id))!
  const hash = statement.hash(held.statement)
  assert.ok(verifySchnorr(held.localSignature, hash, keyOf(end.self)) && verifySchnorr(held.remoteSignature, hash, keyOf(other.self)))
}

/** Whose message a row of alice's round is. */
const senderOf = (world: TwoEnds, row: typeof ROWS[number]): End => row === 'propose' || row === 'commit' ? world.alice : world.bob

describe('a peer that goes away at the worst moment', () => {
  for (const row of ROWS) {
    for (const isDelivered of [false, true]) {
      it(`${isDelivered ? 'after' : 'before'} ${row} arrives, ten times: the round completes and both ends say the same (S11)`, () => {
        const { world, alice, id } = openLine(10_000n, 10_000n)
        for (let i = 0; i < 10; i++) {
          offer(alice, id, i)
          const from = senderOf(world, row)
          const message = intercept(world, from, row)
          if (isDelivered) inject(world, world.peerOf(from), message)
          world.disconnect()
          world.connect()
          world.settle()
          assert.equal(locksOf(alice, id).length, i + 1)
          assertSame(world, id)
        }
        assert.equal(faultOf(world.alice) ?? faultOf(world.bob), undefined)
      })
    }
  }

  for (const who of ['alice', 'bob'] as const) {
    it(`a crash of ${who} right after COMMIT was sent: the lock is there once, at both (S35)`, () => {
      const { world, alice, bob, id } = openLine()
      offer(alice, id, 1)
      const commit = intercept(world, alice, 'commit')
      // Bob has it in his hands; his answer leaves, or dies with him.
      inject(world, bob, commit)
      if (who === 'alice') bob.sync()
      world.crash(world[who])
      world.connect()
      world.settle()
      assert.deepEqual([locksOf(alice, id).length, locksOf(bob, id).length], [1, 1])
      assert.equal(stateOf(alice, id).sequence, 1)
      assertSame(world, id)
    })
  }
})

describe('a peer that says something wrong (S13)', () => {
  const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => i === 40 ? byte ^ 1 : byte)
  const wrongs: ReadonlyArray<readonly [string, typeof ROWS[number], (message: ChannelMessage) => ChannelMessage]> = [
    ['signature in AGREE', 'agree', (message) => message.type === 'agree' ? { ...message, evidence: { ...message.evidence, signatures: message.evidence.signatures.map(flipped) } } : message],
    ['signature in COMMIT', 'commit', (message) => message.type === 'commit' ? { ...message, evidence: { ...message.evidence, signatures: message.evidence.signatures.map(flipped) } } : message],
    ['no signature', 'commit', (message) => message.type === 'commit' ? { ...message, evidence: NO_EVIDENCE } : message],
    ['pre-signature where none belongs', 'agree', (message) => message.type === 'agree' ? { ...message, evidence: { ...message.evidence, preSignatures: [new Uint8Array(65).fill(2)] } } : message],
    ['secret where none belongs', 'ack', (message) => message.type === 'ack' ? { ...message, evidence: { ...message.evidence, revocation: { secret: new Uint8Array(32).fill(1), nextPoint: mulG(new Uint8Array(32).fill(1)) } } } : message],
    ['amount', 'propose', (message) => message.type === 'propose' ? { ...message, updates: message.updates.map((update) => update.type === 'add' ? { ...update, terms: { ...update.terms, amount: asUnits(1_001n) } } : update) } : message],
    ['amount of nothing', 'propose', (message) => message.type === 'propose' ? { ...message, updates: message.updates.map((update) => update.type === 'add' ? { ...update, terms: { ...update.terms, amount: asUnits(0n) } } : update) } : message],
    ['id', 'propose', (message) => message.type === 'propose' ? { ...message, updates: message.updates.map((update) => update.type === 'add' ? { ...update, terms: { ...update.terms, id: 7 } } : update) } : message],
    ['clock', 'propose', (message) => message.type === 'propose' ? { ...message, updates: message.updates.map((update) => update.type === 'add' ? { ...update, terms: { ...update.terms, expiry: { clock: 'bitcoin' as const, value: 900_000 } } } : update) } : message],
    ['round', 'propose', (message) => message.type === 'propose' ? { ...message, round: 9 } : message]
  ]
  for (const [what, row, alter] of wrongs) {
    it(`${what}: the channel stands still, and the state in force keeps both signatures`, () => {
      const { world, alice, id } = openLine()
      offer(alice, id, 1)
      const from = senderOf(world, row)
      const victim = world.peerOf(from)
      const before = row === 'ack' ? undefined : signedStatement(victim.host, channelOf(victim, id))!.bytes
      inject(world, victim, alter(intercept(world, from, row)))
      assert.equal(channelOf(victim, id).status, 'failed')
      assertEvidence(victim, from, id)
      if (before !== undefined) assert.deepEqual(signedStatement(victim.host, channelOf(victim, id))!.bytes, before)
    })
  }

  it('point or expiry, in the proposal that the other side gets: the signatures do not fit, and nothing is agreed', () => {
    for (const change of [{ point: mulG(new Uint8Array(32).fill(9)) }, { expiry: { clock: 'unix' as const, value: EXPIRY + 1 } }]) {
      const { world, alice, bob, id } = openLine()
      offer(alice, id, 1)
      const propose = intercept(world, alice, 'propose')
      inject(world, bob, { ...propose, updates: propose.updates.map((update) => update.type === 'add' ? { ...update, terms: { ...update.terms, ...change } } : update) })
      world.settle()
      assert.equal(channelOf(alice, id).status, 'failed')
      assert.equal(faultOf(alice), 'IOU-2')
      assert.equal(stateOf(alice, id).localLocks, 0)
      assertEvidence(alice, bob, id)
    }
  })

  it('denies the state: the evidence is kept, and another line goes on (S25)', () => {
    const { world, alice, bob, id } = openLine()
    const lock = offer(alice, id, 1)
    world.settle()
    bob.step((host) => { fulfilLock(host, id, 0, lock.secret) })
    world.settle()
    assert.equal(stateOf(bob, id).owedToUs, 100n)
    world.disconnect()
    world.connect()
    alice.sync()
    bob.sync()
    const told = world.sent.findLast(({ from, message }) => from === alice && message.type === 'reestablish')!.message as ReestablishMessage
    world.toBob.length = 0
    inject(world, bob, { ...told, digest: new Uint8Array(32) })
    assert.equal(channelOf(bob, id).status, 'failed')
    assert.equal(stateOf(bob, id).owedToUs, 100n)
    assertEvidence(bob, alice, id)
    assert.equal(signedStatement(bob.host, channelOf(bob, id))!.statement.sequence, 2)
    const other = openLine(500n, 500n, twoEnds(['bob', 'carol']))
    offer(other.alice, other.id, 1)
    other.world.settle()
    assertSame(other.world, other.id)
  })
})

describe('a neighbour whose clock is a day ahead (S37, S27)', () => {
  it('no lock is accepted and none expires; when the clocks agree again, everything goes on', () => {
    const { world, alice, bob, id } = openLine()
    const lock = offer(alice, id, 1)
    world.settle()
    alice.aheadSeconds = 86_400
    for (const end of [alice, bob]) end.clocksAgree = false
    for (let i = 0; i < 3; i++) {
      for (const end of [alice, bob]) end.step(expireLocks)
      world.settle()
    }
    assert.deepEqual([locksOf(alice, id).length, locksOf(bob, id).length], [1, 1], 'not expired, although it is long over by one clock')
    const second = lockNumbered(2, 100n, EXPIRY + 90_000)
    const answer = bob.step((host) => offerLock(host, id, second.terms, second.origin))
    world.settle()
    assert.ok(answer !== undefined || told(bob, 'offerFailed').length === 1, 'not accepted')
    assert.equal(locksOf(bob, id).length, 1)
    alice.aheadSeconds = 0
    for (const end of [alice, bob]) end.clocksAgree = true
    bob.step((host) => { fulfilLock(host, id, 0, lock.secret) })
    world.settle()
    assert.equal(stateOf(bob, id).owedToUs, 100n)
    assertSame(world, id)
  })
})

describe('openings that race with connections (V4)', () => {
  it('end with one line at both ends, wherever the connection breaks and whoever opens', () => {
    for (const both of [false, true]) {
      for (let frames = 0; frames < 8; frames++) {
        const world = twoEnds()
        const { alice, bob } = world
        world.connect()
        const open = (end: End): void => { assert.ok(!isRefusal(end.step((host) => openTrustLine(host, { peer: world.peerOf(end).self, asset: ASSET, limit: asUnits(1_000n), amount: asUnits(1_000n) })))) }
        open(alice)
        if (both) open(bob)
        for (let i = 0; i < frames; i++) {
          for (const end of [alice, bob]) end.sync()
          world.deliver(i % 2 === 0 ? bob : alice)
        }
        world.disconnect()
        world.connect()
        world.disconnect()
        world.connect()
        world.settle()
        const [mine, theirs] = [alice, bob].map((end) => [...end.host.channels.values()])
        assert.deepEqual([mine!.length, theirs!.length], [1, 1], `${both ? 'both open' : 'one opens'}, cut after ${frames} frames`)
        assert.equal(mine![0]!.id, theirs![0]!.id)
        assert.deepEqual([mine![0]!.status, theirs![0]!.status], ['open', 'open'])
        offer(alice, mine![0]!.id, 1)
        world.settle()
        assertSame(world, mine![0]!.id)
      }
    }
  })
})

describe('five locks of one amount, one expiry and one point (V15)', () => {
  it('each has its own end', () => {
    const { world, alice, bob, id } = openLine()
    const { secret, terms } = lockNumbered(1, 100n, EXPIRY)
    const origins = [1, 2, 3, 4, 5].map((n) => lockNumbered(n, 1n, EXPIRY).origin)
    for (const origin of origins) assert.equal(alice.step((host) => offerLock(host, id, terms, origin)), undefined)
    world.settle()
    assert.deepEqual(locksOf(bob, id).map(({ terms: { id: lock } }) => lock).sort((x, y) => x - y), [0, 1, 2, 3, 4])
    bob.step((host) => { fulfilLock(host, id, 1, secret) })
    bob.step((host) => { failLock(host, id, 3, 'refused') })
    world.settle()
    assert.deepEqual(told(alice, 'secretLearnt').map(({ lock }) => lock.terms.id), [1], 'a secret that opens all of them was shown for one')
    assert.deepEqual(told(alice, 'offerSettled').map(({ origin }) => origin), [origins[1]])
    assert.deepEqual(told(alice, 'offerFailed').map(({ origin }) => origin), [origins[3]])
    assert.equal(stateOf(bob, id).owedToUs, 100n)
    world.seconds = EXPIRY + 61
    alice.step(expireLocks)
    world.settle()
    assert.deepEqual(told(alice, 'offerFailed').map(({ origin }) => origin).sort(byText), [0, 2, 3, 4].map((n) => origins[n]!).sort(byText))
    assert.equal(locksOf(alice, id).length, 0)
    assert.equal(stateOf(bob, id).owedToUs, 100n)
    assertSame(world, id)
  })
})
