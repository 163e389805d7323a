import assert from 'node:assert/strict'
import { toHex } from '../../../src/core/base/bytes.js'
import type { ChannelId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { cancelOffer, capacity, describeChannel, failLock, fulfilLock, offerLock, offerState, setLimit, startRounds } from '../../../src/core/channel/channel.js'
import { kindOf } from '../../../src/core/channel/kinds.js'
import { QUEUED_ADDS_MAX, TRUST_LINE_LOCKS_MAX, UPDATES_PER_ROUND_MAX } from '../../../src/core/channel/limits.js'
import { NO_EVIDENCE, type ChannelMessage } from '../../../src/core/channel/messages.js'
import { channelOf, faultOf, inject, intercept, lockNumbered, locksOf, openLine, START_SECONDS, stateOf, told, type End } from './two-ends.js'

const EXPIRY = START_SECONDS + 900

const digestOf = (end: End, id: ChannelId): string => toHex(kindOf(channelOf(end, id).state).digest(end.host, channelOf(end, id)))

const offer = (end: End, id: ChannelId, n: number, amount = 100n): ReturnType<typeof lockNumbered> => {
  const lock = lockNumbered(n, amount, EXPIRY)
  assert.equal(end.step((host) => offerLock(host, id, lock.terms, lock.origin)), undefined)
  return lock
}

describe('round, idle', () => {
  describe('on an offer', () => {
    it('makes the lock irrevocable at the receiver and equal on both sides [CHAN-15] [IOU-1]', () => {
      const { world, alice, bob, id } = openLine()
      const { origin } = offer(alice, id, 1)
      assert.equal(offerState(alice.host, origin), 'queued')
      assert.equal(capacity(alice.host, id).spendable, 900n, 'what waits is counted')
      world.settle()
      assert.equal(offerState(alice.host, origin), 'live')
      assert.deepEqual(told(bob, 'lockReceived').map(({ lock }) => lock.irrevocable), [true])
      assert.equal(digestOf(alice, id), digestOf(bob, id))
      assert.equal(stateOf(alice, id).localLocked, 100n)
      assert.equal(stateOf(bob, id).remoteLocked, 100n)
      assert.equal(capacity(alice.host, id).spendable, 900n)
      assert.equal(capacity(bob.host, id).receivable, 900n)
      assert.equal(capacity(alice.host, id).freeSlots, TRUST_LINE_LOCKS_MAX - 1)
    })
    it('tells the receiver of the lock with COMMIT and not before [CHAN-15]', () => {
      const { world, alice, bob, id } = openLine()
      offer(alice, id, 1)
      const commit = intercept(world, alice, 'commit')
      assert.equal(told(bob, 'lockReceived').length, 0)
      assert.equal(locksOf(bob, id).length, 0)
      inject(world, bob, commit)
      assert.equal(bob.seen.filter(({ type }) => type === 'lockReceived').length, 1)
    })
    it('refuses what does not fit, and queues nothing [IOU-4]', () => {
      const { world, alice, id } = openLine(1_000n, 500n)
      const refused = (amount: bigint): unknown => {
        const { terms, origin } = lockNumbered(9, amount, EXPIRY)
        const answer = alice.step((host) => offerLock(host, id, terms, origin))
        assert.equal(offerState(alice.host, origin), 'none')
        return isRefusal(answer) && answer.refused
      }
      assert.equal(refused(501n), 'limit-exceeded')
      assert.equal(refused(0n), 'limit-exceeded')
      alice.clocksAgree = false
      assert.equal(refused(1n), 'clock-skew')
      alice.clocksAgree = true
      world.disconnect()
      assert.equal(refused(1n), 'peer-offline')
      const { terms, origin } = lockNumbered(9, 1n, EXPIRY)
      const unknown = alice.step((host) => offerLock(host, '00'.repeat(32) as ChannelId, terms, origin))
      assert.equal(isRefusal(unknown) && unknown.refused, 'no-channel')
    })
    it('refuses more than may wait, and splits what waits over rounds [CHAN-9]', () => {
      const { world, alice, bob, id } = openLine(10_000n, 10_000n)
      for (let n = 0; n < TRUST_LINE_LOCKS_MAX; n++) offer(alice, id, n, 1n)
      const { terms, origin } = lockNumbered(5_000, 1n, EXPIRY)
      const answer = alice.step((host) => offerLock(host, id, terms, origin))
      assert.equal(isRefusal(answer) && answer.refused, 'too-many-locks')
      assert(QUEUED_ADDS_MAX > TRUST_LINE_LOCKS_MAX)
      world.settle()
      assert.equal(locksOf(bob, id).length, TRUST_LINE_LOCKS_MAX)
      assert(stateOf(bob, id).sequence > 1, 'more than one frame of updates')
      assert.equal(digestOf(alice, id), digestOf(bob, id))
    })
    it('cancels what waits, and nothing that was proposed', () => {
      const { alice, id } = openLine()
      const first = offer(alice, id, 1)
      const second = offer(alice, id, 2)
      assert.equal(alice.step((host) => cancelOffer(host, first.origin)), true)
      assert.equal(alice.step((host) => cancelOffer(host, first.origin)), false)
      assert.equal(capacity(alice.host, id).spendable, 900n)
      alice.step(startRounds)
      assert.equal(alice.step((host) => cancelOffer(host, second.origin)), false)
      assert.equal(alice.seen.filter(({ type }) => type === 'offerFailed').length, 0)
    })
  })
  describe('on the end of a lock', () => {
    it('pays for a fulfilled one', () => {
      const { world, alice, bob, id } = openLine()
      const { secret } = offer(alice, id, 1)
      world.settle()
      bob.step((host) => { fulfilLock(host, id, 0, secret) })
      world.settle()
      assert.equal(told(alice, 'offerSettled').length, 1)
      assert.deepEqual(told(bob, 'lockRemoved').map(({ how }) => how), ['fulfilled'])
      assert.equal(stateOf(alice, id).owedToUs, -100n)
      assert.equal(stateOf(bob, id).owedToUs, 100n)
      assert.deepEqual([locksOf(alice, id), locksOf(bob, id)], [[], []])
      assert.equal(capacity(bob.host, id).spendable, 1_100n)
    })
    it('releases a failed one only when its removal is irrevocable [CHAN-15]', () => {
      const { world, alice, bob, id } = openLine()
      offer(alice, id, 1)
      world.settle()
      bob.step((host) => { failLock(host, id, 0, 'no-route') })
      const commit = intercept(world, bob, 'commit')
      assert.equal(told(alice, 'offerFailed').length, 0)
      assert.equal(stateOf(alice, id).localLocked, 100n)
      inject(world, alice, commit)
      world.settle()
      assert.deepEqual(told(alice, 'offerFailed').map(({ reason, sent }) => ({ reason, sent })), [{ reason: 'no-route', sent: true }])
      assert.equal(stateOf(alice, id).owedToUs, 0n)
    })
    it('ends every lock once, whatever is asked again', () => {
      const { world, alice, bob, id } = openLine()
      const { secret } = offer(alice, id, 1)
      world.settle()
      for (let i = 0; i < 3; i++) {
        bob.step((host) => { fulfilLock(host, id, 0, secret) })
        bob.step((host) => { failLock(host, id, 0, 'busy') })
      }
      world.settle()
      bob.step((host) => { failLock(host, id, 0, 'busy') })
      world.settle()
      assert.equal(told(alice, 'offerSettled').length, 1)
      assert.equal(told(alice, 'offerFailed').length, 0)
      assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
    })
  })
})

describe('round, proposed by both', () => {
  it('takes turns: 1,000 simultaneous proposals, each side wins between 40 and 60 in 100 [CHAN-10] [CHAN-11] (S14)', () => {
    const { world, alice, bob, id } = openLine()
    const won = { alice: 0, bob: 0 }
    let n = 0
    for (let round = 0; round < 1_000; round++) {
      // A changed limit is an update that never runs out.
      alice.step((host) => setLimit(host, id, asUnits(BigInt(1_000 + ++n))))
      bob.step((host) => setLimit(host, id, asUnits(BigInt(1_000 + ++n))))
      for (const end of [alice, bob]) {
        end.step(startRounds)
        assert.equal(channelOf(end, id).round.phase, 'proposed')
        end.sync()
      }
      // Both get the other's proposal; the loser agrees, and its update waits for a round of its own.
      world.deliver(bob)
      world.deliver(alice)
      const winner = channelOf(alice, id).round.phase === 'proposed' ? alice : bob
      won[winner === alice ? 'alice' : 'bob']++
      assert.equal(channelOf(world.peerOf(winner), id).round.phase, 'agreed')
      world.peerOf(winner).sync()
      world.deliver(winner)
      winner.sync()
      world.deliver(world.peerOf(winner))
      world.peerOf(winner).sync()
      world.deliver(winner)
      assert.equal(channelOf(alice, id).round.number, round + 2, 'one round each time')
    }
    assert(won.alice >= 400 && won.alice <= 600, `${won.alice} to ${won.bob}`)
    world.settle()
    assert.equal(digestOf(alice, id), digestOf(bob, id))
  }).timeout(60_000)
  it('proposes what lost again, in its order, with the ids that are next [CHAN-7] [CHAN-10]', () => {
    const { world, alice, bob, id } = openLine()
    for (const end of [alice, bob]) for (let n = 0; n < 3; n++) offer(end, id, n + (end === alice ? 0 : 10), BigInt(n + 1))
    world.settle()
    for (const end of [alice, bob]) {
      assert.deepEqual(told(end, 'lockReceived').map(({ lock }) => [lock.terms.id, lock.terms.amount]), [[0, 1n], [1, 2n], [2, 3n]])
    }
    assert.equal(digestOf(alice, id), digestOf(bob, id))
  })
})

describe('round, any phase', () => {
  it('answers the last message again when it comes again, with the same bytes [CHAN-5] [CHAN-12]', () => {
    const { world, alice, bob, id } = openLine()
    offer(alice, id, 1)
    const propose = intercept(world, alice, 'propose')
    inject(world, bob, propose)
    inject(world, bob, propose)
    bob.sync()
    const agrees = world.sent.filter(({ message }) => message.type === 'agree').map(({ message }) => message)
    assert.equal(agrees.length, 2)
    assert.deepEqual(agrees[0], agrees[1])
    world.toAlice.length = 0
    inject(world, alice, agrees[0]!)
    inject(world, alice, agrees[0]!)
    alice.sync()
    const commits = world.sent.filter(({ message }) => message.type === 'commit').map(({ message }) => message)
    assert.equal(commits.length, 2)
    assert.deepEqual(commits[0], commits[1])
    world.toBob.length = 0
    inject(world, bob, commits[0]!)
    inject(world, bob, commits[0]!)
    bob.sync()
    const acks = world.sent.filter(({ message }) => message.type === 'ack').map(({ message }) => message)
    assert.equal(acks.length, 2)
    assert.deepEqual(acks[0], acks[1])
    world.settle()
    inject(world, alice, acks[0]!)
    assert.equal(told(bob, 'lockReceived').length, 1)
    assert.equal(digestOf(alice, id), digestOf(bob, id))
    assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
  })
  it('fails the channel on any other message out of phase [CHAN-12]', () => {
    for (const type of ['propose', 'agree', 'commit', 'ack'] as const) {
      for (const round of [1, 2, 7]) {
        const { world, bob, id } = openLine()
        if (type === 'propose' && round === 1) continue
        const message: ChannelMessage = type === 'propose'
          ? { type, channelId: id, round, updates: [{ type: 'shutdown' }], evidence: NO_EVIDENCE }
          : { type, channelId: id, round, evidence: NO_EVIDENCE }
        inject(world, bob, message)
        assert.equal(faultOf(bob), 'CHAN-12', `${type} of round ${round}`)
        assert.equal(channelOf(bob, id).status, 'failed')
      }
    }
  })
  it('fails the channel when a proposal comes again with other updates [CHAN-5]', () => {
    const { world, alice, bob, id } = openLine()
    offer(alice, id, 1)
    const propose = intercept(world, alice, 'propose')
    inject(world, bob, propose)
    inject(world, bob, { ...propose, updates: [...propose.updates, { type: 'shutdown' }] })
    assert.equal(faultOf(bob), 'CHAN-5')
  })
  it('drops rows that come before the peer said where it stands [CHAN-2]', () => {
    const { world, alice, bob, id } = openLine()
    offer(alice, id, 1)
    const propose = intercept(world, alice, 'propose')
    world.disconnect()
    world.connect()
    inject(world, bob, propose)
    assert.equal(channelOf(bob, id).round.phase, 'idle')
    world.settle()
    assert.equal(told(bob, 'lockReceived').length, 1)
  })
})

describe('round, with each wrong field', () => {
  /** Bob gets alice's message of a type with a change; says what it broke. */
  const broken = <T extends 'propose' | 'agree' | 'commit' | 'ack'>(type: T, change: (message: Extract<ChannelMessage, { type: T }>) => ChannelMessage): string | undefined => {
    const { world, alice, bob, id } = openLine()
    const proposer = type === 'propose' || type === 'commit' ? alice : bob
    offer(proposer, id, 1)
    const message = intercept(world, alice, type)
    inject(world, bob, change(message))
    if (faultOf(bob) !== undefined) {
      // What is in force stays in force, with both signatures.
      assert.equal(channelOf(bob, id).status, 'failed')
      assert.equal(stateOf(bob, id).remoteSignature.length, 64)
      assert.equal(locksOf(bob, id).filter(({ offeredBy }) => offeredBy === 'remote').length, 0)
      bob.sync()
      assert(world.sent.some(({ from, message }) => from === bob && message.type === 'fault'))
    }
    return faultOf(bob)
  }
  const changed = (signature: Uint8Array): Uint8Array => signature.map((byte, i) => i === 40 ? byte ^ 1 : byte)

  it('refuses a wrong signature in AGREE and COMMIT [IOU-2] [IOU-7]', () => {
    for (const type of ['agree', 'commit'] as const) {
      assert.equal(broken(type, (message) => message), undefined)
      assert.equal(broken(type, (message) => ({ ...message, evidence: { ...NO_EVIDENCE, signatures: [changed(message.evidence.signatures[0]!)] } })), 'IOU-2')
      assert.equal(broken(type, (message) => ({ ...message, evidence: NO_EVIDENCE })), 'IOU-7')
      assert.equal(broken(type, (message) => ({ ...message, evidence: { ...message.evidence, signatures: [...message.evidence.signatures, ...message.evidence.signatures] } })), 'IOU-7')
      assert.equal(broken(type, (message) => ({ ...message, evidence: { ...message.evidence, preSignatures: [new Uint8Array(65)] } })), 'IOU-7')
      assert.equal(broken(type, (message) => ({ ...message, evidence: { ...message.evidence, revocation: { secret: new Uint8Array(32), nextPoint: new Uint8Array(33) } } })), 'IOU-7')
      assert.equal(broken(type, (message) => ({ ...message, round: message.round + 1 })), 'CHAN-12')
    }
  })
  it('refuses evidence in PROPOSE and ACK [IOU-7]', () => {
    for (const type of ['propose', 'ack'] as const) {
      assert.equal(broken(type, (message) => message), undefined)
    }
    assert.equal(broken('propose', (message) => ({ ...message, evidence: { ...NO_EVIDENCE, signatures: [new Uint8Array(64)] } })), 'IOU-7')
    const { world, alice, bob, id } = openLine()
    offer(bob, id, 1)
    const ack = intercept(world, alice, 'ack')
    inject(world, bob, { ...ack, evidence: { ...NO_EVIDENCE, signatures: [new Uint8Array(64)] } })
    assert.equal(faultOf(bob), 'IOU-7')
    assert.equal(stateOf(bob, id).sequence, 1, 'the state that both signed is kept all the same')
  })
  it('refuses wrong updates [CHAN-6] [CHAN-7] [CHAN-8] [CHAN-9] [IOU-4] [IOU-5]', () => {
    const { terms } = lockNumbered(1, 100n, EXPIRY)
    const cases: ReadonlyArray<readonly [string, readonly unknown[]]> = [
      ['CHAN-7', [{ type: 'add', terms: { ...terms, id: 1 } }]],
      ['CHAN-7', [{ type: 'add', terms: { ...terms, id: 0 } }, { type: 'add', terms: { ...terms, id: 0 } }]],
      ['IOU-5', [{ type: 'add', terms: { ...terms, id: 0, amount: 0n } }]],
      ['IOU-5', [{ type: 'add', terms: { ...terms, id: 0, expiry: { clock: 'bitcoin', value: 800_000 } } }]],
      ['IOU-4', [{ type: 'add', terms: { ...terms, id: 0, amount: 1_001n } }]],
      ['IOU-4', [{ type: 'add', terms: { ...terms, id: 0, amount: 600n } }, { type: 'add', terms: { ...terms, id: 1, amount: 401n } }]],
      ['CHAN-8', [{ type: 'fail', id: 0, reason: 'busy' }]],
      ['CHAN-8', [{ type: 'expire', id: 0 }]],
      ['CHAN-8', [{ type: 'add', terms: { ...terms, id: 0 } }, { type: 'expire', id: 0 }]],
      ['CHAN-13', [{ type: 'fulfil', id: 0, secret: new Uint8Array(32).fill(1) }]],
      ['CHAN-9', []],
      ['CHAN-9', Array.from({ length: UPDATES_PER_ROUND_MAX + 1 }, () => ({ type: 'shutdown' }))]
    ]
    for (const [requirement, updates] of cases) {
      const { world, bob, id } = openLine()
      inject(world, bob, { type: 'propose', channelId: id, round: 1, updates, evidence: NO_EVIDENCE } as ChannelMessage)
      assert.equal(faultOf(bob), requirement, requirement)
      assert.equal(bob.unsynced.flatMap(({ sends }) => sends).some(({ type }) => type === 'agree'), false)
    }
  })
  it('refuses a 484th lock of a side, and one removed twice in a round [CHAN-8] [CHAN-9]', () => {
    const { world, alice, bob, id } = openLine(10_000n, 10_000n)
    for (let n = 0; n < TRUST_LINE_LOCKS_MAX; n++) offer(alice, id, n, 1n)
    world.settle()
    const { terms } = lockNumbered(9_000, 1n, EXPIRY)
    const round = channelOf(bob, id).round.number
    inject(world, bob, { type: 'propose', channelId: id, round, updates: [{ type: 'add', terms: { ...terms, id: TRUST_LINE_LOCKS_MAX } }], evidence: NO_EVIDENCE })
    assert.equal(faultOf(bob), 'CHAN-9')
    inject(world, alice, { type: 'propose', channelId: id, round, updates: [{ type: 'fail', id: 3, reason: 'busy' }, { type: 'fail', id: 3, reason: 'busy' }], evidence: NO_EVIDENCE })
    assert.equal(faultOf(alice), 'CHAN-8')
  })
})

describe('round, with a disconnection after each message', () => {
  /** Everything that can be cut: after how many deliveries, whether before or after delivery, and by whom a crash. */
  it('completes with equal digests in every small world of two updates [CHAN-3] [CHAN-4]', () => {
    let worlds = 0
    for (const [first, second] of [['alice', 'alice'], ['alice', 'bob'], ['bob', 'bob']] as const) {
      for (let cutAt = 0; cutAt < 14; cutAt++) {
        for (const fault of ['cut', 'crash alice', 'crash bob', 'crash alice unsynced', 'crash bob unsynced'] as const) {
          worlds++
          const { world, alice, bob, id } = openLine()
          const ends = { alice, bob }
          offer(ends[first], id, 1, 10n)
          offer(ends[second], id, 2, 20n)
          let deliveries = 0
          for (let turn = 0; turn < 30 && deliveries <= cutAt; turn++) {
            for (const end of [alice, bob]) {
              end.step(startRounds)
              end.sync()
            }
            for (const end of [bob, alice]) {
              if (deliveries > cutAt || !world.deliver(end)) continue
              if (deliveries++ < cutAt) continue
              const crashing = fault.startsWith('crash alice') ? alice : bob
              if (fault === 'cut') world.disconnect()
              else {
                if (!fault.endsWith('unsynced')) crashing.sync()
                world.crash(crashing)
              }
            }
          }
          for (let again = 0; again < 3; again++) {
            world.disconnect()
            world.connect()
            world.settle()
          }
          const name = `${first} ${second}, ${fault} at ${cutAt}`
          assert.equal(faultOf(alice) ?? faultOf(bob), undefined, name)
          assert.equal(digestOf(alice, id), digestOf(bob, id), name)
          for (const end of [alice, bob]) {
            assert.equal(channelOf(end, id).round.phase, 'idle', name)
            const live = locksOf(end, id).filter(({ offeredBy }) => offeredBy === 'local').length
            const receivedByPeer = told(world.peerOf(end), 'lockReceived').length
            assert.equal(live, receivedByPeer, `${name}: every lock is known once`)
          }
        }
      }
    }
    assert.equal(worlds, 210)
  })
})

describe('round, as people see it', () => {
  it('says what happens next', () => {
    const { world, alice, bob, id } = openLine()
    const next = (): string => describeChannel(alice.host, channelOf(alice, id)).next
    assert.equal(next(), 'Ready.')
    offer(alice, id, 1)
    alice.step(startRounds)
    assert.match(next(), /Round 1 runs/)
    world.settle()
    const view = describeChannel(bob.host, channelOf(bob, id))
    assert.deepEqual(view.locks.map(({ id, offeredBy, amount, status }) => ({ id, offeredBy, amount, status })), [{ id: 0, offeredBy: 'remote', amount: 100n, status: 'live' }])
    assert.equal(view.receivable, 900n)
    world.disconnect()
    assert.equal(next(), 'Waits for the peer to connect.')
    assert.equal(describeChannel(alice.host, channelOf(alice, id)).spendable, 900n)
    assert.equal(capacity(alice.host, id).spendable, 0n)
  })
})
