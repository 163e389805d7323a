import assert from 'node:assert/strict'
import type { InvoiceId, RequestId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import type { PaymentSettings } from '../../../src/core/payment/host.js'
import { OVERPAID_FACTOR_MAX } from '../../../src/core/payment/limits.js'
import { nameOf, QUICK, twelve, type FakeNetwork } from './fake-network.js'

const [PAYER, PAYEE] = [0, 7]
const AMOUNT = 10_000n
const PAYMENTS = 40
const PPM = 50_000
const MOST = AMOUNT * BigInt(PPM) / 1_000_000n

const network = (settings: Partial<PaymentSettings>, balance = 10n ** 7n): FakeNetwork => twelve({ balance, settings })
const makes = (net: FakeNetwork): number => net.sent.filter(({ message, from }) => message.type === 'makeRoute' && message.side === 'payer' && from === PAYER).length
/** What each lock of the payer was, in the order in which they were made. */
const locked = (net: FakeNetwork): bigint[] => net.offered.filter(({ from }) => from === PAYER).map(({ terms }) => terms.amount)
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, amount) => all + amount, 0n)

/** Pays an invoice so often, by one request after the other. */
function stream (net: FakeNetwork, payments: number, feeMax: bigint, invoice = net.invoice(PAYEE, AMOUNT, { times: 1_000 }).invoice): bigint[] {
  return Array.from({ length: payments }, () => {
    const answer = net.pay(PAYER, invoice, { feeMax: asUnits(feeMax) })
    assert.equal(nameOf(answer), 'paid')
    net.run(100)
    return (answer as unknown as { fee: bigint }).fee
  })
}

describe('stream of payments, what each brings beyond its amount', () => {
  it('is nothing unless somebody wants it [ROUTE-43, ROUTE-78]', () => {
    const net = network({})
    assert.deepEqual(new Set(stream(net, 10, 1_000n)), new Set([0n]))
    assert.deepEqual(new Set(locked(net)), new Set([AMOUNT]))
  })

  it('is drawn anew for every lock on the open route, and is a fee to the payer [ROUTE-43, ROUTE-78]', () => {
    const net = network({ overpayPpm: PPM })
    const { invoice, id } = net.invoice(PAYEE, AMOUNT, { times: 1_000 })
    const fees = stream(net, PAYMENTS, 1_000n, invoice)
    assert.equal(makes(net), 1, 'all on one route')
    assert.ok(fees.every((fee) => fee >= 0n && fee <= MOST), `${fees.join()}`)
    const quarters = new Set(fees.map((fee) => fee * 4n / (MOST + 1n)))
    assert.equal(quarters.size, 4, `the surpluses lie in ${[...quarters].join()} of four quarters`)
    assert.deepEqual(fees, locked(net).map((amount) => amount - AMOUNT))
    net.run(2_000)
    const { claimed, received } = net.node(PAYEE).tables.streams.get(id as InvoiceId)!
    assert.deepEqual([claimed, received], [PAYMENTS, sum(locked(net))], 'the payee has all of it')
    assert.deepEqual([net.gain(PAYER), net.gain(PAYEE)], [-received, received])
  })

  it('ends at the fee limit of each request [ROUTE-43, ROUTE-78]', () => {
    const net = network({ overpayPpm: PPM })
    const fees = stream(net, 20, 30n)
    assert.ok(fees.every((fee) => fee <= 30n) && fees.slice(1).some((fee) => fee > 0n), `${fees.join()}`)
    assert.equal(makes(net), 1, 'chance is no reason for another route')
  })

  it('is at most half of the amount, which a payee accepts, whatever the setting [ROUTE-40, ROUTE-43]', () => {
    const net = network({ overpayPpm: 10_000_000 })
    const fees = stream(net, 20, 10n * AMOUNT)
    assert.ok(fees.every((fee) => fee <= AMOUNT / 2n) && AMOUNT + AMOUNT / 2n <= AMOUNT * OVERPAID_FACTOR_MAX)
    assert.equal(locked(net).length, 20, 'none came back')
  })

  it('is nothing where the payee leaves no room for it [ROUTE-43]', () => {
    const net = network({})
    const { invoice } = net.invoice(PAYEE, AMOUNT, { times: 1_000 })
    ;(net.node(PAYER).host as { settings: PaymentSettings }).settings = { ...QUICK, overpayPpm: PPM }
    assert.deepEqual(new Set(stream(net, 10, 1_000n, invoice)), new Set([0n]))
  })

  it('keeps nobody from paying as often as a channel can, one after the other or at once [ROUTE-43, ROUTE-78]', () => {
    // Of ten amounts one may be gone in surpluses, but no more; and of locks at once a neighbour has half of a channel (ROUTE-36).
    for (const [atOnce, least] of [[false, 9], [true, 4]] as const) {
      const net = network({ overpayPpm: PPM }, 10n * AMOUNT)
      const { invoice } = net.invoice(PAYEE, AMOUNT, { times: 1_000 })
      assert.equal(nameOf(net.pay(PAYER, invoice, { feeMax: asUnits(1_000n) })), 'paid')
      const asked: RequestId[] = []
      for (let i = 1; i < least; i++) {
        asked.push(net.startPay(PAYER, invoice, { feeMax: asUnits(1_000n) }))
        if (!atOnce) net.until(() => net.node(PAYER).answers.has(asked.at(-1)!), 'an answer')
      }
      net.until(() => asked.every((id) => net.node(PAYER).answers.has(id)), 'all answers')
      for (const id of asked) assert.equal(nameOf(net.node(PAYER).answers.get(id)!), 'paid')
      net.run(2_000)
      const paid = [...net.node(PAYER).tables.payments.values()].filter(({ status }) => status === 'paid')
      assert.equal(paid.length, least)
      assert.equal(-net.gain(PAYER), sum(paid.map(({ amount, fee }) => amount + fee!)))
      assert.equal(net.gain(PAYEE), -net.gain(PAYER))
    }
  })

  it('is nothing when the channel has the bare amount left, on the same route [ROUTE-43, ROUTE-78]', () => {
    for (let seed = 0; seed < 5; seed++) {
      const net = twelve({ balance: 10n * AMOUNT, settings: { overpayPpm: PPM }, seed: `last ${seed}` })
      const payer = net.node(PAYER).host as { settings: PaymentSettings }
      const { invoice } = net.invoice(PAYEE, AMOUNT, { times: 1_000 })
      payer.settings = QUICK
      stream(net, 9, 1_000n, invoice)
      payer.settings = { ...QUICK, overpayPpm: PPM }
      assert.deepEqual(stream(net, 1, 1_000n, invoice), [0n])
      assert.deepEqual([locked(net).length, makes(net), -net.gain(PAYER)], [10, 1, 10n * AMOUNT])
    }
  })
})
