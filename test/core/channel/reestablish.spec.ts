import assert from 'node:assert/strict'
import { isFault } from '../../../src/core/base/step.js'
import { offerLock, onPeerConnected, onPeerDisconnected, startRounds } from '../../../src/core/channel/channel.js'
import { kindOf } from '../../../src/core/channel/kinds.js'
import type { Round } from '../../../src/core/channel/entity.js'
import { REESTABLISH_ANSWERS_MAX } from '../../../src/core/channel/limits.js'
import { NO_EVIDENCE, type ReestablishMessage, type RoundPhaseName } from '../../../src/core/channel/messages.js'
import { resumptionOf } from '../../../src/core/channel/round/reestablish.js'
import { channelOf, faultOf, inject, intercept, lockNumbered, openLine, START_SECONDS, told } from './two-ends.js'

const PHASES: readonly RoundPhaseName[] = ['idle', 'proposed', 'agreed', 'committed']

describe('reestablish, any place', () => {
  describe('on the place of the peer', () => {
    // Rows: round of the peer minus ours, our phase; columns: idle, proposed, agreed, committed of the peer.
    const TABLE: ReadonlyArray<readonly [number, RoundPhaseName, string]> = [
      [0, 'idle', 'wait wait fault fault'],
      [0, 'proposed', 'propose collision propose fault'],
      [0, 'agreed', 'fault wait fault wait'],
      [0, 'committed', 'fault fault commit fault'],
      [-1, 'idle', 'fault fault fault ack'],
      [-1, 'proposed', 'fault fault fault ack'],
      [-1, 'agreed', 'fault fault fault fault'],
      [-1, 'committed', 'fault fault fault fault'],
      [1, 'idle', 'fault fault fault fault'],
      [1, 'proposed', 'fault fault fault fault'],
      [1, 'agreed', 'fault fault fault fault'],
      [1, 'committed', 'wait wait fault fault'],
      [2, 'committed', 'fault fault fault fault'],
      [-2, 'idle', 'fault fault fault fault']
    ]
    for (const [ahead, phase, row] of TABLE) {
      it(`goes on by the table: ${phase}, the peer ${ahead} ahead [CHAN-3]`, () => {
        row.split(' ').forEach((wanted, i) => {
          for (const wins of [true, false]) {
            const mine: Round = { number: 10, phase, updates: [], evidence: NO_EVIDENCE, lastBy: 'remote' }
            const answer = resumptionOf(mine, { round: 10 + ahead, phase: PHASES[i]! }, wins)
            const got = isFault(answer) ? 'fault' : answer
            assert.equal(got, wanted === 'collision' ? (wins ? 'propose' : 'wait') : wanted, PHASES[i])
          }
        })
      })
    }
    it('owes no ACK of a round that this side proposed [CHAN-3]', () => {
      const mine: Round = { number: 10, phase: 'idle', updates: [], evidence: NO_EVIDENCE, lastBy: 'local' }
      assert(isFault(resumptionOf(mine, { round: 9, phase: 'committed' }, true)))
    })
  })
  describe('on another state', () => {
    const told1 = (change: (message: ReestablishMessage) => ReestablishMessage): string | undefined => {
      const { world, alice, bob, id } = openLine()
      world.disconnect()
      world.connect()
      const message = intercept(world, alice, 'reestablish')
      inject(world, bob, change(message))
      if (faultOf(bob) !== undefined) assert.equal(channelOf(bob, id).state.kind === 'trust-line' && channelOf(bob, id).status, 'failed')
      return faultOf(bob)
    }
    it('fails the channel and keeps the evidence [CHAN-3] [CHAN-20] [IOU-7]', () => {
      assert.equal(told1((message) => message), undefined)
      assert.equal(told1((message) => ({ ...message, digest: new Uint8Array(32) })), 'CHAN-3')
      assert.equal(told1((message) => ({ ...message, round: 5, localNumber: 5, remoteNumber: 5 })), 'CHAN-3')
      assert.equal(told1((message) => ({ ...message, phase: 'agreed' })), 'CHAN-3')
      assert.equal(told1((message) => ({ ...message, localNumber: 3 })), 'IOU-7')
      assert.equal(told1((message) => ({ ...message, lastSecret: new Uint8Array(32).fill(1) })), 'IOU-7')
    })
    it('finds a peer that came back with an old copy of its store, and the peer finds itself behind [CHAN-3]', () => {
      const { world, alice, bob, id } = openLine()
      const old = new Map(bob.store)
      const { terms, origin } = lockNumbered(1, 10n, START_SECONDS + 900)
      alice.step((host) => offerLock(host, id, terms, origin))
      world.settle()
      world.disconnect()
      bob.store.clear()
      for (const [key, value] of old) bob.store.set(key, value)
      bob.reload()
      world.connect()
      world.settle()
      assert.equal(faultOf(alice), 'CHAN-3')
      assert.equal(channelOf(bob, id).status, 'failed')
      assert.equal(alice.store.size, 2, 'the newest statement and its lock are kept')
    })
  })
  describe('on a connection that seemed established', () => {
    it('says again where it stands, so that rounds go on [CHAN-2]', () => {
      const { world, alice, bob, id } = openLine()
      const { terms, origin } = lockNumbered(1, 10n, START_SECONDS + 900)
      alice.step((host) => offerLock(host, id, terms, origin))
      alice.step(startRounds)
      alice.sync()
      world.toBob.length = 0 // lost with a stream whose end alice has not noticed
      // Bob has noticed, and begins anew.
      bob.step((host) => { onPeerDisconnected(host, alice.self) })
      bob.step((host) => { onPeerConnected(host, alice.self) })
      world.settle()
      assert.equal(told(bob, 'lockReceived').length, 1)
      assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
    })

    it('answers one that came twice a few times only: two sides do not answer each other for ever [CHAN-2]', () => {
      const { world, alice, bob, id } = openLine()
      const where = { type: 'reestablish', channelId: id, localNumber: 1, remoteNumber: 1, round: 1, phase: 'idle', digest: kindOf(channelOf(alice, id).state).digest(alice.host, channelOf(alice, id)), lastSecret: undefined } as const
      world.sent.length = 0
      for (let i = 0; i < 3; i++) inject(world, bob, where)
      world.settle()
      const count = (from: typeof alice): number => world.sent.filter((each) => each.from === from && each.message.type === 'reestablish').length
      assert.ok(count(bob) >= 1 && count(bob) <= REESTABLISH_ANSWERS_MAX, `bob sent ${count(bob)}`)
      assert.ok(count(alice) <= REESTABLISH_ANSWERS_MAX, `alice sent ${count(alice)}`)
      assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
    })
  })
})
