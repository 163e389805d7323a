import assert from 'node:assert/strict'
import fc from 'fast-check'
import { toHex } from '../../../../src/core/base/bytes.js'
import type { OriginId } from '../../../../src/core/base/ids.js'
import { cancelOffer, failLock, fulfilLock, heightChanged, offerLock, startRounds } from '../../../../src/core/channel/channel.js'
import { kindOf } from '../../../../src/core/channel/kinds.js'
import { holdingsOf } from '../../../../src/core/channel/resolver/holdings.js'
import { channelOf, faultOf, locksOf, told, type End } from '../two-ends.js'
import { checkHoldings, enforcedOf, heightLock, openedChannel, type OpenedChannel } from './open-channel.js'

const WEIGHTS = { offer: 10, fulfil: 7, fail: 2, cancel: 1, deliver: 10, sync: 6, rounds: 5, flow: 24, disconnect: 1, connect: 6, crash: 1, block: 2 } as const
type Op = keyof typeof WEIGHTS
const MOVES = (Object.keys(WEIGHTS) as Op[]).flatMap((op) => Array.from({ length: WEIGHTS[op] }, () => op))
interface Move { readonly op: Op, readonly a: number, readonly b: number }

interface Run extends OpenedChannel {
  readonly origins: OriginId[]
  readonly secrets: Map<string, Uint8Array>
  readonly newest: Map<End, number>
  offers: number
}

function play (run: Run, { op, a, b }: Move): void {
  const { world, id } = run
  const end = a % 2 === 0 ? world.alice : world.bob
  const received = locksOf(end, id).filter(({ offeredBy, irrevocable }) => offeredBy === 'remote' && irrevocable)
  const lock = received[b % Math.max(1, received.length)]
  switch (op) {
    case 'offer': {
      // Some below dust, some alike.
      const { terms, origin, secret } = heightLock(run.offers++, BigInt([200_000, 330_000, 5_000_000, 5_000_000, 90_000_000][b % 5]!), world.height + 40 + a % 10)
      run.origins.push(origin)
      run.secrets.set(toHex(terms.point), secret)
      end.step((host) => offerLock(host, id, terms, origin))
      break
    }
    case 'fulfil': if (lock !== undefined) end.step((host) => { fulfilLock(host, id, lock.terms.id, run.secrets.get(toHex(lock.terms.point))!) }); break
    case 'fail': if (lock !== undefined) end.step((host) => { failLock(host, id, lock.terms.id, 'refused') }); break
    case 'cancel': if (run.origins.length > 0) end.step((host) => cancelOffer(host, run.origins[b % run.origins.length]!)); break
    case 'deliver': world.deliver(end); break
    case 'sync': end.sync(1 + b % 3); break
    case 'rounds': end.step(startRounds); break
    case 'disconnect': world.disconnect(); break
    case 'connect': world.connect(); break
    case 'crash':
      world.crash(end)
      // What it starts from is what was durable: enough for everything that the peer may publish.
      checkHoldings(end, id)
      break
    case 'block':
      world.height++
      for (const one of [world.alice, world.bob]) one.step(heightChanged)
      break
    case 'flow':
      for (const one of [world.alice, world.bob]) {
        one.sync()
        world.deliver(one)
        one.step(startRounds)
      }
      break
  }
  for (const one of [world.alice, world.bob]) checkState(run, one)
}

/** I1: what was funded is divided; I9: what is published never goes back. */
function checkState (run: Run, end: End): void {
  const state = enforcedOf(end, run.id)
  assert.equal(state.localBalance + state.remoteBalance + state.localLocked + state.remoteLocked, 1_000_000_000n)
  if (end.unsynced.length > 0) return
  const { number } = holdingsOf(end.host, channelOf(end, run.id))!.own.commitment
  assert(number >= (run.newest.get(end) ?? 0), `${end.name} went back from ${run.newest.get(end)} to ${number}`)
  run.newest.set(end, number)
}

function checkAtRest (run: Run): void {
  const { world, alice, bob, id } = run
  world.disconnect()
  world.connect()
  world.settle()
  for (const end of [alice, bob]) {
    for (const lock of locksOf(end, id)) if (lock.offeredBy === 'remote' && lock.irrevocable) end.step((host) => { failLock(host, id, lock.terms.id, 'busy') })
  }
  world.settle()
  assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
  const digests = [alice, bob].map((end) => toHex(kindOf(channelOf(end, id).state).digest(end.host, channelOf(end, id))))
  assert.equal(digests[0], digests[1], 'I7')
  for (const end of [alice, bob]) {
    checkHoldings(end, id)
    assert.deepEqual(locksOf(end, id), [])
    assert.equal(end.host.offers.size, 0)
    assert.deepEqual([...end.store.keys()], [`channel/${id}`], 'I31')
    assert.equal(channelOf(end, id).round.phase, 'idle')
  }
  const paid = (end: End): bigint => {
    const fulfilled = new Set(told(end, 'lockRemoved').filter(({ how }) => how === 'fulfilled').map((one) => one.id))
    return told(end, 'lockReceived').reduce((sum, { lock }) => fulfilled.has(lock.terms.id) ? sum + lock.terms.amount : sum, 0n)
  }
  assert.equal(enforcedOf(alice, id).localBalance, 600_000_000n + paid(alice) - paid(bob), 'I1')
  // I11: of one commitment no two are signed, and nothing that is sent again differs.
  const signed = new Map<string, string>()
  for (const { from, message } of world.sent) {
    if (message.type !== 'agree' && message.type !== 'commit') continue
    const key = `${from.name} ${message.type} ${message.round}`
    const signature = toHex(message.evidence.signatures[0]!)
    assert.equal(signed.get(key) ?? signature, signature, `${key} was signed twice`)
    signed.set(key, signature)
  }
}

describe('enforced channel, two ends with delays, losses and crashes', () => {
  it('agrees when quiet, keeps every unit, and can at every moment enforce what the peer may publish [ENF-9] [ENF-11] [ENF-14] [CHAN-4] [CHAN-15]', () => {
    const done = { rounds: 0, paid: 0 }
    fc.assert(fc.property(fc.array(fc.record({ op: fc.constantFrom(...MOVES), a: fc.nat(1_000), b: fc.nat(10_000) }), { minLength: 40, maxLength: 90, size: 'max' }), fc.constantFrom('v3-zero-fee' as const, 'v2-fee' as const), (list, format) => {
      const run: Run = { ...openedChannel(format), origins: [], secrets: new Map(), newest: new Map(), offers: 0 }
      for (const move of list) play(run, move)
      checkAtRest(run)
      done.rounds += enforcedOf(run.alice, run.id).number
      done.paid += told(run.alice, 'offerSettled').length
    }), { numRuns: 30 })
    assert(done.rounds > 60 && done.paid > 5, `${done.rounds} rounds, ${done.paid} paid`)
  })
})
