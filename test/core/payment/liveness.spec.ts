import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { asUnits } from '../../../src/core/base/money.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { onPeerConnected, onPeerDisconnected } from '../../../src/core/payment/payment.js'
import { nameOf, twelve, type FakeNetwork } from './fake-network.js'

/** After everything has run out: one debit and one credit, or neither; nobody else lost; nothing is left. (I4, I18) */
function assertSettled (net: FakeNetwork, amount: bigint): void {
  const gains = net.gains()
  const [payment] = [...net.node(0).tables.payments.values()]
  const paid = payment?.status === 'paid'
  assert.equal(gains[7], paid ? amount : 0n, inspect(payment))
  assert.equal(gains[0], paid ? -amount - payment.fee! : 0n)
  assert.equal(payment?.status === 'pending' || payment?.status === 'locked', false, 'the payment has ended')
  if (paid) assert.ok(payment.proof !== undefined, 'who paid has a proof')
  for (const [index, gain] of gains.entries()) if (index !== 0) assert.ok(gain >= 0n, `node ${index} lost ${gain}`)
  net.assertNothingLeft()
}

const FEES = Object.fromEntries([1, 2, 4, 5].map((index) => [index, { base: asUnits(1n), ppm: 1_000 }]))

describe('payments, bad weather', () => {
  it('ends every payment and leaves nothing when route messages are lost at random [ROUTE-19, ROUTE-39, ROUTE-46]', () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), (seed, percent) => {
      const net = twelve({ seed: `drops ${seed}`, fees: FEES, balance: 10_000n })
      net.faults.route = (_from, _to, message) => net.chance('drop', 100) < percent ? undefined : message
      const answer = net.pay(0, net.invoice(7, 123n).invoice, { feeMax: asUnits(50n) })
      assert.ok(isRefusal(answer) || nameOf(answer) === 'paid')
      net.run(3 * 3_600_000)
      assertSettled(net, 123n)
    }), { numRuns: 25 })
  })

  it('ends every payment when connections break and come back at random', () => {
    fc.assert(fc.property(fc.integer(), fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom(0, 1, 2, 4, 5, 7), fc.constantFrom(1, 2, 4, 5)), { maxLength: 6 }), (seed, breaks) => {
      const net = twelve({ seed: `breaks ${seed}`, balance: 10_000n })
      const { invoice } = net.invoice(7, 123n)
      net.startPay(0, invoice)
      for (const [afterMs, a, b] of breaks) {
        net.run(afterMs)
        if (a === b) continue
        for (const [at, other] of [[a, b], [b, a]] as const) {
          net.step(at, (host) => { onPeerDisconnected(host, net.node(other).peer) })
          net.step(at, (host) => { onPeerConnected(host, net.node(other).peer) })
        }
      }
      net.run(3 * 3_600_000)
      assertSettled(net, 123n)
    }), { numRuns: 25 })
  })

  it('ends every payment when a node that takes part stops at any moment and starts again [ROUTE-47, INV-16] (I14, I15)', () => {
    let paid = 0
    let failed = 0
    for (const index of [0, 1, 2, 4, 5, 7]) {
      for (let afterMs = 0; afterMs <= 160; afterMs += 7) {
        const net = twelve({ seed: `restart ${index} ${afterMs}`, balance: 10_000n })
        const { invoice } = net.invoice(7, 123n)
        net.startPay(0, invoice)
        net.run(afterMs)
        net.restart(index)
        net.run(3 * 3_600_000)
        assertSettled(net, 123n)
        if (net.gain(7) === 123n) paid++
        else failed++
      }
    }
    assert.ok(paid > 40, `${paid} were paid`)
    assert.ok(failed > 0, `${failed} were not: the payer itself was stopped before it had locked anything`)
  })

  it('pays after a restart of everybody between two payments', () => {
    const net = twelve({ balance: 10_000n })
    assert.equal(nameOf(net.pay(0, net.invoice(7, 123n).invoice)), 'paid')
    const { invoice } = net.invoice(7, 77n)
    net.run(1_000)
    for (const { index } of net.nodes) net.restart(index)
    net.run(5_000)
    assert.equal(nameOf(net.pay(0, invoice)), 'paid')
    net.run(1_000)
    assert.equal(net.gain(7), 200n)
    net.assertNothingLeft()
  })

  it('keeps only what history is, however many payments pass [ROUTE-39] (I31)', () => {
    const net = twelve({ balance: 10_000n })
    for (let i = 0; i < 20; i++) {
      assert.equal(nameOf(net.pay(i % 2 === 0 ? 0 : 7, net.invoice(i % 2 === 0 ? 7 : 0, 100n).invoice)), 'paid')
      net.run(200)
    }
    for (const index of [1, 2, 4, 5]) {
      assert.equal(net.node(index).store.size, 0, `node ${index} stores nothing`)
      assert.equal(net.node(index).timers.size, 0)
    }
    net.assertNothingLeft()
  })
})
