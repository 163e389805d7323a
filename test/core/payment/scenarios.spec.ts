import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { fromHex, toHex } from '../../../src/core/base/bytes.js'
import { asUnits } from '../../../src/core/base/money.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { mulG } from '../../../src/core/crypto/curve.js'
import { parseInvoice } from '../../../src/core/payment/invoice.js'
import { FakeNetwork, nameOf, TWELVE, twelve } from './fake-network.js'

const NOBODY = Array.from({ length: 12 }, () => 0n)
const without = (...edge: number[]): ReadonlyArray<readonly [number, number]> => TWELVE.filter((ends) => !edge.every((end) => ends.includes(end)))

/** Lets everything run out: reservations, refreshes, expiries, and the invoice itself. */
function runOut (net: FakeNetwork): void {
  net.run(2 * 3_600_000)
  net.assertNothingLeft()
}

describe('payments, twelve nodes', () => {
  describe('on pay, no fault', () => {
    it('pays: only the ends change, and nothing is left [ROUTE-39, ROUTE-44] (P1)', () => {
      const net = twelve()
      const { invoice, id } = net.invoice(7, 123n)
      const answer = net.pay(0, invoice)
      assert.equal(nameOf(answer), 'paid', inspect(answer))
      net.run(1_000)
      assert.deepEqual(net.gains(), [-123n, 0n, 0n, 0n, 0n, 0n, 0n, 123n, 0n, 0n, 0n, 0n])
      net.assertNothingLeft()
      const parsed = parseInvoice(invoice, net.node(0).host.network)
      assert.ok(!isRefusal(parsed) && 'proof' in answer)
      assert.equal(toHex(mulG(fromHex(String(answer.proof)))), toHex(parsed.point), 'the proof opens the point of the signed invoice')
      const [entity] = [...net.node(7).tables.invoices.values()]
      assert.equal(entity!.status, 'paid')
      assert.equal(entity!.received, 123n)
      assert.equal(entity!.id, id)
      const [payment] = [...net.node(0).tables.payments.values()]
      assert.equal(payment!.status, 'paid')
      assert.equal(payment!.fee, 0n)
      for (const { index, store } of net.nodes) assert.equal(store.size, index === 0 || index === 7 ? 1 : 0, `node ${index} stores its own history only`)
    })

    it('shows no value of 16 bytes on two links [ROUTE-3, ROUTE-4, ROUTE-35] (I21)', () => {
      const net = twelve()
      for (let i = 0; i < 3; i++) assert.equal(nameOf(net.pay(0, net.invoice(7, 100n + BigInt(i)).invoice)), 'paid')
      const links = new Map<string, { readonly link: string, readonly what: string }>()
      let windows = 0
      for (const { link, bytes, what } of net.seen) {
        for (let at = 0; at + 16 <= bytes.length; at++) {
          const key = toHex(bytes.subarray(at, at + 16))
          const before = links.get(key)
          assert.ok(before === undefined || before.link === link, `${what} on ${link} was seen as ${before?.what} on ${before?.link}`)
          if (before === undefined) windows++
          links.set(key, { link, what })
        }
      }
      assert.ok(windows > 10_000, 'the recorder has seen much')
      const points = net.sent.flatMap(({ message }) => message.type === 'makeRoute' ? [message.pair.k1, message.pair.k2, message.token.c1, message.token.c2].map(toHex) : [])
      assert.equal(new Set(points).size, points.length, 'no point is sent twice, on the same link neither')
    })

    it('forwards with the incoming lock outlasting the outgoing one [ROUTE-33] (I6)', () => {
      const net = twelve()
      assert.equal(nameOf(net.pay(0, net.invoice(7, 5n).invoice)), 'paid')
      const expiries = net.offered.map(({ terms }) => terms.expiry.value)
      assert.equal(expiries.length, 5)
      for (let i = 1; i < expiries.length; i++) assert.ok(expiries[i - 1]! - expiries[i]! >= 40, `lock ${i} ends at least the forward delta before the one it follows`)
    })

    it('pays the fees that the quote named, and never more than the limit [ROUTE-22, ROUTE-34, ROUTE-43]', () => {
      const fees = { 1: { base: asUnits(1n), ppm: 0 }, 2: { base: asUnits(0n), ppm: 20_000 }, 4: { base: asUnits(2n), ppm: 10_000 }, 5: { base: asUnits(3n), ppm: 333 } }
      const net = twelve({ balance: 100_000n, fees })
      const dear = net.pay(0, net.invoice(7, 10_001n).invoice, { feeMax: asUnits(10n) })
      assert.equal(nameOf(dear), 'fee-limit')
      assert.ok(isRefusal(dear) && typeof dear.detail['fee'] === 'bigint' && dear.detail['fee'] > 300n && dear.detail['limit'] === 10n)
      const answer = net.pay(0, net.invoice(7, 10_001n).invoice, { feeMax: asUnits(2_000n) })
      assert.equal(nameOf(answer), 'paid', inspect(answer))
      net.run(1_000)
      const gains = net.gains()
      assert.equal(gains[7], 10_001n)
      assert.equal(gains[0], -10_001n - (answer as { fee: bigint }).fee)
      for (const index of [1, 2, 4, 5]) assert.ok(gains[index]! > 0n, `node ${index} earned its fee`)
      assert.equal(gains.reduce((sum, gain) => sum + gain), 0n)
    })

    it('pays again and again, in both directions, until the channels are empty', () => {
      const net = twelve()
      for (let i = 0; i < 4; i++) assert.equal(nameOf(net.pay(0, net.invoice(7, 250n).invoice)), 'paid', `payment ${i}`)
      const empty = net.pay(0, net.invoice(3, 1n).invoice)
      assert.equal(nameOf(empty), 'insufficient-funds')
      assert.equal(nameOf(net.pay(7, net.invoice(0, 2_000n).invoice)), 'paid', 'what was taken one way can go back in one piece')
      net.run(1_000)
      assert.equal(net.gain(0), 1_000n)
    })

    it('carries one smallest unit, and all that a channel holds', () => {
      const net = twelve()
      assert.equal(nameOf(net.pay(0, net.invoice(7, 1n).invoice)), 'paid')
      assert.equal(nameOf(net.pay(0, net.invoice(7, 999n).invoice)), 'paid')
      net.run(1_000)
      assert.deepEqual([net.gain(0), net.gain(7)], [-1_000n, 1_000n])
      net.assertNothingLeft()
    })

    it('carries many payments at once', () => {
      const net = twelve({ balance: 100_000n })
      const invoices = Array.from({ length: 20 }, (_, i) => net.invoice(i % 2 === 0 ? 7 : 11, 10n + BigInt(i)).invoice)
      const requests = invoices.map((invoice, i) => ({ payer: i % 3 === 0 ? 9 : 0, id: net.startPay(i % 3 === 0 ? 9 : 0, invoice) }))
      net.until(() => requests.every(({ payer, id }) => net.node(payer).answers.has(id)), 'all answers')
      for (const { payer, id } of requests) assert.equal(nameOf(net.node(payer).answers.get(id)!), 'paid')
      net.run(1_000)
      net.assertNothingLeft()
    })
  })

  describe('on pay, a fault', () => {
    it('refuses when a link of the payer half is missing [ROUTE-16] (P2)', () => {
      const net = new FakeNetwork({ edges: without(2, 4), hosts: [4] })
      assert.equal(nameOf(net.pay(0, net.invoice(7, 123n).invoice)), 'no-route')
      assert.deepEqual(net.gains(), NOBODY)
      runOut(net)
    })

    it('refuses when a link of the payee half is missing [ROUTE-31] (P3)', () => {
      const net = new FakeNetwork({ edges: without(4, 5), hosts: [4] })
      assert.equal(nameOf(net.pay(0, net.invoice(7, 123n, { meetingPoints: [net.meetingPointOf(4)] }).invoice)), 'no-route')
      assert.deepEqual(net.gains(), NOBODY)
      runOut(net)
    })

    it('refuses after the time-out when a node drops every MakeRoute of the payer [ROUTE-15, ROUTE-19] (P4)', () => {
      const net = twelve()
      net.faults.route = (_from, to, message) => to === 2 && message.type === 'makeRoute' && message.side === 'payer' ? undefined : message
      const startMs = net.nowMs
      assert.equal(nameOf(net.pay(0, net.invoice(7, 123n).invoice)), 'timed-out')
      assert.ok(net.nowMs - startMs <= 61_000)
      assert.deepEqual(net.gains(), NOBODY)
      runOut(net)
    })

    it('refuses after the time-out when a node drops every MakeRoute of the payee [ROUTE-27] (P5)', () => {
      const net = twelve()
      net.faults.route = (_from, to, message) => to === 5 && message.type === 'makeRoute' && message.side === 'payee' ? undefined : message
      assert.equal(nameOf(net.pay(0, net.invoice(7, 123n).invoice)), 'no-route')
      assert.deepEqual(net.gains(), NOBODY)
      runOut(net)
    })

    it('gives the reservations back when the payer has its route and never locks [ROUTE-17, ROUTE-18, ROUTE-19] (P6)', () => {
      const net = twelve()
      net.faults.route = (_from, to, message) => to === 0 && message.type === 'haveRoute' ? undefined : message
      const { invoice } = net.invoice(7, 123n)
      const request = net.startPay(0, invoice, { timeoutMs: 2_000 })
      net.run(100)
      const reserved = (): number => net.nodes.reduce((sum, { tables }) => sum + tables.reservations.size, 0)
      assert.equal(reserved(), 4, 'nodes 1, 2, 4 and 5 have reserved')
      net.run(30_000)
      assert.equal(nameOf(net.node(0).answers.get(request)!), 'timed-out')
      assert.equal(reserved(), 0)
      assert.deepEqual(net.gains(), NOBODY)
      runOut(net)
    })

    it('fails when a node holds the first lock until those behind it have given up [ROUTE-19, ROUTE-38] (P7, S16: delayed)', () => {
      const net = twelve()
      let held = 0
      net.faults.lock = (_from, to, terms) => ({ terms, delayMs: to === 2 && held++ === 0 ? 10_100 : 0 })
      const { invoice } = net.invoice(7, 123n)
      const answer = net.pay(0, invoice, { timeoutMs: 12_000 })
      assert.ok(['paid', 'payment-failed', 'timed-out'].includes(nameOf(answer)), nameOf(answer))
      assert.equal(held > 0, true)
      net.run(5_000)
      const paid = nameOf(answer) === 'paid'
      assert.deepEqual([net.gain(0), net.gain(7)], paid ? [-123n, 123n] : [0n, 0n])
      assert.equal(net.liveLocks(), 0)
      runOut(net)
    })

    it('fails at expiry when the payee never claims, and tries nothing else before [ROUTE-38, ROUTE-45, ROUTE-46] (P8, S15)', () => {
      const net = twelve()
      net.faults.fulfil = (node) => node !== 7
      const { invoice } = net.invoice(7, 123n)
      const answer = net.pay(0, invoice)
      assert.equal(nameOf(answer), 'payment-pending')
      assert.equal(net.offered.filter(({ from }) => from === 0).length, 1, 'one lock, as long as its end is open')
      net.run(3_600_000)
      assert.equal([...net.node(0).tables.payments.values()][0]!.status, 'failed')
      assert.deepEqual(net.gains(), NOBODY)
      runOut(net)
    })

    it('locks nothing more for whoever asks again while the payee holds the lock, and pays once when it is over [ROUTE-45] (S15)', () => {
      const net = twelve()
      let refuses = true
      net.faults.lock = (_from, to, terms) => to === 7 && refuses ? undefined : { terms, delayMs: 0 }
      const { invoice } = net.invoice(7, 123n)
      const locked = (): number => net.offered.filter(({ from }) => from === 0).length
      assert.equal(nameOf(net.pay(0, invoice)), 'payment-pending')
      // The same request while the lock is there: before a restart, after it, and in the last second.
      for (const restarted of [false, true]) {
        if (restarted) net.restart(0)
        assert.equal(nameOf(net.pay(0, invoice, { timeoutMs: 1_000 })), 'payment-pending')
        assert.equal(locked(), 1)
      }
      // The last lock is over first, and the others are given back one after the other.
      const endMs = net.overMs(net.offered.find(({ to }) => to === 7)!.terms.expiry)
      net.run(endMs - 2_000 - net.nowMs)
      assert.equal(nameOf(net.pay(0, invoice, { timeoutMs: 1_000 })), 'payment-pending')
      assert.deepEqual([locked(), net.gain(0)], [1, 0n])
      net.run(5_000)
      assert.equal([...net.node(0).tables.payments.values()][0]!.status, 'failed')
      assert.equal(net.liveLocks(), 0, 'all locks are gone at expiry')
      // Only now the same money may try again.
      refuses = false
      assert.equal(nameOf(net.pay(0, invoice)), 'paid')
      assert.equal(locked(), 2)
      net.run(5_000)
      assert.deepEqual([net.gain(0), net.gain(7)], [-123n, 123n])
      runOut(net)
    })
  })
})

describe('payments, two nodes', () => {
  for (const [name, hosts] of [['the payer', [0]], ['the payee', [1]], ['both', [0, 1]]] as const) {
    it(`pays when ${name} hosts the meeting point (P9)`, () => {
      const net = new FakeNetwork({ edges: [[0, 1]], hosts })
      const { invoice } = net.invoice(1, 123n)
      const answer = net.pay(0, invoice)
      assert.equal(nameOf(answer), 'paid', inspect(answer))
      net.run(1_000)
      const [{ balance }] = net.channels as [FakeNetwork['channels'][0]]
      assert.deepEqual([balance.get(0), balance.get(1)], [877n, 1_123n])
      net.assertNothingLeft()
    })
  }
})

describe('payments, short ways', () => {
  const line: ReadonlyArray<readonly [number, number]> = [[0, 1], [1, 2]]
  for (const host of [0, 1, 2]) {
    it(`pays along three nodes when node ${host} hosts the meeting point`, () => {
      const net = new FakeNetwork({ edges: line, hosts: [host], fees: { 1: { base: asUnits(2n), ppm: 0 } } })
      const answer = net.pay(0, net.invoice(2, 100n).invoice)
      assert.equal(nameOf(answer), 'paid', inspect(answer))
      net.run(1_000)
      assert.deepEqual(net.gains(), [-102n, 2n, 100n])
      net.assertNothingLeft()
    })
  }

  it('pays when the payer stands between payee and meeting point', () => {
    const net = new FakeNetwork({ edges: [[1, 0], [0, 2]], hosts: [2] })
    const answer = net.pay(0, net.invoice(1, 100n).invoice)
    assert.equal(nameOf(answer), 'paid', inspect(answer))
    net.run(1_000)
    assert.deepEqual(net.gains(), [-100n, 100n, 0n])
    net.assertNothingLeft()
  })

  it('goes another way when the first neighbour has none [ROUTE-10, ROUTE-11, ROUTE-14] (S16: dropped)', () => {
    // Node 1 is nearest to the meeting point by its claim, but drops everything; 2 and 3 lead around it.
    const net = new FakeNetwork({ edges: [[0, 1], [1, 4], [0, 2], [2, 3], [3, 4], [4, 5]], hosts: [4] })
    net.faults.route = (_from, to, message) => to === 1 && message.type === 'makeRoute' ? undefined : message
    const detours = net.pay(0, net.invoice(5, 10n).invoice)
    assert.equal(nameOf(detours), 'paid', inspect(detours))
    net.run(60_000)
    net.assertNothingLeft()
  })

  it('tries the next meeting point of the invoice', () => {
    const net = new FakeNetwork({ edges: [[0, 1], [1, 2], [0, 3], [3, 4], [4, 2]], hosts: [1, 4] })
    net.faults.route = (_from, to, message) => to === 1 && message.type === 'makeRoute' && message.side === 'payer' ? undefined : message
    const answer = net.pay(0, net.invoice(2, 10n).invoice)
    assert.equal(nameOf(answer), 'paid', inspect(answer))
    net.run(60_000)
    net.assertNothingLeft()
  })
})
