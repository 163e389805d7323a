import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ClockName, Env, Expiry } from '../../../src/core/base/env.js'
import type { AssetId } from '../../../src/core/base/ids.js'
import { ZERO } from '../../../src/core/base/money.js'
import { BURIED_CONFIRMATIONS, CLOSE_AFTER_EXPIRY_BLOCKS, CLOSE_BEFORE_EXPIRY_BLOCKS } from '../../../src/core/channel/enforced/limits.js'
import { byOwnClock, claimable, firstDelta, forwardDelta, isTooLong, lockedSeconds, lockSlackSeconds, outgoingExpiry, startExpiry, stillValid, timeLeft } from '../../../src/core/payment/deadlines.js'
import { forwardQuote } from '../../../src/core/payment/quote.js'
import { PAYMENT_DEFAULTS as settings } from '../../../src/core/payment/limits.js'
import { START_MS } from './fake-network.js'

const env: Env = { nowMs: START_MS, heights: {}, entropy: new Uint8Array(32) }
const HEIGHT = 800_000
const chained: Env = { ...env, heights: { bitcoin: HEIGHT, litecoin: HEIGHT } }
const random = fc.uint8Array({ minLength: 32, maxLength: 32 })
const NO_RANDOM = new Uint8Array(32)
const NOW = START_MS / 1_000
const QUOTE = forwardQuote('aa'.repeat(32) as AssetId, { base: ZERO, ppm: 0 }, ZERO, 0, NOW)
const UNIX = { incoming: ['unix'], outgoing: ['unix'] } as const
const between = (incoming: ClockName, outgoing: ClockName): { incoming: [ClockName], outgoing: [ClockName] } => ({ incoming: [incoming], outgoing: [outgoing] })
const unix = (value: number): Expiry => ({ clock: 'unix', value })
const onUnix = (incoming: Expiry, delta: number, next: number): Expiry | undefined => outgoingExpiry(env, settings, incoming, 'unix', delta, next, NO_RANDOM)

describe('deadlines', () => {
  it('ask for the forward delta, a random part, and a minute for the clock of a neighbour [ROUTE-33]', () => {
    fc.assert(fc.property(random, (bytes) => {
      const delta = forwardDelta(settings, UNIX, 3_000, bytes)
      assert.ok(delta >= 660 && delta <= 900)
    }))
  })

  it('ask for one to three forward deltas more than the payee needs [ROUTE-13]', () => {
    const seen = new Set<number>()
    fc.assert(fc.property(random, (bytes) => {
      const delta = firstDelta(settings, ['unix'], bytes)
      assert.ok(delta >= 900 + 600 && delta <= 900 + 3 * 600)
      seen.add(delta)
    }))
    assert.ok(seen.size > 50)
    fc.assert(fc.property(random, (bytes) => {
      const blocks = firstDelta(settings, ['bitcoin'], bytes) / 300
      assert.ok(Number.isInteger(blocks) && blocks >= 24 + 40 && blocks <= 24 + 3 * 40, 'with fast blocks')
    }))
  })

  it('take the delta off the incoming expiry, exactly, but not the minute for clocks [ROUTE-33]', () => {
    const incoming = unix(NOW + 5_130)
    assert.deepEqual(onUnix(incoming, 760, 4_300), unix(incoming.value - 700))
    assert.deepEqual(onUnix(incoming, 760, 4_430), unix(incoming.value - 700), 'the slack may be used up')
    assert.equal(onUnix(incoming, 760, 4_431), undefined, 'one second too near')
    assert.equal(onUnix(unix(NOW + 1_209_971), 760, 0), undefined, 'one second too far')
    assert.notEqual(onUnix(unix(NOW + 1_209_970), 760, 0), undefined)
    assert.equal(onUnix({ clock: 'bitcoin', value: 800_000 }, 760, 0), undefined, 'a chain that is not followed')
    assert.equal(onUnix(unix(NOW - 5), 60, 0), undefined, 'over')
  })

  it('take blocks off a height, exactly, but not the two by which heights may differ [ROUTE-33]', () => {
    const next = 64 * 300
    const delta = forwardDelta(settings, between('bitcoin', 'bitcoin'), next, NO_RANDOM)
    assert.equal(delta, 42 * 300)
    const out = (left: number): Expiry | undefined => outgoingExpiry(chained, settings, { clock: 'bitcoin', value: HEIGHT + left }, 'bitcoin', delta, next, NO_RANDOM)
    assert.deepEqual(out(106), { clock: 'bitcoin', value: HEIGHT + 66 })
    assert.deepEqual(out(104), { clock: 'bitcoin', value: HEIGHT + 64 })
    assert.equal(out(103), undefined, 'one block too near')
    assert.notEqual(out(2_016 + 4 + 16), undefined)
    assert.equal(out(2_016 + 4 + 16 + 1), undefined, 'one block too far')
    assert.equal(forwardDelta(settings, between('litecoin', 'litecoin'), 256 * 75, NO_RANDOM), 42 * 4 * 75, 'the same time on a faster chain')
  })

  it('ask for the longest of what the clocks of all channels need [ROUTE-49]', () => {
    const both = forwardDelta(settings, { incoming: ['unix', 'bitcoin'], outgoing: ['unix', 'bitcoin'] }, 3_000, NO_RANDOM)
    assert.equal(both, forwardDelta(settings, between('unix', 'bitcoin'), 3_000, NO_RANDOM))
    assert.ok(both > forwardDelta(settings, between('bitcoin', 'unix'), 3_000, NO_RANDOM))
  })

  it('give the first lock ten seconds for the way, a minute for the clock of the neighbour, and a random part [ROUTE-48]', () => {
    assert.equal(lockSlackSeconds(settings), 70)
    assert.equal(startExpiry(env, settings, 'unix', 5_000, NO_RANDOM)!.value, NOW + 5_000 + 70)
    const seen = new Set<number>()
    fc.assert(fc.property(random, (bytes) => {
      const { value } = startExpiry(chained, settings, 'unix', 5_000, bytes)!
      const height = startExpiry(chained, settings, 'bitcoin', 6_000, bytes)!.value
      assert.ok(value >= NOW + 5_070 && value <= NOW + 5_310 && value - NOW <= lockedSeconds(settings, 'unix', 5_000))
      assert.ok(height >= HEIGHT + 21 + 2 && height <= HEIGHT + 21 + 2 + 16 && (height - HEIGHT) * 600 <= lockedSeconds(settings, 'bitcoin', 6_000))
      seen.add(value)
    }))
    assert.ok(seen.size > 50)
    assert.equal(startExpiry(env, settings, 'bitcoin', 5_000, NO_RANDOM), undefined, 'a chain that is not followed')
  })

  it('let money be locked for two weeks, by clocks of any kind, or for as long as the setting says [ROUTE-22]', () => {
    assert.equal(settings.freezeMaxSeconds, 14 * 86_400)
    assert.equal(isTooLong(settings, ['unix'], 14 * 86_400), false)
    assert.equal(isTooLong(settings, ['unix'], 14 * 86_400 + 1), true)
    assert.equal(isTooLong(settings, ['bitcoin'], 2_016 * 300), false)
    assert.equal(isTooLong(settings, ['unix', 'bitcoin'], 2_016 * 300 + 1), true)
    assert.equal(isTooLong({ ...settings, freezeMaxSeconds: 86_400 }, ['unix'], 86_401), true)
  })

  it('let clocks that differ by a minute at every hop, all one way, use up no time of the locks [ROUTE-33, ROUTE-48]', () => {
    fc.assert(fc.property(fc.array(fc.record({ bytes: random, skew: fc.integer({ min: -60, max: 60 }) }), { minLength: 1, maxLength: 24 }), random, fc.integer({ min: -60, max: 60 }), (hops, last, lastSkew) => {
      const deltas = hops.map(({ bytes }) => forwardDelta(settings, UNIX, 0, bytes))
      const final = firstDelta(settings, ['unix'], last)
      const behind = deltas.map((_, index) => deltas.slice(index + 1).reduce((sum, delta) => sum + delta, final))
      let clock = NOW
      let expiry = startExpiry(env, settings, 'unix', behind[0]! + deltas[0]!, last)
      for (const [index, { skew }] of hops.entries()) {
        assert.ok(expiry !== undefined, `hop ${index}`)
        clock += skew
        expiry = outgoingExpiry({ ...env, nowMs: (clock + 10) * 1_000 }, settings, expiry, 'unix', deltas[index]!, behind[index]!, last)
      }
      clock += lastSkew
      assert.ok(expiry !== undefined && claimable({ ...env, nowMs: (clock + 10) * 1_000 }, settings, expiry))
    }))
  })

  it('leave every forwarder between any clocks its time, with slow blocks, fast ones and any mixture [ROUTE-49] (I6)', () => {
    const clocks = fc.array(fc.constantFrom<ClockName>('unix', 'unix', 'bitcoin', 'bitcoin', 'litecoin'), { minLength: 2, maxLength: 8 })
    const paces = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 1, maxLength: 6 })
    let mixed = 0
    fc.assert(fc.property(clocks, paces, fc.array(random, { minLength: 8, maxLength: 8 }), fc.array(fc.record({ seconds: fc.integer({ min: -30, max: 30 }), behind: fc.integer({ min: 0, max: 1 }) }), { minLength: 9, maxLength: 9 }), (channels, pace, bytes, views) => {
      // What the ways ask for, from the payee on; ways that lock for too long are not taken.
      const asked: number[] = []
      asked[channels.length - 1] = firstDelta(settings, [channels.at(-1)!], bytes[0]!)
      for (let i = channels.length - 2; i >= 0; i--) asked[i] = asked[i + 1]! + forwardDelta(settings, between(channels[i]!, channels[i + 1]!), asked[i + 1]!, bytes[i]!)
      fc.pre(channels.every((clock, i) => !isTooLong(settings, [clock], asked[i]!)))
      if (new Set(channels).size > 1) mixed++
      /** Seconds until a chain has a height, from now on. */
      const until = (clock: ClockName, height: number): number => {
        let seconds = 0
        for (let i = HEIGHT; i < height; i++) seconds += (clock === 'bitcoin' ? 600 : 150) * pace[i % pace.length]!
        return seconds
      }
      // Each node sees time and heights a little differently.
      const seenBy = (node: number): Env => ({ ...chained, nowMs: START_MS + views[node]!.seconds * 1_000, heights: { bitcoin: HEIGHT - views[node]!.behind, litecoin: HEIGHT - views[node]!.behind } })
      let incoming = startExpiry(seenBy(0), settings, channels[0]!, asked[0]!, bytes[7]!)!
      for (let node = 1; node < channels.length; node++) {
        const outgoing = outgoingExpiry(seenBy(node), settings, incoming, channels[node]!, asked[node - 1]! - asked[node]!, asked[node]!, bytes[node]!)
        assert.ok(outgoing !== undefined, `node ${node} from ${channels[node - 1]} to ${channels[node]}`)
        assert.ok(timeLeft(seenBy(node), outgoing)! > 0)
        // The end of what was sent on: taken back a minute late by a clock behind, or certain on the chain.
        const over = outgoing.clock === 'unix' ? outgoing.value - NOW + 60 + 60 : until(outgoing.clock, outgoing.value + (outgoing.clock === 'litecoin' ? 4 : 1) * (CLOSE_AFTER_EXPIRY_BLOCKS + BURIED_CONFIRMATIONS))
        // The end of what can still be claimed: by a clock that is ahead, or when the channel must be closed on chain.
        const last = incoming.clock === 'unix' ? incoming.value - NOW - 60 : until(incoming.clock, incoming.value - (incoming.clock === 'litecoin' ? 4 : 1) * CLOSE_BEFORE_EXPIRY_BLOCKS)
        assert.ok(over < last, `node ${node}: ${JSON.stringify(incoming)} ends after ${last} s, ${JSON.stringify(outgoing)} after ${over} s`)
        incoming = outgoing
      }
      assert.ok(claimable(seenBy(channels.length), settings, incoming))
    }))
    assert.ok(mixed > 10)
  })

  it('refuse a lock whose clock would change without the time for it [ROUTE-49]', () => {
    const next = 64 * 300
    const delta = forwardDelta(settings, between('unix', 'bitcoin'), next, NO_RANDOM)
    const out = (left: number): Expiry | undefined => outgoingExpiry(chained, settings, unix(NOW + left), 'bitcoin', delta, next, NO_RANDOM)
    const least = (65 + 2 + 16 + 40) * 1_200
    assert.equal(delta, least + 60 - next)
    assert.deepEqual(out(least), { clock: 'bitcoin', value: HEIGHT + 65 + 2 })
    assert.equal(out(least - 1), undefined)
  })

  it('leave the payee its final delta [ROUTE-41]', () => {
    assert.equal(claimable(env, settings, unix(NOW + 900)), true)
    assert.equal(claimable(env, settings, unix(NOW + 899)), false)
    assert.equal(claimable(env, settings, unix(NOW + 1_213_200)), false, 'longer than anything is locked')
    assert.equal(claimable(env, settings, { clock: 'litecoin', value: 900 }), false, 'a chain that is not followed')
    assert.equal(claimable(chained, settings, { clock: 'bitcoin', value: HEIGHT + 24 }), true)
    assert.equal(claimable(chained, settings, { clock: 'bitcoin', value: HEIGHT + 23 }), false)
    assert.equal(claimable(chained, settings, { clock: 'litecoin', value: HEIGHT + 95 }), false)
    assert.equal(timeLeft(env, { clock: 'litecoin', value: 900 }), undefined)
  })

  it('judge a quote by clocks that may differ by a minute', () => {
    assert.equal(stillValid(env, NOW - 60), true)
    assert.equal(stillValid(env, NOW - 61), false)
  })

  it('move the end of a quote that is handed on by the same minute [ROUTE-21]', () => {
    assert.equal(byOwnClock({ ...QUOTE, validUntil: NOW }).validUntil, NOW + 60)
  })
})
