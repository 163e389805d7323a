import assert from 'node:assert/strict'
import { toHex } from '../../src/core/base/bytes.js'
import { addPoints, negatePoint } from '../../src/core/crypto/curve.js'
import { nameOf, twelve } from '../core/payment/fake-network.js'

describe('payments over the same hops, seen by neighbours who compare (I21, planted fault 29)', () => {
  it('differ in the step from each lock point to the next: by no hop, and by no hop twice, is one known again [ROUTE-35]', () => {
    const net = twelve({ balance: 100_000n })
    const steps: string[] = []
    for (let payment = 0; payment < 4; payment++) {
      const from = net.offered.length
      assert.equal(nameOf(net.pay(0, net.invoice(7, 123n).invoice)), 'paid')
      net.run(2_000)
      const locks = net.offered.slice(from)
      for (const incoming of locks) {
        const outgoing = locks.find((lock) => lock.from === incoming.to)
        if (outgoing === undefined) continue
        const step = addPoints(incoming.terms.point, negatePoint(outgoing.terms.point))
        assert.ok(step !== undefined, 'two links carry one point')
        // By its x coordinate: one half adds what the other takes off.
        steps.push(toHex(step.subarray(1)))
      }
    }
    assert.ok(steps.length >= 12, `${steps.length} hops`)
    assert.equal(new Set(steps).size, steps.length)
  })
})
