import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { ClockName } from '../../../src/core/base/env.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { PAYMENT_DEFAULTS } from '../../../src/core/payment/limits.js'
import { FakeNetwork, nameOf } from './fake-network.js'
import type { NetworkOptions } from './fake-parts.js'

const LINE = [[0, 1], [1, 2], [2, 3], [3, 4]] as const
/** Five nodes in a line; the one in the middle hosts. Clocks by the channels' places. */
const line = (clocks: Record<number, ClockName>, more: Partial<NetworkOptions> = {}): FakeNetwork =>
  new FakeNetwork({ edges: LINE, hosts: [2], clocks, settings: PAYMENT_DEFAULTS, ...more })
const bitcoin = (...places: number[]): Record<number, ClockName> => Object.fromEntries(places.map((place) => [place, 'bitcoin']))

describe('payments, channels of several clocks', () => {
  const ways: ReadonlyArray<readonly [string, Record<number, ClockName>]> = [
    ['trust, enforced, trust, trust', bitcoin(1)],
    ['trust, trust, enforced, trust', bitcoin(2)],
    ['enforced, trust, trust, enforced', { ...bitcoin(0), 3: 'litecoin' }],
    ['enforced throughout', bitcoin(0, 1, 2, 3)],
    ['trust, enforced, trust, enforced', bitcoin(1, 3)]
  ]
  describe('on pay', () => {
    for (const [name, clocks] of ways) {
      it(`pays over ${name}, each lock by its channel's clock [ROUTE-49]`, () => {
        const net = line(clocks)
        const answer = net.pay(0, net.invoice(4, 123n).invoice)
        assert.equal(nameOf(answer), 'paid', inspect(answer))
        net.run(1_000)
        assert.deepEqual(net.gains(), [-123n, 0n, 0n, 0n, 123n])
        assert.deepEqual(net.offered.map(({ terms }) => terms.expiry.clock), LINE.map((_, place) => clocks[place] ?? 'unix'))
        net.assertNothingLeft()
      })
    }

    it('names the limit when clocks change so often that blocks could make the money wait too long [ROUTE-22, ROUTE-43]', () => {
      const net = line(bitcoin(1), { settings: { ...PAYMENT_DEFAULTS, freezeMaxSeconds: 86_400 } })
      const answer = net.pay(0, net.invoice(4, 123n).invoice)
      assert.ok(isRefusal(answer) && ['no-route', 'expiry-too-far'].includes(answer.refused), inspect(answer))
    })
  })

  describe('on a payee that never claims', () => {
    for (const [blockMs, pace] of [[300_000, 'fast'], [600_000, 'as they should be'], [1_200_000, 'slow']] as const) {
      it(`ends the outgoing lock of every forwarder before the incoming one, blocks ${pace} [ROUTE-33, ROUTE-49] (I6)`, () => {
        for (const [, clocks] of ways) {
          const net = line(clocks, { blockMs })
          net.faults.fulfil = (node) => node !== 4
          assert.equal(nameOf(net.pay(0, net.invoice(4, 5n).invoice)), 'payment-pending')
          const ends = net.offered.map(({ terms }) => net.overMs(terms.expiry))
          assert.equal(ends.length, 4)
          for (let i = 1; i < ends.length; i++) assert.ok(ends[i - 1]! - ends[i]! >= 600_000, `lock ${i} ends ten minutes before the one it follows`)
          net.run(30 * 86_400_000)
          assert.deepEqual(net.gains(), [0n, 0n, 0n, 0n, 0n])
          net.assertNothingLeft()
        }
      })
    }
  })

  describe('on a lock that honours no quote', () => {
    it('gives it back when a chain has moved on too far [ROUTE-33, ROUTE-41]', () => {
      for (const at of [1, 2, 3, 4]) {
        const net = line(bitcoin(0, 1, 2, 3))
        net.faults.lock = (_from, to, terms) => ({ terms: to === at ? { ...terms, expiry: { ...terms.expiry, value: terms.expiry.value - 300 } } : terms, delayMs: 0 })
        assert.equal(nameOf(net.pay(0, net.invoice(4, 5n).invoice)), 'payment-failed', `node ${at}`)
        assert.deepEqual(net.gains(), [0n, 0n, 0n, 0n, 0n])
      }
    })
  })
})
