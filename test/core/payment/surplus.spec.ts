import assert from 'node:assert/strict'
import type { InvoiceId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import type { PaymentSettings } from '../../../src/core/payment/host.js'
import { FORWARDS_MAX, HOPS_LEFT_MAX, HOPS_LEFT_MIN, OVERPAID_FACTOR_MAX, OVERPAY_PPM_MAX } from '../../../src/core/payment/limits.js'
import type { MakeRoute } from '../../../src/core/payment/messages.js'
import { roundedUp } from '../../../src/core/payment/quote.js'
import { FREE, nameOf, QUICK, twelve, type FakeNetwork } from './fake-network.js'

const AMOUNT = 10_000n
const PAYMENTS = 60
const network = (settings: Partial<PaymentSettings>): FakeNetwork => twelve({ balance: 10n ** 7n, settings })

/** What each of several payments brought beyond its amount, and cost. */
function surpluses (settings: Partial<PaymentSettings>, feeMax: bigint, count = PAYMENTS): ReadonlyArray<{ readonly more: bigint, readonly fee: bigint }> {
  const net = network(settings)
  return Array.from({ length: count }, () => {
    const { invoice, id } = net.invoice(7, AMOUNT)
    const answer = net.pay(0, invoice, { feeMax: asUnits(feeMax) })
    assert.equal(nameOf(answer), 'paid')
    net.run(2_000)
    return { more: net.node(7).tables.invoices.get(id as InvoiceId)!.received - AMOUNT, fee: (answer as unknown as { fee: bigint }).fee }
  })
}

/** Whether values lie in all of `parts` equal parts of a range, none outside. */
function assertSpread (values: readonly number[], min: number, max: number, parts: number, what: string): void {
  assert.ok(values.every((value) => value >= min && value <= max), `${what}: ${Math.min(...values)} to ${Math.max(...values)}, not ${min} to ${max}`)
  const found = new Set(values.map((value) => Math.min(parts - 1, Math.floor((value - min) / (max - min) * parts))))
  assert.equal(found.size, parts, `${what} lie in ${[...found].join()} of ${parts} parts`)
}

describe('payment, what it brings beyond its amount', () => {
  it('is nothing unless somebody wants it [ROUTE-43]', () => {
    for (const { more, fee } of surpluses({}, 1_000n, 5)) assert.deepEqual([more, fee], [0n, 0n])
  })

  it('is drawn from all of the setting, and is a fee to the payer [ROUTE-43]', () => {
    const found = surpluses({ overpayPpm: 50_000 }, 1_000n)
    assertSpread(found.map(({ more }) => Number(more)), 0, 500, 4, 'surpluses')
    for (const { more, fee } of found) assert.equal(fee, more)
  })

  it('ends at the fee limit [ROUTE-43]', () => {
    const found = surpluses({ overpayPpm: 50_000 }, 30n, 20)
    assert.ok(found.every(({ fee }) => fee <= 30n) && found.some(({ fee }) => fee > 0n))
  })

  it('is at most half of the amount, which a payee accepts, whatever the setting [ROUTE-40] [ROUTE-43]', () => {
    assert.ok(BigInt(OVERPAY_PPM_MAX) * 2n <= (OVERPAID_FACTOR_MAX - 1n) * 1_000_000n)
    for (const { more } of surpluses({ overpayPpm: 10_000_000 }, 10n * AMOUNT, 20)) assert.ok(more >= 0n && more <= AMOUNT / 2n)
  })

  it('keeps nobody from paying all that a channel holds [ROUTE-43]', () => {
    for (let payment = 0; payment < 5; payment++) {
      const net = twelve({ balance: AMOUNT, settings: { overpayPpm: 50_000 }, seed: `full ${payment}` })
      assert.equal(nameOf(net.pay(0, net.invoice(7, AMOUNT).invoice, { feeMax: asUnits(1_000n) })), 'paid')
    }
  })

  it('is nothing where the payee leaves no room for it [ROUTE-43]', () => {
    const net = network({})
    const { invoice, id } = net.invoice(7, AMOUNT)
    ;(net.node(0).host as { settings: PaymentSettings }).settings = { ...QUICK, overpayPpm: 50_000 }
    assert.equal(nameOf(net.pay(0, invoice, { feeMax: asUnits(1_000n) })), 'paid')
    assert.equal(net.node(7).tables.invoices.get(id as InvoiceId)!.received, AMOUNT)
  })
})

describe('what chance adds', () => {
  // Of one payer and one payee, many times: what their first neighbours see.
  const net = network({})
  const seen = (from: number, side: MakeRoute['side']): readonly MakeRoute[] =>
    net.sent.flatMap(({ from: sender, message }) => sender === from && message.type === 'makeRoute' && message.side === side ? [message] : [])
  const expiries: number[] = []
  before(() => {
    for (let payment = 0; payment < PAYMENTS; payment++) {
      const offered = net.offered.length
      assert.equal(nameOf(net.pay(0, net.invoice(7, AMOUNT).invoice)), 'paid')
      expiries.push(net.offered.slice(offered).find(({ from }) => from === 0)!.terms.expiry.value - Math.floor(net.nowMs / 1_000))
      net.run(2_000)
    }
  })

  it('hides at the payer how many hops and how much time are used up, and what it pays [ROUTE-12]', () => {
    const made = seen(0, 'payer')
    assert.ok(made.length >= PAYMENTS)
    assertSpread(made.map(({ hopsLeft }) => hopsLeft + 1), HOPS_LEFT_MIN, HOPS_LEFT_MAX, HOPS_LEFT_MAX - HOPS_LEFT_MIN, 'hops left')
    // What a first neighbour gets is at least half of 75 to 100 % of the longest time.
    const times = made.map(({ timeLeftMs }) => timeLeftMs)
    assertSpread(times, Math.floor(0.75 * QUICK.routeTimeoutMs / 2), QUICK.routeTimeoutMs / 2, 4, 'times left')
    for (const { amount, forwardsLeft } of made) {
      assert.equal(amount, roundedUp(amount), 'three significant bits')
      assert.ok(amount >= AMOUNT && forwardsLeft === FORWARDS_MAX / 2)
    }
  })

  it('hides at the payee how far the end is, in hops, time and time-locks [ROUTE-12] [ROUTE-13]', () => {
    const made = seen(7, 'payee')
    assert.ok(made.length >= PAYMENTS)
    assertSpread(made.map(({ hopsLeft }) => hopsLeft + 1), HOPS_LEFT_MIN, HOPS_LEFT_MAX, HOPS_LEFT_MAX - HOPS_LEFT_MIN, 'hops left')
    assertSpread(made.map(({ timeLeftMs }) => timeLeftMs), Math.floor(0.75 * QUICK.routeTimeoutMs / 2), QUICK.routeTimeoutMs / 2, 4, 'times left')
    const { finalDeltaSeconds: final, forwardDeltaSeconds: forward } = QUICK
    assertSpread(made.map(({ quote }) => quote!.expiryDeltaSeconds), final + forward, final + 3 * forward, 4, 'first deltas')
  })

  it('spreads the deltas of forwarders and the first lock\'s time [ROUTE-33] [ROUTE-48]', () => {
    const deltas = seen(5, 'payee').map(({ quote }, at) => quote!.expiryDeltaSeconds - (seen(7, 'payee')[at]?.quote?.expiryDeltaSeconds ?? 0))
    assertSpread(deltas, QUICK.forwardDeltaSeconds + 60, QUICK.forwardDeltaSeconds + QUICK.forwardDeltaRandomSeconds + 60, 4, 'deltas of a forwarder')
    assert.ok(new Set(expiries).size > 8, `${new Set(expiries).size} expiries`)
  })

  it('takes nothing from the amount: fees are free here, so every lock brings as much', () => {
    assert.equal(FREE.ppm, 0)
    assert.ok(net.offered.every(({ terms }) => terms.amount === AMOUNT))
  })
})
