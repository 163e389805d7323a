import assert from 'node:assert/strict'
import { equalBytes, fromHex, toHex } from '../../../src/core/base/bytes.js'
import { asUnits } from '../../../src/core/base/money.js'
import { addPoints, curve, mulG, negatePoint, useCurve, type CurveEngine } from '../../../src/core/crypto/curve.js'
import { HOPS_PER_NEIGHBOUR_MAX } from '../../../src/core/payment/limits.js'
import { onPeerDisconnected } from '../../../src/core/payment/payment.js'
import { mayForward, reserve } from '../../../src/core/payment/reservations.js'
import { BTC, nameOf, twelve } from './fake-network.js'

describe('forwarder', () => {
  describe('on Matched', () => {
    it('reserves before it passes Matched on, and cancels and refuses when it cannot [ROUTE-30]', () => {
      for (const full of [false, true]) {
        const net = twelve()
        net.faults.lock = () => undefined
        const { invoice } = net.invoice(7, 600n)
        const first = new Set(net.sent.map(({ message }) => message.routeId))
        // Half of what node 5 can send to the payee is promised to somebody else already.
        if (full) net.step(5, (host) => reserve(host, 'other', net.channels[8]!.id, asUnits(500n), net.node(6).peer))
        net.startPay(0, invoice, { timeoutMs: 1_500 })
        net.run(40)
        const told = net.sent.filter(({ from, message }) => from === 5 && first.has(message.routeId)).map(({ to, message }) => `${message.type} to ${to}`)
        assert.equal(told.includes('matched to 7'), !full)
        assert.equal(told.includes('cancel to 4'), full)
        assert.equal(told.includes('haveNoRoute to 7'), full)
        assert.equal(net.node(5).tables.reservations.size, 1)
      }
    })
  })

  describe('on a lock', () => {
    it('leaves half of a channel to others when one neighbour has several locks on it [ROUTE-36] (V11)', () => {
      const net = twelve()
      net.faults.lock = (_from, to, terms) => to === 7 ? undefined : { terms, delayMs: 0 }
      const invoices = [300n, 300n, 100n].map((amount) => net.invoice(7, amount).invoice)
      for (const invoice of invoices) { net.startPay(0, invoice); net.run(200) }
      const onto7 = net.offered.filter(({ to }) => to === 7).map(({ terms }) => terms.amount)
      assert.deepEqual(onto7, [300n, 100n], 'the second would have taken more than half')
      assert.equal(net.step(5, (host) => mayForward(host, net.node(4).peer, net.channels[8]!.id, BTC.id, asUnits(200n))), false)
      assert.equal(net.step(5, (host) => mayForward(host, net.node(6).peer, net.channels[8]!.id, BTC.id, asUnits(600n))), true, 'another neighbour has its share')
    })

    it('bounds the number of locks of one neighbour on a channel [ROUTE-36] (V11)', () => {
      const net = twelve({ balance: 1_000_000n })
      net.step(5, (host) => {
        for (let i = 0; i < HOPS_PER_NEIGHBOUR_MAX; i++) {
          assert.equal(mayForward(host, net.node(4).peer, net.channels[8]!.id, BTC.id, asUnits(1n)), true, `lock ${i}`)
          host.tables.flights.set(`${i}` as never, { cause: net.node(4).peer, channelId: net.channels[8]!.id, amount: asUnits(1n) })
        }
        assert.equal(mayForward(host, net.node(4).peer, net.channels[8]!.id, BTC.id, asUnits(1n)), false)
        assert.equal(mayForward(host, net.node(6).peer, net.channels[8]!.id, BTC.id, asUnits(1n)), true)
      })
    })
  })

  describe('on a lost connection', () => {
    it('takes back what it has offered and never sent, as a hop and as the payer [ROUTE-38, ROUTE-45]', () => {
      for (const [at, next] of [[0, 1], [2, 4]] as const) {
        const net = twelve()
        net.faults.queue = (node) => node === at
        const { invoice } = net.invoice(7, 123n)
        const request = net.startPay(0, invoice)
        net.run(300)
        assert.equal(net.node(at).queued.size, 1)
        net.faults.queue = () => false
        net.step(at, (host) => { onPeerDisconnected(host, net.node(next).peer) })
        assert.equal(net.node(at).queued.size, 0)
        net.until(() => net.node(0).answers.has(request), 'an answer')
        assert.equal(nameOf(net.node(0).answers.get(request)!), 'paid', 'the next try went through')
        net.run(20_000)
        assert.equal(net.gain(0), -123n)
        net.assertNothingLeft()
      }
    })
  })

  describe('on several payments', () => {
    it('shifts every lock point by another tweak [ROUTE-35] (planted fault 29)', () => {
      const net = twelve()
      for (let i = 0; i < 4; i++) assert.equal(nameOf(net.pay(0, net.invoice(7, 10n).invoice)), 'paid')
      const shifts = net.offered.flatMap(({ terms: { point } }, i) => i % 5 === 0 ? [] : [toHex(addPoints(point, negatePoint(net.offered[i - 1]!.terms.point))!)])
      assert.equal(shifts.length, 16)
      assert.equal(new Set([...shifts, ...shifts.map((shift) => toHex(negatePoint(fromHex(shift))))]).size, 32)
    })
  })

  describe('on a secret', () => {
    it('keeps it before it uses it, and it opens the lock that came [ROUTE-37] (I5, I15, planted fault 28)', () => {
      const net = twelve()
      net.faults.fulfil = (node) => node !== 1 && node !== 2 && node !== 4 && node !== 5
      const { invoice } = net.invoice(7, 123n)
      net.startPay(0, invoice)
      net.run(200)
      const [hop] = [...net.node(5).tables.hops.values()]
      assert.ok(hop?.secret !== undefined && net.node(5).store.has(`hop/${hop.origin}`))
      assert.ok(equalBytes(mulG(hop.secret), hop.point))
      // The channel above lost it: after a restart it is used again, and so on up to the payer.
      net.faults.fulfil = () => true
      net.restart(5)
      net.run(1_000)
      assert.deepEqual([net.gain(0), net.gain(7)], [-123n, 123n])
      assert.equal(nameOf([...net.node(0).answers.values()][0]!), 'paid')
      net.assertNothingLeft()
    })
  })
})

describe('payer, an answer was lost', () => {
  it('looks for the payee one number further, and never uses one twice [ROUTE-29]', () => {
    const net = twelve()
    let lost = 0
    net.faults.route = (_from, to, message) => to === 0 && message.type === 'haveRoute' && lost++ === 0 ? undefined : message
    const { invoice } = net.invoice(7, 123n)
    const answer = net.pay(0, invoice)
    assert.equal(nameOf(answer), 'paid')
    const [payment] = [...net.node(0).tables.payments.values()]
    assert.ok(payment!.next[0]!.attempt >= 3)
    net.run(60_000)
    net.assertNothingLeft()
  })
})

describe('cost of a payment', () => {
  it('is a bounded number of multiplications at every node: the table in payment.ts', () => {
    const net = twelve()
    const plain = curve()
    let count = 0
    const counted = <A extends readonly unknown[], R>(operation: (...args: A) => R) => (...args: A): R => { count++; return operation(...args) }
    const engine: CurveEngine = { ...plain, mulG: counted(plain.mulG), mul: counted(plain.mul), mulAddG: counted(plain.mulAddG), signSchnorr: counted(plain.signSchnorr), verifySchnorr: counted(plain.verifySchnorr) }
    const spent = new Map<number, number>()
    const step = net.step.bind(net)
    net.step = (index, action) => {
      const before = count
      const result = step(index, action)
      spent.set(index, (spent.get(index) ?? 0) + count - before)
      return result
    }
    useCurve(engine)
    try {
      const { invoice } = net.invoice(7, 123n)
      spent.clear()
      assert.equal(nameOf(net.pay(0, invoice)), 'paid')
      net.run(100)
    } finally {
      useCurve(plain)
    }
    // The fake channel checks each secret once more at the node that shows it. The payee has opened a second half on Matched.
    // Where both halves pass a node (none here), it would pay twice.
    const most: Readonly<Record<number, number>> = { 0: 1 + 5 + 3 + 1 + 1 + 1, 1: 4 + 2 + 1 + 1 + 1, 2: 4 + 2 + 1 + 1 + 1, 4: 2 + 1 + 2 + 1 + 2 + 1 + 1, 5: 4 + 4 + 1 + 2 + 1 + 1, 7: 5 + 2 + 1 + 1 + 1 }
    for (const [index, bound] of Object.entries(most)) assert.ok(spent.get(Number(index))! <= bound, `node ${index} made ${spent.get(Number(index))} multiplications, at most ${bound}`)
  })
})
