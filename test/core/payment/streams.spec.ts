import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { fromHex, toHex } from '../../../src/core/base/bytes.js'
import { isRefusal } from '../../../src/core/base/step.js'
import type { InvoiceId, RequestId } from '../../../src/core/base/ids.js'
import { addPoints, mulG, negatePoint } from '../../../src/core/crypto/curve.js'
import { parseInvoice, type Invoice } from '../../../src/core/payment/invoice.js'
import { OPEN_ROUTE_IDLE_MS } from '../../../src/core/payment/stream-limits.js'
import { provesPayment } from '../../../src/core/payment/stream-session.js'
import { cancelInvoice as cancel } from '../../../src/core/payment/payment.js'
import { nameOf, twelve, type FakeNetwork } from './fake-network.js'

const [PAYER, PAYEE, MEETING_POINT] = [0, 7, 4]
/** The way from the payer to the payee, by links. */
const HOPS = [1, 2, MEETING_POINT, 5]

const makes = (net: FakeNetwork): number => net.sent.filter(({ message, from }) => message.type === 'makeRoute' && message.side === 'payer' && from === PAYER).length
const streamOf = (net: FakeNetwork): { claimed: number, base: number, received: bigint } => [...net.node(PAYEE).tables.streams.values()][0]!

function read (net: FakeNetwork, text: string): Invoice {
  const parsed = parseInvoice(text, net.node(PAYER).host.network)
  assert.ok(!isRefusal(parsed))
  return parsed
}

/** Starts so many payments at once and runs until all are answered. */
function payMany (net: FakeNetwork, invoice: string, count: number): object[] {
  const asked: RequestId[] = Array.from({ length: count }, () => net.startPay(PAYER, invoice))
  const { answers } = net.node(PAYER)
  net.until(() => asked.every((id) => answers.has(id)), 'all answers')
  return asked.map((id) => answers.get(id)!)
}

describe('streams, payer and payee of an invoice that can be paid many times', () => {
  describe('on pay, again and again', () => {
    it('makes one route for all of them, and each has a proof against the signed points [ROUTE-70, ROUTE-73, ROUTE-76, INV-20, INV-22]', () => {
      const net = twelve()
      const { invoice } = net.invoice(PAYEE, 3n, { times: 100 })
      const parsed = read(net, invoice)
      assert.equal(parsed.times, 100)
      const proofs = new Set<string>()
      for (let i = 0; i < 10; i++) {
        const answer = net.pay(PAYER, invoice)
        assert.equal(nameOf(answer), 'paid', inspect(answer))
        proofs.add((answer as { proof: string }).proof)
      }
      assert.equal(proofs.size, 10)
      assert.equal(makes(net), 1, 'one half of the payer was opened')
      net.run(1_000)
      assert.deepEqual([net.gain(PAYER), net.gain(PAYEE)], [-30n, 30n])
      assert.deepEqual([streamOf(net).claimed, streamOf(net).base, streamOf(net).received], [10, 11, 30n])
      const lists = [...net.node(PAYER).tables.signedPoints.values()]
      const [first, ...others] = [...proofs]
      assert.equal(toHex(mulG(fromHex(first!))), toHex(parsed.point), 'the first opens the point in the invoice')
      for (const [i, proof] of others.entries()) {
        assert.ok(lists.some((list) => provesPayment(parsed, list, i + 2, fromHex(proof))), `payment ${i + 2} is proved`)
        assert.ok(!lists.some((list) => provesPayment(parsed, list, i + 3, fromHex(proof))), 'and proves no other')
      }
    })

    it('leaves with hops one entry of the same size, and nothing once the route is over [ROUTE-39, ROUTE-72]', () => {
      const net = twelve()
      const { invoice } = net.invoice(PAYEE, 3n, { times: 100 })
      const held = (): string => inspect(HOPS.map((index) => {
        const { tables } = net.node(index)
        return [tables.openRoutes.size, tables.openBefore.size, tables.openAfter.size, tables.hops.size, tables.flights.size, tables.halves.size, net.node(index).store.size]
      }))
      net.pay(PAYER, invoice)
      net.run(1_000)
      const after = held()
      for (let i = 0; i < 20; i++) assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
      net.run(1_000)
      assert.equal(held(), after)
      for (const index of HOPS) assert.equal(net.node(index).tables.openRoutes.size, 1)
      net.run(OPEN_ROUTE_IDLE_MS + 1_000)
      for (const index of [PAYER, ...HOPS, PAYEE]) assert.equal(net.node(index).tables.openRoutes.size, 0, `node ${index}`)
      net.run(2 * 3_600_000)
      net.assertNothingLeft()
      for (const index of HOPS) assert.equal(net.node(index).store.size, 0)
    })

    it('carries 64 at once, all the times it can be paid, and not once more [ROUTE-75, INV-23]', () => {
      const net = twelve({ balance: 100_000n })
      const { invoice } = net.invoice(PAYEE, 2n, { times: 300 })
      assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
      for (let left = 299; left > 0; left -= 64) {
        for (const answer of payMany(net, invoice, Math.min(64, left))) assert.equal(nameOf(answer), 'paid', inspect(answer))
        net.run(100) // a hop counts a lock until its removal is irrevocable
      }
      assert.equal(makes(net), 1)
      assert.equal(nameOf(net.pay(PAYER, invoice)), 'already-paid')
      net.run(2_000)
      assert.equal(net.gain(PAYEE), 600n)
      assert.equal([...net.node(PAYEE).tables.invoices.values()][0]!.status, 'paid')
      net.assertNothingLeft()
    })

    it('shows no value of 16 bytes on two links, and no step from link to link twice [ROUTE-71, ROUTE-74, ROUTE-75] (I21, S31)', () => {
      const net = twelve({ balance: 100_000n })
      const { invoice } = net.invoice(PAYEE, 5n, { times: 400 })
      net.pay(PAYER, invoice)
      for (let i = 0; i < 4; i++) payMany(net, invoice, 40)
      const links = new Map<string, string>()
      for (const { link, bytes, what } of net.seen) {
        for (let at = 0; at + 16 <= bytes.length; at++) {
          const key = toHex(bytes.subarray(at, at + 16))
          assert.equal(links.get(key) ?? link, link, `${what} is on two links`)
          links.set(key, link)
        }
      }
      assert.ok(net.seen.some(({ what }) => what === 'answer'), 'answers were looked at')
      const steps = new Set<string>()
      let counted = 0
      const byLink = new Map<number, string[]>()
      for (const { from, terms } of net.offered) byLink.set(from, [...byLink.get(from) ?? [], toHex(terms.point)])
      for (const [i, from] of [PAYER, ...HOPS].slice(0, -1).entries()) {
        const before = byLink.get(from)!
        const after = byLink.get(HOPS[i]!)!
        assert.equal(before.length, after.length)
        for (const [at, point] of before.entries()) {
          steps.add(toHex(addPoints(fromHex(point), negatePoint(fromHex(after[at]!)))!.subarray(1)))
          counted++
        }
      }
      assert.ok(counted > 600)
      assert.equal(steps.size, counted)
      // Nor is the difference of two locks the same on two links.
      const differences = new Set<string>()
      for (const points of byLink.values()) for (let at = 1; at < points.length; at++) differences.add(toHex(addPoints(fromHex(points[at]!), negatePoint(fromHex(points[at - 1]!)))!.subarray(1)))
      assert.equal(differences.size, [...byLink.values()].reduce((sum, { length }) => sum + length - 1, 0))
    })
  })

  describe('on the end of a route', () => {
    it('makes a new one by itself when a hop has forgotten: nothing is paid twice [ROUTE-73, ROUTE-77, ROUTE-78, INV-24]', () => {
      for (const forgetful of [...HOPS]) {
        const net = twelve({ balance: 100_000n })
        const { invoice } = net.invoice(PAYEE, 5n, { times: 400 })
        for (let i = 0; i < 3; i++) assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
        net.restart(forgetful)
        net.run(5_000)
        for (const answer of payMany(net, invoice, 30)) assert.equal(nameOf(answer), 'paid', `${forgetful}: ${inspect(answer)}`)
        assert.ok(makes(net) >= 2)
        net.run(5_000)
        assert.deepEqual([net.gain(PAYER), net.gain(PAYEE)], [-165n, 165n])
        assert.equal(streamOf(net).claimed, 33)
        net.run(3 * 3_600_000)
        net.assertNothingLeft()
      }
    })

    it('pays what came back on another route, by the same request [ROUTE-78]', () => {
      const net = twelve({ balance: 100_000n })
      const { invoice } = net.invoice(PAYEE, 5n, { times: 400 })
      assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
      let refused = 0
      const channel = net.channels.find(({ ends }) => ends.includes(2) && ends.includes(MEETING_POINT))!
      net.faults.offer = (from) => from === 2 && refused++ < 10 ? { refused: 'busy', detail: { what: 'locks', limit: 0 } } : undefined
      assert.ok(channel !== undefined)
      for (const answer of payMany(net, invoice, 40)) assert.equal(nameOf(answer), 'paid', inspect(answer))
      net.run(5_000)
      assert.equal(net.gain(PAYEE), 205n)
      assert.equal(streamOf(net).claimed, 41)
      assert.equal(streamOf(net).base, 42, 'no number is left out for ever')
    })

    it('goes on after a stop of the payer or the payee, with the numbers that are left [INV-21, INV-23, INV-24]', () => {
      for (const stopped of [PAYER, PAYEE]) {
        const net = twelve({ balance: 100_000n })
        const { invoice } = net.invoice(PAYEE, 5n, { times: 400 })
        for (let i = 0; i < 5; i++) net.pay(PAYER, invoice)
        for (let i = 0; i < 7; i++) net.startPay(PAYER, invoice)
        net.run(12)
        net.restart(stopped)
        net.run(30_000)
        const before = streamOf(net).claimed
        for (const answer of payMany(net, invoice, 20)) assert.equal(nameOf(answer), 'paid', `${stopped}: ${inspect(answer)}`)
        net.run(10_000)
        assert.equal(streamOf(net).claimed, before + 20)
        assert.equal(net.gain(PAYEE), BigInt(streamOf(net).claimed) * 5n)
        const paid = [...net.node(PAYER).tables.payments.values()].filter(({ status }) => status === 'paid')
        assert.equal(paid.length, streamOf(net).claimed, 'payer and payee count the same')
        net.run(3 * 3_600_000)
        net.assertNothingLeft()
      }
    })

    it('ends with the invoice, for every node of the route [INV-17, ROUTE-77]', () => {
      const net = twelve()
      const { invoice, id } = net.invoice(PAYEE, 5n, { times: 400 })
      net.pay(PAYER, invoice)
      net.pay(PAYER, invoice)
      net.step(PAYEE, (host) => { assert.equal(cancel(host, id as InvoiceId), undefined) })
      net.run(1_000)
      net.assertNothingLeft()
    })
  })
})
