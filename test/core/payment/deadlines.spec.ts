import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Env, Expiry } from '../../../src/core/base/env.js'
import { ZERO } from '../../../src/core/base/money.js'
import type { AssetId } from '../../../src/core/base/ids.js'
import { forwardQuote } from '../../../src/core/payment/quote.js'
import { byOwnClock, claimable, firstDelta, forwardDelta, lockSlackSeconds, outgoingExpiry, payerExpiry, secondsLeft, stillValid } from '../../../src/core/payment/deadlines.js'
import { PAYMENT_DEFAULTS as settings } from '../../../src/core/payment/limits.js'
import { START_MS } from './fake-network.js'

const env: Env = { nowMs: START_MS, heights: {}, entropy: new Uint8Array(32) }
const random = fc.uint8Array({ minLength: 32, maxLength: 32 })
const NOW = START_MS / 1_000
const QUOTE = forwardQuote('aa'.repeat(32) as AssetId, { base: ZERO, ppm: 0 }, ZERO, 0, NOW)

describe('deadlines', () => {
  it('ask for the forward delta, a random part, and a minute for the clock of a neighbour [ROUTE-33]', () => {
    fc.assert(fc.property(random, (bytes) => {
      const delta = forwardDelta(settings, bytes)
      assert.ok(delta >= 660 && delta <= 900)
    }))
  })

  it('ask for one to three forward deltas more than the payee needs [ROUTE-13]', () => {
    const seen = new Set<number>()
    fc.assert(fc.property(random, (bytes) => {
      const delta = firstDelta(settings, bytes)
      assert.ok(delta >= 900 + 600 && delta <= 900 + 3 * 600)
      seen.add(delta)
    }))
    assert.ok(seen.size > 50)
  })

  it('take the delta off the incoming expiry, exactly, but not the minute for clocks [ROUTE-33]', () => {
    const incoming = payerExpiry(env, settings, 5_060)
    assert.deepEqual(outgoingExpiry(env, settings, incoming, 760, 4_300), { clock: 'unix', value: incoming.value - 700 })
    assert.deepEqual(outgoingExpiry(env, settings, incoming, 760, 4_430), { clock: 'unix', value: incoming.value - 700 }, 'the slack may be used up')
    assert.equal(outgoingExpiry(env, settings, incoming, 760, 4_431), undefined, 'one second too near')
    assert.equal(outgoingExpiry(env, settings, { clock: 'unix', value: NOW + 86_531 }, 760, 0), undefined, 'one second too far')
    assert.notEqual(outgoingExpiry(env, settings, { clock: 'unix', value: NOW + 86_530 }, 760, 0), undefined)
    assert.equal(outgoingExpiry(env, settings, { clock: 'bitcoin', value: 800_000 }, 760, 0), undefined, 'another clock')
    assert.equal(outgoingExpiry(env, settings, { clock: 'unix', value: NOW - 5 }, 60, 0), undefined, 'over')
  })

  it('give the first lock ten seconds for the way and a minute for the clock of the neighbour [ROUTE-48]', () => {
    assert.equal(lockSlackSeconds(settings), 70)
    assert.equal(payerExpiry(env, settings, 5_000).value, NOW + 5_000 + 70)
  })

  it('let clocks that differ by a minute at every hop, all one way, use up no time of the locks [ROUTE-33, ROUTE-48]', () => {
    fc.assert(fc.property(fc.array(fc.record({ bytes: random, skew: fc.integer({ min: -60, max: 60 }) }), { minLength: 1, maxLength: 24 }), random, fc.integer({ min: -60, max: 60 }), (hops, last, lastSkew) => {
      const deltas = hops.map(({ bytes }) => forwardDelta(settings, bytes))
      const final = firstDelta(settings, last)
      const behind = deltas.map((_, index) => deltas.slice(index + 1).reduce((sum, delta) => sum + delta, final))
      let clock = NOW
      let expiry: Expiry | undefined = payerExpiry(env, settings, behind[0]! + deltas[0]!)
      for (const [index, { skew }] of hops.entries()) {
        clock += skew
        expiry = outgoingExpiry({ ...env, nowMs: (clock + 10) * 1_000 }, settings, expiry, deltas[index]!, behind[index]!)
        assert.ok(expiry !== undefined, `hop ${index}`)
      }
      clock += lastSkew
      assert.ok(claimable({ ...env, nowMs: (clock + 10) * 1_000 }, settings, expiry))
    }))
  })

  it('leave the payee its final delta [ROUTE-41]', () => {
    assert.equal(claimable(env, settings, { clock: 'unix', value: NOW + 900 }), true)
    assert.equal(claimable(env, settings, { clock: 'unix', value: NOW + 899 }), false)
    assert.equal(claimable(env, settings, { clock: 'unix', value: NOW + 90_000 }), false, 'longer than anything is locked')
    assert.equal(claimable(env, settings, { clock: 'litecoin', value: 900 }), false)
    assert.equal(secondsLeft(env, { clock: 'litecoin', value: 900 }), undefined)
  })

  it('judge a quote by clocks that may differ by a minute', () => {
    assert.equal(stillValid(env, NOW - 60), true)
    assert.equal(stillValid(env, NOW - 61), false)
  })

  it('move the end of a quote that is handed on by the same minute [ROUTE-21]', () => {
    assert.equal(byOwnClock({ ...QUOTE, validUntil: NOW }).validUntil, NOW + 60)
  })
})
