import assert from 'node:assert/strict'
import { asUnits, UNITS_MAX } from '../../../src/core/base/money.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { BTC, FakeNetwork, nameOf, twelve } from './fake-network.js'
import { cancelInvoice, createInvoice, invoiceView, leftovers, onRouteMessage, parseInvoiceId, paymentIdOf, paymentView, type InvoiceRequest } from '../../../src/core/payment/payment.js'
import { parseInvoice } from '../../../src/core/payment/invoice.js'
import { ATTEMPTS_MAX, MAKES_BURST_MAX, PAYEE_HALVES_PER_NEIGHBOUR_MAX, TIME_LEFT_MS_MAX } from '../../../src/core/payment/limits.js'
import { planFor } from '../../../src/core/payment/payer-plan.js'
import { DIRECT } from '../../../src/core/payment/waypoints.js'
import type { InvoiceId } from '../../../src/core/base/ids.js'

const ask = (net: FakeNetwork, index: number, change: Partial<InvoiceRequest>): ReturnType<typeof createInvoice> =>
  net.step(index, (host) => createInvoice(host, { asset: BTC.id, amount: asUnits(1n), description: '', expiryMs: 60_000, meetingPoints: undefined, ...change }))

function refusedAs (answer: object, name: string): Readonly<Record<string, unknown>> {
  assert.ok(isRefusal(answer), `${name} was expected`)
  assert.equal(answer.refused, name)
  return answer.detail
}

describe('payee, asked for an invoice', () => {
  const net = twelve()
  it('refuses nothing, too much, and more than it can receive, each by name [INV-13]', () => {
    refusedAs(ask(net, 7, { amount: asUnits(0n) }), 'amount-out-of-range')
    assert.equal(refusedAs(ask(net, 7, { amount: asUnits(UNITS_MAX) }), 'amount-out-of-range')['max'], BTC.max)
    assert.deepEqual(refusedAs(ask(net, 7, { amount: asUnits(1_001n) }), 'receive-limit'), { wanted: 1_001n, receivable: 1_000n })
  })

  it('refuses what does not fit in an invoice [INV-11, INV-14]', () => {
    refusedAs(ask(net, 7, { description: 'x'.repeat(1_025) }), 'bad-request')
    refusedAs(ask(net, 7, { expiryMs: 86_400_001 }), 'bad-request')
    refusedAs(ask(net, 7, { expiryMs: 0 }), 'bad-request')
    refusedAs(ask(net, 7, { expiryMs: NaN }), 'bad-request')
    refusedAs(ask(net, 7, { meetingPoints: [] }), 'no-meeting-point')
    refusedAs(ask(net, 7, { meetingPoints: ['05'.repeat(33) as never] }), 'bad-request')
  })

  it('refuses when no meeting point is within reach', () => {
    refusedAs(ask(new FakeNetwork({ edges: [[0, 1], [2, 3]], hosts: [3] }), 0, {}), 'no-meeting-point')
  })

  it('lists four meeting points, not always the same ones, and makes fresh keys each time [INV-10, INV-12]', () => {
    const star = new FakeNetwork({ edges: [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [0, 6]], hosts: [1, 2, 3, 4, 5, 6] })
    const made = Array.from({ length: 12 }, () => {
      const one = ask(star, 0, {})
      assert.ok(!isRefusal(one))
      const parsed = parseInvoice(one.invoice, star.node(0).host.network)
      assert.ok(!isRefusal(parsed))
      return parsed
    })
    assert.ok(made.every(({ meetingPoints }) => meetingPoints.length === 4))
    assert.ok(new Set(made.map(({ meetingPoints }) => meetingPoints.join())).size > 1)
    for (const field of ['point', 'session', 'signingKey'] as const) assert.equal(new Set(made.map((invoice) => invoice[field].join())).size, made.length, field)
    const text = made[0]!.description + JSON.stringify(made[0]!.meetingPoints)
    assert.equal(text.includes(star.node(0).peer), false, 'it does not name the payee')
  })
})

describe('payee and payer, which meeting point', () => {
  const LINE = [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [6, 7]] as const
  const listed = (net: FakeNetwork, invoice: string): readonly string[] => {
    const parsed = parseInvoice(invoice, net.node(0).host.network)
    assert.ok(!isRefusal(parsed))
    return parsed.meetingPoints
  }
  const idsAt = (net: FakeNetwork, ...hosts: readonly number[]): readonly string[] => hosts.map((index) => [...net.node(index).hosted.keys()][0]!)

  it('lists the nearest first, and one that is drawn from the others last [INV-12]', () => {
    const net = new FakeNetwork({ edges: LINE, hosts: [1, 2, 3, 4, 5, 6] })
    for (let i = 0; i < 12; i++) {
      const one = ask(net, 0, {})
      assert.ok(!isRefusal(one))
      const points = listed(net, one.invoice)
      assert.deepEqual(points.slice(0, 3), idsAt(net, 1, 2, 3))
      assert.ok(idsAt(net, 4, 5, 6).includes(points[3]!))
    }
  })

  it('leaves out the one that it is itself, unless the list would be short [INV-12]', () => {
    const many = new FakeNetwork({ edges: LINE, hosts: [0, 1, 2, 3, 4] })
    assert.deepEqual(listed(many, many.invoice(0, 5n).invoice).slice(0, 3), idsAt(many, 1, 2, 3))
    for (let i = 0; i < 12; i++) assert.ok(!listed(many, many.invoice(0, 5n).invoice).includes(idsAt(many, 0)[0]!))
    const few = new FakeNetwork({ edges: LINE, hosts: [0, 1, 2, 3] })
    assert.equal(listed(few, few.invoice(0, 5n).invoice)[0], idsAt(few, 0)[0])
  })

  it('is, of those that are as near to the payer, the one that the payee lists first [INV-12]', () => {
    const net = new FakeNetwork({ edges: [[0, 1], [0, 2], [0, 3], [3, 4]], hosts: [1, 2, 3] })
    const parsed = parseInvoice(net.invoice(4, 5n).invoice, net.node(0).host.network)
    assert.ok(!isRefusal(parsed))
    assert.equal(parsed.meetingPoints[0], idsAt(net, 3)[0])
    const planned = net.step(0, (host) => planFor(host, { invoice: parsed, way: DIRECT }, parsed.amount, asUnits(0n)))
    assert.deepEqual(planned.map(({ meetingPoint }) => meetingPoint), parsed.meetingPoints)
  })
})

describe('payee, invoice open', () => {
  it('has stored the secrets and the attempt before it shows the invoice [INV-15]', () => {
    const net = twelve()
    const { id } = net.invoice(7, 5n)
    assert.ok(net.node(7).store.has(`invoice/${id}`))
  })

  it('opens the next half a second after a match without a lock, and never uses a number twice [ROUTE-28, INV-16]', () => {
    const net = twelve()
    net.faults.lock = () => undefined
    const { invoice, id } = net.invoice(7, 5n)
    net.startPay(0, invoice, { timeoutMs: 1_500 })
    net.run(100)
    const makes = (): number => net.sent.filter(({ from, message }) => from === 7 && message.type === 'makeRoute').length
    const made = makes()
    assert.equal(net.node(7).tables.invoices.get(id as InvoiceId)!.meetingPoints[0]!.attempt, 1)
    net.run(1_000)
    assert.equal(makes(), made + 1)
    const entity = net.node(7).tables.invoices.get(id as InvoiceId)!
    assert.equal(entity.meetingPoints[0]!.attempt, 2)
    net.restart(7)
    assert.equal(net.node(7).tables.invoices.get(id as InvoiceId)!.meetingPoints[0]!.attempt, 3)
  })

  it('opens at most so many halves at one meeting point [ROUTE-28]', () => {
    const net = twelve({ settings: { refreshMs: 2_000, refreshRandomMs: 0 } })
    // The meeting point says each time that the token was used.
    net.faults.route = (from, to, message) => {
      if (to !== 5 || message.type !== 'makeRoute' || message.side !== 'payee') return message
      net.node(5).host.sendRoute(net.node(from).peer, { type: 'haveNoRoute', routeId: message.routeId, reason: 'no-match', forwardsLeft: 0 })
      return undefined
    }
    const { id } = net.invoice(7, 5n)
    net.run(3_000_000)
    assert.equal(net.node(7).tables.invoices.get(id as InvoiceId)!.meetingPoints[0]!.attempt, ATTEMPTS_MAX + 1)
    const made = net.sent.length
    net.run(100_000)
    assert.equal(net.sent.length, made)
  })

  it('refreshes its halves while it is open, and takes all of them back when it ends [ROUTE-17, ROUTE-27, INV-17]', () => {
    for (const end of ['cancelled', 'expired', 'paid'] as const) {
      const net = twelve()
      const { invoice, id } = net.invoice(7, 5n)
      const makes = (): number => net.sent.filter(({ from, message }) => from === 7 && message.type === 'makeRoute').length
      const before = makes()
      net.run(300_000)
      assert.ok(makes() - before >= 3 && makes() - before <= 8, `${makes() - before} refreshes in five minutes`)
      assert.equal(net.node(4).tables.tokens.size, 1)
      if (end === 'cancelled') assert.equal(net.step(7, (host) => cancelInvoice(host, id as InvoiceId)), undefined)
      if (end === 'expired') net.run(3_600_000)
      if (end === 'paid') assert.equal(nameOf(net.pay(0, invoice)), 'paid')
      net.run(1_000)
      assert.equal(net.node(7).tables.invoices.get(id as InvoiceId)!.status, end)
      net.assertNothingLeft()
      refusedAs(net.step(7, (host) => cancelInvoice(host, id as InvoiceId))!, 'invoice-closed')
    }
    refusedAs(twelve().step(7, (host) => cancelInvoice(host, 'ab'.repeat(32) as InvoiceId))!, 'not-found')
  })

  it('opens its half again when the neighbour comes back', () => {
    const net = twelve()
    net.invoice(7, 5n)
    net.restart(5)
    net.run(2_000)
    assert.equal(net.node(4).tables.tokens.size, 1)
  })
})

describe('payer', () => {
  describe('on pay', () => {
    it('refuses by name what cannot be paid', () => {
      const net = twelve()
      const { invoice } = net.invoice(7, 123n)
      refusedAs(net.pay(7, invoice), 'own-invoice')
      refusedAs(net.pay(0, invoice.slice(0, -1)), 'bad-invoice')
      refusedAs(net.pay(0, invoice, { via: ['x'] }), 'bad-request')
      refusedAs(net.pay(0, net.invoice(7, 900n, { expiryMs: 1_000 }).invoice, { timeoutMs: 1 }), 'timed-out')
      net.run(2_000)
      const small = new FakeNetwork({ edges: [[0, 1], [1, 2]], hosts: [1], balance: 10n })
      refusedAs(small.pay(2, new FakeNetwork({ edges: [[0, 1]], hosts: [1], balance: 100n }).invoice(0, 50n).invoice), 'insufficient-funds')
      const short = net.invoice(7, 5n, { expiryMs: 1_000 }).invoice
      net.run(2_000)
      refusedAs(net.pay(0, short), 'invoice-expired')
    })

    it('pays an invoice once, whoever asks and however often (S15)', () => {
      const net = twelve()
      const { invoice } = net.invoice(7, 123n)
      const requests = [net.startPay(0, invoice), net.startPay(0, invoice.toUpperCase()), net.startPay(0, `amiko:${invoice}`)]
      net.run(1_000)
      const answers = requests.map((request) => net.node(0).answers.get(request)!)
      assert.deepEqual(answers.map(nameOf), ['paid', 'paid', 'paid'])
      assert.deepEqual(net.pay(0, invoice), answers[0], 'later requests get the same answer')
      assert.equal(net.gain(0), -123n)
      assert.equal(nameOf(net.pay(8, invoice)), 'no-route', 'nobody else can pay it again')
      net.run(100_000)
      net.assertNothingLeft()
    })

    it('tries a failed payment again when asked, with numbers that were not used [INV-16]', () => {
      const net = twelve()
      net.faults.lock = (from, _to, terms) => ({ terms: from === 5 ? { ...terms, amount: asUnits(1n) } : terms, delayMs: 0 })
      const { invoice, id } = net.invoice(7, 123n)
      assert.equal(nameOf(net.pay(0, invoice)), 'payment-failed')
      net.faults.lock = (_from, _to, terms) => ({ terms, delayMs: 0 })
      net.run(5_000)
      assert.equal(nameOf(net.pay(0, invoice)), 'paid')
      const payment = net.node(0).tables.payments.get(paymentIdOf(id as InvoiceId))!
      assert.ok(payment.next[0]!.attempt > 2)
    })

    it('waits for the end of a payment that was locked before a restart [ROUTE-45, ROUTE-47]', () => {
      const net = twelve()
      net.faults.lock = (_from, to, terms) => ({ terms, delayMs: to === 5 ? 3_000 : 0 })
      const { invoice } = net.invoice(7, 123n)
      net.startPay(0, invoice)
      net.run(200)
      net.restart(0)
      assert.equal([...net.node(0).tables.payments.values()][0]!.status, 'locked')
      assert.equal(nameOf(net.pay(0, invoice)), 'paid')
      assert.equal(net.gain(0), -123n)
    })
  })
})

describe('views', () => {
  it('show invoices and payments without their secrets', () => {
    const net = twelve()
    const { invoice, id } = net.invoice(7, 123n)
    assert.equal(nameOf(net.pay(0, invoice)), 'paid')
    const entity = net.node(7).tables.invoices.get(id as InvoiceId)!
    const shown = invoiceView(net.node(7).host, entity)
    assert.deepEqual([shown.status, shown.amount, shown.received, shown.description, shown.invoice], ['paid', 123n, 123n, 'receipt', invoice])
    assert.equal(Object.values(shown).some((value) => value instanceof Uint8Array), false)
    const payment = paymentView(net.node(0).host, net.node(0).tables.payments.get(paymentIdOf(id as InvoiceId))!)
    assert.deepEqual([payment.status, payment.amount, payment.fee, payment.parts, payment.attempts, payment.invoiceId], ['paid', 123n, 0n, 1, 1, id])
    assert.equal(payment.proof!.length, 64)
    assert.equal(parseInvoiceId(id), id)
    assert.equal(parseInvoiceId('xyz'), undefined)
    assert.ok(Object.values(leftovers(net.node(3).host)).every((count) => count === 0))
  })
})

describe('forwarder, asked by a neighbour', () => {
  const make = (net: FakeNetwork, from: number, to: number, side: 'payer' | 'payee'): Parameters<typeof onRouteMessage>[2] & { readonly type: 'makeRoute' } => {
    const found = net.sent.find((sent) => sent.from === from && sent.to === to && sent.message.type === 'makeRoute' && sent.message.side === side)!.message
    assert.ok(found.type === 'makeRoute')
    return found
  }
  const idOf = (i: number): never => i.toString(16).padStart(32, '0') as never

  it('answers no way when no hop or no message is left, and for a payee it could not send to [ROUTE-10]', () => {
    const net = twelve()
    net.pay(0, net.invoice(7, 123n).invoice)
    const payer = make(net, 0, 1, 'payer')
    const payee = make(net, 7, 5, 'payee')
    const start = net.sent.length
    const messages = [
      { ...payer, hopsLeft: 0 }, { ...payer, forwardsLeft: 0 }, { ...payer, identity: payer.token, waypoints: [{ next: payer.token, identity: payer.token }], hopsLeft: 0 }, { ...payer, amount: asUnits(0n) }, { ...payer, timeLeftMs: 100 }, { ...payer, amount: asUnits(5_000n) }
    ]
    messages.forEach((message, i) => { net.node(0).host.sendRoute(net.node(1).peer, { ...message, routeId: idOf(i) }) })
    net.node(7).host.sendRoute(net.node(5).peer, { ...payee, routeId: idOf(50), quote: { ...payee.quote!, maxOut: asUnits(5_000n) } })
    net.run(100)
    const answers = net.sent.slice(start).filter(({ message }) => message.type === 'haveNoRoute')
    assert.equal(answers.length, 7)
    net.run(100_000)
    net.assertNothingLeft()
  })

  it('ignores an id that is in use on the link [ROUTE-3]', () => {
    const net = twelve()
    net.invoice(7, 123n)
    const payee = make(net, 7, 5, 'payee')
    const halves = net.node(5).tables.halves.size
    const start = net.sent.length
    net.step(5, (host) => { onRouteMessage(host, net.node(7).peer, payee) })
    assert.equal(net.node(5).tables.halves.size, halves)
    assert.equal(net.sent.length, start)
  })

  it('remembers a bounded number of payee halves of a neighbour, the oldest go [ROUTE-8]', () => {
    const net = twelve({ balance: 1_000_000n })
    net.invoice(7, 1n)
    const payee = make(net, 7, 5, 'payee')
    for (let i = 0; i < PAYEE_HALVES_PER_NEIGHBOUR_MAX + 20; i++) net.step(5, (host) => { onRouteMessage(host, net.node(7).peer, { ...payee, routeId: idOf(i) }) })
    net.run(100)
    assert.ok(net.node(5).tables.halves.size <= PAYEE_HALVES_PER_NEIGHBOUR_MAX)
    assert.ok(net.node(4).tables.halves.size <= PAYEE_HALVES_PER_NEIGHBOUR_MAX)
  })

  it('answers busy to a neighbour that asks too often [ROUTE-9]', () => {
    const net = twelve()
    net.pay(0, net.invoice(7, 123n).invoice)
    net.run(1_000)
    const payer = make(net, 0, 1, 'payer')
    const start = net.sent.length
    // Without time to act on them: each is refused at once for having no hops left.
    for (let i = 0; i < MAKES_BURST_MAX + 10; i++) net.step(1, (host) => { onRouteMessage(host, net.node(0).peer, { ...payer, hopsLeft: 0, timeLeftMs: TIME_LEFT_MS_MAX, routeId: idOf(i) }) })
    const reasons = net.sent.slice(start).map(({ message }) => message.type === 'haveNoRoute' ? message.reason : message.type)
    assert.ok(reasons.filter((reason) => reason === 'busy').length >= 10)
    assert.ok(reasons.filter((reason) => reason === 'no-way').length >= MAKES_BURST_MAX - 10)
  })
})
