import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { asUnits } from '../../../src/core/base/money.js'
import type { RouteId } from '../../../src/core/base/ids.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { encryptPoint, makeEndpointPair, rerandomisePair } from '../../../src/core/crypto/elgamal.js'
import { sealOnion, wrapOnion } from '../../../src/core/crypto/onion.js'
import { sha256 } from '../../../src/core/base/hash.js'
import { RATE_ONE, type Quote } from '../../../src/core/payment/quote.js'
import { onHostedStopped } from '../../../src/core/payment/payment.js'
import { innermostBytes } from '../../../src/core/payment/session.js'
import { BTC, nameOf, twelve, type FakeNetwork } from './fake-network.js'

const scalar = (text: string): Uint8Array => scalarOf(sha256(new TextEncoder().encode(text)))

/** After whatever a cheat did: everybody honest has what it had, or was paid for; and nothing is left. */
function assertNobodyLost (net: FakeNetwork, answer: object): void {
  net.run(3 * 3_600_000)
  const gains = net.gains()
  if (nameOf(answer) === 'paid') assert.deepEqual([gains[0]! <= -123n, gains[7]! >= 123n], [true, true])
  else assert.deepEqual([gains[0], gains[7]], [0n, 0n], inspect(answer))
  for (const [index, gain] of gains.entries()) if (index !== 0) assert.ok(gain >= 0n, `node ${index} lost ${gain}`)
  assert.equal(gains.reduce((sum, gain) => sum + gain), 0n)
  net.assertNothingLeft()
}

describe('payer, looking for a route', () => {
  describe('on HaveRoute', () => {
    it('refuses the answer of a node that only claims to be the meeting point [ROUTE-25, ROUTE-26] (S17, planted fault 27)', () => {
      const net = twelve()
      net.faults.route = (from, to, message) => {
        // Node 2 answers itself: with an onion of the right form, a tag made of a point it chose, and a price of its own.
        if (to !== 2 || message.type !== 'makeRoute' || message.side !== 'payer') return message
        const quote: Quote = { assetIn: BTC.id, assetOut: BTC.id, rate: RATE_ONE, base: asUnits(0n), minOut: asUnits(0n), maxOut: asUnits(1_000n), expiryDeltaSeconds: 100, validUntil: 2_000_000_000 }
        const onion = sealOnion(message.pair, innermostBytes(mulG(scalar('guess')), 'payer', message.pair, quote, undefined), scalar('r'), scalar('filler'))
        net.node(2).host.sendRoute(net.node(from).peer, { type: 'haveRoute', routeId: message.routeId, quote, onion })
        return undefined
      }
      const answer = net.pay(0, net.invoice(7, 123n).invoice)
      assert.equal(nameOf(answer), 'no-route')
      assert.equal(net.offered.length, 0, 'nothing was locked')
      assertNobodyLost(net, answer)
    })

    it('refuses a route on which a hop put its own key pair in place of the endpoint\'s [ROUTE-26] (S29)', () => {
      const net = twelve()
      const k = scalar('cheat')
      // Node 1 hides the hops behind it: node 2 sees a pair of node 1's, and what comes back is wrapped for the payer again.
      net.faults.route = (from, to, message) => {
        if (from === 1 && to === 2 && message.type === 'makeRoute' && message.side === 'payer') return { ...message, pair: makeEndpointPair(k, scalar('s')) }
        return message
      }
      const answer = net.pay(0, net.invoice(7, 123n).invoice)
      assert.equal(nameOf(answer), 'no-route')
      assert.equal(net.offered.length, 0, 'nothing was locked')
      assertNobodyLost(net, answer)
    })

    it('refuses an altered onion, and a price below the meeting point\'s [ROUTE-25, ROUTE-26] (S16)', () => {
      for (const what of ['onion', 'price', 'expiry'] as const) {
        const net = twelve({ fees: { 4: { base: asUnits(5n), ppm: 0 } } })
        net.faults.route = (from, _to, message) => {
          if (from !== 2 || message.type !== 'haveRoute') return message
          if (what === 'price') return { ...message, quote: { ...message.quote, base: asUnits(0n) } }
          if (what === 'expiry') return { ...message, quote: { ...message.quote, expiryDeltaSeconds: 1 } }
          const onion = message.onion.slice()
          onion[200]! ^= 1
          return { ...message, onion }
        }
        const answer = net.pay(0, net.invoice(7, 123n).invoice)
        assert.notEqual(nameOf(answer), 'paid', what)
        if (what === 'onion') assert.equal(net.offered.length, 0, `${what}: nothing was locked`)
        assertNobodyLost(net, answer)
      }
    })

    it('refuses a way that locks its money for too long, and says so [ROUTE-43]', () => {
      const net = twelve({ settings: { freezeMaxSeconds: 200 } })
      const answer = net.pay(0, net.invoice(7, 123n).invoice)
      assert.ok(['expiry-too-far', 'no-route'].includes(nameOf(answer)), nameOf(answer))
      assert.equal(net.offered.length, 0)
      assertNobodyLost(net, answer)
    })

    it('refuses a quote in another asset, and one that does not carry the amount', () => {
      for (const change of [{ assetIn: 'ab'.repeat(32) as typeof BTC.id }, { minOut: asUnits(123n + 1n), maxOut: asUnits(200n) }]) {
        const net = twelve()
        net.faults.route = (from, to, message) => from === 1 && to === 0 && message.type === 'haveRoute' ? { ...message, quote: { ...message.quote, ...change } } : message
        const answer = net.pay(0, net.invoice(7, 123n).invoice)
        assert.equal(nameOf(answer), 'no-route')
        assert.equal(net.offered.length, 0)
        assertNobodyLost(net, answer)
      }
    })
  })
})

describe('payee, a lock has come', () => {
  const refusesAltered = (title: string, from: number, alter: (terms: Parameters<FakeNetwork['faults']['lock']>[2]) => Parameters<FakeNetwork['faults']['lock']>[2]): void => {
    it(title, () => {
      const net = twelve()
      net.faults.lock = (sender, _to, terms) => ({ terms: sender === from ? alter(terms) : terms, delayMs: 0 })
      const { invoice, id } = net.invoice(7, 123n)
      const answer = net.pay(0, invoice)
      assert.equal(nameOf(answer), 'payment-failed', inspect(answer))
      assert.equal(net.node(7).tables.invoices.get(id as never)!.status, 'open')
      assert.equal(net.seen.filter(({ what }) => what === 'secret').length, 0, 'no secret was shown')
      assertNobodyLost(net, answer)
    })
  }
  describe('on a lock that is not what it asked for', () => {
    refusesAltered('gives back a lock below the amount [ROUTE-40] (V25)', 5, (terms) => ({ ...terms, amount: asUnits(122n) }))
    refusesAltered('gives back a lock with another point [ROUTE-40] (S16)', 5, (terms) => ({ ...terms, point: mulG(scalar('other')) }))
    refusesAltered('gives back a lock whose message was altered [ROUTE-40] (S16)', 5, (terms) => ({ ...terms, message: terms.message.map((byte, i) => i === 40 ? byte ^ 1 : byte) }))
    refusesAltered('gives back a lock whose onion was altered [ROUTE-25, ROUTE-40] (S16)', 5, (terms) => ({ ...terms, onion: terms.onion.map((byte, i) => i === 40 ? byte ^ 1 : byte) }))
    refusesAltered('gives back a lock that ends too soon [ROUTE-41]', 5, (terms) => ({ ...terms, expiry: { ...terms.expiry, value: terms.expiry.value - 600 } }))
    refusesAltered('gives back a lock on a clock it does not compare [ROUTE-41]', 5, (terms) => ({ ...terms, expiry: { clock: 'bitcoin', value: 100 } }))
  })

  it('gives back a lock behind a hop that put its own key pair in place of the payee\'s [ROUTE-26] (S29)', () => {
    const net = twelve()
    const k = scalar('cheat')
    net.faults.route = (from, to, message) => from === 5 && to === 4 && message.type === 'makeRoute' && message.side === 'payee' ? { ...message, pair: rerandomisePair(makeEndpointPair(k, scalar('s')), scalar('t')) } : message
    const answer = net.pay(0, net.invoice(7, 123n).invoice)
    assert.equal(nameOf(answer), 'payment-failed')
    assertNobodyLost(net, answer)
  })

  it('claims once: a lock after the claim is given back [ROUTE-42] (V25)', () => {
    const net = twelve()
    const { invoice } = net.invoice(7, 123n)
    assert.equal(nameOf(net.pay(0, invoice)), 'paid')
    net.run(1_000)
    const last = net.offered.find(({ to }) => to === 7)!
    const before = net.gain(7)
    net.step(5, (host) => host.offer(net.channels[8]!.id, { ...last.terms, expiry: { clock: 'unix', value: last.terms.expiry.value } }, '00'.repeat(16) as never))
    net.run(1_000)
    assert.equal(net.gain(7), before)
  })
})

describe('forwarder, route reserved', () => {
  describe('on a lock', () => {
    for (const [name, at] of [['payer half', 1], ['meeting point', 4], ['payee half', 5]] as const) {
      const altered = (title: string, change: { readonly amount?: bigint, readonly expirySeconds?: number }): void => {
        it(`${name}: ${title}`, () => {
          const net = twelve({ balance: 10_000n, fees: { [at]: { base: asUnits(10n), ppm: 0 } } })
          net.faults.lock = (_from, to, terms) => ({
            terms: to !== at ? terms : { ...terms, amount: asUnits(change.amount ?? terms.amount), expiry: { ...terms.expiry, value: terms.expiry.value + (change.expirySeconds ?? 0) } },
            delayMs: 0
          })
          const answer = net.pay(0, net.invoice(7, 123n).invoice)
          assert.equal(nameOf(answer), 'payment-failed', inspect(answer))
          assert.equal(net.offered.some(({ from }) => from === at), false, 'it offered nothing')
          net.run(3 * 3_600_000)
          net.assertNothingLeft()
        })
      }
      altered('refuses a lock that leaves less than the least of the way behind [ROUTE-34]', { amount: 10n })
      altered('refuses a lock that does not cover its base [ROUTE-34]', { amount: 9n })
      altered('refuses a lock that ends too soon [ROUTE-33, ROUTE-34]', { expirySeconds: -400 })
      altered('refuses a lock that would freeze its money for too long [ROUTE-33]', { expirySeconds: 100_000 })
    }

    it('fails what it cannot offer, and the payer hears of it [ROUTE-38]', () => {
      const net = twelve()
      net.faults.offer = (node) => node === 5 ? { refused: 'channel-not-open', detail: {} } : undefined
      const answer = net.pay(0, net.invoice(7, 123n).invoice)
      assert.equal(nameOf(answer), 'payment-failed')
      assertNobodyLost(net, answer)
    })

    it('gives back a lock on a route it does not know [ROUTE-40] (S16: a replayed lock)', () => {
      const net = twelve()
      assert.equal(nameOf(net.pay(0, net.invoice(7, 123n).invoice)), 'paid')
      net.run(1_000)
      const first = net.offered[0]!
      net.step(0, (host) => host.offer(net.channels[0]!.id, first.terms, '11'.repeat(16) as never))
      net.run(1_000)
      assert.equal(net.gain(0), -123n)
      assert.equal(net.offered.filter(({ from }) => from === 1).length, 1, 'nothing was forwarded a second time')
      net.run(3_600_000)
      net.assertNothingLeft()
    })
  })
})

describe('meeting point', () => {
  it('does not match a token it cannot have made, nor one twice [ROUTE-31] (planted fault 27)', () => {
    const net = twelve()
    const { invoice } = net.invoice(7, 123n)
    assert.equal(nameOf(net.pay(0, invoice)), 'paid')
    net.run(1_000)
    // The payer half's MakeRoute once more, from a neighbour of the meeting point that kept it.
    const kept = net.sent.find(({ to, message }) => to === 4 && message.type === 'makeRoute' && message.side === 'payer')!.message
    assert.ok(kept.type === 'makeRoute')
    const before = net.sent.length
    net.node(2).host.sendRoute(net.node(4).peer, { ...kept, routeId: 'ab'.repeat(16) as RouteId })
    net.node(2).host.sendRoute(net.node(4).peer, { ...kept, routeId: 'cd'.repeat(16) as RouteId, token: encryptPoint(mulG(scalar('key')), mulG(scalar('point')), scalar('r')) })
    const startMs = net.nowMs
    net.until(() => net.sent.slice(before + 2).filter(({ from }) => from === 4).length === 2, 'two answers')
    const answers = net.sent.slice(before + 2).filter(({ from }) => from === 4)
    assert.deepEqual(answers.map(({ message }) => message.type === 'haveNoRoute' && message.reason), ['no-match', 'no-match'])
    assert.ok(net.nowMs - startMs >= 1_000, 'a used token is answered as late as an unknown one')
    net.assertNothingLeft()
  })

  it('keeps the first half of each side, and lets the same neighbour replace its own [ROUTE-31]', () => {
    const net = twelve()
    const { invoice } = net.invoice(7, 123n)
    const kept = net.sent.find(({ to, message }) => to === 4 && message.type === 'makeRoute' && message.side === 'payee')!.message
    assert.ok(kept.type === 'makeRoute')
    net.node(2).host.sendRoute(net.node(4).peer, { ...kept, routeId: 'ab'.repeat(16) as RouteId })
    net.run(100)
    const [place] = [...net.node(4).tables.tokens.values()]
    const half = net.node(4).tables.halves.get(place!.payee!)
    assert.ok(half?.from.type === 'link' && half.from.peer === net.node(5).peer)
    assert.equal(nameOf(net.pay(0, invoice)), 'paid')
  })

  it('does not match halves whose time-locks or amounts do not fit [ROUTE-32] (S18)', () => {
    for (const change of [{ expiryDeltaSeconds: 2_419_200 }, { base: asUnits((1n << 63n) - 1n) }]) {
      const net = twelve({ fees: { 4: { base: asUnits(1n), ppm: 0 } } })
      net.faults.route = (from, to, message) => from === 5 && to === 4 && message.type === 'makeRoute' && message.quote !== undefined ? { ...message, quote: { ...message.quote, ...change } } : message
      const answer = net.pay(0, net.invoice(7, 123n).invoice)
      assert.equal(nameOf(answer), 'no-route')
      assert.equal(net.offered.length, 0)
      assertNobodyLost(net, answer)
    }
  })

  it('refuses both halves when it stops being one', () => {
    const net = twelve()
    net.invoice(7, 123n)
    assert.equal(net.node(4).tables.tokens.size, 1)
    const id = net.meetingPointOf(4)
    net.node(4).hosted.delete(id)
    net.step(4, (host) => { onHostedStopped(host, id) })
    assert.equal(net.node(4).tables.tokens.size, 0)
    assert.equal(net.node(4).tables.halves.size, 0)
  })

  it('wraps nothing that it was not given: every onion has the same length', () => {
    const net = twelve()
    assert.equal(nameOf(net.pay(0, net.invoice(7, 123n).invoice)), 'paid')
    const lengths = new Set(net.seen.filter(({ what }) => what.includes('onion')).map(({ bytes }) => bytes.length))
    assert.equal(lengths.size, 1)
    assert.equal(wrapOnion(new Uint8Array([...lengths][0]!), makeEndpointPair(scalar('k'), scalar('s')), scalar('y'), scalar('r')).length, [...lengths][0]!)
  })
})
