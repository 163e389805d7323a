import assert from 'node:assert/strict'
import type { ChannelId } from '../../../../src/core/base/ids.js'
import { asUnits } from '../../../../src/core/base/money.js'
import { isRefusal } from '../../../../src/core/base/step.js'
import { capacity, fundingConfirmed, fundingMissing, fundingReady, heightChanged, openEnforced } from '../../../../src/core/channel/channel.js'
import { fixedParts } from '../../../../src/core/channel/enforced/contract.js'
import type { EnforcedRequest } from '../../../../src/core/channel/enforced/opening.js'
import { contractOf } from '../../../../src/core/channel/enforced/state.js'
import { mulG } from '../../../../src/core/crypto/curve.js'
import { ASSET, channelOf, faultOf, inject, intercept, told, type End, type TwoEnds } from '../two-ends.js'
import { chainOf, checkHoldings, confirm, enforcedOf, FUNDING, FUNDING_SAT, offer, openedChannel, signedChannel, twoChainEnds } from './open-channel.js'
import { secretOf } from './two-sides.js'

function open (world: TwoEnds, request: Partial<EnforcedRequest> = {}): ChannelId {
  const id = world.alice.step((host) => openEnforced(host, { peer: world.bob.self, asset: ASSET, fundingSat: FUNDING_SAT, push: asUnits(0n), ...request }))
  if (isRefusal(id)) throw new Error(JSON.stringify(id))
  return id
}

describe('enforced channel, opening', () => {
  it('exchanges keys, then the funding output and signatures; the funding may be published when the acceptor\'s signature is durable [ENF-16]', () => {
    const world = twoChainEnds()
    const { alice, bob } = world
    const id = open(world, { push: asUnits(1_000_000n) })
    world.settle()
    assert.equal(told(alice, 'fundingWanted')[0]!.valueSat, FUNDING_SAT)
    assert.equal(enforcedOf(bob, id).stage, 'accepted')
    alice.step((host) => fundingReady(host, id, FUNDING.txid, FUNDING.index))
    const signed = intercept(world, bob, 'signed')
    checkHoldings(bob, id)
    assert.equal(told(alice, 'fundingSigned').length, 0)
    inject(world, alice, signed)
    assert.equal(told(alice, 'fundingSigned').length, 0, 'not before it is durable')
    alice.sync()
    assert.equal(told(alice, 'fundingSigned').length, 1)
    checkHoldings(alice, id)
    assert.equal(capacity(alice.host, id).spendable, 0n)
    assert.deepEqual([enforcedOf(alice, id).localBalance, enforcedOf(bob, id).localBalance], [999_000_000n, 1_000_000n])
  })

  it('goes on after a disconnection or a crash of either end at any message [ENF-16] [CHAN-16]', () => {
    for (const fault of ['cut', 'crash alice', 'crash bob'] as const) {
      for (let cutAt = 0; cutAt < 5; cutAt++) {
        const world = twoChainEnds()
        const { alice, bob } = world
        const id = open(world)
        let deliveries = 0
        for (let turn = 0; turn < 20 && deliveries < cutAt; turn++) {
          for (const end of [alice, bob]) end.sync()
          if (told(alice, 'fundingWanted').length > 0 && enforcedOf(alice, id).stage === 'accepted') alice.step((host) => fundingReady(host, id, FUNDING.txid, FUNDING.index))
          for (const end of [bob, alice]) if (deliveries < cutAt && world.deliver(end)) deliveries++
        }
        alice.sync()
        if (fault === 'cut') world.disconnect()
        else world.crash(fault === 'crash alice' ? alice : bob)
        world.connect()
        world.settle()
        if (!alice.host.channels.has(id)) {
          // The acceptor forgot what was not funded; nothing is at stake.
          assert.equal(told(alice, 'fundingSigned').length, 0)
          assert(!bob.host.channels.has(id))
          continue
        }
        if (enforcedOf(alice, id).stage === 'accepted') alice.step((host) => fundingReady(host, id, FUNDING.txid, FUNDING.index))
        world.settle()
        const name = `${fault} at ${cutAt}`
        assert.equal(faultOf(alice) ?? faultOf(bob), undefined, name)
        if (!alice.host.channels.has(id)) continue
        for (const end of [alice, bob]) {
          assert.equal(enforcedOf(end, id).stage, 'signed', name)
          checkHoldings(end, id)
        }
      }
    }
  })

  it('refuses amounts, delays, rates and formats out of range, and ends without a chain [ENF-16]', () => {
    const world = twoChainEnds()
    const refused = (request: Partial<EnforcedRequest>): string | false => {
      const answer = world.alice.step((host) => openEnforced(host, { peer: world.bob.self, asset: ASSET, fundingSat: FUNDING_SAT, push: asUnits(0n), ...request }))
      return isRefusal(answer) && answer.refused
    }
    for (const request of [{ fundingSat: 19_999n }, { fundingSat: 100_000_000_001n }, { push: asUnits(999_999_000n) }, { delayBlocks: 71 }, { delayBlocks: 2_017 }, { format: 'v2-fee', feeRatePerKw: 252 }] as const) assert.equal(refused(request), 'bad-request', JSON.stringify(Object.keys(request)))
    assert.equal(refused({ peer: world.alice.self }), 'self-link')
    world.bob.chain = undefined
    world.bob.reload()
    open(world)
    world.disconnect()
    world.connect()
    world.settle()
    assert.deepEqual(told(world.alice, 'openRefused').map(({ reason }) => reason), ['unknown-kind'])
    world.alice.chain = undefined
    world.alice.reload()
    assert.equal(refused({}), 'no-chain')
  })

  it('takes four unfunded channels of a peer at most [ENF-16]', () => {
    const world = twoChainEnds()
    for (let i = 0; i < 6; i++) open(world)
    world.settle()
    assert.equal(world.bob.host.channels.size, 4)
    assert.deepEqual(told(world.alice, 'openRefused').map(({ reason }) => reason), ['too-many', 'too-many'])
    world.disconnect()
    world.bob.sync()
    assert.equal(world.bob.host.channels.size, 0)
  })

  it('breaks off on keys of ours, wrong signatures of commitment 0, and messages out of turn [ENF-1] [ENF-10] [ENF-16]', () => {
    const brokenBy = (end: (world: TwoEnds) => End, spoil: (world: TwoEnds, id: ChannelId) => void): string | undefined => {
      const world = twoChainEnds()
      const id = open(world)
      spoil(world, id)
      const judge = end(world)
      judge.sync()
      assert(!judge.host.channels.has(id))
      return world.sent.flatMap(({ from, message }) => from === judge && message.type === 'fault' ? [message.broken] : [])[0]
    }
    assert.equal(brokenBy(({ alice }) => alice, (world, id) => {
      const keys = chainKeys(world.alice, id)
      inject(world, world.alice, { ...intercept(world, world.bob, 'accept'), acceptance: { keys: keys.with(1, mulG(secretOf(1))), points: [mulG(secretOf(2)), mulG(secretOf(3))] } })
    }), 'ENF-1')
    assert.equal(brokenBy(({ bob }) => bob, (world, id) => {
      intercept(world, world.bob, 'accept')
      inject(world, world.bob, { type: 'funded', channelId: id, ...FUNDING, evidence: { signatures: [new Uint8Array(64)], preSignatures: [], revocation: undefined } })
    }), 'ENF-10')
    assert.equal(brokenBy(({ alice }) => alice, (world, id) => { inject(world, world.alice, { type: 'signed', channelId: id, evidence: { signatures: [new Uint8Array(64)], preSignatures: [], revocation: undefined } }) }), 'ENF-16')
  })
})

const chainKeys = (end: End, id: ChannelId): readonly Uint8Array[] => {
  const { message } = { message: end.host.channels.get(id)! }
  assert(message.state.kind === 'chain')
  const { keys } = contractOf(end.host, { ...message.state, terms: { ...message.state.terms, remoteKeys: [1, 2, 3, 4, 5].map((n) => mulG(secretOf(n))) } })
  return [keys.local.funding, keys.local.payment, keys.local.delayed, keys.local.ptlc, keys.local.revocationBase]
}

describe('enforced channel, funding', () => {
  it('carries locks after its confirmations, 100 for a coinbase, and no more when they are taken back [ENF-19]', () => {
    const { world, alice, bob, id } = signedChannel()
    const { fundingSpent } = fixedParts(contractOf(alice.host, enforcedOf(alice, id)))
    for (const [confirmations, coinbase, usable] of [[0, false, false], [2, false, false], [3, false, true], [2, false, false], [99, true, false], [100, true, true]] as const) {
      alice.step((host) => { fundingConfirmed(host, id, { confirmations, coinbase, ...fundingSpent }) })
      assert.equal(capacity(alice.host, id).spendable > 0n, usable, `${confirmations} ${coinbase}`)
    }
    alice.step((host) => { fundingMissing(host, id) })
    assert.equal(capacity(alice.host, id).freeSlots, 0)
    confirm(alice, id)
    // Bob has not seen it yet: he agrees to the lock, and fails it.
    offer(alice, id, 1, 10_000_000n)
    world.settle()
    assert.deepEqual(told(alice, 'offerFailed').map(({ reason }) => reason), ['refused'])
    assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
  })

  it('of another amount or script never counts [ENF-19]', () => {
    for (const change of [{ valueSat: FUNDING_SAT - 1n }, { script: Uint8Array.of(0x51, 0x20, ...new Uint8Array(32)) }]) {
      const { bob, id } = signedChannel()
      const { fundingSpent } = fixedParts(contractOf(bob.host, enforcedOf(bob, id)))
      bob.step((host) => { fundingConfirmed(host, id, { confirmations: 6, coinbase: false, ...fundingSpent, ...change }) })
      assert.equal(faultOf(bob), 'ENF-19')
      assert.equal(channelOf(bob, id).status, 'failed')
    }
  })

  it('that never comes is forgotten by the acceptor after 2,016 blocks, when nothing of it is the acceptor\'s [ENF-19]', () => {
    const { world, alice, bob, id } = signedChannel('v3-zero-fee', 0n)
    world.height += 2_016
    bob.step(heightChanged)
    assert(bob.host.channels.has(id))
    world.height++
    for (const end of [alice, bob]) end.step(heightChanged)
    assert(!bob.host.channels.has(id) && alice.host.channels.has(id))
    const used = openedChannel('v3-zero-fee', 0n)
    used.world.height += 3_000
    used.bob.step(heightChanged)
    assert(used.bob.host.channels.has(used.id))
    assert.notEqual(chainOf('x'), undefined)
  })
})
