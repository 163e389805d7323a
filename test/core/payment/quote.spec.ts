import assert from 'node:assert/strict'
import fc from 'fast-check'
import { asUnits, UNITS_MAX, type Units } from '../../../src/core/base/money.js'
import { composeQuotes, forwardQuote, quoteIn, quoteOut, RATE_ONE, roundedUp, type Quote } from '../../../src/core/payment/quote.js'
import { ROUNDED_UNITS_A_HOP } from '../../../simulations/checkers/payments.js'
import { BTC } from './fake-network.js'

const amount = (max: bigint): fc.Arbitrary<Units> => fc.bigInt({ min: 0n, max }).map(asUnits)
const rate = fc.oneof(
  fc.constant(RATE_ONE),
  fc.integer({ min: 1, max: 5 }).map((times) => RATE_ONE * BigInt(times)),
  fc.integer({ min: 0, max: 1_000_000 }).map((ppm) => RATE_ONE + BigInt(ppm) * 1_000_000_000_000n),
  fc.bigInt({ min: 1n, max: 3n * RATE_ONE })
)
const quote: fc.Arbitrary<Quote> = fc.record({
  assetIn: fc.constant(BTC.id), assetOut: fc.constant(BTC.id), rate, base: fc.oneof(fc.constant(asUnits(0n)), amount(10_000n)),
  minOut: amount(1_000n), maxOut: amount(10n ** 12n), expiryDeltaSeconds: fc.integer({ min: 0, max: 3_600 }), validUntil: fc.integer({ min: 0, max: 2_000_000_000 })
}).map((made) => ({ ...made, maxOut: made.maxOut < made.minOut ? made.minOut : made.maxOut }))
const ways = fc.array(quote, { minLength: 2, maxLength: 6 })

/** Composed from the payee's end, as on a payee half; or from the payer's. */
const composedFromEnd = (quotes: readonly Quote[]): Quote | undefined =>
  quotes.slice(0, -1).reduceRight<Quote | undefined>((next, own) => next === undefined ? undefined : composeQuotes(own, next), quotes.at(-1))
const inBounds = (whole: Quote, share: number): Units => asUnits(whole.minOut + (whole.maxOut - whole.minOut) * BigInt(share) / 1_000n)
const share = fc.integer({ min: 0, max: 1_000 })

describe('quote', () => {
  it('asks rate times out, rounded up, and the base [ROUTE-20]', () => {
    const fee = forwardQuote(BTC.id, { base: asUnits(7n), ppm: 1_000 }, asUnits(10n ** 9n), 60, 1)
    assert.equal(quoteIn(fee, asUnits(1_000n)), 1_008n)
    assert.equal(quoteIn(fee, asUnits(1_001n)), 1_010n, 'a part of a unit is a unit')
    assert.equal(quoteIn(fee, asUnits(0n)), 7n)
    assert.equal(quoteIn(fee, asUnits(UNITS_MAX)), undefined, 'an overflow is no amount')
    assert.equal(quoteOut(fee, asUnits(6n)), undefined, 'less than the base')
  })

  it('gives back the most that can be had for an amount [ROUTE-20, ROUTE-34]', () => {
    fc.assert(fc.property(quote, amount(10n ** 15n), (one, given) => {
      const out = quoteOut(one, given)
      if (out === undefined) { assert.ok(given < one.base); return }
      const needed = quoteIn(one, out)
      const more = out === UNITS_MAX ? undefined : quoteIn(one, asUnits(out + 1n))
      assert.ok(needed !== undefined && needed <= given, `${out} out takes ${needed} of ${given}`)
      assert.ok(more === undefined || more > given, 'one more would take more')
    }), { numRuns: 2_000 })
  })
})

describe('quotes, composed', () => {
  it('never ask less than the hops one by one [ROUTE-21]', () => {
    let checked = 0
    fc.assert(fc.property(ways, share, (quotes, part) => {
      const whole = composedFromEnd(quotes)
      if (whole === undefined) return
      const out = inBounds(whole, part)
      const asked = quoteIn(whole, out)
      const oneByOne = quotes.reduceRight<Units | undefined>((sum, one) => sum === undefined ? undefined : quoteIn(one, sum), out)
      if (asked === undefined) return
      assert.ok(oneByOne !== undefined && asked >= oneByOne, `${asked} is asked, ${oneByOne} needed`)
      checked++
    }), { numRuns: 3_000 })
    assert.ok(checked > 500, `${checked} ways were checked`)
  })

  it('let every hop forward what the next one asks for, in its bounds: the payee is never short [ROUTE-21, ROUTE-34]', () => {
    let checked = 0
    fc.assert(fc.property(ways, share, (quotes, part) => {
      const whole = composedFromEnd(quotes)
      if (whole === undefined) return
      const out = inBounds(whole, part)
      let carried = quoteIn(whole, out)
      if (carried === undefined) return
      for (const [i, own] of quotes.entries()) {
        const next = composedFromEnd(quotes.slice(i + 1))
        const rest = quoteOut(own, carried)
        assert.ok(rest !== undefined)
        const forwarded: Units = rest > own.maxOut ? own.maxOut : rest
        assert.ok(forwarded >= own.minOut, `hop ${i} is within its least`)
        const asked = next === undefined ? out : quoteIn(next, out)
        assert.ok(asked === undefined || forwarded >= asked, `hop ${i} forwards ${forwarded}, the next asks ${asked}`)
        carried = forwarded
      }
      assert.ok(carried >= out)
      checked++
    }), { numRuns: 3_000 })
    assert.ok(checked > 500, `${checked} ways were checked`)
  })

  it('cost nothing when no hop costs anything [ROUTE-21]', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 24 }), amount(UNITS_MAX), (hops, out) => {
      const free = forwardQuote(BTC.id, { base: asUnits(0n), ppm: 0 }, asUnits(UNITS_MAX), 60, 1)
      const whole = composedFromEnd(Array.from({ length: hops }, () => free))
      assert.ok(whole !== undefined)
      assert.equal(quoteIn(whole, out), out)
      assert.equal(whole.expiryDeltaSeconds, 60 * hops)
      assert.deepEqual([whole.minOut, whole.maxOut], [0n, UNITS_MAX])
    }))
  })

  it('ask hardly more than the hops one by one: less than two units a hop and its rate [ROUTE-21]', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 50_000 }), { minLength: 2, maxLength: 8 }), amount(10n ** 12n), (ppms, out) => {
      const quotes = ppms.map((ppm) => forwardQuote(BTC.id, { base: asUnits(3n), ppm }, asUnits(10n ** 15n), 60, 1))
      const asked = quoteIn(composedFromEnd(quotes)!, out)!
      const oneByOne = quotes.reduceRight<Units>((sum, one) => quoteIn(one, sum)!, out)
      assert.ok(asked - oneByOne <= 4n * BigInt(ppms.length), `${asked} for ${oneByOne}`)
    }))
  })

  it('bring the payee the amount, and at most two units more for each hop but the last [ROUTE-21, ROUTE-34]', () => {
    // Rates of forwarders: in whole millionths, as their settings are, or any; at least one to one.
    const dearer = fc.oneof(fc.integer({ min: 0, max: 1_000_000 }).map((ppm) => BigInt(ppm) * 1_000_000_000_000n), fc.bigInt({ min: 0n, max: RATE_ONE }), fc.constant(1n))
    const hop = fc.tuple(dearer, fc.bigInt({ min: 0n, max: 5n }))
    fc.assert(fc.property(fc.array(hop, { minLength: 1, maxLength: 24 }), fc.oneof(amount(1_000n), amount(10n ** 9n)), (hops, out) => {
      const payee: Quote = forwardQuote(BTC.id, { base: asUnits(0n), ppm: 0 }, asUnits(UNITS_MAX), 60, 1)
      const quotes = [...hops.map(([more, base]): Quote => ({ ...payee, rate: RATE_ONE + more, base: asUnits(base) })), payee]
      const whole = composedFromEnd(quotes)
      const sent = whole === undefined ? undefined : quoteIn(whole, out)
      if (sent === undefined) return
      const brought = quotes.reduce<Units>((carried, own) => quoteOut(own, carried)!, sent)
      assert.ok(brought >= out && brought - out <= ROUNDED_UNITS_A_HOP * BigInt(hops.length - 1), `${hops.length} hops bring ${brought} of ${out}`)
    }), { numRuns: 3_000 })
    // No less would do.
    for (const [ppms, out, brought] of [[[8_935, 24_521, 0], 155n, 157n], [[92_333, 6_059, 52_461, 0], 148n, 152n]] as const) {
      const quotes = ppms.map((ppm) => forwardQuote(BTC.id, { base: asUnits(0n), ppm }, asUnits(UNITS_MAX), 60, 1))
      assert.equal(quotes.reduce<Units>((carried, own) => quoteOut(own, carried)!, quoteIn(composedFromEnd(quotes)!, asUnits(out))!), brought)
    }
  })

  it('are none when assets differ, a number overflows or nothing fits [ROUTE-21]', () => {
    const one = forwardQuote(BTC.id, { base: asUnits(1n), ppm: 0 }, asUnits(1_000n), 60, 1)
    assert.equal(composeQuotes(one, { ...one, assetIn: 'ab'.repeat(32) as typeof BTC.id }), undefined)
    assert.equal(composeQuotes({ ...one, rate: 1n << 100n }, { ...one, rate: 1n << 100n }), undefined)
    assert.equal(composeQuotes({ ...one, base: asUnits(UNITS_MAX) }, one), undefined)
    assert.equal(composeQuotes({ ...one, expiryDeltaSeconds: 2_419_200 }, one), undefined)
    assert.equal(composeQuotes({ ...one, maxOut: asUnits(10n) }, { ...one, minOut: asUnits(11n) }), undefined)
    assert.equal(composeQuotes({ ...one, maxOut: asUnits(0n) }, { ...one, base: asUnits(5n) }), undefined)
  })

  it('hold until the first of them ends', () => {
    const one = forwardQuote(BTC.id, { base: asUnits(1n), ppm: 0 }, asUnits(1_000n), 60, 50)
    assert.equal(composeQuotes(one, { ...one, validUntil: 40 })!.validUntil, 40)
  })
})

describe('largest amount', () => {
  it('is rounded up to three significant bits [ROUTE-12]', () => {
    for (const [given, rounded] of [[1n, 1n], [7n, 7n], [8n, 8n], [9n, 10n], [123n, 128n], [128n, 128n], [129n, 160n], [1_000n, 1_024n], [UNITS_MAX, UNITS_MAX]] as const) assert.equal(roundedUp(asUnits(given)), rounded)
    fc.assert(fc.property(amount(10n ** 18n), (given) => {
      const rounded = roundedUp(given)
      assert.ok(rounded >= given && (given === 0n || (rounded - given) * 4n <= given))
    }))
  })
})
