import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Env } from '../../../src/core/base/env.js'
import { claimable, firstDelta, forwardDelta, lockSlackSeconds, outgoingExpiry, payerExpiry, secondsLeft, stillValid } from '../../../src/core/payment/deadlines.js'
import { PAYMENT_DEFAULTS as settings } from '../../../src/core/payment/limits.js'
import { START_MS } from './fake-network.js'

const env: Env = { nowMs: START_MS, heights: {}, entropy: new Uint8Array(32) }
const random = fc.uint8Array({ minLength: 32, maxLength: 32 })
const NOW = START_MS / 1_000

describe('deadlines', () => {
  it('keep the forward delta and a random part between two locks', () => {
    fc.assert(fc.property(random, (bytes) => {
      const delta = forwardDelta(settings, bytes)
      assert.ok(delta >= 600 && delta <= 840)
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

  it('take the delta off the incoming expiry, exactly [ROUTE-33]', () => {
    const incoming = payerExpiry(env, settings, 5_000)
    assert.equal(incoming.value, NOW + 5_000 + lockSlackSeconds(settings))
    assert.deepEqual(outgoingExpiry(env, settings, incoming, 700, 4_300), { clock: 'unix', value: incoming.value - 700 })
    assert.deepEqual(outgoingExpiry(env, settings, incoming, 700, 4_310), { clock: 'unix', value: incoming.value - 700 }, 'the slack may be used up')
    assert.equal(outgoingExpiry(env, settings, incoming, 700, 4_311), undefined, 'one second too near')
    assert.equal(outgoingExpiry(env, settings, { clock: 'unix', value: NOW + 86_411 }, 700, 0), undefined, 'one second too far')
    assert.notEqual(outgoingExpiry(env, settings, { clock: 'unix', value: NOW + 86_410 }, 700, 0), undefined)
    assert.equal(outgoingExpiry(env, settings, { clock: 'bitcoin', value: 800_000 }, 700, 0), undefined, 'another clock')
    assert.equal(outgoingExpiry(env, settings, { clock: 'unix', value: NOW - 5 }, 0, 0), undefined, 'over')
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
})
