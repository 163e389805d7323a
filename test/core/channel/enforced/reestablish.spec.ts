import assert from 'node:assert/strict'
import { mulG } from '../../../../src/core/crypto/curve.js'
import { dutiesFor, forceClose, onChannelMessage } from '../../../../src/core/channel/channel.js'
import { channelOf, faultOf, told, type End } from '../two-ends.js'
import { enforcedOf, offer, openedChannel, type OpenedChannel } from './open-channel.js'

/** Another round. */
function another ({ world, alice, id }: OpenedChannel, n: number): void {
  offer(alice, id, n, 1_000_000n)
  world.settle()
}

/** One end starts again from what it had stored some time ago. */
function restore (end: End, world: OpenedChannel['world'], backup: ReadonlyMap<string, Uint8Array>): void {
  end.store.clear()
  for (const [key, value] of backup) end.store.set(key, value)
  world.crash(end)
}

describe('enforced channel, reestablish', () => {
  it('tells the number of rounds and the last secret told, none before the first round [ENF-15]', () => {
    const opened = openedChannel()
    const { world, alice, bob, id } = opened
    for (const rounds of [0, 1, 2]) {
      world.disconnect()
      world.connect()
      world.settle()
      const told = world.sent.flatMap(({ message }) => message.type === 'reestablish' ? [message] : []).slice(-2)
      assert.deepEqual(told.map(({ localNumber, remoteNumber, lastSecret }) => [localNumber, remoteNumber, lastSecret !== undefined]), [[rounds, rounds, rounds > 0], [rounds, rounds, rounds > 0]])
      another(opened, rounds)
    }
    assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
    assert.equal(enforcedOf(alice, id).number, 3)
  })

  it('of an end that lost its last rounds: it learns so by its own secret, publishes nothing, and the peer closes [ENF-23]', () => {
    for (const who of ['alice', 'bob'] as const) {
      const opened = openedChannel()
      const { world, alice, bob, id } = opened
      another(opened, 1)
      const [end, peer] = who === 'alice' ? [alice, bob] : [bob, alice]
      const backup = new Map(end.store)
      another(opened, 2)
      another(opened, 3)
      restore(end, world, backup)
      world.connect()
      world.settle()
      assert.equal(enforcedOf(end, id).behind, true)
      assert.equal(channelOf(end, id).status, 'failed')
      assert.deepEqual(dutiesFor(end.host, id)?.tasks, [])
      assert.equal(end.step((host) => forceClose(host, id)), undefined)
      assert.deepEqual(dutiesFor(end.host, id)?.tasks, [], 'not when its owner asks either')
      assert.equal(channelOf(peer, id).status, 'failed')
      assert.deepEqual(dutiesFor(peer.host, id)?.tasks.map(({ type }) => type), ['commitment'])
      assert.equal(told(end, 'fault').map(({ fault }) => fault.requirement)[0], 'ENF-23')
    }
  })

  it('with a secret that is none, numbers that cannot be, or another next point, is a fault and no proof [ENF-15]', () => {
    for (const change of [{ lastSecret: new Uint8Array(32).fill(7) }, { lastSecret: undefined }, { localNumber: 5 }, { round: 9, localNumber: 8, remoteNumber: 8 }, { nextPoint: undefined }, { nextPoint: mulG(new Uint8Array(32).fill(5)) }] as const) {
      const opened = openedChannel()
      const { world, alice, bob, id } = opened
      another(opened, 1)
      world.disconnect()
      world.connect()
      bob.sync()
      const message = world.sent.flatMap(({ from, message }) => from === bob && message.type === 'reestablish' ? [message] : []).at(-1)!
      alice.step((host) => { onChannelMessage(host, bob.self, { ...message, ...change }) })
      assert.equal(faultOf(alice), 'ENF-15')
      assert.equal(enforcedOf(alice, id).behind, false)
      assert.deepEqual(dutiesFor(alice.host, id)?.tasks.map(({ type }) => type), ['commitment'])
    }
  })
})
