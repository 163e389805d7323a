import assert from 'node:assert/strict'
import { toHex } from '../../../src/core/base/bytes.js'
import { comparePeers, type AssetId, type ChannelId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { capacity, offerLock, openTrustLine, signedStatement, startRounds } from '../../../src/core/channel/channel.js'
import { CHANNELS_PER_LINK_MAX } from '../../../src/core/channel/limits.js'
import { NO_EVIDENCE, type ChannelMessage } from '../../../src/core/channel/messages.js'
import { verifySchnorr } from '../../../src/core/crypto/schnorr.js'
import { keyOf } from '../../../src/core/base/ids.js'
import { statement } from '../../../src/core/channel/trust-line/statement.js'
import { ASSET, channelOf, faultOf, inject, intercept, lockNumbered, openLine, START_SECONDS, stateOf, told, twoEnds, type End, type TwoEnds } from './two-ends.js'

const open = (world: TwoEnds, end: End, asset = ASSET): ReturnType<typeof openTrustLine> =>
  end.step((host) => openTrustLine(host, { peer: world.peerOf(end).self, asset, limit: asUnits(700n), amount: asUnits(300n) }))

describe('opening, of a trust line', () => {
  it('ends with statement 0 signed by both, on both sides [IOU-1] [IOU-2] [IOU-8]', () => {
    const { alice, bob, id } = openLine(700n, 300n)
    const [ours, theirs] = [signedStatement(alice.host, channelOf(alice, id))!, signedStatement(bob.host, channelOf(bob, id))!]
    assert.deepEqual(ours.bytes, theirs.bytes)
    const digest = statement.hash(ours.statement)
    for (const [end, held] of [[alice, ours], [bob, theirs]] as const) {
      assert(verifySchnorr(held.localSignature, digest, keyOf(end.self)))
      assert(verifySchnorr(held.remoteSignature, digest, keyOf(end === alice ? bob.self : alice.self)))
      assert.equal(told(end, 'opened').length, 1)
    }
    assert.deepEqual(capacity(alice.host, id), { spendable: 300n, receivable: 700n, freeSlots: 483 })
    assert.deepEqual(capacity(bob.host, id), { spendable: 700n, receivable: 300n, freeSlots: 483 })
  })
  it('is refused by the rules of the acceptor, and forgotten [CHAN-16]', () => {
    const world = twoEnds()
    world.bob.accepts = false
    world.connect()
    open(world, world.alice)
    world.settle()
    assert.deepEqual(told(world.alice, 'openRefused').map(({ reason }) => reason), ['not-accepted'])
    assert.deepEqual([world.alice.store.size, world.bob.store.size], [0, 0])
  })
  it('waits for the peer, and survives losses and crashes at every message [CHAN-16] [CHAN-4]', () => {
    for (const lost of ['open', 'accept', 'first proposal', 'nothing'] as const) {
      const world = twoEnds()
      const { alice, bob } = world
      const id = open(world, alice) as ChannelId
      alice.sync()
      assert.equal(channelOf(alice, id).status, 'opening')
      world.connect()
      if (lost === 'open') intercept(world, alice, 'open')
      if (lost === 'accept') intercept(world, bob, 'accept')
      if (lost === 'first proposal') {
        intercept(world, bob, 'accept')
        const { terms, origin } = lockNumbered(1, 5n, START_SECONDS + 900)
        assert.equal(bob.step((host) => offerLock(host, id, terms, origin)), undefined)
        bob.step(startRounds)
        bob.sync()
      }
      for (const end of [alice, bob]) {
        world.crash(end)
        world.connect()
        world.settle()
      }
      assert.equal(faultOf(alice) ?? faultOf(bob), undefined, lost)
      assert.equal(channelOf(alice, id).status, 'open', lost)
      assert.equal(told(alice, 'lockReceived').length, lost === 'first proposal' ? 1 : 0)
      assert.equal(stateOf(alice, id).sequence, stateOf(bob, id).sequence)
    }
  })
  it('is a fault when it differs from the channel, or comes late [CHAN-16]', () => {
    const change: ReadonlyArray<(message: Extract<ChannelMessage, { type: 'open' }>) => ChannelMessage> = [
      (message) => ({ ...message, asset: '22'.repeat(32) as AssetId }),
      (message) => ({ ...message, opening: { kind: 'trust-line', openerLimit: asUnits(1n), acceptorLimit: asUnits(1n) } })
    ]
    for (const alter of change) {
      const { world, bob } = openLine()
      const first = world.sent.find(({ message }) => message.type === 'open')!.message as Extract<ChannelMessage, { type: 'open' }>
      inject(world, bob, first)
      assert.equal(faultOf(bob), undefined, 'the same again is answered again')
      inject(world, bob, alter(first))
      assert.equal(faultOf(bob), 'CHAN-16')
    }
    const { world, alice, bob, id } = openLine()
    const { terms, origin } = lockNumbered(1, 5n, START_SECONDS + 900)
    alice.step((host) => offerLock(host, id, terms, origin))
    world.settle()
    inject(world, bob, world.sent.find(({ message }) => message.type === 'open')!.message)
    assert.equal(faultOf(bob), 'CHAN-16')
  })
  it('keeps nothing of a wrong signature on either side [IOU-8]', () => {
    const atBob = twoEnds()
    atBob.connect()
    open(atBob, atBob.alice)
    const message = intercept(atBob, atBob.alice, 'open')
    for (const evidence of [NO_EVIDENCE, { ...NO_EVIDENCE, signatures: [new Uint8Array(64).fill(7)] }]) inject(atBob, atBob.bob, { ...message, evidence })
    assert.equal(atBob.bob.host.channels.size, 0)
    atBob.settle()
    assert.deepEqual(told(atBob.alice, 'openRefused').map(({ reason }) => reason), ['IOU-8'])

    const atAlice = twoEnds()
    atAlice.connect()
    open(atAlice, atAlice.alice)
    const accept = intercept(atAlice, atAlice.bob, 'accept')
    inject(atAlice, atAlice.alice, { ...accept, evidence: { ...NO_EVIDENCE, signatures: [new Uint8Array(64).fill(7)] } })
    assert.equal(atAlice.alice.host.channels.size, 0)
  })
  it('is one for each link and asset, and of a bounded number [IOU-9]', () => {
    const { world, alice, bob } = openLine()
    const second = open(world, alice)
    assert.equal(isRefusal(second) && second.refused, 'channel-exists')
    const self = alice.step((host) => openTrustLine(host, { peer: alice.self, asset: ASSET, limit: asUnits(1n), amount: asUnits(1n) }))
    assert.equal(isRefusal(self) && self.refused, 'self-link')
    for (let n = 1; n < CHANNELS_PER_LINK_MAX; n++) assert(!isRefusal(open(world, alice, toHex(new Uint8Array(32).fill(n + 32)) as AssetId)))
    world.settle()
    assert.equal(bob.host.channels.size, CHANNELS_PER_LINK_MAX)
    const one = open(world, alice, 'ee'.repeat(32) as AssetId)
    assert.equal(isRefusal(one) && one.refused, 'busy')
    inject(world, bob, { type: 'open', channelId: 'ab'.repeat(32) as ChannelId, asset: 'ee'.repeat(32) as AssetId, opening: { kind: 'trust-line', openerLimit: asUnits(1n), acceptorLimit: asUnits(1n) }, evidence: NO_EVIDENCE })
    assert.deepEqual(bob.unsynced.flatMap(({ sends }) => sends).map((message) => message.type === 'refuse' && message.reason), ['too-many'])
  })
  it('opens one line when both open at once: that of the lower key [IOU-9]', () => {
    for (const names of [['alice', 'bob'], ['bob', 'alice']] as const) {
      const world = twoEnds(names)
      world.connect()
      for (const end of [world.alice, world.bob]) open(world, end)
      world.settle()
      const lower = comparePeers(world.alice.self, world.bob.self) < 0 ? world.alice : world.bob
      for (const end of [world.alice, world.bob]) {
        const [channel] = [...end.host.channels.values()]
        assert.equal(end.host.channels.size, 1)
        assert.equal(channel!.status, 'open')
        assert.equal(channel!.opener, end === lower ? 'local' : 'remote')
      }
      assert.equal(told(world.peerOf(lower), 'openRefused').length, 1)
    }
  })
  it('refuses kinds it does not know', () => {
    const world = twoEnds()
    world.connect()
    inject(world, world.bob, { type: 'open', channelId: 'ab'.repeat(32) as ChannelId, asset: ASSET, opening: { kind: 'chain', format: 'v2-fee', fundingSat: 1n, push: asUnits(0n), toSelfDelayBlocks: 144, feeRatePerKw: 1, keys: [], points: [] }, evidence: NO_EVIDENCE })
    const sends = world.bob.unsynced.flatMap(({ sends }) => sends)
    assert.deepEqual(sends.map((message) => message.type === 'refuse' && message.reason), ['unknown-kind'])
  })
})
