import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { asUnits } from '../../../src/core/base/money.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { addScalars, mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { holdPart } from '../../../src/core/payment/held.js'
import { PARTS_MAX, PARTS_WAIT_MS } from '../../../src/core/payment/limits.js'
import type { Held } from '../../../src/core/payment/tables.js'
import { FakeNetwork, nameOf } from './fake-network.js'
import type { NetworkOptions } from './fake-parts.js'

/** Payer 0, payee 4, and three nodes between them, each a meeting point. A channel sends 400 each way. */
const THREE_WAYS = [[0, 1], [0, 2], [0, 3], [1, 4], [2, 4], [3, 4]] as const
const threeWays = (more: Partial<NetworkOptions> = {}): FakeNetwork => new FakeNetwork({ edges: THREE_WAYS, hosts: [1, 2, 3], balance: 400n, ...more })
/** The same with one meeting point, 4, that all ways lead through: payer 0, payee 8. */
const HOURGLASS = [[0, 1], [0, 2], [0, 3], [1, 4], [2, 4], [3, 4], [4, 5], [4, 6], [4, 7], [5, 8], [6, 8], [7, 8]] as const
const hourglass = (more: Partial<NetworkOptions> = {}): FakeNetwork => new FakeNetwork({ edges: HOURGLASS, hosts: [4], balance: 400n, ...more })
const paid = (answer: object): { parts: number, attempts: number, fee: bigint } => {
  assert.equal(nameOf(answer), 'paid', inspect(answer))
  return answer as { parts: number, attempts: number, fee: bigint }
}
const held = (net: FakeNetwork, payee: number): number => net.node(payee).tables.held.size
const scalar = (text: string): Uint8Array => scalarOf(taggedHash('amiko/test/parts', new TextEncoder().encode(text)))

describe('payments in parts', () => {
  describe('on pay', () => {
    it('sends one part when one way carries all of it [ROUTE-51]', () => {
      const net = threeWays()
      assert.equal(paid(net.pay(0, net.invoice(4, 400n).invoice)).parts, 1)
    })

    it('splits over several meeting points when no way carries all of it [ROUTE-50, ROUTE-51]', () => {
      const net = threeWays()
      const answer = paid(net.pay(0, net.invoice(4, 1_000n).invoice))
      assert.ok(answer.parts >= 3 && answer.parts <= PARTS_MAX && answer.attempts >= answer.parts, inspect(answer))
      net.run(1_000)
      assert.deepEqual(net.gains(), [-1_000n, 0n, 0n, 0n, 1_000n])
      assert.equal([...net.node(4).tables.invoices.values()][0]!.received, 1_000n)
      assert.ok(new Set(net.offered.filter(({ from }) => from === 0).map(({ to }) => to)).size === 3, 'over all three')
      net.assertNothingLeft()
      for (const { index, store } of net.nodes) assert.equal(store.size, index === 0 || index === 4 ? 1 : 0, `node ${index} stores its own history only`)
    })

    it('splits over one meeting point [ROUTE-50, ROUTE-51, ROUTE-52]', () => {
      for (const amount of [401n, 700n, 900n]) {
        const net = hourglass()
        const answer = paid(net.pay(0, net.invoice(8, amount).invoice))
        assert.ok(answer.parts <= PARTS_MAX)
        net.run(1_000)
        assert.deepEqual([net.gain(0), net.gain(8)], [-amount, amount])
        assert.deepEqual(net.gains().slice(1, 8), [0n, 0n, 0n, 0n, 0n, 0n, 0n])
        net.assertNothingLeft()
      }
    })

    it('shows nothing that two parts have in common but amounts and times [ROUTE-50] (I21)', () => {
      const net = threeWays()
      paid(net.pay(0, net.invoice(4, 1_000n).invoice))
      const points = net.offered.map(({ terms }) => Buffer.from(terms.point).toString('hex'))
      assert.equal(new Set(points).size, points.length)
    })

    it('pays the fees of all parts within one limit [ROUTE-43]', () => {
      const fees = { 1: { base: asUnits(3n), ppm: 0 }, 2: { base: asUnits(3n), ppm: 0 }, 3: { base: asUnits(3n), ppm: 0 } }
      const net = threeWays({ fees })
      const dear = net.pay(0, net.invoice(4, 900n).invoice, { feeMax: asUnits(8n) })
      assert.equal(nameOf(dear), 'fee-limit', inspect(dear))
      assert.ok(isRefusal(dear) && typeof dear.detail['fee'] === 'bigint' && dear.detail['fee'] > 8n)
      net.run(2 * PARTS_WAIT_MS)
      assert.deepEqual(net.gains(), [0n, 0n, 0n, 0n, 0n])
      const answer = paid(net.pay(0, net.invoice(4, 900n).invoice, { feeMax: asUnits(48n) }))
      assert.equal(answer.fee, BigInt(answer.parts) * 3n)
      net.run(1_000)
      assert.deepEqual([net.gain(0), net.gain(4)], [-900n - answer.fee, 900n])
    })

    it('locks nothing when the ways together do not carry it', () => {
      const net = new FakeNetwork({ edges: [[0, 1], [0, 2], [1, 3], [2, 3], [3, 4], [0, 5]], hosts: [3], balance: 400n })
      const answer = net.pay(0, net.invoice(4, 400n).invoice)
      paid(answer)
      const more = new FakeNetwork({ edges: [[0, 1], [0, 2], [1, 3], [2, 3], [3, 4], [4, 5]], hosts: [3], balance: 400n })
      const refused = more.pay(0, more.invoice(4, 600n).invoice)
      assert.ok(isRefusal(refused), inspect(refused))
      more.run(4 * PARTS_WAIT_MS)
      assert.deepEqual(more.gains(), [0n, 0n, 0n, 0n, 0n, 0n])
      more.run(2 * 3_600_000)
      more.assertNothingLeft()
    })
  })

  describe('on a part that does not come', () => {
    it('gives the others back after the wait, and the payer gets everything back [ROUTE-50]', () => {
      const net = threeWays()
      let lost = 0
      net.faults.lock = (from, to, terms) => to === 4 && lost++ === 0 ? undefined : { terms, delayMs: 0 }
      const { invoice, id } = net.invoice(4, 1_000n)
      const request = net.startPay(0, invoice)
      net.until(() => held(net, 4) > 0, 'a part')
      const atMs = net.nowMs
      net.until(() => held(net, 4) === 0, 'its end')
      assert.ok(net.nowMs - atMs >= PARTS_WAIT_MS)
      assert.equal(net.seen.filter(({ what }) => what === 'secret').length, 0, 'nothing was claimed')
      net.run(2 * 3_600_000)
      assert.notEqual(nameOf(net.node(0).answers.get(request)!), 'paid')
      assert.deepEqual(net.gains(), [0n, 0n, 0n, 0n, 0n])
      assert.notEqual(net.node(4).tables.invoices.get(id as never)!.status, 'paid')
      net.assertNothingLeft()
    })

    it('sends another in its place when it comes back [ROUTE-45, ROUTE-50]', () => {
      const net = threeWays({ balance: 600n })
      let refused = 0
      net.faults.lock = (from, to, terms) => to === 4 && refused++ === 0 ? { terms: { ...terms, message: terms.message.map((byte) => byte ^ 1) }, delayMs: 0 } : { terms, delayMs: 0 }
      const answer = paid(net.pay(0, net.invoice(4, 1_000n).invoice))
      assert.ok(answer.attempts > answer.parts)
      net.run(1_000)
      assert.deepEqual(net.gains(), [-1_000n, 0n, 0n, 0n, 1_000n])
      net.assertNothingLeft()
    })

    it('is waited for across a restart of the payee [ROUTE-47, ROUTE-50] (I14)', () => {
      const net = threeWays()
      let locks = 0
      net.faults.lock = (from, to, terms) => ({ terms, delayMs: to === 4 && locks++ === 0 ? 5_000 : 0 })
      const request = net.startPay(0, net.invoice(4, 1_000n).invoice)
      net.until(() => held(net, 4) >= 2, 'two parts')
      net.restart(4)
      assert.ok(held(net, 4) >= 2)
      net.run(60_000)
      // The route of the late one was lost with the restart, so it came back, and another was sent in its place.
      assert.equal(nameOf(net.node(0).answers.get(request)!), 'paid', inspect(net.node(0).answers.get(request)))
      assert.deepEqual(net.gains(), [-1_000n, 0n, 0n, 0n, 1_000n])
      net.run(120_000) // until halves that were opened before the restart are forgotten
      net.assertNothingLeft()
    })

    it('fails the payment for good after a restart of the payer [ROUTE-47]', () => {
      const net = threeWays()
      net.faults.lock = (from, to, terms) => to === 4 && from === 3 ? undefined : { terms, delayMs: 0 }
      net.startPay(0, net.invoice(4, 1_000n).invoice)
      net.until(() => held(net, 4) > 0, 'a part')
      net.restart(0)
      net.run(2 * 3_600_000)
      assert.equal([...net.node(0).tables.payments.values()][0]!.status, 'failed')
      assert.deepEqual(net.gains(), [0n, 0n, 0n, 0n, 0n])
      net.assertNothingLeft()
    })

    it('leaves all or nothing, whatever is lost, late or refused on the way, and whoever restarts', () => {
      fc.assert(fc.property(fc.integer({ min: 401, max: 1_000 }), fc.array(fc.constantFrom('lost', 'late', 'altered', 'fine', 'fine', 'fine'), { minLength: 1, maxLength: 12 }), fc.constantFrom(undefined, 0, 1, 4, 8), fc.integer({ min: 20, max: 400 }), (amount, fates, stops, atMs) => {
        const net = hourglass({ seed: `${amount} ${fates.join()}` })
        let locks = 0
        net.faults.lock = (_from, _to, terms) => {
          const fate = fates[locks++ % fates.length]
          if (fate === 'lost') return undefined
          return { terms: fate === 'altered' ? { ...terms, message: terms.message.map((byte) => byte ^ 1) } : terms, delayMs: fate === 'late' ? 3_000 : 0 }
        }
        const request = net.startPay(0, net.invoice(8, BigInt(amount)).invoice)
        net.run(atMs)
        if (stops !== undefined) net.restart(stops)
        net.run(3 * 3_600_000)
        const gain = net.gain(8)
        assert.ok(gain === 0n || gain === BigInt(amount), `the payee gained ${gain} of ${amount}`)
        assert.equal(net.gain(0), -gain, 'so much the payer lost, and no more')
        for (const index of [1, 2, 3, 4, 5, 6, 7]) assert.equal(net.gain(index), 0n)
        assert.equal([...net.node(0).tables.payments.values()][0]!.status, gain === 0n ? 'failed' : 'paid')
        if (stops !== 0) assert.ok(net.node(0).answers.has(request))
        net.assertNothingLeft()
      }), { numRuns: 10 })
    })
  })
})

describe('payee, parts held', () => {
  const TOTAL = 900n
  /** A part of a set whose shares add up to x when there are three of 300. */
  function setUp (): { readonly net: FakeNetwork, readonly part: (n: number, change?: Partial<Held>) => Held, readonly failed: string[] } {
    const net = threeWays()
    const { id } = net.invoice(4, TOTAL)
    const shares = [0, 1, 2].map((n) => scalar(`share ${n}`))
    const failed: string[] = []
    Object.assign(net.node(4).host, { fail: (_channel: unknown, lockId: number, reason: string) => { failed.push(`${lockId} ${reason}`) } })
    const part = (n: number, change: Partial<Held> = {}): Held => ({
      invoiceId: id as never, channelId: net.channels[3 + n % 3]!.id, lockId: n, amount: asUnits(300n), brought: asUnits(300n), set: mulG(shares.reduce(addScalars)),
      share: shares[n % 3]!, shift: scalar(`shift ${n}`), expiry: { clock: 'unix', value: Math.floor(net.nowMs / 1_000) + 600 }, heldMs: net.nowMs, ...change
    })
    return { net, part, failed }
  }
  const hold = (net: FakeNetwork, part: Held): ReturnType<typeof holdPart> => net.step(4, (host) => holdPart(host, part))

  it('claims nothing before the last of them is here, then all [ROUTE-50]', () => {
    const { net, part } = setUp()
    assert.equal(hold(net, part(0)), undefined)
    assert.equal(hold(net, part(1)), undefined)
    const gathered = hold(net, part(2))
    assert.equal(gathered?.claims.length, 3)
    assert.equal(gathered?.brought, TOTAL)
  })

  it('gives all back when their shares do not open the set [ROUTE-50]', () => {
    const { net, part, failed } = setUp()
    for (const one of [part(0), part(1), part(2, { share: scalar('other') })]) assert.equal(hold(net, one), undefined)
    assert.deepEqual(failed, ['0 refused', '1 refused', '2 refused'])
    assert.equal(net.node(4).tables.held.size, 0)
  })

  it('gives one back that would bring more than the amount [ROUTE-50]', () => {
    const { net, part, failed } = setUp()
    hold(net, part(0))
    hold(net, part(1))
    assert.equal(hold(net, part(2, { amount: asUnits(301n) })), undefined)
    assert.deepEqual(failed, ['2 refused'])
    assert.equal(hold(net, part(2))?.claims.length, 3, 'the right one is taken all the same')
  })

  it('keeps sets apart: whoever holds the invoice cannot spoil the parts of another payer [ROUTE-50]', () => {
    const { net, part } = setUp()
    hold(net, part(0))
    hold(net, part(4, { set: mulG(scalar('stranger')), amount: asUnits(899n) }))
    hold(net, part(1))
    assert.equal(hold(net, part(2))?.claims.length, 3)
  })

  it('gives one back that could no longer be claimed in time, and waits on [ROUTE-41]', () => {
    const { net, part, failed } = setUp()
    hold(net, part(0, { expiry: { clock: 'unix', value: Math.floor(net.nowMs / 1_000) + 10 } }))
    hold(net, part(1))
    assert.equal(hold(net, part(2)), undefined)
    assert.deepEqual(failed, ['0 expired'])
    assert.equal(net.node(4).tables.held.size, 2)
  })

  it('holds so many parts of a set at most [ROUTE-50]', () => {
    const { net, part, failed } = setUp()
    for (let n = 0; n < PARTS_MAX + 1; n++) hold(net, part(n, { amount: asUnits(1n) }))
    assert.deepEqual(failed, [`${PARTS_MAX} refused`])
  })
})

describe('payer, without hints', () => {
  it('waits for them a while, then says that no meeting point is within reach [ROUTE-53]', () => {
    for (const comeMs of [1_500, Infinity]) {
      const net = threeWays()
      const { invoice } = net.invoice(4, 100n)
      const { host } = net.node(0)
      const { meetingPoints } = host
      const startMs = net.nowMs
      Object.assign(host, { meetingPoints: (...query: Parameters<typeof meetingPoints>) => net.nowMs - startMs < comeMs ? [] : meetingPoints(...query) })
      const answer = net.pay(0, invoice)
      assert.equal(nameOf(answer), comeMs === Infinity ? 'no-route' : 'paid', inspect(answer))
      assert.ok(net.nowMs - startMs <= 6_000)
      net.run(2 * 3_600_000)
      net.assertNothingLeft()
    }
  })
})
