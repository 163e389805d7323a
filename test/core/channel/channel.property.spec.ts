import assert from 'node:assert/strict'
import fc from 'fast-check'
import { toHex } from '../../../src/core/base/bytes.js'
import type { ChannelId, OriginId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { cancelOffer, closeChannel, expireLocks, failLock, fulfilLock, nextExpiryMs, offerLock, offerState, setLimit, startRounds } from '../../../src/core/channel/channel.js'
import { kindOf } from '../../../src/core/channel/kinds.js'
import { lockNumbered, locksOf, openLine, stateOf, told, twoEnds, type End, type TwoEnds } from './two-ends.js'

/** How often a random run makes each move. Faults are rare enough for most rounds to be completed. */
const WEIGHTS = {
  offer: 12, fulfil: 8, fail: 2, cancel: 1, limit: 1, deliver: 10, sync: 8, rounds: 6, flow: 24, disconnect: 1, connect: 6, crash: 1, wait: 1, skew: 1, unskew: 4, expire: 2
} as const
type Op = keyof typeof WEIGHTS
const MOVES = (Object.keys(WEIGHTS) as Op[]).flatMap((op) => Array.from({ length: WEIGHTS[op] }, () => op))

/** What a random run does next; `a` and `b` choose the end, the lock, the amount. */
interface Move { readonly op: Op, readonly a: number, readonly b: number }

interface Run {
  readonly world: TwoEnds
  readonly id: ChannelId
  readonly amounts: Map<OriginId, bigint>
  readonly secrets: Map<string, Uint8Array>
  /** When a receiver settled a lock, by its name and the lock's id. */
  readonly fulfilledAt: Map<string, number>
  offers: number
  checks: number
}

function play (run: Run, { op, a, b }: Move): void {
  const { world, id } = run
  const end = a % 2 === 0 ? world.alice : world.bob
  switch (op) {
    case 'offer': {
      const { terms, origin, secret } = lockNumbered(run.offers++, BigInt(1 + b % 150), world.seconds + (b % 9 === 0 ? 5 : 60 + a % 600))
      run.amounts.set(origin, terms.amount)
      run.secrets.set(toHex(terms.point), secret)
      end.step((host) => offerLock(host, id, terms, origin))
      break
    }
    case 'fulfil': withReceived(end, id, b, (lockId, point) => {
      const key = `${end.name} ${lockId}`
      if (locksOf(end, id).some(({ offeredBy, terms, secret }) => offeredBy === 'remote' && terms.id === lockId && secret === undefined)) run.fulfilledAt.set(key, world.seconds)
      end.step((host) => { fulfilLock(host, id, lockId, run.secrets.get(point)!) })
    }); break
    case 'fail': withReceived(end, id, b, (lockId) => { end.step((host) => { failLock(host, id, lockId, 'refused') }) }); break
    case 'cancel': {
      const origin = [...run.amounts.keys()][b % Math.max(1, run.amounts.size)]
      if (origin !== undefined) end.step((host) => cancelOffer(host, origin))
      break
    }
    case 'limit': end.step((host) => setLimit(host, id, asUnits(BigInt(b % 2_000)))); break
    case 'deliver': world.deliver(end); break
    case 'sync': end.sync(1 + b % 3); break
    case 'rounds': end.step(startRounds); break
    case 'disconnect': world.disconnect(); break
    case 'connect': world.connect(); break
    case 'crash': world.crash(end); break
    case 'wait': world.seconds += b % 120; break
    case 'flow':
      for (const one of [world.alice, world.bob]) {
        one.sync()
        world.deliver(one)
        one.step(startRounds)
      }
      break
    case 'skew': end.clocksAgree = false; break
    case 'unskew': end.clocksAgree = true; break
    case 'expire': end.step(expireLocks); break
  }
  checkLimits(run)
}

function withReceived (end: End, id: ChannelId, choice: number, action: (lockId: number, point: string) => void): void {
  const received = locksOf(end, id).filter(({ offeredBy, irrevocable }) => offeredBy === 'remote' && irrevocable)
  const lock = received[choice % Math.max(1, received.length)]
  if (lock !== undefined) action(lock.terms.id, toHex(lock.terms.point))
}

/** I1, I27: within the limits at every moment, sums equal to the locks, nothing negative. */
function checkLimits (run: Run): void {
  for (const end of [run.world.alice, run.world.bob]) {
    if (!end.host.channels.has(run.id)) continue
    run.checks++
    const state = stateOf(end, run.id)
    assert(state.owedToUs + state.remoteLocked <= state.localLimit, `${end.name}: the peer owes ${state.owedToUs} + ${state.remoteLocked} of ${state.localLimit}`)
    assert(-state.owedToUs + state.localLocked <= state.remoteLimit, `${end.name} owes ${-state.owedToUs} + ${state.localLocked} of ${state.remoteLimit}`)
    const locks = locksOf(end, run.id)
    for (const side of ['local', 'remote'] as const) {
      const mine = locks.filter(({ offeredBy }) => offeredBy === side)
      assert.equal(mine.reduce((sum, { terms }) => sum + terms.amount, 0n), side === 'local' ? state.localLocked : state.remoteLocked)
      assert.equal(mine.length, side === 'local' ? state.localLocks : state.remoteLocks)
    }
  }
}

/** Ends the faults, lets everything end, and compares. */
function checkAtRest (run: Run): void {
  const { world, id } = run
  const ends = [world.alice, world.bob]
  for (const end of ends) end.clocksAgree = true
  world.disconnect()
  world.connect()
  world.settle()
  for (const end of ends) end.step(expireLocks)
  world.settle()
  assert.equal(world.alice.host.channels.size, 1)
  const digests = ends.map((end) => {
    const channel = end.host.channels.get(id)!
    assert.equal(channel.status, 'open', `${end.name}: ${channel.failure}`)
    assert.equal(channel.round.phase, 'idle')
    return toHex(kindOf(channel.state).digest(end.host, channel))
  })
  assert.equal(digests[0], digests[1], 'I7: both ends hold one statement')
  // The rest of the locks end, one way or the other.
  for (const end of ends) {
    for (const lock of locksOf(end, id)) {
      if (lock.offeredBy !== 'remote' || !lock.irrevocable) continue
      if (lock.terms.id % 2 === 0) end.step((host) => { failLock(host, id, lock.terms.id, 'busy') })
    }
  }
  world.settle()
  world.seconds += 1_000
  for (const end of ends) end.step(expireLocks)
  world.settle()
  for (const end of ends) {
    assert.deepEqual(locksOf(end, id), [], `${end.name} holds locks`)
    assert.equal(end.host.offers.size, 0, `${end.name} holds offers`)
    assert.equal(end.host.queues.size, 0, `${end.name} holds queues`)
    assert.equal(nextExpiryMs(end.host), undefined)
    assert.deepEqual([...end.store.keys()], [`channel/${id}`], 'I31: nothing of finished locks is kept')
  }
  checkMoney(run)
}

function checkMoney (run: Run): void {
  const { world, id } = run
  const fulfilled = (end: End): Set<number> => new Set(told(world.peerOf(end), 'lockRemoved').filter(({ how }) => how === 'fulfilled').map((outcome) => outcome.id))
  const paidBy = (end: End): bigint => {
    const paid = fulfilled(end)
    return told(world.peerOf(end), 'lockReceived').reduce((sum, { lock }) => paid.has(lock.terms.id) ? sum + lock.terms.amount : sum, 0n)
  }
  assert.equal(stateOf(world.alice, id).owedToUs, paidBy(world.bob) - paidBy(world.alice), 'I1: what is owed is what was paid')
  assert.equal(stateOf(world.bob, id).owedToUs, -stateOf(world.alice, id).owedToUs)
  for (const end of [world.alice, world.bob]) {
    const peer = world.peerOf(end)
    const ended = [...told(end, 'offerSettled'), ...told(end, 'offerFailed')].map(({ origin }) => origin)
    assert.equal(new Set(ended).size, ended.length, 'every offer ends once')
    const received = told(end, 'lockReceived').map(({ lock }) => lock.terms.id)
    assert.deepEqual(received, [...new Set(received)].sort((a, b) => a - b), 'ids are unique and count up')
    // I15: whatever removal was told as paid, its offerer learnt the secret.
    const learnt = told(end, 'secretLearnt').map(({ lock }) => lock.terms.id)
    assert.equal(new Set(learnt).size, learnt.length, 'a secret is told once')
    for (const { id: lockId, how } of told(peer, 'lockRemoved')) if (how === 'fulfilled') assert(learnt.includes(lockId), `the secret of ${lockId} is forgotten`)
    // S27: a secret that its receiver showed before the expiry is paid for.
    for (const { lock } of told(end, 'secretLearnt')) {
      const { id: lockId, expiry } = lock.terms
      if (!fulfilled(end).has(lockId)) assert(run.fulfilledAt.get(`${peer.name} ${lockId}`)! >= expiry.value, `${lockId} was shown in time and not paid`)
    }
    assert(told(end, 'offerSettled').length >= fulfilled(end).size)
    assert.equal(told(end, 'fault').length, 0)
    assert.equal(run.world.alice.step((host) => ended.filter((origin) => offerState(host, origin) !== 'none').length), 0)
  }
  // I11: one statement a round and side is signed, whatever was sent again.
  const signed = new Map<string, string>()
  for (const { from, message } of world.sent) {
    if (message.type !== 'agree' && message.type !== 'commit') continue
    const key = `${from.name} ${message.round}`
    const signature = toHex(message.evidence.signatures[0]!)
    assert.equal(signed.get(key) ?? signature, signature, `${key} was signed twice`)
    signed.set(key, signature)
  }
}

const moves = (length: number): fc.Arbitrary<Move[]> => fc.array(fc.record({ op: fc.constantFrom(...MOVES), a: fc.nat(1_000), b: fc.nat(10_000) }), { minLength: length / 2, maxLength: length, size: 'max' })

describe('channel, two ends with delays, losses and crashes', () => {
  describe('on any sequence of offers, ends, disconnections and crashes', () => {
    for (const [name, ends] of [['alice has the lower key', ['alice', 'bob']], ['bob has', ['bob', 'alice']]] as const) {
      it(`agrees when quiet, keeps every unit and every secret, ${name} [CHAN-3] [CHAN-4] [CHAN-5] [CHAN-15] [IOU-4]`, () => {
        const done = { rounds: 0, paid: 0 }
        fc.assert(fc.property(moves(120), (list) => {
          const { world, id } = openLine(1_000n, 1_000n, twoEnds([...ends]))
          const run: Run = { world, id, amounts: new Map(), secrets: new Map(), fulfilledAt: new Map(), offers: 0, checks: 0 }
          for (const move of list) play(run, move)
          assert(run.checks > 0)
          checkAtRest(run)
          done.rounds += stateOf(world.alice, id).sequence
          done.paid += told(world.alice, 'offerSettled').length
        }), { numRuns: 150 })
        // The runs must not pass by doing nothing.
        assert(done.rounds > 500 && done.paid > 40, `${done.rounds} rounds, ${done.paid} paid`)
      })
    }
  })
  describe('on a close at the end of any sequence', () => {
    it('forgets the channel on both sides when nothing is owed [IOU-11] [IOU-12]', () => {
      fc.assert(fc.property(moves(60), fc.nat(20), (list, late) => {
        const { world, id } = openLine(1_000n, 1_000n)
        const run: Run = { world, id, amounts: new Map(), secrets: new Map(), fulfilledAt: new Map(), offers: 0, checks: 0 }
        // Nothing is paid here, so nothing stays owed.
        for (const move of list) if (move.op !== 'fulfil') play(run, move)
        world.alice.step((host) => closeChannel(host, id))
        for (let i = 0; i < late; i++) {
          world.alice.step(startRounds)
          world.alice.sync()
          world.bob.sync()
          world.deliver(i % 2 === 0 ? world.bob : world.alice)
        }
        for (const end of [world.alice, world.bob]) end.clocksAgree = true
        world.disconnect()
        world.connect()
        world.settle()
        world.seconds += 1_000
        // A crash of alice may have taken her wish with it.
        if (world.alice.host.channels.has(id)) world.alice.step((host) => closeChannel(host, id))
        for (const end of [world.alice, world.bob]) end.step(expireLocks)
        world.settle()
        for (const end of [world.alice, world.bob]) assert.deepEqual([...end.store.keys()], [], end.name)
      }), { numRuns: 100 })
    })
  })
})
