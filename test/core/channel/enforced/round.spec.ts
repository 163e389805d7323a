import assert from 'node:assert/strict'
import { toHex } from '../../../../src/core/base/bytes.js'
import type { ChannelId } from '../../../../src/core/base/ids.js'
import { capacity, describeChannel, failLock, fulfilLock, setLimit, startRounds, heightChanged } from '../../../../src/core/channel/channel.js'
import { kindOf } from '../../../../src/core/channel/kinds.js'
import type { LockTerms } from '../../../../src/core/channel/lock.js'
import { holdingsOf } from '../../../../src/core/channel/resolver/holdings.js'
import { channelOf, faultOf, inject, intercept, locksOf, told, type End } from '../two-ends.js'
import { checkHoldings, enforcedOf, heightLock, offer, openedChannel } from './open-channel.js'

const digestOf = (end: End, id: ChannelId): string => toHex(kindOf(channelOf(end, id).state).digest(end.host, channelOf(end, id)))

for (const format of ['v3-zero-fee', 'v2-fee'] as const) {
  describe(`enforced channel of ${format}, round`, () => {
    it('takes a lock into both commitments, pays it, and forgets it [ENF-11]', () => {
      const { world, alice, bob, id } = openedChannel(format)
      const before = [alice.store.size, bob.store.size]
      const { secret } = offer(alice, id, 1, 10_000_000n)
      offer(bob, id, 2, 5_000_000n)
      world.settle()
      assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
      assert.equal(digestOf(alice, id), digestOf(bob, id))
      for (const end of [alice, bob]) {
        assert.equal(checkHoldings(end, id), 1 + 2 * 2)
        assert.equal(locksOf(end, id).length, 2)
        assert.equal(holdingsOf(end.host, channelOf(end, id))!.own.commitment.ptlcs.length, 2)
      }
      bob.step((host) => { fulfilLock(host, id, 0, secret) })
      alice.step((host) => { failLock(host, id, 0, 'busy') })
      world.settle()
      assert.equal(enforcedOf(alice, id).localBalance, 590_000_000n)
      assert.equal(enforcedOf(bob, id).localBalance, 410_000_000n)
      assert.equal(told(alice, 'offerSettled').length, 1)
      assert.equal(told(bob, 'offerFailed').length, 1)
      assert.deepEqual([alice.store.size, bob.store.size], before, 'I31')
      assert.equal(describeChannel(alice.host, channelOf(alice, id)).owedToUs, 590_000_000n)
    })

    it('after every message and a crash, each end holds what it needs of every commitment that may confirm [ENF-10, ENF-11, ENF-14]', () => {
      let verified = 0
      for (let cutAt = 0; cutAt < 9; cutAt++) {
        for (const crashed of ['alice', 'bob', 'none'] as const) {
          const { world, alice, bob, id } = openedChannel(format)
          const first = offer(alice, id, 1, 10_000_000n)
          offer(bob, id, 2, 5_000_000n)
          world.settle()
          offer(alice, id, 3, 20_000_000n)
          bob.step((host) => { fulfilLock(host, id, 0, first.secret) })
          const numbers = new Map<End, number>()
          let deliveries = 0
          for (let turn = 0; turn < 40 && deliveries < cutAt; turn++) {
            for (const end of [alice, bob]) {
              end.step(startRounds)
              end.sync()
            }
            for (const end of [bob, alice]) {
              if (deliveries >= cutAt || !world.deliver(end)) continue
              deliveries++
              end.sync()
              verified += checkHoldings(alice, id) + checkHoldings(bob, id)
              for (const one of [alice, bob]) {
                const { number } = holdingsOf(one.host, channelOf(one, id))!.own.commitment
                assert(number >= (numbers.get(one) ?? 0), 'I9: our newest commitment is never one before it')
                numbers.set(one, number)
              }
            }
          }
          if (crashed !== 'none') {
            world.crash(crashed === 'alice' ? alice : bob)
            verified += checkHoldings(alice, id) + checkHoldings(bob, id)
          } else world.disconnect()
          world.connect()
          world.settle()
          const name = `${cutAt}, ${crashed}`
          assert.equal(faultOf(alice) ?? faultOf(bob), undefined, name)
          assert.equal(digestOf(alice, id), digestOf(bob, id), name)
          verified += checkHoldings(alice, id) + checkHoldings(bob, id)
        }
      }
      assert(verified > 500, `${verified}`)
    })
  })
}

describe('enforced channel, round with something wrong', () => {
  const flip = (bytes: Uint8Array): Uint8Array => bytes.with(-1, bytes.at(-1)! ^ 1)

  it('fails on any wrong signature of AGREE, and keeps its own commitment [ENF-10]', () => {
    for (const [list, place] of [['signatures', 0], ['signatures', 1], ['signatures', 2], ['preSignatures', 0], ['preSignatures', 1]] as const) {
      const { world, alice, bob, id } = openedChannel()
      offer(bob, id, 1, 3_000_000n)
      world.settle()
      offer(alice, id, 2, 10_000_000n)
      const agree = intercept(world, bob, 'agree')
      inject(world, alice, { ...agree, evidence: { ...agree.evidence, [list]: agree.evidence[list].map((bytes, i) => i === place ? flip(bytes) : bytes) } })
      assert.equal(faultOf(alice), 'ENF-10', `${list} ${place}`)
      assert.equal(holdingsOf(alice.host, channelOf(alice, id))!.own.commitment.number, 1)
      checkHoldings(alice, id)
    }
  })

  it('fails on a wrong signature or pre-signature of PROPOSE and COMMIT, and has agreed to nothing that it cannot enforce [ENF-10]', () => {
    for (const row of ['propose', 'commit'] as const) {
      for (const list of ['signatures', 'preSignatures'] as const) {
        const { world, alice, bob, id } = openedChannel()
        offer(bob, id, 1, 3_000_000n)
        world.settle()
        offer(alice, id, 2, 10_000_000n)
        const message = intercept(world, alice, row)
        assert(message.evidence[list].length > 0)
        inject(world, bob, { ...message, evidence: { ...message.evidence, [list]: message.evidence[list].map((bytes) => flip(bytes)) } })
        assert.equal(faultOf(bob), 'ENF-10', `${row} ${list}`)
        checkHoldings(bob, id)
        checkHoldings(alice, id)
        assert.equal(world.sent.some(({ from, message: sent }) => from === bob && sent.type === 'agree' && row === 'propose' && sent.round === 2), false)
      }
    }
  })

  it('fails on missing or superfluous evidence in every row [ENF-11]', () => {
    for (const row of ['propose', 'agree', 'commit', 'ack'] as const) {
      for (const change of ['more', 'less'] as const) {
        const { world, alice, bob, id } = openedChannel()
        offer(alice, id, 2, 10_000_000n)
        const from = row === 'propose' || row === 'commit' ? alice : bob
        const to = world.peerOf(from)
        const message = intercept(world, from, row)
        const { evidence } = message
        const changed = change === 'more'
          ? { ...evidence, preSignatures: [...evidence.preSignatures, new Uint8Array(65)] }
          : row === 'propose' ? { ...evidence, preSignatures: [] } : { ...evidence, signatures: [], revocation: undefined }
        inject(world, to, { ...message, evidence: changed })
        assert.equal(faultOf(to), 'ENF-11', `${row} ${change}`)
        checkHoldings(to, id)
      }
    }
  })

  it('a secret that does not fit its point is a fault; one that fits is kept although the rest is wrong [ENF-14]', () => {
    for (const broken of ['secret', 'signature'] as const) {
      const { world, alice, bob, id } = openedChannel()
      offer(alice, id, 2, 10_000_000n)
      const commit = intercept(world, alice, 'commit')
      const evidence = broken === 'secret'
        ? { ...commit.evidence, revocation: { ...commit.evidence.revocation!, secret: flip(commit.evidence.revocation!.secret) } }
        : { ...commit.evidence, signatures: [flip(commit.evidence.signatures[0]!), ...commit.evidence.signatures.slice(1)] }
      inject(world, bob, { ...commit, evidence })
      assert.equal(faultOf(bob), broken === 'secret' ? 'ENF-14' : 'ENF-10')
      const held = holdingsOf(bob.host, channelOf(bob, id))!
      assert.deepEqual([held.revealed, held.theirs.map(({ commitment }) => commitment.number)], broken === 'secret' ? [0, [0, 1]] : [1, [1]])
      checkHoldings(bob, id)
      // Alice told her secret: of her commitments only the new one is ever published.
      assert.equal(holdingsOf(alice.host, channelOf(alice, id))!.own.commitment.number, 1)
      checkHoldings(alice, id)
    }
  })
})

describe('enforced channel, rules of an add', () => {
  it('keeps the reserve, the count, the dust exposure and the expiry of the chain [ENF-12]', () => {
    const { world, alice, bob, id } = openedChannel()
    assert.equal(capacity(alice.host, id).spendable, 590_000_000n)
    assert.equal(capacity(alice.host, id).receivable, 390_000_000n)
    assert.equal(capacity(alice.host, id).freeSlots, 113)
    const { state } = channelOf(alice, id)
    const kind = kindOf(state)
    const lockBy = (by: 'local' | 'remote', amount: bigint, value = 1_100, clock: 'bitcoin' | 'unix' = 'bitcoin'): ReturnType<typeof kind.apply> => {
      const { terms } = offerTerms(amount, value, clock)
      return kind.apply(state, by, { type: 'add', terms }, { channelId: id, offeredBy: by, terms, leaf: new Uint8Array(32), origin: undefined, secret: undefined, irrevocable: false, failing: undefined, ended: false })
    }
    for (const by of ['local', 'remote'] as const) {
      const room = by === 'local' ? 590_000_000n : 390_000_000n
      assert('kind' in lockBy(by, room))
      for (const wrong of [lockBy(by, room + 1n), lockBy(by, 0n), lockBy(by, 1n, 500_000_000), lockBy(by, 1n, 1_100, 'unix')]) assert('requirement' in wrong && wrong.requirement === 'ENF-12')
    }
    // 151 locks of 329 sat are 49,679 sat; one more is above 50,000.
    for (let i = 0; i < 76; i++) offer(alice, id, 10 + i, 329_000n)
    for (let i = 0; i < 75; i++) offer(bob, id, 100 + i, 329_000n)
    world.settle()
    assert.equal(locksOf(alice, id).length, 151)
    assert.equal(holdingsOf(alice.host, channelOf(alice, id))!.own.commitment.ptlcs.length, 0, 'none has an output')
    offer(bob, id, 200, 329_000n)
    world.settle()
    assert.deepEqual(told(bob, 'offerFailed').map(({ reason }) => reason), ['no-route'])
    assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
    assert.equal(alice.step((host) => setLimit(host, id, 5n as never)), undefined)
    world.settle()
    assert.equal(told(alice, 'limitRefused').length, 1)
  })

  it('of v2-fee leave the opener its reserve and the fee of two more locks, whoever adds [ENF-12]', () => {
    const { world, alice, bob, id } = openedChannel('v2-fee', 960_000n)
    const { spendable, receivable } = capacity(alice.host, id)
    assert(spendable > 0n && spendable < 30_000_000n)
    assert.equal(receivable, 950_000_000n)
    offer(alice, id, 1, spendable)
    world.settle()
    assert.equal(faultOf(bob), undefined)
    assert.equal(capacity(alice.host, id).spendable, 0n)
    assert.equal(capacity(bob.host, id).spendable, 0n, 'the opener could not pay for another')
    checkHoldings(alice, id)
  })

  it('takes 113 locks a side in one round each, within a frame [ENF-12]', () => {
    const { world, alice, bob, id } = openedChannel()
    for (let i = 0; i < 113; i++) {
      offer(alice, id, i, 2_000_000n)
      offer(bob, id, 200 + i, 2_000_000n)
    }
    world.settle()
    assert.equal(locksOf(alice, id).length, 226)
    assert.equal(capacity(alice.host, id).freeSlots, 0)
    assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
    assert.equal(checkHoldings(bob, id), 1 + 2 * 226)
  })
})

describe('enforced channel, locks that expire', () => {
  it('are taken back a block after their height, and never while their secret is known [ENF-12] [CHAN-17] [CHAN-19]', () => {
    const { world, alice, bob, id } = openedChannel()
    offer(alice, id, 1, 10_000_000n, 1_005)
    const kept = offer(alice, id, 2, 10_000_000n, 1_005)
    world.settle()
    bob.step((host) => { fulfilLock(host, id, 1, kept.secret) })
    for (world.height = 1_005; world.height <= 1_006; world.height++) {
      for (const end of [alice, bob]) end.step(heightChanged)
      world.settle()
      assert.equal(locksOf(alice, id).length, world.height === 1_005 ? 1 : 0)
    }
    assert.deepEqual(told(alice, 'offerFailed').map(({ reason }) => reason), ['expired'])
    assert.equal(told(alice, 'offerSettled').length, 1)
  })
})

const offerTerms = (amount: bigint, value: number, clock: 'bitcoin' | 'unix'): { readonly terms: LockTerms } => {
  const { terms } = heightLock(1, amount, value)
  return { terms: { ...terms, id: 0, expiry: { clock, value } } }
}
